//! The answer of a model, leniently read.

use serde::Deserialize;
use serde_json::{Value, json};

/// One sentence and the facts that it rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Sentence {
    pub text: String,
    pub facts: Vec<String>,
}

/// What a model wrote, by part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ModelAnswer {
    pub summary: Vec<Sentence>,
    #[serde(alias = "sentences")]
    pub overview: Vec<Sentence>,
    pub risks: Vec<Sentence>,
    pub first_steps: Vec<Sentence>,
}

/// The names of the parts, in the order of the text.
pub const PARTS: [&str; 4] = ["summary", "overview", "risks", "firstSteps"];

/// More sentences than this in a part are not read.
const MOST_SENTENCES: usize = 12;

impl ModelAnswer {
    #[must_use]
    pub fn count(&self) -> usize {
        self.summary.len() + self.overview.len() + self.risks.len() + self.first_steps.len()
    }

    /// Reads JSON that may be inside a code fence or other text. `None`: there is no such object in it.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let begin = text.find('{')?;
        let end = text.rfind('}')?;
        let object = text.get(begin..=end)?;
        let value: Value = serde_json::from_str(object).ok().or_else(|| {
            // Models write a comma before a closing bracket.
            serde_json::from_str(&without_trailing_commas(object)).ok()
        })?;
        let answer = Self {
            summary: part(&value["summary"]),
            overview: [part(&value["overview"]), part(&value["sentences"])].concat(),
            risks: part(&value["risks"]),
            first_steps: part(&value["firstSteps"]),
        };
        (answer.count() > 0).then_some(answer)
    }
}

/// Sentences of one part; what has another form is skipped.
fn part(value: &Value) -> Vec<Sentence> {
    let list = value.as_array().map_or(&[][..], Vec::as_slice);
    let sentences = list.iter().filter_map(|item| {
        let facts = match &item["facts"] {
            Value::Array(ids) => ids.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Value::String(ids) => ids
                .split([',', ' '])
                .filter(|id| !id.is_empty())
                .map(str::to_owned)
                .collect(),
            _ => Vec::new(),
        };
        Some(Sentence {
            text: item["text"].as_str()?.to_owned(),
            facts,
        })
    });
    sentences.take(MOST_SENTENCES).collect()
}

fn without_trailing_commas(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let (mut in_text, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        let next = text[at + c.len_utf8()..].trim_start().chars().next();
        if c == ',' && !in_text && matches!(next, Some(']' | '}')) {
            continue;
        }
        if c == '"' && !escaped {
            in_text = !in_text;
        }
        escaped = c == '\\' && !escaped;
        kept.push(c);
    }
    kept
}

/// The JSON Schema of an answer: strict, so every member is required.
#[must_use]
pub fn schema() -> Value {
    let sentence = json!({
        "type": "object",
        "properties": {
            "text": { "type": "string" },
            "facts": { "type": "array", "items": { "type": "string" } },
        },
        "required": ["text", "facts"],
        "additionalProperties": false,
    });
    let list = json!({ "type": "array", "items": sentence });
    let properties: serde_json::Map<String, Value> =
        PARTS.iter().map(|name| ((*name).to_owned(), list.clone())).collect();
    json!({ "type": "object", "properties": properties, "required": PARTS, "additionalProperties": false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_text_and_trailing_commas_do_not_matter() {
        let text = "Here it is:\n```json\n{\"summary\":[{\"text\":\"A, b,]\",\"facts\":[\"f1\",]},],\"sentences\":[{\"text\":\"C\",\"facts\":\"f1, f2\"}]}\n```";
        let answer = ModelAnswer::read(text).expect("an answer");
        assert_eq!(answer.summary[0].text, "A, b,]");
        assert_eq!(answer.overview[0].facts, ["f1", "f2"]);
        for text in [
            "",
            "no",
            "{}",
            "[1]",
            "{\"summary\":3}",
            "}{",
            "{\"summary\":[{\"text\":5}]}",
        ] {
            assert_eq!(ModelAnswer::read(text), None, "{text}");
        }
    }
}
