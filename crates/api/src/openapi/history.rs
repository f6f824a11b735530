//! Lists, trends, comparisons.

use serde_json::{Value, json};

use super::shapes::{between, count, flag, list, object, text};
use super::{Api, operation};
use crate::handlers::repository_history::compare::Comparison;
use crate::handlers::repository_history::{PastScanView, Trends};
use crate::handlers::scan_lists::{HistoryRow, ScanRow};

const TAG: &str = "History";

pub fn describe(api: &mut Api) {
    let scan = api.schema::<ScanRow>();
    api.add(
        operation("get", "/api/user/scans", TAG, "listScans", "Scans, newest first")
            .query("userId", user_id(), "`guest`: scans of guests")
            .query("limit", between(1, 200), "50 where it is left out")
            .query("offset", between(0, u64::from(u32::MAX)), "Scans to leave out")
            .answers(
                200,
                "One page",
                object(&[
                    ("scans", list(scan)),
                    ("total", count(0)),
                    ("limit", count(1)),
                    ("offset", count(0)),
                    ("hasMore", flag()),
                ]),
            )
            .problems(&[400])
            .with_or_without_credential()
            .stored(),
    );
    api.add(
        operation("get", "/api/user/stats", TAG, "countScans", "How many scans there are")
            .query("userId", user_id(), "`guest`: scans of guests")
            .answers(
                200,
                "The counts",
                object(&[
                    ("totalScans", count(0)),
                    ("completedScans", count(0)),
                    ("failedScans", count(0)),
                    ("processingScans", count(0)),
                ]),
            )
            .problems(&[400])
            .with_or_without_credential()
            .stored(),
    );
    let row = api.schema::<HistoryRow>();
    let pagination = object(&[
        ("total", count(0)),
        ("limit", count(1)),
        ("offset", count(0)),
        ("hasMore", flag()),
    ]);
    api.add(
        operation(
            "get",
            "/api/history",
            TAG,
            "listHistory",
            "Scans with their repositories, newest first",
        )
        .query("userId", user_id(), "`guest`: scans of guests")
        .query("limit", between(1, 200), "20 where it is left out")
        .query("offset", between(0, u64::from(u32::MAX)), "Scans to leave out")
        .query("repositoryId", text(), "Only those of this repository")
        .query("status", text(), "Only those with this status, such as `completed`")
        .answers(
            200,
            "One page",
            object(&[("scans", list(row)), ("pagination", pagination)]),
        )
        .problems(&[400])
        .with_or_without_credential()
        .stored(),
    );
    let past = api.schema::<PastScanView>();
    api.add(
        operation(
            "get",
            "/api/history/repository/{repositoryId}",
            TAG,
            "repositoryHistory",
            "Completed scans of a repository, newest first, each with its versions",
        )
        .answers(200, "The scans", list(past))
        .problems(&[404])
        .with_or_without_credential()
        .stored(),
    );
    let trends = api.schema::<Trends>();
    api.add(
        operation(
            "get",
            "/api/history/trends/{repositoryId}",
            TAG,
            "trends",
            "The scores of the newest 20 scans",
        )
        .answers(200, "Oldest first", trends)
        .problems(&[404])
        .with_or_without_credential()
        .stored(),
    );
    let comparison = api.schema::<Comparison>();
    api.add(
        operation(
            "get",
            "/api/history/compare/{a}/{b}",
            TAG,
            "compareScans",
            "What changed from one scan to another",
        )
        .answers(200, "The comparison", comparison)
        .problems(&[409])
        .with_or_without_credential()
        .of_a_scan(),
    );
}

pub fn user_id() -> Value {
    json!({ "type": "string", "examples": ["guest"], "enum": ["guest"] })
}
