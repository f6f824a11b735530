//! A Redis that is away or refuses: what is told, and how soon.

use std::time::{Duration, Instant};

use repolens_core::queue::{Producer, QueueError, Timing};
use repolens_core::settings::RedisUrl;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::workers::{Running, done, scan};
use repolens_testkit::size::Spans;
use repolens_testkit::{PATIENCE, Redis};

#[tokio::test]
async fn while_redis_is_away_an_add_is_refused_in_time_and_repaired_later() {
    let mut redis = Redis::start().await;
    let producer = redis.producer();
    producer.add(&scan("before")).await.expect("Redis is up");
    redis.stop();
    let mut times = Spans::default();
    for id in ["a", "b"] {
        let began = Instant::now();
        let error = producer.add(&scan(id)).await.expect_err("Redis is away");
        assert!(matches!(error, QueueError::Unavailable(_)), "{error}");
        times.add(began.elapsed());
    }
    times.within(Duration::from_secs(2));
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
    let mut times = Spans::default();
    let error = producer.add(&scan("a")).await.expect_err("nobody answers");
    assert!(matches!(error, QueueError::Unavailable(_)), "{error}");
    times.add(began.elapsed());
    times.within(Duration::from_secs(2));
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
    assert!(matches!(error, QueueError::Unavailable(_)), "{error}");
}

#[tokio::test]
async fn a_worker_may_be_started_and_stopped_while_redis_is_away() {
    let hangs_up = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("redis://{}", hangs_up.local_addr().expect("it is bound"));
    let url = RedisUrl::parse(&address).expect("an address");
    let worker = Running::start_at(&url, "w", 1, Timing::STANDARD, async |_| done());
    for _ in 0..3 {
        let tried = tokio::time::timeout(PATIENCE, hangs_up.accept()).await;
        drop(tried.expect("it tries again and again").expect("a connection"));
    }
    worker.stop().await;
}
