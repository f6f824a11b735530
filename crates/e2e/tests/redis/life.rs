//! A scan's way through Redis.

use std::time::{Duration, Instant};

use repolens_e2e::{GitServer, Repository};
use serde_json::{Value, json};

use super::deployment::Deployment;
use super::idle::Monitor;
use repolens_testkit::until;

async fn goes_through(deployment: Deployment) {
    let repository = Repository::small();
    let api = deployment.api().await;
    let worker = deployment.worker("w").await;
    let connected = format!("Worker connected to Redis: 127.0.0.1:{}", deployment.redis.port);
    assert!(worker.log().contains(&connected), "{}", worker.log());
    let ready: Value = deployment
        .http
        .get(deployment.url("/api/ready"))
        .send()
        .await
        .expect("the API answers")
        .json()
        .await
        .expect("JSON");
    assert_eq!(ready["checks"]["queue"]["kind"], "redis", "{ready}");
    assert_eq!(ready["checks"]["queue"]["status"], "up", "{ready}");
    assert!(ready["checks"]["queue"]["latencyMs"].is_number(), "{ready}");

    // The first job brings the scripts along.
    let warm = deployment.submit(&repository.url()).await;
    deployment.until_status(&warm, "completed").await;
    deployment.redis.until_in(&warm, "completed").await;

    let monitor = Monitor::start(&deployment.redis).await;
    let id = deployment.submit(&repository.url()).await;
    let scan = deployment.until_status(&id, "completed").await;
    assert_eq!(scan["commitSha"], repository.head());
    deployment.redis.until_in(&id, "completed").await;
    let returned = deployment.redis.field(&id, "returnvalue").await.expect("a value");
    let returned: Value = serde_json::from_str(&returned).expect("JSON");
    assert_eq!(
        (&returned["scanId"], &returned["status"]),
        (&json!(id), &json!("completed"))
    );
    assert!(returned["durationMs"].is_number(), "{returned}");

    // What the waiting worker asks afterwards is counted as well.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let commands = monitor.stop().await;
    assert!(
        (5..=40).contains(&commands.of_clients.len()),
        "{}: {:?}",
        commands.of_clients.len(),
        commands.of_clients
    );
    worker.stop().await;
    api.stop().await;
}

#[tokio::test]
async fn a_scan_goes_through_redis_and_postgresql() {
    goes_through(Deployment::on_postgres().await).await;
}

#[tokio::test]
async fn a_scan_goes_through_redis_and_sqlite() {
    goes_through(Deployment::on_sqlite().await).await;
}

#[tokio::test]
async fn a_running_scan_is_cancelled_within_two_seconds_and_a_waiting_one_at_once() {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let _api = deployment.api().await;
    let _worker = deployment.worker("w").await;
    server.hang(true);
    let running = deployment.submit(&server.url("bare.git")).await;
    server.wait_for_held(1);
    let waiting = deployment.submit(&server.url("bare.git")).await;
    deployment.redis.until_in(&waiting, "wait").await;

    deployment.cancel(&waiting).await;
    assert_eq!(deployment.redis.places(&waiting).await, [""; 0], "its job is gone");

    let begin = Instant::now();
    deployment.cancel(&running).await;
    deployment.until_status(&running, "cancelled").await;
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    deployment.redis.until_in(&running, "completed").await;
    let returned = deployment.redis.field(&running, "returnvalue").await.expect("a value");
    assert!(returned.contains("\"cancelled\""), "{returned}");
    assert_eq!(deployment.scan(&waiting).await["status"], "cancelled");
}

#[tokio::test]
async fn a_worker_that_stops_gives_its_job_to_another_at_once() {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let _api = deployment.api().await;
    let first = deployment.worker("first").await;
    server.hang(true);
    let id = deployment.submit(&server.url("bare.git")).await;
    server.wait_for_held(1);
    let _second = deployment.worker("second").await;
    server.hang(false);
    let begin = Instant::now();
    first.stop().await;
    deployment.until_status(&id, "completed").await;
    assert!(
        begin.elapsed() < Duration::from_secs(10),
        "nobody waits for a lease: {:?}",
        begin.elapsed()
    );
    assert_eq!(
        deployment
            .values(&format!("SELECT attempts AS v FROM scans WHERE id = '{id}'"))
            .await,
        ["1"],
        "the one that was given back does not count"
    );
}

#[tokio::test]
async fn a_worker_without_redis_takes_jobs_from_an_api_with_it() {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let _api = deployment.api().await;
    let _worker = deployment.worker_with("plain", &[("REDIS_URL", "")]).await;
    let id = deployment.submit(&repository.url()).await;
    deployment.until_status(&id, "completed").await;
    until("its job is gone", async || {
        deployment.redis.places(&id).await.is_empty()
    })
    .await;
}

#[tokio::test]
async fn progress_reaches_whoever_watches_on_another_instance() {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let _api = deployment.api().await;
    let other_port = repolens_e2e::free_port();
    let _other = deployment.api_at(other_port).await;
    let _worker = deployment.worker("w").await;
    server.hold_back(true);
    let id = deployment.submit(&server.url("bare.git")).await;
    server.wait_for_held(1);
    let stream = deployment
        .http
        .get(format!("http://127.0.0.1:{other_port}/api/scan/{id}/events"))
        .send()
        .await
        .expect("the other instance answers");
    let begin = Instant::now();
    let read = tokio::spawn(stream.text());
    until("it watches through Redis", async || {
        let channels: Vec<String> = deployment.redis.ask(&["PUBSUB", "CHANNELS"]).await;
        !channels.is_empty()
    })
    .await;
    server.hold_back(false);
    // The stream ends with the scan.
    let text = read.await.expect("no panic").expect("a text");
    assert!(text.contains("event: completed"), "{text}");
    assert!(
        begin.elapsed() < Duration::from_secs(14),
        "not by the look at the row: {:?}",
        begin.elapsed()
    );
    until("nobody watches any more", async || {
        let channels: Vec<String> = deployment.redis.ask(&["PUBSUB", "CHANNELS"]).await;
        channels.is_empty()
    })
    .await;
}
