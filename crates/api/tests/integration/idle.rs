//! While nobody asks anything, the database is not asked anything either: a serverless one may sleep.

use serde_json::json;

use crate::support::{Api, Database, Kind, Postgres};

/// When the API's sessions were last asked anything. Asked in another database, so that the question is not seen.
async fn last_query(database: &Database) -> String {
    let name = database.url().rsplit('/').next().expect("a name");
    let sql = format!(
        "SELECT max(query_start)::text AS v FROM pg_stat_activity WHERE datname = '{name}' AND application_name = 'repolens-api'"
    );
    Postgres::shared().values(&sql).await.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_api_with_waiting_workers_asks_nothing_of_the_database() {
    let database = Database::new(Kind::Postgres).await;
    let api = Api::start(&database);
    // A scan that has been done: nothing is left to watch.
    let id = api.submit().await;
    let (_, lease) = api.claim().await;
    api.report(&id, &lease, json!({ "status": "completed", "results": {} }))
        .await;
    let nothing = json!({ "workerId": "w", "waitMs": 10 });
    assert_eq!(api.work("/api/worker/claim", nothing).await.0, 204);
    // It rested at the start; it rests again when it has seen that the job is done, at the latest when its lease would have
    // ended.
    assert!(
        api.logged_times("no worker has a scan, the checks pause", 2),
        "{}",
        api.log()
    );

    let before = last_query(&database).await;
    let wait = json!({ "workerId": "w", "waitMs": 1_000 });
    let (first, second) = tokio::join!(
        api.work("/api/worker/claim", wait.clone()),
        api.work("/api/worker/claim", wait)
    );
    assert_eq!((first.0.as_u16(), second.0.as_u16()), (204, 204));
    assert_eq!(api.get("/api/health").await.0, 200);
    assert_eq!(last_query(&database).await, before, "something was asked");

    // Whoever scrapes it is told what was counted after the last change.
    let metrics = async || {
        let response = api
            .request(reqwest::Method::GET, "/metrics")
            .send()
            .await
            .expect("an answer");
        response.text().await.expect("the whole body")
    };
    assert!(metrics().await.contains("repolens_scans{status=\"completed\"} 1\n"));
    let counted = last_query(&database).await;
    assert!(metrics().await.contains("repolens_scans{status=\"completed\"} 1\n"));
    assert_eq!(last_query(&database).await, counted, "it was counted again");

    // It would be seen: a look at a scan is.
    api.get(&format!("/api/scan/{id}")).await;
    assert_ne!(last_query(&database).await, counted);
    api.submit().await;
    assert!(metrics().await.contains("repolens_scans{status=\"queued\"} 1\n"));
}
