//! Code age: how long files have not changed.

use std::collections::BTreeMap;

use repolens_core::report::{CodeAge, FolderAge};

use super::is_code;
use crate::facts::Facts;
use crate::history::History;

const LISTED: usize = 20;

pub(super) fn age(facts: &Facts, history: &History) -> CodeAge {
    let longest = history.days_since(history.oldest);
    let mut all = Vec::new();
    let mut older_files = 0;
    let mut folders: BTreeMap<&str, (Vec<u64>, u64)> = BTreeMap::new();
    for (file, changes) in facts.files.iter().zip(&history.files).filter(|(file, _)| is_code(file)) {
        older_files += u64::from(changes.last_changed.is_none());
        let days = changes.last_changed.map_or(longest, |last| history.days_since(last));
        all.push(days);
        let (ages, lines) = folders.entry(folder(&file.path)).or_default();
        ages.push(days);
        *lines += u64::from(file.lines.code);
    }
    let mut folders: Vec<FolderAge> = folders
        .into_iter()
        .map(|(folder, (mut ages, lines))| FolderAge {
            folder: folder.to_owned(),
            files: ages.len() as u64,
            median_days: median(&mut ages),
            lines,
        })
        .collect();
    folders.sort_by(|a, b| b.lines.cmp(&a.lines).then_with(|| a.folder.cmp(&b.folder)));
    folders.truncate(LISTED);
    CodeAge {
        median_days: median(&mut all),
        older_files,
        folders,
    }
}

/// The first two levels; `.` for the top.
fn folder(path: &str) -> &str {
    let mut slashes = path.match_indices('/').map(|(at, _)| at);
    match (slashes.next(), slashes.next()) {
        (_, Some(second)) => &path[..second],
        (Some(first), None) => &path[..first],
        (None, _) => ".",
    }
}

/// The lower of the two in the middle.
fn median(values: &mut [u64]) -> u64 {
    if values.is_empty() {
        return 0;
    }
    let middle = (values.len() - 1) / 2;
    *values.select_nth_unstable(middle).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_of_two_levels() {
        assert_eq!(
            ["a.rs", "src/a.rs", "src/b/c.rs", "src/b/c/d.rs"].map(folder),
            [".", "src", "src/b", "src/b"]
        );
        assert_eq!(
            [median(&mut [3, 1, 2]), median(&mut [4, 1]), median(&mut [])],
            [2, 1, 0]
        );
    }
}
