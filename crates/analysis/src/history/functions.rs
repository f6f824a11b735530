//! How often single functions changed: the lines that each commit changed in a file, laid over the functions of the text
//! that it left. Needs the contents of earlier commits; the name is the function's identity.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead, BufReader};

use compact_str::CompactString;

use super::changes::History;
use super::log::read_until;
use super::process::limit;
use crate::facts::Function;

/// Versions of one file that are parsed.
const MAX_VERSIONS: usize = 2_000;
/// Kept of a line of the difference: its head is all that counts.
const MAX_LINE: usize = 512;

/// One version of a file: the content that a commit left, and the lines that it changed there.
#[derive(Debug, Default, PartialEq)]
struct Version {
    commit: String,
    blob: String,
    /// First and last changed line, 1-based.
    changed: Vec<(u32, u32)>,
}

/// Revisions by the function's name, of the counted commits of the window.
///
/// # Errors
/// A sentence: git failed, or the contents are not there.
pub(crate) fn revisions(
    history: &History,
    path: &str,
    parse: impl Fn(&[u8]) -> Vec<Function>,
) -> Result<HashMap<CompactString, u32>, String> {
    let versions = versions(history, path)?;
    let failed = |error: io::Error| format!("git: {error}");
    let mut batch = history.git.batch(&history.dir).map_err(failed)?;
    let mut revisions: HashMap<CompactString, u32> = HashMap::new();
    let mut text = Vec::new();
    let counted = versions
        .iter()
        .filter(|version| history.window_ids.contains(&version.commit));
    for version in counted.take(MAX_VERSIONS) {
        text.clear();
        batch.read(&version.blob, &mut text)?;
        let functions = parse(&text);
        let is_changed = |function: &Function| {
            version
                .changed
                .iter()
                .any(|(first, last)| *first <= function.end_line && *last >= function.line)
        };
        let names: HashSet<&CompactString> = functions
            .iter()
            .filter(|function| is_changed(function))
            .map(|function| &function.name)
            .collect();
        for name in names {
            *revisions.entry(name.clone()).or_default() += 1;
        }
    }
    Ok(revisions)
}

/// The commits that changed the file, with the lines.
fn versions(history: &History, path: &str) -> Result<Vec<Version>, String> {
    let failed = |error: io::Error| format!("git: {error}");
    let mut child = history
        .git
        .command(&history.dir)
        .args([
            "log",
            "-p",
            "-U0",
            "--full-index",
            "--no-merges",
            "--no-renames",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
        ])
        .args([
            "--no-show-signature",
            "--no-notes",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--format=%x01%H",
        ])
        .arg(&history.commit)
        .arg("--")
        .arg(format!(":(literal){}{path}", history.prefix))
        .spawn()
        .map_err(failed)?;
    limit(child.id());
    let out = child.stdout.take().ok_or("git has no output")?;
    let versions = read(BufReader::new(out));
    let status = child.wait().map_err(failed)?;
    let versions = versions.map_err(failed)?;
    if !status.success() {
        return Err("the contents of earlier commits are not there".to_owned());
    }
    Ok(versions)
}

/// Lines of a difference begin with a sign, so that no text can pretend to be a head.
fn read(mut log: impl BufRead) -> io::Result<Vec<Version>> {
    let mut versions: Vec<Version> = Vec::new();
    let mut line = Vec::new();
    while read_until(&mut log, b'\n', MAX_LINE, &mut line)? {
        if let Some(id) = line.strip_prefix(b"\x01") {
            versions.push(Version {
                commit: String::from_utf8_lossy(id).into_owned(),
                ..Version::default()
            });
            continue;
        }
        let Some(version) = versions.last_mut() else { continue };
        let text = String::from_utf8_lossy(&line);
        if let Some(ids) = text.strip_prefix("index ") {
            let new = ids
                .split(' ')
                .next()
                .and_then(|ids| ids.split_once(".."))
                .map(|(_, new)| new);
            new.unwrap_or_default().clone_into(&mut version.blob);
        } else if let Some(range) = text
            .strip_prefix("@@ ")
            .and_then(|rest| rest.split(' ').find(|part| part.starts_with('+')))
        {
            version.changed.extend(lines(&range[1..]));
        }
    }
    versions.retain(|version| !version.blob.bytes().all(|b| b == b'0'));
    Ok(versions)
}

/// `START,COUNT`, or `START` for one line. Where lines were only taken out, those on both sides have changed.
fn lines(range: &str) -> Option<(u32, u32)> {
    let (start, count) = range.split_once(',').unwrap_or((range, "1"));
    let (start, count): (u32, u32) = (start.parse().ok()?, count.parse().ok()?);
    Some(if count == 0 {
        (start, start.saturating_add(1))
    } else {
        (start, start.saturating_add(count - 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_hunks_are_lines() {
        assert_eq!(
            [lines("3,2"), lines("7"), lines("9,0"), lines("x")],
            [Some((3, 4)), Some((7, 7)), Some((9, 10)), None]
        );
        let log = "\x01abc\n\ndiff --git a/a b/a\nindex 11..22 100644\n--- a/a\n+++ b/a\n@@ -1 +1,2 @@ def f():\n-x\n+@@ -9 +9 @@\n+index 3..4\n";
        let version = Version {
            commit: "abc".to_owned(),
            blob: "22".to_owned(),
            changed: vec![(1, 2)],
        };
        assert_eq!(read(log.as_bytes()).expect("a log"), [version]);
    }
}
