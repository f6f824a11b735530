//! The form of the table of settings.

/// A program that reads settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Component {
    Api,
    Worker,
    Supervisor,
}

/// The programs that read a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readers {
    pub api: bool,
    pub worker: bool,
    pub supervisor: bool,
}

impl Readers {
    pub const API: Self = Self::of(true, false, false);
    pub const WORKER: Self = Self::of(false, true, false);
    pub const API_AND_WORKER: Self = Self::of(true, true, false);
    pub const SUPERVISOR: Self = Self::of(false, false, true);
    pub const API_AND_SUPERVISOR: Self = Self::of(true, false, true);
    pub const ALL: Self = Self::of(true, true, true);

    const fn of(api: bool, worker: bool, supervisor: bool) -> Self {
        Self {
            api,
            worker,
            supervisor,
        }
    }

    #[must_use]
    pub const fn has(self, component: Component) -> bool {
        match component {
            Component::Api => self.api,
            Component::Worker => self.worker,
            Component::Supervisor => self.supervisor,
        }
    }
}

/// The form of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueForm {
    /// `1` or `0`.
    Flag,
    Number {
        least: u64,
        most: u64,
    },
    Port,
    /// A length of time that is not zero.
    Duration,
    /// A length of time; zero means "off", "none" or "never".
    DurationOrZero,
    /// A number of bytes that is not zero.
    Size,
    /// A number of bytes; zero is the same as no value.
    SizeOrZero,
    /// A number of events in a length of time, or `off`.
    Rate,
    Choice(&'static [&'static str]),
    Path,
    /// A user by number.
    User,
    /// A command line, split into words as a shell does.
    Command,
    /// Any text.
    Text,
    /// A text with rules of its own; completes the sentence "expected …".
    Special(&'static str),
}

impl ValueForm {
    /// Completes the sentence "expected …".
    #[must_use]
    pub fn expected(self) -> String {
        match self {
            Self::Flag => "`1` or `0`".to_owned(),
            Self::Number { least, most } => format!("a number from {least} to {most}"),
            Self::Port => "a port from 1 to 65535".to_owned(),
            Self::Duration => "a length of time such as `90s` or `10m`".to_owned(),
            Self::DurationOrZero => "a length of time such as `90s` or `10m`, or `0`".to_owned(),
            Self::Size | Self::SizeOrZero => "a size such as `300MB` or `1GiB`".to_owned(),
            Self::Rate => "a rate such as `5/min` or `8/2m`, or `off`".to_owned(),
            Self::Choice(choices) => {
                let quoted: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
                match quoted.split_last() {
                    Some((last, [])) => last.clone(),
                    Some((last, others)) => format!("{} or {last}", others.join(", ")),
                    None => "nothing".to_owned(),
                }
            }
            Self::Path => "a path".to_owned(),
            Self::User => "a user by number such as `10001` or `10001:10001`, and not root".to_owned(),
            Self::Command => "a command, with its quotes closed".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Special(expected) => expected.to_owned(),
        }
    }
}

/// The value of a setting that is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Default {
    /// Written as an operator would write it.
    Value(&'static str),
    /// Described in words: it depends on other settings, or there is none.
    Words(&'static str),
}

/// A flag of the supervisor's command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag {
    /// Without the dashes.
    pub name: &'static str,
    /// Placeholder of the value in `--help`.
    pub value: &'static str,
    pub group: HelpGroup,
}

/// A heading of the supervisor's `--help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpGroup {
    Processes,
    Health,
    Restarts,
    Stop,
    /// Left out of `--help` and of the documents: for tests.
    Hidden,
}

impl HelpGroup {
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Processes => "Processes",
            Self::Health => "Health",
            Self::Restarts => "Restarts of the worker",
            Self::Stop => "Stop",
            Self::Hidden => "Tests",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The environment variable.
    pub name: &'static str,
    pub readers: Readers,
    pub form: ValueForm,
    pub default: Default,
    /// Its value is never shown.
    pub secret: bool,
    /// The description in the documents and in `--help`.
    pub about: &'static str,
    /// The supervisor's flag for it.
    pub flag: Option<Flag>,
}

impl Setting {
    pub(crate) const fn new(
        name: &'static str,
        readers: Readers,
        form: ValueForm,
        default: Default,
        about: &'static str,
    ) -> Self {
        Self {
            name,
            readers,
            form,
            default,
            secret: false,
            about,
            flag: None,
        }
    }

    pub(crate) const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    pub(crate) const fn flag(self, name: &'static str, value: &'static str, group: HelpGroup) -> Self {
        Self {
            flag: Some(Flag { name, value, group }),
            ..self
        }
    }

    /// Whether documents and `--help` leave it out.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.flag.is_some_and(|flag| flag.group == HelpGroup::Hidden)
    }
}

#[cfg(test)]
mod tests {
    use super::ValueForm;

    #[test]
    fn choices_are_listed() {
        assert_eq!(ValueForm::Choice(&["a", "b", "c"]).expected(), "`a`, `b` or `c`");
        assert_eq!(ValueForm::Choice(&["a"]).expected(), "`a`");
    }
}
