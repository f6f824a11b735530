//! Reads settings one by one and collects what is wrong with them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::str::FromStr;
use std::time::Duration;

use crate::lookup;
use crate::table::{Component, Default, Setting, ValueForm};
use crate::units::{self, Rate};
use crate::{Diagnostic, DiagnosticLevel, Environment, Vars};

/// The settings that were read, and the faults that were found on the way.
#[derive(Debug)]
pub struct Checked<T> {
    /// `None` where there is an error among the diagnostics.
    pub settings: Option<T>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads typed values of one program. A value that cannot be read becomes a diagnostic and the default takes its place, so
/// that all faults are found at once.
#[derive(Debug)]
pub struct SettingsReader {
    component: Component,
    vars: Vars,
    /// Values from the command line, by the name of their variable. They win.
    flags: Vars,
    diagnostics: Vec<Diagnostic>,
    /// Names that were read, for the test that every row of the table is.
    read: RefCell<BTreeSet<&'static str>>,
}

impl SettingsReader {
    /// Reads from the variables of the process, and in development from a `.env` file in the working directory.
    #[must_use]
    pub fn from_environment(component: Component) -> Self {
        Self::with_flags(component, Environment::read(None), Vars::new())
    }

    #[must_use]
    pub fn new(component: Component, vars: Vars) -> Self {
        let environment = Environment {
            vars,
            ..Environment::default()
        };
        Self::with_flags(component, environment, Vars::new())
    }

    #[must_use]
    pub fn with_flags(component: Component, environment: Environment, flags: Vars) -> Self {
        let mut reader = Self {
            component,
            vars: environment.vars,
            flags,
            diagnostics: environment.diagnostics,
            read: RefCell::default(),
        };
        // The environment was read by these two.
        for name in ["NODE_ENV", "REPOLENS_ENV_FILE"] {
            if lookup::find(name).is_some_and(|setting| setting.readers.has(component)) {
                reader.read.borrow_mut().insert(name);
            }
        }
        reader.warn_of_unknown_names();
        reader
    }

    /// Whether the strict checks apply.
    #[must_use]
    pub fn production(&self) -> bool {
        self.get("NODE_ENV") == Some("production")
    }

    /// The text of a setting, trimmed. An empty one counts as not set.
    ///
    /// # Panics
    /// Where the table has no such row for this program.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let setting = self.row(name);
        self.read.borrow_mut().insert(setting.name);
        self.flags
            .get(name)
            .or_else(|| self.vars.get(name))
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// A variable that belongs to the system and not to RepoLens, such as `PATH` or `TERM`.
    #[must_use]
    pub fn system(&self, name: &str) -> Option<&str> {
        self.vars
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// All variables, to be passed on to children.
    #[must_use]
    pub fn vars(&self) -> &Vars {
        &self.vars
    }

    /// Names of all settings that were read so far.
    #[must_use]
    pub fn names_read(&self) -> BTreeSet<&'static str> {
        self.read.borrow().clone()
    }

    pub fn error(&mut self, name: &str, message: impl Into<String>) {
        self.report(DiagnosticLevel::Error, name, message.into());
    }

    pub fn warn(&mut self, name: &str, message: impl Into<String>) {
        self.report(DiagnosticLevel::Warning, name, message.into());
    }

    fn report(&mut self, level: DiagnosticLevel, name: &str, message: String) {
        let flag = lookup::find(name)
            .and_then(|setting| setting.flag)
            .filter(|_| self.flags.contains_key(name));
        let diagnostic = Diagnostic {
            level,
            name: flag.map_or_else(|| name.to_owned(), |flag| format!("--{}", flag.name)),
            message,
        };
        // A variable that is read twice is reported once.
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// A value that `parse` understands. Where there is none, or one that cannot be read, it is the default of the table;
    /// `None` where the table describes that in words.
    ///
    /// # Panics
    /// Where the default of the table cannot be read.
    pub fn parsed<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let setting = self.row(name);
        if let Some(value) = self.get(name) {
            if let Some(parsed) = parse(value) {
                return Some(parsed);
            }
            let shown = if setting.secret {
                "its value".to_owned()
            } else {
                format!("`{}`", value.escape_debug())
            };
            self.error(
                name,
                format!("cannot read {shown}: expected {}", setting.form.expected()),
            );
        }
        let Default::Value(text) = setting.default else {
            return None;
        };
        let parsed = parse(text);
        assert!(parsed.is_some(), "the default of `{name}` cannot be read");
        parsed
    }

    /// A setting that is always there, for it has a default.
    fn always<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> T {
        self.parsed(name, parse)
            .unwrap_or_else(|| panic!("the table has no default of `{name}`"))
    }

    /// The text of a setting that has a default.
    pub fn text(&mut self, name: &str) -> String {
        self.always(name, |text| Some(text.to_owned()))
    }

    /// A flag. One without a default in the table is off.
    pub fn flag(&mut self, name: &str) -> bool {
        self.parsed(name, units::parse_flag).unwrap_or(false)
    }

    /// A number within the bounds of the table.
    pub fn number<T: FromStr + TryInto<u64> + Copy>(&mut self, name: &str) -> Option<T> {
        let form = self.row(name).form;
        self.parsed(name, |text| {
            let number: T = text.parse().ok()?;
            let value: u64 = number.try_into().ok()?;
            match form {
                ValueForm::Number { least, most } => (least..=most).contains(&value).then_some(number),
                _ => None,
            }
        })
    }

    pub fn port(&mut self, name: &str) -> Option<u16> {
        self.parsed(name, |text| text.parse().ok().filter(|port| *port != 0))
    }

    /// A length of time. One that the table lets be zero is `Some` then.
    pub fn duration(&mut self, name: &str) -> Option<Duration> {
        let may_be_zero = self.row(name).form == ValueForm::DurationOrZero;
        self.parsed(name, |text| {
            units::parse_duration(text).filter(|time| may_be_zero || !time.is_zero())
        })
    }

    /// A number of bytes; `None` for zero.
    pub fn size(&mut self, name: &str) -> Option<u64> {
        let may_be_zero = self.row(name).form == ValueForm::SizeOrZero;
        let size = self.parsed(name, |text| {
            units::parse_size(text).filter(|size| may_be_zero || *size > 0)
        });
        size.filter(|size| *size > 0)
    }

    /// A rate; `None` for `off`.
    pub fn rate(&mut self, name: &str) -> Option<Rate> {
        self.always(name, |text| match text {
            "off" | "0" => Some(None),
            text => units::parse_rate(text).map(Some),
        })
    }

    /// One of the choices of the table.
    pub fn choice(&mut self, name: &str) -> Option<&'static str> {
        let form = self.row(name).form;
        self.parsed(name, |text| match form {
            ValueForm::Choice(choices) => choices.iter().copied().find(|choice| *choice == text),
            _ => None,
        })
    }

    /// Returns the settings where no error was found.
    #[must_use]
    pub fn finish<T>(self, settings: T) -> Checked<T> {
        let is_sound = self
            .diagnostics
            .iter()
            .all(|diagnostic| diagnostic.level != DiagnosticLevel::Error);
        Checked {
            settings: is_sound.then_some(settings),
            diagnostics: self.diagnostics,
        }
    }

    /// The diagnostics so far, for a program that goes on in spite of them.
    #[must_use]
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    fn row(&self, name: &str) -> &'static Setting {
        let row = lookup::find(name).filter(|setting| setting.readers.has(self.component));
        row.unwrap_or_else(|| panic!("the table of settings has no `{name}` for {:?}", self.component))
    }

    fn warn_of_unknown_names(&mut self) {
        let unknown: Vec<String> = lookup::unknown(self.vars.keys())
            .into_iter()
            .map(str::to_owned)
            .collect();
        for name in unknown {
            let hint = lookup::nearest(&name).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            self.warn(&name, format!("is not a setting of RepoLens{hint}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Checked, Component, SettingsReader};
    use crate::units::Rate;
    use crate::{Environment, Vars};

    fn vars(pairs: &[(&str, &str)]) -> Vars {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    fn messages(checked: &Checked<()>) -> Vec<String> {
        checked.diagnostics.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_misspelled_name_is_reported_with_the_nearest_one() {
        let reader = SettingsReader::new(
            Component::Api,
            vars(&[("REPOLENS_DATADIR", "/x"), ("REPOLENS_DATA_DIR", "/y"), ("OTHER", "1")]),
        );
        let checked = reader.finish(());
        assert_eq!(
            messages(&checked),
            ["REPOLENS_DATADIR: is not a setting of RepoLens; did you mean `REPOLENS_DATA_DIR`?"]
        );
        assert!(checked.settings.is_some(), "a warning stops nothing");
    }

    #[test]
    fn an_unreadable_value_names_the_variable_and_what_was_expected() {
        let mut reader = SettingsReader::new(
            Component::Worker,
            vars(&[("PORT", "http"), ("SCAN_TIMEOUT", "soon"), ("MAX_FILE_SIZE", "0")]),
        );
        assert_eq!(reader.port("PORT"), Some(3001));
        assert_eq!(reader.duration("SCAN_TIMEOUT"), Some(Duration::from_secs(600)));
        assert_eq!(reader.size("MAX_FILE_SIZE"), Some(2 << 20));
        let checked = reader.finish(());
        assert_eq!(
            messages(&checked),
            [
                "PORT: cannot read `http`: expected a port from 1 to 65535",
                "SCAN_TIMEOUT: cannot read `soon`: expected a length of time such as `90s` or `10m`",
                "MAX_FILE_SIZE: cannot read `0`: expected a size such as `300MB` or `1GiB`",
            ]
        );
        assert!(checked.settings.is_none());
    }

    #[test]
    fn a_flag_wins_and_is_named_in_its_place() {
        let environment = Environment {
            vars: vars(&[("REPOLENS_START_TIMEOUT", "1s"), ("REPOLENS_API_GRACE", "x")]),
            ..Environment::default()
        };
        let flags = vars(&[("REPOLENS_START_TIMEOUT", "2s"), ("REPOLENS_CRASH_LOOP", "8")]);
        let mut reader = SettingsReader::with_flags(Component::Supervisor, environment, flags);
        assert_eq!(reader.duration("REPOLENS_START_TIMEOUT"), Some(Duration::from_secs(2)));
        let standard = Rate {
            count: 8,
            per: Duration::from_secs(120),
        };
        assert_eq!(reader.rate("REPOLENS_CRASH_LOOP"), Some(standard));
        reader.duration("REPOLENS_API_GRACE");
        let names: Vec<String> = reader
            .into_diagnostics()
            .into_iter()
            .map(|diagnostic| diagnostic.name)
            .collect();
        assert_eq!(names, ["--crash-loop", "REPOLENS_API_GRACE"]);
    }

    #[test]
    fn a_secret_is_not_shown() {
        let mut reader = SettingsReader::new(Component::Api, vars(&[("REDIS_URL", "hunter2")]));
        assert_eq!(reader.parsed("REDIS_URL", |_| None::<()>), None);
        assert!(!messages(&reader.finish(()))[0].contains("hunter2"));
    }

    #[test]
    #[should_panic(expected = "has no `DATABASE_URL` for Worker")]
    fn a_program_reads_only_its_own_rows() {
        let reader = SettingsReader::new(Component::Worker, Vars::new());
        let _text = reader.get("DATABASE_URL");
    }
}
