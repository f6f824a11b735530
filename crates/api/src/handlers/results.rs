//! The results of a complete scan, whole or one section of them: served as they are stored, without being parsed.

pub mod exports;
pub mod sections;

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use repolens_core::store::OpenResults;
use repolens_core::{BranchName, RepoUrl, ScanId, ScanStatus, Unparsed};
use serde::Serialize;

use super::{BranchView, find_scan, optional_timestamp, scan_id, timestamp};
use crate::app::App;
use crate::auth::access::may_name;
use crate::auth::caller::Caller;
use crate::http::conditional::{etag, has_already, not_modified, takes_gzip};
use crate::http::problem::Problem;
use crate::reports::envelope;
use sections::ResultsQuery;

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResultsView<'a> {
    scan_id: &'a str,
    status: ScanStatus,
    repo_url: &'a Unparsed<RepoUrl>,
    branch: Option<&'a Unparsed<BranchName>>,
    #[serde(flatten)]
    branch_view: BranchView,
    #[serde(serialize_with = "timestamp")]
    #[schemars(with = "crate::handlers::Time")]
    created_at: DateTime<Utc>,
    #[serde(serialize_with = "optional_timestamp")]
    #[schemars(with = "Option<crate::handlers::Time>")]
    completed_at: Option<DateTime<Utc>>,
}

/// The results of a complete scan, or one section of them.
pub async fn get_results(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Caller,
    path: web::Path<String>,
    query: web::Query<ResultsQuery>,
) -> Result<HttpResponse<BoxBody>, Problem> {
    let id = scan_id(&path)?;
    let seen = find_scan(&app, &caller, &id).await?;
    let scan = &seen.scan;
    query.check()?;
    if let Some(user_id) = &query.user_id {
        may_name(&caller, user_id)?;
    }
    if scan.status != ScanStatus::Completed {
        return Err(Problem::conflict(format!(
            "This scan is {}: only a completed one has results.",
            scan.status.wire()
        )));
    }
    // If the client has the current version, no report is read.
    let digest = seen.report_sha256.as_deref();
    if let Some(digest) = digest.filter(|digest| has_already(request.headers(), digest)) {
        return Ok(not_modified(request.headers(), digest, "private, no-cache"));
    }
    let view = ResultsView {
        scan_id: scan.id.as_str(),
        status: scan.status,
        repo_url: &scan.repo_url,
        branch: scan.branch.as_ref(),
        branch_view: BranchView::of(scan),
        created_at: scan.created_at,
        completed_at: scan.completed_at,
    };
    if query.section.is_some() {
        return sections::answer(&app, &request, &view, &id, digest, &query).await;
    }
    let results = app.store.open_results(&id).await?.ok_or_else(Problem::results_gone)?;
    with_results(&app, &request, &id, &view, results, digest)
}

/// `view` with one more member, `results`, which is not parsed.
pub fn with_results(
    app: &App,
    request: &HttpRequest,
    id: &ScanId,
    view: &impl Serialize,
    results: OpenResults,
    digest: Option<&str>,
) -> Result<HttpResponse<BoxBody>, Problem> {
    let mut prefix = serde_json::to_vec(view).map_err(|error| Problem::because(&error))?;
    // The view is an object with members: its last byte is the brace.
    prefix.pop();
    prefix.extend(b",\"results\":");
    let suffix = b"}".to_vec();

    let gzip = takes_gzip(request.headers());
    let mut response = HttpResponse::Ok();
    response
        .content_type("application/json")
        .insert_header((header::VARY, "Accept-Encoding"));
    if let Some(digest) = digest {
        response
            .insert_header((header::ETAG, etag(digest, gzip)))
            .insert_header((header::CACHE_CONTROL, "private, no-cache"));
    }
    match results {
        OpenResults::Report(report) => {
            let report = envelope::EnvelopedReport::of(&app.store, id, report);
            response.extensions_mut().insert(report.in_memory());
            if !gzip {
                return Ok(response.body(envelope::plain(prefix, report, suffix)));
            }
            let body = envelope::gzip(&prefix, report, &suffix).map_err(|error| Problem::because(&error))?;
            response.insert_header((header::CONTENT_ENCODING, "gzip"));
            Ok(response.body(body))
        }
        OpenResults::Older(value) => {
            serde_json::to_writer(&mut prefix, &value).map_err(|error| Problem::because(&error))?;
            prefix.extend(suffix);
            Ok(response.body(prefix))
        }
    }
}
