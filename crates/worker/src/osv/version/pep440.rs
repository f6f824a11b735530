//! PEP 440.

use std::cmp::Ordering;

use super::compare_digits;

/// What a version is sorted by. Numbers are texts: they have any length.
struct Key {
    epoch: String,
    release: Vec<String>,
    /// `a`, `b`, `rc`, with its number.
    pre: Option<(u8, String)>,
    post: Option<String>,
    dev: Option<String>,
    local: Vec<String>,
}

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (Key::parse(a)?, Key::parse(b)?);
    let order = compare_digits(&a.epoch, &b.epoch).then_with(|| {
        let length = a.release.len().max(b.release.len());
        let of = |release: &[String], at: usize| release.get(at).cloned().unwrap_or_default();
        (0..length)
            .map(|at| compare_digits(&of(&a.release, at), &of(&b.release, at)))
            .find(|order| *order != Ordering::Equal)
            .unwrap_or(Ordering::Equal)
    });
    Some(
        order
            .then_with(|| compare_pre(&a, &b))
            .then_with(|| compare_optional(a.post.as_deref(), b.post.as_deref(), Ordering::Less))
            .then_with(|| compare_optional(a.dev.as_deref(), b.dev.as_deref(), Ordering::Greater))
            .then_with(|| compare_local(&a.local, &b.local)),
    )
}

/// A development release of the final version is before its pre-releases.
fn compare_pre(a: &Key, b: &Key) -> Ordering {
    let rank = |key: &Key| match &key.pre {
        Some((letter, _)) => 1 + letter,
        None if key.post.is_none() && key.dev.is_some() => 0,
        None => 9,
    };
    let number = |key: &Key| key.pre.as_ref().map_or(String::new(), |(_, number)| number.clone());
    rank(a)
        .cmp(&rank(b))
        .then_with(|| compare_digits(&number(a), &number(b)))
}

/// `absent`: how a version without the part compares with one that has it.
fn compare_optional(a: Option<&str>, b: Option<&str>, absent: Ordering) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => absent,
        (Some(_), None) => absent.reverse(),
        (Some(a), Some(b)) => compare_digits(a, b),
    }
}

fn compare_local(a: &[String], b: &[String]) -> Ordering {
    for (a, b) in a.iter().zip(b) {
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let order = match (is_number(a), is_number(b)) {
            (true, true) => compare_digits(a, b),
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => a.cmp(b),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

impl Key {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let text = text.strip_prefix('v').unwrap_or(&text);
        let (text, local) = text.split_once('+').map_or((text, ""), |(text, local)| (text, local));
        let (epoch, text) = text.split_once('!').unwrap_or(("0", text));
        let end = text
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(text.len());
        let release: Vec<String> = text[..end]
            .trim_end_matches('.')
            .split('.')
            .map(str::to_owned)
            .collect();
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(epoch) || !release.iter().all(|part| is_digits(part)) {
            return None;
        }
        let mut key = Self {
            epoch: epoch.to_owned(),
            release,
            pre: None,
            post: None,
            dev: None,
            local: if local.is_empty() {
                Vec::new()
            } else {
                local.split(['.', '-', '_']).map(str::to_owned).collect()
            },
        };
        let mut rest = &text[end..];
        while !rest.is_empty() {
            rest = key.take_segment(rest)?;
        }
        Some(key)
    }

    /// Takes the first segment behind the release, `.post1` for example, and returns what follows it.
    fn take_segment<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let plain = text.trim_start_matches(['.', '-', '_']);
        let separated = plain.len() < text.len();
        let word = plain.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(plain.len());
        let (name, after) = plain.split_at(word);
        let after_separator = after
            .strip_prefix(['.', '-', '_'])
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let after = if name.is_empty() {
            after
        } else {
            after_separator.unwrap_or(after)
        };
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let (number, next) = after.split_at(digits);
        let number = number.to_owned();
        let letter = match name {
            "a" | "alpha" => Some(0),
            "b" | "beta" => Some(1),
            "c" | "rc" | "pre" | "preview" => Some(2),
            _ => None,
        };
        match (letter, name) {
            (Some(letter), _) if self.pre.is_none() && self.post.is_none() && self.dev.is_none() => {
                self.pre = Some((letter, number));
            }
            (None, "post" | "rev" | "r") if self.post.is_none() && self.dev.is_none() => self.post = Some(number),
            // `1.0-1` is a post-release.
            (None, "") if separated && text.starts_with('-') && !number.is_empty() && self.post.is_none() => {
                self.post = Some(number);
            }
            (None, "dev") if self.dev.is_none() => self.dev = Some(number),
            _ => return None,
        }
        Some(next)
    }
}
