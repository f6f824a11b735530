//! What a repository allows by the configuration of its linters: ruff's and flake8's `per-file-ignores` and `ignore`, and
//! bandit's `skips`, with the codes that mean the same as a rule.

use std::collections::HashMap;

use repolens_core::report::FindingCategory;

use crate::facts::FileFacts;
use crate::security::{self, Rule};
use crate::stages::dead::linters::{Exemptions, Wanted};

/// As the report names it.
pub(super) const NAME: &str = "configuration of a linter";

pub(super) struct Configured<'f> {
    files: &'f [FileFacts],
    /// The codes that bandit skips.
    skips: Vec<String>,
    /// By rule, as findings need them.
    exempt: HashMap<&'static str, Exemption>,
}

#[derive(Default)]
struct Exemption {
    files: Exemptions,
    /// Bandit skips the code.
    skipped: bool,
}

impl<'f> Configured<'f> {
    pub fn of(files: &'f [FileFacts]) -> Self {
        let configurations = files.iter().filter(|file| file.path == "pyproject.toml");
        let skips = configurations.filter_map(|file| skips(file.text.as_deref()?));
        Self {
            files,
            skips: skips.flatten().collect(),
            exempt: HashMap::new(),
        }
    }

    /// Whether the rule is allowed in the file at `path`.
    pub fn allows(&mut self, rule: &'static Rule, path: &str) -> bool {
        if rule.category != FindingCategory::Code || !rule.id.starts_with("python-") {
            return false;
        }
        let (files, skips) = (self.files, &self.skips);
        let exempt = self
            .exempt
            .entry(rule.id)
            .or_insert_with(|| Exemption::of(rule, files, skips));
        exempt.skipped || exempt.files.cover(path)
    }
}

impl Exemption {
    fn of(rule: &Rule, files: &[FileFacts], skips: &[String]) -> Self {
        // `ALL` is not about security.
        let is_code = |code: &str| {
            let code = code.trim();
            code.starts_with('S') && security::is_code_of(rule, code)
        };
        let is_bandits = |code: &str| code.starts_with('B') && security::is_code_of(rule, code);
        Self {
            files: Exemptions::of(
                files,
                Wanted {
                    is_code: &is_code,
                    excluded: false,
                },
            ),
            skipped: skips.iter().any(|code| is_bandits(code)),
        }
    }
}

/// The codes that bandit skips.
fn skips(text: &str) -> Option<Vec<String>> {
    let root = text.parse::<toml::Table>().ok()?;
    let skips = root.get("tool")?.get("bandit")?.get("skips")?.as_array()?;
    Some(
        skips
            .iter()
            .filter_map(|code| code.as_str().map(str::to_owned))
            .collect(),
    )
}
