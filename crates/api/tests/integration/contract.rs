//! What every answer has, and the rows of the contract that no other file here is about.

use reqwest::header::HeaderMap;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::exports::{complete, report};
use crate::support::people::{SIGN_IN, jwt};
use crate::support::{Api, Database, TOKEN};

crate::both! {
    every_error_has_the_one_form,
    every_answer_has_the_headers_of_safety,
    a_request_is_followed_by_its_id,
    an_idempotency_key_is_for_one_body,
    every_row_of_the_metrics,
    health_readiness_and_documents,
}

const URL: &str = "https://git.example.org/owner/repository";

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

async fn send(api: &Api, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = api.request(method, path).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

async fn every_error_has_the_one_form(database: Database) {
    let api = Api::start_with(&database, &[SIGN_IN]);
    let queued = api.submit().await;
    let of_ada = format!("Bearer {}", jwt("ada"));
    let json = ("Content-Type", "application/json");
    let ada = ("Authorization", of_ada.as_str());
    let worker = format!("Bearer {TOKEN}");
    let large = format!("{{\"repoUrl\":\"{}\"}}", "a".repeat(70_000));
    let claim = "/api/worker/claim";
    for (status, kind, pointer, method, path, headers, body) in [
        (400, "malformed", "", "POST", "/api/scan", &[json][..], "{"),
        (
            400,
            "malformed",
            "/more",
            "POST",
            "/api/scan",
            &[json],
            r#"{"repoUrl":"https://a.example/b/c","more":1}"#,
        ),
        (
            400,
            "malformed",
            "/repoUrl",
            "POST",
            "/api/scan",
            &[json],
            r#"{"repoUrl":7}"#,
        ),
        (400, "malformed", "", "GET", "/api/user/scans?limit=-1", &[], ""),
        (400, "malformed", "", "GET", "/api/history?limit=abc", &[], ""),
        (
            400,
            "malformed",
            "/waitMs",
            "POST",
            claim,
            &[json, ("Authorization", &worker)],
            r#"{"workerId":"w","waitMs":60001}"#,
        ),
        (401, "unauthorized", "", "GET", "/api/keys", &[], ""),
        (
            401,
            "unauthorized",
            "",
            "GET",
            "/api/user/stats",
            &[("Authorization", "Bearer rl_wrong")],
            "",
        ),
        (
            401,
            "unauthorized",
            "",
            "POST",
            claim,
            &[json, ada],
            r#"{"workerId":"w"}"#,
        ),
        (403, "forbidden", "", "GET", "/api/history?userId=bob", &[ada], ""),
        (
            403,
            "forbidden",
            "",
            "DELETE",
            &format!("/api/scan/{queued}"),
            &[ada],
            "",
        ),
        (404, "not-found", "", "GET", "/api/nothing", &[], ""),
        (404, "not-found", "", "DELETE", "/api/keys/nothing", &[ada], ""),
        (405, "method-not-allowed", "", "PATCH", "/api/scan", &[], ""),
        (
            409,
            "conflict",
            "",
            "GET",
            &format!("/api/scan/{queued}/results"),
            &[],
            "",
        ),
        (413, "too-large", "", "POST", "/api/scan", &[json], &large),
        (
            415,
            "unsupported-media-type",
            "",
            "POST",
            "/api/scan",
            &[("Content-Type", "text/plain")],
            "{}",
        ),
        (
            422,
            "refused",
            "/repoUrl",
            "POST",
            "/api/scan",
            &[json],
            r#"{"repoUrl":"ssh://git@github.com/a/b"}"#,
        ),
        (
            422,
            "refused",
            "/branch",
            "POST",
            "/api/scan",
            &[json],
            r#"{"repoUrl":"https://a.example/b/c","branch":"--x"}"#,
        ),
    ] {
        let what = format!("{method} {path} {}", &body[..body.len().min(60)]);
        let response = send(&api, method, path, headers, body).await;
        assert_eq!(response.status(), status, "{what}");
        let headers = response.headers().clone();
        assert_eq!(text(&headers, "content-type"), "application/problem+json", "{what}");
        assert_eq!(text(&headers, "allow").is_empty(), status != 405, "{what}");
        assert_eq!(text(&headers, "www-authenticate").is_empty(), status != 401, "{what}");
        let problem: Value = response.json().await.expect("JSON");
        assert_eq!(problem["type"], format!("urn:repolens:problem:{kind}"), "{what}");
        assert_eq!(problem["status"], status, "{what}");
        assert_eq!(problem["detail"], problem["message"], "{what}");
        for member in ["title", "detail"] {
            assert!(
                problem[member].as_str().is_some_and(|text| !text.is_empty()),
                "{what}: {problem}"
            );
        }
        let pointed = problem["errors"][0]["pointer"].as_str().unwrap_or_default();
        assert_eq!(pointed, pointer, "{what}: {problem}");
        if !pointer.is_empty() {
            assert!(problem["errors"][0]["detail"].is_string(), "{what}: {problem}");
        }
    }
    // Of a scan with the members that older clients read, wherever a scan's id stands.
    for (method, path) in [
        ("GET", "/api/scan/none"),
        ("GET", "/api/scan/none/results"),
        ("GET", "/api/scan/none/events"),
        ("POST", "/api/scan/none/cancel"),
        ("DELETE", "/api/scan/none"),
        ("GET", "/api/scan/none/report.md"),
        ("GET", "/api/scan/none/badge.svg"),
        ("GET", "/api/history/compare/none/none"),
    ] {
        let problem: Value = send(&api, method, path, &[ada], "").await.json().await.expect("JSON");
        let members = ["scanId", "status", "error", "message"].map(|name| &problem[name]);
        assert_eq!(
            members,
            ["none", "not_found", "Scan not found", "Scan not found"],
            "{method} {path}"
        );
    }
}

async fn every_answer_has_the_headers_of_safety(database: Database) {
    let api = Api::start_with(&database, &[("TRUSTED_PROXIES", "loopback")]);
    let id = complete(&api, report()).await;
    for path in [
        "/api/health".to_owned(),
        "/api/docs".to_owned(),
        "/api/nothing".to_owned(),
        format!("/api/scan/{id}/results"),
        format!("/api/scan/{id}/report.html"),
        format!("/api/scan/{id}/badge.svg"),
    ] {
        let plain = send(&api, "GET", &path, &[], "").await;
        let secure = send(&api, "GET", &path, &[("X-Forwarded-Proto", "https")], "").await;
        for response in [&plain, &secure] {
            let headers = response.headers();
            assert!(
                text(headers, "content-security-policy").starts_with("default-src 'none'"),
                "{path}"
            );
            assert!(
                text(headers, "content-security-policy").contains("frame-ancestors 'none'"),
                "{path}"
            );
            assert_eq!(text(headers, "x-content-type-options"), "nosniff", "{path}");
            assert_eq!(text(headers, "x-frame-options"), "DENY", "{path}");
            assert_eq!(text(headers, "referrer-policy"), "no-referrer", "{path}");
            assert!(!text(headers, "cache-control").is_empty(), "{path}");
            assert!(text(headers, "x-request-id").len() >= 8, "{path}");
            assert!(
                !headers.contains_key("server") && !headers.contains_key("x-powered-by"),
                "{path}"
            );
        }
        // Without TLS it would mean nothing.
        assert!(text(plain.headers(), "strict-transport-security").is_empty(), "{path}");
        assert!(
            text(secure.headers(), "strict-transport-security").starts_with("max-age="),
            "{path}"
        );
    }
}

async fn a_request_is_followed_by_its_id(database: Database) {
    let api = Api::start(&database);
    let own = "of-the-caller.1:a_b";
    let json = ("Content-Type", "application/json");
    let body = json!({ "repoUrl": URL }).to_string();
    let accepted = send(&api, "POST", "/api/scan", &[json, ("X-Request-Id", own)], &body).await;
    assert_eq!(text(accepted.headers(), "x-request-id"), own);
    let id = accepted.json::<Value>().await.expect("JSON")["scanId"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert!(api.logged("POST /api/scan"));
    let log = api.log();
    let of_this: Vec<&str> = log
        .lines()
        .filter(|line| line.contains(&id) || line.contains("POST /api/scan"))
        .collect();
    assert!(of_this.len() >= 2, "{log}");
    for line in of_this {
        assert!(line.contains(own), "a line without the request's id: {line}");
    }
    // It goes to the worker with the job, which logs with it.
    let (_, job) = api
        .work("/api/worker/claim", json!({ "workerId": "w", "scanId": id }))
        .await;
    assert_eq!(job["requestId"], own);
    // One that is not sound is not taken: a log is not written by strangers.
    for bad in ["short", "with a space", "quote\"quote", &"a".repeat(129)] {
        let response = send(&api, "GET", "/api/health", &[("X-Request-Id", bad)], "").await;
        let given = text(response.headers(), "x-request-id");
        assert!(given != bad && given.len() == 32, "{bad}: {given}");
    }
}

async fn an_idempotency_key_is_for_one_body(database: Database) {
    let api = Api::start(&database);
    let post = async |key: &str, body: &str| {
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", key)];
        let response = send(&api, "POST", "/api/scan", &headers, body).await;
        let replayed = response.headers().contains_key("idempotent-replayed");
        let status = response.status().as_u16();
        (status, replayed, response.json::<Value>().await.expect("JSON"))
    };
    let first = post(
        "key-1",
        r#"{"repoUrl":"https://git.example.org/owner/repository","branch":"main"}"#,
    )
    .await;
    assert_eq!((first.0, first.1), (201, false));
    // The same, however it is spelled.
    let again = post(
        "key-1",
        r#"{ "branch": "main", "repoUrl": "https://GIT.example.org/owner/repository/" }"#,
    )
    .await;
    assert_eq!((again.0, again.1, &again.2["scanId"]), (201, true, &first.2["scanId"]));
    for other in [
        r#"{"repoUrl":"https://git.example.org/owner/repository","branch":"other"}"#,
        r#"{"repoUrl":"https://git.example.org/owner/repository"}"#,
        r#"{"repoUrl":"https://git.example.org/owner/other","branch":"main"}"#,
        r#"{"repoUrl":"https://git.example.org/owner/repository","branch":"main","force":true}"#,
    ] {
        let (status, _, problem) = post("key-1", other).await;
        assert_eq!(
            (status, &problem["title"]),
            (422, &json!("Not accepted")),
            "{other}: {problem}"
        );
    }
    assert_eq!(
        post("", r#"{"repoUrl":"https://git.example.org/owner/repository"}"#)
            .await
            .0,
        400
    );
    assert_eq!(
        database.value("SELECT CAST(count(*) AS text) AS v FROM scans").await,
        "1"
    );
}

async fn every_row_of_the_metrics(database: Database) {
    let api = Api::start(&database);
    complete(&api, report()).await;
    for end in ["failed", "cancelled"] {
        let id = api.submit().await;
        let (_, lease) = api.claim().await;
        api.report(&id, &lease, json!({ "status": end })).await;
    }
    api.submit().await;
    api.claim().await;
    api.submit().await;
    let text = send(&api, "GET", "/metrics", &[], "")
        .await
        .text()
        .await
        .expect("the whole body");
    for line in [
        // Requests by route and status, as a histogram.
        "# TYPE repolens_http_request_duration_seconds histogram",
        r#"repolens_http_request_duration_seconds_bucket{route="/api/scan",method="POST",status="201",le="+Inf"} 5"#,
        r#"repolens_http_request_duration_seconds_count{route="/api/scan/{id}/status",method="PUT",status="200"} 3"#,
        // The queue by state.
        r#"repolens_scans{status="queued"} 1"#,
        r#"repolens_scans{status="processing"} 1"#,
        r#"repolens_scans{status="completed"} 1"#,
        r#"repolens_scans{status="failed"} 1"#,
        r#"repolens_scans{status="cancelled"} 1"#,
        // Jobs by outcome, and how long they took.
        "# TYPE repolens_scan_duration_seconds histogram",
        r#"repolens_scan_duration_seconds_count{status="completed"} 1"#,
        r#"repolens_scan_duration_seconds_count{status="failed"} 1"#,
        r#"repolens_scan_duration_seconds_count{status="cancelled"} 1"#,
        // Stages.
        "# TYPE repolens_stage_duration_seconds histogram",
        r#"repolens_stage_duration_seconds_count{stage="parse"} 1"#,
        r#"repolens_stage_duration_seconds_sum{stage="parse"} 0.012"#,
    ] {
        assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
    }
    // The store's pool and the memory are whatever they are.
    let value = |name: &str| {
        let line = text
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_else(|| panic!("{name} is not in\n{text}"));
        line.rsplit(' ')
            .next()
            .and_then(|value| value.parse::<f64>().ok())
            .expect("a number")
    };
    assert!(value("process_resident_memory_bytes ") > 1e6);
    assert!(value("repolens_api_uptime_seconds ") >= 0.0);
    let connections: f64 = text
        .lines()
        .filter(|line| line.starts_with("repolens_store_connections{"))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum();
    assert!(connections >= 1.0, "{text}");
    // As Prometheus reads it: each series once, its kind told before it.
    let mut seen = std::collections::BTreeSet::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (series, value) = line.rsplit_once(' ').expect("a series and a value");
        assert!(value.parse::<f64>().is_ok() && seen.insert(series), "{line}");
    }
}

async fn health_readiness_and_documents(database: Database) {
    let api = Api::start(&database);
    let (_, health) = api.get("/api/health").await;
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    assert!(health["uptimeSeconds"].is_u64(), "{health}");
    assert!(
        health["timestamp"]
            .as_str()
            .is_some_and(|time| time.len() == 24 && time.ends_with('Z'))
    );
    let (status, ready) = api.get("/api/ready").await;
    assert_eq!((status.as_u16(), &ready["status"]), (200, &json!("ready")));
    for check in ["store", "queue"] {
        let check = &ready["checks"][check];
        assert_eq!(check["status"], "up", "{ready}");
        assert!(check["latencyMs"].is_number(), "{ready}");
    }
    let (status, document) = api.get("/api/openapi.json").await;
    assert_eq!((status.as_u16(), &document["openapi"]), (200, &json!("3.1.0")));
    let page = send(&api, "GET", "/api/docs", &[], "").await;
    assert_eq!(page.status(), 200);
    assert_eq!(text(page.headers(), "content-type"), "text/html; charset=utf-8");
    let page = page.text().await.expect("the whole body");
    assert!(
        page.contains("<html") && !page.contains("http://") && !page.contains("https://"),
        "it asks nobody else"
    );
}
