//! Versions of Python packages and of Python, their order, and whether one clause of a range accepts them (PEP 440).

use std::cmp::Ordering;

/// Compares numbers of any length, written in digits.
#[must_use]
pub fn compare_digits(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// What a version is sorted by. Numbers are texts: they have any length.
#[derive(Debug, Clone)]
struct Key {
    epoch: String,
    release: Vec<String>,
    /// `a`, `b`, `rc`, with its number.
    pre: Option<(u8, String)>,
    post: Option<String>,
    dev: Option<String>,
    local: Vec<String>,
}

/// Compares two versions; `None` where one of them is none.
#[must_use]
pub fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (Key::parse(a)?, Key::parse(b)?);
    Some(compare_public(&a, &b).then_with(|| compare_local(&a.local, &b.local)))
}

/// Whether `version` is what a clause such as `>=` and `3.8` asks for; `None` where operator and version are no clause.
pub(super) fn satisfies(operator: &str, wanted: &str, version: &str) -> Option<bool> {
    let wanted = wanted.trim();
    if operator == "===" {
        let is_text = !wanted.is_empty() && !wanted.contains(|c: char| c.is_whitespace() || matches!(c, ';' | ')'));
        return is_text.then(|| wanted.eq_ignore_ascii_case(version));
    }
    let (text, is_prefix) = wanted.strip_suffix(".*").map_or((wanted, false), |text| (text, true));
    let wanted = Key::parse(text)?;
    let is_equality = matches!(operator, "==" | "!=");
    if is_prefix && (!is_equality || !wanted.is_release())
        || !wanted.local.is_empty() && !is_equality
        || operator == "~=" && wanted.release.len() < 2
        || !matches!(operator, "==" | "!=" | "<" | "<=" | ">" | ">=" | "~=")
    {
        return None;
    }
    let Some(version) = Key::parse(version) else {
        return Some(false);
    };
    let order = compare_public(&version, &wanted);
    let is_equal = match is_prefix {
        true => version.begins_with(&wanted, wanted.release.len()),
        false => order.is_eq() && (wanted.local.is_empty() || compare_local(&version.local, &wanted.local).is_eq()),
    };
    Some(match operator {
        "==" => is_equal,
        "!=" => !is_equal,
        "<=" => order.is_le(),
        ">=" => order.is_ge(),
        "~=" => order.is_ge() && version.begins_with(&wanted, wanted.release.len() - 1),
        // Pre-releases of the bound are before it, and post-releases after it, but neither is meant.
        "<" => order.is_lt() && !(version.is_early() && !wanted.is_early() && version.is_same_release(&wanted)),
        _ => order.is_gt() && !(version.post.is_some() && wanted.post.is_none() && version.is_same_release(&wanted)),
    })
}

/// The order without the local parts.
fn compare_public(a: &Key, b: &Key) -> Ordering {
    let length = a.release.len().max(b.release.len());
    let mut parts = (0..length).map(|at| compare_digits(a.part(at), b.part(at)));
    compare_digits(&a.epoch, &b.epoch)
        .then_with(|| parts.find(|order| order.is_ne()).unwrap_or(Ordering::Equal))
        .then_with(|| compare_pre(a, b))
        .then_with(|| compare_optional(a.post.as_deref(), b.post.as_deref(), Ordering::Less))
        .then_with(|| compare_optional(a.dev.as_deref(), b.dev.as_deref(), Ordering::Greater))
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
    /// A number of the release; those that are not written are 0.
    fn part(&self, at: usize) -> &str {
        self.release.get(at).map_or("", String::as_str)
    }

    /// Whether the first numbers of the release are those of another version.
    fn begins_with(&self, other: &Self, length: usize) -> bool {
        compare_digits(&self.epoch, &other.epoch).is_eq()
            && (0..length).all(|at| compare_digits(self.part(at), other.part(at)).is_eq())
    }

    fn is_same_release(&self, other: &Self) -> bool {
        self.begins_with(other, self.release.len().max(other.release.len()))
    }

    /// A pre-release or a development release.
    fn is_early(&self) -> bool {
        self.pre.is_some() || self.dev.is_some()
    }

    /// Of numbers only.
    fn is_release(&self) -> bool {
        !self.is_early() && self.post.is_none() && self.local.is_empty()
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let text = text.strip_prefix('v').unwrap_or(&text);
        let (text, local) = match text.split_once('+') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (text, ""),
        };
        let (epoch, text) = text.split_once('!').unwrap_or(("0", text));
        let end = text
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(text.len());
        // The dot before a word belongs to the word.
        let numbers = text[..end].strip_suffix('.').filter(|_| end < text.len());
        let release: Vec<String> = numbers.unwrap_or(&text[..end]).split('.').map(str::to_owned).collect();
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
