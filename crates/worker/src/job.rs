//! One job: claim, clone, analyze, report.
//!
//! While it runs, heartbeats keep its lease ([`lease`]). A lost lease, a request to cancel or the end of this process drops
//! the work, and with it git or the analysis child are killed.

mod lease;
mod persistence;
mod report;

use std::time::Duration;

use bytes::Bytes;
use repolens_core::job::{Claim, CommitRequest, ReleaseRequest};
use repolens_core::report::{SCHEMA_VERSION, analyser_version};
use repolens_core::{BranchName, FailureCode, LeaseToken, RepoUrl, ScanId, ScanStatus, Unparsed};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::api_client::{ApiClient, CallError};
use crate::child::{Analyzer, ScanContext};
use crate::failed::Failed;
use crate::git::sandbox::{Sandbox, Sandboxes};
use crate::git::{Cloned, Git};
use crate::osv;
use crate::progress::Progress;
use lease::{Lease, LeaseEnd};

/// The environment in which jobs are processed.
#[derive(Debug)]
pub struct Jobs {
    pub api: ApiClient,
    pub git: Git,
    pub analyzer: Analyzer,
    /// `None`: vulnerabilities are not checked.
    pub osv: Option<osv::VulnerabilitySource>,
    pub sandboxes: Sandboxes,
    /// Language models are set up: a text is requested for each new report.
    pub explains: bool,
    /// The number of running jobs.
    pub running: watch::Sender<usize>,
}

/// The result of claiming a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    /// A job was claimed and processed.
    Done(ScanOutcome),
    /// There was none.
    NoJob,
}

/// How a job ended for this worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanOutcome {
    /// The API has recorded it.
    Completed,
    /// The API has recorded it.
    Failed(FailureCode),
    /// The API has recorded it.
    Cancelled,
    /// The API has the job back.
    GivenBack,
    /// The API has given the job to another worker, or deleted it: nothing was reported.
    LeaseLost,
    /// The result was not delivered: the job comes back when its lease expires.
    Left,
}

impl ScanOutcome {
    /// Its name in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
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

/// A host gives a process that has to stop a few seconds; the supervisor gives 10.
const RELEASE_TIMEOUT: Duration = Duration::from_millis(1_500);

/// Figures of a job, for its last log line.
#[derive(Debug, Default)]
struct Figures {
    clone: Option<Duration>,
    analysis: Option<Duration>,
    report_bytes: usize,
    cloned: Option<Cloned>,
}

/// The result of the work on a job.
enum Produced {
    /// The body of the report.
    Report(Bytes),
    /// Nothing: the API has completed the scan with an earlier report of the same commit.
    Cached,
}

/// Why the work on a job ended.
enum WorkEnd {
    Finished(Result<Produced, Failed>),
    Cancelled,
    LeaseLost,
    Stopping,
}

impl Jobs {
    /// Claims a job, if there is one within `wait`, and processes it. `token` becomes the token of its lease: a new one for
    /// each job, and the same one again after an error, for the claim may have succeeded without an answer.
    ///
    /// # Errors
    /// No job could be claimed. The failure of a job is reported to the API, not here.
    pub async fn run_one(
        &self,
        token: &LeaseToken,
        wait: Duration,
        stop: &CancellationToken,
    ) -> Result<Ran, CallError> {
        self.run(self.api.claim_next(token, wait), &Progress::default(), stop)
            .await
    }

    /// Claims the job of one scan, which a queue named, and processes it. [`Ran::NoJob`] where the API does not give it to
    /// this worker.
    ///
    /// # Errors
    /// The job could not be claimed.
    pub async fn run_scan(
        &self,
        scan: &ScanId,
        token: &LeaseToken,
        progress: &Progress,
        stop: &CancellationToken,
    ) -> Result<Ran, CallError> {
        self.run(self.api.claim_scan(scan, token), progress, stop).await
    }

    async fn run(
        &self,
        claim: impl Future<Output = Result<Option<Claim>, CallError>>,
        progress: &Progress,
        stop: &CancellationToken,
    ) -> Result<Ran, CallError> {
        let claim = tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(Ran::NoJob),
            claim = claim => claim?,
        };
        let Some(claim) = claim else { return Ok(Ran::NoJob) };
        self.running.send_modify(|running| *running += 1);
        let span =
            tracing::info_span!("job", scan_id = %claim.job.scan_id, request_id = claim.job.request_id.as_deref());
        let outcome = self.process(&claim, progress, stop).instrument(span).await;
        self.running.send_modify(|running| *running -= 1);
        Ok(Ran::Done(outcome))
    }

    async fn process(&self, claim: &Claim, progress: &Progress, stop: &CancellationToken) -> ScanOutcome {
        let started = Instant::now();
        tracing::info!(attempt = claim.job.attempt, url = %claim.job.repo_url, "job claimed");
        let lease = Lease::new(&self.api, claim, progress);
        let mut figures = Figures::default();
        let end = match self.sandboxes.create(&claim.job.scan_id) {
            Ok(sandbox) => {
                let end = tokio::select! {
                    biased;
                    () = stop.cancelled() => WorkEnd::Stopping,
                    end = lease.keep() => match end {
                        LeaseEnd::Cancelled => WorkEnd::Cancelled,
                        LeaseEnd::Lost => WorkEnd::LeaseLost,
                    },
                    result = self.work(claim, started, &sandbox, progress, &mut figures) => WorkEnd::Finished(result),
                };
                sandbox.remove().await;
                end
            }
            Err(error) => WorkEnd::Finished(Err(Failed::new(FailureCode::SandboxUnusable, error.to_string()))),
        };
        let worked = started.elapsed();
        let outcome = self.conclude(claim, end, &figures, &lease, stop).await;
        tracing::info!(
            outcome = outcome.name(),
            attempt = claim.job.attempt,
            clone_ms = figures.clone.map(millis),
            analysis_ms = figures.analysis.map(millis),
            report_ms = millis(started.elapsed().saturating_sub(worked)),
            total_ms = millis(started.elapsed()),
            repo_bytes = figures.cloned.as_ref().map_or(0, |cloned| cloned.bytes),
            report_bytes = figures.report_bytes,
            "job finished"
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
    ) -> Result<Produced, Failed> {
        let deadline = started + self.analyzer.limits.timeout();
        let (url, branch) = self.address(claim)?;

        progress.cloning();
        let credential = claim.clone_credential.as_ref();
        let cloned = self
            .git
            .clone(&url, branch.as_ref(), credential, sandbox.dir(), deadline)
            .await?;
        figures.clone = Some(started.elapsed());
        let cloned = figures.cloned.insert(cloned).clone();

        if self.has_earlier_report(claim, &cloned).await {
            return Ok(Produced::Cached);
        }

        let history = self.git.history(&cloned, sandbox.dir(), deadline);
        let history_problem = history.await;
        let begun = Instant::now();
        let about = ScanContext {
            scan: &claim.job.scan_id,
            repo_url: claim.job.repo_url.as_str(),
            started,
            history_problem: history_problem.as_deref(),
        };
        let report = self.analyzer.analyze(&cloned, about, deadline, progress).await?;
        figures.analysis = Some(begun.elapsed());
        let report = match &self.osv {
            Some(osv) => osv::add_vulnerabilities(osv, report, deadline).await,
            None => report,
        };
        figures.report_bytes = report.len();

        progress.reporting();
        report::completed(report, cloned).await.map(Produced::Report)
    }

    /// Whether the API has completed the scan with an earlier report of this commit. An API that does not answer is no
    /// reason to wait.
    async fn has_earlier_report(&self, claim: &Claim, cloned: &Cloned) -> bool {
        let limits = Some(&self.analyzer.limits);
        let body = CommitRequest {
            lease_token: claim.job.lease_token.clone(),
            commit_sha: cloned.commit.clone(),
            branch: cloned.branch.clone(),
            branch_note: cloned.branch_note,
            analyser_version: analyser_version(repolens_analysis::VERSION, SCHEMA_VERSION, limits),
        };
        match self.api.commit(&claim.job.scan_id, &body).await {
            Ok(cached) => cached,
            Err(error) => {
                tracing::debug!("the lookup of an earlier report failed: {error}");
                false
            }
        }
    }

    /// Parses the address under this worker's own policy, which may be stricter than that of the API.
    fn address(&self, claim: &Claim) -> Result<(RepoUrl, Option<BranchName>), Failed> {
        let url = claim
            .job
            .repo_url
            .parse(&self.git.policy)
            .map_err(|refused| Failed::new(FailureCode::HostRefused, refused.to_string()))?;
        let branch = claim
            .job
            .branch
            .as_ref()
            .map(Unparsed::<BranchName>::parse)
            .transpose()
            .map_err(|invalid| Failed::new(FailureCode::BranchNotFound, invalid.to_string()))?;
        Ok((url, branch))
    }

    /// Reports the end of the work to the API.
    async fn conclude(
        &self,
        claim: &Claim,
        end: WorkEnd,
        figures: &Figures,
        lease: &Lease<'_>,
        stop: &CancellationToken,
    ) -> ScanOutcome {
        let cloned = figures.cloned.as_ref();
        let (outcome, body) = match end {
            WorkEnd::Finished(Ok(Produced::Report(body))) => (ScanOutcome::Completed, Ok(body)),
            WorkEnd::Finished(Ok(Produced::Cached)) => return ScanOutcome::Completed,
            WorkEnd::Finished(Err(failed)) => {
                tracing::warn!(code = failed.code.code(), "job failed: {}", failed.cause);
                (ScanOutcome::Failed(failed.code), report::failed(&failed, cloned))
            }
            WorkEnd::Cancelled => (ScanOutcome::Cancelled, report::without_result(ScanStatus::Cancelled)),
            WorkEnd::LeaseLost => return ScanOutcome::LeaseLost,
            WorkEnd::Stopping => return self.give_back(claim).await,
        };
        if self.explains && outcome == ScanOutcome::Completed {
            // Before the report, so that those who watch the scan know that a text follows. Without it the scan has the text
            // that was made without a model.
            if let Err(error) = self.api.request_explanation(&claim.job.scan_id).await {
                tracing::debug!("no explanation requested: {error}");
            }
        }
        let delivered = deliver(lease, body, stop).await;
        let refusal = delivered
            .as_ref()
            .err()
            .and_then(|error| code_of_refusal(error, outcome));
        let (outcome, delivered) = match refusal {
            Some(code) => {
                tracing::error!(code = code.code(), "report not stored, the scan fails");
                let failed = Failed::new(code, "the API did not store the report");
                let delivered = deliver(lease, report::failed(&failed, cloned), stop).await;
                (ScanOutcome::Failed(code), delivered)
            }
            None => (outcome, delivered),
        };
        match delivered {
            Ok(()) => outcome,
            Err(CallError::LeaseLost) => ScanOutcome::LeaseLost,
            Err(error) => {
                tracing::error!("result not delivered: {error}");
                ScanOutcome::Left
            }
        }
    }

    async fn give_back(&self, claim: &Claim) -> ScanOutcome {
        let release = ReleaseRequest {
            lease_token: claim.job.lease_token.clone(),
            reason: "the worker is shutting down".to_owned(),
        };
        match self.api.release(&claim.job.scan_id, &release, RELEASE_TIMEOUT).await {
            Ok(()) => ScanOutcome::GivenBack,
            Err(error) => {
                tracing::warn!("job not given back, it comes back when its lease expires: {error}");
                ScanOutcome::Left
            }
        }
    }
}

/// Why the scan fails when its report is not taken; `None` where there is no other end to report.
fn code_of_refusal(error: &CallError, outcome: ScanOutcome) -> Option<FailureCode> {
    match error {
        CallError::TooLarge => Some(FailureCode::ReportTooLarge),
        CallError::Faulted(_) | CallError::Refused(_) if outcome == ScanOutcome::Completed => {
            Some(FailureCode::ReportNotStored)
        }
        CallError::Faulted(_) | CallError::Refused(_) | CallError::Unavailable(_) | CallError::LeaseLost => None,
    }
}

async fn deliver(
    lease: &Lease<'_>,
    body: Result<Bytes, serde_json::Error>,
    stop: &CancellationToken,
) -> Result<(), CallError> {
    match body {
        Ok(body) => lease.deliver(body, stop).await,
        Err(error) => Err(CallError::Refused(error.to_string())),
    }
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}
