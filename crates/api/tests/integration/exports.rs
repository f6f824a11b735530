//! Exports: each form is valid by its own schema, harmless whatever a repository has in it, and cached.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Api, Database, Kind};

mod forms;
mod older;

crate::both! { every_form_is_served_and_cached, badges, badge_of_grades, actions_are_the_same_everywhere, what_has_no_report }

const REPORT: &str = include_str!("../fixtures/report.json");

/// A complete scan with this report.
pub async fn complete(api: &Api, results: Value) -> String {
    let id = api.submit().await;
    let (claimed, lease) = api.claim().await;
    assert_eq!(claimed, id);
    let body = json!({ "status": "completed", "results": results, "branch": "main", "commitSha": "c0ffee" });
    let (status, answer) = api.report(&id, &lease, body).await;
    assert_eq!(status, 200, "{answer}\n{}", api.log());
    id
}

pub fn report() -> Value {
    serde_json::from_str(REPORT).expect("JSON")
}

async fn get(api: &Api, path: &str) -> Response {
    api.request(Method::GET, path).send().await.expect("an answer")
}

async fn every_form_is_served_and_cached(database: Database) {
    let api = Api::start(&database);
    let id = complete(&api, report()).await;
    for (path, content_type, name) in [
        (
            "report.html",
            "text/html; charset=utf-8",
            "inline; filename=\"repolens-owner-repository.html\"",
        ),
        (
            "report.md",
            "text/markdown; charset=utf-8",
            "inline; filename=\"repolens-owner-repository.md\"",
        ),
        (
            "report.json",
            "application/json",
            "attachment; filename=\"repolens-owner-repository.json\"",
        ),
        (
            "report.sarif",
            "application/sarif+json",
            "attachment; filename=\"repolens-owner-repository.sarif\"",
        ),
        (
            "gl-code-quality-report.json",
            "application/json",
            "attachment; filename=\"repolens-owner-repository.gl-code-quality-report.json\"",
        ),
        (
            "sbom.json",
            "application/vnd.cyclonedx+json; version=1.6",
            "attachment; filename=\"repolens-owner-repository.cdx.json\"",
        ),
        (
            "sbom.spdx.json",
            "application/spdx+json",
            "attachment; filename=\"repolens-owner-repository.spdx.json\"",
        ),
    ] {
        let path = format!("/api/scan/{id}/{path}");
        let response = get(&api, &path).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], content_type, "{path}");
        assert_eq!(response.headers()["content-disposition"], name, "{path}");
        assert_eq!(response.headers()["cache-control"], "private, no-cache", "{path}");
        let tag = response.headers()["etag"].clone();
        let text = response.text().await.expect("the whole body");
        let again = api
            .request(Method::GET, &path)
            .header("If-None-Match", tag)
            .send()
            .await
            .expect("an answer");
        // It would take the place of the policy under which a browser keeps the page.
        assert!(!again.headers().contains_key("content-security-policy"), "{path}");
        assert_eq!(
            (again.status().as_u16(), again.text().await.expect("no body").len()),
            (304, 0),
            "{path}"
        );
        let plain = api
            .request(Method::GET, &path)
            .header("Accept-Encoding", "identity")
            .send()
            .await;
        assert_eq!(
            plain.expect("an answer").text().await.expect("the whole body"),
            text,
            "{path}"
        );
        let head = api
            .request(Method::HEAD, &path)
            .header("Accept-Encoding", "identity")
            .send()
            .await
            .expect("an answer");
        assert_eq!(
            head.headers()["content-length"],
            text.len().to_string().as_str(),
            "{path}"
        );
    }
    let stored: Value = get(&api, &format!("/api/scan/{id}/report.json"))
        .await
        .json()
        .await
        .expect("JSON");
    assert_eq!(stored, report());
    let metrics = get(&api, "/metrics").await.text().await.expect("the whole body");
    assert!(
        metrics.contains("repolens_stage_duration_seconds_count{stage=\"parse\"} 1\n"),
        "{metrics}"
    );
    assert!(!api.log().contains("ERROR"), "{}", api.log());
}

/// All that an action says, in the same order, in every form of the report.
async fn actions_are_the_same_everywhere(database: Database) {
    let api = Api::start(&database);
    let mut with_actions = report();
    let actions: Vec<Value> = (0..10)
        .map(|at| {
            json!({
                "id": format!("split-function:{at}"), "title": format!("Split function number{at}"),
                "reason": format!("Cognitive complexity 4{at}"), "places": [{ "file": format!("src/file{at}.js"), "line": 7 }],
                "gain": format!("Gain number{at}"), "effortMinutes": [60 + at, 240 + at],
                "doneWhen": format!("Nothing is above {at}"), "section": "complexityMetrics"
            })
        })
        .collect();
    with_actions["actions"] = json!(actions);
    let id = complete(&api, with_actions).await;
    let stored: Value = get(&api, &format!("/api/scan/{id}/report.json"))
        .await
        .json()
        .await
        .expect("JSON");
    assert_eq!(stored["actions"], json!(actions));
    for path in [
        format!("/api/scan/{id}/report.md"),
        format!("/api/scan/{id}/report.html"),
        format!("/scan/{id}"),
    ] {
        let text = get(&api, &path)
            .await
            .text()
            .await
            .expect("the whole body")
            .replace("&nbsp;", " ");
        // A path may be divided by links to its folders.
        let mut parts = text.split('<');
        let before = parts.next().unwrap_or_default().to_owned();
        let text = parts.fold(before, |text, part| {
            text + part.split_once('>').map_or(part, |(_, behind)| behind)
        });
        let mut from = 0;
        for at in 0..10 {
            for part in [
                format!("Split function number{at}"),
                format!("Cognitive complexity 4{at}"),
                format!("Gain number{at}"),
                format!("Nothing is above {at}"),
                format!("src/file{at}.js"),
            ] {
                assert!(text[from..].contains(&part), "{path}: {part}");
            }
            from += text[from..]
                .find(&format!("Split function number{at}"))
                .expect("it is there");
        }
        assert!(text.contains("2–5 h"), "{path}: the effort");
    }
}

async fn badge_of_grades(database: Database) {
    let api = Api::start(&database);
    let mut graded = report();
    graded["grades"] = json!({ "overall": { "grade": "B", "value": 72.5, "words": "In good shape" } });
    let id = complete(&api, graded).await;
    for path in [
        format!("/api/scan/{id}/badge.svg"),
        "/api/badge/git.example.org/owner/repository.svg".to_owned(),
    ] {
        let svg = get(&api, &path).await.text().await.expect("the whole body");
        assert!(svg.contains("code grade: B") && !svg.contains("risk"), "{path}: {svg}");
    }
}

async fn badges(database: Database) {
    let api = Api::start(&database);
    let unknown = get(&api, "/api/badge/git.example.org/owner/repository.svg").await;
    assert_eq!(unknown.status(), 200);
    assert!(unknown.text().await.expect("the whole body").contains("not scanned"));
    let id = complete(&api, report()).await;
    for path in [
        format!("/api/scan/{id}/badge.svg"),
        "/api/badge/git.example.org/owner/repository.svg".to_owned(),
        "/api/badge/GIT.example.org/owner/repository.svg".to_owned(),
    ] {
        let response = get(&api, &path).await;
        let headers = response.headers().clone();
        assert_eq!(
            (response.status().as_u16(), &headers["content-type"]),
            (200, &"image/svg+xml".parse().expect("text"))
        );
        assert!(
            headers["cache-control"]
                .to_str()
                .expect("text")
                .starts_with("public, max-age="),
            "{path}"
        );
        assert_eq!(headers["cross-origin-resource-policy"], "cross-origin");
        let svg = response.text().await.expect("the whole body");
        assert!(svg.contains("medium 41.5") && svg.len() <= 2_000, "{path}: {svg}");
        let again = api
            .request(Method::GET, &path)
            .header("If-None-Match", &headers["etag"])
            .send()
            .await;
        assert_eq!(again.expect("an answer").status(), 304);
    }
    // A private scan is not told of; its own badge is not for shared caches.
    database.run("UPDATE scans SET \"isPrivate\" = true").await;
    let hidden = get(&api, "/api/badge/git.example.org/owner/repository.svg").await;
    assert!(hidden.text().await.expect("the whole body").contains("not scanned"));
    for path in [
        "/api/badge/%3Cscript%3E/%22/x.svg",
        "/api/badge/a/../b.svg",
        "/api/badge/a/%00/b.svg",
    ] {
        let odd = get(&api, path).await;
        let (status, text) = (odd.status(), odd.text().await.expect("the whole body"));
        assert!(status == 200 || status == 404, "{path}: {status}");
        assert!(!text.contains("<script>"), "{path}: {text}");
    }
}

async fn what_has_no_report(database: Database) {
    let api = Api::start(&database);
    let queued = api.submit().await;
    for form in [
        "report.html",
        "report.md",
        "report.json",
        "report.sarif",
        "gl-code-quality-report.json",
        "sbom.json",
        "sbom.spdx.json",
    ] {
        assert_eq!(api.get(&format!("/api/scan/nothing/{form}")).await.0, 404);
        assert_eq!(api.get(&format!("/api/scan/{queued}/{form}")).await.0, 409);
    }
    assert_eq!(api.get(&format!("/api/scan/{queued}/report.exe")).await.0, 404);
    let badge = get(&api, &format!("/api/scan/{queued}/badge.svg")).await;
    assert!(badge.text().await.expect("the whole body").contains("not scanned"));
    let (_, lease) = api.claim().await;
    let body = json!({ "status": "completed", "results": { "nothing": "known", "riskScores": [1] } });
    assert_eq!(api.report(&queued, &lease, body).await.0, 200);
    for form in [
        "report.html",
        "report.md",
        "report.json",
        "report.sarif",
        "gl-code-quality-report.json",
        "sbom.json",
        "sbom.spdx.json",
        "badge.svg",
    ] {
        assert_eq!(
            get(&api, &format!("/api/scan/{queued}/{form}")).await.status(),
            200,
            "{form}"
        );
    }
    // A row of the older system, whose report stands in the row itself.
    database.run("DELETE FROM scan_reports").await;
    assert_eq!(
        api.get(&format!("/api/scan/{queued}/report.md")).await.0,
        404,
        "it was pruned"
    );
    let jsonb = match database.kind {
        Kind::Sqlite => "jsonb('{\"riskScores\":{\"overall\":12}}')",
        Kind::Postgres => "'{\"riskScores\":{\"overall\":12}}'",
    };
    database
        .run(&format!("UPDATE scans SET results = {jsonb}, \"riskScores\" = NULL"))
        .await;
    for form in [
        "report.html",
        "report.md",
        "report.json",
        "report.sarif",
        "gl-code-quality-report.json",
        "sbom.json",
        "sbom.spdx.json",
        "badge.svg",
    ] {
        assert_eq!(
            get(&api, &format!("/api/scan/{queued}/{form}")).await.status(),
            200,
            "{form}"
        );
    }
}
