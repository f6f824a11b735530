//! How often each word occurs in the texts of a repository, in all languages: code, markup, build files, documents.
//!
//! Counted are places of a table, so two words may share one. Then a word seems to occur more often than it does, and never
//! less: a name that occurs nowhere else may be missed, and none is found wrongly.

use std::hash::Hasher;
use std::sync::atomic::{AtomicU8, Ordering};

use rustc_hash::FxHasher;

/// Powers of two; the table has a place for each byte of the texts, within them.
const FEWEST_PLACES: u64 = 1 << 14;
const MOST_PLACES: u64 = 1 << 23;
/// Higher counts are of no interest.
const MOST: u8 = 128;

#[derive(Debug)]
pub(crate) struct WordCounts {
    places: Box<[AtomicU8]>,
}

impl WordCounts {
    /// For texts with a sum of `bytes`.
    pub(crate) fn new(bytes: u64) -> Self {
        let places = bytes.clamp(FEWEST_PLACES, MOST_PLACES).next_power_of_two();
        Self {
            places: (0..places).map(|_| AtomicU8::new(0)).collect(),
        }
    }

    /// Counts the words of a text. Several threads may do so at once.
    pub(crate) fn add(&self, text: &[u8]) {
        for word in words_of(text) {
            let count = &self.places[self.index(word)];
            // Beyond it by one for each thread at most, which the type has room for.
            if count.load(Ordering::Relaxed) < MOST {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// How often a word occurs at most; a high number for what is no single word.
    pub(crate) fn of(&self, word: &str) -> usize {
        if word.is_empty() || !word.bytes().all(is_word) {
            return usize::from(MOST);
        }
        usize::from(self.places[self.index(word.as_bytes())].load(Ordering::Relaxed))
    }

    fn index(&self, word: &[u8]) -> usize {
        hash_of(word) as usize & (self.places.len() - 1)
    }
}

/// The words of a text, in all languages.
pub(crate) fn words_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| !is_word(*byte)).filter(|word| !word.is_empty())
}

pub(crate) fn hash_of(word: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(word);
    hasher.finish()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether a text has a word at two places, of which one is outside of the line with that number (from 1 on).
pub(crate) fn is_named_outside(text: &[u8], word: &str, line: u32) -> bool {
    let is_word =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$'));
    let is_whole = |at: &usize| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        !is_word(before) && !is_word(text.get(at + word.len()))
    };
    let places: Vec<usize> = memchr::memmem::find_iter(text, word.as_bytes())
        .filter(is_whole)
        .collect();
    let line_of = |at: usize| memchr::memchr_iter(b'\n', &text[..at]).count() + 1;
    places.len() > 1 && places.into_iter().any(|at| line_of(at) != line as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_outside_of_its_line() {
        let is_named = |text: &str, line| is_named_outside(text.as_bytes(), "time", line);
        assert!(!is_named("import os\nfrom time import time\nruntime = 1\n", 2));
        assert!(is_named("from time import time\n# no time\n", 1));
        assert!(!is_named("from a import (\n    time,\n)\n", 1), "it occurs once");
    }

    #[test]
    fn words_are_counted_wherever_they_occur() {
        let counts = WordCounts::new(100);
        counts.add(b"def _save(): pass\n# _save, and _load");
        counts.add(b"<button onclick=\"_load()\">");
        assert_eq!((counts.of("_save"), counts.of("_load"), counts.of("_sav")), (2, 2, 0));
        assert_eq!(counts.of("operator ()"), 128);
    }
}
