//! PostgreSQL goes away and comes back: asleep, restarted, stopped for longer.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::{Api, Database, Postgres, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_comes_back_in_time_is_not_noticed() {
    let server = Postgres::start();
    let database = Database::at(&server.url("postgres"));
    let api = Api::start(&database);
    let id = api.submit().await;
    let (_, lease) = api.claim().await;

    // Its connections are cut and new ones are refused while the calls come in.
    server.stop_server();
    let beat = json!({ "leaseToken": lease, "progress": 50 });
    let beats = format!("/api/worker/jobs/{id}/heartbeat");
    let (look, submitted, beaten, ()) = tokio::join!(
        api.request(Method::GET, &format!("/api/scan/{id}")).send(),
        api.submit(),
        api.work(&beats, beat),
        async {
            // The calls have been refused at least once when it starts again.
            assert!(api.logged("the database is unavailable"), "{}", api.log());
            tokio::task::block_in_place(|| server.start_server());
        }
    );
    assert_eq!(look.expect("an answer").status(), 200);
    assert_eq!(beaten.0, 200);
    assert_eq!(
        api.get(&format!("/api/scan/{submitted}")).await.0,
        200,
        "accepted, so it is there"
    );
    assert_eq!(
        api.report(&id, &lease, json!({ "status": "completed", "results": {} }))
            .await
            .0,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stays_away_is_told_and_nothing_is_lost() {
    let server = Postgres::start();
    let database = Database::at(&server.url("postgres"));
    let api = Api::start(&database);
    let id = api.submit().await;
    let (_, lease) = api.claim().await;
    server.stop_server();

    let refused = api
        .request(Method::POST, "/api/scan")
        .json(&json!({ "repoUrl": "https://git.example.org/a/b" }))
        .send();
    // The wait is bounded: nobody is kept for as long as the outage lasts.
    let refused = tokio::time::timeout(Duration::from_secs(120), refused)
        .await
        .expect("an answer although the database stays away")
        .expect("an answer");
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(api.get("/api/health").await.0, 200, "alive all the same");
    assert_eq!(api.get("/api/ready").await.0, 503);

    server.start_server();
    // The worker tries again, as workers do, and its report is recorded: the lease lives in the row.
    let report = json!({ "status": "completed", "results": { "kept": true } });
    let status = eventually("the report is recorded", async || {
        let (status, _) = api.report(&id, &lease, report.clone()).await;
        (status == 200 || status == 409).then_some(status)
    })
    .await;
    // The outage is shorter than the lease and the reconciler's look.
    assert_eq!(status, 200, "{}", api.log());
    assert_eq!(
        api.get(&format!("/api/scan/{id}")).await.1["results"],
        json!({ "kept": true })
    );
}
