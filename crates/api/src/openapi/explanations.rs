//! Texts of language models: requested, read, and written by workers.

use repolens_core::explanation::{ExplanationClaim, ExplanationJob, ExplanationRequest, ExplanationResult};
use serde_json::json;

use super::shapes::{any_object, flag, object, one_of, text};
use super::{Api, operation};
use crate::handlers::explanations::{ExplainRequest, ExplanationView};

const STATES: [&str; 4] = ["queued", "running", "done", "failed"];

pub fn describe(api: &mut Api) {
    people(api);
    workers(api);
}

fn people(api: &mut Api) {
    let requested = object(&[
        ("scanId", text()),
        ("explanationId", text()),
        ("status", one_of(&STATES)),
        ("message", text()),
    ]);
    api.add(
        operation(
            "post",
            "/api/scan/{id}/explanation",
            "Scans",
            "explainScan",
            "Have a language model explain a completed scan, or a part of it",
        )
        .optional_body(Api::request::<ExplainRequest>())
        .answers(202, "It is requested, or was before", requested)
        .problems(&[400, 403, 408, 409, 413, 415, 422, 429])
        .with_or_without_credential()
        .of_a_scan(),
    );
    let view = api.schema::<ExplanationView>();
    let list = object(&[
        ("scanId", text()),
        ("available", flag()),
        ("explanations", json!({ "type": "array", "items": view })),
    ]);
    api.add(
        operation(
            "get",
            "/api/scan/{id}/explanation",
            "Scans",
            "getExplanations",
            "The texts of language models about a scan",
        )
        .answers(200, "All of them, and those that are being written", list)
        .with_or_without_credential()
        .of_a_scan(),
    );
}

fn workers(api: &mut Api) {
    const TAG: &str = "Workers";
    let lease = || json!({ "type": "string", "minLength": 1 });
    api.add(
        operation(
            "post",
            "/api/worker/explanations",
            TAG,
            "requestExplanation",
            "Request the text of a scan, unless there is one",
        )
        .worker()
        .body(Api::request::<ExplanationRequest>())
        .answers(
            202,
            "It is requested",
            object(&[("scanId", text()), ("status", one_of(&STATES))]),
        )
        .answers(
            200,
            "The scan is private: its owner has to agree",
            object(&[("scanId", text()), ("status", text())]),
        )
        .problems(&[400, 413, 415])
        .of_a_scan(),
    );
    let job = api.schema::<ExplanationJob>();
    api.add(
        operation(
            "post",
            "/api/worker/explanations/claim",
            TAG,
            "claimExplanation",
            "Take the next text to be written, waited for",
        )
        .worker()
        .header(
            "X-Lease-Token",
            true,
            lease(),
            "The lease's token, which the worker makes",
        )
        .body(Api::request::<ExplanationClaim>())
        .answers(200, "What is to be explained", job)
        .ends(204, "None came")
        .problems(&[400, 409, 413, 415])
        .stored(),
    );
    api.add(
        operation(
            "get",
            "/api/worker/explanations/{id}/report",
            TAG,
            "getExplainedReport",
            "The report that a text is to be written about",
        )
        .worker()
        .header("X-Lease-Token", true, lease(), "The lease of the claim")
        .answers(200, "The report", any_object())
        .problems(&[404, 409])
        .stored(),
    );
    api.add(
        operation(
            "put",
            "/api/worker/explanations/{id}",
            TAG,
            "reportExplanation",
            "Deliver a text, or why there is none",
        )
        .worker()
        .header("X-Lease-Token", true, lease(), "The lease of the claim")
        .body(Api::request::<ExplanationResult>())
        .answers(
            200,
            "It is recorded",
            object(&[("scanId", text()), ("repeated", flag())]),
        )
        .problems(&[400, 404, 409, 413, 415])
        .stored(),
    );
}
