//! Scans for people and front ends: submit, read, cancel, delete. Their reports are in `results.rs`.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use repolens_core::store::{
    CancelOutcome, Deleted, MAX_QUEUED_PER_CLIENT, NewScan, QueueFull, QueuePlace, Scan, Seen, Submitted,
};
use repolens_core::{BranchName, FailureCode, FailureKind, RepoUrl, ScanId, ScanStatus};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::results::with_results;
use super::{BranchView, find_scan, optional_timestamp, scan_id, timestamp};
use crate::app::App;
use crate::auth::access::{may_cancel, may_delete};
use crate::auth::caller::Caller;
use crate::auth::cancel_token::{self, CancelToken};
use crate::auth::clone_target::{self, CloneTarget};
use crate::http::body::{Json, OptionalJson};
use crate::http::client::Client;
use crate::http::problem::Problem;
use crate::http::request::{RequestId, too_often};
use crate::scans::finish;

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScanRequest {
    repo_url: String,
    #[serde(default)]
    branch: Option<String>,
    /// Analyze, although the same commit may have been analyzed before.
    #[serde(default)]
    force: bool,
}

impl ScanRequest {
    /// As a form asks for it.
    pub fn new(repo_url: String, branch: Option<String>) -> Self {
        Self {
            repo_url,
            branch,
            force: false,
        }
    }
}

/// Accepts a scan: 201 means that it is on disk.
pub async fn post_scan(
    app: web::Data<App>,
    request: HttpRequest,
    client: Client,
    caller: Caller,
    request_id: RequestId,
    Json(body): Json<ScanRequest>,
) -> Result<HttpResponse, Problem> {
    let repo_url = RepoUrl::parse(&body.repo_url, &app.scans.url_policy)
        .map_err(|refused| Problem::refused_at("/repoUrl", refused.to_string()))?;
    let branch = body
        .branch
        // A form with an empty field sends this.
        .filter(|branch| !branch.is_empty())
        .map(|branch| BranchName::parse(&branch))
        .transpose()
        .map_err(|invalid| Problem::refused_at("/branch", invalid.to_string()))?;
    let branch = branch.map(String::from);
    if let Some(allowance) = app.limits.take_scan(app.scans.queue.as_ref(), client).await {
        // The headers of the answer describe this limit, which is narrower than that of all requests.
        request.extensions_mut().insert(allowance);
        if !allowance.allowed {
            return Err(too_often(allowance));
        }
    }
    let CloneTarget { repo_url, token } = clone_target::target(&app, &caller, repo_url).await?;
    let idempotency =
        idempotency_key(request.headers())?.map(|key| (key, body_hash(&repo_url, branch.as_deref(), body.force)));
    // Users cancel theirs as who they are.
    let cancel_token = match caller {
        Caller::Guest => Some(CancelToken::random()?),
        Caller::User(_) => None,
    };
    let new = NewScan {
        id: ScanId::random(),
        repo_url: repo_url.as_str().to_owned(),
        branch,
        request_id: Some(request_id.0),
        client_key: caller.key(client),
        user_id: caller.user_id().map(str::to_owned),
        is_private: token.is_some(),
        repository: repo_url.full_name(),
        forced: body.force,
        idempotency,
        cancel_token: cancel_token.as_ref().map(CancelToken::hash),
    };
    if let Some(token) = token {
        // Before a worker can take the row.
        app.scans.clone_tokens.keep(&new.id, token);
    }
    let mut response = HttpResponse::Created();
    let (id, repository_id) = match app.scans.submit(new.clone()).await? {
        Submitted::Stored { repository_id, .. } => {
            let host = repo_url.host().map(|host| host.to_string());
            tracing::info!(scan_id = %new.id, host, "scan accepted");
            (new.id, Some(repository_id))
        }
        Submitted::Before {
            id,
            same_body: true,
            repository_id,
        } => {
            response.insert_header(("Idempotent-Replayed", "true"));
            (id, repository_id)
        }
        Submitted::Full(QueueFull::ForThisClient) => {
            return Err(Problem::too_many(
                format!("You have {MAX_QUEUED_PER_CLIENT} scans waiting: let some of them end first."),
                60,
            ));
        }
        Submitted::Full(QueueFull::ForAll) => {
            return Err(Problem::busy(
                "Too many scans are waiting: try again later. Nothing was stored.",
            ));
        }
        Submitted::Before { .. } => {
            return Err(Problem::refused(
                "This `Idempotency-Key` was sent before with another body: use a new key for a new request.",
            ));
        }
    };
    for cookie in cancel_token.iter().flat_map(|token| token.cookies(&id, &request)) {
        response.append_header((header::SET_COOKIE, cookie.to_string()));
    }
    Ok(response
        .insert_header((header::LOCATION, format!("/api/scan/{id}")))
        .json(Accepted {
            scan_id: id,
            status: ScanStatus::Queued,
            message: "Repository scan has been queued for analysis",
            repository_id,
            cancel_token: cancel_token.as_ref().map(CancelToken::as_str),
        }))
}

/// The answer to a submission.
#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Accepted<'a> {
    #[schemars(with = "String")]
    scan_id: ScanId,
    status: ScanStatus,
    message: &'a str,
    /// The repository's id in history and favorites.
    repository_id: Option<String>,
    /// By which a guest can cancel the scan; in no other answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_token: Option<&'a str>,
}

/// 1 to 255 printable characters.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if (1..=255).contains(&key.len()) && !key.contains('\t') => Ok(Some(key.to_owned())),
        _ => Err(Problem::malformed(
            "The `Idempotency-Key` has 1 to 255 printable characters.",
        )),
    }
}

/// The hash of the meaning of the body, so that its spelling does not matter.
fn body_hash(repo_url: &RepoUrl, branch: Option<&str>, force: bool) -> String {
    // No part can have a line break in it.
    let force = if force { "\nforce" } else { "" };
    hex::encode(Sha256::digest(format!(
        "{repo_url}\n{}{force}",
        branch.unwrap_or_default()
    )))
}

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
    #[schemars(with = "super::Time")]
    created_at: DateTime<Utc>,
    #[serde(serialize_with = "optional_timestamp")]
    #[schemars(with = "Option<super::Time>")]
    started_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "optional_timestamp")]
    #[schemars(with = "Option<super::Time>")]
    completed_at: Option<DateTime<Utc>>,
    repo_url: &'a str,
    /// The repository's id in history and favorites.
    repository_id: Option<&'a str>,
    branch: Option<&'a str>,
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
    fn of(seen: &'a Seen) -> Self {
        let Seen { scan, place, .. } = seen;
        let failed = scan.status == ScanStatus::Failed;
        Self {
            scan_id: &scan.id,
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
            branch: scan.branch.as_deref(),
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
        Some(hash) => Ok(app.store.is_cancel_token(&scan_id(&scan.id)?, &hash).await?),
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
