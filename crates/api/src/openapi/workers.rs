//! The worker's side.

use serde_json::{Value, json};

use super::shapes::{any_object, between, count, flag, object, one_of, or_null, text};
use super::{Api, operation};
use repolens_core::BranchNote;

const TAG: &str = "Workers";

pub fn describe(api: &mut Api) {
    let limits = object(&[
        ("maxAttempts", count(1)),
        ("leaseMs", count(1)),
        ("heartbeatMs", count(1)),
    ]);
    let credential = object(&[("origin", text()), ("username", text()), ("password", text())]);
    let mut job = object(&[
        ("scanId", text()),
        ("repoUrl", text()),
        ("branch", or_null(text())),
        ("attempt", count(1)),
        ("leaseToken", text()),
        ("leaseUntil", time()),
        ("requestId", or_null(text())),
        ("limits", limits),
    ]);
    job["properties"]["cloneCredential"] = credential;
    let claim = request(
        &[(
            "workerId",
            json!({ "type": "string", "minLength": 1, "maxLength": 200 }),
        )],
        &[("scanId", scan_id()), ("waitMs", between(0, 60_000))],
    );
    api.add(
        operation(
            "post",
            "/api/worker/claim",
            TAG,
            "claimJob",
            "Take a job; without `scanId` the next one, waited for",
        )
        .worker()
        .header(
            "X-Lease-Token",
            false,
            json!({ "type": "string", "pattern": "^[ -~]{32,100}$" }),
            "The lease's token, where the worker makes it itself",
        )
        .body(claim)
        .answers(200, "The job and its lease", job)
        .ends(204, "None came")
        .problems(&[400, 409, 413, 415])
        .of_a_scan(),
    );
    let beat = request(
        &[("leaseToken", text())],
        &[("progress", between(0, 100)), ("stage", text())],
    );
    api.add(
        operation(
            "post",
            "/api/worker/jobs/{id}/heartbeat",
            TAG,
            "heartbeat",
            "Extend a lease and report the progress",
        )
        .worker()
        .body(beat)
        .answers(
            200,
            "It is prolonged",
            object(&[("cancel", flag()), ("leaseUntil", time())]),
        )
        .problems(&[400, 409, 413, 415])
        .of_a_scan(),
    );
    let label = || json!({ "type": "string", "minLength": 1, "maxLength": 60, "pattern": "^[ -~]*$" });
    let commit = request(
        &[
            ("leaseToken", text()),
            ("commitSha", label()),
            ("branch", label()),
            ("analyserVersion", label()),
        ],
        &[("branchNote", or_null(branch_note()))],
    );
    api.add(
        operation(
            "post",
            "/api/worker/jobs/{id}/commit",
            TAG,
            "reportCommit",
            "Ask whether a commit was analyzed before",
        )
        .worker()
        .body(commit)
        .answers(200, "With `cached` the scan is complete", object(&[("cached", flag())]))
        .problems(&[400, 409, 413, 415])
        .of_a_scan(),
    );
    let release = request(&[("leaseToken", text()), ("reason", text())], &[]);
    api.add(
        operation(
            "post",
            "/api/worker/jobs/{id}/release",
            TAG,
            "releaseJob",
            "Give a job back",
        )
        .worker()
        .body(release)
        .answers(
            200,
            "It is given back",
            object(&[("scanId", text()), ("status", one_of(&["queued", "cancelled"]))]),
        )
        .problems(&[400, 409, 413, 415])
        .of_a_scan(),
    );
    report(api);
}

/// Why another branch was analyzed.
fn branch_note() -> Value {
    one_of(&BranchNote::ALL.map(BranchNote::code))
}

fn report(api: &mut Api) {
    let status = one_of(&["queued", "processing", "completed", "failed", "cancelled"]);
    let report = request(
        &[("status", status.clone())],
        &[
            ("results", any_object()),
            ("error", or_null(text())),
            ("errorCode", or_null(text())),
            ("progress", or_null(between(0, 100))),
            ("stage", or_null(text())),
            ("branch", or_null(text())),
            ("branchNote", or_null(branch_note())),
            ("commitSha", or_null(text())),
        ],
    );
    api.add(
        operation(
            "put",
            "/api/scan/{id}/status",
            TAG,
            "reportStatus",
            "Report progress, or how the scan ended",
        )
        .worker()
        .header(
            "X-Lease-Token",
            true,
            json!({ "type": "string", "minLength": 1 }),
            "The lease that the claim gave",
        )
        .body(report)
        .answers(
            200,
            "Recorded",
            object(&[("scanId", text()), ("status", status), ("repeated", flag())]),
        )
        .problems(&[400, 409, 413, 415, 422])
        .of_a_scan(),
    );
}

fn request(required: &[(&str, Value)], optional: &[(&str, Value)]) -> Value {
    let all: Vec<(&str, Value)> = required.iter().chain(optional).cloned().collect();
    let mut schema = object(&all);
    schema["required"] = required.iter().map(|(name, _)| *name).collect();
    schema["additionalProperties"] = false.into();
    schema
}

fn scan_id() -> Value {
    json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" })
}

fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}
