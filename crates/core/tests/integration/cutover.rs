//! The queue as the system before this one leaves it.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use repolens_core::queue::{Cutover, OldRow, Timing};
use repolens_core::{ScanId, ScanStatus};
use serde_json::{Value, json};

use super::workers::{QUICK, Running, done, scan};
use repolens_testkit::Redis;
use repolens_testkit::node::{Node, VERSIONS};
use repolens_testkit::size::{report, times};

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

/// So many finished scans of each kind has it left.
fn of_each_kind() -> usize {
    times(2, 200)
}

fn ids(kind: &str) -> Vec<String> {
    (1..=of_each_kind()).map(|number| format!("{kind}-{number}")).collect()
}

/// What its Python worker wrote, with what its Node producer had added.
async fn leave_as_the_older_system_did(redis: &Redis, node: &mut Node) {
    let (done, failed) = (ids("done"), ids("failed"));
    let others = ["cut-off", "unknown", "waits", "waits-but-done"].map(str::to_owned);
    let added: Vec<Value> = done
        .iter()
        .chain(&failed)
        .chain(&others)
        .map(|id| {
            let data = json!({ "scanId": id, "repoUrl": "https://example.org/a.git", "branch": "main" });
            let options = json!({ "jobId": id, "removeOnComplete": false, "removeOnFail": false });
            json!({ "name": "analyze-repo", "data": data, "opts": options })
        })
        .collect();
    node.ask("addBulk", json!({ "jobs": added })).await;
    let abandoned = || failed.iter().chain(&others[..2]);
    for id in done.iter().chain(abandoned()) {
        redis.ask::<i64>(&["LREM", &key("wait"), "1", id]).await;
    }
    for id in &done {
        redis.ask::<i64>(&["SADD", &key("completed"), id]).await;
        let (hash, end) = (key(id), ["finishedOn", "51234.5", "processedOn", "51200.1"]);
        redis
            .ask::<i64>(&[&["HSET", &hash, "returnvalue", "{'ok': True}"], &end[..]].concat())
            .await;
    }
    // Nobody knows who wrote this one, and it is a key of the queue.
    redis.ask::<i64>(&["SADD", &key("completed"), "wait"]).await;
    for id in abandoned() {
        redis.ask::<i64>(&["LPUSH", &key("active"), id]).await;
        redis.ask::<i64>(&["SADD", &key("stalled"), id]).await;
    }
    redis
        .ask::<i64>(&["HSET", &key("failed-1"), "failedReason", "", "finishedOn", "51234.5"])
        .await;
}

#[tokio::test]
async fn none_of_the_finished_scans_runs_again_and_dashboards_work() {
    for version in VERSIONS {
        taken_over(version).await;
    }
    report(
        13,
        &format!(
            "taken over from the older worker, counted by BullMQ of three versions: of {0} failed ids in `active` 0 ran again, {0} members of the plain set are in the sorted one, all keys have their types, bull-board answers 200",
            of_each_kind()
        ),
    );
}

async fn taken_over(version: &str) {
    let each = of_each_kind();
    let redis = Redis::start().await;
    let producer = redis.producer();
    let mut node = Node::start(&redis, version).await;
    leave_as_the_older_system_did(&redis, &mut node).await;

    let met = producer.find_old_jobs().await.expect("Redis is up");
    let asked: HashSet<String> = met.scan_ids().iter().map(ToString::to_string).collect();
    let others = ["cut-off", "unknown", "waits", "waits-but-done"].map(str::to_owned);
    let expected: HashSet<String> = ids("done").into_iter().chain(ids("failed")).chain(others).collect();
    assert_eq!(asked, expected);
    let mut rows = vec![
        row("cut-off", ScanStatus::Queued, None),
        row("waits", ScanStatus::Queued, None),
        row("waits-but-done", ScanStatus::Completed, None),
    ];
    rows.extend(ids("done").iter().map(|id| row(id, ScanStatus::Completed, None)));
    rows.extend(
        ids("failed")
            .iter()
            .map(|id| row(id, ScanStatus::Failed, Some("the clone failed"))),
    );
    let done_so_far = producer.cut_over(&met, &rows).await.expect("Redis is up");
    let expected = Cutover {
        filed: 2 * each,
        removed: 2,
    };
    assert_eq!(done_so_far, expected);
    for (kind, place) in [("done", "completed"), ("failed", "failed")] {
        for id in ids(kind) {
            assert_eq!(redis.places(&id).await, [place], "{id}");
        }
    }
    for (id, places) in [
        ("cut-off", &["active"][..]),
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
    redis.until_waiting(1).await;
    // From here the check for stalled jobs would take the others.
    assert_eq!(redis.ask::<i64>(&["LLEN", &key("active")]).await, 0);
    assert_eq!(worker.runs(), 2);
    worker.stop().await;
    for (name, kind) in [
        ("completed", "zset"),
        ("failed", "zset"),
        ("events", "stream"),
        ("meta", "hash"),
        ("id", "string"),
    ] {
        assert_eq!(redis.ask::<String>(&["TYPE", &key(name)]).await, kind, "{name}");
    }
    for (name, kind) in [
        ("wait", "list"),
        ("active", "list"),
        ("stalled", "set"),
        ("marker", "zset"),
    ] {
        let found: String = redis.ask(&["TYPE", &key(name)]).await;
        assert!(found == kind || found == "none", "{name}: {found}");
    }

    let counts = node.ask("counts", json!({})).await;
    assert_eq!(
        (&counts["completed"], &counts["failed"], &counts["active"]),
        (&json!(each + 2), &json!(each), &json!(0)),
        "{version}"
    );
    if version == VERSIONS[1] {
        for status in ["latest", "completed", "failed", "active"] {
            let path = format!("/api/queues?activeQueue=repo-analysis&status={status}&page=1");
            let answer = node.ask("board", json!({ "path": path })).await;
            assert_eq!(answer["status"], 200, "{status}: {answer}");
        }
    }
    // Once more, with nothing left to do.
    let met = producer.find_old_jobs().await.expect("Redis is up");
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
    let met = producer.find_old_jobs().await.expect("Redis is up");
    assert!(met.scan_ids().is_empty());
    drop(worker);
}
