//! Whose turn it is, how long it takes, a key that is used twice, and what is kept.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use repolens_core::store::{NewScan, Store};
use repolens_core::{LeaseToken, RepoUrl, ScanId, UrlPolicy};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Api, Database, eventually};

crate::both! {
    one_clients_many_scans_do_not_keep_others_waiting,
    the_wait_is_told_where_it_can_be,
    a_key_gives_the_same_scan,
    old_reports_are_pruned_when_asked_for,
    a_clock_that_is_set_back_keeps_no_job,
}

const LEASE: Duration = Duration::from_secs(20);

async fn submit(store: &Store, client: &str, repository: &str, second: i64) -> ScanId {
    let new = NewScan {
        id: ScanId::random(),
        repo_url: RepoUrl::parse(&format!("https://git.example.org/{repository}"), &UrlPolicy::default())
            .expect("an address"),
        branch: None,
        request_id: None,
        user_id: None,
        is_private: false,
        client_key: client.into(),
        forced: false,
        idempotency: None,
        cancel_token: None,
    };
    let id = new.id.clone();
    store
        .submit(new, Utc::now() + TimeDelta::seconds(second))
        .await
        .expect("stored");
    id
}

async fn one_clients_many_scans_do_not_keep_others_waiting(database: Database) {
    let store = database.store().await;
    let mut names = std::collections::HashMap::new();
    for number in 0..30 {
        names.insert(submit(&store, "many", &format!("many/{number}"), number).await, "many");
    }
    let take = async || {
        let job = store
            .claim_next("w", &LeaseToken::random(), LEASE, Utc::now())
            .await
            .expect("an answer")
            .expect("a job");
        job.scan_id
    };
    // Five of them are done when two others come.
    for _ in 0..5 {
        assert_eq!(names[&take().await], "many");
    }
    let first = submit(&store, "few", "few/1", 100).await;
    let second = submit(&store, "few", "few/2", 101).await;
    names.insert(first.clone(), "few");
    names.insert(second.clone(), "few");
    names.insert(submit(&store, "one", "one/1", 102).await, "one");
    let position = async |id: &ScanId| {
        let seen = store
            .snapshot(id, Utc::now())
            .await
            .expect("an answer")
            .expect("stored");
        seen.place.expect("queued").position
    };
    assert_eq!((position(&first).await, position(&second).await), (2, 5));
    let mut order = Vec::new();
    for _ in 0..6 {
        order.push(names[&take().await]);
    }
    assert_eq!(order, ["many", "few", "one", "many", "few", "many"]);

    // Many clients with one repository are as one.
    for number in 0..10 {
        submit(&store, &format!("bot-{number}"), "same/same", 200 + number).await;
    }
    let person = submit(&store, "person", "own/own", 300).await;
    assert!(position(&person).await <= 3, "{}", position(&person).await);
}

async fn the_wait_is_told_where_it_can_be(database: Database) {
    let api = Api::start(&database);
    let wait = async |id: &str| {
        let (_, scan) = api.get(&format!("/api/scan/{id}")).await;
        (scan["queuePosition"].clone(), scan["estimatedWaitSeconds"].clone())
    };
    let first = api.submit().await;
    assert_eq!(wait(&first).await, (json!(1), Value::Null), "nothing was measured yet");
    for _ in 0..3 {
        let (id, lease) = api.claim().await;
        api.report(&id, &lease, json!({ "status": "completed", "results": {} }))
            .await;
        api.submit().await;
    }
    // They took ten seconds each, for all that anybody knows.
    let earlier = (Utc::now() - TimeDelta::seconds(60)).naive_utc();
    let (start, end) = (
        earlier.format("%F %T"),
        (earlier + TimeDelta::seconds(10)).format("%F %T"),
    );
    database
        .run(&format!(
            "UPDATE scans SET \"startedAt\" = '{start}', \"completedAt\" = '{end}' WHERE status = 'COMPLETED'"
        ))
        .await;
    let second = api.submit().await;
    assert_eq!(wait(&second).await, (json!(2), Value::Null), "nobody works");
    api.claim().await;
    let third = api.submit().await;
    assert_eq!(
        wait(&second).await,
        (json!(1), json!(5)),
        "the running one is half done"
    );
    assert_eq!(wait(&third).await, (json!(2), json!(15)));
}

async fn a_key_gives_the_same_scan(database: Database) {
    let api = Api::start(&database);
    let post = async |key: &str, body: Value| {
        let request = api
            .request(Method::POST, "/api/scan")
            .header("Idempotency-Key", key)
            .json(&body);
        let response = request.send().await.expect("an answer");
        let replayed = response.headers().contains_key("idempotent-replayed");
        (
            response.status().as_u16(),
            replayed,
            response.json::<Value>().await.expect("JSON")["scanId"].clone(),
        )
    };
    let body = json!({ "repoUrl": "https://git.example.org/a/b" });
    let (status, replayed, id) = post("key-1", body.clone()).await;
    assert_eq!((status, replayed), (201, false));
    // The same in another spelling.
    let same = json!({ "branch": null, "repoUrl": "https://GIT.example.org/a/b/" });
    assert_eq!(post("key-1", same).await, (201, true, id.clone()));
    let other = json!({ "repoUrl": "https://git.example.org/a/c" });
    assert_eq!(post("key-1", other).await.0, 422);
    assert_ne!(post("key-2", body.clone()).await.2, id);
    assert_eq!(post(&"k".repeat(256), body.clone()).await.0, 400);

    // Twenty at a time: one scan.
    let posts = futures_util::future::join_all((0..20).map(|_| post("key-3", body.clone()))).await;
    assert!(
        posts.iter().all(|(status, _, id)| *status == 201 && *id == posts[0].2),
        "{posts:?}"
    );
    assert_eq!(
        database.value("SELECT CAST(count(*) AS text) AS v FROM scans").await,
        "3"
    );

    // A key is remembered for a day.
    let long_ago = (Utc::now() - TimeDelta::hours(25)).naive_utc().format("%F %T");
    database
        .run(&format!("UPDATE scans SET \"createdAt\" = '{long_ago}'"))
        .await;
    let (status, replayed, new) = post("key-1", body).await;
    assert_eq!((status, replayed), (201, false));
    assert_ne!(new, id);
}

async fn old_reports_are_pruned_when_asked_for(database: Database) {
    let count = async || {
        database
            .value("SELECT CAST(count(*) AS text) AS v FROM scan_reports")
            .await
    };
    let done = async |api: &Api| {
        api.submit().await;
        let (id, lease) = api.claim().await;
        let results = json!({ "text": "x".repeat(1_000) });
        api.report(&id, &lease, json!({ "status": "completed", "results": results }))
            .await;
        id
    };
    let api = Api::start(&database);
    let first = done(&api).await;
    for _ in 0..4 {
        done(&api).await;
    }
    assert_eq!(count().await, "5", "off by default");
    drop(api);

    let api = Api::start_with(&database, &[("KEEP_REPORTS", "3")]);
    eventually("three are left", async || (count().await == "3").then_some(())).await;
    let newest = done(&api).await;
    eventually("three are left again", async || (count().await == "3").then_some(())).await;
    assert_eq!(api.get(&format!("/api/scan/{newest}/results")).await.0, 200);
    let (status, problem) = api.get(&format!("/api/scan/{first}/results")).await;
    assert_eq!(status, 404, "{problem}");
    assert!(problem["detail"].as_str().expect("text").contains("no longer stored"));
    assert_eq!(
        api.get(&format!("/api/scan/{first}")).await.1["status"],
        "completed",
        "the scan stays"
    );
    drop(api);

    database
        .run("UPDATE scan_reports SET \"createdAt\" = '2020-01-01 00:00:00'")
        .await;
    let _api = Api::start_with(&database, &[("KEEP_REPORTS_FOR", "30d")]);
    eventually("none is left", async || (count().await == "0").then_some(())).await;
}

async fn a_clock_that_is_set_back_keeps_no_job(database: Database) {
    let api = Api::start(&database);
    let id = api.submit().await;
    api.claim().await;
    // The worker is gone, and its lease was written by a clock that was an hour ahead.
    let ahead = (Utc::now() + TimeDelta::hours(1)).naive_utc().format("%F %T");
    database
        .run(&format!("UPDATE scans SET \"leaseUntil\" = '{ahead}'"))
        .await;
    drop(api);
    let api = Api::start(&database);
    assert!(api.logged("the clock was set back"), "{}", api.log());
    let left = async || {
        database
            .value("SELECT CAST(\"leaseUntil\" AS text) AS v FROM scans")
            .await
    };
    let latest = (Utc::now() + TimeDelta::seconds(21))
        .naive_utc()
        .format("%F %T")
        .to_string();
    eventually("the lease is shortened", async || (left().await < latest).then_some(())).await;
    let _id = id;
}
