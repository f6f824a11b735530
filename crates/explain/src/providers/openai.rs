//! The chat form of OpenAI: OpenRouter and every compatible server (Ollama, llama.cpp, vLLM, LM Studio).

use std::time::Duration;

use repolens_core::Secret;
use repolens_core::settings::{AiProvider, ProviderKind};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::transfer::{HttpAnswer, code_of, until_midnight};
use super::{MAX_TOKENS, Manner, Output, TokenUsage, with_key};
use crate::answer;
use crate::failure::{Code, Failure};
use crate::prompt::Prompt;

pub(super) fn request(
    http: &reqwest::Client,
    provider: &AiProvider,
    model: &str,
    prompt: &Prompt,
    manner: Manner,
) -> RequestBuilder {
    let mut body = json!({
        "model": model,
        "messages": [
            { "role": "system", "content": prompt.system },
            { "role": "user", "content": prompt.user },
        ],
        "max_tokens": MAX_TOKENS,
        "temperature": 0.2,
        "stream": false,
    });
    if manner.schema {
        body["response_format"] = json!({
            "type": "json_schema",
            "json_schema": { "name": "report_text", "strict": true, "schema": answer::schema() },
        });
    }
    if provider.kind == ProviderKind::OpenRouter {
        body["provider"] = json!({ "require_parameters": manner.schema, "allow_fallbacks": true });
    }
    let base = provider.base_url.as_str().trim_end_matches('/');
    let request = http.post(format!("{base}/chat/completions")).json(&body);
    match &provider.key {
        Some(key) => with_key(request, "authorization", &format!("Bearer {}", Secret::expose(key))),
        None => request,
    }
}

pub(super) fn read(answer: &HttpAnswer) -> Result<Output, Failure> {
    let body = &answer.body;
    // OpenRouter answers 200 and then fails: the error is in the body.
    if !body["error"].is_null() || !answer.status.is_success() {
        return Err(failure(answer));
    }
    let choice = &body["choices"][0];
    if !choice["error"].is_null() {
        return Err(of_error(&choice["error"], 200, answer.retry_after));
    }
    let finish = choice["finish_reason"].as_str();
    let message = &choice["message"];
    if message["refusal"].as_str().is_some_and(|refusal| !refusal.is_empty()) || finish == Some("content_filter") {
        return Err(Failure::new(Code::Blocked, "the model refused the text"));
    }
    match finish {
        Some("stop") => {}
        Some("length") => {
            return Err(Failure::new(
                Code::CutOff,
                "the answer is longer than the limit of tokens",
            ));
        }
        Some("error") => return Err(Failure::new(Code::ServerError, "the model failed in the middle")),
        Some(other) => return Err(Failure::new(Code::Empty, &format!("the answer ended with `{other}`"))),
        None => return Err(Failure::new(Code::CutOff, "the answer has no end")),
    }
    let text = text_of(&message["content"]);
    if text.trim().is_empty() {
        return Err(Failure::new(Code::Empty, "the answer has no text"));
    }
    Ok(Output {
        text,
        model: body["model"].as_str().map(str::to_owned),
        tokens: TokenUsage {
            prompt: body["usage"]["prompt_tokens"].as_u64().unwrap_or(0),
            completion: body["usage"]["completion_tokens"].as_u64().unwrap_or(0),
        },
    })
}

/// A text, or a list of parts of which some are texts.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

fn failure(answer: &HttpAnswer) -> Failure {
    of_error(&answer.body["error"], answer.status.as_u16(), answer.retry_after)
}

/// Of both forms of OpenRouter, and OpenAI's.
fn of_error(error: &Value, status: u16, retry_after: Option<Duration>) -> Failure {
    let availability = &error["availability"];
    let status = [&error["http_status"], &error["code"], &error["status"]]
        .into_iter()
        .find_map(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()))
        .and_then(|code| u16::try_from(code).ok())
        .filter(|code| (400..600).contains(code))
        .unwrap_or(if status >= 400 { status } else { 500 });
    let kind = [
        &error["error_type"],
        &error["metadata"]["error_type"],
        &availability["code"],
        &error["code"],
        &error["type"],
    ];
    let code = kind
        .into_iter()
        .find_map(|kind| named(kind.as_str()?))
        .unwrap_or_else(|| code_of(status));
    let message = error["message"].as_str().or_else(|| error.as_str()).unwrap_or_default();
    let code = match code {
        Code::BadRequest if is_about_length(message) => Code::ContextTooLong,
        Code::RateLimited if is_about_the_day(message) => Code::QuotaUsedUp,
        // The guardrail of OpenRouter reads the prompt; other refusals are about the account.
        Code::Forbidden if is_about_the_text(error, message) => Code::Blocked,
        code => code,
    };
    let of_body = availability["retry_after"]
        .as_f64()
        .filter(|it| (0.0..1e6).contains(it))
        .map(Duration::from_secs_f64);
    let delay = match code {
        Code::QuotaUsedUp => Some(until_midnight(0)),
        _ => retry_after.or(of_body),
    };
    Failure::new(code, &format!("{status}: {message}")).after(delay)
}

/// The codes and types by their names.
fn named(name: &str) -> Option<Code> {
    Some(match name {
        "context_length_exceeded"
        | "max_tokens_exceeded"
        | "token_limit_exceeded"
        | "string_too_long"
        | "payload_too_large" => Code::ContextTooLong,
        "authentication" | "invalid_api_key" | "authentication_error" => Code::Unauthorized,
        "payment_required" => Code::NoCredits,
        "insufficient_quota" => Code::QuotaUsedUp,
        "permission_denied" | "region_restricted" => Code::Forbidden,
        "not_found"
        | "model_not_found"
        | "no_endpoints"
        | "model_deprecated"
        | "model_unavailable_upstream"
        | "privacy_restricted"
        | "constraint_filtered"
        | "free_variant_ended"
        | "wrong_endpoint" => Code::ModelGone,
        "rate_limit_exceeded" | "capacity_exhausted" => Code::RateLimited,
        "temporarily_unavailable" | "provider_unavailable" | "provider_overloaded" | "overloaded_error" => {
            Code::Overloaded
        }
        "server" | "server_error" => Code::ServerError,
        "timeout" => Code::Timeout,
        "content_policy_violation" | "refusal" | "content_filter" => Code::Blocked,
        _ => return None,
    })
}

fn is_about_length(message: &str) -> bool {
    let message = message.to_lowercase();
    [
        "context length",
        "context size",
        "maximum context",
        "too many tokens",
        "too long",
    ]
    .iter()
    .any(|it| message.contains(it))
}

fn is_about_the_day(message: &str) -> bool {
    let message = message.to_lowercase();
    ["per-day", "per day", "daily"].iter().any(|it| message.contains(it))
}

fn is_about_the_text(error: &Value, message: &str) -> bool {
    let message = message.to_lowercase();
    let words = ["moderation", "guardrail", "flagged", "injection", "content"];
    !error["metadata"]["reasons"].is_null() || words.iter().any(|word| message.contains(word))
}
