//! A form that always sends `main`: the scan tells which branch was analyzed in its place.

use serde_json::json;

use crate::exports::report;
use crate::support::{Api, Database};

crate::every_database! { the_scan_tells_which_branch_was_analyzed }

async fn the_scan_tells_which_branch_was_analyzed(database: Database) {
    let api = Api::start(&database);
    let body = json!({ "repoUrl": "https://git.example.org/owner/repository", "branch": "main" });
    let (_, accepted) = api.post("/api/scan", body).await;
    let id = accepted["scanId"].as_str().expect("an id");
    let (_, lease) = api.claim().await;
    let (_, scan) = api.get(&format!("/api/scan/{id}")).await;
    assert_eq!(scan["branch"], "main");
    assert!(scan.get("branchNote").is_none(), "{scan}");
    let done = json!({ "status": "completed", "results": report(), "branch": "trunk", "branchNote": "default-branch" });
    let (status, answer) = api.report(id, &lease, done).await;
    assert_eq!(status, 200, "{answer}");

    let message = "The repository has no branch `main`. Its default branch `trunk` was analyzed.";
    let (_, list) = api.get("/api/user/scans").await;
    for (what, answer) in [
        ("scan", api.get(&format!("/api/scan/{id}")).await.1),
        ("results", api.get(&format!("/api/scan/{id}/results")).await.1),
        ("list", list["scans"][0].clone()),
    ] {
        for (member, value) in [
            ("branch", "trunk"),
            ("branchRequested", "main"),
            ("branchNote", "default-branch"),
            ("branchMessage", message),
        ] {
            assert_eq!(answer[member], value, "{what}");
        }
    }
    for form in ["report.html", "report.md"] {
        let request = api.request(reqwest::Method::GET, &format!("/api/scan/{id}/{form}"));
        let text = request.send().await.expect("an answer").text().await.expect("the body");
        assert!(
            text.contains("was analyzed") && text.contains("has no branch"),
            "{form}: {text}"
        );
    }
}
