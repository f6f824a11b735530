//! The providers, one after the other, until one has written a text that passes the check.

use std::time::Duration;

use repolens_core::report::Explanations;
use repolens_core::settings::{AiProvider, AiSettings};
use tokio::time::Instant;

use crate::answer::ModelAnswer;
use crate::check::CheckedAnswer;
use crate::facts::PromptFacts;
use crate::failure::{Code, Failure, Step};
use crate::memory::Memory;
use crate::prompt::{Prompt, Request};
use crate::providers::{Manner, ModelClient, Output, TokenUsage};
use crate::{LEAST_SENTENCES, write};

/// Calls of one model at most, whatever fails.
const MOST_CALLS: usize = 4;
/// Calls of one text at most.
const MOST_CALLS_IN_ALL: usize = 12;
/// Between two tries where the provider gives no delay; doubled each time.
const FIRST_DELAY: Duration = Duration::from_millis(500);

/// All providers of the settings.
#[derive(Debug)]
pub struct Chain {
    settings: AiSettings,
    client: ModelClient,
    memory: Memory,
}

/// One call of one model, for the metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderCall {
    pub provider: &'static str,
    pub model: String,
    /// `None`: it wrote a text that was used.
    pub failure: Option<Code>,
    pub tokens: TokenUsage,
}

/// A text that passed.
#[derive(Debug)]
pub struct Written {
    pub explanations: Explanations,
    pub provider: &'static str,
    pub model: String,
}

/// What came of one text.
#[derive(Debug, Default)]
pub struct Run {
    /// `None`: the text that was made without a model stays.
    pub written: Option<Written>,
    pub calls: Vec<ProviderCall>,
}

/// What goes on after a call.
enum Next {
    Model,
    Provider,
    /// No other provider would do better.
    End,
}

impl Chain {
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(settings: AiSettings) -> Result<Self, reqwest::Error> {
        Ok(Self {
            settings,
            client: ModelClient::new()?,
            memory: Memory::default(),
        })
    }

    #[must_use]
    pub fn settings(&self) -> &AiSettings {
        &self.settings
    }

    /// Writes a text about the facts within the time of the settings. `template` fills parts that the model left out.
    pub async fn write(&self, facts: &PromptFacts, request: &Request, template: Option<&Explanations>) -> Run {
        let mut run = Run::default();
        if facts.list.is_empty() {
            return run;
        }
        let deadline = Instant::now() + self.settings.timeout;
        for (at, provider) in self.settings.providers.iter().enumerate() {
            let is_last = at + 1 == self.settings.providers.len();
            for model in &provider.models {
                if !self.memory.may_try(provider.kind.name(), model) {
                    continue;
                }
                if run.calls.len() >= MOST_CALLS_IN_ALL || Instant::now() >= deadline {
                    return run;
                }
                let mut attempt = Attempt::new(self, provider, model, facts, request, deadline);
                attempt.is_last = is_last;
                match attempt.until_written(&mut run, template).await {
                    Next::Model => {}
                    Next::Provider => break,
                    Next::End => return run,
                }
            }
        }
        run
    }
}

/// The tries of one model.
struct Attempt<'a> {
    chain: &'a Chain,
    provider: &'a AiProvider,
    model: &'a str,
    facts: PromptFacts,
    request: Request,
    deadline: Instant,
    /// No other provider comes after this one.
    is_last: bool,
    manner: Manner,
    prompt: Prompt,
    delay: Duration,
    shortened: bool,
    measured_only: bool,
    repaired: bool,
}

impl<'a> Attempt<'a> {
    fn new(
        chain: &'a Chain,
        provider: &'a AiProvider,
        model: &'a str,
        facts: &PromptFacts,
        request: &Request,
        deadline: Instant,
    ) -> Self {
        Self {
            chain,
            provider,
            model,
            facts: facts.clone(),
            request: request.clone(),
            deadline,
            is_last: true,
            manner: Manner { schema: true },
            prompt: Prompt::new(facts, request),
            delay: FIRST_DELAY,
            shortened: false,
            measured_only: false,
            repaired: false,
        }
    }

    async fn until_written(&mut self, run: &mut Run, template: Option<&Explanations>) -> Next {
        let name = self.provider.kind.name();
        for _ in 0..MOST_CALLS {
            let until = self.until();
            let client = &self.chain.client;
            let result = client
                .ask(self.provider, self.model, &self.prompt, self.manner, until)
                .await;
            let in_time = Instant::now() < until;
            let tokens = result
                .as_ref()
                .map_or_else(|_| TokenUsage::default(), |output| output.tokens);
            let checked = result.and_then(|output| self.check(&output).map(|checked| (output, checked)));
            run.calls.push(ProviderCall {
                provider: name,
                model: self.model.to_owned(),
                failure: checked.as_ref().err().map(|failure| failure.code),
                tokens,
            });
            let failure = match checked {
                Ok((output, checked)) => {
                    // Text of a server: shown on pages.
                    let model = crate::clean::line(output.model.as_deref().unwrap_or(self.model), 100);
                    run.written = Some(Written {
                        explanations: write::explanations(&checked, template, name, &model),
                        provider: name,
                        model,
                    });
                    return Next::End;
                }
                Err(failure) => failure,
            };
            tracing::warn!(
                provider = name,
                model = self.model,
                code = failure.code.name(),
                "explanation not written: {}",
                failure.cause
            );
            if failure.code == Code::Ungrounded {
                return Next::End;
            }
            if !in_time || !self.prepare_again(&failure).await {
                self.remember(&failure);
                return match failure.step() {
                    Step::NextProvider => Next::Provider,
                    _ => Next::Model,
                };
            }
        }
        Next::Model
    }

    /// A slow provider leaves half of the time to the next one.
    fn until(&self) -> Instant {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if self.is_last {
            self.deadline
        } else {
            Instant::now() + left / 2
        }
    }

    fn check(&self, output: &Output) -> Result<CheckedAnswer, Failure> {
        let answer = ModelAnswer::read(&output.text)
            .ok_or_else(|| Failure::new(Code::BadJson, "the answer is not an object with sentences"))?;
        let checked = CheckedAnswer::new(&answer, &self.facts);
        if checked.kept() < LEAST_SENTENCES {
            let cause = format!("{} of {} sentences passed the check", checked.kept(), checked.total);
            return Err(Failure::new(Code::Ungrounded, &cause));
        }
        Ok(checked)
    }

    /// Changes the request as the failure asks, once for each kind, or waits. `false`: this model is not tried again.
    async fn prepare_again(&mut self, failure: &Failure) -> bool {
        match failure.step() {
            Step::Retry => return self.wait(failure).await,
            Step::Plainer if self.manner.schema => {
                self.manner.schema = false;
                return true;
            }
            Step::Plainer | Step::Shorter if !self.shortened => {
                self.shortened = true;
                self.facts = self.facts.half();
                self.request.source = None;
            }
            Step::WithoutExcerpts if !self.measured_only => {
                self.measured_only = true;
                self.facts = self.facts.without_excerpts();
                self.request.source = None;
                // A name can be hostile as well.
                self.request.subject = "the repository".to_owned();
            }
            Step::Repair if !self.repaired => {
                self.repaired = true;
                self.prompt = self.prompt.to_repair();
                return true;
            }
            _ => return false,
        }
        self.prompt = Prompt::new(&self.facts, &self.request);
        true
    }

    /// Waits before a retry; `false` where the time does not allow it.
    async fn wait(&mut self, failure: &Failure) -> bool {
        let delay = failure.retry_after.unwrap_or(self.delay);
        if Instant::now() + delay >= self.deadline {
            return false;
        }
        self.delay *= 2;
        tokio::time::sleep(delay).await;
        true
    }

    fn remember(&self, failure: &Failure) {
        let Some(pause) = failure.pause() else { return };
        let model = (failure.step() != Step::NextProvider).then_some(self.model);
        self.chain.memory.pause(self.provider.kind.name(), model, pause);
    }
}
