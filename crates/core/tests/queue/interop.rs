//! Node's BullMQ and ours on one queue, in both directions.

use std::time::Duration;

use repolens_core::ScanStatus;
use repolens_core::queue::{Depth, Outcome, QueuedScan, Taken, Timing};
use serde_json::{Value, json};

use super::node::{Node, VERSIONS};
use super::servers::{Redis, until};
use super::workers::{Running, done, scan};

#[tokio::test]
async fn a_node_producer_s_job_is_done_here_and_queue_events_sees_all_of_it() {
    for version in VERSIONS {
        let redis = Redis::start().await;
        let mut node = Node::start(&redis, version).await;
        node.ask("events", json!({})).await;
        let worker = Running::start(&redis, "worker-1", 1, Timing::STANDARD, async |taken: Taken| {
            if taken.scan_id().as_str() == "bad" {
                return Outcome::Failed("the branch `nope` does not exist".to_owned());
            }
            taken.progress(10, "clone").await;
            taken.progress(60, "parse").await;
            done()
        });
        let data = json!({ "scanId": "good", "repoUrl": "https://example.org/a.git", "branch": "main" });
        let id = node
            .ask("add", json!({ "data": data, "options": { "jobId": "good" } }))
            .await;
        assert_eq!(id, "good");

        let returned = node.ask("wait", json!({ "id": "good" })).await;
        assert_eq!(
            returned,
            json!({ "scanId": "good", "status": "completed", "durationMs": 42 }),
            "{version}"
        );
        node.until_event("completed", |event| event["jobId"] == "good").await;
        assert_eq!(
            node.events_of("good"),
            ["added", "waiting", "active", "progress", "progress", "completed"],
            "{version}"
        );
        let told = node
            .until_event("progress", |event| event["data"]["stage"] == "parse")
            .await;
        assert_eq!(told["data"], json!({ "progress": 60, "stage": "parse" }));
        let job = node.ask("job", json!({ "id": "good" })).await;
        assert_eq!((&job["state"], &job["returned"]), (&json!("completed"), &returned));
        assert_eq!(job["by"], "worker-1", "{job}");

        node.ask(
            "add",
            json!({ "data": { "scanId": "bad" }, "options": { "jobId": "bad" } }),
        )
        .await;
        let failed = node.until_event("failed", |event| event["jobId"] == "bad").await;
        assert_eq!(failed["failedReason"], "the branch `nope` does not exist");
        node.until_event("retries-exhausted", |event| event["jobId"] == "bad")
            .await;
        let error = node
            .try_ask("wait", json!({ "id": "bad" }))
            .await
            .expect_err("it failed");
        assert_eq!(error, "the branch `nope` does not exist");
        assert!(node.errors().is_empty(), "{version}: {:?}", node.errors());
        worker.stop().await;
    }
}

#[tokio::test]
async fn a_job_without_an_id_of_its_own_is_that_of_the_scan_in_its_data() {
    let redis = Redis::start().await;
    let mut node = Node::start(&redis, VERSIONS[0]).await;
    node.ask("events", json!({})).await;
    let worker = Running::start(&redis, "worker-1", 1, Timing::STANDARD, async |taken: Taken| {
        Outcome::Done {
            status: ScanStatus::Failed,
            duration: Duration::from_millis(taken.scan_id().as_str().len() as u64),
        }
    });
    let id = node.ask("add", json!({ "data": { "scanId": "of-the-data" } })).await;
    let returned = node.ask("wait", json!({ "id": id })).await;
    assert_eq!(
        returned,
        json!({ "scanId": "of-the-data", "status": "failed", "durationMs": 11 })
    );
    worker.stop().await;
}

#[tokio::test]
async fn a_node_worker_does_our_job() {
    for version in VERSIONS {
        let redis = Redis::start().await;
        let producer = redis.producer();
        let mut node = Node::start(&redis, version).await;
        node.ask("work", json!({})).await;
        let ours = QueuedScan {
            branch: Some("main".to_owned()),
            ..scan("ours")
        };
        producer.add(&ours).await.expect("Redis is up");
        producer.add(&scan("branchless")).await.expect("Redis is up");
        let worked = node.until_event("worked", |event| event["jobId"] == "ours").await;
        assert_eq!(worked["job"], "analyze-repo");
        let expected = json!({ "scanId": "ours", "repoUrl": "https://example.org/ours.git", "branch": "main" });
        assert_eq!(worked["data"], expected, "{version}");
        redis.until_in("ours", "completed").await;
        redis.until_in("branchless", "completed").await;
        let depth = producer.depth().await.expect("Redis is up");
        assert_eq!(
            depth,
            Depth {
                completed: 2,
                ..Depth::default()
            },
            "{version}"
        );
    }
}

#[tokio::test]
async fn a_node_worker_s_failure_is_final_for_the_queue() {
    let redis = Redis::start().await;
    let mut node = Node::start(&redis, VERSIONS[1]).await;
    node.ask("work", json!({ "fail": "out of disk" })).await;
    redis.producer().add(&scan("ours")).await.expect("Redis is up");
    redis.until_in("ours", "failed").await;
    assert_eq!(
        redis.field("ours", "failedReason").await.as_deref(),
        Some("out of disk")
    );
    assert_eq!(redis.field("ours", "atm").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn both_kinds_of_workers_on_one_queue_do_each_job_once() {
    const JOBS: usize = 300;
    for version in VERSIONS {
        let redis = Redis::start().await;
        let mut node = Node::start(&redis, version).await;
        node.ask("events", json!({})).await;
        node.ask("work", json!({ "concurrency": 4 })).await;
        let worker = Running::start(&redis, "worker-1", 4, Timing::STANDARD, async |_| done());
        let jobs: Vec<Value> = (0..JOBS / 2)
            .map(|i| match i % 10 {
                0 => json!({ "priority": 3 }),
                1 => json!({ "delay": 200 }),
                2 => json!({ "attempts": 3, "backoff": { "type": "fixed", "delay": 50 } }),
                _ => json!({}),
            })
            .zip(0..)
            .map(|(mut options, i)| {
                let id = format!("node-{i}");
                options["jobId"] = json!(id);
                json!({ "name": "analyze-repo", "data": { "scanId": id }, "opts": options })
            })
            .collect();
        node.ask("addBulk", json!({ "jobs": jobs })).await;
        let producer = redis.producer();
        for i in 0..JOBS / 2 {
            producer.add(&scan(&format!("ours-{i}"))).await.expect("Redis is up");
        }
        let all_done = || node.heard().iter().filter(|line| line["event"] == "completed").count() == JOBS;
        until("all jobs are done", async || all_done()).await;
        let worked = node.heard().iter().filter(|line| line["event"] == "worked").count();
        assert_eq!(worked + worker.runs(), JOBS, "{version}: none twice");
        assert!(node.errors().is_empty(), "{version}: {:?}", node.errors());
        worker.stop().await;
        assert_eq!(producer.depth().await.expect("Redis is up").completed, JOBS as u64);
    }
}
