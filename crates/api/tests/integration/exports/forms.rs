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
        "61 imports between files, 17 of packages, 5 whose file was not found.",
        "<code><bdi>./&lt;gone&gt;</bdi></code>",
        // The call graph.
        ":hub&lt;i&gt;</bdi></code>",
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
