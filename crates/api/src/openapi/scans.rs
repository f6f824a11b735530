//! Submit, read, watch, cancel.

use serde_json::json;

use super::shapes::{any_object, between, count, flag, object, one_of, text};
use super::{Api, operation};
use crate::handlers::results::ResultsView;
use crate::handlers::scans::{Accepted, CancelRequest, ScanRequest, ScanView};

const TAG: &str = "Scans";

pub fn describe(api: &mut Api) {
    submit(api);
    read(api);
    // OpenAPI 3.1 describes a stream by one of its events.
    let mut event = object(&[
        ("id", text()),
        (
            "event",
            one_of(&["queued", "progress", "completed", "failed", "cancelled"]),
        ),
        (
            "data",
            json!({ "type": "string", "contentMediaType": "application/json" }),
        ),
    ]);
    event["properties"]["data"]["contentSchema"] = any_object();
    api.add(
        operation(
            "get",
            "/api/scan/{id}/events",
            TAG,
            "watchScan",
            "What happens to a scan, as server-sent events",
        )
        .without_head()
        .header("Last-Event-ID", false, text(), "The last event that the client knows")
        .answers_as(200, "Events until the scan has ended", "text/event-stream", event)
        .ends(204, "It has ended, and the client knows how")
        .with_or_without_credential()
        .of_a_scan(),
    );
    let cancelled = object(&[
        ("scanId", text()),
        ("status", one_of(&["cancelled", "processing"])),
        ("message", text()),
    ]);
    api.add(
        operation(
            "post",
            "/api/scan/{id}/cancel",
            TAG,
            "cancelScan",
            "Cancel a scan; a running one ends within seconds",
        )
        .optional_body(Api::request::<CancelRequest>())
        .answers(202, "It is, or is being, cancelled", cancelled)
        .problems(&[400, 408, 409, 413, 415])
        .with_or_without_credential()
        .of_a_scan(),
    );
    api.add(
        operation(
            "delete",
            "/api/scan/{id}",
            TAG,
            "deleteScan",
            "Delete a scan of one's own and its report permanently",
        )
        .ends(204, "It is gone")
        .signed_in()
        .of_a_scan(),
    );
}

fn submit(api: &mut Api) {
    let request = Api::request::<ScanRequest>();
    let accepted = api.schema::<Accepted<'_>>();
    api.add(
        operation("post", "/api/scan", TAG, "submitScan", "Submit a repository")
            .header(
                "Idempotency-Key",
                false,
                json!({ "type": "string", "pattern": "^[!-~]{1,255}$" }),
                "The same key and body give the same scan",
            )
            .body(request)
            .answers(201, "It is stored and queued", accepted)
            .problems(&[400, 413, 415, 422])
            .with_or_without_credential()
            .stored(),
    );
}

fn read(api: &mut Api) {
    let scan = api.schema::<ScanView<'_>>();
    api.add(
        operation(
            "get",
            "/api/scan/{id}",
            TAG,
            "getScan",
            "Where a scan is; with `results` once it is complete",
        )
        .answers(
            200,
            "The scan",
            json!({ "allOf": [scan, { "type": "object", "properties": { "results": any_object() } }] }),
        )
        .with_or_without_credential()
        .of_a_scan(),
    );
    let results = api.schema::<ResultsView<'_>>();
    let whole = json!({
        "allOf": [results, {
            "type": "object",
            "properties": {
                "results": { "description": "By `/api/schema/report.json`; with `section`, that member of it" },
                "section": text(),
                "total": count(0),
                "limit": count(1),
                "offset": count(0),
                "hasMore": flag(),
            },
            "required": ["results"],
        }],
    });
    api.add(
        operation(
            "get",
            "/api/scan/{id}/results",
            TAG,
            "getResults",
            "The results of a complete scan, or one section",
        )
        .query(
            "section",
            json!({ "type": "string", "minLength": 1, "examples": ["riskScores", "dependencies.packages"] }),
            "A member of the results, and after a dot a member of that",
        )
        .query(
            "limit",
            between(1, 1_000),
            "The most entries of the section, which is a list",
        )
        .query(
            "offset",
            json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX }),
            "Entries to leave out",
        )
        .names_user()
        .answers(200, "The results", whole)
        .ends(304, "The client has them")
        .problems(&[400, 409])
        .with_or_without_credential()
        .of_a_scan(),
    );
}
