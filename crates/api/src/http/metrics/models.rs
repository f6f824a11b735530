//! Calls of language models, as workers report them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use repolens_core::explanation::ModelCall;

use super::prometheus_text::{head, line};

/// Counted by provider.
#[derive(Default)]
pub struct ModelMetrics {
    providers: Mutex<BTreeMap<&'static str, Counts>>,
    /// Sentences that models wrote, and those that passed the check.
    sentences: Mutex<(u64, u64)>,
}

#[derive(Default)]
struct Counts {
    calls: u64,
    prompt_tokens: u64,
    completion_tokens: u64,
    /// By code.
    failures: BTreeMap<String, u64>,
}

/// More than there are, whatever a worker reports.
const MAX_CODES: usize = 40;

impl ModelMetrics {
    pub fn count(&self, call: &ModelCall) {
        let known = ["openai-compatible", "openrouter", "gemini"];
        let provider = known.into_iter().find(|name| *name == call.provider).unwrap_or("other");
        let mut providers = self.providers.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = providers.entry(provider).or_default();
        counts.calls += 1;
        counts.prompt_tokens = counts.prompt_tokens.saturating_add(call.prompt_tokens);
        counts.completion_tokens = counts.completion_tokens.saturating_add(call.completion_tokens);
        if let Some(code) = &call.failure {
            let is_code = code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            let is_kept = is_code && (counts.failures.len() < MAX_CODES || counts.failures.contains_key(code));
            let code = if is_kept { code.as_str() } else { "other" };
            *counts.failures.entry(code.to_owned()).or_default() += 1;
        }
    }

    pub fn count_sentences(&self, checked: u64, kept: u64) {
        let mut sentences = self.sentences.lock().unwrap_or_else(PoisonError::into_inner);
        sentences.0 = sentences.0.saturating_add(checked);
        sentences.1 = sentences.1.saturating_add(kept);
    }

    pub(super) fn write(&self, text: &mut String) {
        let providers = self.providers.lock().unwrap_or_else(PoisonError::into_inner);
        head(
            text,
            "repolens_ai_calls_total",
            "counter",
            "Calls of language models, by provider.",
        );
        for (provider, counts) in &*providers {
            line(
                text,
                "repolens_ai_calls_total",
                &format!("provider=\"{provider}\""),
                counts.calls,
            );
        }
        head(
            text,
            "repolens_ai_tokens_total",
            "counter",
            "Tokens of these calls, by provider and kind.",
        );
        for (provider, counts) in &*providers {
            for (kind, tokens) in [
                ("prompt", counts.prompt_tokens),
                ("completion", counts.completion_tokens),
            ] {
                let labels = format!("provider=\"{provider}\",kind=\"{kind}\"");
                line(text, "repolens_ai_tokens_total", &labels, tokens);
            }
        }
        head(
            text,
            "repolens_ai_failures_total",
            "counter",
            "Calls that gave no text, by provider and code.",
        );
        for (provider, counts) in &*providers {
            for (code, count) in &counts.failures {
                let labels = format!("provider=\"{provider}\",code=\"{code}\"");
                line(text, "repolens_ai_failures_total", &labels, count);
            }
        }
        let (checked, kept) = *self.sentences.lock().unwrap_or_else(PoisonError::into_inner);
        head(
            text,
            "repolens_ai_sentences_total",
            "counter",
            "Sentences of stored texts, by the result of the check.",
        );
        line(text, "repolens_ai_sentences_total", "result=\"kept\"", kept);
        line(
            text,
            "repolens_ai_sentences_total",
            "result=\"dropped\"",
            checked.saturating_sub(kept),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_cannot_make_series() {
        let metrics = ModelMetrics::default();
        for number in 0..100 {
            metrics.count(&ModelCall {
                provider: format!("p{number}"),
                failure: Some(format!("\"}} {number}")),
                prompt_tokens: u64::MAX,
                completion_tokens: 1,
            });
        }
        let mut text = String::new();
        metrics.write(&mut text);
        assert!(
            text.contains("repolens_ai_calls_total{provider=\"other\"} 100\n"),
            "{text}"
        );
        assert!(
            text.contains("repolens_ai_failures_total{provider=\"other\",code=\"other\"} 100\n"),
            "{text}"
        );
        assert_eq!(text.lines().filter(|line| !line.starts_with('#')).count(), 6);
    }
}
