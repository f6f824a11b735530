//! The text of a file, by lines and without its comments.

use super::super::super::spans::SpanKind;
use super::super::super::{LanguageId, scanner};

/// A word at the start of a line.
pub(super) fn word_starts(line: &str, word: &str) -> bool {
    line.strip_prefix(word)
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// The text without the comments of a language.
pub(super) fn without_comments(text: &[u8], language: &str) -> String {
    let mut code = text.to_vec();
    if let Some(language) = LanguageId::by_id(language) {
        for span in scanner::scan(language.get(), text).spans {
            if matches!(span.kind, SpanKind::Comment) {
                let bytes = code.get_mut(span.start as usize..span.end as usize).unwrap_or_default();
                bytes
                    .iter_mut()
                    .filter(|byte| **byte != b'\n')
                    .for_each(|byte| *byte = b' ');
            }
        }
    }
    String::from_utf8_lossy(&code).into_owned()
}

pub(super) struct HeuristicText<'t> {
    pub(super) text: &'t str,
}

impl<'t> HeuristicText<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text }
    }

    /// Without the white space around them.
    pub(super) fn lines(&self) -> impl Iterator<Item = &'t str> {
        self.text.lines().map(str::trim).filter(|line| !line.is_empty())
    }

    pub(super) fn line(&self, test: impl Fn(&str) -> bool) -> bool {
        self.lines().any(test)
    }

    /// One of these words begins a line.
    pub(super) fn starts(&self, words: &[&str]) -> bool {
        self.line(|line| words.iter().any(|word| word_starts(line, word)))
    }
}
