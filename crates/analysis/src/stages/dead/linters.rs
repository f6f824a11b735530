//! What a repository allows by the configuration of its linters: `per-file-ignores`, `ignore` and `exclude` of ruff and
//! flake8, `disable` of pylint.

use crate::facts::FileFacts;
use crate::stages::modules::folder;

/// Whether the text of the file at `path` is kept to be read here.
#[must_use]
pub(crate) fn reads_text_of(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let known = matches!(
        name,
        "pyproject.toml" | "ruff.toml" | ".ruff.toml" | "setup.cfg" | "tox.ini" | ".flake8" | ".pylintrc" | "pylintrc"
    );
    known && !path.contains("node_modules/")
}

/// The codes whose exemptions are read.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'w> {
    pub is_code: &'w dyn Fn(&str) -> bool,
    /// Files that are not linted at all are exempt.
    pub excluded: bool,
}

/// Files below a folder that are exempt.
struct Exemption {
    folder: String,
    /// As `fnmatch` has it: `*` matches slashes too.
    pattern: String,
}

#[derive(Default)]
pub(crate) struct Exemptions(Vec<Exemption>);

impl Exemptions {
    /// Imports that are not used.
    pub(super) fn of_imports(files: &[FileFacts]) -> Self {
        Self::of(
            files,
            Wanted {
                is_code: &is_code,
                excluded: true,
            },
        )
    }

    pub(crate) fn of(files: &[FileFacts], wanted: Wanted<'_>) -> Self {
        let mut found = Self::default();
        for file in files.iter().filter(|file| reads_text_of(&file.path)) {
            let text = file.text.as_deref().unwrap_or_default();
            let patterns = if file.path.ends_with(".toml") {
                of_toml(text, wanted)
            } else {
                of_ini(text, wanted)
            };
            found.0.extend(patterns.into_iter().map(|pattern| Exemption {
                folder: folder(&file.path).to_owned(),
                pattern,
            }));
        }
        found
    }

    pub(crate) fn cover(&self, path: &str) -> bool {
        self.0.iter().any(|exemption| {
            let below = match exemption.folder.as_str() {
                "" => Some(path),
                folder => path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')),
            };
            below.is_some_and(|path| covers(&exemption.pattern, path))
        })
    }
}

/// Whether a pattern of a linter names a file: by its whole path, by its name, or by a folder above it.
fn covers(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim().trim_start_matches("./").trim_end_matches('/');
    if pattern.is_empty() {
        return false;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
    fnmatch(pattern, path)
        || fnmatch(pattern, name)
        || pattern.strip_prefix("**/").is_some_and(|rest| fnmatch(rest, path))
        || folders
            .into_iter()
            .any(|folder| fnmatch(pattern, folder) || fnmatch(pattern, folder.rsplit('/').next().unwrap_or(folder)))
}

/// `*` for any text, `?` for any byte.
fn fnmatch(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut retry = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((after, at)) => {
                    retry = Some((after, at + 1));
                    p = after;
                    t = at + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

fn is_code(code: &str) -> bool {
    let code = code.trim();
    matches!(
        code,
        "F401" | "F4" | "F40" | "F" | "ALL" | "unused-import" | "W0611" | "all"
    )
}

fn of_toml(text: &str, wanted: Wanted<'_>) -> Vec<String> {
    let Ok(root) = text.parse::<toml::Table>() else {
        return Vec::new();
    };
    let at = |path: &[&str]| {
        let mut table = Some(&root);
        for key in path {
            table = table.and_then(|table| table.get(*key)).and_then(toml::Value::as_table);
        }
        table
    };
    let mut found = Vec::new();
    // Keys of other tables of a `pyproject.toml` are not read.
    let is_own_file = !root.contains_key("tool") && !root.contains_key("project");
    let own: &[&[&str]] = if is_own_file { &[&[], &["lint"]] } else { &[] };
    let shared: &[&[&str]] = &[&["tool", "ruff"], &["tool", "ruff", "lint"], &["tool", "flake8"]];
    for table in own.iter().chain(shared).filter_map(|path| at(path)) {
        ruff(table, wanted, &mut found);
    }
    let pylint = [
        &["tool", "pylint"][..],
        &["tool", "pylint", "messages control"],
        &["tool", "pylint", "messages_control"],
        &["tool", "pylint", "MESSAGES CONTROL"],
        &["tool", "pylint", "main"],
    ];
    for table in pylint.iter().filter_map(|path| at(path)) {
        let disabled = table.get("disable").map(codes).unwrap_or_default();
        if disabled.iter().any(|code| (wanted.is_code)(code)) {
            found.push("*".to_owned());
        }
    }
    found
}

fn ruff(table: &toml::Table, wanted: Wanted<'_>, found: &mut Vec<String>) {
    let has = |list: &toml::Value| codes(list).iter().any(|code| (wanted.is_code)(code));
    for key in ["per-file-ignores", "extend-per-file-ignores"] {
        match table.get(key) {
            Some(toml::Value::Table(map)) => {
                let allowing = map.iter().filter(|(_, list)| has(list));
                found.extend(allowing.map(|(pattern, _)| pattern.clone()));
            }
            // flake8's form: `["a.py: F401"]`.
            Some(list) => per_file(&codes(list).join("\n"), wanted, found),
            None => {}
        }
    }
    for key in ["ignore", "extend-ignore"] {
        if table.get(key).is_some_and(has) {
            found.push("*".to_owned());
        }
    }
    for key in ["exclude", "extend-exclude"].into_iter().filter(|_| wanted.excluded) {
        found.extend(table.get(key).map(codes).unwrap_or_default());
    }
}

fn codes(value: &toml::Value) -> Vec<String> {
    match value {
        toml::Value::String(text) => text.split(',').map(|code| code.trim().to_owned()).collect(),
        toml::Value::Array(list) => list
            .iter()
            .filter_map(|code| code.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

/// Sections of flake8 and pylint, in files of the form of `setup.cfg`.
fn of_ini(text: &str, wanted: Wanted<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut section = String::new();
    let mut entries: Vec<(String, String, String)> = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.to_lowercase();
        } else if line.starts_with([' ', '\t']) && !entries.is_empty() {
            if let Some((_, _, value)) = entries.last_mut() {
                value.push('\n');
                value.push_str(trimmed);
            }
        } else if let Some((key, value)) = trimmed.split_once('=').or_else(|| trimmed.split_once(':')) {
            entries.push((section.clone(), key.trim().replace('_', "-"), value.trim().to_owned()));
        }
    }
    for (section, key, value) in &entries {
        let list = || {
            value
                .split([',', '\n', ' '])
                .map(|part| part.split('#').next().unwrap_or_default().trim())
        };
        match (section.as_str(), key.as_str()) {
            ("flake8" | "flake8:local-plugins", "per-file-ignores") => per_file(value, wanted, &mut found),
            ("flake8", "ignore" | "extend-ignore") | (_, "disable") => {
                let own = section == "flake8"
                    || section.contains("messages")
                    || section.contains("pylint")
                    || section == "main"
                    || section == "master";
                if own && list().any(wanted.is_code) {
                    found.push("*".to_owned());
                }
            }
            ("flake8", "exclude" | "extend-exclude") if wanted.excluded => found.extend(list().map(str::to_owned)),
            _ => {}
        }
    }
    found.retain(|pattern| !pattern.is_empty());
    found
}

/// `a.py, b.py: F401, E501`, one or more.
fn per_file(value: &str, wanted: Wanted<'_>, found: &mut Vec<String>) {
    let mut patterns: Vec<&str> = Vec::new();
    let mut in_codes = false;
    for word in value.split_inclusive([',', '\n', ' ', '\t', ':']) {
        let ends_patterns = word.ends_with(':');
        let word = word.trim_end_matches([',', '\n', ' ', '\t', ':']).trim();
        let is_a_code = word.len() <= 8
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if !word.is_empty() {
            if is_a_code && in_codes {
                if (wanted.is_code)(word) {
                    found.extend(patterns.iter().map(|pattern| (*pattern).to_owned()));
                }
            } else {
                if in_codes {
                    patterns.clear();
                    in_codes = false;
                }
                patterns.push(word);
            }
        }
        in_codes |= ends_patterns;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_linters_name_files() {
        assert!(covers("__init__.py", "a/b/__init__.py"));
        assert!(covers("tests/*", "tests/a/b.py"));
        assert!(covers("**/compat.py", "compat.py") && covers("docs", "docs/a.py") && covers("a/*/c.py", "a/b/c.py"));
        assert!(!covers("a.py", "b/ba.py") && !covers("", "a.py"));
    }

    const IMPORTS: Wanted<'static> = Wanted {
        is_code: &is_code,
        excluded: true,
    };

    #[test]
    fn both_forms_are_read() {
        let toml = "[tool.ruff.lint.per-file-ignores]\n'a.py'=['E501','F401']\n'b.py'=['E501']\n[tool.ruff]\nexclude=['gen']\n";
        assert_eq!(of_toml(toml, IMPORTS), ["gen", "a.py"]);
        assert_eq!(of_toml("[lint]\nignore=['F401']\n", IMPORTS), ["*"]);
        let ini =
            "[flake8]\nper-file-ignores =\n    a.py, c.py: F401, E501\n    b.py:E501\n    d/*: F\nexclude = x,y\n";
        assert_eq!(of_ini(ini, IMPORTS), ["a.py", "c.py", "d/*", "x", "y"]);
        assert_eq!(
            of_ini("[MESSAGES CONTROL]\ndisable=C0111,\n    unused-import\n", IMPORTS),
            ["*"]
        );
    }
}
