//! The attributes of all files, which git itself reads first.

use repolens_core::report::SkippedFile;

use super::not_started;
use crate::language::Attributes;
use crate::source::{Entry, OpenError, SourceTree};

/// `.gitattributes` decide on other files: they are read first. What of them is not followed is added to `skipped`.
pub(super) fn read(tree: &SourceTree, limit: u64, skipped: &mut Vec<SkippedFile>) -> Result<Attributes, OpenError> {
    let mut attributes = Attributes::default();
    let is_one = |entry: &&Entry| entry.path.rsplit('/').next() == Some(".gitattributes");
    let mut list: Vec<&Entry> = tree.entries.iter().filter(is_one).collect();
    if list.is_empty() {
        return Ok(attributes);
    }
    // The topmost folder's, which defines the macros, comes first.
    list.sort_by_key(|entry| entry.path.len());
    let mut reader = tree.reader().map_err(|error| not_started("git", &error))?;
    let mut text = Vec::new();
    for entry in list {
        let left_out = if entry.size > limit {
            Err(format!("larger than {limit} bytes: its rules are not followed"))
        } else {
            let folder = entry.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            reader.read(entry, &mut text).map(|()| attributes.add(folder, &text))
        };
        let reason = match left_out {
            Ok(0) => continue,
            Ok(rules) => format!("{rules} of its rules are not followed: there are too many that are alike"),
            Err(reason) => reason,
        };
        skipped.push(SkippedFile {
            path: entry.path.clone(),
            reason,
        });
    }
    Ok(attributes)
}
