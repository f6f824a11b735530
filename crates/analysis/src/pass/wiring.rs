//! Words of files that call a function without an import: markup that names its handlers (XAML, Razor, FXML, storyboards,
//! scenes), the parts of partial classes, of which a designer writes some, grammars of parser generators, assembly, Groovy
//! (for Java), the macros of C headers, and generated code.

use std::collections::HashMap;

use crate::facts::{FileFacts, hash_of, words_of};
use crate::ids::FileId;
use crate::language::is_header;

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
    ".pyx",
    ".pxd",
    ".pxi",
    ".y",
    ".yy",
    ".ypp",
    ".l",
    ".ll",
    ".rl",
    ".re",
    ".s",
    ".S",
    ".groovy",
    ".gradle",
    ".flex",
    ".jflex",
    ".bnf",
    ".form",
    ".targets",
    ".props",
    ".csproj",
    ".tt",
    ".mako",
];
/// Larger files are made by programs: scenes, and data.
const MAX_BYTES: usize = 1024 * 1024;

/// Whether the words of the file at `path` may be kept.
#[must_use]
pub(crate) fn reads(path: &str) -> bool {
    MARKUP.iter().any(|ending| path.ends_with(ending)) || is_header(path) || path.ends_with(".cs") || is_manual(path)
}

/// Documents for users, who may call what they name. A changelog names what is gone.
fn is_manual(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let is_log = || {
        ["change", "history", "news", "release"]
            .iter()
            .any(|word| name.contains(word))
    };
    (name.ends_with(".rst") || name.ends_with(".md")) && !is_log()
}

/// The hashes of the words of a file that may call functions of others by their names, sorted.
pub(crate) fn words(path: &str, text: &[u8]) -> Box<[u64]> {
    // Templates of Askama and others; of plain pages nothing is kept.
    let is_template = || {
        let has = |sign: &[u8]| memchr::memmem::find(text, sign).is_some();
        has(b"{{") || has(b"{%") || has(b"<%")
    };
    let is_part = || memchr::memmem::find(text, b"partial ").is_some();
    if !reads(path)
        || text.len() > MAX_BYTES
        || (path.ends_with(".cs") && !is_part())
        || (path.ends_with(".html") && !is_template())
    {
        return Box::default();
    }
    if is_header(path) {
        return in_macros(text);
    }
    if is_manual(path) {
        // Of prose only private names are kept.
        return of_words(text, |word| word[0] == b'_' && word.len() > 2);
    }
    of_text(text)
}

/// The hashes of all words of a generated file, which other files of its package may have the functions for.
pub(crate) fn of_generated(path: &str, text: &[u8]) -> Box<[u64]> {
    let is_shared = path.ends_with(".go") || path.ends_with(".rs");
    if is_shared && text.len() <= 4 * MAX_BYTES {
        of_text(text)
    } else {
        Box::default()
    }
}

/// The words of `#define`, over its continued lines.
fn in_macros(text: &[u8]) -> Box<[u64]> {
    let mut kept = Vec::new();
    let mut inside = false;
    for line in text.split(|byte| *byte == b'\n') {
        let directive = line.trim_ascii_start().strip_prefix(b"#").map(<[u8]>::trim_ascii_start);
        if inside || directive.is_some_and(|rest| rest.starts_with(b"define")) {
            kept.extend_from_slice(line);
            kept.push(b'\n');
            inside = line.trim_ascii_end().ends_with(b"\\");
        }
    }
    of_text(&kept)
}

fn of_text(text: &[u8]) -> Box<[u64]> {
    of_words(text, |_| true)
}

/// The hashes of the words, none of them empty, that are `wanted`.
fn of_words(text: &[u8], wanted: fn(&[u8]) -> bool) -> Box<[u64]> {
    let mut hashes: Vec<u64> = words_of(text).filter(|word| wanted(word)).map(hash_of).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.into()
}

/// Which words are in which of those files.
#[derive(Debug, Default)]
pub(crate) struct Wired {
    /// The only file of a word; `None`: there are several.
    files: HashMap<u64, Option<FileId>>,
}

impl Wired {
    pub(crate) fn of(files: &[FileFacts]) -> Self {
        let mut wired = Self::default();
        for (at, file) in FileId::enumerate(files) {
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

    /// Whether a file other than `file` has the word, or that of the property that a function is for: `isOpen` is read as
    /// `open` (Groovy).
    pub(crate) fn names(&self, file: FileId, name: &str) -> bool {
        let has = |name: &str| {
            let only = self.files.get(&hash_of(name.as_bytes()));
            only.is_some_and(|only| *only != Some(file))
        };
        let property = ["is", "get", "set"].iter().find_map(|prefix| {
            let rest = name.strip_prefix(prefix)?;
            let first = rest.chars().next().filter(|first| first.is_uppercase())?;
            Some(first.to_lowercase().to_string() + &rest[first.len_utf8()..])
        });
        !self.files.is_empty() && (has(name) || property.is_some_and(|property| has(&property)))
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
        assert_eq!(words("a.h", b"int a;\n#define B \\\n c(d)\nint e;\n").len(), 4);
    }
}
