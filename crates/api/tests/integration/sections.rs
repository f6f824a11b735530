//! `?section=` of results: members and pages of a report.

use reqwest::Method;
use serde_json::json;

use crate::exports::{complete, report};
use crate::support::{Api, Database};

crate::both! { sections_and_pages, what_is_no_section }

async fn sections_and_pages(database: Database) {
    let api = Api::start(&database);
    let id = complete(&api, report()).await;
    let path = format!("/api/scan/{id}/results?section=");
    let (status, body) = api.get(&format!("{path}languages")).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!((&body["scanId"], &body["section"]), (&json!(id), &json!("languages")));
    assert_eq!(
        (&body["results"], &body["status"]),
        (&report()["languages"], &json!("completed"))
    );
    assert!(body.get("total").is_none());

    let (_, body) = api.get(&format!("{path}dependencies.packages&limit=2&offset=1")).await;
    assert_eq!(body["results"].as_array().map(Vec::len), Some(2));
    assert_eq!(body["results"][0]["name"], "itoa");
    assert_eq!(
        [&body["total"], &body["limit"], &body["offset"], &body["hasMore"]],
        [&json!(4), &json!(2), &json!(1), &json!(true)]
    );
    let (_, body) = api.get(&format!("{path}deadCode.unused_exports&offset=0")).await;
    assert_eq!(
        (&body["results"], &body["hasMore"]),
        (&json!({ "src/x.ts": ["one", "</td>"] }), &json!(false))
    );
    let (_, body) = api.get(&format!("{path}ast.files&offset=99&limit=5")).await;
    assert_eq!((&body["results"], &body["total"]), (&json!([]), &json!(2)));

    let first = api
        .request(Method::GET, &format!("{path}ast"))
        .send()
        .await
        .expect("an answer");
    let tag = first.headers()["etag"].clone();
    let again = api
        .request(Method::GET, &format!("{path}ast"))
        .header("If-None-Match", tag);
    assert_eq!(again.send().await.expect("an answer").status(), 304);
    let head = api
        .request(Method::HEAD, &format!("{path}ast"))
        .header("Accept-Encoding", "identity");
    let head = head.send().await.expect("an answer");
    let plain = api
        .request(Method::GET, &format!("{path}ast"))
        .header("Accept-Encoding", "identity");
    let plain = plain
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("the whole body");
    assert_eq!(head.headers()["content-length"], plain.len().to_string().as_str());
}

async fn what_is_no_section(database: Database) {
    let api = Api::start(&database);
    let id = complete(&api, report()).await;
    for (query, words) in [
        ("section=nothing", "`riskScores`, `readmeAnalysis`"),
        ("section=", "There is no section ``"),
        ("section=dependencies.nothing", "`dependencies` has `packages`"),
        ("section=dependencies.packages.0", "no members with names"),
        ("section=schemaVersion&limit=1", "is no list"),
        ("section=ast.files&limit=0", "from 1 to 1000"),
        ("section=ast.files&limit=1001", "from 1 to 1000"),
        ("section=ast.files&offset=-1", "`offset` cannot be `-1`"),
        ("section=ast.files&limit=abc", "`limit` cannot be `abc`"),
        ("section=a.b.c.d.e.f", "at most 5 names"),
        ("limit=5", "go with a `section`"),
        ("more=1", "query"),
        ("section=ast&section=files", "query"),
    ] {
        let (status, problem) = api.get(&format!("/api/scan/{id}/results?{query}")).await;
        assert_eq!(status, 400, "{query}: {problem}");
        let detail = problem["detail"].as_str().expect("a text");
        assert!(detail.contains(words), "{query}: {detail}");
    }
}
