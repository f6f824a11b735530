//! `PUT /api/scan/{id}/status`: what a worker reports.

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Utc;
use repolens_core::job::{LEASE_HEADER, MAX_REPORT_BYTES, StatusReport};
use repolens_core::store::{Figures, Finish, Finished, StoredReport};
use repolens_core::{LeaseToken, ScanId, ScanStatus};
use repolens_log::is_dangerous;
use serde_json::json;
use tracing::Instrument as _;

use crate::app::App;
use crate::auth::worker::Worker;
use crate::handlers::scan_id;
use crate::http::body;
use crate::http::problem::Problem;
use crate::scans::finish;

/// Records progress, or how the scan ended. The same report again changes nothing and is answered the same.
pub async fn put_status(
    app: web::Data<App>,
    _worker: Worker,
    request: HttpRequest,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let id = scan_id(&path)?;
    let token = lease_token(&request)?;
    body::expect_json(&request)?;
    let zipped = is_gzip(&request)?;
    let bytes = body::read(payload, MAX_REPORT_BYTES).await?;
    let slot = app
        .reports
        .packing_slot
        .acquire()
        .await
        .map_err(|closed| Problem::because(&closed))?;
    let update = read_report(&app, bytes, zipped).await?;
    // A large one is in memory until it is stored, and again in what goes to the database: the next one waits for that.
    let _slot = update.is_large().then_some(slot);
    match update {
        WorkerUpdate::Progress { progress, stage } => {
            let beat = app
                .store
                .heartbeat(&id, &token, progress, stage.clone(), app.scans.lease(), Utc::now())
                .await?;
            beat.ok_or_else(Problem::lease_lost)?;
            app.scans.events.progress(id.as_str(), progress, stage.as_deref());
            Ok(answer(&id, ScanStatus::Processing, false))
        }
        WorkerUpdate::Finished(finish) => {
            let status = finish.status();
            match finish::record(&app, &id, &token, finish).await? {
                Finished::Recorded { .. } => Ok(answer(&id, status, false)),
                Finished::Repeated => Ok(answer(&id, status, true)),
                Finished::LeaseLost => Err(Problem::lease_lost()),
                Finished::Unknown => Err(Problem::scan_not_found(id.as_str())),
            }
        }
    }
}

/// The content of a worker's report.
enum WorkerUpdate {
    Progress {
        progress: Option<u8>,
        stage: Option<String>,
    },
    Finished(Finish),
}

impl WorkerUpdate {
    fn is_large(&self) -> bool {
        /// A rough limit, of an order of magnitude.
        const LARGE: usize = 1 << 20;
        matches!(self, Self::Finished(Finish::Completed { report, .. }) if report.bytes.len() > LARGE)
    }
}

/// Unpacks, checks and compresses off the threads of the HTTP server.
async fn read_report(app: &App, bytes: Bytes, zipped: bool) -> Result<WorkerUpdate, Problem> {
    let work = move || {
        let unpacked;
        let plain: &[u8] = if zipped {
            unpacked = body::gunzip(&bytes, MAX_REPORT_BYTES)?;
            &unpacked
        } else {
            &bytes
        };
        interpret(plain)
    };
    let span = tracing::Span::current();
    app.scans
        .runtime
        .spawn_blocking(move || span.in_scope(work))
        .in_current_span()
        .await
        .map_err(|error| Problem::because(&error))?
}

fn interpret(plain: &[u8]) -> Result<WorkerUpdate, Problem> {
    body::expect_object(plain)?;
    let report: StatusReport<'_> = serde_json::from_slice(plain)
        .map_err(|error| Problem::malformed(format!("The body is not the report of a worker: {error}.")))?;
    if report.progress.is_some_and(|progress| progress > 100) {
        return Err(Problem::malformed_at(
            "/progress",
            "The progress is a number from 0 to 100.",
        ));
    }
    match report.status {
        ScanStatus::Processing => Ok(WorkerUpdate::Progress {
            progress: report.progress,
            stage: report.stage.map(|stage| line(&stage, MAX_STAGE)),
        }),
        ScanStatus::Completed => {
            let results = report
                .results
                .filter(|results| results.get().starts_with('{'))
                .ok_or_else(|| Problem::refused_at("/results", "A completed scan has its results as an object."))?;
            let stored = StoredReport::compress(results.get().as_bytes()).map_err(|error| Problem::because(&error))?;
            Ok(WorkerUpdate::Finished(Finish::Completed {
                report: stored,
                branch: report.branch.map(|branch| line(&branch, MAX_NAME)),
                branch_note: report.branch_note,
                commit_sha: report.commit_sha.map(|commit| line(&commit, MAX_NAME)),
                figures: Box::new(Figures::of(results.get().as_bytes())),
                cached_from: None,
            }))
        }
        ScanStatus::Failed => {
            let message = match (report.error, report.error_code) {
                (Some(error), _) => line(&error, MAX_ERROR),
                (None, Some(code)) => code.sentence().to_owned(),
                (None, None) => "The scan failed.".to_owned(),
            };
            Ok(WorkerUpdate::Finished(Finish::Failed {
                code: report.error_code,
                message,
            }))
        }
        ScanStatus::Cancelled => Ok(WorkerUpdate::Finished(Finish::Cancelled)),
        ScanStatus::Queued => Err(Problem::refused_at(
            "/status",
            "A job is given back by `POST /api/worker/jobs/{id}/release`, not by a report.",
        )),
    }
}

/// In characters: more must not fill the row.
pub const MAX_STAGE: usize = 100;
const MAX_NAME: usize = 1_000;
const MAX_ERROR: usize = 2_000;

/// A worker's text is shown beside text of repositories: one line of it, without characters that a terminal would obey or
/// that PostgreSQL cannot store.
pub fn line(text: &str, most: usize) -> String {
    let shown = |c: char| if is_dangerous(c) { ' ' } else { c };
    text.chars().map(shown).take(most).collect()
}

fn answer(id: &ScanId, status: ScanStatus, repeated: bool) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "scanId": id, "status": status, "repeated": repeated }))
}

pub fn lease_token(request: &HttpRequest) -> Result<LeaseToken, Problem> {
    request
        .headers()
        .get(LEASE_HEADER)
        .and_then(|value| value.to_str().ok())
        .filter(|value| !value.is_empty())
        .map(LeaseToken::from_header)
        .ok_or_else(Problem::lease_lost)
}

fn is_gzip(request: &HttpRequest) -> Result<bool, Problem> {
    match request
        .headers()
        .get(header::CONTENT_ENCODING)
        .map(|value| value.as_bytes())
    {
        None | Some(b"identity") => Ok(false),
        Some(b"gzip") => Ok(true),
        Some(_) => Err(Problem::unsupported(
            "The only `Content-Encoding` that is read here is `gzip`.",
        )),
    }
}
