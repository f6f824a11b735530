//! Values that nobody expects.

use std::hash::{BuildHasher as _, RandomState};

use repolens_core::queue::{ActiveJob, JobOutcome, Timing};
use serde_json::json;

use super::workers::{Running, done};
use repolens_testkit::node::{Node, VERSIONS};
use repolens_testkit::size::{report, times};
use repolens_testkit::{Redis, until};

#[tokio::test]
async fn values_that_nobody_expects_harm_neither_us_nor_node() {
    let redis = Redis::start().await;
    let mut node = Node::start(&redis, VERSIONS[1]).await;
    node.ask("events", json!({})).await;
    let long = "x".repeat(1 << 20);
    let texts = [
        "",
        "{}",
        "[]",
        "%s%n",
        "a\u{0}b",
        "\"'`",
        "null",
        "NaN",
        "\u{feff}",
        "🦀\u{202e}",
        "-1e999",
        &long,
    ];
    let reasons: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    let worker = Running::start(&redis, "w", 1, Timing::STANDARD, move |taken: ActiveJob| {
        let number = taken
            .scan_id()
            .as_str()
            .strip_prefix("reason-")
            .and_then(|number| number.parse::<usize>().ok());
        let reason = number.map(|number| reasons[number].clone());
        async move {
            taken.progress(255, reason.as_deref().unwrap_or("a\u{0}\"stage")).await;
            reason.map_or_else(done, JobOutcome::Failed)
        }
    });
    let mut ids = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let id = format!("reason-{number}");
        let data = json!({ "scanId": id, "repoUrl": text, "branch": [text] });
        node.ask(
            "add",
            json!({ "job": format!("j{text}"), "data": data, "options": { "jobId": id } }),
        )
        .await;
        ids.push(id);
    }
    for (number, data) in [
        json!(null),
        json!([]),
        json!("text"),
        json!({ "scanId": 7 }),
        json!({ "scanId": "../x" }),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("data-{number}");
        node.ask("add", json!({ "data": data, "options": { "jobId": id } }))
            .await;
        ids.push(id);
    }
    for id in &ids {
        until(&format!("{id} has ended"), async || {
            matches!(redis.places(id).await[..], ["completed" | "failed"])
        })
        .await;
    }
    // Not even JSON, as a third party may write it; and an id that is none of ours.
    for (id, field, value) in [
        ("raw-1", "data", "{"),
        ("raw-2", "opts", "{"),
        ("raw-3", "opts", "[1]"),
        ("raw:4", "data", "\u{0}"),
    ] {
        let key = format!("bull:repo-analysis:{id}");
        redis
            .ask::<i64>(&[
                "HSET",
                &key,
                "name",
                "n",
                "timestamp",
                "1",
                "data",
                "{}",
                "opts",
                "{}",
                field,
                value,
            ])
            .await;
        redis.ask::<i64>(&["LPUSH", "bull:repo-analysis:wait", id]).await;
        redis.ask::<i64>(&["ZADD", "bull:repo-analysis:marker", "0", "0"]).await;
        until(&format!("{id} has ended"), async || {
            matches!(redis.places(id).await[..], ["completed" | "failed"])
        })
        .await;
        redis.ask::<i64>(&["DEL", &key]).await;
        for set in ["completed", "failed"] {
            redis
                .ask::<i64>(&["ZREM", &format!("bull:repo-analysis:{set}"), id])
                .await;
        }
    }
    node.ask("jobs", json!({ "states": ["completed", "failed"] })).await;
    // The listener still listens.
    node.ask(
        "add",
        json!({ "data": { "scanId": "last" }, "options": { "jobId": "last" } }),
    )
    .await;
    node.ask("wait", json!({ "id": "last" })).await;
    assert!(node.errors().is_empty(), "{:?}", node.errors());
    worker.stop().await;
}

/// Chance enough.
fn random(below: usize) -> usize {
    let number = RandomState::new().hash_one(0);
    usize::try_from(number % below as u64).expect("it is smaller")
}

fn random_text() -> String {
    const PIECES: [&str; 20] = [
        "\0",
        "\"",
        "'",
        "\\",
        "`",
        "%",
        "%s%n",
        "{}",
        "[]",
        "{",
        "]",
        "\u{1f980}",
        "\u{202e}",
        "\u{feff}",
        "\r\n",
        "\u{1b}[31m",
        "null",
        "NaN",
        "1e999",
        "\u{2028}",
    ];
    if random(500) == 0 {
        return PIECES[random(PIECES.len())].repeat(1 << 18);
    }
    (0..random(7)).map(|_| PIECES[random(PIECES.len())]).collect()
}

/// Names and data by Node, which has texts that Rust has not (lone surrogates); stages and errors by us.
#[tokio::test]
async fn random_names_data_stages_and_errors_harm_nobody() {
    /// Fewer than the finished jobs of one kind that are kept.
    const GROUP: usize = 500;
    let cases = times(200, 10_000);
    let redis = Redis::start().await;
    let mut node = Node::start(&redis, VERSIONS[1]).await;
    node.ask("events", json!({ "quiet": true })).await;
    let worker = Running::start(&redis, "w", 4, Timing::STANDARD, async |taken: ActiveJob| {
        let percent = u8::try_from(random(256)).expect("it is small");
        taken.progress(percent, &random_text()).await;
        match random(3) {
            0 => JobOutcome::Failed(random_text()),
            1 => JobOutcome::Refused,
            _ => done(),
        }
    });
    let mut ended = 0;
    while ended < cases {
        let count = GROUP.min(cases - ended);
        let added = node.ask("addPoison", json!({ "from": ended, "count": count })).await;
        assert_eq!(added, count);
        ended += count;
        // What QueueEvents does not tell is told by nobody here.
        until("QueueEvents tells the end of each", async || {
            node.count("completed") + node.count("failed") >= ended
        })
        .await;
        let listed = node
            .ask(
                "jobs",
                json!({ "states": ["completed", "failed", "active", "wait", "delayed", "prioritized"] }),
            )
            .await;
        let listed = listed.as_array().expect("a list");
        assert!(
            listed.len() >= count && listed.iter().all(|id| id.is_string()),
            "{}",
            listed.len()
        );
        let path = "/api/queues?activeQueue=repo-analysis&status=latest&page=1&jobsPerPage=100";
        let answer = node.ask("board", json!({ "path": path, "quiet": true })).await;
        assert_eq!(answer["status"], 200, "{answer}");
    }
    assert_eq!(node.count("completed") + node.count("failed"), cases);
    assert!(node.errors().is_empty(), "{:?}", node.errors());
    worker.stop().await;
    let (completed, failed) = (node.count("completed"), node.count("failed"));
    report(
        15,
        &format!(
            "{cases} random cases: {completed} completed and {failed} failed, each told by QueueEvents; `getJobs` and bull-board listed them after each {GROUP} without an error"
        ),
    );
}
