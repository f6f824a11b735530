//! One event and its rendering.

use std::fmt::Write as _;
use std::time::SystemTime;

use serde_json::Value;

use crate::{LogFormat, harmless, redact, timestamp};

/// How grave an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl Level {
    /// The name in upper case, as text lines show it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
        }
    }

    /// The level of a name in any case; `warning`, `fatal` and `critical` are understood as well.
    pub fn from_name(name: &str) -> Option<Self> {
        const NAMES: [(&str, Level); 8] = [
            ("ERROR", Level::Error),
            ("WARN", Level::Warn),
            ("INFO", Level::Info),
            ("DEBUG", Level::Debug),
            ("TRACE", Level::Trace),
            ("WARNING", Level::Warn),
            ("FATAL", Level::Error),
            ("CRITICAL", Level::Error),
        ];
        NAMES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, level)| *level)
    }

    const fn color(self) -> &'static str {
        match self {
            Self::Error => "\x1b[31m",
            Self::Warn => "\x1b[33m",
            Self::Info => "\x1b[32m",
            Self::Debug => "\x1b[34m",
            Self::Trace => "\x1b[2m",
        }
    }
}

/// The keys that every JSON line has; a field of the same name is left out.
const OWN_KEYS: [&str; 5] = ["ts", "source", "pid", "level", "msg"];

/// One event.
#[derive(Debug)]
pub struct Record<'a> {
    pub time: SystemTime,
    /// The process that wrote it: `api`, `worker` or `supervisor`.
    pub source: &'a str,
    pub pid: u32,
    pub level: Level,
    pub message: &'a str,
    pub fields: &'a [(&'a str, Value)],
}

impl Record<'_> {
    /// The line, with its newline: redacted, and harmless.
    pub fn render(&self, format: LogFormat) -> String {
        let mut line = match format {
            LogFormat::Json => self.json(),
            LogFormat::Pretty | LogFormat::Text => self.text(format == LogFormat::Pretty),
        };
        line.push('\n');
        line
    }

    fn text(&self, colors: bool) -> String {
        let mut body = self.message.to_owned();
        for (key, value) in self.fields {
            let shown = match value {
                Value::String(text) if is_secret_name(key) && !text.is_empty() => "***".to_owned(),
                Value::String(text) if needs_no_quotes(text) => text.clone(),
                other => other.to_string(),
            };
            write!(body, " {key}={shown}").expect("writing to a `String` cannot fail");
        }
        let mut line = String::with_capacity(body.len() + 48);
        push_prefix(&mut line, &timestamp(self.time), self.source, self.level, colors);
        line.push_str(&harmless(&redact(&body)));
        line
    }

    fn json(&self) -> String {
        let mut line = String::with_capacity(self.message.len() + 128);
        let mut separator = '{';
        let mut put = |key: &str, value: &Value| {
            write!(line, "{separator}{}:{value}", Value::from(key)).expect("writing to a `String` cannot fail");
            separator = ',';
        };
        put("ts", &timestamp(self.time).into());
        put("source", &self.source.into());
        put("pid", &self.pid.into());
        put("level", &self.level.name().to_ascii_lowercase().into());
        put("msg", &redact(self.message).into());
        for (number, (key, value)) in self.fields.iter().enumerate() {
            // A key twice in one object is read differently by every reader.
            if OWN_KEYS.contains(key) || self.fields[..number].iter().any(|(earlier, _)| earlier == key) {
                continue;
            }
            match value {
                Value::String(text) if is_secret_name(key) && !text.is_empty() => put(key, &"***".into()),
                Value::String(text) => put(key, &redact(text).into()),
                other => put(key, other),
            }
        }
        line.push('}');
        line
    }
}

/// Writes the prefix of a message: `TIME SOURCE     LEVEL `.
pub fn push_prefix(line: &mut String, time: &str, source: &str, level: Level, colors: bool) {
    let written = if colors {
        write!(
            line,
            "\x1b[2m{time}\x1b[0m {}{source:<10}\x1b[0m {}{:<5}\x1b[0m ",
            color_of(source),
            level.color(),
            level.name()
        )
    } else {
        write!(line, "{time} {source:<10} {:<5} ", level.name())
    };
    written.expect("writing to a `String` cannot fail");
}

fn color_of(source: &str) -> &'static str {
    match source {
        "api" => "\x1b[36m",
        "worker" => "\x1b[35m",
        _ => "\x1b[1m",
    }
}

/// A field with one of these names holds a secret whatever its form.
fn is_secret_name(key: &str) -> bool {
    ["authorization", "password", "secret", "token", "api_key"]
        .iter()
        .any(|name| key.eq_ignore_ascii_case(name))
}

fn needs_no_quotes(text: &str) -> bool {
    !text.is_empty()
        && !text
            .bytes()
            .any(|byte| byte <= b' ' || matches!(byte, b'"' | b'=' | b'\\' | 0x7f))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use serde_json::{Value, json};

    use super::{Level, Record};
    use crate::LogFormat;

    fn at() -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(1_769_105_155_123)
    }

    fn record<'a>(message: &'a str, fields: &'a [(&'a str, Value)]) -> Record<'a> {
        Record {
            time: at(),
            source: "api",
            pid: 7,
            level: Level::Info,
            message,
            fields,
        }
    }

    #[test]
    fn text_has_the_form_of_the_contract() {
        let line = record(
            "request done",
            &[("status", json!(200)), ("path", json!("/a b")), ("id", json!("x"))],
        )
        .render(LogFormat::Text);
        assert_eq!(
            line,
            "2026-01-22T18:05:55.123Z api        INFO  request done status=200 path=\"/a b\" id=x\n"
        );
    }

    #[test]
    fn json_has_the_named_keys_first_and_once() {
        let line =
            record("hé \"quoted\"\n", &[("scan_id", json!("s")), ("level", json!("fake"))]).render(LogFormat::Json);
        assert!(line.ends_with("}\n") && !line[..line.len() - 1].contains('\n'));
        let parsed: Value = serde_json::from_str(&line).expect("a line is a JSON object");
        assert_eq!(
            parsed,
            json!({"ts": "2026-01-22T18:05:55.123Z", "source": "api", "pid": 7, "level": "info", "msg": "hé \"quoted\"\n", "scan_id": "s"})
        );
    }

    #[test]
    fn colors_only_when_pretty() {
        assert!(record("m", &[]).render(LogFormat::Pretty).contains("\x1b[36mapi"));
        assert!(!record("m", &[]).render(LogFormat::Text).contains('\x1b'));
    }

    #[test]
    fn secrets_and_forged_lines_do_not_pass() {
        let fields = [
            ("url", json!("redis://u:hunter2@h")),
            ("Authorization", json!("abc")),
            ("note", json!("a\nb\x1b[0m")),
        ];
        for format in [LogFormat::Text, LogFormat::Json, LogFormat::Pretty] {
            let line = record("go\nto postgres://u:hunter2@h/db", &fields).render(format);
            assert_eq!(line.matches('\n').count(), 1, "{line}");
            assert!(!line.contains("hunter2") && !line.contains("abc"), "{line}");
        }
    }

    #[test]
    fn level_names_are_understood() {
        assert_eq!(Level::from_name("warning"), Some(Level::Warn));
        assert_eq!(Level::from_name("Info"), Some(Level::Info));
        assert_eq!(Level::from_name("info:"), None);
    }
}
