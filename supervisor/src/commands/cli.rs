//! The command line. Its flags are rows of the table of settings; their values are text here, and checked with those of the
//! environment, so that all faults are reported at once.

use std::ffi::OsString;

use clap::{Arg, ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use clap_complete::Shell;
use repolens_settings::{Default, SETTINGS, Setting, ValueForm, Vars};

use crate::children::environment;

/// Starts the RepoLens API and worker, keeps them running, and writes one log.
///
/// Without a command it runs both: the API first, and the worker once the API is healthy. It ends when the API ends,
/// restarts the worker when that ends, and stops both in order on SIGTERM or SIGINT. With an empty environment it runs
/// on an embedded database in `./.repolens`.
#[derive(Debug, Parser)]
#[command(name = "repolens-supervisor", version, after_long_help = after_help(), args_override_self = true)]
#[command(max_term_width = 110, subcommand_negates_reqs = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Checks all settings, tries the connections, and starts nothing.
    Check,
    /// Shows the running supervisor: processes, restarts and their reasons, memory, health.
    Status {
        /// The answer as one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Writes a completion script for a shell to stdout.
    Completions { shell: Shell },
}

/// A parsed command line.
#[derive(Debug)]
pub struct CommandLine {
    pub command: Option<Command>,
    /// Values of flags, by the names of their variables.
    pub flags: Vars,
}

impl CommandLine {
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let matches = clap_command().try_get_matches_from(arguments)?;
        let Cli { command } = Cli::from_arg_matches(&matches)?;
        let flags = SETTINGS
            .iter()
            .filter_map(|setting| Some((setting.name.to_owned(), flag_value(setting, &matches)?)))
            .collect();
        Ok(Self { command, flags })
    }
}

fn flag_value(setting: &Setting, matches: &ArgMatches) -> Option<String> {
    let value = matches.get_one::<String>(setting.flag?.name)?;
    // An empty value is the same as none.
    (!value.trim().is_empty()).then(|| value.clone())
}

/// The whole command line, for parsing and for completions.
pub fn clap_command() -> clap::Command {
    Cli::command().args(SETTINGS.iter().filter_map(argument))
}

fn argument(setting: &Setting) -> Option<Arg> {
    let flag = setting.flag?;
    let default = match setting.default {
        Default::Value(value) => value,
        Default::Words(words) => words,
    };
    let help = format!(
        "{} [env: {}] [default: {default}]",
        sentence(setting.about),
        setting.name
    );
    let argument = Arg::new(flag.name)
        .long(flag.name)
        .value_name(flag.value)
        .help(help)
        .help_heading(flag.group.heading())
        .hide(setting.is_hidden())
        .global(true);
    // A flag that is on or off needs no value.
    Some(if setting.form == ValueForm::Flag {
        argument.num_args(0..=1).default_missing_value("1").require_equals(true)
    } else {
        argument
    })
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

fn after_help() -> String {
    format!(
        "\
Durations are written `500ms`, `10s`, `2m`, `1h`; sizes `300MiB`, `1GiB`.

Signals:
  TERM, INT, QUIT    stop the worker, then the API; a second one shortens the graces, a third kills
  HUP                the same where neither of the two handles it, and never more than that
  USR1, USR2, WINCH  are passed on to those that handle them, as is HUP

Exit status:
  0    asked to stop, and stopped (a warning names what had to be killed)
  69   the API never became healthy, or its port is taken
  70   the worker is in a crash loop and `--on-crash-loop=exit`
  78   bad settings; all faults are listed
  else the API ended by itself: its status (at least 1), or 128 + N for signal N

Log:
  One line an event on stdout: time, source (`api`, `worker`, `supervisor`), level, message.
  LOG_FORMAT=json gives one JSON object a line; NO_SIGNS=1 drops the signs; NO_COLOR=1 the colors of a terminal;
  LOG_LEVEL=warn shows less.

Settings that are passed on (each process gets its own alone, besides {passed}):
{table}

Try it:
  repolens-supervisor                       run the API and the worker
  repolens-supervisor check                 check the settings and the connections
  repolens-supervisor status                show the processes, their uptimes, and crashes with their reasons",
        passed = environment::PASSED_TO_ALL[..5].join(", ") + ", proxies and certificates",
        table = environment::help_table(),
    )
}

#[cfg(test)]
mod tests {
    use super::{CommandLine, clap_command};

    fn parse(arguments: &[&str]) -> CommandLine {
        let all = ["repolens-supervisor"].iter().chain(arguments);
        CommandLine::parse(all.map(Into::into)).expect("a command line")
    }

    #[test]
    fn flags_come_before_or_after_the_command_and_the_last_one_wins() {
        clap_command().debug_assert();
        for arguments in [["--port=8080", "check"], ["check", "--port=8080"]] {
            let line = parse(&arguments);
            assert_eq!(line.flags.get("PORT").map(String::as_str), Some("8080"));
            assert!(line.command.is_some());
        }
        let line = parse(&["--port=1", "--no-check", "--port", "2", "--data-dir="]);
        let flags: Vec<String> = line
            .flags
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(flags, ["PORT=2", "REPOLENS_NO_CHECK=1"]);
    }
}
