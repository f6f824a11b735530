//! The providers of language models: one request, one answer, and the exact forms of their errors.

mod gemini;
mod openai;
mod transfer;

use repolens_core::Secret;
use repolens_core::settings::{AiProvider, AiSettings, ProviderKind};
use reqwest::RequestBuilder;
use tokio::time::Instant;

use crate::failure::Failure;
use crate::prompt::Prompt;
pub use transfer::MAX_ANSWER_BYTES;

/// How a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// With the schema of the answer.
    pub schema: bool,
}

/// What a model wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    pub text: String,
    /// The model that answered, where the provider names it.
    pub model: Option<String>,
    pub tokens: TokenUsage,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TokenUsage {
    pub prompt: u64,
    pub completion: u64,
}

/// Tokens that an answer may have; models that think use up some of them before they write.
const MAX_TOKENS: u32 = 2_000;

/// The client of all providers.
#[derive(Debug)]
pub struct ModelClient {
    http: reqwest::Client,
    /// Without the proxy of the environment, which is for other machines.
    local: reqwest::Client,
}

impl ModelClient {
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new() -> Result<Self, reqwest::Error> {
        Ok(Self {
            http: transfer::builder().build()?,
            local: transfer::builder().no_proxy().build()?,
        })
    }

    /// Asks one model once, until the deadline.
    ///
    /// # Errors
    /// Why there is no text.
    pub async fn ask(
        &self,
        provider: &AiProvider,
        model: &str,
        prompt: &Prompt,
        manner: Manner,
        deadline: Instant,
    ) -> Result<Output, Failure> {
        let is_local = provider.base_url.host().is_some_and(|host| match host {
            url::Host::Domain(name) => name == "localhost",
            url::Host::Ipv4(address) => address.is_loopback(),
            url::Host::Ipv6(address) => address.is_loopback(),
        });
        let http = if is_local { &self.local } else { &self.http };
        let request = match provider.kind {
            ProviderKind::Gemini => gemini::request(http, provider, model, prompt, manner),
            ProviderKind::OpenAiCompatible | ProviderKind::OpenRouter => {
                openai::request(http, provider, model, prompt, manner)
            }
        };
        let answered = transfer::send(request, deadline).await;
        let output = answered.and_then(|answer| match provider.kind {
            ProviderKind::Gemini => gemini::read(&answer),
            ProviderKind::OpenAiCompatible | ProviderKind::OpenRouter => openai::read(&answer),
        });
        output.map_err(|failure| without_key(failure, provider.key.as_ref()))
    }
}

/// Some servers repeat the key in their message.
fn without_key(mut failure: Failure, key: Option<&Secret>) -> Failure {
    if let Some(key) = key.map(Secret::expose).filter(|key| !key.is_empty()) {
        failure.cause = failure.cause.replace(key, "[secret]");
    }
    failure
}

/// Puts the key into a header that is never shown.
fn with_key(request: RequestBuilder, header: &'static str, value: &str) -> RequestBuilder {
    match reqwest::header::HeaderValue::from_str(value) {
        Ok(mut value) => {
            value.set_sensitive(true);
            request.header(header, value)
        }
        // The settings accept printable ASCII only.
        Err(_) => request,
    }
}

/// The providers of the settings, in their order.
#[must_use]
pub fn names(settings: &AiSettings) -> Vec<&'static str> {
    settings.providers.iter().map(|provider| provider.kind.name()).collect()
}
