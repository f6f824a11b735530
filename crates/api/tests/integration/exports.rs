//! Exports: each form is valid by its own schema, harmless whatever a repository has in it, and cached.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Api, Database, Kind};

crate::both! { every_form_is_served_and_cached, badges, what_has_no_report }

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
            "sbom.json",
            "application/vnd.cyclonedx+json; version=1.6",
            "attachment; filename=\"repolens-owner-repository.cdx.json\"",
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
    for form in ["report.html", "report.md", "report.json", "report.sarif", "sbom.json"] {
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
        "sbom.json",
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
        "sbom.json",
        "badge.svg",
    ] {
        assert_eq!(
            get(&api, &format!("/api/scan/{queued}/{form}")).await.status(),
            200,
            "{form}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sarif_and_cyclonedx_are_valid_by_their_schemas() {
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start(&database);
    let id = complete(&api, report()).await;
    let schema = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    let sarif: Value = get(&api, &format!("/api/scan/{id}/report.sarif"))
        .await
        .json()
        .await
        .expect("JSON");
    // One pattern has a bracket that closes nothing, which is no regular expression by the letter.
    let sarif_schema = schema(
        &include_str!("../fixtures/schemas/sarif-2.1.0.schema.json").replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}?$"),
    );
    valid(&jsonschema::validator_for(&sarif_schema).expect("a schema"), &sarif);
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().expect("a list");
    let of = |rule: &str| results.iter().filter(|result| result["ruleId"] == rule).count();
    for (rule, count) in [
        ("aws-key", 1),
        ("sql-injection", 1),
        ("high-complexity", 2),
        ("circular-import", 1),
        ("unused-import", 1),
        ("unused-export", 2),
        ("unused-file", 1),
        ("copied-code", 1),
    ] {
        assert_eq!(of(rule), count, "{rule}");
    }
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            .as_str()
            .expect("a text");
        assert!(!uri.contains(['|', '#', '?', ' ', '<']), "{uri}");
    }

    let bom: Value = get(&api, &format!("/api/scan/{id}/sbom.json"))
        .await
        .json()
        .await
        .expect("JSON");
    let bom_schema = schema(include_str!("../fixtures/schemas/bom-1.6.schema.json"));
    let registry = jsonschema::Registry::new()
        .extend([
            (
                "http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json",
                jsonschema::Resource::from_contents(schema(include_str!("../fixtures/schemas/spdx.schema.json"))),
            ),
            (
                "http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json",
                jsonschema::Resource::from_contents(schema(include_str!("../fixtures/schemas/jsf-0.82.schema.json"))),
            ),
        ])
        .expect("addresses")
        .prepare()
        .expect("schemas");
    let validator = jsonschema::options()
        .with_registry(&registry)
        .build(&bom_schema)
        .expect("a schema");
    valid(&validator, &bom);
    // That the schema is looked at is seen where it refuses.
    let mut wrong = bom.clone();
    wrong["components"][0]["licenses"] = json!([{ "license": { "id": "My own" } }]);
    assert!(!validator.is_valid(&wrong));

    let purls: Vec<&str> = bom["components"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["purl"].as_str())
        .collect();
    assert_eq!(
        purls,
        [
            "pkg:cargo/serde@1.0.200",
            "pkg:cargo/itoa@1.0.1",
            "pkg:npm/%40angular/core",
            "pkg:maven/org.x/y@1.0"
        ]
    );
    let depends = |reference: &str| {
        let all = bom["dependencies"].as_array().expect("a list");
        all.iter()
            .find(|one| one["ref"] == reference)
            .map(|one| one["dependsOn"].clone())
    };
    assert_eq!(depends("root"), Some(json!(["pkg:cargo/serde@1.0.200"])));
    assert_eq!(
        depends("pkg:cargo/serde@1.0.200"),
        Some(json!(["pkg:cargo/itoa@1.0.1"]))
    );
}

fn valid(validator: &jsonschema::Validator, document: &Value) {
    let faults: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_needs_nothing_and_runs_nothing() {
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start(&database);
    let id = complete(&api, report()).await;
    let response = get(&api, &format!("/api/scan/{id}/report.html")).await;
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    let page = response.text().await.expect("the whole body");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    let lower = page.to_lowercase();
    for tag in [
        "<script",
        "<img",
        "<iframe",
        "<object",
        "<embed",
        "<link",
        "<form",
        "<base",
        "<svg onload",
        "javascript:\"",
    ] {
        assert!(!lower.contains(tag), "`{tag}` stands in the page");
    }
    assert!(
        !page.contains(" style=") && !page.contains("url("),
        "the policy would refuse it"
    );
    // Addresses: the repository's own link and anchors, nothing else.
    for address in page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(
            address.starts_with('#') || address == "https://git.example.org/owner/repository",
            "{address}"
        );
    }
    assert!(!page.contains('\u{202e}'));
    assert!(page.contains("&lt;script&gt;alert(2)") && page.contains("&lt;U+202E&gt;"));
    // What people with a screen reader go by.
    assert_eq!(page.matches("<h1>").count(), 1);
    assert_eq!(page.matches("<table>").count(), page.matches("<caption>").count());
    assert!(page.contains("<html lang=\"en\">") && page.contains("scope=\"col\""));
    assert!(page.len() < 100_000, "{}", page.len());

    let text = get(&api, &format!("/api/scan/{id}/report.md"))
        .await
        .text()
        .await
        .expect("the whole body");
    for raw in [
        "<img",
        "<script",
        "](javascript",
        "@everyone",
        "https://evil",
        "| <b>",
        "\u{202e}",
    ] {
        assert!(!text.contains(raw), "`{raw}` stands in the Markdown:\n{text}");
    }
    // Each row of a table has as many cells as its head.
    for block in text.split("\n\n").filter(|block| block.starts_with("| ")) {
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        let heads = block.lines().next().map(cells);
        assert!(block.lines().all(|line| Some(cells(line)) == heads), "{block}");
    }
}
