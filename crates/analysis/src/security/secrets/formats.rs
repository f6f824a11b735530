//! The token formats of providers: one row for each form.
//!
//! A form is what the provider documents: a prefix, and parts of an alphabet with their lengths. No row is an expression
//! of unbounded length, so matching takes constant time for each place where a prefix occurs.

use repolens_core::report::{Confidence, FindingCategory, FindingSeverity};

use super::proof::{self, Proof};
use crate::security::rule::Rule;

mod table;

/// All forms of all providers.
pub fn all() -> impl Iterator<Item = &'static Format> {
    table::TABLES.into_iter().flatten()
}

/// A form of a credential.
#[derive(Debug)]
pub struct Format {
    pub rule: Rule,
    /// What it begins with; each is searched for.
    pub prefixes: &'static [&'static str],
    /// What follows the prefix.
    pub body: &'static [FormatPart],
    /// Bits of each character of the body, at least.
    pub entropy: f64,
    /// The offline proof that the format has, of the whole token.
    pub proof: Option<fn(&str) -> Proof>,
    /// One of these words is in the same line or the one before, in lower case; empty: nothing needed.
    pub context: &'static [&'static str],
    /// What is in front of the prefix and belongs to the token.
    pub before: Option<(Alphabet, usize, usize)>,
}

/// One part of a form.
#[derive(Debug, Clone, Copy)]
pub enum FormatPart {
    /// From `.1` to `.2` characters.
    Run(Alphabet, usize, usize),
    /// One of these numbers of characters.
    Lengths(Alphabet, &'static [usize]),
    Text(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    Digits,
    /// Hexadecimal in lower case.
    Hex,
    /// Hexadecimal in either case.
    AnyHex,
    /// `0-9a-z`
    Lower,
    /// `0-9A-Z`
    Upper,
    Letters,
    /// `0-9A-Za-z`
    Alnum,
    /// `0-9A-Za-z_-`
    Url,
    /// `0-9A-Za-z_.-`
    Dotted,
    /// `0-9A-Za-z+/=_-`
    Base64,
    /// Of Azure's passwords: `0-9A-Za-z_.~-`
    Azure,
}

impl Alphabet {
    #[must_use]
    pub fn has(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Self::AnyHex => byte.is_ascii_hexdigit(),
            Self::Lower => matches!(byte, b'0'..=b'9' | b'a'..=b'z'),
            Self::Upper => matches!(byte, b'0'..=b'9' | b'A'..=b'Z'),
            Self::Letters => byte.is_ascii_alphabetic(),
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'='),
            Self::Azure => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~'),
        }
    }
}

impl Format {
    /// The length of the token that begins at the start of `text`, a prefix included.
    #[must_use]
    pub fn matched(&self, text: &[u8], prefix: &str) -> Option<usize> {
        let rest = text.strip_prefix(prefix.as_bytes())?;
        let length = parts(self.body, rest)?;
        Some(prefix.len() + length)
    }
}

/// The length that `parts` take at the start of `text`, so that a right edge follows.
fn parts(list: &[FormatPart], text: &[u8]) -> Option<usize> {
    let Some((first, rest)) = list.split_first() else {
        return is_right_edge(text).then_some(0);
    };
    match *first {
        FormatPart::Text(word) => Some(word.len() + parts(rest, text.strip_prefix(word.as_bytes())?)?),
        FormatPart::Run(alphabet, min, max) => {
            let run = text.iter().take(max).take_while(|byte| alphabet.has(**byte)).count();
            if rest.is_empty() {
                // The longest or nothing: a longer word is another thing.
                return (run >= min && is_right_edge(&text[run..])).then_some(run);
            }
            (min..=run)
                .rev()
                .find_map(|length| Some(length + parts(rest, &text[length..])?))
        }
        FormatPart::Lengths(alphabet, lengths) => {
            let longest = lengths.iter().copied().max().unwrap_or(0);
            let run = text
                .iter()
                .take(longest)
                .take_while(|byte| alphabet.has(**byte))
                .count();
            let fitting = lengths.iter().filter(|length| **length <= run);
            fitting
                .filter_map(|length| Some(length + parts(rest, &text[*length..])?))
                .max()
        }
    }
}

/// No character of a word follows.
fn is_right_edge(rest: &[u8]) -> bool {
    rest.first()
        .is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
}

/// A rule about a credential.
const fn credential(
    id: &'static str,
    title: &'static str,
    severity: FindingSeverity,
    remedy: &'static str,
    confidence: Confidence,
) -> Rule {
    Rule {
        id,
        title,
        category: FindingCategory::Secret,
        severity,
        confidence,
        cwe: 798,
        risk: "Everyone who can read the repository, or an old clone of it, can use the credential.",
        remedy,
        safe: &["a placeholder, an example of documentation, a reference to an environment variable"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_prefixes_are_unique() {
        let mut prefixes: Vec<_> = all().flat_map(|format| format.prefixes).collect();
        let total = prefixes.len();
        prefixes.sort_unstable();
        prefixes.dedup();
        assert!(total - prefixes.len() < 8, "few forms share a prefix");
    }

    #[test]
    fn a_run_ends_at_an_edge() {
        let list = [FormatPart::Run(Alphabet::Hex, 4, 4)];
        assert_eq!(parts(&list, b"12ab\""), Some(4));
        assert_eq!(parts(&list, b"12ab7\""), None);
        assert_eq!(parts(&list, b"12a\""), None);
        let list = [
            FormatPart::Lengths(Alphabet::Alnum, &[2, 4]),
            FormatPart::Text("X"),
            FormatPart::Run(Alphabet::Alnum, 1, 9),
        ];
        assert_eq!(parts(&list, b"abcdXe "), Some(6));
        assert_eq!(parts(&list, b"abXe "), Some(4));
    }
}
