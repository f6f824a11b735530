//! Texts that a language model writes about a report: requested by people, written by workers.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use repolens_core::explanation::{
    ExplanationClaim, ExplanationJob, ExplanationRequest, ExplanationResult, ExplanationTarget,
};
use repolens_core::job::MAX_WAIT_MS;
use repolens_core::report::Explanations;
use repolens_core::settings::LONGEST_AI_TIMEOUT;
use repolens_core::store::{
    ClaimedExplanation, ExplanationRow, NewExplanation, OpenResults, RequestedExplanation, StoredResults, WrittenText,
};
use repolens_core::{LeaseToken, ScanStatus};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::scans::{CancelRequest, has_cancel_token};
use super::worker::report::lease_token;
use super::{find_scan, scan_id, timestamp};
use crate::app::App;
use crate::auth::access::may_explain;
use crate::auth::caller::Caller;
use crate::auth::worker::Worker;
use crate::http::body::{Json, OptionalJson};
use crate::http::client::Client;
use crate::http::conditional;
use crate::http::problem::Problem;
use crate::http::request::take_scan;
use crate::reports::envelope;
use crate::reports::reuse::with_member;

#[derive(Default, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExplainRequest {
    /// Without it: the whole report.
    #[serde(default)]
    target: Option<ExplanationTarget>,
    /// Send the source code of the target as well.
    #[serde(default)]
    source: bool,
    /// Of a private scan: the caller agrees that its facts go to the provider of the model.
    #[serde(default)]
    consent: bool,
    /// Of the answer to the submission; a browser that has its cookie may leave it out.
    #[serde(default)]
    cancel_token: Option<String>,
}

/// Requests a text about a finished scan. The same again, while it is being written, changes nothing.
pub async fn post_explanation(
    app: web::Data<App>,
    request: HttpRequest,
    client: Client,
    caller: Caller,
    path: web::Path<String>,
    OptionalJson(body): OptionalJson<ExplainRequest>,
) -> Result<HttpResponse, Problem> {
    let id = scan_id(&path)?;
    let seen = find_scan(&app, &caller, &id).await?;
    let scan = &seen.scan;
    let mut body = body.unwrap_or_default();
    let token = body.cancel_token.take().map(CancelRequest::new);
    let has_token = has_cancel_token(&app, &request, scan, token).await?;
    may_explain(&caller, scan, has_token)?;
    if scan.status != ScanStatus::Completed {
        return Err(Problem::conflict(format!(
            "This scan is {}: only a completed one can be explained.",
            scan.status.wire()
        )));
    }
    let with_source = body.source;
    let target = body.allowed_target(&app, scan.is_private)?;
    if !app.scans.explanations.has_worker() {
        return Err(Problem::busy(
            "No worker with a language model is connected: set the key of a provider, see `docs/ai.md`.",
        ));
    }
    take_scan(&app, &request, client).await?;
    let new = NewExplanation {
        scan_id: id.clone(),
        target: target.to_text(),
        with_source,
        renew: true,
    };
    let requested = queue(&app, new)
        .await?
        .ok_or_else(|| Problem::scan_not_found(id.as_str()))?;
    tracing::info!(scan_id = %id, explanation = requested.id, "explanation requested");
    Ok(HttpResponse::Accepted().json(json!({
        "scanId": id,
        "explanationId": requested.id,
        "status": requested.state.name(),
        "message": "A language model writes the text; it is added to the report when it has passed the check",
    })))
}

impl ExplainRequest {
    /// The part of the report to be explained.
    ///
    /// # Errors
    /// It is not named as it must be, or may not be sent to a language model.
    fn allowed_target(self, app: &App, is_private: bool) -> Result<ExplanationTarget, Problem> {
        let target = self.target.unwrap_or(ExplanationTarget::Repository);
        if let Some(pointer) = target.fault() {
            let detail = format!(
                "A text of 1 to {} bytes in one line is expected.",
                ExplanationTarget::LONGEST_NAME
            );
            return Err(Problem::refused_at(pointer, detail));
        }
        if is_private && !self.consent {
            return Err(Problem::refused_at(
                "/consent",
                "This scan is private: set `consent` to true if its facts may be sent to the provider of a language model.",
            ));
        }
        if self.source {
            check_source(app, &target, is_private)?;
        }
        Ok(target)
    }
}

fn check_source(app: &App, target: &ExplanationTarget, is_private: bool) -> Result<(), Problem> {
    if !app.scans.explanations.may_send_source {
        return Err(Problem::forbidden(
            "This service sends no source code to a language model.",
        ));
    }
    if is_private {
        return Err(Problem::refused_at(
            "/source",
            "The source code of a private repository is not sent: its token is deleted when the scan has finished.",
        ));
    }
    match target {
        ExplanationTarget::Repository => Err(Problem::refused_at(
            "/source",
            "Source code is sent for one function, file or cycle only: name a `target`.",
        )),
        _ => Ok(()),
    }
}

async fn queue(app: &Arc<App>, new: NewExplanation) -> Result<Option<RequestedExplanation>, Problem> {
    let shared = Arc::clone(app);
    let request = async move {
        let requested = shared.store.request_explanation(new, Utc::now()).await?;
        if requested.as_ref().is_some_and(|requested| requested.is_new) {
            shared.scans.explanations.queued();
        }
        Ok(requested)
    };
    app.scans.run_to_completion(request).await
}

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplanationView {
    id: String,
    #[schemars(with = "ExplanationTarget")]
    target: Value,
    /// `queued`, `running`, `done` or `failed`.
    status: &'static str,
    /// Why the last try gave no text.
    failure: Option<String>,
    /// The last text that passed the check.
    #[schemars(with = "Option<Explanations>")]
    explanation: Value,
    #[serde(serialize_with = "timestamp")]
    #[schemars(with = "crate::handlers::Time")]
    updated_at: DateTime<Utc>,
}

impl ExplanationView {
    fn of(row: ExplanationRow) -> Self {
        let json = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        Self {
            id: row.id,
            target: json(&row.target),
            status: row.state.name(),
            failure: row.failure,
            explanation: row.result.as_deref().map_or(Value::Null, json),
            updated_at: row.updated_at,
        }
    }
}

/// The texts of a scan, and those that are being written.
pub async fn get_explanations(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = scan_id(&path)?;
    find_scan(&app, &caller, &id).await?;
    let rows = app.store.explanations_of(&id, Utc::now()).await?;
    let explanations: Vec<ExplanationView> = rows.into_iter().map(ExplanationView::of).collect();
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .json(json!({
            "scanId": id,
            "available": app.scans.explanations.has_worker(),
            "explanations": explanations,
        })))
}

/// The worker of a scan asks for its text. Nothing changes where there is a text already, so that no call is paid for twice;
/// nor for a private scan, for which the owner has to agree.
pub async fn post_request(
    app: web::Data<App>,
    _worker: Worker,
    Json(body): Json<ExplanationRequest>,
) -> Result<HttpResponse, Problem> {
    let seen = app.scans.snapshot(&body.scan_id).await?;
    let seen = seen.ok_or_else(|| Problem::scan_not_found(body.scan_id.as_str()))?;
    if seen.scan.is_private {
        return Ok(HttpResponse::Ok().json(json!({ "scanId": body.scan_id, "status": "not-requested" })));
    }
    let new = NewExplanation {
        scan_id: body.scan_id.clone(),
        target: ExplanationTarget::Repository.to_text(),
        with_source: false,
        renew: false,
    };
    let requested = queue(&app, new)
        .await?
        .ok_or_else(|| Problem::scan_not_found(body.scan_id.as_str()))?;
    Ok(HttpResponse::Accepted().json(json!({ "scanId": body.scan_id, "status": requested.state.name() })))
}

/// The longest time that a worker may take for one text: the longest `AI_TIMEOUT`, and as much for reading the report and
/// the source.
const MAX_LEASE_MS: u64 = 2 * LONGEST_AI_TIMEOUT.as_secs() * 1_000;

/// Hands out the next text to be written; waits for one.
pub async fn post_claim(
    app: web::Data<App>,
    _worker: Worker,
    request: HttpRequest,
    Json(body): Json<ExplanationClaim>,
) -> Result<HttpResponse, Problem> {
    if body.wait_ms > MAX_WAIT_MS {
        return Err(Problem::malformed_at(
            "/waitMs",
            format!("A claim waits {MAX_WAIT_MS} ms at most."),
        ));
    }
    if !(1_000..=MAX_LEASE_MS).contains(&body.lease_ms) {
        let detail = format!("A lease has 1,000 to {MAX_LEASE_MS} ms.");
        return Err(Problem::malformed_at("/leaseMs", detail));
    }
    let token = lease_token(&request)?;
    let lease = TimeDelta::milliseconds(i64::try_from(body.lease_ms).unwrap_or(i64::MAX));
    let wait = Duration::from_millis(body.wait_ms);
    let stopping = app.process.stopping.clone();
    let Some(claimed) = app
        .scans
        .explanations
        .claim(&app.scans, &token, lease, wait, stopping)
        .await?
    else {
        return Ok(HttpResponse::NoContent().finish());
    };
    tracing::info!(
        scan_id = %claimed.scan_id,
        explanation = claimed.id,
        worker = body.worker_id,
        "explanation claimed"
    );
    Ok(HttpResponse::Ok().json(job(claimed)?))
}

fn job(claimed: ClaimedExplanation) -> Result<ExplanationJob, Problem> {
    Ok(ExplanationJob {
        id: claimed.id,
        scan_id: claimed.scan_id,
        target: serde_json::from_str(&claimed.target).map_err(|error| Problem::because(&error))?,
        with_source: claimed.with_source,
        repo_url: claimed.repo_url,
        branch: claimed.branch,
        commit_sha: claimed.commit_sha,
        is_private: claimed.is_private,
    })
}

async fn running(app: &App, id: &str, token: &LeaseToken) -> Result<ClaimedExplanation, Problem> {
    let claimed = app.store.running_explanation(id, token).await?;
    claimed.ok_or_else(Problem::lease_lost)
}

/// The report that the text is about.
pub async fn get_report(
    app: web::Data<App>,
    _worker: Worker,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let scan = running(&app, &path, &lease_token(&request)?).await?.scan_id;
    let results = app.store.open_results(&scan).await?.ok_or_else(Problem::results_gone)?;
    let mut response = HttpResponse::Ok();
    response
        .content_type("application/json")
        .insert_header((header::VARY, "Accept-Encoding"));
    let report = match results {
        OpenResults::Older(value) => return Ok(response.json(value)),
        OpenResults::Report(report) => envelope::EnvelopedReport::of(&app.store, &scan, report),
    };
    response.extensions_mut().insert(report.in_memory());
    if !conditional::takes_gzip(request.headers()) {
        return Ok(response.body(envelope::plain(Vec::new(), report, Vec::new())));
    }
    let body = envelope::gzip(b"", report, b"").map_err(|error| Problem::because(&error))?;
    Ok(response.insert_header((header::CONTENT_ENCODING, "gzip")).body(body))
}

/// Records what came of a text. That of a whole report takes the place of the text that was made without a model.
pub async fn put_result(
    app: web::Data<App>,
    _worker: Worker,
    request: HttpRequest,
    path: web::Path<String>,
    Json(body): Json<ExplanationResult>,
) -> Result<HttpResponse, Problem> {
    let token = lease_token(&request)?;
    let id = path.into_inner();
    let text = written(&app, &id, &token, &body).await?;
    let shared = Arc::clone(&app);
    let finish = async move { shared.store.finish_explanation(&id, &token, text, Utc::now()).await };
    let finished = app
        .scans
        .run_to_completion(finish)
        .await?
        .ok_or_else(Problem::lease_lost)?;
    app.scans.explanations.finished();
    if finished.is_new {
        for call in &body.calls {
            app.metrics.models.count(call);
        }
        if let Some(sentences) = body.explanations.as_ref().and_then(|text| text.sentences) {
            app.metrics.models.count_sentences(sentences.checked, sentences.kept);
        }
    }
    tracing::info!(
        scan_id = %finished.scan_id,
        written = body.explanations.is_some(),
        failure = body.failure,
        calls = body.calls.len(),
        "explanation finished"
    );
    Ok(HttpResponse::Ok().json(json!({ "scanId": finished.scan_id, "repeated": !finished.is_new })))
}

async fn written(app: &App, id: &str, token: &LeaseToken, body: &ExplanationResult) -> Result<WrittenText, Problem> {
    let Some(explanations) = &body.explanations else {
        let failure = body.failure.as_deref().unwrap_or("unknown");
        return Ok(WrittenText {
            failure: Some(super::worker::report::line(failure, 60)),
            ..WrittenText::default()
        });
    };
    let result = serde_json::to_string(explanations).map_err(|error| Problem::because(&error))?;
    let claimed = app.store.running_explanation(id, token).await?;
    let whole = ExplanationTarget::Repository.to_text();
    let mut report = None;
    if let Some(claimed) = claimed.filter(|claimed| claimed.target == whole) {
        let json = result.clone();
        let replaced = app.reports.read(&claimed.scan_id, move |results| match results {
            StoredResults::Report(stored) => Ok(Some((
                stored.sha256.clone(),
                with_member(&stored, "explanations", json)?,
            ))),
            // A report of the older system stays as it is.
            StoredResults::Older(_) => Ok(None),
        });
        report = replaced.await?;
    }
    Ok(WrittenText {
        result: Some(result),
        failure: None,
        report,
    })
}
