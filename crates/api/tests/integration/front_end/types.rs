//! What the front end reads answers into: its own types, member by member. Not each is looked at: that it can be read is.
#![expect(dead_code, reason = "that they can be read is what is looked at")]

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    pub status: String,
    pub timestamp: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    pub scan_id: String,
    pub status: String,
    pub message: String,
    pub repository_id: Option<String>,
    pub cancel_token: Option<String>,
}

/// What the page of a scan polls.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scan {
    pub scan_id: String,
    pub status: String,
    pub repo_url: String,
    pub repository_id: Option<String>,
    pub branch: String,
    pub created_at: String,
    pub started_at: Option<String>,
    pub completed_at: Option<String>,
    pub progress: f64,
    pub results: Option<Value>,
    pub error: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Results {
    pub scan_id: String,
    pub status: String,
    pub repo_url: String,
    pub branch: String,
    pub created_at: String,
    pub completed_at: String,
    pub results: Report,
}

/// The members of a report that its viewers go into.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub languages: Languages,
    pub ast: Ast,
    pub dependencies: Dependencies,
    pub risk_scores: Risk,
    pub explanations: Explanations,
    pub analyzed_at: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Languages {
    pub primary: String,
    pub languages: BTreeMap<String, f64>,
    pub frameworks: Vec<String>,
    pub total_files: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ast {
    pub files: Vec<Value>,
    pub summary: BTreeMap<String, f64>,
    pub entry_points: Vec<String>,
}

#[derive(Deserialize)]
pub struct Dependencies {
    pub packages: Vec<Value>,
    pub graph: Value,
    pub statistics: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
pub struct Risk {
    pub overall: f64,
    pub complexity: f64,
    pub maintainability: f64,
    pub security: f64,
    pub level: String,
    pub breakdown: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
pub struct Explanations {
    pub summary: String,
    pub confidence: String,
    pub provider: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    pub id: String,
    pub repo_url: String,
    pub branch: Option<String>,
    pub status: String,
    pub created_at: String,
    pub completed_at: Option<String>,
    pub started_at: Option<String>,
    pub error_message: Option<String>,
    pub repository: Option<Repository>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    pub scans: Vec<Row>,
    pub total: u64,
    pub limit: u64,
    pub offset: u64,
    pub has_more: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    pub total_scans: u64,
    pub completed_scans: u64,
    pub failed_scans: u64,
    pub processing_scans: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    pub total: u64,
    pub limit: u64,
    pub offset: u64,
    pub has_more: bool,
}

#[derive(Deserialize)]
pub struct History {
    pub scans: Vec<Row>,
    pub pagination: Pagination,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Repository {
    pub id: String,
    pub full_name: String,
    pub name: String,
    pub owner: String,
    pub url: String,
    pub latest_scan_id: Option<String>,
    pub latest_scan_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Favorite {
    pub id: String,
    pub repository_id: String,
    pub created_at: String,
    pub repository: Repository,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    pub is_favorite: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotFound {
    pub scan_id: String,
    pub status: String,
    pub error: String,
    pub message: String,
}
