//! Numbers in text, in digits and in words.

use std::collections::HashSet;

/// A number as it is compared: its value and what follows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Number {
    /// Digits without grouping and without leading and trailing zeros: `1234.5`.
    digits: String,
    percent: bool,
}

/// Numbers that are written as one word. Others (`thirteen`, `twenty`) are never kept, see [`is_other_number_word`].
const WORDS: [(&str, &str); 16] = [
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("both", "2"),
    ("once", "1"),
    ("single", "1"),
];

/// Words that state a number and that facts never hold as such.
const OTHERS: &[&str] = &[
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fourty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "hundreds",
    "thousand",
    "thousands",
    "million",
    "millions",
    "billion",
    "billions",
    "trillion",
    "dozen",
    "dozens",
    "half",
    "halves",
    "third",
    "thirds",
    "quarter",
    "quarters",
    "fourth",
    "fifth",
    "fifths",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "tenths",
    "twice",
    "thrice",
    "double",
    "doubled",
    "triple",
    "tripled",
    "couple",
    "pair",
    "trio",
    "several",
    "majority",
    "minority",
    "twofold",
    "tenfold",
];

/// The number of a word from `zero` to `twelve`.
pub(super) fn of_word(word: &str) -> Option<Number> {
    let (_, digits) = WORDS.iter().find(|(name, _)| *name == word)?;
    Some(Number {
        digits: (*digits).to_owned(),
        percent: false,
    })
}

pub(super) fn is_other_number_word(word: &str) -> bool {
    OTHERS.contains(&word) || word.ends_with("fold") && word.len() > 6
}

/// A word of a sentence as a number: digits with groups of three, decimals, a sign, a per cent sign. `None`: it has another form.
pub(super) fn of_digits(word: &str) -> Option<Number> {
    let percent = word.ends_with('%');
    let digits = word.strip_suffix('%').unwrap_or(word);
    if digits.is_empty()
        || !digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.'))
    {
        return None;
    }
    let (whole, part) = match digits.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (digits, None),
    };
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let is_grouped = whole.contains(',');
    let sound = !first.is_empty()
        && first.bytes().all(|byte| byte.is_ascii_digit())
        && (!is_grouped || first.len() <= 3)
        && groups.all(|group| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit()))
        && part.is_none_or(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    if !sound {
        return None;
    }
    let mut plain = whole.replace(',', "");
    let kept = plain.trim_start_matches('0').len();
    plain = plain.split_off(plain.len() - kept);
    if plain.is_empty() {
        plain.push('0');
    }
    if let Some(part) = part
        .map(|part| part.trim_end_matches('0'))
        .filter(|part| !part.is_empty())
    {
        plain = format!("{plain}.{part}");
    }
    Some(Number { digits: plain, percent })
}

/// All numbers of a text of facts.
pub(super) fn all(words: &[&str]) -> HashSet<Number> {
    let mut numbers = HashSet::new();
    for (at, word) in words.iter().enumerate() {
        if let Some(mut number) = of_digits(word) {
            number.percent |= words.get(at + 1).is_some_and(|next| *next == "%");
            numbers.insert(number);
        }
    }
    numbers
}

impl Number {
    pub(super) fn with_percent(mut self) -> Self {
        self.percent = true;
        self
    }

    pub(super) fn zero() -> Self {
        Self {
            digits: "0".to_owned(),
            percent: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_by_value() {
        let same = |a: &str, b: &str| of_digits(a).is_some() && of_digits(a) == of_digits(b);
        assert!(same("1,234", "1234") && same("1.50", "1.5") && same("007", "7") && same("0.0", "0"));
        assert!(!same("12", "12%") && !same("1.2", "12"));
        for word in ["1,23", "1.2.3", "v2", "1e6", "12k", ".5", "5.", ",1", "1,2345"] {
            assert_eq!(of_digits(word), None, "{word}");
        }
    }
}
