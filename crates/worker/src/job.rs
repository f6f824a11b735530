//! One job: claim, clone, analyse, report.
//!
//! While it runs, the lease is held by heartbeats ([`lease`]). Whatever ends it early (a lost lease, a wish to cancel, the
//! end of this process) drops the work, and with it git or the analysis child are killed.

mod backoff;
mod lease;
mod persistence;
mod progress;
mod stop;

use std::time::Duration;

use bytes::Bytes;
use repolens_core::job::{Claim, CommitRequest, ReleaseRequest, StatusReport};
use repolens_core::report::{SCHEMA_VERSION, analyser_version};
use repolens_core::{BranchName, FailureCode, LeaseToken, RepoUrl, ScanId, ScanStatus};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::api_client::{ApiClient, CallError, report_body};
use crate::child::{About, Analyser};
use crate::failed::Failed;
use crate::git::{Cloned, Git};
use crate::sandbox::{Sandbox, Sandboxes};
pub use backoff::Backoff;
use lease::{Lease, LeaseEnd};
pub use progress::Progress;
pub use stop::{Stop, StopSender};

/// All that a job needs.
#[derive(Debug)]
pub struct Jobs {
    pub api: ApiClient,
    pub git: Git,
    pub analyser: Analyser,
    pub sandboxes: Sandboxes,
    /// How many run.
    pub running: watch::Sender<usize>,
}

/// What came of looking for a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    /// A job was taken and is dealt with.
    Done(Outcome),
    /// There was none.
    Empty,
}

/// How a job ended, for this worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The API has recorded it.
    Completed,
    /// The API has recorded it.
    Failed(FailureCode),
    /// The API has recorded it.
    Cancelled,
    /// The API has it back.
    GivenBack,
    /// It belongs to somebody else, or to nobody: nothing was reported.
    LeaseLost,
    /// It could not be told to the API: the job comes back when its lease ends.
    Left,
}

impl Outcome {
    /// The word for it in the log.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
            Self::GivenBack => "given-back",
            Self::LeaseLost => "lease-lost",
            Self::Left => "left",
        }
    }
}

/// The container's host gives a process that has to stop a few seconds; the supervisor 10.
const RELEASE_TIMEOUT: Duration = Duration::from_millis(1_500);

/// What a job was made of; for its last log line.
#[derive(Debug, Default)]
struct Figures {
    clone: Option<Duration>,
    analysis: Option<Duration>,
    repo_bytes: u64,
    report_bytes: usize,
    cloned: Option<Cloned>,
}

/// What the work on a job came to.
enum Work {
    /// The body of the report.
    Report(Bytes),
    /// The API has an earlier report of the same commit, and has completed the scan with it.
    Cached,
}

/// Why the work on a job is over.
enum Over {
    Worked(Result<Work, Failed>),
    Cancelled,
    LeaseLost,
    Stopping,
}

impl Jobs {
    /// Takes one job, if there is one within `wait`, and sees it through. It is held by `token`: a new one for each job, and
    /// the same one again after an error, for the job may have been given to us all the same.
    ///
    /// # Errors
    /// No job could be asked for. What goes wrong with a job is reported to the API, not here.
    pub async fn run_one(&self, token: &LeaseToken, wait: Duration, stop: &Stop) -> Result<Ran, CallError> {
        self.run(self.api.claim_next(token, wait), &Progress::default(), stop)
            .await
    }

    /// The same with one scan that a queue told of: [`Ran::Empty`] where the API does not give it to us.
    ///
    /// # Errors
    /// The scan could not be asked for.
    pub async fn run_scan(
        &self,
        scan: &ScanId,
        token: &LeaseToken,
        progress: &Progress,
        stop: &Stop,
    ) -> Result<Ran, CallError> {
        self.run(self.api.claim_scan(scan, token), progress, stop).await
    }

    async fn run(
        &self,
        claim: impl Future<Output = Result<Option<Claim>, CallError>>,
        progress: &Progress,
        stop: &Stop,
    ) -> Result<Ran, CallError> {
        let claim = tokio::select! {
            biased;
            () = stop.asked() => return Ok(Ran::Empty),
            claim = claim => claim?,
        };
        let Some(claim) = claim else { return Ok(Ran::Empty) };
        self.running.send_modify(|running| *running += 1);
        let span = tracing::info_span!("job", scan_id = %claim.scan_id, request_id = claim.request_id.as_deref());
        let outcome = self.see_through(&claim, progress, stop).instrument(span).await;
        self.running.send_modify(|running| *running -= 1);
        Ok(Ran::Done(outcome))
    }

    async fn see_through(&self, claim: &Claim, progress: &Progress, stop: &Stop) -> Outcome {
        let started = Instant::now();
        tracing::info!(attempt = claim.attempt, url = %claim.repo_url, "Job taken");
        let lease = Lease::new(&self.api, claim, progress);
        let mut figures = Figures::default();
        let over = match self.sandboxes.create(&claim.scan_id) {
            Ok(sandbox) => {
                let over = tokio::select! {
                    biased;
                    () = stop.asked() => Over::Stopping,
                    end = lease.hold() => match end {
                        LeaseEnd::Cancelled => Over::Cancelled,
                        LeaseEnd::Lost => Over::LeaseLost,
                    },
                    result = self.work(claim, started, &sandbox, progress, &mut figures) => Over::Worked(result),
                };
                sandbox.remove().await;
                over
            }
            Err(error) => Over::Worked(Err(Failed::new(FailureCode::SandboxUnusable, error.to_string()))),
        };
        let worked = started.elapsed();
        let outcome = self.conclude(claim, over, &figures, &lease, stop).await;
        tracing::info!(
            outcome = outcome.word(),
            attempt = claim.attempt,
            clone_ms = figures.clone.map(millis),
            analysis_ms = figures.analysis.map(millis),
            report_ms = millis(started.elapsed().saturating_sub(worked)),
            total_ms = millis(started.elapsed()),
            repo_bytes = figures.repo_bytes,
            report_bytes = figures.report_bytes,
            "Job ended"
        );
        outcome
    }

    /// From an address to the body of the report.
    async fn work(
        &self,
        claim: &Claim,
        started: Instant,
        sandbox: &Sandbox,
        progress: &Progress,
        figures: &mut Figures,
    ) -> Result<Work, Failed> {
        let deadline = started + self.analyser.limits.timeout();
        let (url, branch) = self.address(claim)?;

        progress.cloning();
        let credential = claim.clone_credential.as_ref();
        let cloned = self
            .git
            .clone(&url, branch.as_ref(), credential, sandbox.dir(), deadline)
            .await?;
        figures.clone = Some(started.elapsed());
        figures.repo_bytes = cloned.bytes;
        let cloned = figures.cloned.insert(cloned).clone();

        if self.analysed_before(claim, &cloned).await {
            return Ok(Work::Cached);
        }

        let begun = Instant::now();
        let about = About {
            scan: &claim.scan_id,
            repo_url: &claim.repo_url,
            started,
        };
        let report = self.analyser.analyse(&cloned, about, deadline, progress).await?;
        figures.analysis = Some(begun.elapsed());
        figures.report_bytes = report.len();

        progress.reporting();
        completed(report, cloned).await.map(Work::Report)
    }

    /// Asks the API whether it has a report of this commit. An API that does not answer is no reason to wait.
    async fn analysed_before(&self, claim: &Claim, cloned: &Cloned) -> bool {
        let body = CommitRequest {
            lease_token: claim.lease_token.clone(),
            commit_sha: cloned.commit.clone(),
            branch: cloned.branch.clone(),
            branch_note: cloned.branch_note,
            analyser_version: analyser_version(repolens_analysis::VERSION, SCHEMA_VERSION, Some(&self.analyser.limits)),
        };
        match self.api.commit(&claim.scan_id, &body).await {
            Ok(cached) => cached,
            Err(error) => {
                tracing::debug!("whether the commit was analysed before is not known: {error}");
                false
            }
        }
    }

    /// The rules on addresses once more: what was accepted by the API may be refused by this worker's settings.
    fn address(&self, claim: &Claim) -> Result<(RepoUrl, Option<BranchName>), Failed> {
        let url = RepoUrl::parse(&claim.repo_url, &self.git.policy)
            .map_err(|refused| Failed::new(FailureCode::HostRefused, refused.to_string()))?;
        let branch = claim
            .branch
            .as_deref()
            .map(BranchName::parse)
            .transpose()
            .map_err(|invalid| Failed::new(FailureCode::BranchNotFound, invalid.to_string()))?;
        Ok((url, branch))
    }

    /// Tells the API what came of it.
    async fn conclude(&self, claim: &Claim, over: Over, figures: &Figures, lease: &Lease<'_>, stop: &Stop) -> Outcome {
        let (outcome, body) = match over {
            Over::Worked(Ok(Work::Report(body))) => (Outcome::Completed, Ok(body)),
            Over::Worked(Ok(Work::Cached)) => return Outcome::Completed,
            Over::Worked(Err(failed)) => {
                tracing::warn!(code = failed.code.code(), "Job failed: {}", failed.cause);
                (
                    Outcome::Failed(failed.code),
                    report_body(&failure(failed.code, failed.sentence(), figures)),
                )
            }
            Over::Cancelled => (Outcome::Cancelled, report_body(&blank(ScanStatus::Cancelled))),
            Over::LeaseLost => return Outcome::LeaseLost,
            Over::Stopping => return self.give_back(claim).await,
        };
        let told = match body {
            Ok(body) => lease.deliver(body, stop).await,
            Err(error) => Err(CallError::Refused(error.to_string())),
        };
        let refusal = told.as_ref().err().and_then(|error| code_of_refusal(error, outcome));
        let (outcome, told) = match refusal {
            Some(code) => {
                tracing::error!(code = code.code(), "The report was not stored, and the scan fails");
                let told = match report_body(&failure(code, code.sentence(), figures)) {
                    Ok(body) => lease.deliver(body, stop).await,
                    Err(error) => Err(CallError::Refused(error.to_string())),
                };
                (Outcome::Failed(code), told)
            }
            None => (outcome, told),
        };
        match told {
            Ok(()) => outcome,
            Err(CallError::LeaseLost) => Outcome::LeaseLost,
            Err(error) => {
                tracing::error!("The end of the job could not be reported: {error}");
                Outcome::Left
            }
        }
    }

    async fn give_back(&self, claim: &Claim) -> Outcome {
        let release = ReleaseRequest {
            lease_token: claim.lease_token.clone(),
            reason: "the worker is shutting down".to_owned(),
        };
        match self.api.release(&claim.scan_id, &release, RELEASE_TIMEOUT).await {
            Ok(()) => Outcome::GivenBack,
            Err(error) => {
                tracing::warn!("The job was not given back, it comes back when its lease ends: {error}");
                Outcome::Left
            }
        }
    }
}

/// Why the scan fails when its report is not taken; `None` where there is no other end to report.
fn code_of_refusal(error: &CallError, outcome: Outcome) -> Option<FailureCode> {
    match error {
        CallError::TooLarge => Some(FailureCode::ReportTooLarge),
        CallError::Faulted(_) | CallError::Refused(_) if outcome == Outcome::Completed => {
            Some(FailureCode::ReportNotStored)
        }
        CallError::Faulted(_) | CallError::Refused(_) | CallError::Unreachable(_) | CallError::LeaseLost => None,
    }
}

/// The body that carries a finished report. Made on another thread: compressing tens of megabytes takes a while.
async fn completed(report: Vec<u8>, cloned: Cloned) -> Result<Bytes, Failed> {
    let fault = |text: String| {
        Failed::new(
            FailureCode::AnalysisCrashed,
            format!("the report cannot be passed on: {text}"),
        )
    };
    let body = tokio::task::spawn_blocking(move || {
        let results = serde_json::from_slice(&report)?;
        report_body(&StatusReport {
            results: Some(results),
            branch: Some(cloned.branch),
            branch_note: cloned.branch_note,
            commit_sha: Some(cloned.commit),
            ..blank(ScanStatus::Completed)
        })
    });
    match body.await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) => Err(fault(error.to_string())),
        Err(error) => Err(fault(error.to_string())),
    }
}

fn failure(code: FailureCode, sentence: &str, figures: &Figures) -> StatusReport<'static> {
    StatusReport {
        error: Some(sentence.to_owned()),
        error_code: Some(code),
        branch: figures.cloned.as_ref().map(|cloned| cloned.branch.clone()),
        commit_sha: figures.cloned.as_ref().map(|cloned| cloned.commit.clone()),
        ..blank(ScanStatus::Failed)
    }
}

fn blank(status: ScanStatus) -> StatusReport<'static> {
    StatusReport {
        status,
        results: None,
        error: None,
        error_code: None,
        progress: None,
        stage: None,
        branch: None,
        branch_note: None,
        commit_sha: None,
    }
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}
