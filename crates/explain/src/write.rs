//! The checked sentences as the `explanations` of a report.

use repolens_core::report::{Chapter, Explanations, SentenceCheck};

use crate::check::CheckedAnswer;
use crate::prompt::PROMPT_VERSION;

/// `template`: the text that was made without a model; it stays where the model has no sentence that passed.
pub(crate) fn explanations(
    checked: &CheckedAnswer,
    template: Option<&Explanations>,
    provider: &str,
    model: &str,
) -> Explanations {
    let of_template = |part: fn(&Explanations) -> &String| template.map(part).cloned().unwrap_or_default();
    let or = |sentences: &[String], other: String| {
        if sentences.is_empty() {
            other
        } else {
            sentences.join(" ")
        }
    };
    let mut risk_analysis = or(&checked.risks, of_template(|it| &it.risk_analysis));
    if !checked.first_steps.is_empty() && !checked.risks.is_empty() {
        risk_analysis = format!("{risk_analysis}\n\n{}", checked.first_steps.join("\n"));
    }
    let parts = [
        ("What it is", &checked.summary),
        ("Size and structure", &checked.overview),
        ("Where the risk is", &checked.risks),
        ("What to do first", &checked.first_steps),
    ];
    Explanations {
        summary: or(&checked.summary, of_template(|it| &it.summary)),
        overview: or(&checked.overview, of_template(|it| &it.overview)),
        risk_analysis,
        provider: provider.to_owned(),
        model: Some(model.to_owned()),
        confidence: confidence(checked).to_owned(),
        chapters: parts
            .into_iter()
            .filter(|(_, sentences)| !sentences.is_empty())
            .map(|(title, sentences)| Chapter {
                title: title.to_owned(),
                content: sentences.join("\n"),
            })
            .collect(),
        prompt_version: Some(PROMPT_VERSION),
        sentences: Some(SentenceCheck {
            checked: checked.total as u64,
            kept: checked.kept() as u64,
        }),
    }
}

/// By the share of sentences that passed: from nine tenths high, from six tenths medium.
fn confidence(checked: &CheckedAnswer) -> &'static str {
    match 10 * checked.kept() / checked.total.max(1) {
        9.. => "high",
        6..9 => "medium",
        _ => "low",
    }
}
