//! `GET /api/history/compare/{a}/{b}`: what changed from one scan to another.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use repolens_core::store::{Scan, ScanSnapshot};
use repolens_core::{BranchName, ScanId, ScanStatus, Unparsed};
use serde::Serialize;

use crate::app::App;
use crate::auth::caller::Caller;
use crate::handlers::{find_scan, scan_id, timestamp};
use crate::http::problem::Problem;
use crate::reports::diff::{Compared, Side, compare};

#[derive(Serialize, schemars::JsonSchema)]
pub struct Comparison {
    scan1: ComparedScan,
    scan2: ComparedScan,
    #[serde(flatten)]
    compared: Compared,
}

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ComparedScan {
    id: String,
    #[serde(serialize_with = "timestamp")]
    #[schemars(with = "crate::handlers::Time")]
    created_at: DateTime<Utc>,
    branch: Option<Unparsed<BranchName>>,
    commit_sha: Option<String>,
}

impl From<&Scan> for ComparedScan {
    fn from(scan: &Scan) -> Self {
        Self {
            id: scan.id.to_string(),
            created_at: scan.created_at,
            branch: scan.branch.clone(),
            commit_sha: scan.commit_sha.clone(),
        }
    }
}

/// From `a` to `b`, whichever is the older.
pub async fn get_comparison(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (first, second) = (scan_id(&path.0)?, scan_id(&path.1)?);
    let (scan1, scan2, compared) = of(&app, &caller, &first, &second).await?;
    Ok(HttpResponse::Ok().json(Comparison {
        scan1: (&scan1.scan).into(),
        scan2: (&scan2.scan).into(),
        compared,
    }))
}

/// Both scans, and what changed from the first to the second.
pub async fn of(
    app: &App,
    caller: &Caller,
    first: &ScanId,
    second: &ScanId,
) -> Result<(Arc<ScanSnapshot>, Arc<ScanSnapshot>, Compared), Problem> {
    let scan1 = completed(app, caller, first).await?;
    let scan2 = completed(app, caller, second).await?;
    // One after the other: two large reports are never unpacked at a time.
    let side1 = side(app, first).await?;
    let side2 = side(app, second).await?;
    let compared = app.reports.work_on(move || Ok(compare(&side1, &side2))).await?;
    Ok((scan1, scan2, compared))
}

async fn completed(app: &App, caller: &Caller, id: &ScanId) -> Result<Arc<ScanSnapshot>, Problem> {
    let seen = find_scan(app, caller, id).await?;
    match seen.scan.status {
        ScanStatus::Completed => Ok(seen),
        status => Err(Problem::conflict(format!(
            "The scan `{id}` is {}: only completed ones can be compared.",
            status.wire()
        ))),
    }
}

async fn side(app: &App, id: &ScanId) -> Result<Side, Problem> {
    app.reports.read(id, |results| Side::read(&results)).await
}
