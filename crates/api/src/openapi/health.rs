//! Health, metrics, the schema, this document.

use serde_json::json;

use super::shapes::{any_object, object, one_of, text};
use super::{Api, operation};
use crate::handlers::service::Health;
use crate::handlers::whoami::Whoami;

pub fn describe(api: &mut Api) {
    let health = api.schema::<Health>();
    api.add(
        operation(
            "get",
            "/api/health",
            "Health",
            "getHealth",
            "Alive; asks nothing of the database",
        )
        .answers(200, "It lives", health),
    );
    let ready = |word: &str| object(&[("status", one_of(&[word])), ("checks", any_object())]);
    api.add(
        operation(
            "get",
            "/api/ready",
            "Health",
            "getReady",
            "Able to work: database, queue and worker",
        )
        .answers(200, "Ready", ready("ready"))
        .problems(&[429])
        .answers(503, "The database does not answer", ready("unavailable")),
    );
    let whoami = api.schema::<Whoami>();
    api.add(
        operation(
            "get",
            "/api/whoami",
            "Health",
            "getWhoami",
            "The address that this request is counted by, and how it was found",
        )
        .answers(200, "What was seen, and what was chosen", whoami)
        .problems(&[429]),
    );
    api.add(
        operation(
            "get",
            "/metrics",
            "Health",
            "getMetrics",
            "Figures as Prometheus reads them",
        )
        .answers_as(200, "Prometheus text", "text/plain", text())
        .problems(&[429]),
    );
    api.add(
        operation(
            "get",
            "/api/schema/report.json",
            "Health",
            "getReportSchema",
            "JSON Schema of the member `results`",
        )
        .answers_as(200, "A JSON Schema", "application/schema+json", any_object())
        .problems(&[429]),
    );
    api.add(
        operation("get", "/api/openapi.json", "Health", "getOpenApi", "This document")
            .answers(200, "OpenAPI 3.1", any_object())
            .ends(304, "The client has it")
            .problems(&[429]),
    );
    let summary = "This document as a page on which it can be tried";
    api.add(
        operation("get", "/api/docs", "Health", "getDocs", summary)
            .answers_as(200, "A page", "text/html", json!({ "type": "string" }))
            .problems(&[429]),
    );
}
