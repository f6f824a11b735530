//! The words of a sentence against the words of its facts.

use std::collections::HashSet;

use super::numbers::{self, Number};
use super::vocabulary::{JUDGMENT, NAMES, NONE, ORDINARY, has};

/// What the cited facts carry.
pub(super) struct Support {
    /// The facts as one text, with a space at both ends.
    text: String,
    /// Their words, as written and in lower case.
    words: HashSet<String>,
    numbers: HashSet<Number>,
}

/// What one word of a sentence turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// States nothing that has to be checked.
    Plain,
    /// Occurs in the facts.
    Found,
    Missing,
}

/// Punctuation around a word.
const AROUND: &[char] = &[
    '(', ')', ',', ';', ':', '!', '?', '.', '"', '\'', '“', '”', '‘', '’', '*', '_', '…', '–', '—', '-', '`',
];

impl Support {
    pub(super) fn new(facts: &[&str]) -> Self {
        let mut joined = String::from(" ");
        let mut words = HashSet::new();
        let mut numbers = HashSet::new();
        for fact in facts {
            joined += fact;
            joined.push(' ');
            let of_fact: Vec<&str> = split(fact).iter().map(|word| word.text).collect();
            numbers.extend(numbers::all(&of_fact));
            for word in of_fact {
                words.insert(word.to_owned());
                words.insert(word.to_lowercase());
                // The parts of a path or a dotted name are names as well.
                for part in word
                    .split(['/', '.', ':', '#', '(', ')', '<', '>', '\''])
                    .filter(|part| !part.is_empty())
                {
                    words.insert(part.to_lowercase());
                }
            }
        }
        Self {
            text: joined,
            words,
            numbers,
        }
    }

    /// Whether all that the sentence states is in the facts, and it states something.
    pub(super) fn carries(&self, text: &str) -> bool {
        let Some((code, prose)) = self.without_code(text) else {
            return false;
        };
        let words = split(&prose);
        let mut found = code;
        for (at, word) in words.iter().enumerate() {
            let next = words.get(at + 1).map(|word| word.text);
            match self.word(word, next) {
                Verdict::Missing => return false,
                Verdict::Found => found = true,
                Verdict::Plain => {}
            }
        }
        // Two numbers in a row read as one number that is neither.
        let is_number = |word: &Word<'_>| {
            numbers::of_digits(word.text).is_some() || numbers::of_word(&word.text.to_lowercase()).is_some()
        };
        let doubled = words
            .windows(2)
            .any(|pair| is_number(&pair[0]) && (is_number(&pair[1]) || pair[1].text == "point"));
        found && !doubled
    }

    /// The text without what is between backticks, all of which has to be in the facts; and whether there was any.
    fn without_code(&self, text: &str) -> Option<(bool, String)> {
        let mut prose = String::new();
        let mut any = false;
        let pieces: Vec<&str> = text.split('`').collect();
        for (at, piece) in pieces.iter().enumerate() {
            if at % 2 == 0 {
                let touches = at > 0 && piece.starts_with(char::is_alphanumeric)
                    || at + 1 < pieces.len() && piece.ends_with(char::is_alphanumeric);
                if touches {
                    return None;
                }
                prose.push_str(piece);
                continue;
            }
            let has_content = piece.chars().any(char::is_alphanumeric);
            if !has_content || !self.has_text(piece.trim()) {
                return None;
            }
            any = true;
            prose.push(' ');
        }
        Some((any, prose))
    }

    /// Whether the facts hold this text, not as a part of a longer word.
    fn has_text(&self, piece: &str) -> bool {
        let is_part =
            |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '@' | '\\'));
        self.text.match_indices(piece).any(|(at, _)| {
            let after = &self.text[at + piece.len()..];
            let before = &self.text[..at];
            // A dot or comma between two letters or digits is a part of the word; one at its end is not.
            let goes_on = after.starts_with(['.', ':', ',']) && after.chars().nth(1).is_some_and(char::is_alphanumeric);
            let comes_from =
                before.ends_with(['.', ':', ',']) && before.chars().rev().nth(1).is_some_and(char::is_alphanumeric);
            !is_part(before.chars().next_back()) && !is_part(after.chars().next()) && !goes_on && !comes_from
        })
    }

    fn word(&self, Word { text: word, begins }: &Word<'_>, next: Option<&str>) -> Verdict {
        let lower = word.to_lowercase();
        if lower == "%" {
            return Verdict::Plain;
        }
        if word
            .chars()
            .any(|c| !c.is_ascii() && (c.is_numeric() || !c.is_alphabetic() && !matches!(c, '’' | '–' | '—' | '…')))
        {
            // Digits of other scripts, fractions, signs.
            return Verdict::Missing;
        }
        if word.bytes().any(|byte| byte.is_ascii_digit()) {
            return self.with_digits(word, next);
        }
        if has(ORDINARY, &lower) {
            return Verdict::Plain;
        }
        for part in lower.split(['-', '–', '—', '/']) {
            if numbers::is_other_number_word(part) && !self.words.contains(part) {
                return Verdict::Missing;
            }
            if let Some(number) = numbers::of_word(part)
                && !self.numbers.contains(&number)
            {
                return Verdict::Missing;
            }
            if has(JUDGMENT, part) && !self.words.contains(part) {
                return Verdict::Missing;
            }
        }
        if has(JUDGMENT, &lower) && !self.words.contains(&lower) {
            return Verdict::Missing;
        }
        if has(NONE, &lower) {
            return if self.numbers.contains(&Number::zero()) || NONE.split(' ').any(|none| self.words.contains(none)) {
                Verdict::Plain
            } else {
                Verdict::Missing
            };
        }
        if numbers::of_word(&lower).is_some() {
            return Verdict::Found;
        }
        if is_name(word, &lower, *begins) {
            return if self.words.contains(&lower) || self.has_text(word) {
                Verdict::Found
            } else {
                Verdict::Missing
            };
        }
        Verdict::Plain
    }

    /// A word with an ASCII digit: a number of the facts, or a name of the facts as it is.
    fn with_digits(&self, word: &str, next: Option<&str>) -> Verdict {
        let number = numbers::of_digits(word).map(|number| match next {
            Some("%" | "percent") => number.with_percent(),
            _ => number,
        });
        let known = match number {
            Some(number) => self.numbers.contains(&number) && next.is_none_or(|next| !changes_a_number(next)),
            None => self.has_text(word),
        };
        if known { Verdict::Found } else { Verdict::Missing }
    }
}

/// Words after a number that make another number of it.
fn changes_a_number(word: &str) -> bool {
    let words = [
        "k",
        "m",
        "b",
        "x",
        "point",
        "million",
        "thousand",
        "hundred",
        "dozen",
        "billion",
        "thousands",
        "millions",
    ];
    words.contains(&word.to_lowercase().as_str())
}

/// Code, a path, or a proper noun.
fn is_name(word: &str, lower: &str, begins: bool) -> bool {
    let mut letters = word.chars();
    let first = letters.next().is_some_and(char::is_uppercase);
    let later = letters.clone().any(char::is_uppercase);
    let sign = word.contains([
        '_', '/', '\\', '.', '@', '$', '#', '=', '{', '}', '+', '^', '~', '&', '%', '*', '<', '>',
    ]) || word.contains("::")
        || word.contains("()");
    sign || later || first && !begins || has(NAMES, lower) && first
}

/// A word without the punctuation around it.
#[derive(Debug, Clone, Copy)]
struct Word<'t> {
    text: &'t str,
    /// It begins a sentence.
    begins: bool,
}

/// The words of a text; `%` alone is one.
fn split(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut begins = true;
    for raw in text.split_whitespace() {
        for piece in raw.split(['(', ')', '“', '”', '"', '=']) {
            let word = trimmed(piece);
            if !word.is_empty() {
                words.push(Word { text: word, begins });
                begins = false;
            }
        }
        begins |= raw
            .trim_end_matches(['"', '”', ')', '*', '_'])
            .ends_with(['.', '!', '?', ':', ';']);
    }
    words
}

/// Signs before a digit are a part of the number.
fn trimmed(word: &str) -> &str {
    let word = word.trim_end_matches(AROUND);
    let word = word
        .strip_suffix("'s")
        .or_else(|| word.strip_suffix("’s"))
        .unwrap_or(word);
    let mut rest = word.trim_end_matches(AROUND);
    while let Some(first) = rest.chars().next().filter(|first| AROUND.contains(first)) {
        let after = &rest[first.len_utf8()..];
        let is_sign = matches!(first, '-' | '–' | '—' | '.' | ',');
        if is_sign && after.starts_with(|c: char| c.is_ascii_digit()) {
            break;
        }
        rest = after;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: &[&str] = &[
        "Lines of code: 12,345",
        "Copied lines: 3.5 %",
        "Riskiest file 1: src/app/main.py line 40: `parse_all`: cyclomatic 25",
        "Main language: python",
        "Vulnerable packages: 0",
    ];

    #[test]
    fn what_the_facts_hold_is_carried() {
        let support = Support::new(FACTS);
        for text in [
            "It has 12,345 lines of code.",
            "It has 12345 lines, mostly Python.",
            "Copies make up 3.5 % of the lines.",
            "Copies make up 3.5% of the lines.",
            "The riskiest file is `src/app/main.py`, where `parse_all` begins at line 40.",
            "Change src/app/main.py with care.",
            "No package is vulnerable, in 12,345 lines.",
        ] {
            assert!(support.carries(text), "{text}");
        }
    }

    #[test]
    fn what_they_do_not_hold_is_not() {
        let support = Support::new(FACTS);
        for text in [
            "It has 12,346 lines of code.",
            "It has 12k lines of code.",
            "It has 1.2 lines.",
            "It has 12,345 thousand lines.",
            "Copies make up 25 % of the lines.",
            "It has 3.5 files.  It has ٣ files, 12,345 lines.",
            "About half of the 12,345 lines are tests.",
            "It has thirteen files and 12,345 lines.",
            "It has twenty-five functions and 12,345 lines.",
            "It has ½ of 12,345 lines.",
            "The riskiest file is `src/app/other.py`.",
            "The riskiest file is `app/main.py`.",
            "The riskiest file is `src/app/main.pyc`.",
            "See evil.com for 12,345 lines.",
            "The 12,345 lines are written in Java.",
            "Java is the language of the 12,345 lines.",
            "The 12,345 lines are perfectly safe.",
            "The file src/app/main.py is safe.",
            "This is a lovely project.",
            "It has 40-25 lines.",
            "It has 40/25 lines.",
            "It uses `` and 12,345 lines.",
            "The author is Bob, with 12,345 lines.",
            "It has 1e6 lines.",
            "It has -25 lines.",
            "It has .5 or 12,345 lines.",
            "It has 25 40 lines.",
            "It has `12` lines.",
            "It has `345` lines.",
            "It has 1`2,345` lines.",
        ] {
            assert!(!support.carries(text), "{text}");
        }
    }
}
