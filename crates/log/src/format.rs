//! Which of the forms a line has.

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text with colors, for a terminal.
    Pretty,
    /// Text without colors.
    Text,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    /// The values that `LOG_FORMAT` may have.
    pub const NAMES: [&'static str; 3] = ["pretty", "text", "json"];

    /// Chooses the form by the value of `LOG_FORMAT`.
    ///
    /// Without a (known) value it is pretty on a terminal and text elsewhere. `pretty` is never used where stdout is
    /// not a terminal: colors are of no use in a file or a pipe.
    pub fn from_setting(log_format: Option<&str>, stdout_is_terminal: bool) -> Self {
        match log_format.map(str::trim) {
            Some("json") => Self::Json,
            Some("text") => Self::Text,
            _ if stdout_is_terminal => Self::Pretty,
            _ => Self::Text,
        }
    }

    /// The same form without colors where the value of `NO_COLOR` asks for that (any value but an empty one).
    #[must_use]
    pub fn honor_no_color(self, no_color: Option<&str>) -> Self {
        match self {
            Self::Pretty if no_color.is_some_and(|value| !value.is_empty()) => Self::Text,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LogFormat;

    #[test]
    fn is_pretty_on_a_terminal_only() {
        assert_eq!(LogFormat::from_setting(None, true), LogFormat::Pretty);
        assert_eq!(LogFormat::from_setting(None, false), LogFormat::Text);
        assert_eq!(LogFormat::from_setting(Some("pretty"), false), LogFormat::Text);
        assert_eq!(LogFormat::from_setting(Some("json"), true), LogFormat::Json);
        assert_eq!(LogFormat::from_setting(Some("text"), true), LogFormat::Text);
        assert_eq!(LogFormat::from_setting(Some("nonsense"), false), LogFormat::Text);
    }

    #[test]
    fn no_color_is_honored_unless_empty() {
        assert_eq!(LogFormat::Pretty.honor_no_color(Some("1")), LogFormat::Text);
        assert_eq!(LogFormat::Pretty.honor_no_color(Some("")), LogFormat::Pretty);
        assert_eq!(LogFormat::Pretty.honor_no_color(None), LogFormat::Pretty);
        assert_eq!(LogFormat::Json.honor_no_color(Some("1")), LogFormat::Json);
    }
}
