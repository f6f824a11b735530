//! What bull-board shows and does of a queue of ours.

use repolens_core::queue::{Outcome, Taken, Timing};
use serde_json::json;

use super::node::{Node, VERSIONS};
use super::servers::Redis;
use super::workers::{Running, done, scan};

#[tokio::test]
async fn bull_board_shows_and_moves_it_all() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let mut node = Node::start(&redis, VERSIONS[1]).await;
    let worker = Running::start(&redis, "worker-1", 1, Timing::STANDARD, async |taken: Taken| {
        taken.progress(50, "parse").await;
        match taken.scan_id().as_str() {
            id if id.starts_with("bad") => Outcome::Failed("no such repository".to_owned()),
            id if id.starts_with("gone") => Outcome::Refused,
            _ => done(),
        }
    });
    for id in ["good-1", "bad-1", "gone-1"] {
        producer.add(&scan(id)).await.expect("Redis is up");
    }
    redis.until_in("gone-1", "completed").await;
    let workers = node.ask("workers", json!({})).await;
    assert!(workers.to_string().contains(":w:worker-1"), "{workers}");
    worker.stop().await;
    producer.add(&scan("waits-1")).await.expect("Redis is up");

    let queue = "/api/queues/repo-analysis";
    for status in [
        "latest",
        "active",
        "waiting",
        "completed",
        "failed",
        "delayed",
        "prioritized",
        "paused",
    ] {
        let path = format!("/api/queues?activeQueue=repo-analysis&status={status}&page=1&jobsPerPage=50");
        let answer = node.ask("board", json!({ "path": path })).await;
        assert_eq!(answer["status"], 200, "{status}: {answer}");
    }
    let listed = node
        .ask(
            "board",
            json!({ "path": "/api/queues?activeQueue=repo-analysis&status=latest&page=1" }),
        )
        .await;
    let counts = &listed["body"]["queues"][0]["counts"];
    assert_eq!(
        (&counts["completed"], &counts["failed"], &counts["waiting"]),
        (&json!(2), &json!(1), &json!(1))
    );
    for id in ["good-1", "bad-1", "gone-1", "waits-1"] {
        for path in [format!("{queue}/{id}?"), format!("{queue}/{id}/logs")] {
            let answer = node.ask("board", json!({ "path": path })).await;
            assert_eq!(answer["status"], 200, "{path}: {answer}");
        }
    }
    for path in ["pause", "resume", "bad-1/retry", "clean/completed"] {
        let answer = node
            .ask("board", json!({ "path": format!("{queue}/{path}"), "method": "PUT" }))
            .await;
        let status = answer["status"].as_u64().expect("a number");
        assert!((200..300).contains(&status), "{path}: {answer}");
    }
    // What it put back is done here.
    assert_eq!(redis.places("bad-1").await, ["wait"]);
    let worker = Running::start(&redis, "worker-1", 1, Timing::STANDARD, async |_| done());
    redis.until_in("bad-1", "completed").await;
    worker.stop().await;
}
