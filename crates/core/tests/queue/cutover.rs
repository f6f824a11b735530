//! The queue as the system before this one leaves it.

use chrono::{DateTime, Utc};
use repolens_core::queue::{Cutover, OldRow, Timing};
use repolens_core::{ScanId, ScanStatus};
use serde_json::json;

use super::node::{Node, VERSIONS};
use super::servers::Redis;
use super::workers::{QUICK, Running, done, scan};

fn key(name: &str) -> String {
    format!("bull:repo-analysis:{name}")
}

fn row(id: &str, status: ScanStatus, error: Option<&str>) -> OldRow {
    OldRow {
        scan_id: ScanId::parse(id).expect("an id"),
        status,
        ended_at: DateTime::<Utc>::from_timestamp_millis(1_769_105_155_000).filter(|_| status.is_final()),
        error: error.map(str::to_owned),
    }
}

/// What its Python worker wrote, with what its Node producer had added.
async fn leave_as_the_older_system_did(redis: &Redis, node: &mut Node) {
    for id in [
        "done-1",
        "done-2",
        "failed-1",
        "failed-2",
        "cut-off",
        "unknown",
        "waits",
        "waits-but-done",
    ] {
        let data = json!({ "scanId": id, "repoUrl": "https://example.org/a.git", "branch": "main" });
        let options = json!({ "jobId": id, "removeOnComplete": false, "removeOnFail": false });
        node.ask("add", json!({ "data": data, "options": options })).await;
    }
    for id in ["done-1", "done-2", "failed-1", "failed-2", "cut-off", "unknown"] {
        redis.ask::<i64>(&["LREM", &key("wait"), "1", id]).await;
    }
    for id in ["done-1", "done-2"] {
        redis.ask::<i64>(&["SADD", &key("completed"), id]).await;
        let hash = key(id);
        redis
            .ask::<i64>(&[
                "HSET",
                &hash,
                "returnvalue",
                "{'ok': True}",
                "finishedOn",
                "51234.5",
                "processedOn",
                "51200.1",
            ])
            .await;
    }
    for id in ["failed-1", "failed-2", "cut-off", "unknown"] {
        redis.ask::<i64>(&["LPUSH", &key("active"), id]).await;
    }
    redis
        .ask::<i64>(&["HSET", &key("failed-1"), "failedReason", "", "finishedOn", "51234.5"])
        .await;
    redis
        .ask::<i64>(&["SADD", &key("stalled"), "failed-1", "failed-2", "cut-off"])
        .await;
}

#[tokio::test]
async fn none_of_the_finished_scans_runs_again_and_dashboards_work() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let mut node = Node::start(&redis, VERSIONS[0]).await;
    leave_as_the_older_system_did(&redis, &mut node).await;

    let met = producer.meet().await.expect("Redis is up");
    let mut asked: Vec<String> = met.scan_ids().iter().map(ToString::to_string).collect();
    asked.sort();
    assert_eq!(
        asked,
        [
            "cut-off",
            "done-1",
            "done-2",
            "failed-1",
            "failed-2",
            "unknown",
            "waits",
            "waits-but-done"
        ]
    );
    let rows = [
        row("done-1", ScanStatus::Completed, None),
        row("done-2", ScanStatus::Completed, None),
        row("failed-1", ScanStatus::Failed, Some("the clone failed")),
        row("failed-2", ScanStatus::Failed, None),
        row("cut-off", ScanStatus::Queued, None),
        row("waits", ScanStatus::Queued, None),
        row("waits-but-done", ScanStatus::Completed, None),
    ];
    let done_so_far = producer.cut_over(&met, &rows).await.expect("Redis is up");
    assert_eq!(done_so_far, Cutover { filed: 4, removed: 2 });
    for (id, places) in [
        ("done-1", &["completed"][..]),
        ("done-2", &["completed"]),
        ("failed-1", &["failed"]),
        ("failed-2", &["failed"]),
        ("cut-off", &["active"]),
        ("waits", &["wait"]),
        ("unknown", &[]),
        ("waits-but-done", &[]),
    ] {
        assert_eq!(redis.places(id).await, places, "{id}");
    }
    for (id, field, value) in [
        ("done-1", "finishedOn", "1769105155000"),
        ("done-1", "processedOn", "1769105155000"),
        ("done-1", "returnvalue", r#"{"scanId":"done-1","status":"completed"}"#),
        ("failed-1", "failedReason", "the clone failed"),
        ("failed-1", "finishedOn", "1769105155000"),
    ] {
        assert_eq!(redis.field(id, field).await.as_deref(), Some(value), "{id} {field}");
    }

    // What was cut off goes on; nothing else does.
    let worker = Running::start(&redis, "w", 1, QUICK, async |_| done());
    producer
        .repair(&[scan("cut-off"), scan("waits")])
        .await
        .expect("Redis is up");
    redis.until_in("cut-off", "completed").await;
    redis.until_in("waits", "completed").await;
    // Two passes of the check that would start the others.
    tokio::time::sleep(QUICK.stalled_interval * 3).await;
    assert_eq!(worker.runs(), 2);
    worker.stop().await;

    let counts = node.ask("counts", json!({})).await;
    assert_eq!(
        (&counts["completed"], &counts["failed"], &counts["active"]),
        (&json!(4), &json!(2), &json!(0))
    );
    for status in ["latest", "completed", "failed", "active"] {
        let path = format!("/api/queues?activeQueue=repo-analysis&status={status}&page=1");
        let answer = node.ask("board", json!({ "path": path })).await;
        assert_eq!(answer["status"], 200, "{status}: {answer}");
    }
    // Once more, with nothing left to do.
    let met = producer.meet().await.expect("Redis is up");
    assert!(met.scan_ids().is_empty());
    assert_eq!(
        producer.cut_over(&met, &[]).await.expect("Redis is up"),
        Cutover::default()
    );
}

#[tokio::test]
async fn what_a_living_worker_has_is_left_alone() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let worker = Running::start(&redis, "w", 1, Timing::STANDARD, async |_| {
        std::future::pending::<()>().await;
        done()
    });
    producer.add(&scan("a")).await.expect("Redis is up");
    redis.until_in("a", "active").await;
    let met = producer.meet().await.expect("Redis is up");
    assert!(met.scan_ids().is_empty());
    drop(worker);
}
