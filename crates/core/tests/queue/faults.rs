//! What goes wrong: killed workers, a Redis that is away, empty or silent, pauses by others, values that nobody expects.

use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use repolens_core::queue::{Outcome, Producer, QueueError, Repaired, Taken, Timing};
use repolens_core::settings::RedisUrl;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

use super::node::{Node, VERSIONS};
use super::servers::{QUICK, Redis, Running, Worker, done, free_port, scan, until};

#[tokio::test]
async fn a_killed_worker_s_job_is_done_by_the_other() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let work = Duration::from_millis(300);
    for round in 0..5 {
        let id = format!("job-{round}");
        let mut a = Worker::start(&redis, "a", QUICK, work);
        producer.add(&scan(&id)).await.expect("Redis is up");
        assert_eq!(a.line(), format!("taken {id}"));
        let b = Worker::start(&redis, "b", QUICK, work);
        a.signal(Signal::SIGKILL);
        a.wait();
        let killed = Instant::now();
        assert_eq!(b.line(), format!("taken {id}"));
        let after = killed.elapsed();
        assert_eq!(b.line(), format!("ended {id}"));
        redis.until_in(&id, "completed").await;
        // The lock, an interval, and a little for a busy machine.
        assert!(
            after < QUICK.lock + QUICK.stalled_interval + Duration::from_millis(1500),
            "round {round}: {after:?}"
        );
        let counts = [
            redis.field(&id, "ats").await,
            redis.field(&id, "stc").await,
            redis.field(&id, "atm").await,
        ];
        assert_eq!(counts.map(Option::unwrap_or_default), ["2", "1", "1"], "round {round}");
    }
}

#[tokio::test]
async fn a_job_that_kills_each_worker_is_given_up() {
    let redis = Redis::start().await;
    redis.producer().add(&scan("poison")).await.expect("Redis is up");
    for _ in 0..3 {
        let mut worker = Worker::start(&redis, "w", QUICK, Duration::from_secs(100));
        assert_eq!(worker.line(), "taken poison");
        worker.signal(Signal::SIGKILL);
        worker.wait();
    }
    let worker = Worker::start(&redis, "w", QUICK, Duration::from_secs(100));
    redis.until_in("poison", "failed").await;
    assert!(worker.says_nothing_more());
    let reason = redis.field("poison", "failedReason").await;
    assert_eq!(reason.as_deref(), Some("job stalled more than allowable limit"));
}

#[tokio::test]
async fn a_terminated_worker_gives_its_job_to_the_other_within_a_second() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let long = Duration::from_secs(100);
    for round in 0..5 {
        let id = format!("job-{round}");
        let mut a = Worker::start(&redis, "a", Timing::STANDARD, long);
        producer.add(&scan(&id)).await.expect("Redis is up");
        assert_eq!(a.line(), format!("taken {id}"));
        let b = Worker::start(&redis, "b", Timing::STANDARD, long);
        let worker_b_waits = async || {
            redis
                .ask::<String>(&["INFO", "clients"])
                .await
                .contains("blocked_clients:1")
        };
        until("b waits", worker_b_waits).await;
        let told = Instant::now();
        a.signal(Signal::SIGTERM);
        assert_eq!(b.line(), format!("taken {id}"));
        assert!(
            told.elapsed() < Duration::from_secs(1),
            "round {round}: {:?}",
            told.elapsed()
        );
        assert!(a.wait().success());
        assert_eq!(redis.field(&id, "atm").await, None, "no attempt is counted");
        drop(b);
        redis.ask::<()>(&["FLUSHALL"]).await;
    }
}

#[tokio::test]
async fn a_frozen_worker_that_wakes_writes_nothing() {
    let redis = Redis::start().await;
    let work = Duration::from_millis(1500);
    let a = Worker::start(&redis, "a", QUICK, work);
    redis.producer().add(&scan("job")).await.expect("Redis is up");
    assert_eq!(a.line(), "taken job");
    let b = Worker::start(&redis, "b", QUICK, work);
    a.signal(Signal::SIGSTOP);
    assert_eq!((b.line(), b.line()), ("taken job".to_owned(), "ended job".to_owned()));
    redis.until_in("job", "completed").await;
    let before: Vec<String> = redis.ask(&["HGETALL", "bull:repo-analysis:job"]).await;
    let events: u64 = redis.ask(&["XLEN", "bull:repo-analysis:events"]).await;
    a.signal(Signal::SIGCONT);
    assert_eq!(a.line(), "ended job", "by its own account");
    // It waits for a job again, so it is through with this one.
    until("both wait", async || {
        redis
            .ask::<String>(&["INFO", "clients"])
            .await
            .contains("blocked_clients:2")
    })
    .await;
    assert_eq!(
        redis.ask::<Vec<String>>(&["HGETALL", "bull:repo-analysis:job"]).await,
        before
    );
    assert_eq!(redis.ask::<u64>(&["XLEN", "bull:repo-analysis:events"]).await, events);
    assert_eq!(redis.places("job").await, ["completed"]);
}

#[tokio::test]
async fn what_a_flush_has_lost_is_added_again() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let go_on = Arc::new(Notify::new());
    let waiting = Arc::clone(&go_on);
    let worker = Running::start(&redis, "w", 1, QUICK, move |taken: Taken| {
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
    let waits = async || {
        redis
            .ask::<String>(&["INFO", "clients"])
            .await
            .contains("blocked_clients:1")
    };
    until("it waits", waits).await;
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
async fn while_redis_is_away_an_add_is_refused_in_time_and_repaired_later() {
    let mut redis = Redis::start().await;
    let producer = redis.producer();
    producer.add(&scan("before")).await.expect("Redis is up");
    redis.stop();
    for id in ["a", "b"] {
        let began = Instant::now();
        let error = producer.add(&scan(id)).await.expect_err("Redis is away");
        assert!(matches!(error, QueueError::Away(_)), "{error}");
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    }
    redis.restart().await;
    let rows = ["before", "a", "b"].map(scan);
    let repaired = producer.repair(&rows).await.expect("Redis is up");
    assert_eq!(repaired.added, 3);
}

#[tokio::test]
async fn a_redis_that_takes_connections_and_says_nothing_is_away() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("redis://{}", silent.local_addr().expect("it is bound"));
    let producer = Producer::new(&RedisUrl::parse(&address).expect("an address"));
    let began = Instant::now();
    let error = producer.add(&scan("a")).await.expect_err("nobody answers");
    assert!(matches!(error, QueueError::Away(_)), "{error}");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_wrong_password_is_told_without_the_password() {
    let redis = Redis::start().await;
    redis.ask::<()>(&["CONFIG", "SET", "requirepass", "right"]).await;
    let url = RedisUrl::parse(&format!("redis://:hunter2@127.0.0.1:{}", redis.port)).expect("an address");
    let error = repolens_core::queue::check(&url)
        .await
        .expect_err("it is wrong")
        .to_string();
    assert!(!error.contains("hunter2"), "{error}");
    let url = RedisUrl::parse(&format!("redis://:right@127.0.0.1:{}", redis.port)).expect("an address");
    repolens_core::queue::check(&url).await.expect("it is right");
    Producer::new(&url).add(&scan("a")).await.expect("it is right");
}

#[tokio::test]
async fn a_user_with_few_rights_is_enough() {
    let redis = Redis::start().await;
    let rights = ["~bull:*", "+@all", "-@dangerous", "-client", "+info", "+client|id"];
    let mut words = vec!["ACL", "SETUSER", "app", "on", ">p@ss/word"];
    words.extend(rights);
    redis.ask::<()>(&words).await;
    let url = RedisUrl::parse(&format!("redis://app:p%40ss%2Fword@127.0.0.1:{}", redis.port)).expect("an address");
    let worker = Running::start_at(&url, "w", 1, Timing::STANDARD, async |_| done());
    Producer::new(&url).add(&scan("a")).await.expect("it may");
    redis.until_in("a", "completed").await;
    worker.stop().await;
}

#[tokio::test]
async fn tls_is_tried_and_an_unknown_authority_refused() {
    // Ends with a greeting that is no TLS: that it is an error of TLS, and no panic for want of a provider, is the point.
    rustls::crypto::ring::default_provider().install_default().ok();
    let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = server.local_addr().expect("it is bound").port();
    let (result, ()) = tokio::join!(
        async {
            let url = RedisUrl::parse(&format!("rediss://127.0.0.1:{port}")).expect("an address");
            repolens_core::queue::check(&url).await
        },
        async {
            let (mut stream, _) = server.accept().await.expect("a client");
            let mut hello = [0; 3];
            stream.read_exact(&mut hello).await.expect("a hello");
            assert_eq!(hello[..2], [0x16, 0x03], "a TLS handshake");
            stream.write_all(b"-ERR no TLS here\r\n").await.expect("it listens");
        }
    );
    let error = result.expect_err("it is no TLS server");
    assert!(matches!(error, QueueError::Away(_)), "{error}");
}

#[tokio::test]
async fn after_a_restart_of_redis_the_next_job_is_taken_soon() {
    let mut redis = Redis::start().await;
    let producer = redis.producer();
    let worker = Running::start(&redis, "w", 1, Timing::STANDARD, async |_| done());
    for round in 0..3 {
        let waits = async || {
            redis
                .ask::<String>(&["INFO", "clients"])
                .await
                .contains("blocked_clients:1")
        };
        until("it waits", waits).await;
        redis.stop();
        tokio::time::sleep(Duration::from_millis(500)).await;
        redis.restart().await;
        let back = Instant::now();
        let id = format!("job-{round}");
        producer.add(&scan(&id)).await.expect("Redis is up");
        redis.until_in(&id, "completed").await;
        assert!(
            back.elapsed() < Duration::from_secs(5),
            "round {round}: {:?}",
            back.elapsed()
        );
    }
    worker.stop().await;
}

#[tokio::test]
async fn a_worker_may_be_started_and_stopped_while_redis_is_away() {
    let url = RedisUrl::parse(&format!("redis://127.0.0.1:{}", free_port())).expect("an address");
    let worker = Running::start_at(&url, "w", 1, Timing::STANDARD, async |_| done());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    worker.stop().await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn killed_connections_and_flushed_scripts_lose_nothing_and_do_nothing_twice() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let worker = Running::start(&redis, "w", 2, Timing::STANDARD, async |_| {
        tokio::time::sleep(Duration::from_millis(5)).await;
        done()
    });
    let mut rows = Vec::new();
    for i in 0..100 {
        let row = scan(&format!("job-{i}"));
        // An error here is what the repair is for.
        let _ = producer.add(&row).await;
        rows.push(row);
        if i % 10 == 5 {
            redis
                .ask::<i64>(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"])
                .await;
            redis.ask::<()>(&["SCRIPT", "FLUSH"]).await;
        }
    }
    // A row stays queued until its scan was claimed: those that were not run, that is.
    until("all are done", async || {
        let mut left = Vec::new();
        for row in &rows {
            if redis.places(row.scan_id.as_str()).await.is_empty() {
                left.push(row.clone());
            }
        }
        producer.repair(&left).await.is_ok() && producer.depth().await.is_ok_and(|depth| depth.completed == 100)
    })
    .await;
    worker.stop().await;
}

/// A way to Redis that can be blocked: what was sent then arrives when it is open again.
struct Way {
    url: RedisUrl,
    open: watch::Sender<bool>,
}

impl Way {
    async fn to(redis: &Redis) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url =
            RedisUrl::parse(&format!("redis://{}", listener.local_addr().expect("it is bound"))).expect("an address");
        let (open, is_open) = watch::channel(true);
        let port = redis.port;
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else {
                    continue;
                };
                let (client_in, client_out) = client.into_split();
                let (server_in, server_out) = server.into_split();
                tokio::spawn(pass(client_in, server_out, is_open.clone()));
                tokio::spawn(pass(server_in, client_out, is_open.clone()));
            }
        });
        Self { url, open }
    }
}

async fn pass(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut is_open: watch::Receiver<bool>,
) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        if is_open.wait_for(|open| *open).await.is_err() || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn after_a_silence_of_the_network_the_next_job_is_taken_soon() {
    let redis = Redis::start().await;
    let way = Way::to(&redis).await;
    let producer = redis.producer();
    let go_on = Arc::new(Notify::new());
    let waiting = Arc::clone(&go_on);
    let worker = Running::start_at(&way.url, "w", 1, QUICK, move |taken: Taken| {
        let waiting = Arc::clone(&waiting);
        async move {
            if taken.scan_id().as_str() == "in-work" {
                waiting.notified().await;
            }
            done()
        }
    });
    // Silence while it waits.
    let waits = async || {
        redis
            .ask::<String>(&["INFO", "clients"])
            .await
            .contains("blocked_clients:1")
    };
    until("it waits", waits).await;
    way.open.send_replace(false);
    producer.add(&scan("a")).await.expect("Redis is up");
    tokio::time::sleep(Duration::from_secs(3)).await;
    let opened = Instant::now();
    way.open.send_replace(true);
    redis.until_in("a", "completed").await;
    assert!(opened.elapsed() < Duration::from_secs(5), "{:?}", opened.elapsed());
    // Silence while it works, and when it ends.
    producer.add(&scan("in-work")).await.expect("Redis is up");
    redis.until_in("in-work", "active").await;
    way.open.send_replace(false);
    go_on.notify_one();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let opened = Instant::now();
    way.open.send_replace(true);
    producer.add(&scan("b")).await.expect("Redis is up");
    redis.until_in("b", "completed").await;
    assert!(opened.elapsed() < Duration::from_secs(5), "{:?}", opened.elapsed());
    worker.stop().await;
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
        let waits = async || {
            redis
                .ask::<String>(&["INFO", "clients"])
                .await
                .contains("blocked_clients:1")
        };
        until("it waits", waits).await;
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
