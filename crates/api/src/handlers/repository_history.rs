//! The scans of one repository over time: its history and its trends.

pub mod compare;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError as _, web};
use chrono::{DateTime, Utc};
use repolens_core::store::{DependencyFigures, PastScan, Scores, Version};
use repolens_core::{BranchName, RepoUrl, Unparsed};
use serde::Serialize;

use super::{optional_timestamp, timestamp};
use crate::app::App;
use crate::auth::caller::Caller;
use crate::export;
use crate::http::problem::Problem;

/// A repository's history is no longer than this.
const MAX_SCANS: i64 = 200;
/// The number of the newest scans in a trend.
const TRENDS: i64 = 20;

/// A completed scan of a repository.
#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastScanView {
    id: String,
    repo_url: Unparsed<RepoUrl>,
    branch: Option<Unparsed<BranchName>>,
    /// In upper case, as older clients read it.
    status: &'static str,
    commit_sha: Option<String>,
    #[serde(serialize_with = "timestamp")]
    #[schemars(with = "crate::handlers::Time")]
    created_at: DateTime<Utc>,
    #[serde(serialize_with = "optional_timestamp")]
    #[schemars(with = "Option<crate::handlers::Time>")]
    started_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "optional_timestamp")]
    #[schemars(with = "Option<crate::handlers::Time>")]
    completed_at: Option<DateTime<Utc>>,
    risk_scores: Option<ScoresView>,
    versions: Vec<VersionView>,
}

/// Scores from 0 to 100; `null` where the analysis did not give one.
#[derive(Serialize, schemars::JsonSchema)]
struct ScoresView {
    overall: Option<f64>,
    complexity: Option<f64>,
    maintainability: Option<f64>,
    security: Option<f64>,
}

impl From<Scores> for ScoresView {
    fn from(scores: Scores) -> Self {
        Self {
            overall: scores.overall,
            complexity: scores.complexity,
            maintainability: scores.maintainability,
            security: scores.security,
        }
    }
}

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct VersionView {
    id: String,
    version_number: i32,
    commit_sha: Option<String>,
    risk_scores: Option<ScoresView>,
    dependencies: Option<DependenciesView>,
    #[serde(serialize_with = "timestamp")]
    #[schemars(with = "crate::handlers::Time")]
    created_at: DateTime<Utc>,
}

/// How many packages.
#[derive(Serialize, schemars::JsonSchema)]
struct DependenciesView {
    total: Option<u64>,
    direct: Option<u64>,
    dev: Option<u64>,
    transitive: Option<u64>,
}

impl From<DependencyFigures> for DependenciesView {
    fn from(figures: DependencyFigures) -> Self {
        Self {
            total: figures.total,
            direct: figures.direct,
            dev: figures.dev,
            transitive: figures.transitive,
        }
    }
}

impl From<Version> for VersionView {
    fn from(version: Version) -> Self {
        Self {
            id: version.id,
            version_number: version.number,
            commit_sha: version.commit_sha,
            risk_scores: version.scores.map(ScoresView::from),
            dependencies: version.dependencies.map(DependenciesView::from),
            created_at: version.created_at,
        }
    }
}

/// Completed scans of a repository, newest first, each with its versions.
pub async fn get_repository_history(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let scans: Vec<PastScanView> = seen(&app, &caller, &path, MAX_SCANS)
        .await?
        .into_iter()
        .map(|past| PastScanView {
            status: past.scan.status.column(),
            id: past.scan.id.into(),
            repo_url: past.scan.repo_url,
            branch: past.scan.branch,
            commit_sha: past.scan.commit_sha,
            created_at: past.scan.created_at,
            started_at: past.scan.started_at,
            completed_at: past.scan.completed_at,
            risk_scores: past.scores.map(ScoresView::from),
            versions: past.versions.into_iter().map(VersionView::from).collect(),
        })
        .collect();
    Ok(HttpResponse::Ok().json(scans))
}

/// The scans of a repository that this caller may see.
async fn seen(app: &App, caller: &Caller, repository: &str, limit: i64) -> Result<Vec<PastScan>, Problem> {
    let viewer = caller.user_id().map(str::to_owned);
    let unknown = || Problem::not_found("There is no such repository, or no scan of it that you may see.");
    // A database takes no NUL in a text, and no id is longer.
    if repository.len() > 100 || repository.contains('\0') {
        return Err(unknown());
    }
    let scans = app.store.past_scans(repository, viewer.clone(), limit).await?;
    if scans.is_empty() && !app.store.repository_exists(repository, viewer).await? {
        return Err(unknown());
    }
    Ok(scans)
}

/// One scan in a trend. A score that an analysis did not give is `null`.
#[derive(Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    scan_id: String,
    #[serde(serialize_with = "timestamp")]
    #[schemars(with = "crate::handlers::Time")]
    date: DateTime<Utc>,
    overall_risk: Option<f64>,
    complexity: Option<f64>,
    security: Option<f64>,
    maintainability: Option<f64>,
    readme_score: Option<f64>,
}

#[derive(Serialize, schemars::JsonSchema)]
pub struct Trends {
    /// Oldest first.
    trends: Vec<Point>,
    /// `null` where there is no scan.
    summary: Option<TrendSummary>,
}

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct TrendSummary {
    total_scans: usize,
    /// From the oldest to the latest; below zero is better.
    risk_change: f64,
    /// Rounded.
    avg_risk: f64,
    trend: Direction,
    latest_scan: Point,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Direction {
    Improving,
    Declining,
    Stable,
}

/// The scores of the newest scans of a repository, oldest first.
pub async fn get_trends(app: web::Data<App>, caller: Caller, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let mut trends = Vec::new();
    for past in seen(&app, &caller, &path, TRENDS).await?.into_iter().rev() {
        trends.push(point(&app, past).await?);
    }
    let summary = summary(&trends);
    Ok(HttpResponse::Ok().json(Trends { trends, summary }))
}

/// From the columns; of a scan of the older system, from its report.
async fn point(app: &App, past: PastScan) -> Result<Point, Problem> {
    let (mut scores, mut readme) = (past.scores, past.readme.and_then(|readme| readme.score));
    if scores.is_none() {
        match app.reports.read(&past.scan.id, export::read).await {
            Ok(excerpt) => {
                scores = excerpt.risk_scores.get().map(|risk| Scores {
                    overall: Some(risk.overall),
                    complexity: Some(risk.complexity),
                    maintainability: Some(risk.maintainability),
                    security: risk.security,
                });
                readme = excerpt.readme_analysis.get().map(|readme| readme.score);
            }
            // It was pruned: that it took place is all that is known.
            Err(gone) if gone.status_code() == StatusCode::NOT_FOUND => {}
            Err(problem) => return Err(problem),
        }
    }
    let scores = scores.unwrap_or_default();
    Ok(Point {
        scan_id: past.scan.id.into(),
        date: past.scan.created_at,
        overall_risk: scores.overall,
        complexity: scores.complexity,
        security: scores.security,
        maintainability: scores.maintainability,
        readme_score: readme,
    })
}

/// Over the scans whose risk is known.
fn summary(trends: &[Point]) -> Option<TrendSummary> {
    let latest_scan = trends.last()?.clone();
    let risks: Vec<f64> = trends.iter().filter_map(|point| point.overall_risk).collect();
    let change = match risks.as_slice() {
        [first, .., last] => last - first,
        _ => 0.0,
    };
    Some(TrendSummary {
        total_scans: trends.len(),
        risk_change: tenth(change),
        avg_risk: (risks.iter().sum::<f64>() / risks.len().max(1) as f64).round(),
        trend: match tenth(change) {
            change if change < 0.0 => Direction::Improving,
            change if change > 0.0 => Direction::Declining,
            _ => Direction::Stable,
        },
        latest_scan,
    })
}

/// Rounded to 0.1, so that no binary fraction is shown.
pub fn tenth(number: f64) -> f64 {
    let rounded = (number * 10.0).round() / 10.0;
    // Not `-0.0`.
    rounded + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_is_from_the_oldest_to_the_latest() {
        let point = |risk: Option<f64>| Point {
            scan_id: "s".into(),
            date: Utc::now(),
            overall_risk: risk,
            complexity: None,
            security: None,
            maintainability: None,
            readme_score: None,
        };
        let of = |risks: &[Option<f64>]| {
            let points: Vec<Point> = risks.iter().map(|risk| point(*risk)).collect();
            summary(&points).map(|summary| (summary.trend, summary.risk_change, summary.avg_risk))
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[Some(30.0)]), Some((Direction::Stable, 0.0, 30.0)));
        assert_eq!(
            of(&[Some(30.1), Some(99.0), Some(20.0)]),
            Some((Direction::Improving, -10.1, 50.0))
        );
        assert_eq!(
            of(&[None, Some(20.0), Some(20.04)]),
            Some((Direction::Stable, 0.0, 20.0))
        );
        assert_eq!(of(&[Some(20.0), Some(21.0)]), Some((Direction::Declining, 1.0, 21.0)));
    }
}
