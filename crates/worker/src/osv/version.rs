//! The order of versions, as each ecosystem has it.

use std::cmp::Ordering;

use repolens_analysis::python_version::{self, compare_digits};

mod maven;

/// Compares two versions of a package; `None` where one of them is no version of the ecosystem.
#[must_use]
pub fn compare(ecosystem: &str, a: &str, b: &str) -> Option<Ordering> {
    match ecosystem {
        "PyPI" => python_version::compare(a, b),
        "Maven" => Some(maven::compare(a, b)),
        "RubyGems" => Some(ruby(a, b)),
        "Packagist" => Some(packagist(a, b)),
        "CRAN" | "Hackage" => numbers(a, b),
        "NuGet" => semantic(
            a,
            b,
            Rules {
                nuget: true,
                build: false,
            },
        ),
        "Pub" => semantic(
            a,
            b,
            Rules {
                nuget: false,
                build: true,
            },
        ),
        _ => semantic(
            a,
            b,
            Rules {
                nuget: false,
                build: false,
            },
        ),
    }
}

/// Numbers between dots and dashes; of two that begin alike the longer one is later.
fn numbers(a: &str, b: &str) -> Option<Ordering> {
    let parts = |text: &'_ str| -> Option<Vec<String>> {
        let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let part = |part: &str| Some(part).filter(is_number).map(str::to_owned);
        text.split(['.', '-']).map(part).collect()
    };
    let (a, b) = (parts(a)?, parts(b)?);
    let mut orders = a.iter().zip(&b).map(|(a, b)| compare_digits(a, b));
    Some(orders.find(|order| order.is_ne()).unwrap_or(a.len().cmp(&b.len())))
}

/// What differs between the users of semantic versions.
#[derive(Clone, Copy)]
struct Rules {
    /// Names are compared without case.
    nuget: bool,
    /// The part after `+` counts.
    build: bool,
}

/// Semantic versions; missing numbers are 0, and a fourth one is allowed (NuGet).
fn semantic(a: &str, b: &str, rules: Rules) -> Option<Ordering> {
    let (a, b) = (Semantic::parse(a, rules)?, Semantic::parse(b, rules)?);
    let length = a.numbers.len().max(b.numbers.len());
    for at in 0..length {
        let of = |version: &Semantic| version.numbers.get(at).cloned().unwrap_or_default();
        match compare_digits(&of(&a), &of(&b)) {
            Ordering::Equal => {}
            other => return Some(other),
        }
    }
    let by_name = match (a.pre.is_empty(), b.pre.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => identifiers(&a.pre, &b.pre),
    };
    let by_build = || match (a.build.is_empty(), b.build.is_empty()) {
        _ if !rules.build => Ordering::Equal,
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => identifiers(&a.build, &b.build),
    };
    Some(by_name.then_with(by_build))
}

struct Semantic {
    numbers: Vec<String>,
    pre: Vec<String>,
    build: Vec<String>,
}

impl Semantic {
    fn parse(text: &str, rules: Rules) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix(['v', 'V', '=']).unwrap_or(text);
        let (text, build) = text.split_once('+').unwrap_or((text, ""));
        let (numbers, pre) = text.split_once('-').unwrap_or((text, ""));
        let numbers: Vec<String> = numbers.split('.').map(str::to_owned).collect();
        let are_numbers = numbers
            .iter()
            .all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        let parts = |text: &str| -> Vec<String> {
            let text = if rules.nuget {
                text.to_lowercase()
            } else {
                text.to_owned()
            };
            if text.is_empty() {
                Vec::new()
            } else {
                text.split('.').map(str::to_owned).collect()
            }
        };
        (are_numbers && numbers.len() <= 4).then(|| Self {
            numbers,
            pre: parts(pre),
            build: parts(build),
        })
    }
}

fn identifiers(a: &[String], b: &[String]) -> Ordering {
    for (a, b) in a.iter().zip(b) {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let order = match (is_number(a), is_number(b)) {
            (true, true) => compare_digits(a, b),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => a.cmp(b),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

/// Runs of digits and of letters; a name is before a number, so it marks a pre-release.
fn ruby(a: &str, b: &str) -> Ordering {
    let segments = |text: &str| {
        let mut found: Vec<String> = Vec::new();
        let text = text.trim().replace('-', ".pre.");
        let mut last_digit = None;
        for c in text.chars() {
            if !c.is_ascii_alphanumeric() {
                last_digit = None;
                continue;
            }
            let digit = c.is_ascii_digit();
            if last_digit != Some(digit) {
                found.push(String::new());
            }
            last_digit = Some(digit);
            if let Some(segment) = found.last_mut() {
                segment.push(c);
            }
        }
        // Zeros at the end, and before the first name, do not count.
        let is_zero = |segment: &String| segment.bytes().all(|byte| byte == b'0');
        while found.last().is_some_and(is_zero) {
            found.pop();
        }
        if let Some(name) = found
            .iter()
            .position(|segment| segment.starts_with(|c: char| c.is_ascii_alphabetic()))
        {
            let zeros = found[..name]
                .iter()
                .rev()
                .take_while(|segment| is_zero(segment))
                .count();
            found.drain(name - zeros..name);
        }
        found
    };
    let (a, b) = (segments(a), segments(b));
    let zero = String::from("0");
    for at in 0..a.len().max(b.len()) {
        let (one, other) = (a.get(at).unwrap_or(&zero), b.get(at).unwrap_or(&zero));
        let is_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        let order = match (is_number(one), is_number(other)) {
            (true, true) => compare_digits(one, other),
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => one.cmp(other),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// As `version_compare` of PHP on what Composer makes of a version.
fn packagist(a: &str, b: &str) -> Ordering {
    let rank = |part: Option<&String>| match part.map(String::as_str) {
        None => 5,
        Some("dev") => 1,
        Some("alpha" | "a") => 2,
        Some("beta" | "b") => 3,
        Some("rc" | "c") => 4,
        Some("pl" | "p" | "patch" | "stable") => 7,
        Some(part) if part.starts_with(|c: char| c.is_ascii_digit()) => 6,
        Some(_) => 0,
    };
    let (a, b) = (composer_parts(a), composer_parts(b));
    for at in 0..a.len().max(b.len()) {
        let (one, other) = (a.get(at), b.get(at));
        let order = match (one, other) {
            (Some(one), Some(other)) if rank(Some(one)) == 6 && rank(Some(other)) == 6 => compare_digits(one, other),
            _ => rank(one).cmp(&rank(other)),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// The numbers and words of a version, with four numbers at the beginning.
fn composer_parts(text: &str) -> Vec<String> {
    let text = text.trim().to_lowercase();
    let text = text.strip_prefix('v').unwrap_or(&text);
    let text = text.split('+').next().unwrap_or_default();
    let mut parts: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.chars() {
        if matches!(c, '.' | '-' | '_') {
            last = None;
            continue;
        }
        let digit = c.is_ascii_digit();
        if last != Some(digit) {
            parts.push(String::new());
        }
        last = Some(digit);
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    // Composer writes four numbers.
    let numbers = parts
        .iter()
        .take_while(|part| part.starts_with(|c: char| c.is_ascii_digit()))
        .count();
    if numbers > 0 {
        parts.splice(
            numbers..numbers,
            std::iter::repeat_n("0".to_owned(), 4usize.saturating_sub(numbers)),
        );
    }
    parts
}

#[cfg(test)]
mod tests;
