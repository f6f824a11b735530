//! Texts that a language model writes about reports: claimed from the API, written after the scan is complete.
//!
//! This runs beside the jobs and never inside one: no scan waits for it, and none fails with it. The keys of providers are
//! in this process alone; git and the analysis child get an empty environment (`process.rs`).

mod source;

use std::sync::Arc;
use std::time::Duration;

use repolens_core::LeaseToken;
use repolens_core::explanation::{ExplanationJob, ExplanationResult, ExplanationTarget, ModelCall};
use repolens_core::net::backoff;
use repolens_core::report::Explanations;
use repolens_explain::facts::Parts;
use repolens_explain::prompt::Request;
use repolens_explain::{Chain, Code, PromptFacts, Run};
use tokio_util::sync::CancellationToken;

use crate::api_client::CallError;
use crate::job::Jobs;

/// How long a claim waits for a text to write.
const CLAIM_WAIT: Duration = Duration::from_secs(50);
/// Beside the time for the text: reading the report, and cloning for source code.
const MORE_TIME: Duration = Duration::from_secs(180);
const RESULT_TIMEOUT: Duration = Duration::from_secs(60);
/// A worker that has to stop still reports that it was interrupted, if the API takes it within this time.
const LAST_RESULT: Duration = Duration::from_millis(1_500);
const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(60);
/// How often a result is sent again: for half a minute to a minute.
const MOST_RETRIES: usize = 5;

/// Writes one text after the other until the worker has to stop.
pub async fn run(jobs: Arc<Jobs>, chain: Chain, stop: CancellationToken) {
    let providers = repolens_explain::providers::names(chain.settings()).join(", ");
    tracing::info!(providers, "explanations are written by language models");
    let mut token = LeaseToken::random();
    let mut delays = backoff::exponential(FIRST_DELAY, LONGEST_DELAY);
    let lease = chain.settings().timeout + MORE_TIME;
    while !stop.is_cancelled() {
        let claim = jobs.api.claim_explanation(&token, lease, CLAIM_WAIT);
        let Some(claimed) = stop.run_until_cancelled(claim).await else {
            return;
        };
        match claimed {
            Ok(None) => delays = backoff::exponential(FIRST_DELAY, LONGEST_DELAY),
            Ok(Some(job)) => {
                delays = backoff::exponential(FIRST_DELAY, LONGEST_DELAY);
                write_one(&jobs, &chain, &job, &token, &stop).await;
                token = LeaseToken::random();
            }
            Err(error) => {
                tracing::warn!("no explanation claimed: {error}");
                let _stopped = stop.run_until_cancelled(backoff::wait(&mut delays)).await;
            }
        }
    }
}

async fn write_one(jobs: &Jobs, chain: &Chain, job: &ExplanationJob, token: &LeaseToken, stop: &CancellationToken) {
    let written = stop.run_until_cancelled(write(jobs, chain, job, token)).await;
    let (result, within) = match written {
        Some(Ok(result)) => (result, RESULT_TIMEOUT),
        Some(Err(CallError::LeaseLost)) => return,
        Some(Err(error)) => {
            tracing::warn!(scan_id = %job.scan_id, "the report to explain was not read: {error}");
            (failed("report-not-read"), RESULT_TIMEOUT)
        }
        None => (failed("interrupted"), LAST_RESULT),
    };
    let is_written = result.explanations.is_some();
    let failure = result.failure.clone();
    match deliver(jobs, job, token, &result, within, stop).await {
        Ok(()) => tracing::info!(
            scan_id = %job.scan_id,
            written = is_written,
            failure,
            calls = result.calls.len(),
            "explanation finished"
        ),
        Err(error) => tracing::warn!(scan_id = %job.scan_id, "explanation not delivered: {error}"),
    }
}

/// The call of a model may have been paid for: the result is sent again while the API is unavailable.
async fn deliver(
    jobs: &Jobs,
    job: &ExplanationJob,
    token: &LeaseToken,
    result: &ExplanationResult,
    within: Duration,
    stop: &CancellationToken,
) -> Result<(), CallError> {
    let mut delays = backoff::exponential(FIRST_DELAY, LONGEST_DELAY).take(MOST_RETRIES);
    loop {
        let answered = jobs.api.explanation_result(&job.id, token, result, within).await;
        match (&answered, delays.next()) {
            (Err(CallError::Unavailable(_) | CallError::Faulted(_)), Some(delay)) if !stop.is_cancelled() => {
                let _stopped = stop.run_until_cancelled(tokio::time::sleep(delay)).await;
            }
            _ => return answered,
        }
    }
}

fn failed(code: &str) -> ExplanationResult {
    ExplanationResult {
        explanations: None,
        failure: Some(code.to_owned()),
        calls: Vec::new(),
    }
}

async fn write(
    jobs: &Jobs,
    chain: &Chain,
    job: &ExplanationJob,
    token: &LeaseToken,
) -> Result<ExplanationResult, CallError> {
    let report = jobs.api.explained_report(&job.id, token).await?;
    // A report has tens of megabytes at most; other tasks of this thread go on.
    let parts = tokio::task::spawn_blocking(move || Parts::read(&report)).await;
    let Ok(Ok(parts)) = parts else {
        return Ok(failed("report-not-read"));
    };
    let facts = PromptFacts::of_target(&parts, &job.target);
    if facts.list.is_empty() {
        return Ok(failed("not-in-report"));
    }
    let mut request = Request {
        subject: subject(&job.target),
        source: None,
    };
    if job.with_source && chain.settings().may_send_source && !job.is_private {
        match source::read(jobs, job, &parts).await {
            Ok(source) => request.source = Some(source),
            Err(cause) => tracing::info!(scan_id = %job.scan_id, "explained without source code: {cause}"),
        }
    }
    let template = match job.target {
        ExplanationTarget::Repository => parts.explanations.as_ref(),
        _ => None,
    };
    Ok(result_of(chain.write(&facts, &request, template).await))
}

fn subject(target: &ExplanationTarget) -> String {
    let name = |text: &str| repolens_explain::clean::line(text, 200);
    match target {
        ExplanationTarget::Repository => "a source code repository".to_owned(),
        ExplanationTarget::Function { file, name: function } => {
            format!("the function `{}` in the file `{}`", name(function), name(file))
        }
        ExplanationTarget::File { file } => format!("the file `{}`", name(file)),
        ExplanationTarget::Cycle { file } => format!("the cycle of imports with the file `{}`", name(file)),
    }
}

fn result_of(run: Run) -> ExplanationResult {
    let last = run
        .calls
        .last()
        .and_then(|call| call.failure)
        .map_or("no-provider", Code::name);
    let explanations: Option<Explanations> = run.written.map(|written| written.explanations);
    ExplanationResult {
        failure: explanations.is_none().then(|| last.to_owned()),
        explanations,
        calls: run
            .calls
            .into_iter()
            .map(|call| ModelCall {
                provider: call.provider.to_owned(),
                failure: call.failure.map(|code| code.name().to_owned()),
                prompt_tokens: call.tokens.prompt,
                completion_tokens: call.tokens.completion,
            })
            .collect(),
    }
}
