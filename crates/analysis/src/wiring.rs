//! Words of files that call a function without an import: markup that names its handlers (XAML, Razor, FXML, storyboards,
//! scenes), and the parts of partial classes, of which a designer writes some.

use std::collections::HashMap;
use std::hash::Hasher;

use rustc_hash::FxHasher;

use crate::facts::FileFacts;

const MARKUP: &[&str] = &[
    ".xaml",
    ".axaml",
    ".razor",
    ".cshtml",
    ".aspx",
    ".ascx",
    ".asax",
    ".fxml",
    ".storyboard",
    ".xib",
    ".tscn",
    ".uxml",
    ".prefab",
    ".unity",
    ".jsp",
    ".jspx",
    ".xhtml",
    ".twig",
    ".blade.php",
    ".latte",
    ".phtml",
    ".j2",
    ".jinja",
    ".tera",
    ".tmpl",
    ".gohtml",
    ".html",
];
/// Larger files are made by programs: scenes, and data.
const MAX_BYTES: usize = 1024 * 1024;

/// Whether the words of the file at `path` may be kept.
#[must_use]
pub(crate) fn reads(path: &str) -> bool {
    MARKUP.iter().any(|ending| path.ends_with(ending)) || path.ends_with(".cs")
}

/// The hashes of the words of a file that may call functions of others by their names, sorted.
pub(crate) fn words(path: &str, text: &[u8]) -> Box<[u64]> {
    // Templates of Askama and others; of plain pages nothing is kept.
    let is_template = || {
        let has = |sign: &[u8]| memchr::memmem::find(text, sign).is_some();
        has(b"{{") || has(b"{%")
    };
    let is_part = || memchr::memmem::find(text, b"partial ").is_some();
    if !reads(path)
        || text.len() > MAX_BYTES
        || (path.ends_with(".cs") && !is_part())
        || (path.ends_with(".html") && !is_template())
    {
        return Box::default();
    }
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let words = text.split(|byte| !is_word(byte)).filter(|word| !word.is_empty());
    let mut hashes: Vec<u64> = words.map(hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.into()
}

fn hash(word: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(word);
    hasher.finish()
}

/// Which words are in which of those files.
#[derive(Debug, Default)]
pub(crate) struct Wired {
    /// The only file of a word; `None`: there are several.
    files: HashMap<u64, Option<u32>>,
}

impl Wired {
    pub(crate) fn of(files: &[FileFacts]) -> Self {
        let mut wired = Self::default();
        for (at, file) in (0u32..).zip(files) {
            for word in &file.words {
                wired
                    .files
                    .entry(*word)
                    .and_modify(|only| *only = None)
                    .or_insert(Some(at));
            }
        }
        wired
    }

    /// Whether a file other than `file` has the word.
    pub(crate) fn names(&self, file: u32, name: &str) -> bool {
        !self.files.is_empty()
            && self
                .files
                .get(&hash(name.as_bytes()))
                .is_some_and(|only| *only != Some(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_partial_classes_have_words() {
        assert_eq!(words("a/V.axaml", b"<B Click=\"Save\"/>").len(), 3);
        assert_eq!(words("a/V.cs", b"partial class V { }").len(), 3);
        assert!(words("a/V.cs", b"class V { }").is_empty());
        assert!(words("a/V.md", b"partial V").is_empty());
    }
}
