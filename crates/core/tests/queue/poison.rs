//! Values that nobody expects.

use std::time::Duration;

use repolens_core::queue::{Outcome, Taken, Timing};
use serde_json::json;

use super::node::{Node, VERSIONS};
use super::servers::{Redis, until};
use super::workers::{Running, done, scan};

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
    let worker = Running::start(&redis, "w", 1, Timing::STANDARD, move |taken: Taken| {
        let number = taken
            .scan_id()
            .as_str()
            .strip_prefix("reason-")
            .and_then(|number| number.parse::<usize>().ok());
        let reason = number.map(|number| reasons[number].clone());
        async move {
            taken.progress(255, reason.as_deref().unwrap_or("a\u{0}\"stage")).await;
            reason.map_or_else(done, Outcome::Failed)
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
