//! The environments that a requirement of Python is for: `python_version < "3.8" and sys_platform == "win32"` (PEP 508, 685,
//! 735 and 751). Evaluated as the `packaging` library does; `scripts/oracles/markers` compares the two.

use super::normal;
use super::version::satisfies;
use crate::manifests::fits;

mod parse;

pub(super) use parse::parse;

/// A condition on the environment.
#[derive(Debug, PartialEq)]
pub(super) enum Marker {
    All(Vec<Marker>),
    Any(Vec<Marker>),
    Comparison {
        /// The variable of the environment.
        key: String,
        operator: String,
        /// What the variable is compared with.
        literal: String,
        /// The variable is on the left.
        is_variable_first: bool,
    },
}

/// The value of a variable.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum MarkerValue {
    Text(String),
    Set(Vec<String>),
}

/// The comparison has no meaning: the environment has no such variable, or its value is of another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Undefined;

/// The verdict on one comparison: variable, operator, literal, and whether the variable comes first.
type Compare<'c> = dyn Fn(&str, &str, &str, bool) -> Result<bool, Undefined> + 'c;

/// Variables whose values are compared as versions where they are versions.
const VERSIONS: [&str; 4] = [
    "implementation_version",
    "platform_release",
    "python_full_version",
    "python_version",
];

/// Python 3 up to this minor version is known; later versions are treated as this one.
const NEWEST: u64 = 16;

impl Marker {
    /// Whether it holds where the variables have these values.
    #[cfg(test)]
    pub(super) fn holds(&self, value: &dyn Fn(&str) -> Option<MarkerValue>) -> Result<bool, Undefined> {
        self.walk(&|key, operator, literal, is_first| {
            compare(value(key).ok_or(Undefined)?, key, operator, literal, is_first)
        })
    }

    /// Whether it may hold: what is not known of the environment is taken for fitting.
    pub(super) fn may_hold(&self, value: &dyn Fn(&str) -> Option<MarkerValue>) -> bool {
        let all = self.walk(&|key, operator, literal, is_first| {
            Ok(value(key).is_none_or(|value| compare(value, key, operator, literal, is_first).unwrap_or(true)))
        });
        all.unwrap_or(true)
    }

    fn walk(&self, comparison: &Compare<'_>) -> Result<bool, Undefined> {
        match self {
            Self::All(parts) => parts
                .iter()
                .try_fold(true, |holds, part| Ok(part.walk(comparison)? && holds)),
            Self::Any(parts) => parts
                .iter()
                .try_fold(false, |holds, part| Ok(part.walk(comparison)? || holds)),
            Self::Comparison {
                key,
                operator,
                literal,
                is_variable_first,
            } => comparison(key, operator, literal, *is_variable_first),
        }
    }
}

/// Whether a requirement with this marker is installed for some version of Python that a project supports, such as
/// `>=3.8,<4` or `^3.8`. What is no marker is taken for one that may hold.
pub(crate) fn may_hold(marker: &str, supported: &str) -> bool {
    let Some(marker) = parse(marker) else { return true };
    let minors = (0..=NEWEST).map(|minor| format!("3.{minor}"));
    let all = ["2.6".to_owned(), "2.7".to_owned()].into_iter().chain(minors);
    // The first and the last release of each: a bound may be between them.
    let releases = all.flat_map(|minor| ["0", "99"].map(|patch| (minor.clone(), format!("{minor}.{patch}"))));
    let mut supported = releases
        .filter(|(_, full)| supported.split("||").any(|range| is_in(range, full)))
        .peekable();
    // A range without any of them is not understood.
    supported.peek().is_none()
        || supported.any(|(minor, full)| {
            marker.may_hold(&|key| match key {
                "python_version" => Some(MarkerValue::Text(minor.clone())),
                "python_full_version" => Some(MarkerValue::Text(full.clone())),
                _ => None,
            })
        })
}

/// Whether a version is in a range of PEP 440, or of Poetry.
fn is_in(range: &str, version: &str) -> bool {
    range
        .split(',')
        .map(str::trim)
        .filter(|clause| !clause.is_empty())
        .all(|clause| {
            let end = clause.find(|c| !"<>=!~".contains(c)).unwrap_or(clause.len());
            satisfies(&clause[..end], &clause[end..], version).unwrap_or_else(|| fits(clause, version))
        })
}

/// Compares the value of a variable with a literal.
fn compare(
    value: MarkerValue,
    key: &str,
    operator: &str,
    literal: &str,
    is_variable_first: bool,
) -> Result<bool, Undefined> {
    let value = match value {
        MarkerValue::Text(_) if matches!(key, "extras" | "dependency_groups") => return Err(Undefined),
        MarkerValue::Text(text) if key == "extra" => normal(&text),
        MarkerValue::Text(text) => text,
        MarkerValue::Set(names) if !is_variable_first && key != "extra" => return in_set(&names, operator, literal),
        MarkerValue::Set(_) => return Err(Undefined),
    };
    let literal = if key == "extra" {
        normal(literal)
    } else {
        literal.to_owned()
    };
    let (left, right) = match is_variable_first {
        true => (value.as_str(), literal.as_str()),
        false => (literal.as_str(), value.as_str()),
    };
    if VERSIONS.contains(&key)
        && let Some(is_in) = satisfies(operator, right, left)
    {
        return Ok(is_in);
    }
    // Texts have no order.
    match operator {
        "in" => Ok(right.contains(left)),
        "not in" => Ok(!right.contains(left)),
        "==" | "<=" | ">=" => Ok(left == right),
        "!=" => Ok(left != right),
        "<" | ">" => Ok(false),
        _ => Err(Undefined),
    }
}

/// `"docs" in dependency_groups`.
fn in_set(names: &[String], operator: &str, literal: &str) -> Result<bool, Undefined> {
    let has = || names.iter().any(|name| normal(name) == normal(literal));
    match operator {
        "in" => Ok(has()),
        "not in" => Ok(!has()),
        "==" | "<=" | ">=" | "<" | ">" => Ok(false),
        "!=" => Ok(true),
        _ => Err(Undefined),
    }
}

#[cfg(test)]
mod tests;
