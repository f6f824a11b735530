//! What the queue costs in commands.

use std::time::Duration;

use repolens_core::queue::{ActiveJob, Timing};
use tokio::sync::mpsc;

use super::workers::{Running, done, scan};
use repolens_testkit::{PATIENCE, Redis, command};

/// What Redis is asked: commands of clients, and those that scripts call.
struct Monitor {
    lines: mpsc::UnboundedReceiver<String>,
    _process: tokio::process::Child,
}

impl Monitor {
    async fn start(redis: &Redis) -> Self {
        let mut process = tokio::process::Command::from(command("redis-cli"))
            .args(["-p", &redis.port.to_string(), "monitor"])
            .stdout(std::process::Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("`redis-cli` is installed");
        let output = process.stdout.take().expect("it is piped");
        let (sender, mut lines) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            use tokio::io::AsyncBufReadExt as _;
            let mut output = tokio::io::BufReader::new(output).lines();
            while let Ok(Some(line)) = output.next_line().await {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        assert_eq!(lines.recv().await.as_deref(), Some("OK"));
        Self {
            lines,
            _process: process,
        }
    }

    /// All until the one with `word`: how many of clients, and how many within scripts.
    async fn until(&mut self, word: &str) -> (usize, usize, Vec<String>) {
        let (mut of_clients, mut of_scripts, mut all) = (0, 0, Vec::new());
        loop {
            let line = tokio::time::timeout(PATIENCE, self.lines.recv())
                .await
                .expect("in time")
                .expect("it runs");
            if line.contains(word) {
                return (of_clients, of_scripts, all);
            }
            if line.contains(" lua] ") {
                of_scripts += 1;
            } else {
                of_clients += 1;
            }
            all.push(line);
        }
    }
}

#[tokio::test]
async fn an_idle_hour_costs_few_commands() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    producer.ping().await.expect("Redis is up");
    // The hour in small: what is done between two waits does not depend on how long they are.
    let wait = Duration::from_millis(300);
    let timing = Timing {
        block: wait,
        ..Timing::STANDARD
    };
    let worker = Running::start(&redis, "w", 1, timing, async |_| done());
    redis.until_waiting(1).await;
    let mut monitor = Monitor::start(&redis).await;
    monitor.until("BZPOPMIN").await;
    let (of_clients, of_scripts, all) = monitor.until("BZPOPMIN").await;
    let waits_an_hour = 3600 / Timing::STANDARD.block.as_secs() as usize;
    let top_level = (of_clients + 1) * waits_an_hour;
    let with_inner = top_level + of_scripts * waits_an_hour;
    assert!(
        top_level <= 120 && with_inner <= 400,
        "{top_level} and {with_inner} an hour: {all:?}"
    );
    worker.stop().await;
}

#[tokio::test]
async fn a_scan_costs_few_commands() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    producer.ping().await.expect("Redis is up");
    let worker = Running::start(&redis, "w", 1, Timing::STANDARD, async |taken: ActiveJob| {
        for (stage, percent) in [
            "resolve", "clone", "list", "parse", "graph", "history", "risk", "report",
        ]
        .iter()
        .zip(1..)
        {
            taken.progress(percent * 12, stage).await;
        }
        done()
    });
    redis.until_waiting(1).await;
    let mut monitor = Monitor::start(&redis).await;
    producer.add(&scan("a")).await.expect("Redis is up");
    redis.until_in("a", "completed").await;
    redis.until_waiting(1).await;
    redis.ask::<String>(&["ECHO", "that-was-all"]).await;
    let (_, _, all) = monitor.until("that-was-all").await;
    // Without what this test asks itself.
    let looks = ["LRANGE", "ZSCORE", "INFO", "CLIENT"];
    let of_clients: Vec<&String> = all
        .iter()
        .filter(|line| !line.contains(" lua] ") && !looks.iter().any(|look| line.contains(&format!("] \"{look}\""))))
        .collect();
    assert!(of_clients.len() <= 25, "{} commands: {of_clients:#?}", of_clients.len());
    worker.stop().await;
}
