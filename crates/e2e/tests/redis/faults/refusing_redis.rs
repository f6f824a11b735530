//! Redis answers and does not serve: it has no place for another client, lets nobody in, or took a right away.

use std::sync::OnceLock;

use serde_json::Value;

use crate::deployment::{Deployment, Process};
use crate::form;
use repolens_testkit::until;

/// The reason that the readiness check has for the queue, where there is one.
async fn reason(deployment: &Deployment) -> Option<String> {
    let answer = deployment.http.get(deployment.url("/api/ready")).send().await;
    let answer = answer.expect("the API answers");
    assert_eq!(answer.status(), 200, "scans are accepted and wait");
    let body: Value = answer.json().await.expect("JSON");
    body["checks"]["queue"]["reason"].as_str().map(str::to_owned)
}

async fn is_told(api: &Process, sentence: &str) {
    until(&format!("the log has `{sentence}`"), async || {
        api.log().contains(sentence)
    })
    .await;
}

/// At the start and later: the reason is in the log and in the readiness check, scans wait, and are done when Redis serves.
async fn refused(what: &str, sentence: &str, begin: impl AsyncFnOnce(&Deployment), end: impl AsyncFnOnce(&Deployment)) {
    let mut deployment = Deployment::on_postgres().await;
    begin(&deployment).await;
    let api = deployment.api().await;
    is_told(&api, sentence.trim_end_matches('.')).await;
    let repository = repolens_e2e::Repository::small();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(deployment.submit(&repository.url()).await);
    }
    let told = reason(&deployment).await;
    assert_eq!(told.as_deref(), Some(sentence), "{what}");
    end(&deployment).await;
    until("Redis serves", async || reason(&deployment).await.is_none()).await;
    let worker = deployment.worker("w").await;
    let ledger = crate::ledger::Ledger::open(&deployment).await;
    let tally = ledger.tally(&ids).await;
    form::report(&format!("Redis {what}"), &tally);
    tally.all_completed();
    assert_eq!(tally.most_attempts, 1, "{tally}");
    drop((api, worker));
    deployment.redis.stop();
}

#[tokio::test]
async fn no_place_for_another_client() {
    // The test's own connection takes the only place.
    let only = OnceLock::new();
    refused(
        "without a place for another client",
        "Redis has as many clients as it may have (`maxclients`).",
        async |deployment| {
            let mut connection = deployment.redis.connect().await;
            set_clients(&mut connection, "1").await;
            only.set(connection).expect("once");
        },
        async |_| set_clients(&mut only.get().cloned().expect("it was made"), "1000").await,
    )
    .await;
}

async fn set_clients(connection: &mut redis::aio::MultiplexedConnection, most: &str) {
    let set: redis::RedisResult<()> = redis::cmd("CONFIG")
        .arg(&["SET", "maxclients", most])
        .query_async(connection)
        .await;
    set.expect("Redis takes the setting");
}

#[tokio::test]
async fn a_password_that_the_address_does_not_have() {
    refused(
        "with a password",
        "Redis asks for a password, and none is set here.",
        async |deployment| {
            deployment
                .redis
                .ask::<()>(&["CONFIG", "SET", "requirepass", "secret"])
                .await
        },
        async |deployment| {
            let client = redis::Client::open(format!("redis://:secret@127.0.0.1:{}", deployment.redis.port));
            let connection = client.expect("an address").get_multiplexed_async_connection().await;
            let reset: redis::RedisResult<()> = redis::cmd("CONFIG")
                .arg(&["SET", "requirepass", ""])
                .query_async(&mut connection.expect("it is right"))
                .await;
            reset.expect("Redis takes the setting");
        },
    )
    .await;
}

#[tokio::test]
async fn a_right_that_is_missing() {
    refused(
        "that took a right away",
        "The Redis user lacks a right that the queue needs.",
        async |deployment| {
            deployment
                .redis
                .ask::<()>(&["ACL", "SETUSER", "default", "-evalsha", "-eval"])
                .await
        },
        async |deployment| {
            deployment
                .redis
                .ask::<()>(&["ACL", "SETUSER", "default", "+@all"])
                .await
        },
    )
    .await;
}
