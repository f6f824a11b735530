//! Two reports of one scan at the same instant: one is recorded, and both are answered as the contract says.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Api, Database};

crate::every_database! {
    the_same_report_twice_at_once_is_harmless,
    of_two_different_reports_at_once_one_is_recorded,
    of_a_live_and_a_lost_lease_at_once_the_live_one_is_recorded,
}

const ROUNDS: usize = 100;

async fn the_same_report_twice_at_once_is_harmless(database: Database) {
    let api = Api::start(&database);
    for round in 0..ROUNDS {
        let id = api.submit().await;
        let (_, lease) = api.claim().await;
        // All three ways for a scan to end.
        let report = match round % 3 {
            0 => json!({ "status": "completed", "results": { "round": round } }),
            1 => json!({ "status": "failed", "error": "It failed.", "errorCode": "clone-failed" }),
            _ => json!({ "status": "cancelled" }),
        };
        let (one, two) = tokio::join!(
            api.report(&id, &lease, report.clone()),
            api.report(&id, &lease, report.clone()),
        );
        assert_eq!(
            (one.0, two.0),
            (StatusCode::OK, StatusCode::OK),
            "round {round}: {one:?} {two:?}"
        );
        let repeated = [&one.1["repeated"], &two.1["repeated"]];
        assert!(
            repeated.contains(&&json!(true)) && repeated.contains(&&json!(false)),
            "round {round}: one of them was the first: {repeated:?}"
        );
        assert_eq!(api.get(&format!("/api/scan/{id}")).await.1["status"], report["status"]);
    }
    assert_eq!(reports(&database).await, ROUNDS.div_ceil(3).to_string());
}

async fn of_two_different_reports_at_once_one_is_recorded(database: Database) {
    let api = Api::start(&database);
    for round in 0..ROUNDS {
        let id = api.submit().await;
        let (_, lease) = api.claim().await;
        let report = |by: &str| json!({ "status": "completed", "results": { "by": by } });
        let (one, two) = tokio::join!(
            api.report(&id, &lease, report("one")),
            api.report(&id, &lease, report("two")),
        );
        assert_recorded(&api, &id, round, [("one", one), ("two", two)]).await;
    }
    assert_eq!(reports(&database).await, ROUNDS.to_string());
}

async fn of_a_live_and_a_lost_lease_at_once_the_live_one_is_recorded(database: Database) {
    let api = Api::start(&database);
    for round in 0..ROUNDS {
        let id = api.submit().await;
        let (_, lost) = api.claim().await;
        let release = json!({ "leaseToken": lost, "reason": "a test" });
        assert_eq!(
            api.work(&format!("/api/worker/jobs/{id}/release"), release).await.0,
            200
        );
        let (_, live) = api.claim().await;
        let report = |by: &str| json!({ "status": "completed", "results": { "by": by } });
        let (stale, right) = tokio::join!(
            api.report(&id, &lost, report("lost")),
            api.report(&id, &live, report("live")),
        );
        assert_eq!(right.0, StatusCode::OK, "round {round}: {right:?}");
        assert_recorded(&api, &id, round, [("lost", stale), ("live", right)]).await;
    }
    assert_eq!(reports(&database).await, ROUNDS.to_string());
}

/// One was taken and is what is served; the other was refused.
async fn assert_recorded(api: &Api, id: &str, round: usize, answers: [(&str, (StatusCode, Value)); 2]) {
    let (_, served) = api.get(&format!("/api/scan/{id}/results")).await;
    for (by, (status, body)) in answers {
        let expected = match served["results"]["by"] == by {
            true => StatusCode::OK,
            false => StatusCode::CONFLICT,
        };
        assert_eq!(status, expected, "round {round}, `{by}`: {body}, served: {served}");
    }
}

async fn reports(database: &Database) -> String {
    database
        .value("SELECT CAST(count(*) AS text) AS v FROM scan_reports")
        .await
}
