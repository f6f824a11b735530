//! Patterns of `.gitattributes`, as git matches them: `*`, `?`, `[…]` and `**` between slashes.
//!
//! All states that a pattern can be in are followed side by side, so that no pattern takes more than its length times the
//! path's. Matchers that go back and try again, git's among them, take exponential time on some.

use std::ops::RangeInclusive;

/// A pattern, ready to be matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob(Vec<Token>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Byte(u8),
    /// Any but `/`.
    Any,
    /// The bytes it holds, by number; never `/`.
    Class(Box<[u64; 4]>),
    /// A run of any bytes but `/`.
    Star,
    /// A run of any bytes.
    Stars,
    /// `**/`: the two tokens behind it (a run of any bytes and a `/`) may be left out.
    Optional,
}

impl Glob {
    /// `None` for one that matches nothing: a bracket that is never closed, a class that does not exist, a lone backslash.
    pub(crate) fn new(pattern: &[u8]) -> Option<Self> {
        let mut tokens = Vec::with_capacity(pattern.len());
        let mut at = 0;
        while let Some(&byte) = pattern.get(at) {
            at += 1;
            match byte {
                b'\\' => {
                    tokens.push(Token::Byte(*pattern.get(at)?));
                    at += 1;
                }
                b'?' => tokens.push(Token::Any),
                b'[' => {
                    let (class, length) = class(&pattern[at..])?;
                    tokens.push(Token::Class(class));
                    at += length;
                }
                b'*' => {
                    let start = at - 1;
                    while pattern.get(at) == Some(&b'*') {
                        at += 1;
                    }
                    let rest = &pattern[at..];
                    let begins = start == 0 || pattern[start - 1] == b'/';
                    let ends = rest.is_empty() || rest[0] == b'/' || rest.starts_with(b"\\/");
                    if at - start < 2 || !begins || !ends {
                        tokens.push(Token::Star);
                    } else if rest.first() == Some(&b'/') {
                        tokens.extend([Token::Optional, Token::Stars, Token::Byte(b'/')]);
                        at += 1;
                    } else {
                        tokens.push(Token::Stars);
                    }
                }
                byte => tokens.push(Token::Byte(byte)),
            }
        }
        Some(Self(tokens))
    }

    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        let mut now = States::new(self.0.len());
        let mut next = States::new(self.0.len());
        self.enter(0, &mut now);
        for &byte in text {
            next.clear();
            for at in 0..now.list.len() {
                let state = now.list[at];
                match &self.0.get(state) {
                    Some(Token::Byte(wanted)) if *wanted == byte => self.enter(state + 1, &mut next),
                    Some(Token::Any) if byte != b'/' => self.enter(state + 1, &mut next),
                    Some(Token::Class(class)) if contains(class, byte) => self.enter(state + 1, &mut next),
                    Some(Token::Star) if byte != b'/' => self.enter(state, &mut next),
                    Some(Token::Stars) => self.enter(state, &mut next),
                    _ => {}
                }
            }
            std::mem::swap(&mut now, &mut next);
            if now.list.is_empty() {
                return false;
            }
        }
        now.known[self.0.len()]
    }

    /// Adds a state, and those that it leads to without a byte.
    fn enter(&self, mut state: usize, states: &mut States) {
        while states.add(state) {
            match self.0.get(state) {
                Some(Token::Star | Token::Stars) => state += 1,
                Some(Token::Optional) => {
                    self.enter(state + 1, states);
                    state += 3;
                }
                _ => return,
            }
        }
    }
}

/// The states that a match is in, each once.
struct States {
    list: Vec<usize>,
    known: Vec<bool>,
}

impl States {
    fn new(tokens: usize) -> Self {
        Self {
            list: Vec::new(),
            known: vec![false; tokens + 1],
        }
    }

    fn add(&mut self, state: usize) -> bool {
        let fresh = !std::mem::replace(&mut self.known[state], true);
        if fresh {
            self.list.push(state);
        }
        fresh
    }

    fn clear(&mut self) {
        for state in self.list.drain(..) {
            self.known[state] = false;
        }
    }
}

fn contains(class: &[u64; 4], byte: u8) -> bool {
    class[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
}

fn insert(class: &mut [u64; 4], range: RangeInclusive<u8>) {
    for byte in range {
        class[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
}

/// The bytes of `[…]`, and its length up to the closing bracket; `text` begins after the opening one.
fn class(text: &[u8]) -> Option<(Box<[u64; 4]>, usize)> {
    let mut bytes = Box::new([0u64; 4]);
    let negated = matches!(text.first(), Some(b'!' | b'^'));
    let mut at = usize::from(negated);
    // The beginning of a range, if there is one.
    let mut before = None;
    loop {
        let byte = *text.get(at)?;
        at += 1;
        match byte {
            b'-' if before.is_some() && !matches!(text.get(at)?, b']') => {
                let (to, length) = unescaped(&text[at..])?;
                at += length;
                insert(&mut bytes, before.unwrap_or(to)..=to);
                before = None;
            }
            b'[' if text.get(at) == Some(&b':') => {
                let end = at + text[at..].iter().position(|byte| *byte == b']')?;
                match text[at + 1..end].split_last() {
                    Some((b':', name)) => {
                        let is_in = named(name)?;
                        let members = (0..=u8::MAX).filter(is_in);
                        members.for_each(|byte| insert(&mut bytes, byte..=byte));
                        at = end + 1;
                        before = None;
                    }
                    // No name behind all: a bracket like any other.
                    _ => {
                        insert(&mut bytes, b'['..=b'[');
                        before = Some(b'[');
                    }
                }
            }
            _ => {
                let (byte, length) = unescaped(&text[at - 1..])?;
                at += length - 1;
                insert(&mut bytes, byte..=byte);
                before = Some(byte);
            }
        }
        if *text.get(at)? == b']' {
            break;
        }
    }
    if negated {
        bytes.iter_mut().for_each(|part| *part = !*part);
    }
    bytes[usize::from(b'/' >> 6)] &= !(1 << (b'/' & 63));
    Some((bytes, at + 1))
}

/// The first character, which a backslash may quote, and its length.
fn unescaped(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'\\', byte, ..] => Some((*byte, 2)),
        [b'\\'] | [] => None,
        [byte, ..] => Some((*byte, 1)),
    }
}

fn named(name: &[u8]) -> Option<fn(&u8) -> bool> {
    Some(match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"punct" => u8::is_ascii_punctuation,
        b"space" => |byte| matches!(byte, b' ' | b'\t'..=b'\r'),
        b"upper" => u8::is_ascii_uppercase,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match() {
        for (pattern, text, is_match) in [
            ("a*c", "abbc", true),
            ("a*c", "ab/c", false),
            ("a?c", "a/c", false),
            ("**/c", "c", true),
            ("**/c", "a/b/c", true),
            ("a/**", "a/b/c", true),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("a**b", "axxb", true),
            ("a**b", "ax/b", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[^a]", "/", false),
            ("[]a]", "]", true),
            ("[[:digit:]x]", "7", true),
            ("[[:digit:]x]", "y", false),
            ("[a", "a", false),
            ("[[:nothing:]]", "a", false),
            (r"\*", "*", true),
            (r"\*", "a", false),
            (r"a\", "a", false),
        ] {
            let found = Glob::new(pattern.as_bytes()).is_some_and(|glob| glob.matches(text.as_bytes()));
            assert_eq!(found, is_match, "{pattern} {text}");
        }
    }

    /// A backtracking matcher would practically never finish this.
    #[test]
    fn many_stars_are_no_trap() {
        let pattern = "*a".repeat(500) + "b";
        let glob = Glob::new(pattern.as_bytes()).expect("is one");
        assert!(!glob.matches("a".repeat(2_000).as_bytes()));
    }
}
