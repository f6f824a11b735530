//! The documents: their contents, and the commands that they give.

use std::path::PathBuf;

use crate::sources::root;

/// The guides for an operator.
pub const GUIDES: [&str; 4] = [
    "docs/deploy-combined.md",
    "docs/deploy-split.md",
    "docs/operations.md",
    "docs/migrate.md",
];

/// All documents of the sources.
///
/// # Panics
/// Where a folder cannot be read.
#[must_use]
pub fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("docs"), root().join(".github")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of documents").flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path if path.extension().is_some_and(|extension| extension == "md") => found.push(path),
                _ => {}
            }
        }
    }
    for name in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        found.push(root().join(name));
    }
    found
}

/// The lines of fenced blocks in this language, continued lines joined.
#[must_use]
pub fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut inside = None;
    for line in text.replace("\\\n", " ").lines() {
        if let Some(info) = line.trim_start().strip_prefix("```") {
            inside = if inside.is_some() {
                None
            } else {
                Some(info.trim().to_owned())
            };
        } else if inside.as_deref() == Some(language) {
            lines.push(line.to_owned());
        }
    }
    lines
}

/// The text without fenced blocks.
#[must_use]
pub fn prose(text: &str) -> String {
    let parts = text.split("\n```").step_by(2);
    parts.collect::<Vec<_>>().join("\n")
}

/// The text between backticks.
#[must_use]
pub fn literals(text: &str) -> Vec<String> {
    prose(text).split('`').skip(1).step_by(2).map(str::to_owned).collect()
}
