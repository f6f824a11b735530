//! The environment and the `.env` file: the only place of the three programs that reads either.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::{Diagnostic, DiagnosticLevel};

/// Variables by name. None of them is empty.
pub type Vars = BTreeMap<String, String>;

/// The variables of a process, with those of its `.env` file.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    pub vars: Vars,
    /// The faults of the file, and of variables that are not UTF-8.
    pub diagnostics: Vec<Diagnostic>,
}

impl Environment {
    /// Reads the variables of this process, and those of a `.env` file for names that the process does not have.
    ///
    /// The file is not read where `NODE_ENV` is `production`, nor by a child of the supervisor, which has read it already.
    /// `file` is the path that a flag names; a missing file is an error only if a flag or `REPOLENS_ENV_FILE` names it.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    pub fn read(file: Option<&str>) -> Self {
        let mut environment = Self::default();
        for (name, value) in std::env::vars_os() {
            // A name that is not UTF-8 is none of ours.
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => environment.add(name, value),
                Err(_) => environment.error(name, "is not valid UTF-8"),
            }
        }
        let has = |name: &str| environment.vars.contains_key(name);
        let is_child = has("REPOLENS_SUPERVISOR_SOCKET") || has("REPOLENS_HEARTBEAT");
        let production = environment
            .vars
            .get("NODE_ENV")
            .is_some_and(|value| value == "production");
        if !is_child && !production {
            let named = file.or(environment.vars.get("REPOLENS_ENV_FILE").map(String::as_str));
            let path = named.unwrap_or(".env").to_owned();
            environment.read_file(&path, named.is_some());
        }
        environment
    }

    /// Adds a variable, unless there is one of that name. Hosting sites make empty variables where nothing is filled in: an
    /// empty one is the same as none.
    fn add(&mut self, name: String, value: String) {
        let value = value.trim();
        if !value.is_empty() {
            self.vars.entry(name).or_insert_with(|| value.to_owned());
        }
    }

    fn error(&mut self, name: String, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic {
            level: DiagnosticLevel::Error,
            name,
            message: message.into(),
        });
    }

    fn read_file(&mut self, path: &str, is_named: bool) {
        let text = match fs::read_to_string(Path::new(path)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && !is_named => return,
            Err(error) => return self.error(path.to_owned(), format!("cannot be read: {error}")),
        };
        let mut values = Vars::new();
        for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            match parse_line(line) {
                // The last of several lines for one name counts.
                Ok(Some((name, value))) => {
                    values.insert(name, value);
                }
                Ok(None) => {}
                // The line itself is not repeated: it may hold a secret.
                Err(message) => self.error(format!("{path}:{}", number + 1), message),
            }
        }
        for (name, value) in values {
            self.add(name, value);
        }
    }
}

/// Parses a line of a `.env` file: `NAME=value`, optionally with `export` before it and a comment behind it.
///
/// A value in double quotes has the escapes `\n`, `\r`, `\t`, `\"` and `\\`; one in single quotes has none. An unquoted value
/// ends at ` #`. Nothing is substituted: a `$` is a `$`.
fn parse_line(line: &str) -> Result<Option<(String, String)>, &'static str> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=').ok_or("is not of the form `NAME=value`")?;
    let (name, value) = (name.trim(), value.trim());
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.is_empty() || !name.bytes().all(is_name) {
        return Err("has a name with other characters than letters, digits and `_`");
    }
    let value = match value.as_bytes().first() {
        Some(b'"') => double_quoted(&value[1..])?,
        Some(b'\'') => {
            let (inner, rest) = value[1..].split_once('\'').ok_or(OPEN_QUOTE)?;
            ends(rest)?;
            inner.to_owned()
        }
        Some(b'#') => String::new(),
        _ => value
            .split_once(" #")
            .map_or(value, |(value, _)| value)
            .trim_end()
            .to_owned(),
    };
    Ok(Some((name.to_owned(), value)))
}

const OPEN_QUOTE: &str = "has no closing quote";

fn double_quoted(text: &str) -> Result<String, &'static str> {
    let mut value = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next().ok_or(OPEN_QUOTE)? {
            '"' => break,
            '\\' => match characters.next().ok_or(OPEN_QUOTE)? {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                escaped @ ('"' | '\\') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            character => value.push(character),
        }
    }
    ends(characters.as_str())?;
    Ok(value)
}

/// Checks that only a comment follows a closing quote.
fn ends(rest: &str) -> Result<(), &'static str> {
    let rest = rest.trim_start();
    if rest.is_empty() || rest.starts_with('#') {
        Ok(())
    } else {
        Err("has text behind its closing quote")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Environment, parse_line};

    #[test]
    fn lines_of_an_env_file() {
        let parsed = |line| parse_line(line).map(|pair| pair.map(|(name, value)| format!("{name}|{value}")));
        for (line, expected) in [
            ("A=b", "A|b"),
            ("export A = b c # note", "A|b c"),
            (r#"A="b # c" # note"#, "A|b # c"),
            ("A='b\"c'#note", "A|b\"c"),
            (r#"A="a\"b\\c\nd\x""#, "A|a\"b\\c\nd\\x"),
            (r"A='a\nb'", r"A|a\nb"),
            ("A=postgres://u:p#q@h/d", "A|postgres://u:p#q@h/d"),
            ("A=pa$$word$HOME", "A|pa$$word$HOME"),
            ("A=\"$HOME\"", "A|$HOME"),
            ("A=b=c", "A|b=c"),
            ("A=", "A|"),
            ("A= # note", "A|"),
        ] {
            assert_eq!(parsed(line), Ok(Some(expected.to_owned())), "{line}");
        }
        for nothing in ["", "  ", "  # note"] {
            assert_eq!(parsed(nothing), Ok(None));
        }
        for bad in [
            "no equals sign",
            "A=\"open",
            "A='open",
            "A B=c",
            "A=\"a\"b",
            "A='a'b",
            "=b",
            "A=\"a\\\"",
        ] {
            assert!(parse_line(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_environment_wins_and_empty_values_are_none() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("settings");
        std::fs::write(&path, "\u{feff}A=file\r\nB=first\nB=file\nC=\nD=file\nwrong\n").expect("a file");
        let mut environment = Environment::default();
        environment.add("A".into(), "process".into());
        environment.add("D".into(), "  ".into());
        let path = path.to_str().expect("a path of text");
        environment.read_file(path, true);
        let vars: Vec<String> = environment
            .vars
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(vars, ["A=process", "B=file", "D=file"]);
        assert_eq!(environment.diagnostics.len(), 1);
        assert_eq!(environment.diagnostics[0].name, format!("{path}:6"));
    }

    #[test]
    fn only_a_named_file_must_exist() {
        for (is_named, errors) in [(false, 0), (true, 1)] {
            let mut environment = Environment::default();
            environment.read_file("/nonexistent/.env", is_named);
            assert_eq!(environment.diagnostics.len(), errors);
        }
    }

    proptest! {
        #[test]
        fn any_value_survives_double_quotes(value in "[^\r\n]{0,40}") {
            let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
            let parsed = parse_line(&format!("A=\"{quoted}\" # note"));
            prop_assert_eq!(parsed, Ok(Some(("A".to_owned(), value))));
        }

        #[test]
        fn any_line_is_parsed_or_refused(line in "\\PC{0,60}") {
            let _either = parse_line(&line);
        }
    }
}
