//! Grounding: keeps a sentence only if what it states occurs in the facts that it names.
//!
//! Every number (in digits or words), path, name of code, proper noun and word of judgment has to be in those facts. A
//! sentence without any of them states nothing that can be checked, and is dropped as well. So are links, images, HTML
//! and any Markdown but emphasis and code. The check is strict on purpose: a true sentence that is dropped costs little.

mod numbers;
mod vocabulary;
mod words;

use crate::answer::{ModelAnswer, Sentence};
use crate::clean;
use crate::facts::PromptFacts;
use words::Support;

/// Characters of a sentence.
const LONGEST_SENTENCE: usize = 400;

/// The sentences of an answer that passed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckedAnswer {
    /// By part, as cleaned text.
    pub summary: Vec<String>,
    pub overview: Vec<String>,
    pub risks: Vec<String>,
    pub first_steps: Vec<String>,
    /// Sentences of the answer.
    pub total: usize,
}

impl CheckedAnswer {
    /// Checks every sentence; a repeated one counts once.
    #[must_use]
    pub fn new(answer: &ModelAnswer, facts: &PromptFacts) -> Self {
        let mut seen = Vec::new();
        let mut kept = |sentences: &[Sentence]| {
            let mut texts = Vec::new();
            for sentence in sentences {
                if let Some(text) = kept_text(sentence, facts)
                    && !seen.contains(&text)
                {
                    seen.push(text.clone());
                    texts.push(text);
                }
            }
            texts
        };
        Self {
            summary: kept(&answer.summary),
            overview: kept(&answer.overview),
            risks: kept(&answer.risks),
            first_steps: kept(&answer.first_steps),
            total: answer.count(),
        }
    }

    #[must_use]
    pub fn kept(&self) -> usize {
        self.summary.len() + self.overview.len() + self.risks.len() + self.first_steps.len()
    }
}

/// The sentence as it is shown, where it passes.
#[must_use]
pub fn kept_text(sentence: &Sentence, facts: &PromptFacts) -> Option<String> {
    let text = clean::line(&sentence.text, LONGEST_SENTENCE + 1);
    if text.chars().count() > LONGEST_SENTENCE || has_other_markup(&without_ids(&text)) || sentence.facts.is_empty() {
        return None;
    }
    // Removed characters could have joined two words.
    if text.split_whitespace().ne(sentence.text.split_whitespace()) {
        return None;
    }
    let text = without_ids(&text);
    let cited: Option<Vec<&str>> = sentence
        .facts
        .iter()
        .map(|id| facts.get(id).map(|fact| fact.text.as_str()))
        .collect();
    let support = Support::new(&cited?);
    support.carries(&text).then_some(text)
}

/// Models like to repeat the ids in the text, as `(f1, f2)` or `[f3]`.
fn without_ids(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find(['(', '[']) {
        let end = rest[begin..].find([')', ']']).map(|end| begin + end);
        let Some(end) = end else { break };
        let inside = &rest[begin + 1..end];
        let is_id = |id: &str| {
            id.strip_prefix('f')
                .is_some_and(|id| !id.is_empty() && id.bytes().all(|it| it.is_ascii_digit()))
        };
        if inside.split([',', ' ', ';']).filter(|id| !id.is_empty()).all(is_id) && !inside.trim().is_empty() {
            kept.push_str(rest[..begin].trim_end());
        } else {
            kept.push_str(&rest[..=end]);
        }
        rest = &rest[end + 1..];
    }
    kept.push_str(rest);
    kept
}

/// Links, images, HTML, headings, lists, quotes, tables, fences.
fn has_other_markup(text: &str) -> bool {
    let begins = ["#", ">", "- ", "* ", "+ ", "|", "=", "~"];
    let holds = [
        "](",
        "![",
        "```",
        "~~",
        "<",
        "://",
        "www.",
        "|",
        "\\",
        "[",
        "]",
        "&#",
        "&lt",
        "javascript:",
        "data:",
        "mailto:",
    ];
    begins.iter().any(|begin| text.starts_with(begin))
        || holds.iter().any(|held| text.to_lowercase().contains(held))
        || text.matches('`').count() % 2 == 1
}
