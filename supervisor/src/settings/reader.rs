//! Reads values one after the other and collects what is wrong with them.

use std::path::PathBuf;
use std::time::Duration;

use clap::CommandFactory as _;
use repolens_log::Level;

use super::environment::Environment;
use super::{Fault, Program, units};
use crate::cli::Cli;
use crate::variables::{self, VARIABLES};

/// Reads one value after the other and collects the faults.
pub struct Reader {
    pub faults: Vec<Fault>,
}

impl Reader {
    pub fn error(&mut self, name: &str, message: String) {
        self.faults.push(Fault {
            level: Level::Error,
            name: name.to_owned(),
            message,
        });
    }

    pub fn parsed<T>(
        &mut self,
        name: &str,
        text: &Option<String>,
        default: T,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> T {
        match text.as_deref() {
            None => default,
            Some(text) => parse(text).unwrap_or_else(|| {
                self.error(name, format!("`{}` is not {expected}", text.escape_debug()));
                default
            }),
        }
    }

    pub fn time(&mut self, name: &str, text: &Option<String>, default_ms: u64) -> Duration {
        self.parsed(
            name,
            text,
            Duration::from_millis(default_ms),
            "a time such as `500ms`, `10s` or `2m`",
            units::duration,
        )
    }

    pub fn optional_time(&mut self, name: &str, text: &Option<String>, default_ms: u64) -> Option<Duration> {
        Some(self.time(name, text, default_ms)).filter(|time| !time.is_zero())
    }

    pub fn program(&mut self, name: &str, command: Option<&str>, default: &str, needed: bool) -> Program {
        if let Some(command) = command {
            let mut words = split_words(command).unwrap_or_else(|| {
                self.error(name, "has a quote that is not closed".to_owned());
                vec![command.to_owned()]
            });
            let path = PathBuf::from(words.remove(0));
            return Program {
                path,
                arguments: words,
                ours: false,
            };
        }
        let beside = std::env::current_exe()
            .ok()
            .and_then(|own| Some(own.parent()?.join(default)));
        let path = beside.unwrap_or_else(|| PathBuf::from(default));
        if needed && !path.is_file() {
            self.error(
                name,
                format!(
                    "`{}` does not exist: build it, or name the program with `{name} CMD`",
                    path.display()
                ),
            );
        }
        Program {
            path,
            arguments: Vec::new(),
            ours: true,
        }
    }

    pub fn warn_of_unknown(&mut self, environment: &Environment) {
        let command = Cli::command();
        let flags: Vec<&str> = command
            .get_arguments()
            .filter_map(|flag| flag.get_env()?.to_str())
            .collect();
        let known: Vec<&str> = flags
            .into_iter()
            .chain(VARIABLES.iter().map(|variable| variable.name))
            .filter(|name| name.starts_with("REPOLENS_"))
            .collect();
        let mut unknown: Vec<&String> = environment
            .variables
            .keys()
            .filter(|name| name.starts_with("REPOLENS_") && !known.contains(&name.as_str()))
            .collect();
        unknown.sort();
        for name in unknown {
            let hint = variables::nearest(name, known.iter().copied())
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default();
            self.faults.push(Fault {
                level: Level::Warn,
                name: name.clone(),
                message: format!("is not a setting of RepoLens{hint}"),
            });
        }
    }
}

/// Words of a command, split at blanks; quotes keep blanks together. `None` where a quote is not closed.
fn split_words(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in command.chars() {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => word.get_or_insert_default().push(character),
            None if character == '"' || character == '\'' => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            None if character.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::split_words;

    #[test]
    fn words_of_a_command() {
        assert_eq!(
            split_words("a 'b c' \"d\"e ''"),
            Some(vec!["a".into(), "b c".into(), "de".into(), String::new()])
        );
        assert_eq!(split_words("a 'b"), None);
    }
}
