//! What may go wrong in between: no accepted scan is lost, none is recorded twice, each ends.

use std::time::{Duration, Instant};

use repolens_e2e::{GitServer, Repository};
use serde_json::json;

use super::database;
use super::deployment::{Deployment, Process};
use super::node::{Node, VERSIONS};
use super::postgres::Postgres;
use super::servers::until;

fn serve(repository: &Repository) -> GitServer {
    GitServer::start(repository.path().parent().expect("a parent").to_owned())
}

async fn attempts(deployment: &Deployment, id: &str) -> String {
    let sql = format!("SELECT attempts AS v FROM scans WHERE id = '{id}'");
    deployment.values(&sql).await.remove(0)
}

/// The worker came to the end of this scan once.
async fn done_once(worker: &Process, id: &str) {
    let ends = || {
        let log = worker.log();
        let ends = log
            .lines()
            .filter(|line| line.contains(id) && line.contains("Job ended"));
        ends.count()
    };
    until("the worker has said so", async || ends() > 0).await;
    assert_eq!(ends(), 1, "{}", worker.log());
}

#[tokio::test]
async fn all_that_redis_held_is_lost_in_mid_scan() {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let server = serve(&repository);
    let _api = deployment.api().await;
    let worker = deployment.worker("w").await;
    server.hold_back(true);
    let running = deployment.submit(&server.url("bare.git")).await;
    server.wait_for_held(1);
    let mut waiting = Vec::new();
    for _ in 0..3 {
        waiting.push(deployment.submit(&repository.url()).await);
    }
    deployment.redis.ask::<()>(&["FLUSHALL"]).await;
    server.hold_back(false);
    for id in waiting.iter().chain([&running]) {
        deployment.until_status(id, "completed").await;
        done_once(&worker, id).await;
    }
}

#[tokio::test]
async fn scans_are_accepted_while_redis_is_away_and_done_when_it_is_back() {
    let mut deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let api = deployment.api().await;
    let worker = deployment.worker("w").await;
    deployment.redis.stop();
    let mut ids = Vec::new();
    for _ in 0..5 {
        let begin = Instant::now();
        ids.push(deployment.submit(&repository.url()).await);
        assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    }
    deployment.redis.restart().await;
    for id in &ids {
        deployment.until_status(id, "completed").await;
        done_once(&worker, id).await;
    }
    for process in [&api, &worker] {
        let told = process.log().matches("Redis does not answer").count();
        assert!(
            told <= 4,
            "an outage is told, and not again and again:\n{}",
            process.log()
        );
    }
}

#[tokio::test]
async fn a_redis_that_hangs_holds_up_no_post_for_more_than_two_seconds() {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let _api = deployment.api().await;
    let _worker = deployment.worker("w").await;
    let first = deployment.submit(&repository.url()).await;
    deployment.until_status(&first, "completed").await;
    deployment.redis.ask::<()>(&["CLIENT", "PAUSE", "6000", "ALL"]).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let begin = Instant::now();
        ids.push(deployment.submit(&repository.url()).await);
        assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    }
    for id in &ids {
        deployment.until_status(id, "completed").await;
    }
}

#[tokio::test]
async fn redis_starts_again_empty() {
    let mut deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let server = serve(&repository);
    let _api = deployment.api().await;
    let worker = deployment.worker("w").await;
    server.hold_back(true);
    let running = deployment.submit(&server.url("bare.git")).await;
    server.wait_for_held(1);
    let waiting = deployment.submit(&repository.url()).await;
    deployment.redis.restart().await;
    server.hold_back(false);
    for id in [&running, &waiting] {
        deployment.until_status(id, "completed").await;
        done_once(&worker, id).await;
    }
}

#[tokio::test]
async fn the_database_is_away_when_the_report_is_due() {
    /// Longer than a lease.
    const AWAY: Duration = Duration::from_secs(30);
    let server = tokio::task::spawn_blocking(Postgres::start).await.expect("it starts");
    let deployment = Deployment::on(database::fresh(&server).await).await;
    let repository = Repository::small();
    let git = serve(&repository);
    let _api = deployment.api().await;
    let worker = deployment.worker("w").await;
    git.hold_back(true);
    let id = deployment.submit(&git.url("bare.git")).await;
    git.wait_for_held(1);
    server.stop_server();
    git.hold_back(false);
    tokio::time::sleep(AWAY).await;
    server.start_server();
    deployment.until_status(&id, "completed").await;
    assert_eq!(
        attempts(&deployment, &id).await,
        "1",
        "the result was kept:\n{}",
        worker.log()
    );
}

#[tokio::test]
async fn a_worker_is_killed_in_mid_scan() {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let server = serve(&repository);
    let api = deployment.api().await;
    let first = deployment.worker("first").await;
    server.hang(true);
    let id = deployment.submit(&server.url("bare.git")).await;
    server.wait_for_held(1);
    let _second = deployment.worker("second").await;
    server.hang(false);
    first.kill();
    deployment.until_status(&id, "completed").await;
    assert_eq!(attempts(&deployment, &id).await, "2");
    // The row's lease decides, and not the queue's longer lock.
    api.until_line("the worker is gone: the scan is queued again").await;
    deployment.redis.until_in(&id, "completed").await;
}

#[tokio::test]
async fn the_api_is_killed_in_mid_scan_and_before_the_report() {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let server = serve(&repository);
    let api = deployment.api().await;
    let _worker = deployment.worker("w").await;
    server.hold_back(true);
    let running = deployment.submit(&server.url("bare.git")).await;
    server.wait_for_held(1);
    let waiting = deployment.submit(&repository.url()).await;
    api.kill();
    // The worker has its report before the API is back.
    server.hold_back(false);
    let _api = deployment.api().await;
    for id in [&running, &waiting] {
        deployment.until_status(id, "completed").await;
        assert_eq!(attempts(&deployment, id).await, "1", "the report was kept");
    }
}

#[tokio::test]
async fn what_the_older_worker_left_in_the_queue_does_not_run_again() {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let key = |name: &str| format!("bull:repo-analysis:{name}");
    let api = deployment.api().await;
    let worker = deployment.worker("w").await;
    let done = deployment.submit(&repository.url()).await;
    let failed = deployment.submit("http://127.0.0.1:1/no.git").await;
    deployment.until_status(&done, "completed").await;
    deployment.until_status(&failed, "failed").await;
    worker.stop().await;
    let waits = deployment.submit(&repository.url()).await;
    api.stop().await;
    // As its Python worker leaves it: a plain set, a failed job among those in work, times of a clock that starts with
    // the machine.
    let redis = &deployment.redis;
    redis.ask::<()>(&["FLUSHALL"]).await;
    let mut node = Node::start(redis, VERSIONS[0]).await;
    for id in [&done, &failed, &waits] {
        let data = json!({ "scanId": id, "repoUrl": repository.url(), "branch": "main" });
        node.ask("add", json!({ "data": data, "options": { "jobId": id } }))
            .await;
    }
    for id in [&done, &failed] {
        redis.ask::<i64>(&["LREM", &key("wait"), "0", id]).await;
        redis
            .ask::<i64>(&["HSET", &key(id), "processedOn", "51200.1", "finishedOn", "51234.5"])
            .await;
    }
    redis.ask::<i64>(&["SADD", &key("completed"), &done]).await;
    redis.ask::<i64>(&["LPUSH", &key("active"), &failed]).await;

    let _api = deployment.api().await;
    let worker = deployment.worker("w").await;
    deployment.until_status(&waits, "completed").await;
    deployment.redis.until_in(&done, "completed").await;
    deployment.redis.until_in(&failed, "failed").await;
    until("no job is in work", async || {
        redis.ask::<i64>(&["LLEN", &key("active")]).await == 0
    })
    .await;
    for id in [&done, &failed] {
        assert_eq!(attempts(&deployment, id).await, "1", "it did not run again");
    }
    assert_eq!(worker.log().matches("Job taken").count(), 1, "{}", worker.log());
    let counts = node.ask("counts", json!({})).await;
    assert_eq!(
        (&counts["completed"], &counts["failed"]),
        (&json!(2), &json!(1)),
        "{counts}"
    );
}
