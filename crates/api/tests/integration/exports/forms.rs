//! What stands in each form: valid by the schemas of others, harmless, and all that the report has.

use serde_json::{Value, json};

use super::{complete, get, report};
use crate::support::{Api, Database, Kind};

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
        &include_str!("../../fixtures/schemas/sarif-2.1.0.schema.json").replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}?$"),
    );
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
    let bom_schema = schema(include_str!("../../fixtures/schemas/bom-1.6.schema.json"));
    let registry = jsonschema::Registry::new()
        .extend([
            (
                "http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json",
                jsonschema::Resource::from_contents(schema(include_str!("../../fixtures/schemas/spdx.schema.json"))),
            ),
            (
                "http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json",
                jsonschema::Resource::from_contents(schema(include_str!(
                    "../../fixtures/schemas/jsf-0.82.schema.json"
                ))),
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
        "2 files with 61 imports of each other and 17 of packages; 5 imports lead nowhere.",
        "<td><code>a.js</code></td><td><code>./&lt;gone&gt;</code></td>",
        "1 of 5 are shown",
        // The call graph.
        "321 functions, of which 4 are reached from no entry point. Of 900 calls, 500 lead to",
        "100 to one that is likely, and 250 out of it. Functions call 1.5 others on average; the longest way from an entry point has 9 calls.",
        "<td><code>a.js:hub&lt;i&gt;</code></td><td><code>a.js:4</code></td><td class=\"n\">12</td><td class=\"n\">7</td>",
        // Unused code.
        "2 of 9 exports and 1 of 5 imports are used nowhere; 3 private functions are called by nothing; 1 files",
        "<td><code>left&lt;T&gt;</code></td><td><code>src/x|y.ts:8</code></td><td>nothing names it</td>",
        "2 of 3 are shown",
        // And the others.
        "sql-injection",
        "Circular imports",
        "Copies, the largest first",
        "Direct dependencies",
        "Licence files",
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

/// A report of this version is one page with all that its tabs show.
#[tokio::test(flavor = "multi_thread")]
async fn one_file_has_every_section() {
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start(&database);
    let mut ours = report();
    ours["analyser"] = json!({
        "version": "0.2.0", "stages": [], "skippedFiles": [], "skippedFilesTotal": 0, "truncated": false,
        "limits": { "maxFileSize": 1, "maxParseSize": 1, "maxManifestSize": 1, "maxFiles": 1, "maxTotalSize": 1, "maxNesting": 1 },
    });
    let id = complete(&api, ours).await;
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
    let tabs: Vec<&str> = overview
        .split(&format!("href=\"/scan/{id}/"))
        .skip(1)
        .filter_map(|rest| rest.split(['"', '#', '?']).next())
        .collect();
    assert!(tabs.len() > 10, "{tabs:?}");
    for tab in tabs {
        assert!(page.contains(&format!(" id=\"{tab}\"")), "{tab} is not on\n{page}");
    }
    for never in [
        "<script", "<img", "<link", "<form", "href=\"/", "src=", " style=", "url(", "\u{202e}",
    ] {
        assert!(!page.contains(never), "`{never}` is on\n{page}");
    }
    // Each link within it leads somewhere.
    for id in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.contains(&format!(" id=\"{id}\"")), "#{id} leads nowhere");
    }
}
