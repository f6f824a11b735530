//! A report in other forms, and badges.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, web};
use repolens_core::store::{OpenResults, ScanSnapshot};
use repolens_core::{RepoUrl, ScanId, ScanStatus, UrlPolicy};
use serde::Deserialize;

use crate::app::App;
use crate::auth::caller::Caller;
use crate::export::{self, ExportForm, ExportedScan, badge};
use crate::handlers::{find_scan, scan_id};
use crate::http::conditional;
use crate::http::problem::Problem;
use crate::pages::{self, ReportReader};
use crate::reports::envelope;

/// The report as one page that needs nothing else. One that another program wrote is shown as far as it can be read.
pub async fn get_html(
    app: web::Data<App>,
    reader: web::Data<ReportReader>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let seen = completed(&app, &caller, &id).await?;
    let digest = seen
        .report_sha256
        .as_deref()
        .map(|digest| tag(digest, ExportForm::Html.ending()));
    if let Some(digest) = digest
        .as_deref()
        .filter(|digest| conditional::has_already(request.headers(), digest))
    {
        return Ok(conditional::not_modified(request.headers(), digest, CACHE));
    }
    let Some(page) = pages::write_one_file(&app, &reader, &seen).await? else {
        return in_form(&app, &request, &caller, &id, ExportForm::Html).await;
    };
    let mut response = HttpResponse::Ok();
    let name = ExportedScan::of(&seen.scan).file_name(ExportForm::Html.ending());
    response
        .content_type(ExportForm::Html.content_type())
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")))
        .insert_header((header::CONTENT_SECURITY_POLICY, pages::one_file_policy()));
    Ok(conditional::body(
        response,
        request.headers(),
        digest.as_deref(),
        CACHE,
        page.into_bytes(),
    ))
}

/// The report as Markdown.
pub async fn get_markdown(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    in_form(&app, &request, &caller, &id, ExportForm::Markdown).await
}

/// The findings as SARIF.
pub async fn get_sarif(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    in_form(&app, &request, &caller, &id, ExportForm::Sarif).await
}

/// The findings as a code quality report of GitLab.
pub async fn get_gitlab(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    in_form(&app, &request, &caller, &id, ExportForm::GitLab).await
}

#[derive(Deserialize)]
pub struct SbomQuery {
    #[serde(rename = "specVersion")]
    spec_version: Option<String>,
}

/// The dependencies as CycloneDX.
pub async fn get_sbom(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
    query: web::Query<SbomQuery>,
) -> Result<HttpResponse, Problem> {
    let form = match query.spec_version.as_deref() {
        None | Some("1.6") => ExportForm::CycloneDx,
        Some("1.7") => ExportForm::CycloneDx17,
        Some(_) => return Err(Problem::malformed("`specVersion` is `1.6` or `1.7`.")),
    };
    in_form(&app, &request, &caller, &id, form).await
}

/// The dependencies as SPDX.
pub async fn get_sbom_spdx(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    in_form(&app, &request, &caller, &id, ExportForm::Spdx).await
}

/// The report itself, as it is stored.
pub async fn get_json(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let seen = completed(&app, &caller, &id).await?;
    let id = scan_id(&id)?;
    let digest = seen.report_sha256.as_deref().map(|digest| tag(digest, "json"));
    if let Some(digest) = digest
        .as_deref()
        .filter(|digest| conditional::has_already(request.headers(), digest))
    {
        return Ok(conditional::not_modified(request.headers(), digest, CACHE));
    }
    let results = app.store.open_results(&id).await?.ok_or_else(Problem::results_gone)?;
    let about = ExportedScan::of(&seen.scan);
    let mut response = HttpResponse::Ok();
    response.content_type("application/json").insert_header((
        header::CONTENT_DISPOSITION,
        format!("attachment; filename=\"{}\"", about.file_name(".json")),
    ));
    let report = match results {
        OpenResults::Older(value) => {
            let bytes = value.to_string().into_bytes();
            return Ok(conditional::body(response, request.headers(), None, CACHE, bytes));
        }
        OpenResults::Report(report) => envelope::EnvelopedReport::of(&app.store, &id, report),
    };
    let gzip = conditional::takes_gzip(request.headers());
    response.extensions_mut().insert(report.in_memory());
    response
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header((header::CACHE_CONTROL, CACHE));
    if let Some(digest) = &digest {
        response.insert_header((header::ETAG, conditional::etag(digest, gzip)));
    }
    if gzip {
        let body = envelope::gzip(b"", report, b"").map_err(|error| Problem::because(&error))?;
        return Ok(response.insert_header((header::CONTENT_ENCODING, "gzip")).body(body));
    }
    Ok(response.body(envelope::plain(Vec::new(), report, Vec::new())))
}

/// A report does not change, but who may see it may.
const CACHE: &str = "private, no-cache";

async fn in_form(
    app: &App,
    request: &HttpRequest,
    caller: &Caller,
    id: &str,
    form: ExportForm,
) -> Result<HttpResponse, Problem> {
    let seen = completed(app, caller, id).await?;
    let id = scan_id(id)?;
    // If the client has the current version, no report is read.
    let digest = seen.report_sha256.as_deref().map(|digest| tag(digest, form.ending()));
    if let Some(digest) = digest
        .as_deref()
        .filter(|digest| conditional::has_already(request.headers(), digest))
    {
        return Ok(conditional::not_modified(request.headers(), digest, CACHE));
    }
    let about = ExportedScan::of(&seen.scan);
    let name = about.file_name(form.ending());
    let bytes = app
        .reports
        .read(&id, move |results| {
            export::read(results).map(|excerpt| form.write(&about, &excerpt))
        })
        .await?;
    let kept = if form.is_shown() { "inline" } else { "attachment" };
    let mut response = HttpResponse::Ok();
    response
        .content_type(form.content_type())
        .insert_header((header::CONTENT_DISPOSITION, format!("{kept}; filename=\"{name}\"")));
    if form == ExportForm::Html {
        response.insert_header((header::CONTENT_SECURITY_POLICY, export::page_policy()));
    }
    Ok(conditional::body(
        response,
        request.headers(),
        digest.as_deref(),
        CACHE,
        bytes,
    ))
}

/// The tag of the report, the form and the version of the form: if one of them changes, it is another document.
fn tag(digest: &str, form: &str) -> String {
    let short = digest.get(..20).unwrap_or(digest);
    let form = form.trim_start_matches('.').replace('.', "-");
    format!("{short}-{form}-{}", export::VERSION)
}

/// The scan, if it has results.
async fn completed(app: &App, caller: &Caller, id: &str) -> Result<Arc<ScanSnapshot>, Problem> {
    let seen = find_scan(app, caller, &scan_id(id)?).await?;
    if seen.scan.status != ScanStatus::Completed {
        return Err(Problem::conflict(format!(
            "This scan is {}: only a completed one has results.",
            seen.scan.status.wire()
        )));
    }
    Ok(seen)
}

/// The badge of one scan.
pub async fn get_scan_badge(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let seen = find_scan(&app, &caller, &scan_id(&id)?).await?;
    let scan = &seen.scan;
    let overall = match scan.status {
        ScanStatus::Completed => overall(&app, &scan_id(&id)?).await?,
        _ => None,
    };
    let cache = match (scan.is_private, scan.status.is_final()) {
        (true, _) => "private, max-age=60",
        (false, true) => "public, max-age=3600",
        (false, false) => "public, max-age=10",
    };
    Ok(picture(&request, overall, cache))
}

/// The badge of a repository: of its newest complete public scan. The answer is the same where there is none, or only
/// private ones.
pub async fn get_repository_badge(
    app: web::Data<App>,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Problem> {
    let (host, owner, repository) = path.into_inner();
    let policy = UrlPolicy {
        hosts: None,
        allow_private_hosts: true,
        allow_local_repos: true,
    };
    let address = format!("https://{host}/{owner}/{repository}");
    let name = RepoUrl::parse(&address, &policy).map(|url| url.full_name()).ok();
    let newest = match name {
        Some(name) => app.store.newest_public(&name).await?,
        None => None,
    };
    let overall = match newest {
        None => None,
        Some(badge) => match badge.scores {
            Some(scores) => scores.overall,
            None => overall(&app, &badge.scan_id).await?,
        },
    };
    Ok(picture(&request, overall, "public, max-age=300"))
}

/// From the columns; of a scan whose columns do not have it, from its report.
async fn overall(app: &App, id: &ScanId) -> Result<Option<f64>, Problem> {
    if let Some(scores) = app.store.scores(id).await? {
        return Ok(scores.overall);
    }
    let excerpt = match app.reports.read(id, export::read).await {
        Ok(excerpt) => excerpt,
        // The report was pruned: a picture cannot state more than that there is none.
        Err(gone) if gone.status_code() == StatusCode::NOT_FOUND => return Ok(None),
        Err(problem) => return Err(problem),
    };
    Ok(excerpt.risk_scores.get().map(|risk| risk.overall))
}

/// An answer so small that it needs neither compression nor a tag of the report: its own bytes are the tag.
fn picture(request: &HttpRequest, overall: Option<f64>, cache: &'static str) -> HttpResponse<BoxBody> {
    let svg = badge::write(overall);
    let digest = format!("badge-{:08x}", crc32fast::hash(svg.as_bytes()));
    if conditional::has_already(request.headers(), &digest) {
        return conditional::not_modified(request.headers(), &digest, cache);
    }
    let mut response = HttpResponse::Ok();
    response
        .content_type("image/svg+xml")
        // Pages of other origins show it.
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"));
    conditional::body(response, request.headers(), Some(&digest), cache, svg.into_bytes())
}
