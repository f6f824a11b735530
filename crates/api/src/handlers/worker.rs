//! The worker endpoints: claim, heartbeat, release.

pub mod report;

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Utc;
use repolens_core::job::{
    Claim, ClaimRequest, ClaimedJob, CommitRequest, CommitResponse, HeartbeatRequest, HeartbeatResponse, LEASE_HEADER,
    MAX_WAIT_MS, ReleaseRequest,
};
use repolens_core::store::{ClaimOutcome, Finish, Finished};
use repolens_core::{FailureCode, LeaseToken, ScanId, ScanStatus};
use serde_json::json;

use super::scan_id;
use crate::app::App;
use crate::auth::worker::Worker;
use crate::http::body::Json;
use crate::http::problem::Problem;
use crate::reports::reuse::reuse_report;
use crate::scans::finish;
use crate::scans::scan_state::ScanState;
use report::{MAX_STAGE, line};

/// Hands out a job: the one that was asked for, or the next one, waited for. The attempt is counted here.
pub async fn post_claim(
    app: web::Data<App>,
    _worker: Worker,
    request: HttpRequest,
    Json(body): Json<ClaimRequest>,
) -> Result<HttpResponse, Problem> {
    if !(1..=200).contains(&body.worker_id.len()) || body.worker_id.contains(char::is_control) {
        return Err(Problem::malformed_at(
            "/workerId",
            "A worker's id has 1 to 200 printable bytes.",
        ));
    }
    if body.wait_ms > MAX_WAIT_MS {
        return Err(Problem::malformed_at(
            "/waitMs",
            format!("A claim waits {MAX_WAIT_MS} ms at most."),
        ));
    }
    let token = proposed_token(request.headers())?;
    let wait = Duration::from_millis(body.wait_ms);
    match body.scan_id {
        Some(id) => claim_this(&app, &id, &body.worker_id, token).await,
        None => claim_next(&app, &body.worker_id, &token, wait).await,
    }
}

/// A worker that proposes the token can repeat the request where the answer was lost, and gets the same job. Any token
/// that cannot be guessed is accepted.
fn proposed_token(headers: &HeaderMap) -> Result<LeaseToken, Problem> {
    let Some(value) = headers.get(LEASE_HEADER) else {
        return Ok(LeaseToken::random());
    };
    match value.to_str() {
        Ok(token) if (32..=100).contains(&token.len()) => Ok(LeaseToken::from_header(token)),
        _ => Err(Problem::malformed(format!(
            "The `{LEASE_HEADER}` of a claim has 32 to 100 printable characters."
        ))),
    }
}

async fn claim_this(app: &Arc<App>, id: &ScanId, worker: &str, token: LeaseToken) -> Result<HttpResponse, Problem> {
    let (shared, scan_id, worker_id) = (Arc::clone(app), id.clone(), worker.to_owned());
    let claim = async move {
        let outcome = shared
            .store
            .claim(&scan_id, &worker_id, &token, shared.scans.lease(), Utc::now())
            .await?;
        if matches!(outcome, ClaimOutcome::Claimed(_)) {
            shared.scans.dispatch.lease_begun();
            if let Some(queue) = &shared.scans.queue {
                queue.taken(&scan_id);
            }
        }
        Ok(outcome)
    };
    match app.scans.run_to_completion(claim).await? {
        ClaimOutcome::Claimed(job) => hand_out(app, job, worker).await?.ok_or_else(|| {
            Problem::conflict("This scan has failed: the token that its repository is cloned with is lost.")
        }),
        ClaimOutcome::NotQueued(None) => Err(Problem::scan_not_found(id.as_str())),
        ClaimOutcome::NotQueued(Some(status)) => Err(Problem::conflict(format!(
            "This scan is {}: only a queued one can be taken.",
            status.wire()
        ))),
    }
}

async fn claim_next(app: &Arc<App>, worker: &str, token: &LeaseToken, wait: Duration) -> Result<HttpResponse, Problem> {
    let until = Instant::now() + wait;
    let stopping = &app.process.stopping;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let Some(job) = app
            .scans
            .dispatch
            .claim_next(&app.scans, worker, token, left, stopping.clone())
            .await?
        else {
            return Ok(HttpResponse::NoContent().finish());
        };
        if let Some(response) = hand_out(app, job, worker).await? {
            return Ok(response);
        }
    }
}

/// `None`: it cannot be worked on, and has failed.
async fn hand_out(app: &Arc<App>, job: ClaimedJob, worker: &str) -> Result<Option<HttpResponse>, Problem> {
    let mut clone_credential = None;
    if job.is_private {
        clone_credential = app
            .scans
            .clone_tokens
            .credential(&job.scan_id, app.auth.callers.github.origin());
        if clone_credential.is_none() {
            let code = FailureCode::CredentialLost;
            let failed = Finish::Failed {
                code: Some(code),
                message: code.sentence().to_owned(),
            };
            finish::record(app, &job.scan_id, &job.lease_token, failed).await?;
            return Ok(None);
        }
    }
    app.scans
        .events
        .publish(job.scan_id.as_str(), ScanState::new(ScanStatus::Processing));
    tracing::info!(scan_id = %job.scan_id, worker, attempt = job.attempt, "job claimed");
    Ok(Some(HttpResponse::Ok().json(Claim {
        job,
        limits: app.scans.job_limits,
        clone_credential,
    })))
}

/// Extends a lease, records progress and returns whether to cancel.
pub async fn post_heartbeat(
    app: web::Data<App>,
    _worker: Worker,
    path: web::Path<String>,
    Json(body): Json<HeartbeatRequest>,
) -> Result<HttpResponse, Problem> {
    let id = scan_id(&path)?;
    if body.progress.is_some_and(|progress| progress > 100) {
        return Err(Problem::malformed_at(
            "/progress",
            "The progress is a number from 0 to 100.",
        ));
    }
    let stage: Option<String> = body.stage.map(|stage| line(&stage, MAX_STAGE));
    let beat = app
        .store
        .heartbeat(
            &id,
            &body.lease_token,
            body.progress,
            stage.clone(),
            app.scans.lease(),
            Utc::now(),
        )
        .await?
        .ok_or_else(Problem::lease_lost)?;
    app.scans.track(&id, ScanStatus::Processing);
    if body.progress.is_some() || stage.is_some() {
        app.scans.events.progress(id.as_str(), body.progress, stage.as_deref());
    }
    Ok(HttpResponse::Ok().json(HeartbeatResponse {
        cancel: beat.cancel,
        lease_until: beat.lease_until,
    }))
}

/// Whether that commit was analyzed before, by the same analyser: then this scan is complete with that report.
pub async fn post_commit(
    app: web::Data<App>,
    _worker: Worker,
    path: web::Path<String>,
    Json(body): Json<CommitRequest>,
) -> Result<HttpResponse, Problem> {
    let id = scan_id(&path)?;
    for (pointer, text) in [
        ("/commitSha", &body.commit_sha),
        ("/analyserVersion", &body.analyser_version),
        ("/branch", &body.branch),
    ] {
        if text.is_empty() || text.len() > 255 || text.contains('\0') {
            return Err(Problem::malformed_at(
                pointer,
                "A text of 1 to 255 bytes is wanted here.",
            ));
        }
    }
    let earlier = app
        .store
        .earlier_report(&id, &body.lease_token, &body.commit_sha, &body.analyser_version)
        .await?;
    let Some(earlier) = earlier else {
        return Ok(HttpResponse::Ok().json(CommitResponse { cached: false }));
    };
    let (scan_id, branch, report) = (id.clone(), body.branch.clone(), earlier.report);
    let (report, figures) = app
        .reports
        .work_on(move || reuse_report(&report, scan_id.as_str(), &branch))
        .await?;
    let finish = Finish::Completed {
        report,
        branch: Some(body.branch),
        branch_note: body.branch_note,
        commit_sha: Some(body.commit_sha),
        figures: Box::new(figures),
        cached_from: Some(earlier.scan_id.clone()),
    };
    match finish::record(&app, &id, &body.lease_token, finish).await? {
        Finished::Recorded { .. } | Finished::Repeated => {}
        Finished::LeaseLost => return Err(Problem::lease_lost()),
        Finished::Unknown => return Err(Problem::scan_not_found(id.as_str())),
    }
    tracing::info!(scan_id = %id, earlier = %earlier.scan_id, "answered with the report of the same commit");
    Ok(HttpResponse::Ok().json(CommitResponse { cached: true }))
}

/// Takes a job back from a worker that stops; the attempt is not counted.
pub async fn post_release(
    app: web::Data<App>,
    _worker: Worker,
    path: web::Path<String>,
    Json(body): Json<ReleaseRequest>,
) -> Result<HttpResponse, Problem> {
    let id = scan_id(&path)?;
    let (shared, scan_id, token) = (Arc::clone(&app), id.clone(), body.lease_token);
    let release = async move {
        let status = shared.store.release(&scan_id, &token, Utc::now()).await?;
        match status {
            Some(ScanStatus::Cancelled) => finish::cancelled(&shared, scan_id.as_str()),
            Some(status) => {
                shared.scans.put_back(&scan_id).await;
                shared.scans.events.publish(scan_id.as_str(), ScanState::new(status));
            }
            None => {}
        }
        Ok(status)
    };
    let status = app
        .scans
        .run_to_completion(release)
        .await?
        .ok_or_else(Problem::lease_lost)?;
    tracing::info!(scan_id = %id, reason = body.reason, status = status.wire(), "job released");
    Ok(HttpResponse::Ok().json(json!({ "scanId": id, "status": status })))
}
