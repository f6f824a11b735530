//! What allows a finding: comments of ours and of other scanners, and their files of known findings.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::rule::RawFinding;

mod codes;
mod linters;

pub use codes::covers as is_code_of;

/// A comment in the line of the finding, and what it is called in the report.
const SAME_LINE: &[(&str, &str)] = &[
    ("repolens:allow", "repolens:allow"),
    ("gitleaks:allow", "gitleaks:allow"),
    ("betterleaks:allow", "betterleaks:allow"),
    ("pragma: allowlist secret", "pragma: allowlist secret"),
    ("pragma: whitelist secret", "pragma: whitelist secret"),
];
/// A comment in the line above.
const LINE_ABOVE: &[(&str, &str)] = &[
    ("repolens:allow", "repolens:allow"),
    ("pragma: allowlist nextline secret", "pragma: allowlist nextline secret"),
];

/// Marks the findings of a text that a comment allows.
pub fn by_comments(text: &[u8], found: &mut [RawFinding]) {
    if found.is_empty() {
        return;
    }
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    for finding in found.iter_mut().filter(|finding| finding.line > 0) {
        let at = finding.line as usize - 1;
        let own = lines.get(at).copied().unwrap_or_default();
        let above = at
            .checked_sub(1)
            .and_then(|at| lines.get(at))
            .copied()
            .unwrap_or_default();
        finding.allowed_by = comment(own, SAME_LINE, finding.rule.id).or_else(|| {
            is_comment(above)
                .then(|| comment(above, LINE_ABOVE, finding.rule.id))
                .flatten()
        });
    }
    linters::mark(text, &lines, found);
}

fn comment(line: &[u8], list: &[(&str, &'static str)], rule: &str) -> Option<&'static str> {
    let line = String::from_utf8_lossy(&line[..line.len().min(4_000)]);
    list.iter().find_map(|(sign, name)| {
        let (_, behind) = line.split_once(sign)?;
        // `repolens:allow some-rule` allows that rule only.
        let words = behind
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .trim_end_matches(['*', '/', '-', '>', ',']);
        let is_rule = *name == "repolens:allow" && super::rules().any(|known| known.id == words);
        (!is_rule || words == rule).then_some(*name)
    })
}

/// A line that is a comment and nothing else.
fn is_comment(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    [
        &b"#"[..],
        b"//",
        b"/*",
        b"*",
        b"--",
        b"<!--",
        b";",
        b"%",
        b"{#",
        b"\"\"\"",
    ]
    .iter()
    .any(|sign| line.starts_with(sign))
}

/// `.gitleaksignore`: `file:rule:line` or `commit:file:rule:line`, one a line.
#[derive(Debug, Default)]
pub struct Ignored(HashSet<(String, u32)>);

impl Ignored {
    #[must_use]
    pub fn read(text: &str) -> Self {
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self(
            lines
                .filter_map(|line| {
                    let parts: Vec<&str> = line.split(':').collect();
                    let (file, line) = match parts[..] {
                        [file, _, line] | [_, file, _, line] => (file, line),
                        _ => return None,
                    };
                    Some((file.trim_start_matches("./").to_owned(), line.parse().ok()?))
                })
                .collect(),
        )
    }

    #[must_use]
    pub fn has(&self, file: &str, line: u32) -> bool {
        !self.0.is_empty() && self.0.contains(&(file.to_owned(), line))
    }
}

/// `.secrets.baseline` of detect-secrets: SHA-1 sums of values by file.
#[derive(Debug, Default)]
pub struct Baseline(HashMap<String, HashSet<[u8; 20]>>);

impl Baseline {
    #[must_use]
    pub fn read(text: &str) -> Self {
        let Ok(value) = serde_json::from_str::<Value>(text) else {
            return Self::default();
        };
        let mut known = HashMap::new();
        for (file, list) in value["results"].as_object().into_iter().flatten() {
            let sums = list
                .as_array()
                .into_iter()
                .flatten()
                .filter(|entry| entry["is_secret"] != true)
                .filter_map(|entry| {
                    let mut sum = [0; 20];
                    hex::decode_to_slice(entry["hashed_secret"].as_str()?, &mut sum).ok()?;
                    Some(sum)
                });
            known.insert(file.trim_start_matches("./").replace('\\', "/"), sums.collect());
        }
        Self(known)
    }

    #[must_use]
    pub fn has(&self, file: &str, value: Option<&[u8; 20]>) -> bool {
        let sums = self.0.get(file);
        value.is_some_and(|value| sums.is_some_and(|sums| sums.contains(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_other_scanners() {
        let ignored = Ignored::read("# known\nsrc/a.py:github-pat:3\nabc123:b/c.js:generic-api-key:12\nnonsense\n");
        assert!(ignored.has("src/a.py", 3) && ignored.has("b/c.js", 12) && !ignored.has("src/a.py", 4));
        let sum = "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3";
        let baseline = Baseline::read(&format!(
            r#"{{"results":{{"a.py":[{{"hashed_secret":"{sum}","line_number":1}}]}}}}"#
        ));
        let mut bytes = [0; 20];
        hex::decode_to_slice(sum, &mut bytes).expect("a sum");
        assert!(baseline.has("a.py", Some(&bytes)) && !baseline.has("b.py", Some(&bytes)));
    }
}
