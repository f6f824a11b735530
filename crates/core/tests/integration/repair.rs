//! What the API puts right: jobs that were lost, left over, or put aside by others.

use std::sync::Arc;

use repolens_core::queue::{ActiveJob, Repaired, Timing};
use serde_json::json;
use tokio::sync::Notify;

use super::workers::{QUICK, Running, done, scan};
use repolens_testkit::Redis;
use repolens_testkit::node::{Node, VERSIONS};

#[tokio::test]
async fn what_a_flush_has_lost_is_added_again() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let go_on = Arc::new(Notify::new());
    let waiting = Arc::clone(&go_on);
    let worker = Running::start(&redis, "w", 1, QUICK, move |taken: ActiveJob| {
        let waiting = Arc::clone(&waiting);
        async move {
            if taken.scan_id().as_str() == "in-work" {
                waiting.notified().await;
            }
            done()
        }
    });
    producer.add(&scan("in-work")).await.expect("Redis is up");
    redis.until_in("in-work", "active").await;
    producer.add(&scan("waits")).await.expect("Redis is up");
    redis.ask::<()>(&["FLUSHALL"]).await;
    // The rows of what is in work are not queued, so only the other one is told of.
    let repaired = producer.repair(&[scan("waits")]).await.expect("Redis is up");
    assert_eq!(repaired, Repaired { added: 1, put_back: 0 });
    go_on.notify_one();
    redis.until_in("waits", "completed").await;
    assert_eq!(worker.runs(), 2);
    assert!(
        redis.places("in-work").await.is_empty(),
        "its end is in the row, and nowhere else"
    );
    worker.stop().await;
}

#[tokio::test]
async fn each_queued_row_has_a_job_after_a_repair_and_only_one() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let rows: Vec<_> = [
        "waits",
        "never-added",
        "orphan",
        "was-completed",
        "was-failed",
        "abandoned",
        "just-taken",
        "hollow",
    ]
    .into_iter()
    .map(scan)
    .collect();
    for row in &rows {
        if row.scan_id.as_str() != "never-added" {
            producer.add(row).await.expect("Redis is up");
        }
    }
    let key = |name: &str| format!("bull:repo-analysis:{name}");
    for id in [
        "orphan",
        "was-completed",
        "was-failed",
        "abandoned",
        "just-taken",
        "hollow",
    ] {
        redis.ask::<i64>(&["LREM", &key("wait"), "1", id]).await;
    }
    for id in ["abandoned", "just-taken", "hollow"] {
        redis.ask::<i64>(&["LPUSH", &key("active"), id]).await;
    }
    redis.ask::<i64>(&["DEL", &key("hollow")]).await;
    redis.ask::<String>(&["SET", &key("just-taken:lock"), "somebody"]).await;
    for id in ["was-completed", "was-failed"] {
        redis.ask::<i64>(&["ZADD", &key(&id["was-".len()..]), "1", id]).await;
    }
    let repaired = producer.repair(&rows).await.expect("Redis is up");
    assert_eq!(repaired, Repaired { added: 5, put_back: 1 });
    for row in &rows {
        let id = row.scan_id.as_str();
        let expected = if id == "just-taken" { "active" } else { "wait" };
        assert_eq!(redis.places(id).await, [expected], "{id}");
    }
    assert_eq!(
        producer.repair(&rows).await.expect("Redis is up"),
        Repaired::default(),
        "nothing is left to do"
    );
    // A lease that ended is stronger than a lock.
    producer.requeue(&scan("just-taken")).await.expect("Redis is up");
    assert_eq!(redis.places("just-taken").await, ["wait"]);
}

#[tokio::test]
async fn a_lost_marker_is_set_again() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let worker = Running::start(&redis, "w", 1, Timing::STANDARD, async |_| done());
    redis.until_waiting(1).await;
    // Added while paused, so that no marker is set, and then as if somebody had eaten it.
    redis
        .ask::<i64>(&["HSET", "bull:repo-analysis:meta", "paused", "1"])
        .await;
    producer.add(&scan("a")).await.expect("Redis is up");
    redis.ask::<i64>(&["HDEL", "bull:repo-analysis:meta", "paused"]).await;
    assert_eq!(redis.places("a").await, ["wait"]);
    producer.repair(&[scan("a")]).await.expect("Redis is up");
    redis.until_in("a", "completed").await;
    worker.stop().await;
}

#[tokio::test]
async fn many_rows_are_repaired_in_one_go() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let rows: Vec<_> = (0..500).map(|i| scan(&format!("job-{i}"))).collect();
    let repaired = producer.repair(&rows).await.expect("Redis is up");
    assert_eq!(
        repaired,
        Repaired {
            added: 500,
            put_back: 0
        }
    );
    assert_eq!(producer.depth().await.expect("Redis is up").waiting, 500);
}

#[tokio::test]
async fn a_pause_by_node_is_kept_and_what_its_resume_loses_is_repaired() {
    for version in VERSIONS {
        let redis = Redis::start().await;
        let producer = redis.producer();
        let mut node = Node::start(&redis, version).await;
        producer.add(&scan("before")).await.expect("Redis is up");
        node.ask("pause", json!({})).await;
        producer.add(&scan("while-paused")).await.expect("Redis is up");
        let worker = Running::start(&redis, "w", 1, Timing::STANDARD, async |_| done());
        redis.until_waiting(1).await;
        assert_eq!(worker.runs(), 0, "{version}");
        let rows = ["before", "while-paused"].map(scan);
        producer.repair(&rows).await.expect("Redis is up");
        assert_eq!(producer.depth().await.expect("Redis is up").waiting, 2, "{version}");
        node.ask("resume", json!({})).await;
        // Version 5 puts the list that it had put aside over the one that jobs were added to since.
        let left: Vec<_> = if version == "6.7" {
            Vec::new()
        } else {
            vec![scan("while-paused")]
        };
        producer.repair(&left).await.expect("Redis is up");
        for id in ["before", "while-paused"] {
            redis.until_in(id, "completed").await;
        }
        worker.stop().await;
    }
}
