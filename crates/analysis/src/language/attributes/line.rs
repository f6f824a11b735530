//! Lines of a `.gitattributes` file.

use super::{MAX_LINE, State};

/// One line that sets something.
pub(super) struct AttributeLine<'t> {
    pub(super) pattern: Pattern<'t>,
    pub(super) sets: Vec<Set<'t>>,
}

pub(super) enum Pattern<'t> {
    Path(Vec<u8>),
    Macro(&'t [u8]),
}

/// `name`, `-name`, `!name` or `name=value`.
pub(super) struct Set<'t> {
    pub(super) name: &'t [u8],
    pub(super) state: State,
    /// Without a value: only so a macro is meant.
    pub(super) expands: bool,
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

impl<'t> AttributeLine<'t> {
    /// `None` for a comment, and for what git passes over.
    pub(super) fn parse(line: &'t [u8]) -> Option<Self> {
        if line.len() >= MAX_LINE {
            return None;
        }
        let start = line.iter().position(|byte| !is_blank(*byte))?;
        let line = &line[start..];
        if line[0] == b'#' {
            return None;
        }
        let (pattern, rest) = unquoted(line).unwrap_or_else(|| {
            let (word, rest) = word(line);
            (word.to_vec(), rest)
        });
        let sets = words(rest).map(Set::parse).collect::<Option<Vec<_>>>()?;
        if pattern.len() > 6 && pattern.starts_with(b"[attr]") {
            let name = word(line).0.strip_prefix(b"[attr]")?;
            return is_name(name).then_some(Self {
                pattern: Pattern::Macro(name),
                sets,
            });
        }
        // git knows no negative patterns here.
        (pattern.first() != Some(&b'!')).then_some(Self {
            pattern: Pattern::Path(pattern),
            sets,
        })
    }
}

impl<'t> Set<'t> {
    /// `None`: git passes over the whole line.
    pub(super) fn parse(word: &'t [u8]) -> Option<Self> {
        let (name, value) = match word.iter().position(|byte| *byte == b'=') {
            Some(at) => (&word[..at], Some(&word[at + 1..])),
            None => (word, None),
        };
        let (name, state) = match name.first() {
            Some(b'-') => (&name[1..], State::No),
            Some(b'!') => (&name[1..], State::Unspecified),
            _ if value == Some(b"false") => (name, State::No),
            _ => (name, State::Yes),
        };
        is_name(name).then_some(Self {
            name,
            state,
            expands: state == State::Yes && value.is_none(),
        })
    }
}

pub(super) fn is_name(name: &[u8]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    name.first().is_some_and(|first| *first != b'-') && name.iter().all(is_letter) && !name.starts_with(b"builtin_")
}

/// The first word, and the text after it.
fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| is_blank(*byte)).unwrap_or(text.len());
    text.split_at(end)
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| is_blank(*byte)).filter(|word| !word.is_empty())
}

/// A pattern in quotes, with the escapes of C, and the text after it.
fn unquoted(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut text = line.strip_prefix(b"\"")?.iter();
    let mut pattern = Vec::new();
    loop {
        let byte = *text.next()?;
        match byte {
            b'"' => return Some((pattern, text.as_slice())),
            b'\\' => pattern.push(match *text.next()? {
                b'a' => 7,
                b'b' => 8,
                b't' => b'\t',
                b'n' => b'\n',
                b'v' => 11,
                b'f' => 12,
                b'r' => b'\r',
                byte @ (b'\\' | b'"') => byte,
                first @ b'0'..=b'3' => {
                    let mut digit = || {
                        text.next()
                            .filter(|byte| (b'0'..=b'7').contains(byte))
                            .map(|byte| byte - b'0')
                    };
                    (first - b'0') << 6 | digit()? << 3 | digit()?
                }
                _ => return None,
            }),
            byte => pattern.push(byte),
        }
    }
}

const SPECIAL: &[u8] = b"*?[\\";

/// Length of the literal text before the first wildcard or escape of a pattern.
pub(super) fn literal_start(pattern: &[u8]) -> usize {
    let special = pattern.iter().position(|byte| SPECIAL.contains(byte));
    special.unwrap_or(pattern.len())
}
