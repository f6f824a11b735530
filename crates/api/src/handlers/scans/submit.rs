//! The submission of a scan.

use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};
use repolens_core::store::{MAX_QUEUED_PER_CLIENT, NewScan, QueueFull, Submitted};
use repolens_core::{BranchName, RepoUrl, ScanId, ScanStatus, UrlPolicy};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::auth::caller::Caller;
use crate::auth::cancel_token::CancelToken;
use crate::auth::clone_target::{self, CloneTarget};
use crate::http::body::Json;
use crate::http::client::Client;
use crate::http::problem::Problem;
use crate::http::request::{RequestId, take_scan};

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

    /// The repository, and the branch where one is named.
    fn parse(&self, policy: &UrlPolicy) -> Result<(RepoUrl, Option<BranchName>), Problem> {
        let repo_url = RepoUrl::parse(&self.repo_url, policy)
            .map_err(|refused| Problem::refused_at("/repoUrl", refused.to_string()))?;
        let branch = self
            .branch
            .as_deref()
            // A form with an empty field sends this.
            .filter(|branch| !branch.is_empty())
            .map(BranchName::parse)
            .transpose()
            .map_err(|invalid| Problem::refused_at("/branch", invalid.to_string()))?;
        Ok((repo_url, branch))
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
    let (repo_url, branch) = body.parse(&app.scans.url_policy)?;
    take_scan(&app, &request, client).await?;
    let CloneTarget { repo_url, token } = clone_target::target(&app, &caller, repo_url).await?;
    let idempotency =
        idempotency_key(request.headers())?.map(|key| (key, body_hash(&repo_url, branch.as_ref(), body.force)));
    // Users cancel theirs as who they are.
    let cancel_token = match caller {
        Caller::Guest => Some(CancelToken::random()?),
        Caller::User(_) => None,
    };
    let new = NewScan {
        id: ScanId::random(),
        repo_url: repo_url.clone(),
        branch,
        request_id: Some(request_id.0),
        client_key: caller.key(client),
        user_id: caller.user_id().map(str::to_owned),
        is_private: token.is_some(),
        forced: body.force,
        idempotency,
        cancel_token: cancel_token.as_ref().map(CancelToken::hash),
    };
    if let Some(token) = token {
        // Before a worker can take the row.
        app.scans.clone_tokens.keep(&new.id, token);
    }
    let queued = QueuedScan::of(new.id.clone(), app.scans.submit(new).await?)?;
    let mut response = HttpResponse::Created();
    if queued.is_replay {
        response.insert_header(("Idempotent-Replayed", "true"));
    } else {
        let host = repo_url.host().map(|host| host.to_string());
        tracing::info!(scan_id = %queued.id, host, "scan accepted");
    }
    let token = cancel_token.iter();
    for cookie in token.flat_map(|token| token.cookies(&queued.id, &request)) {
        response.append_header((header::SET_COOKIE, cookie.to_string()));
    }
    Ok(response
        .insert_header((header::LOCATION, format!("/api/scan/{}", queued.id)))
        .json(Accepted {
            scan_id: queued.id,
            status: ScanStatus::Queued,
            message: "Repository scan has been queued for analysis",
            repository_id: queued.repository_id,
            cancel_token: cancel_token.as_ref().map(CancelToken::as_str),
        }))
}

/// A scan that is stored, by this request or by an earlier one with the same key.
struct QueuedScan {
    id: ScanId,
    repository_id: Option<String>,
    is_replay: bool,
}

impl QueuedScan {
    /// # Errors
    /// Nothing was stored: too many scans are waiting, or the key was used for another body.
    fn of(id: ScanId, submitted: Submitted) -> Result<Self, Problem> {
        match submitted {
            Submitted::Stored { repository_id, .. } => Ok(Self {
                id,
                repository_id: Some(repository_id),
                is_replay: false,
            }),
            Submitted::Before {
                id,
                same_body: true,
                repository_id,
            } => Ok(Self {
                id,
                repository_id,
                is_replay: true,
            }),
            Submitted::Before { .. } => Err(Problem::refused(
                "This `Idempotency-Key` was sent before with another body: use a new key for a new request.",
            )),
            Submitted::Full(QueueFull::ForThisClient) => Err(Problem::too_many(
                format!("You have {MAX_QUEUED_PER_CLIENT} scans waiting: let some of them end first."),
                60,
            )),
            Submitted::Full(QueueFull::ForAll) => Err(Problem::busy(
                "Too many scans are waiting: try again later. Nothing was stored.",
            )),
        }
    }
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
fn body_hash(repo_url: &RepoUrl, branch: Option<&BranchName>, force: bool) -> String {
    // No part can have a line break in it.
    let force = if force { "\nforce" } else { "" };
    hex::encode(Sha256::digest(format!(
        "{repo_url}\n{}{force}",
        branch.map_or("", BranchName::as_str)
    )))
}
