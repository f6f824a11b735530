//! Node's BullMQ and ours on one queue, in both directions.

use std::collections::HashMap;
use std::time::Duration;

use repolens_core::job::QueuedScan;
use repolens_core::queue::{ActiveJob, JobOutcome, QueueDepth, Timing};
use repolens_core::{ScanStatus, Unparsed};
use serde_json::{Value, json};

use super::workers::{Running, done, scan};
use repolens_testkit::node::{Node, VERSIONS};
use repolens_testkit::size::{report, times};
use repolens_testkit::{Redis, until};

#[tokio::test]
async fn a_node_producer_s_job_is_done_here_and_queue_events_sees_all_of_it() {
    for version in VERSIONS {
        let redis = Redis::start().await;
        let mut node = Node::start(&redis, version).await;
        node.ask("events", json!({})).await;
        let worker = Running::start(&redis, "worker-1", 1, Timing::STANDARD, async |taken: ActiveJob| {
            if taken.scan_id().as_str() == "bad" {
                return JobOutcome::Failed("the branch `nope` does not exist".to_owned());
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
async fn many_node_jobs_are_done_here_and_queue_events_misses_none() {
    let jobs = times(60, 1_000);
    for version in VERSIONS {
        let redis = Redis::start().await;
        let mut node = Node::start(&redis, version).await;
        node.ask("events", json!({})).await;
        let ids: Vec<String> = (0..jobs)
            .map(|i| format!("{}-{i}", if i % 10 == 9 { "bad" } else { "good" }))
            .collect();
        let added: Vec<Value> = ids
            .iter()
            .map(|id| json!({ "name": "analyze-repo", "data": { "scanId": id }, "opts": { "jobId": id } }))
            .collect();
        node.ask("addBulk", json!({ "jobs": added })).await;
        let worker = Running::start(&redis, "worker-1", 4, Timing::STANDARD, async |taken: ActiveJob| {
            taken.progress(10, "clone").await;
            taken.progress(60, "parse").await;
            match taken.scan_id().as_str().starts_with("bad") {
                true => JobOutcome::Failed("no such repository".to_owned()),
                false => done(),
            }
        });
        let ends = node.ask("waitAll", json!({ "ids": ids, "ms": 120_000 })).await;
        node.until_count("completed", ids.iter().filter(|id| id.starts_with("good")).count())
            .await;
        node.until_count(
            "retries-exhausted",
            ids.iter().filter(|id| id.starts_with("bad")).count(),
        )
        .await;
        let mut events = node.events_by_job();
        for (id, end) in ids.iter().zip(ends.as_array().expect("a list")) {
            let begin = ["added", "waiting", "active", "progress", "progress"];
            let (expected, last): (Value, &[&str]) = if id.starts_with("bad") {
                (
                    json!({ "error": "no such repository" }),
                    &["failed", "retries-exhausted"],
                )
            } else {
                let returned = json!({ "scanId": id, "status": "completed", "durationMs": 42 });
                (json!({ "returned": returned }), &["completed"])
            };
            assert_eq!(*end, expected, "{version}");
            assert_eq!(
                events.remove(id).unwrap_or_default(),
                [&begin, last].concat(),
                "{version} {id}"
            );
        }
        assert!(node.errors().is_empty(), "{version}: {:?}", node.errors());
        assert_eq!(worker.runs(), jobs, "{version}");
        worker.stop().await;
        report(
            2,
            &format!(
                "BullMQ {version}: {jobs} jobs of Node's done here, 0 missing, each with its events in order and the value that `waitUntilFinished` returns, 0 errors of listeners"
            ),
        );
    }
}

#[tokio::test]
async fn a_job_without_an_id_of_its_own_is_that_of_the_scan_in_its_data() {
    let redis = Redis::start().await;
    let mut node = Node::start(&redis, VERSIONS[0]).await;
    node.ask("events", json!({})).await;
    let worker = Running::start(&redis, "worker-1", 1, Timing::STANDARD, async |taken: ActiveJob| {
        JobOutcome::Done {
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
            branch: Some(Unparsed::new("main")),
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
            QueueDepth {
                completed: 2,
                ..QueueDepth::default()
            },
            "{version}"
        );
    }
}

#[tokio::test]
async fn many_jobs_of_ours_are_done_by_a_node_worker() {
    let jobs = times(60, 1_000);
    for version in VERSIONS {
        let redis = Redis::start().await;
        let producer = redis.producer();
        let mut node = Node::start(&redis, version).await;
        for i in 0..jobs {
            // Those of the first round wait in the plain list, the others by their priority.
            let turn = if i % 2 == 0 {
                0
            } else {
                u32::try_from(i % 7).expect("it is small")
            };
            let row = QueuedScan {
                turn,
                ..scan(&format!("ours-{i}"))
            };
            producer.add(&row).await.expect("Redis is up");
        }
        node.ask("work", json!({ "concurrency": 4 })).await;
        until("all are done", async || {
            producer.depth().await.expect("Redis is up").completed == jobs as u64
        })
        .await;
        assert_eq!(node.count("worked"), jobs, "{version}: none twice");
        let mut events: HashMap<String, Vec<String>> = HashMap::new();
        for (event, job) in redis.events().await {
            events.entry(job).or_default().push(event);
        }
        for i in 0..jobs {
            let id = format!("ours-{i}");
            let events = events.remove(&id).unwrap_or_default();
            assert_eq!(events, ["added", "waiting", "active", "completed"], "{version} {id}");
        }
        assert!(node.errors().is_empty(), "{version}: {:?}", node.errors());
        report(
            3,
            &format!(
                "BullMQ {version}: {jobs} jobs of ours, plain and with a priority, done by a Node worker, each once, with its events in order"
            ),
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
    let jobs = times(100, 1_000);
    for version in VERSIONS {
        let redis = Redis::start().await;
        let mut node = Node::start(&redis, version).await;
        node.ask("events", json!({})).await;
        node.ask("work", json!({ "concurrency": 4 })).await;
        let worker = Running::start(&redis, "worker-1", 4, Timing::STANDARD, async |_| done());
        let added: Vec<Value> = (0..jobs / 2)
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
        node.ask("addBulk", json!({ "jobs": added })).await;
        let producer = redis.producer();
        for i in 0..jobs / 2 {
            producer.add(&scan(&format!("ours-{i}"))).await.expect("Redis is up");
        }
        node.until_count("completed", jobs).await;
        let (theirs, ours) = (node.count("worked"), worker.runs());
        assert_eq!(theirs + ours, jobs, "{version}: none twice");
        assert!(node.errors().is_empty(), "{version}: {:?}", node.errors());
        worker.stop().await;
        assert_eq!(producer.depth().await.expect("Redis is up").completed, jobs as u64);
        report(
            3,
            &format!(
                "BullMQ {version}: {jobs} jobs of both producers (Node's also with priority, delay and `attempts` 3), {theirs} done by a Node worker and {ours} by ours, each once"
            ),
        );
    }
}
