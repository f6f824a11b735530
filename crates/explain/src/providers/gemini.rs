//! Gemini's `generateContent`.

use std::time::Duration;

use repolens_core::settings::AiProvider;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::transfer::{HttpAnswer, code_of, until_midnight};
use super::{MAX_TOKENS, Manner, Output, TokenUsage, with_key};
use crate::answer;
use crate::failure::{Code, Failure};
use crate::prompt::Prompt;

/// Quotas of a day begin at midnight of the Pacific time zone; in summer one hour earlier.
const HOURS_BEHIND_UTC: i64 = 8;

pub(super) fn request(
    http: &reqwest::Client,
    provider: &AiProvider,
    model: &str,
    prompt: &Prompt,
    manner: Manner,
) -> RequestBuilder {
    let mut config = json!({ "temperature": 0.2, "maxOutputTokens": 2 * MAX_TOKENS });
    if manner.schema {
        config["responseMimeType"] = "application/json".into();
        config["responseJsonSchema"] = answer::schema();
    }
    // Tokens of thought count as output.
    if model.starts_with("gemini-3") {
        config["thinkingConfig"] = json!({ "thinkingLevel": "LOW" });
    } else if model.starts_with("gemini-2.5-flash") {
        config["thinkingConfig"] = json!({ "thinkingBudget": 0 });
    }
    let body = json!({
        "system_instruction": { "parts": [{ "text": prompt.system }] },
        "contents": [{ "role": "user", "parts": [{ "text": prompt.user }] }],
        "generationConfig": config,
    });
    let base = provider.base_url.as_str().trim_end_matches('/');
    let request = http.post(format!("{base}/models/{model}:generateContent")).json(&body);
    match &provider.key {
        // Never in the address, which is logged on the way.
        Some(key) => with_key(request, "x-goog-api-key", key.expose()),
        None => request,
    }
}

pub(super) fn read(answer: &HttpAnswer) -> Result<Output, Failure> {
    let body = &answer.body;
    if !body["error"].is_null() || !answer.status.is_success() {
        return Err(failure(answer));
    }
    if let Some(reason) = body["promptFeedback"]["blockReason"].as_str() {
        return Err(Failure::new(
            Code::Blocked,
            &format!("the prompt was blocked: {reason}"),
        ));
    }
    let candidate = &body["candidates"][0];
    match candidate["finishReason"].as_str() {
        Some("STOP") => {}
        Some("MAX_TOKENS") => {
            return Err(Failure::new(
                Code::CutOff,
                "the answer is longer than the limit of tokens",
            ));
        }
        Some(reason @ ("SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII")) => {
            return Err(Failure::new(
                Code::Blocked,
                &format!("the answer was blocked: {reason}"),
            ));
        }
        Some(reason) => return Err(Failure::new(Code::Empty, &format!("the answer ended with `{reason}`"))),
        None => return Err(Failure::new(Code::CutOff, "the answer has no end")),
    }
    let parts = candidate["content"]["parts"].as_array().into_iter().flatten();
    let text: String = parts
        .filter(|part| part["thought"] != Value::Bool(true))
        .filter_map(|part| part["text"].as_str())
        .collect();
    if text.trim().is_empty() {
        return Err(Failure::new(Code::Empty, "the answer has no text"));
    }
    let usage = &body["usageMetadata"];
    let count = |name: &str| usage[name].as_u64().unwrap_or(0);
    Ok(Output {
        text,
        model: body["modelVersion"].as_str().map(str::to_owned),
        tokens: TokenUsage {
            prompt: count("promptTokenCount"),
            completion: count("candidatesTokenCount") + count("thoughtsTokenCount"),
        },
    })
}

fn failure(answer: &HttpAnswer) -> Failure {
    let error = &answer.body["error"];
    let status = error["code"]
        .as_u64()
        .and_then(|code| u16::try_from(code).ok())
        .unwrap_or(answer.status.as_u16());
    let message = error["message"].as_str().unwrap_or_default();
    let details = error["details"].as_array().map_or(&[][..], Vec::as_slice);
    let code = match error["status"].as_str() {
        Some("FAILED_PRECONDITION" | "PERMISSION_DENIED") => Code::Forbidden,
        Some("UNAUTHENTICATED") => Code::Unauthorized,
        Some("NOT_FOUND") => Code::ModelGone,
        Some("RESOURCE_EXHAUSTED") if is_used_up(details) => Code::QuotaUsedUp,
        Some("RESOURCE_EXHAUSTED") => Code::RateLimited,
        Some("UNAVAILABLE") => Code::Overloaded,
        Some("DEADLINE_EXCEEDED") => Code::Timeout,
        Some("INVALID_ARGUMENT") if message.contains("API key not valid") => Code::Unauthorized,
        Some("INVALID_ARGUMENT") if message.contains("token count") => Code::ContextTooLong,
        _ => code_of(status),
    };
    let delay = match code {
        Code::QuotaUsedUp => Some(until_midnight(HOURS_BEHIND_UTC)),
        _ => answer.retry_after.or_else(|| retry_delay(details)),
    };
    Failure::new(code, &format!("{status}: {message}")).after(delay)
}

/// A quota of the day, or of 0, does not come back after `retryDelay`.
fn is_used_up(details: &[Value]) -> bool {
    details
        .iter()
        .flat_map(|detail| detail["violations"].as_array().into_iter().flatten())
        .any(|violation| {
            violation["quotaId"].as_str().is_some_and(|id| id.contains("PerDay"))
                || violation["quotaValue"].as_str() == Some("0")
        })
}

/// `37s`, in any of the details.
fn retry_delay(details: &[Value]) -> Option<Duration> {
    let text = details.iter().find_map(|detail| detail["retryDelay"].as_str())?;
    let seconds: f64 = text.strip_suffix('s')?.parse().ok()?;
    (0.0..1e6).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}
