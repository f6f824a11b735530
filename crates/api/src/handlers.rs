//! The handlers of the addresses in `routes.rs`.

pub mod account;
pub mod docs;
pub mod events;
pub mod explanations;
pub mod github;
pub mod repository_history;
pub mod results;
pub mod scan_lists;
pub mod scans;
pub mod service;
pub mod whoami;
pub mod worker;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use repolens_core::store::{Scan, ScanSnapshot};
use repolens_core::{BranchNote, ScanId};
use serde::{Serialize, Serializer};

use crate::app::App;
use crate::auth::access::may_see;
use crate::auth::caller::Caller;
use crate::http::problem::Problem;
pub use repository_history::tenth;

/// The id in an address. One that no scan can have is answered like one that no scan has.
fn scan_id(text: &str) -> Result<ScanId, Problem> {
    ScanId::parse(text).map_err(|_| Problem::scan_not_found(text))
}

/// The scan, where the caller may see it: the only way in which a handler gets one.
async fn find_scan(app: &App, caller: &Caller, id: &ScanId) -> Result<Arc<ScanSnapshot>, Problem> {
    let seen = app
        .scans
        .snapshot(id)
        .await?
        .ok_or_else(|| Problem::scan_not_found(id.as_str()))?;
    may_see(caller, &seen.scan)?;
    Ok(seen)
}

/// Which branch was requested, and why another one was analyzed, where that is so.
#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BranchView {
    /// The branch that was requested and does not exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    branch_requested: Option<String>,
    /// The reason, as a code: `default-branch` and others.
    #[serde(skip_serializing_if = "Option::is_none")]
    branch_note: Option<&'static str>,
    /// The same in a sentence for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    branch_message: Option<String>,
}

impl BranchView {
    fn of(scan: &Scan) -> Self {
        Self {
            branch_requested: scan.branch_requested.clone(),
            branch_note: scan.branch_note.map(BranchNote::code),
            branch_message: scan.branch_message(),
        }
    }
}

/// How a time is described in the API's document.
#[derive(schemars::JsonSchema)]
#[schemars(extend("format" = "date-time"))]
#[expect(dead_code, reason = "only described, never made")]
struct Time(String);

/// `2026-01-22T18:05:55.000Z`.
fn timestamp<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    repolens_core::text::timestamp::serialize(time, serializer)
}

fn optional_timestamp<S: Serializer>(time: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => timestamp(time, serializer),
        None => serializer.serialize_none(),
    }
}
