//! The history, the trends and the comparison of a repository's scans.

use serde_json::{Value, json};

use crate::exports::{complete, report};
use crate::support::{Api, Database, Kind};

crate::every_database! { history_and_trends, comparison, unknown_and_private }

async fn repository(database: &Database) -> String {
    database.value("SELECT id AS v FROM repositories").await
}

async fn history_and_trends(database: Database) {
    let api = Api::start(&database);
    let mut ids = Vec::new();
    for (risk, readme) in [(60.0, 40.0), (50.0, 50.0), (41.5, 80.0)] {
        let mut results = report();
        results["riskScores"]["overall"] = json!(risk);
        results["readmeAnalysis"]["score"] = json!(readme);
        ids.push(complete(&api, results).await);
    }
    let failed = api.submit().await;
    let (_, lease) = api.claim().await;
    api.report(&failed, &lease, json!({ "status": "failed" })).await;
    let repository = repository(&database).await;
    let name = database.value("SELECT \"fullName\" AS v FROM repositories").await;
    assert_eq!(name, "git.example.org/owner/repository");
    assert_eq!(
        database.value("SELECT \"lastScanId\" AS v FROM repositories").await,
        ids[2]
    );
    assert_eq!(database.value("SELECT language AS v FROM repositories").await, "rust");

    let (status, history) = api.get(&format!("/api/history/repository/{repository}")).await;
    assert_eq!(status, 200, "{history}");
    let listed: Vec<&Value> = history
        .as_array()
        .expect("a list")
        .iter()
        .map(|scan| &scan["id"])
        .collect();
    assert_eq!(
        listed,
        [&ids[2], &ids[1], &ids[0]],
        "newest first, completed ones alone"
    );
    let newest = &history[0];
    assert_eq!(
        (&newest["status"], &newest["branch"]),
        (&json!("COMPLETED"), &json!("main"))
    );
    let version = &newest["versions"][0];
    assert_eq!(
        (
            &version["versionNumber"],
            &version["commitSha"],
            &version["riskScores"]["overall"]
        ),
        (&json!(1), &json!("c0ffee"), &json!(41.5))
    );
    assert_eq!(version["dependencies"]["total"], 4);

    let (status, trends) = api.get(&format!("/api/history/trends/{repository}")).await;
    assert_eq!(status, 200, "{trends}");
    let points = trends["trends"].as_array().expect("a list");
    assert_eq!(
        points.iter().map(|point| &point["overallRisk"]).collect::<Vec<_>>(),
        [60.0, 50.0, 41.5]
    );
    assert_eq!(
        (
            &points[2]["readmeScore"],
            &points[2]["security"],
            &points[2]["maintainability"],
            &points[2]["scanId"]
        ),
        (&json!(80.0), &json!(90.0), &json!(62.25), &json!(ids[2]))
    );
    let summary = &trends["summary"];
    assert_eq!(
        (
            &summary["totalScans"],
            &summary["riskChange"],
            &summary["avgRisk"],
            &summary["trend"]
        ),
        (&json!(3), &json!(-18.5), &json!(51.0), &json!("improving"))
    );
    assert_eq!(summary["latestScan"], points[2]);

    // Rows of the older system: the figures stand in the report alone.
    database
        .run("UPDATE scans SET \"riskScores\" = NULL, \"readmeAnalysis\" = NULL")
        .await;
    let (_, again) = api.get(&format!("/api/history/trends/{repository}")).await;
    assert_eq!(again, trends);
    // No trend is longer than 20.
    for _ in 0..20 {
        complete(&api, report()).await;
    }
    let (_, trends) = api.get(&format!("/api/history/trends/{repository}")).await;
    assert_eq!(trends["trends"].as_array().map(Vec::len), Some(20));
}

async fn comparison(database: Database) {
    let api = Api::start(&database);
    let first = complete(&api, report()).await;
    let mut results = report();
    results["riskScores"]["overall"] = json!(30.0);
    results["ast"]["files"][1]["path"] = json!("c.js");
    results["dependencies"]["packages"]
        .as_array_mut()
        .expect("a list")
        .remove(1);
    let second = complete(&api, results).await;
    let (status, body) = api.get(&format!("/api/history/compare/{first}/{second}")).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(
        (&body["scan1"]["id"], &body["scan2"]["id"]),
        (&json!(first), &json!(second))
    );
    assert_eq!(
        (&body["scan1"]["branch"], &body["improved"]),
        (&json!("main"), &json!(true))
    );
    assert!(
        body["scan1"]["createdAt"]
            .as_str()
            .is_some_and(|time| time.ends_with('Z'))
    );
    assert_eq!(
        body["deltas"],
        json!({ "overallRisk": -11.5, "complexity": 0.0, "security": 0.0, "maintainability": 0.0 })
    );
    assert_eq!(
        body["changes"],
        json!({ "filesAdded": 1, "filesRemoved": 1, "dependenciesAdded": 0, "dependenciesRemoved": 1 })
    );
    assert_eq!(
        body["lists"]["dependenciesRemoved"],
        json!([{ "type": "cargo", "name": "itoa" }])
    );
    let (_, back) = api.get(&format!("/api/history/compare/{second}/{first}")).await;
    assert_eq!(
        (&back["improved"], &back["lists"]["filesAdded"]),
        (&json!(false), &json!(["a.js"]))
    );
    let queued = api.submit().await;
    assert_eq!(api.get(&format!("/api/history/compare/{first}/{queued}")).await.0, 409);
    let (status, problem) = api.get(&format!("/api/history/compare/nothing/{first}")).await;
    assert_eq!((status.as_u16(), &problem["scanId"]), (404, &json!("nothing")));
}

async fn unknown_and_private(database: Database) {
    let api = Api::start(&database);
    for path in [
        "history/repository/nothing",
        "history/trends/nothing",
        "history/trends/%00",
        "history/trends/%27",
    ] {
        assert_eq!(api.get(&format!("/api/{path}")).await.0, 404, "{path}");
    }
    complete(&api, report()).await;
    let repository = repository(&database).await;
    database.run("UPDATE scans SET \"isPrivate\" = true").await;
    let (status, body) = api.get(&format!("/api/history/repository/{repository}")).await;
    assert_eq!(
        (status.as_u16(), body),
        (200, json!([])),
        "the repository is known, its private scans are not"
    );
    let (_, trends) = api.get(&format!("/api/history/trends/{repository}")).await;
    assert_eq!(trends, json!({ "trends": [], "summary": null }));
    let yes = if database.kind == Kind::Sqlite { "1" } else { "true" };
    database
        .run(&format!("UPDATE repositories SET \"isPrivate\" = {yes}"))
        .await;
    assert_eq!(api.get(&format!("/api/history/repository/{repository}")).await.0, 404);
}
