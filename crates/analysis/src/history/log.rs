//! The stream of `git log --raw -z`: framed by NUL bytes, so no name or message can pretend to be anything else.

use std::io::{self, BufRead};

/// The options of `git log`. They set everything that a repository's own configuration could change.
pub(super) const ARGS: &[&str] = &[
    "-c",
    "i18n.logOutputEncoding=UTF-8",
    "-c",
    "log.showRoot=true",
    "-c",
    "log.follow=false",
    "log",
    "-z",
    "--raw",
    "--no-abbrev",
    "--no-renames",
    "--no-diff-merges",
    "--no-show-signature",
    "--no-notes",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--use-mailmap",
    "-O/dev/null",
    "--format=tformat:%H%x00%P%x00%ct%x00%at%x00%aN%x00%aE%x00%s",
];

/// Kept of a field; more of it is passed over.
const MAX_FIELD: usize = 4096;

/// The head of one commit.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct CommitHead {
    pub id: String,
    pub is_merge: bool,
    /// Seconds since 1970.
    pub committed: i64,
    pub authored: i64,
    pub name: String,
    pub email: String,
    pub subject: String,
}

/// One changed file of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change<'a> {
    /// `A`, `M`, `D`, `T`.
    pub status: u8,
    pub old_blob: &'a [u8],
    pub new_blob: &'a [u8],
    pub path: &'a [u8],
}

/// A consumer of the stream. `false` from either method ends the stream.
pub(super) trait Sink {
    fn commit(&mut self, head: CommitHead) -> bool;
    fn change(&mut self, change: Change<'_>) -> bool;
}

/// Reads to the end (`true`) or until the sink has enough (`false`).
///
/// # Errors
/// The pipe cannot be read, or what comes is no log.
pub(super) fn read(mut log: impl BufRead, sink: &mut impl Sink) -> io::Result<bool> {
    let (mut token, mut path) = (Vec::new(), Vec::new());
    while field(&mut log, &mut token)? {
        let start = token.iter().take_while(|b| **b == b'\n').count();
        let text = &token[start..];
        let more = if text.first() == Some(&b':') {
            if !field(&mut log, &mut path)? {
                return Err(malformed("a change without a path"));
            }
            sink.change(raw(text, &path).ok_or_else(|| malformed("a change"))?)
        } else if text.is_empty() {
            true
        } else {
            let id = String::from_utf8_lossy(text).into_owned();
            sink.commit(head(id, &mut log)?)
        };
        if !more {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The bytes up to the next NUL or the end, at most [`MAX_FIELD`] of them. `false` at the end.
fn field(log: &mut impl BufRead, token: &mut Vec<u8>) -> io::Result<bool> {
    read_until(log, 0, MAX_FIELD, token)
}

/// Reads up to the next byte `end` or the end of `log`, and keeps at most `most` bytes. `false` at the end.
pub(super) fn read_until(log: &mut impl BufRead, end: u8, most: usize, kept: &mut Vec<u8>) -> io::Result<bool> {
    kept.clear();
    let mut any = false;
    loop {
        let buffer = log.fill_buf()?;
        if buffer.is_empty() {
            return Ok(any);
        }
        any = true;
        let at = memchr::memchr(end, buffer);
        let piece = &buffer[..at.unwrap_or(buffer.len())];
        kept.extend_from_slice(&piece[..piece.len().min(most - kept.len())]);
        let used = piece.len() + usize::from(at.is_some());
        log.consume(used);
        if at.is_some() {
            return Ok(true);
        }
    }
}

fn head(id: String, log: &mut impl BufRead) -> io::Result<CommitHead> {
    if !matches!(id.len(), 40 | 64) || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(malformed("a commit's id"));
    }
    let mut token = Vec::new();
    let mut next = || -> io::Result<String> {
        if field(log, &mut token)? {
            Ok(String::from_utf8_lossy(&token).into_owned())
        } else {
            Err(malformed("a commit's head"))
        }
    };
    let is_merge = next()?.contains(' ');
    // A date that git cannot read is 1970, as git has it.
    let (committed, authored) = (next()?.parse().unwrap_or(0), next()?.parse().unwrap_or(0));
    Ok(CommitHead {
        id,
        is_merge,
        committed,
        authored,
        name: next()?,
        email: next()?,
        subject: next()?,
    })
}

/// `:MODE MODE BLOB BLOB STATUS`.
fn raw<'a>(text: &'a [u8], path: &'a [u8]) -> Option<Change<'a>> {
    let mut fields = text.split(|b| *b == b' ').skip(2);
    let (old_blob, new_blob, status) = (fields.next()?, fields.next()?, fields.next()?);
    Some(Change {
        status: *status.first()?,
        old_blob,
        new_blob,
        path,
    })
}

/// Old and new names out of what `git diff-tree -z --diff-filter=R` prints.
///
/// # Errors
/// The pipe cannot be read, or what comes is no such list.
pub(super) fn renames(mut list: impl BufRead) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut pairs = Vec::new();
    let mut token = Vec::new();
    while field(&mut list, &mut token)? {
        if token.first() != Some(&b':') {
            return Err(malformed("a rename"));
        }
        let (mut old, mut new) = (Vec::new(), Vec::new());
        if !field(&mut list, &mut old)? || !field(&mut list, &mut new)? {
            return Err(malformed("a rename without names"));
        }
        pairs.push((old, new));
    }
    Ok(pairs)
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what} is not as git writes it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Kept(Vec<String>, usize);

    impl Sink for Kept {
        fn commit(&mut self, head: CommitHead) -> bool {
            self.0.push(format!("{} {} {}", head.name, head.is_merge, head.subject));
            self.0.len() < self.1
        }

        fn change(&mut self, change: Change<'_>) -> bool {
            let path = String::from_utf8_lossy(change.path);
            self.0.push(format!("{} {path}", char::from(change.status)));
            self.0.len() < self.1
        }
    }

    const ID: &str = "30dc3db8890755c38bab8dd83896d93aef2e99ef";

    fn log() -> String {
        let blob = "0".repeat(40);
        format!(
            "{ID}\0{ID} {ID}\x001\x002\0A\0a@b\0merge\0{ID}\0\x001\x002\0B\0b@c\0:fake 1 2 3 M\0\n:100644 100644 {blob} {blob} M\0{ID}\0\
             :000000 100644 {blob} {blob} A\0a\nb\0"
        )
    }

    #[test]
    fn names_cannot_pretend_to_be_commits() {
        let mut kept = Kept(Vec::new(), 100);
        assert!(read(log().as_bytes(), &mut kept).expect("a log"));
        assert_eq!(
            kept.0,
            ["A true merge", "B false :fake 1 2 3 M", &format!("M {ID}"), "A a\nb"]
        );
    }

    #[test]
    fn a_sink_that_has_enough_ends_it() {
        let mut kept = Kept(Vec::new(), 2);
        assert!(!read(log().as_bytes(), &mut kept).expect("a log"));
        assert_eq!(kept.0.len(), 2);
    }

    #[test]
    fn long_fields_are_cut_and_the_rest_is_passed_over() {
        let text = format!("{ID}\0\x001\x002\0{}\0a@b\0subject\0", "x".repeat(1 << 20));
        let mut kept = Kept(Vec::new(), 100);
        assert!(read(text.as_bytes(), &mut kept).expect("a log"));
        assert_eq!(kept.0, [format!("{} false subject", "x".repeat(MAX_FIELD))]);
    }

    #[test]
    fn other_text_is_an_error() {
        for text in ["fatal: bad\0", "\0:100 1 M\0", "30dc\0\0", &format!("{ID}\0\x001")] {
            let mut kept = Kept(Vec::new(), 100);
            assert!(read(text.as_bytes(), &mut kept).is_err(), "{text:?}");
        }
    }
}
