//! Lists and counts of scans.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use repolens_core::ScanStatus;
use repolens_core::store::Scan;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{optional_timestamp, timestamp};
use crate::app::App;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListQuery {
    #[serde(default = "guest")]
    user_id: String,
    #[serde(default = "fifty")]
    limit: u16,
    #[serde(default)]
    offset: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserQuery {
    #[serde(default = "guest")]
    user_id: String,
}

fn guest() -> String {
    "guest".to_owned()
}

fn fifty() -> u16 {
    50
}

/// No list is longer than this.
const MAX_LIMIT: u16 = 200;

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedScan {
    id: String,
    repo_url: String,
    branch: Option<String>,
    /// In upper case, as older clients read it.
    status: &'static str,
    #[serde(serialize_with = "timestamp")]
    #[schemars(with = "super::Time")]
    created_at: DateTime<Utc>,
    #[serde(serialize_with = "optional_timestamp")]
    #[schemars(with = "Option<super::Time>")]
    completed_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "optional_timestamp")]
    #[schemars(with = "Option<super::Time>")]
    started_at: Option<DateTime<Utc>>,
    error_message: Option<String>,
}

impl From<Scan> for ListedScan {
    fn from(scan: Scan) -> Self {
        Self {
            id: scan.id,
            repo_url: scan.repo_url,
            branch: scan.branch,
            status: scan.status.column(),
            created_at: scan.created_at,
            completed_at: scan.completed_at,
            started_at: scan.started_at,
            error_message: scan.error_message,
        }
    }
}

/// Scans that nobody signed in for, newest first.
pub async fn get_user_scans(app: web::Data<App>, query: web::Query<ListQuery>) -> Result<HttpResponse, Problem> {
    allow_guest(&app, &query.user_id)?;
    if !(1..=MAX_LIMIT).contains(&query.limit) {
        return Err(Problem::malformed(format!(
            "`limit` is a number from 1 to {MAX_LIMIT}."
        )));
    }
    let (limit, offset) = (i64::from(query.limit), i64::from(query.offset));
    let page = app.store.anonymous_scans(limit, offset).await?;
    let scans: Vec<ListedScan> = page.scans.into_iter().map(ListedScan::from).collect();
    let has_more = offset + (scans.len() as i64) < page.total;
    Ok(HttpResponse::Ok().json(json!({
        "scans": scans,
        "total": page.total,
        "limit": limit,
        "offset": offset,
        "hasMore": has_more,
    })))
}

/// How many there are.
pub async fn get_user_stats(app: web::Data<App>, query: web::Query<UserQuery>) -> Result<HttpResponse, Problem> {
    allow_guest(&app, &query.user_id)?;
    let counts = app.store.anonymous_counts().await?;
    Ok(HttpResponse::Ok().json(json!({
        "totalScans": counts.total(),
        "completedScans": counts.of(ScanStatus::Completed),
        "failedScans": counts.of(ScanStatus::Failed),
        "processingScans": counts.of(ScanStatus::Processing),
    })))
}

fn allow_guest(app: &App, user_id: &str) -> Result<(), Problem> {
    if user_id != "guest" {
        return Err(Problem::forbidden("This is somebody else's history."));
    }
    if !app.guest_history {
        return Err(Problem::forbidden("This service shows guests no history."));
    }
    Ok(())
}
