//! What the page reads of the report's members.

use std::borrow::Cow;

use serde::Deserialize;

use super::LISTED;
use crate::pages::read::import::ModuleImport;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Files<'a> {
    #[serde(borrow)]
    pub files: Vec<OneFile<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OneFile<'a> {
    #[serde(borrow)]
    pub path: Cow<'a, str>,
    #[serde(borrow, default)]
    pub language: Cow<'a, str>,
    #[serde(default)]
    pub lines: u64,
    pub functions: Option<u64>,
    pub classes: Option<u64>,
    pub complexity: Option<u64>,
    pub risk_score: Option<f64>,
    #[serde(borrow, default)]
    pub symbols: Option<Vec<ListedSymbol<'a>>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListedSymbol<'a> {
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub kind: Cow<'a, str>,
    #[serde(default)]
    pub line: Option<u64>,
    #[serde(default)]
    pub references: Option<u64>,
    #[serde(default)]
    pub cyclomatic: Option<u64>,
    #[serde(default)]
    pub cognitive: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct FileModules<'a> {
    #[serde(borrow)]
    pub edges: Vec<ModuleImport<'a>>,
    #[serde(borrow)]
    pub external: Vec<External<'a>>,
    #[serde(borrow)]
    pub unresolved: Vec<Unresolved<'a>>,
    pub truncated: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct External<'a> {
    #[serde(borrow)]
    pub file: Cow<'a, str>,
    #[serde(borrow)]
    pub package: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Unresolved<'a> {
    #[serde(borrow)]
    pub file: Cow<'a, str>,
    #[serde(borrow)]
    pub specifier: Cow<'a, str>,
}

/// Part of `callGraph`: the numbers of callers of the functions with the most calls.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CallCounts {
    pub complexity_metrics: std::collections::BTreeMap<String, Called>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Called {
    pub fan_in: u64,
    pub fan_out: u64,
    pub location: String,
}

impl FileModules<'_> {
    /// Packages that a file imports.
    pub fn packages(&self, path: &str) -> Vec<&str> {
        of_file(self.external.iter().map(|import| (&import.file, &import.package)), path)
    }

    /// Imports of a file that lead to no file.
    pub fn unresolved(&self, path: &str) -> Vec<&str> {
        of_file(
            self.unresolved.iter().map(|import| (&import.file, &import.specifier)),
            path,
        )
    }
}

fn of_file<'a>(entries: impl Iterator<Item = (&'a Cow<'a, str>, &'a Cow<'a, str>)>, path: &str) -> Vec<&'a str> {
    let mut found: Vec<&str> = entries
        .filter(|(file, _)| file.as_ref() == path)
        .map(|(_, name)| name.as_ref())
        .collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(LISTED);
    found
}
