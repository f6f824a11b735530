//! A report that the worker of the older system wrote is exported whole, with the figures that it has and no others.

use serde_json::{Value, json};

use super::get;
use crate::support::{Api, Database, Prisma};

const REPORT: &str = include_str!("../fixtures/older-report.json");

async fn exports_of(results: &Value) -> (Api, Vec<String>) {
    let database = Database::of_prisma(Prisma::WithoutAdapter).await;
    database.run(&Prisma::WithoutAdapter.rows()).await;
    let text = results.to_string().replace('\'', "''");
    database
        .run(&format!(
            "UPDATE scans SET results = '{text}' WHERE id = 'clx8f2k9a0000v5h4'"
        ))
        .await;
    let api = Api::start(&database);
    let mut texts = Vec::new();
    for form in [
        "report.html",
        "report.md",
        "report.sarif",
        "sbom.json",
        "sbom.spdx.json",
        "report.json",
    ] {
        let response = get(&api, &format!("/api/scan/clx8f2k9a0000v5h4/{form}")).await;
        assert_eq!(response.status(), 200, "{form}");
        texts.push(response.text().await.expect("the whole body"));
    }
    (api, texts)
}

fn older() -> Value {
    serde_json::from_str(REPORT).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_report_is_exported_whole() {
    let (_api, texts) = exports_of(&older()).await;
    let [page, markdown, sarif, bill, spdx, stored] = texts.as_slice() else {
        panic!("six forms");
    };
    for words in [
        // Scores and where they come from.
        ">37 <",
        "level medium",
        ">48.5<",
        ">71.2<",
        ">85<",
        "high complexity",
        "Average complexity is high",
        "requests/models.py",
        // README.
        "README: grade D, 68 of 100.",
        "Add installation instructions",
        "Name the license",
        // Complexity, cycles, calls, dead code.
        "240 functions; cyclomatic complexity 3.4 on average and 28 at most",
        "prepare_body",
        "requests/utils.py</code> → <code>requests/cookies.py",
        "Call graph: 240 functions, of which 31 are reached from no entry point.",
        "Session.send",
        "1 of 120 exports and 1 of 190 imports are used nowhere.",
        "older_helper",
        // Dependencies and words.
        "urllib3",
        "An HTTP library of middling risk.",
        "Most of its weight lies in one module.",
        "The module of models is the riskiest.",
    ] {
        assert!(page.contains(words), "`{words}` is not in\n{page}");
    }
    // What it does not have is not shown as measured.
    for words in [
        "Of 0 calls",
        "0 private functions",
        "0 files are reached",
        "There is no README",
        "NaN",
        "unknown here, and are left out",
        "made from the figures, without a language model",
    ] {
        assert!(!page.contains(words), "`{words}` is in\n{page}");
    }
    for words in [
        "37",
        "grade D",
        "prepare\\_body",
        "requests/cookies.py",
        "Another version wrote these",
    ] {
        assert!(
            markdown.contains(words) || markdown.contains(&words.replace('\\', "")),
            "`{words}` is not in\n{markdown}"
        );
    }
    let sarif: Value = serde_json::from_str(sarif).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("a list");
    let rules: Vec<&str> = results.iter().filter_map(|result| result["ruleId"].as_str()).collect();
    for rule in ["high-complexity", "circular-import", "unused-import", "unused-export"] {
        assert!(rules.contains(&rule), "{rule}: {rules:?}");
    }
    let import = results
        .iter()
        .find(|result| result["ruleId"] == "unused-import")
        .expect("one");
    let place = &import["locations"][0]["physicalLocation"];
    assert!(place.get("region").is_none(), "no line is made up: {place}");
    let bill: Value = serde_json::from_str(bill).expect("JSON");
    let components = bill["components"].as_array().expect("a list");
    assert_eq!(components.len(), 2, "{components:?}");
    assert_eq!(components[0]["purl"], "pkg:pypi/urllib3");
    let spdx: Value = serde_json::from_str(spdx).expect("JSON");
    let packages = spdx["packages"].as_array().expect("a list");
    assert_eq!(packages.len(), 3, "the repository and its packages: {packages:?}");
    assert_eq!(packages[1]["externalRefs"][0]["referenceLocator"], "pkg:pypi/urllib3");
    assert_eq!(serde_json::from_str::<Value>(stored).expect("JSON"), older());
}

/// Whichever members another version left out, or wrote otherwise, the rest is shown.
#[tokio::test(flavor = "multi_thread")]
async fn each_section_may_lack_any_member() {
    let mut report = older();
    for (section, member, value) in [
        ("riskScores", "maintainability", json!(null)),
        ("riskScores", "breakdown", json!([])),
        ("riskScores", "file_risks", json!({ "requests/api.py": 3 })),
        ("readmeAnalysis", "score_breakdown", json!(68)),
        ("readmeAnalysis", "statistics", json!(null)),
        ("complexityMetrics", "fileSummaries", json!(null)),
        ("circularDependencies", "affected_files", json!(2)),
        ("deadCode", "statistics", json!({})),
        ("deadCode", "unused_imports", json!([])),
        ("callGraph", "most_complex", json!(null)),
        ("dependencies", "graph", json!(null)),
        ("explanations", "confidence", json!(0.8)),
        ("explanations", "provider", json!(null)),
    ] {
        report[section][member] = value;
    }
    let (_api, texts) = exports_of(&report).await;
    let page = &texts[0];
    for words in [
        ">37 <",
        "Maintainability",
        "not measured",
        "README: grade D, 68 of 100.",
        "prepare_body",
        "older_helper",
        "Call graph: 240 functions",
        "urllib3",
        "An HTTP library of middling risk.",
    ] {
        assert!(page.contains(words), "`{words}` is not in\n{page}");
    }
}
