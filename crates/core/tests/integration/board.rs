//! What bull-board, and Taskforce's connector, show and do of a queue of ours.

use std::collections::HashMap;

use repolens_core::queue::{ActiveJob, JobOutcome, Timing};
use serde_json::{Value, json};

use super::workers::{Running, done, scan};
use repolens_testkit::Redis;
use repolens_testkit::node::{Node, VERSIONS};
use repolens_testkit::size::{report, times};

const QUEUE: &str = "/api/queues/repo-analysis";

/// Counts its calls.
struct Board {
    node: Node,
    calls: usize,
}

impl Board {
    async fn call(&mut self, method: &str, path: &str, body: Value) -> Value {
        self.calls += 1;
        let mut request = json!({ "method": method, "path": path });
        if !body.is_null() {
            request["body"] = body;
        }
        let answer = self.node.ask("board", request).await;
        assert_eq!(answer["status"], 200, "call {}: {method} {path}: {answer}", self.calls);
        answer["body"].clone()
    }

    async fn get(&mut self, path: &str) -> Value {
        self.call("GET", path, Value::Null).await
    }

    async fn put(&mut self, path: &str) -> Value {
        let method = "PUT";
        // Some of them answer 204 by their own account.
        self.calls += 1;
        let request = json!({ "method": method, "path": format!("{QUEUE}/{path}"), "body": {} });
        let answer = self.node.ask("board", request).await;
        let status = answer["status"].as_u64().expect("a number");
        assert!((200..300).contains(&status), "call {}: {path}: {answer}", self.calls);
        answer["body"].clone()
    }

    /// Every view there is.
    async fn look(&mut self, jobs: &[String]) -> HashMap<String, u64> {
        let mut counts = HashMap::new();
        let views = [
            "latest",
            "active",
            "waiting",
            "completed",
            "failed",
            "delayed",
            "prioritized",
            "paused",
        ];
        for view in views.iter().chain(&["waiting-children"]) {
            let path = format!("/api/queues?activeQueue=repo-analysis&status={view}&page=1&jobsPerPage=50");
            let listed = self.get(&path).await;
            for (state, count) in listed["queues"][0]["counts"].as_object().expect("counts") {
                counts.insert(state.clone(), count.as_u64().expect("a number"));
            }
        }
        for path in [
            "metrics",
            "workers",
            "default-job-options",
            "rate-limit",
            "job-data-schema",
        ] {
            self.get(&format!("{QUEUE}/{path}")).await;
        }
        self.get("/api/redis/stats").await;
        self.get("/api/job-schedulers").await;
        for id in jobs {
            for path in ["?", "/logs", "/flow"] {
                self.get(&format!("{QUEUE}/{id}{path}")).await;
            }
        }
        counts
    }
}

#[tokio::test]
async fn bull_board_shows_and_moves_it_all() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let node = Node::start(&redis, VERSIONS[1]).await;
    let mut board = Board { node, calls: 0 };
    let rounds = times(1, 5);
    for round in 0..rounds {
        let id = |kind: &str| format!("{kind}-{round}");
        let worker = Running::start(&redis, "worker-1", 1, Timing::STANDARD, async |taken: ActiveJob| {
            taken.progress(50, "parse").await;
            match taken.scan_id().as_str() {
                id if id.starts_with("bad") => JobOutcome::Failed("no such repository".to_owned()),
                id if id.starts_with("gone") => JobOutcome::Refused,
                _ => done(),
            }
        });
        redis.until_waiting(1).await;
        let workers = board.node.ask("workers", json!({})).await;
        assert!(workers.to_string().contains(":w:worker-1"), "{workers}");
        for kind in ["good", "bad", "gone"] {
            producer.add(&scan(&id(kind))).await.expect("Redis is up");
        }
        redis.until_in(&id("gone"), "completed").await;
        worker.stop().await;

        producer.add(&scan(&id("waits"))).await.expect("Redis is up");
        let mut later = scan(&id("later"));
        later.turn = 3;
        producer.add(&later).await.expect("Redis is up");
        let data = json!({ "scanId": id("due"), "repoUrl": "https://example.org/a.git", "branch": null });
        let options = json!({ "jobId": id("due"), "delay": 3_600_000 });
        let body = json!({ "name": "analyze-repo", "data": data, "options": options });
        board.call("POST", &format!("{QUEUE}/add"), body).await;
        let jobs = ["good", "bad", "gone", "waits", "later", "due"].map(id);
        let counts = board.look(&jobs).await;
        let count = |state: &str| counts.get(state).copied();
        assert_eq!(
            ["completed", "failed", "waiting", "prioritized", "delayed"].map(count),
            [Some(2), Some(1), Some(1), Some(1), Some(1)],
            "{counts:?}"
        );

        board.put("pause").await;
        board.look(&[]).await;
        board.put("resume").await;
        board.put(&format!("{}/retry", id("bad"))).await;
        assert_eq!(redis.places(&id("bad")).await, ["wait"]);
        board.put(&format!("{}/promote", id("due"))).await;
        assert_eq!(redis.places(&id("due")).await, ["wait"]);
        let body = json!({ "priority": 9 });
        board
            .call("PATCH", &format!("{QUEUE}/{}/priority", id("later")), body)
            .await;
        let body = json!({ "jobData": { "scanId": id("waits"), "repoUrl": "https://example.org/b.git" } });
        board
            .call("PATCH", &format!("{QUEUE}/{}/update-data", id("waits")), body)
            .await;
        board.put(&format!("{}/clean", id("gone"))).await;
        assert!(redis.places(&id("gone")).await.is_empty());

        // What it has moved is done here.
        let worker = Running::start(&redis, "worker-1", 1, Timing::STANDARD, async |_| done());
        for kind in ["bad", "waits", "later", "due"] {
            redis.until_in(&id(kind), "completed").await;
        }
        board.put("retry/completed").await;
        for kind in ["good", "bad", "waits", "later", "due"] {
            redis.until_in(&id(kind), "completed").await;
        }
        redis.until_waiting(1).await;
        worker.stop().await;
        board.put("promote").await;
        board.put("clean/completed").await;
        board.put("clean/failed").await;
        board.put("empty").await;
        board.put("pause").await;
        board.put("obliterate").await;
        let keys: Vec<String> = redis.ask(&["KEYS", "bull:repo-analysis:*"]).await;
        assert!(keys.iter().all(|key| !key.contains(&id("good"))), "{keys:?}");
    }
    report(
        14,
        &format!(
            "bull-board 9.10.1: {} calls (views, jobs, logs, flows, workers, add, pause, resume, retry, promote, priority, data, clean, empty, obliterate), each answered with 200 to 299",
            board.calls
        ),
    );
}

/// It looks for queues by these keys, and takes one without a version or a limit of events for one of the time before BullMQ.
#[tokio::test]
async fn taskforce_s_connector_knows_it_as_bullmq() {
    let redis = Redis::start().await;
    redis.producer().add(&scan("a")).await.expect("Redis is up");
    let (_, found): (u64, Vec<String>) = redis.ask(&["SCAN", "0", "MATCH", "*:*:id", "COUNT", "1000"]).await;
    assert_eq!(found, ["bull:repo-analysis:id"]);
    let meta: HashMap<String, String> = redis.ask(&["HGETALL", "bull:repo-analysis:meta"]).await;
    assert!(meta.contains_key("opts.maxLenEvents"), "{meta:?}");
}
