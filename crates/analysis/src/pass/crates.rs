//! The names before `::` in a Rust file, in macros, attributes and comments too: a crate that is not among them is not used.

use std::collections::BTreeSet;

/// Noted where the file takes in code that a build script wrote.
pub(crate) const GENERATED: &str = "OUT_DIR";

pub(super) fn of(text: &[u8]) -> Box<[Box<str>]> {
    let mut found: BTreeSet<&[u8]> = BTreeSet::new();
    for at in memchr::memmem::find_iter(text, b"::") {
        found.insert(word_before(text, at));
    }
    for at in memchr::memmem::find_iter(text, b"extern crate ") {
        let rest = &text[at + b"extern crate ".len()..];
        let end = rest.iter().position(|byte| !is_part(*byte)).unwrap_or(rest.len());
        found.insert(&rest[..end]);
    }
    // `use a;` and `use {a, b};` have no path.
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii_start();
        let line = line.strip_prefix(b"pub ").unwrap_or(line);
        if let Some(rest) = line.strip_prefix(b"use ") {
            found.extend(rest.split(|byte| !is_part(*byte)));
        }
    }
    if memchr::memmem::find(text, GENERATED.as_bytes()).is_some() {
        found.insert(GENERATED.as_bytes());
    }
    let names = found.into_iter().filter(|name| !name.is_empty());
    names.map(|name| String::from_utf8_lossy(name).into()).collect()
}

/// The word that ends at a place, spaces left out.
fn word_before(text: &[u8], at: usize) -> &[u8] {
    let before = text[..at].trim_ascii_end();
    let start = before
        .iter()
        .rposition(|byte| !is_part(*byte))
        .map_or(0, |place| place + 1);
    &before[start..]
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    #[test]
    fn crates_are_named_before_their_paths() {
        let text = b"use serde::{self as s};\nuse anyhow;\nextern crate libc;\n#[tokio::main]\nfn a() { log :: info!(\"\"); b() }";
        let found = super::of(text);
        let found: Vec<&str> = found.iter().map(|name| &**name).collect();
        for name in ["anyhow", "libc", "log", "serde", "tokio"] {
            assert!(found.contains(&name), "{name}: {found:?}");
        }
        assert!(!found.contains(&"b"));
    }
}
