//! Lists and counts of scans: of the caller's own, or of guests'.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use repolens_core::store::{ListedScan, Owner, Repository, Scan, ScanFilter};
use repolens_core::{BranchName, RepoUrl, ScanStatus, Unparsed};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{BranchView, optional_timestamp, timestamp};
use crate::app::App;
use crate::auth::access::{GUEST, may_name};
use crate::auth::caller::Caller;
use crate::http::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListQuery {
    user_id: Option<String>,
    #[serde(default = "fifty")]
    limit: u16,
    #[serde(default)]
    offset: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserQuery {
    user_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HistoryQuery {
    user_id: Option<String>,
    #[serde(default = "twenty")]
    limit: u16,
    #[serde(default)]
    offset: u32,
    repository_id: Option<String>,
    status: Option<String>,
}

fn fifty() -> u16 {
    50
}

fn twenty() -> u16 {
    20
}

/// No list is longer than this.
const MAX_LIMIT: u16 = 200;

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScanRow {
    id: String,
    repo_url: Unparsed<RepoUrl>,
    branch: Option<Unparsed<BranchName>>,
    #[serde(flatten)]
    branch_view: BranchView,
    /// In upper case, as older clients read it.
    status: &'static str,
    is_private: bool,
    #[serde(serialize_with = "timestamp")]
    #[schemars(with = "crate::handlers::Time")]
    created_at: DateTime<Utc>,
    #[serde(serialize_with = "optional_timestamp")]
    #[schemars(with = "Option<crate::handlers::Time>")]
    completed_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "optional_timestamp")]
    #[schemars(with = "Option<crate::handlers::Time>")]
    started_at: Option<DateTime<Utc>>,
    error_message: Option<String>,
}

impl From<Scan> for ScanRow {
    fn from(scan: Scan) -> Self {
        Self {
            branch_view: BranchView::of(&scan),
            id: scan.id.into(),
            repo_url: scan.repo_url,
            branch: scan.branch,
            status: scan.status.column(),
            is_private: scan.is_private,
            created_at: scan.created_at,
            completed_at: scan.completed_at,
            started_at: scan.started_at,
            error_message: scan.error_message,
        }
    }
}

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryRow {
    #[serde(flatten)]
    scan: ScanRow,
    repository_id: Option<String>,
    /// `null` where an old scan belongs to none.
    repository: Option<RepositoryView>,
}

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RepositoryView {
    id: String,
    full_name: String,
    name: String,
    owner: String,
    url: String,
    description: Option<String>,
    stars: i32,
    /// The main language of its newest scan.
    language: Option<String>,
}

impl From<Repository> for RepositoryView {
    fn from(repository: Repository) -> Self {
        Self {
            name: repository.name().to_owned(),
            owner: repository.owner().to_owned(),
            id: repository.id,
            full_name: repository.full_name,
            url: repository.url,
            description: repository.description,
            stars: repository.stars,
            language: repository.language,
        }
    }
}

impl From<ListedScan> for HistoryRow {
    fn from(listed: ListedScan) -> Self {
        Self {
            repository_id: listed.scan.repository_id.clone(),
            repository: listed.repository.map(RepositoryView::from),
            scan: listed.scan.into(),
        }
    }
}

/// The newest first.
pub async fn get_user_scans(
    app: web::Data<App>,
    caller: Caller,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let owner = owner(&app, &caller, query.user_id.as_deref())?;
    let (limit, offset) = page(query.limit, query.offset)?;
    let page = app.store.list(ScanFilter::all_of(owner), limit, offset).await?;
    let scans: Vec<ScanRow> = page.scans.into_iter().map(|listed| listed.scan.into()).collect();
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
pub async fn get_user_stats(
    app: web::Data<App>,
    caller: Caller,
    query: web::Query<UserQuery>,
) -> Result<HttpResponse, Problem> {
    let owner = owner(&app, &caller, query.user_id.as_deref())?;
    let counts = app.store.counts_of(owner).await?;
    Ok(HttpResponse::Ok().json(json!({
        "totalScans": counts.total(),
        "completedScans": counts.of(ScanStatus::Completed),
        "failedScans": counts.of(ScanStatus::Failed),
        // The front end shows one number for both.
        "processingScans": counts.of(ScanStatus::Queued) + counts.of(ScanStatus::Processing),
    })))
}

/// The newest first, each with its repository.
pub async fn get_history(
    app: web::Data<App>,
    caller: Caller,
    query: web::Query<HistoryQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let owner = owner(&app, &caller, query.user_id.as_deref())?;
    let (limit, offset) = page(query.limit, query.offset)?;
    let filter = ScanFilter {
        owner,
        repository_id: query.repository_id,
        // A page whose filter is not set sends an empty one.
        status: query
            .status
            .as_deref()
            .filter(|text| !text.is_empty())
            .map(status)
            .transpose()?,
    };
    let page = app.store.list(filter, limit, offset).await?;
    let scans: Vec<HistoryRow> = page.scans.into_iter().map(HistoryRow::from).collect();
    let has_more = offset + (scans.len() as i64) < page.total;
    Ok(HttpResponse::Ok().json(json!({
        "scans": scans,
        "pagination": { "total": page.total, "limit": limit, "offset": offset, "hasMore": has_more },
    })))
}

/// Whose scans the caller may have listed: one's own, and those of guests.
fn owner(app: &App, caller: &Caller, asked: Option<&str>) -> Result<Owner, Problem> {
    if let Some(asked) = asked {
        may_name(caller, asked)?;
    }
    Ok(match caller {
        Caller::User(user) if asked != Some(GUEST) => Owner::User(user.id.clone()),
        Caller::User(_) | Caller::Guest if app.scans.guest_history => Owner::Guests,
        Caller::User(_) | Caller::Guest => Owner::Hidden,
    })
}

fn page(limit: u16, offset: u32) -> Result<(i64, i64), Problem> {
    if (1..=MAX_LIMIT).contains(&limit) {
        Ok((limit.into(), offset.into()))
    } else {
        Err(Problem::malformed(format!(
            "`limit` is a number from 1 to {MAX_LIMIT}."
        )))
    }
}

fn status(text: &str) -> Result<ScanStatus, Problem> {
    ScanStatus::from_column(&text.to_ascii_uppercase())
        .ok_or_else(|| Problem::malformed("`status` is `queued`, `processing`, `completed`, `failed` or `cancelled`."))
}
