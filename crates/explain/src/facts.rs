//! Facts of a report, each with an id, as a model gets them.
//!
//! Numbers are written as the pages show them. Text of the repository (names, paths, its description) is cleaned, and
//! marked as an excerpt, so that it can be left out where a provider refuses it.

mod parts;
mod target;
mod whole;

pub use parts::Parts;
pub use target::lines_of;

use repolens_core::explanation::ExplanationTarget;

use crate::clean;

/// The most facts of one prompt.
pub const MOST_FACTS: usize = 120;
/// Characters of all facts: about 2,500 tokens, so that the prompt fits a local server's usual context of 4,096.
const MOST_CHARACTERS: usize = 8_000;
const LONGEST_FACT: usize = 240;

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// `f1`, `f2` …
    pub id: String,
    pub text: String,
    /// Written by people of the repository, not measured.
    pub excerpt: bool,
}

/// The facts of one prompt, the most important first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromptFacts {
    pub list: Vec<Fact>,
    characters: usize,
}

impl PromptFacts {
    /// Of a whole report.
    #[must_use]
    pub fn of_report(parts: &Parts) -> Self {
        let mut facts = Self::default();
        whole::add(&mut facts, parts);
        facts
    }

    /// Of one function, file or cycle; empty where the report has nothing about it.
    #[must_use]
    pub fn of_target(parts: &Parts, target: &ExplanationTarget) -> Self {
        let mut facts = Self::default();
        target::add(&mut facts, parts, target);
        facts
    }

    /// Adds a measured fact, if there is space.
    pub fn add(&mut self, text: &str) {
        self.push(text, false);
    }

    /// Adds text of the repository.
    pub fn add_excerpt(&mut self, text: &str) {
        self.push(text, true);
    }

    fn push(&mut self, text: &str, excerpt: bool) {
        let text = clean::line(text, LONGEST_FACT);
        let size = text.chars().count();
        let is_new = !text.is_empty() && self.list.iter().all(|fact| fact.text != text);
        if is_new && self.list.len() < MOST_FACTS && self.characters + size <= MOST_CHARACTERS {
            self.characters += size;
            let id = format!("f{}", self.list.len() + 1);
            self.list.push(Fact { id, text, excerpt });
        }
    }

    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Fact> {
        self.list.iter().find(|fact| fact.id == id)
    }

    /// The more important half.
    #[must_use]
    pub fn half(&self) -> Self {
        let mut half = self.clone();
        half.list.truncate(self.list.len().div_ceil(2));
        half
    }

    #[must_use]
    pub fn without_excerpts(&self) -> Self {
        let mut measured = self.clone();
        measured.list.retain(|fact| !fact.excerpt);
        measured
    }
}

/// `1,234`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_bounded() {
        let mut facts = PromptFacts::default();
        for number in 0..1_000 {
            facts.add(&format!("Fact {number}"));
        }
        assert_eq!(facts.list.len(), MOST_FACTS);
        let mut facts = PromptFacts::default();
        for number in 0..1_000 {
            facts.add(&format!("{number} {}", "word ".repeat(100)));
        }
        assert!(facts.list.iter().map(|fact| fact.text.len()).sum::<usize>() <= 8_500);
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
