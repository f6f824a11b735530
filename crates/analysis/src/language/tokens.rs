//! Fingerprints of a text's tokens, for finding copies: the same run of tokens gives the same fingerprints at every
//! place, whatever its layout and comments are.
//!
//! Every window of `GRAM` tokens has a hash; of each `WINDOW` hashes in a row the smallest is kept (winnowing: Schleimer,
//! Wilkerson, Aiken, 2003). So a copy of `GRAM + WINDOW - 1` = 50 tokens shares at least one fingerprint with the original.
//! The marks, one byte for each token, show where a copy begins and ends.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use super::Language;
use super::signs::PairKind;
use super::spans::{Span, SpanKind};

/// Tokens in a hash.
pub(crate) const GRAM: usize = 25;
const WINDOW: usize = 26;
/// Text without line breaks or with a hundred thousand tokens is data; it is still bounded.
const MAX_TOKENS: usize = 200_000;

/// The tokens of a text.
#[derive(Debug, Default)]
pub struct Tokens {
    /// A byte for each token, never 0, and a 0 for each end of a line. Brackets have marks of their own.
    pub marks: Box<[u8]>,
    /// In the order of the text.
    pub fingerprints: Box<[Fingerprint]>,
}

/// One kept hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    pub hash: u32,
    /// The place of its first token among the marks, and its line, from 1.
    pub at: u32,
    pub line: u32,
}

/// The fingerprints by which copies of `text` are found; `spans` are its comments and long strings.
#[must_use]
pub fn tokens(language: &Language, text: &[u8], spans: &[Span]) -> Tokens {
    let tokens = split(language, text, spans);
    let mut marks = Vec::with_capacity(tokens.len() + tokens.last().map_or(0, |last| last.line as usize));
    let mut places = Vec::with_capacity(tokens.len());
    let mut line = 1;
    for token in &tokens {
        let ends = token.line - line;
        marks.extend(std::iter::repeat_n(0u8, ends as usize));
        line = token.line;
        places.push(u32::try_from(marks.len()).unwrap_or(u32::MAX));
        marks.push(mark(token.hash));
    }
    let fingerprints = winnow(&tokens, &places);
    Tokens {
        marks: marks.into_boxed_slice(),
        fingerprints: fingerprints.into_boxed_slice(),
    }
}

/// The marks of brackets, opened and closed, which no other token has.
pub(crate) const OPENED: RangeInclusive<u8> = 1..=3;
pub(crate) const CLOSED: RangeInclusive<u8> = 4..=6;

fn mark(token: u64) -> u8 {
    static BRACKETS: LazyLock<[u64; 6]> =
        LazyLock::new(|| [b"(", b"[", b"{", b")", b"]", b"}"].map(|bracket| hash(bracket)));
    const OTHERS: u64 = 7;
    match (*OPENED.start()..)
        .zip(BRACKETS.iter())
        .find(|(_, bracket)| **bracket == token)
    {
        Some((mark, _)) => mark,
        #[allow(clippy::cast_possible_truncation, reason = "less than 256")]
        None => (token % (256 - OTHERS) + OTHERS) as u8,
    }
}

struct Token {
    hash: u64,
    line: u32,
}

fn split(language: &Language, text: &[u8], spans: &[Span]) -> Vec<Token> {
    let mut found = Vec::with_capacity(text.len() / 6);
    let mut spans = spans.iter().peekable();
    let (mut at, mut line) = (0, 1u32);
    while at < text.len() && found.len() < MAX_TOKENS {
        while spans.peek().is_some_and(|span| (span.start as usize) < at) {
            spans.next();
        }
        let rest = &text[at..];
        let byte = rest[0];
        let span = spans
            .peek()
            .filter(|span| span.start as usize == at && span.kind != SpanKind::Code);
        let span_length = span.map(|span| (span.end as usize).min(text.len()) - at);
        if byte == b'\n' {
            line += 1;
            at += 1;
        } else if byte.is_ascii_whitespace() {
            at += 1;
        } else if let Some(length) = span_length.filter(|_| span.is_some_and(|span| span.kind != SpanKind::Text)) {
            line += newlines(&rest[..length]);
            at += length;
        } else {
            let length = span_length
                .or_else(|| {
                    language
                        .signs
                        .matters
                        .has(byte)
                        .then(|| string(language, rest))
                        .flatten()
                })
                .unwrap_or_else(|| rest.iter().take_while(|b| is_word(**b)).count().max(1));
            found.push(Token {
                hash: hash(&rest[..length]),
                line,
            });
            line += newlines(&rest[..length]);
            at += length;
        }
    }
    found
}

/// The length of the string that begins here and ends in its line.
fn string(language: &Language, rest: &[u8]) -> Option<usize> {
    let pair = language.signs.strings.iter().find(|pair| rest.starts_with(pair.open))?;
    let escapes = pair.kind != PairKind::Verbatim;
    let mut at = pair.open.len();
    while at < rest.len() && rest[at] != b'\n' {
        if escapes && rest[at] == language.signs.escape {
            at += 2;
        } else if rest[at..].starts_with(pair.close) {
            return Some(at + pair.close.len());
        } else {
            at += 1;
        }
    }
    None
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn newlines(text: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', text).count()).unwrap_or(u32::MAX)
}

/// FNV-1a, and a final mix.
fn hash(token: &[u8]) -> u64 {
    let hash = token.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    mix(hash)
}

fn mix(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ (hash >> 29)
}

fn winnow(tokens: &[Token], places: &[u32]) -> Vec<Fingerprint> {
    const BASE: u64 = 0x5851_f42d_4c95_7f2d;
    if tokens.len() < GRAM {
        return Vec::new();
    }
    let top = (0..GRAM).fold(1u64, |power, _| power.wrapping_mul(BASE));
    let mut kept: Vec<Fingerprint> = Vec::new();
    // Candidates of the current window, their hashes rising.
    let mut queue: VecDeque<(u32, usize)> = VecDeque::new();
    let mut rolling = 0u64;
    for (at, token) in tokens.iter().enumerate() {
        rolling = rolling.wrapping_mul(BASE).wrapping_add(token.hash);
        if at >= GRAM {
            rolling = rolling.wrapping_sub(tokens[at - GRAM].hash.wrapping_mul(top));
        }
        if at + 1 < GRAM {
            continue;
        }
        let start = at + 1 - GRAM;
        #[allow(clippy::cast_possible_truncation, reason = "the upper half of a mixed hash")]
        let hash = (mix(rolling) >> 32) as u32;
        while queue.back().is_some_and(|(last, _)| *last >= hash) {
            queue.pop_back();
        }
        queue.push_back((hash, start));
        while queue.front().is_some_and(|(_, first)| first + WINDOW <= start) {
            queue.pop_front();
        }
        // A text of less than a whole window has one fingerprint too.
        let whole = start + 1 >= WINDOW || at + 1 == tokens.len();
        if let Some(&(hash, first)) = queue.front().filter(|_| whole)
            && kept.last().is_none_or(|last| last.at != places[first])
        {
            kept.push(Fingerprint {
                hash,
                at: places[first],
                line: tokens[first].line,
            });
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::language::{LanguageId, scan};

    fn of(text: &str) -> Vec<u32> {
        let language = LanguageId::by_id("javascript").expect("in the table").get();
        let spans = scan(language, text.as_bytes()).spans;
        let found = tokens(language, text.as_bytes(), &spans);
        found.fingerprints.iter().map(|found| found.hash).collect()
    }

    fn code(seed: usize, count: usize) -> String {
        (0..count)
            .map(|at| format!("v{} = f{}(a, 'b');\n", seed + at, at))
            .collect()
    }

    #[test]
    fn layout_and_comments_do_not_matter() {
        let text = code(0, 30);
        let other = text.replace(" = ", "   =\n/* x */ ").replace(";\n", "; // y\n\n");
        assert!(!of(&text).is_empty());
        assert_eq!(of(&text), of(&other));
        assert_ne!(of(&text), of(&text.replace("'b'", "'c'")));
    }

    #[test]
    fn a_copy_shares_fingerprints_at_every_place() {
        let shared = code(500, 8);
        let a = of(&format!("{}{shared}{}", code(0, 40), code(100, 40)));
        let b = of(&format!("{}{shared}", code(900, 13)));
        assert!(a.iter().any(|hash| b.contains(hash)));
    }

    proptest! {
        #[test]
        fn any_text_will_do(text in "[ -~\\n]{0,300}", which in 0usize..300) {
            let id = crate::language::LanguageId(u16::try_from(which).expect("small"));
            let spans = scan(id.get(), text.as_bytes()).spans;
            let found = tokens(id.get(), text.as_bytes(), &spans);
            let ends = |marks: &[u8]| marks.iter().filter(|mark| **mark == 0).count();
            prop_assert!(ends(&found.marks) <= text.matches('\n').count());
            for print in &found.fingerprints {
                let at = print.at as usize;
                prop_assert!(found.marks[at] != 0 && ends(&found.marks[..at]) + 1 == print.line as usize);
            }
        }
    }
}
