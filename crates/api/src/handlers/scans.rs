//! Scans for people and front ends: submit, read, cancel, delete. Their reports are in `results.rs`.

mod submit;

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use repolens_core::store::{CancelOutcome, Deleted, QueuePlace, Scan, ScanSnapshot};
use repolens_core::{BranchName, FailureCode, FailureKind, RepoUrl, ScanStatus, Unparsed};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::results::with_results;
use super::{BranchView, find_scan, optional_timestamp, scan_id, timestamp};
use crate::app::App;
use crate::auth::access::{may_cancel, may_delete};
use crate::auth::caller::Caller;
use crate::auth::cancel_token;
use crate::http::body::OptionalJson;
use crate::http::problem::Problem;
use crate::scans::finish;

pub use submit::{Accepted, ScanRequest, post_scan};

/// A scan without its results.
#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScanView<'a> {
    scan_id: &'a str,
    status: ScanStatus,
    progress: i32,
    stage: Option<&'a str>,
    queue_position: Option<i64>,
    /// Until the scan begins, estimated from the latest ones; `null` where they do not suffice.
    estimated_wait_seconds: Option<i64>,
    #[serde(serialize_with = "timestamp")]
    #[schemars(with = "crate::handlers::Time")]
    created_at: DateTime<Utc>,
    #[serde(serialize_with = "optional_timestamp")]
    #[schemars(with = "Option<crate::handlers::Time>")]
    started_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "optional_timestamp")]
    #[schemars(with = "Option<crate::handlers::Time>")]
    completed_at: Option<DateTime<Utc>>,
    repo_url: &'a Unparsed<RepoUrl>,
    /// The repository's id in history and favorites.
    repository_id: Option<&'a str>,
    branch: Option<&'a Unparsed<BranchName>>,
    #[serde(flatten)]
    branch_view: BranchView,
    commit_sha: Option<&'a str>,
    /// Only its owner sees it.
    is_private: bool,
    /// The results are those of an earlier scan of the same commit.
    cached: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    /// Whether the same scan can succeed later.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_kind: Option<FailureKind>,
}

impl<'a> ScanView<'a> {
    fn of(seen: &'a ScanSnapshot) -> Self {
        let ScanSnapshot { scan, place, .. } = seen;
        let failed = scan.status == ScanStatus::Failed;
        Self {
            scan_id: scan.id.as_str(),
            status: scan.status,
            progress: scan.progress,
            stage: scan.stage.as_deref(),
            queue_position: place.map(|place| place.position),
            estimated_wait_seconds: place.and_then(estimated_wait_seconds),
            created_at: scan.created_at,
            started_at: scan.started_at,
            completed_at: scan.completed_at,
            repo_url: &scan.repo_url,
            repository_id: scan.repository_id.as_deref(),
            branch: scan.branch.as_ref(),
            branch_view: BranchView::of(scan),
            commit_sha: scan.commit_sha.as_deref(),
            is_private: scan.is_private,
            cached: scan.cached_from.is_some(),
            error: failed.then(|| scan.error_message.as_deref().unwrap_or("The scan failed.")),
            error_code: scan.error_code.as_deref().filter(|_| failed),
            error_kind: scan
                .error_code
                .as_deref()
                .filter(|_| failed)
                .and_then(FailureCode::kind_of),
        }
    }
}

/// Those ahead take as long as the latest ones took, shared among as many as run now; a running one is half done. Where
/// nothing runs or nothing was measured, there is no estimate.
pub fn estimated_wait_seconds(place: QueuePlace) -> Option<i64> {
    let typical_ms = place.typical_ms?;
    if place.running == 0 {
        return None;
    }
    let halves = 2 * (place.position - 1) / place.running + 1;
    Some((typical_ms * halves / 2 + 999) / 1_000)
}

/// Where a scan is; with its results once it is complete.
pub async fn get_scan(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Caller,
    path: web::Path<String>,
) -> Result<HttpResponse<BoxBody>, Problem> {
    let id = scan_id(&path)?;
    let seen = find_scan(&app, &caller, &id).await?;
    app.scans.track(&id, seen.scan.status);
    let results = match seen.scan.status {
        ScanStatus::Completed => app.store.open_results(&id).await?,
        _ => None,
    };
    let view = ScanView::of(&seen);
    match results {
        Some(results) => with_results(&app, &request, &id, &view, results, None),
        None => Ok(HttpResponse::Ok().json(view)),
    }
}

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelRequest {
    /// The token from the answer to the submission; a browser that has its cookie may leave it out.
    #[serde(default)]
    cancel_token: Option<String>,
}

impl CancelRequest {
    pub fn new(token: String) -> Self {
        Self {
            cancel_token: Some(token),
        }
    }
}

/// Whether the request has the token of the guest who submitted this scan, in its body or as a cookie.
pub async fn has_cancel_token(
    app: &App,
    request: &HttpRequest,
    scan: &Scan,
    body: Option<CancelRequest>,
) -> Result<bool, Problem> {
    let of_body = body
        .and_then(|body| body.cancel_token)
        .map(|token| cancel_token::hash(&token));
    let hash = match of_body {
        Some(hash) => Some(hash),
        None => cancel_token::of_cookie(request)?,
    };
    match hash.filter(|_| scan.user_id.is_none()) {
        Some(hash) => Ok(app.store.is_cancel_token(&scan.id, &hash).await?),
        None => Ok(false),
    }
}

/// Cancels a queued scan; a running one ends when its worker hears of it, within seconds.
pub async fn post_cancel(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Caller,
    path: web::Path<String>,
    OptionalJson(body): OptionalJson<CancelRequest>,
) -> Result<HttpResponse, Problem> {
    let id = scan_id(&path)?;
    let seen = find_scan(&app, &caller, &id).await?;
    let has_token = has_cancel_token(&app, &request, &seen.scan, body).await?;
    may_cancel(&caller, &seen.scan, has_token)?;
    let (shared, scan) = (Arc::clone(&app), id.clone());
    let cancel = async move {
        let outcome = shared.store.cancel(&scan, Utc::now()).await?;
        if outcome == CancelOutcome::Cancelled {
            if let Some(queue) = &shared.scans.queue {
                queue.remove(&scan).await;
            }
            finish::cancelled(&shared, scan.as_str());
        }
        Ok(outcome)
    };
    let status = match app.scans.run_to_completion(cancel).await? {
        CancelOutcome::Cancelled => ScanStatus::Cancelled,
        CancelOutcome::Asked => ScanStatus::Processing,
        CancelOutcome::Ended(status) => {
            return Err(Problem::conflict(format!("This scan is {} already.", status.wire())));
        }
        CancelOutcome::Unknown => return Err(Problem::scan_not_found(id.as_str())),
    };
    tracing::info!(scan_id = %id, "cancel asked");
    Ok(HttpResponse::Accepted().json(json!({
        "scanId": id,
        "status": status,
        "message": if status == ScanStatus::Cancelled { "The scan is cancelled" } else { "The scan is being cancelled" },
    })))
}

/// Deletes a scan and its report permanently. A running scan is deleted at once too, and its worker stops.
pub async fn delete_scan(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = scan_id(&path)?;
    may_delete(&caller, &find_scan(&app, &caller, &id).await?.scan)?;
    let (shared, scan) = (Arc::clone(&app), id.clone());
    let delete = async move {
        let deleted = shared.store.delete(&scan).await?;
        if let Some(Deleted { status }) = deleted
            && !status.is_final()
        {
            if let Some(queue) = &shared.scans.queue {
                queue.remove(&scan).await;
            }
            finish::cancelled(&shared, scan.as_str());
        }
        Ok(deleted)
    };
    if app.scans.run_to_completion(delete).await?.is_none() {
        return Err(Problem::scan_not_found(id.as_str()));
    }
    tracing::info!(scan_id = %id, "scan deleted");
    Ok(HttpResponse::NoContent().finish())
}
