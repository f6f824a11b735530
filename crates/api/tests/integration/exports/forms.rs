//! What stands in each form: valid by the schemas of others, harmless, and all that the report has.

use repolens_testkit::schemas;
use serde_json::{Value, json};

use super::{complete, get, report};
use crate::support::{Api, Database, Kind};

#[tokio::test(flavor = "multi_thread")]
async fn sarif_and_cyclonedx_are_valid_by_their_schemas() {
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start(&database);
    let id = complete(&api, report()).await;
    let sarif: Value = get(&api, &format!("/api/scan/{id}/report.sarif"))
        .await
        .json()
        .await
        .expect("JSON");
    let sarif_schema = installed(schemas::sarif).await;
    valid(&jsonschema::validator_for(&sarif_schema).expect("a schema"), &sarif);
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().expect("a list");
    let of = |rule: &str| results.iter().filter(|result| result["ruleId"] == rule).count();
    for (rule, count) in [
        ("aws-access-key", 1),
        ("github-token", 1),
        ("sql-injection", 1),
        ("high-complexity", 2),
        ("circular-import", 1),
        ("unused-import", 1),
        ("unused-export", 2),
        ("unused-function", 2),
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

    let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
    let sql = rules.iter().find(|rule| rule["id"] == "sql-injection").expect("a rule");
    assert_eq!(sql["properties"]["security-severity"], "8.0");
    assert!(
        sql["properties"]["tags"]
            .as_array()
            .expect("a list")
            .contains(&json!("external/cwe/cwe-89"))
    );
    assert!(
        sql["help"]["markdown"]
            .as_str()
            .expect("a text")
            .contains("Use parameters")
    );
    let one = |rule: &str| {
        results
            .iter()
            .find(|result| result["ruleId"] == rule)
            .expect("a result")
    };
    assert_eq!(one("github-token")["suppressions"][0]["kind"], "inSource");
    assert_eq!(
        one("aws-access-key")["locations"][0]["physicalLocation"]["region"]["startColumn"],
        5
    );

    let gitlab: Value = get(&api, &format!("/api/scan/{id}/gl-code-quality-report.json"))
        .await
        .json()
        .await
        .expect("JSON");
    let entries = gitlab.as_array().expect("a list");
    // All results but the one that a comment allows.
    assert_eq!(entries.len(), results.len() - 1);
    let mut fingerprints: Vec<_> = entries.iter().map(|entry| entry["fingerprint"].to_string()).collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), entries.len(), "each is another one");
    let secret = entries
        .iter()
        .find(|entry| entry["check_name"] == "aws-access-key")
        .expect("an entry");
    assert_eq!(
        (&secret["severity"], &secret["location"]),
        (
            &json!("blocker"),
            &json!({ "path": "config/<prod>.env", "lines": { "begin": 2 } })
        )
    );

    let bom: Value = get(&api, &format!("/api/scan/{id}/sbom.json"))
        .await
        .json()
        .await
        .expect("JSON");
    let validator = cyclonedx("1.6").await;
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

/// What the sections of the report say is on the page and in the Markdown, with the true totals of what is cut.
#[tokio::test(flavor = "multi_thread")]
async fn the_forms_show_what_the_report_has() {
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start(&database);
    let id = complete(&api, report()).await;
    let form = async |name: &str| {
        let path = format!("/api/scan/{id}/{name}");
        get(&api, &path).await.text().await.expect("the whole body")
    };
    let (page, text) = (form("report.html").await, form("report.md").await);
    for shown in [
        // Structure.
        "61 imports between files, 17 of packages, 5 whose file was not found.",
        "<code><bdi>./&lt;gone&gt;</bdi></code>",
        // The call graph.
        "<code><bdi>hub&lt;i&gt;</bdi></code>",
        "Of 900 calls, 500 lead to a known function of this repository, 100 to a likely one, and 250 out of it; the target of the others is not known.",
        "No entry point reaches 4 functions.",
        // Unused code.
        "<code><bdi>left&lt;T&gt;</bdi></code>",
        "6 of 7.",
        // And the others.
        "sql-injection",
        "1 import cycle",
        "1 copy, the largest first",
        "org.x:y",
        "<h2 id=\"project-lic-h\">Licenses</h2>",
    ] {
        assert!(page.contains(shown), "`{shown}` is not on\n{page}");
    }
    for shown in [
        "| Imports between files | 61 |",
        "| Imports that lead nowhere | 5 |",
        "| Files that nothing reaches | 1 |",
        "| Functions that no entry point reaches | 4 |",
        "| `left<T>` | `src/x\\|y.ts:8` |",
        "2 of 3 are shown",
        "sql-injection",
        "### Circular imports",
        "| Unused exports | 2 |",
        "| Copied lines | 3.5 % |",
    ] {
        assert!(text.contains(shown), "`{shown}` is not in\n{text}");
    }
}

/// What was not checked is never shown as none found, and what was checked is not shown as unknown.
#[tokio::test(flavor = "multi_thread")]
async fn not_checked_is_never_shown_as_none_found() {
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start(&database);
    let not_checked = json!({ "state": "notChecked", "reason": "OSV_URL is not set" });
    let part = json!({ "state": "incomplete", "reason": "the server stopped", "packages": 1, "list": [], "total": 0 });
    let none =
        json!({ "state": "complete", "packages": 3, "list": [], "total": 0, "databaseDate": "2026-11-01T00:00:00Z" });
    for (known, is_checked) in [
        (None, false),
        (Some(not_checked), false),
        (Some(part), false),
        (Some(none), true),
    ] {
        let mut report = report();
        if let Some(known) = &known {
            report["dependencies"]["vulnerabilities"] = known.clone();
        }
        let id = complete(&api, report).await;
        let shown = async |path: &str| get(&api, path).await.text().await.expect("the whole body");
        let form = async |name: &str| shown(&format!("/api/scan/{id}/{name}")).await;
        let page = shown(&format!("/scan/{id}/dependencies")).await;
        for html in [form("report.html").await, page] {
            let section = html
                .split("known-h\">Known vulnerabilities")
                .nth(1)
                .expect("the section of known vulnerabilities");
            let section = section.split("</section>").next().expect("its end").to_lowercase();
            let is_open = section.contains("not checked") || section.contains("not all packages were checked");
            assert_eq!(is_open, !is_checked, "{known:?}: {section}");
            assert!(is_checked || !section.contains("<p>none is known.</p>"), "{section}");
        }
        let markdown = form("report.md").await;
        let row = markdown
            .lines()
            .find(|line| line.starts_with("| Known vulnerabilities |"));
        assert_eq!(row.expect("a row").contains("checked"), !is_checked, "{row:?}");
        let sarif: Value = serde_json::from_str(&form("report.sarif").await).expect("JSON");
        let notes = sarif.pointer("/runs/0/invocations/0/toolExecutionNotifications");
        assert_eq!(notes.is_some(), !is_checked, "{known:?}: {notes:?}");
        let stored: Value = serde_json::from_str(&form("report.json").await).expect("JSON");
        assert_eq!(stored["dependencies"].get("vulnerabilities"), known.as_ref());
        let bom: Value = serde_json::from_str(&form("sbom.json").await).expect("JSON");
        assert!(
            bom.get("vulnerabilities").is_none(),
            "a list would read as the whole one"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vulnerable_dependency_is_one_result_with_its_upgrade() {
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start(&database);
    let mut report = report();
    let found = |id: &str, severity: &str| {
        json!({ "id": id, "aliases": [], "summary": "s", "type": "npm", "name": "a|b", "version": "1.0.0", "purl": "pkg:npm/a",
                "severity": severity, "fixed": "1.2.0", "path": ["a@1.0.0"], "manifest": "package-lock.json", "isDev": false })
    };
    let shared = json!({ "id": "GHSA-3", "aliases": [], "summary": "s", "type": "npm", "name": "deep", "version": "3.0.0", "purl": "pkg:npm/deep",
                         "severity": "low", "path": ["@s/b@2.0.0", "deep@3.0.0"], "manifest": "package-lock.json", "isDev": false });
    report["dependencies"]["vulnerabilities"] = json!({
        "state": "complete", "packages": 3, "total": 3, "list": [found("GHSA-1", "high"), found("GHSA-2", "unknown"), shared],
        "upgrades": [{ "type": "npm", "name": "a|b", "version": "1.0.0", "manifest": "package-lock.json", "to": "1.2.0", "fixes": 2,
                       "severity": "high" }],
    });
    let id = complete(&api, report).await;
    let form = async |name: &str| {
        let path = format!("/api/scan/{id}/{name}");
        get(&api, &path).await.text().await.expect("the whole body")
    };
    let sarif: Value = serde_json::from_str(&form("report.sarif").await).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("a list").iter();
    let results: Vec<_> = results.filter(|one| one["ruleId"] == "vulnerable-dependency").collect();
    assert_eq!(results.len(), 2, "{results:?}");
    assert_eq!(
        results[1]["message"]["text"],
        "`@s/b` 2.0.0 has or leads to 1 known vulnerability. No single upgrade fixes it."
    );
    assert_eq!(
        (&results[0]["level"], &results[0]["message"]["text"]),
        (
            &json!("error"),
            &json!("`a|b` 1.0.0 has or leads to 2 known vulnerabilities. Upgrade it to 1.2.0.")
        )
    );
    let place = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(place, "package-lock.json");
    let markdown = form("report.md").await;
    assert!(markdown.contains("| Known vulnerabilities | 3 |"), "{markdown}");
    assert!(
        markdown.contains("| `a\\|b 1.0.0` | `GHSA-1` | high | `1.2.0` |"),
        "{markdown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn cyclonedx_has_two_versions() {
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start(&database);
    let id = complete(&api, report()).await;
    let path = format!("/api/scan/{id}/sbom.json");
    let mut documents = Vec::new();
    for version in ["1.6", "1.7"] {
        let response = get(&api, &format!("{path}?specVersion={version}")).await;
        let content_type = format!("application/vnd.cyclonedx+json; version={version}");
        assert_eq!(response.headers()["content-type"], content_type.as_str());
        let mut document: Value = response.json().await.expect("JSON");
        assert_eq!(document["specVersion"], version);
        valid(&cyclonedx(version).await, &document);
        assert_eq!(
            document["$schema"],
            format!("http://cyclonedx.org/schema/bom-{version}.schema.json")
        );
        for member in ["specVersion", "$schema"] {
            document[member] = Value::Null;
        }
        documents.push(document);
    }
    assert_eq!(documents[0], documents[1]);
    assert_eq!(get(&api, &format!("{path}?specVersion=1.5")).await.status(), 400);
}

/// A schema out of its package, which may have to be installed first.
async fn installed(read: impl FnOnce() -> Value + Send + 'static) -> Value {
    tokio::task::spawn_blocking(read).await.expect("a schema")
}

/// The schema of a version of CycloneDX, with those that it refers to.
async fn cyclonedx(version: &str) -> jsonschema::Validator {
    let name = format!("bom-{version}");
    let schema = installed(move || schemas::cyclonedx(&name)).await;
    let mut others = Vec::new();
    for name in ["spdx", "jsf-0.82", "cryptography-defs"] {
        let schema = installed(move || schemas::cyclonedx(name)).await;
        let address = format!("http://cyclonedx.org/schema/{name}.SNAPSHOT.schema.json");
        others.push((address, jsonschema::Resource::from_contents(schema)));
    }
    let registry = jsonschema::Registry::new()
        .extend(others)
        .expect("addresses")
        .prepare()
        .expect("schemas");
    jsonschema::options()
        .with_registry(&registry)
        .build(&schema)
        .expect("a schema")
}

fn valid(validator: &jsonschema::Validator, document: &Value) {
    let faults: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn markdown_is_harmless() {
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start(&database);
    let id = complete(&api, report()).await;
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

/// It needs nothing, runs nothing, and has all that the pages of the report show.
#[tokio::test(flavor = "multi_thread")]
async fn one_file_has_every_section() {
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start(&database);
    let id = complete(&api, report()).await;
    let response = get(&api, &format!("/api/scan/{id}/report.html")).await;
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    let page = response.text().await.expect("the whole body");
    let overview = get(&api, &format!("/scan/{id}"))
        .await
        .text()
        .await
        .expect("the whole body");
    let nav = overview.split("<nav class=\"tabs\"").nth(1).expect("the tabs");
    let nav = nav.split("</nav>").next().expect("their end");
    let tabs: Vec<&str> = nav
        .split(&format!("href=\"/scan/{id}/"))
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(tabs.len() > 10, "{tabs:?}");
    for tab in tabs {
        assert!(page.contains(&format!(" id=\"{tab}\"")), "{tab} is not on\n{page}");
    }
    let lower = page.to_lowercase();
    for never in [
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
        " style=",
        "url(",
        " src=\"",
        "\u{202e}",
    ] {
        assert!(!lower.contains(never), "`{never}` is on\n{page}");
    }
    assert!(page.contains("&lt;script&gt;alert(2)"));
    // Each link leads somewhere within it: the host of this repository has no addresses for files.
    for address in page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let id = address.strip_prefix('#').unwrap_or_else(|| panic!("{address}"));
        assert!(page.contains(&format!(" id=\"{id}\"")), "#{id} leads nowhere");
    }
    // What people with a screen reader go by.
    assert!(page.contains("<html lang=\"en\">") && page.contains("scope=\"col\""));
    assert_eq!(page.matches("<table").count(), page.matches("<caption").count());
}
