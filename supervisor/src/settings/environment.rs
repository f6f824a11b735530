//! The environment and the `.env` file: the only place that reads either.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// All variables, those of the `.env` file included.
#[derive(Debug, Default)]
pub struct Environment {
    pub variables: HashMap<String, String>,
    /// The names that only the file has, for flags that read the process's environment.
    pub from_file: HashMap<String, String>,
    /// What went wrong with the file, or with a variable that is not UTF-8: (name, what).
    pub faults: Vec<(String, String)>,
}

impl Environment {
    /// Reads the process's environment and, unless `NODE_ENV` is `production`, the `.env` file. The environment wins.
    ///
    /// `file` is the path that was asked for by a flag, if any; a missing file is a fault only then.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    pub fn read(file: Option<&str>) -> Self {
        let mut environment = Self::default();
        for (name, value) in std::env::vars_os() {
            // Without UTF-8 it cannot be one of ours, except by mistake.
            match (name.into_string(), value.into_string()) {
                // Hosting sites make empty variables where nothing is filled in; they mean the same as none.
                (Ok(_), Ok(value)) if value.trim().is_empty() => {}
                (Ok(name), Ok(value)) => {
                    environment.variables.insert(name, value);
                }
                (Ok(name), Err(_)) => environment.faults.push((name, "is not valid UTF-8".to_owned())),
                (Err(_), _) => {}
            }
        }
        if environment
            .variables
            .get("NODE_ENV")
            .is_none_or(|value| value != "production")
        {
            let asked = file
                .map(str::to_owned)
                .or_else(|| environment.variables.get("REPOLENS_ENV_FILE").cloned());
            environment.read_file(asked.as_deref().unwrap_or(".env"), asked.is_some());
        }
        environment
    }

    /// The value of a variable that is set to something.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    fn read_file(&mut self, path: &str, asked: bool) {
        let text = match fs::read_to_string(Path::new(path)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && !asked => return,
            Err(error) => {
                self.faults.push((path.to_owned(), format!("cannot be read: {error}")));
                return;
            }
        };
        for (number, line) in text.lines().enumerate() {
            match parse_line(line) {
                Ok(Some((_, value))) if value.trim().is_empty() => {}
                Ok(None) => {}
                Ok(Some((name, value))) => {
                    if !self.variables.contains_key(&name) {
                        self.from_file.insert(name, value);
                    }
                }
                Err(what) => self.faults.push((format!("{path}:{}", number + 1), what.to_owned())),
            }
        }
        self.variables.extend(self.from_file.clone());
    }
}

/// One line of a `.env` file: `NAME=value`, with `export` in front, quotes around the value and a comment allowed.
fn parse_line(line: &str) -> Result<Option<(String, String)>, &'static str> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=').ok_or("is not of the form `NAME=value`")?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err("has a name with other characters than letters, digits and `_`");
    }
    let value = match value.as_bytes().first() {
        Some(b'"') => {
            let inner = value[1..].split_once('"').ok_or("has no closing quote")?.0;
            inner.replace("\\n", "\n")
        }
        Some(b'\'') => value[1..].split_once('\'').ok_or("has no closing quote")?.0.to_owned(),
        _ => value
            .split_once(" #")
            .map_or(value, |(value, _)| value)
            .trim_end()
            .to_owned(),
    };
    Ok(Some((name.to_owned(), value)))
}

#[cfg(test)]
mod tests {
    use super::parse_line;

    #[test]
    fn lines_of_an_env_file() {
        let parsed = |line| parse_line(line).map(|pair| pair.map(|(name, value)| format!("{name}|{value}")));
        assert_eq!(parsed("A=b"), Ok(Some("A|b".into())));
        assert_eq!(parsed("export A = b c # note"), Ok(Some("A|b c".into())));
        assert_eq!(parsed(r#"A="b # c" # note"#), Ok(Some("A|b # c".into())));
        assert_eq!(parsed("A='b\"c'"), Ok(Some("A|b\"c".into())));
        assert_eq!(
            parsed("A=postgres://u:p#q@h/d"),
            Ok(Some("A|postgres://u:p#q@h/d".into()))
        );
        assert_eq!(parsed("A="), Ok(Some("A|".into())));
        assert_eq!(parsed("  # note"), Ok(None));
        assert!(parsed("no equals sign").is_err());
        assert!(parsed("A=\"open").is_err());
        assert!(parsed("A B=c").is_err());
    }
}
