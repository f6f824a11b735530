//! What instances of the API share: limits, idempotency keys, live progress.

use std::sync::Arc;
use std::time::Duration;

use repolens_core::ScanId;
use repolens_core::queue::{Claimed, Relay, RelayEvent, Shared};

use repolens_testkit::{PATIENCE, Redis, until};

fn shared(redis: &Redis) -> Shared {
    Shared::new(&redis.url()).expect("an address")
}

fn id(text: &str) -> ScanId {
    ScanId::parse(text).expect("an id")
}

#[tokio::test]
async fn two_instances_count_one_limit() {
    let redis = Redis::start().await;
    let (a, b) = (shared(&redis), shared(&redis));
    let minute = Duration::from_secs(60);
    for n in 0..5 {
        let instance = if n % 2 == 0 { &a } else { &b };
        let allowance = instance
            .allow("scans:1.2.3.4", 1, 5, minute)
            .await
            .expect("Redis is up");
        assert!(
            allowance.granted == 1 && allowance.remaining == 4 - n,
            "{n}: {allowance:?}"
        );
    }
    let refused = b.allow("scans:1.2.3.4", 1, 5, minute).await.expect("Redis is up");
    assert!(refused.granted == 0 && refused.remaining == 0, "{refused:?}");
    assert!(
        refused.resets_in <= minute && !refused.resets_in.is_zero(),
        "{refused:?}"
    );
    // Several at a time: as many as are left.
    for granted in [4, 1, 0] {
        let allowance = a.allow("scans:5.6.7.8", 4, 5, minute).await.expect("Redis is up");
        assert_eq!(allowance.granted, granted, "another client: {allowance:?}");
    }
    let short = Duration::from_millis(50);
    assert_eq!(a.allow("short", 1, 1, short).await.expect("Redis is up").granted, 1);
    until("the window ends", async || {
        a.allow("short", 1, 1, short).await.expect("Redis is up").granted == 1
    })
    .await;
}

#[tokio::test]
async fn an_idempotency_key_has_one_scan() {
    let redis = Redis::start().await;
    let (a, b) = (shared(&redis), shared(&redis));
    let day = Duration::from_secs(86_400);
    let claims = (0..20).map(|n| {
        let instance = if n % 2 == 0 { a.clone() } else { b.clone() };
        async move {
            instance
                .claim("key", "request", &id(&format!("scan-{n}")), day)
                .await
                .expect("Redis is up")
        }
    });
    let mut first = 0;
    let mut repeated = std::collections::HashSet::new();
    for claim in claims.map(tokio::spawn).collect::<Vec<_>>() {
        match claim.await.expect("it does not panic") {
            Claimed::First => first += 1,
            Claimed::Repeated(scan_id) => drop(repeated.insert(scan_id)),
            Claimed::Different => panic!("it is the same request"),
        }
    }
    assert_eq!((first, repeated.len()), (1, 1));
    let other = b
        .claim("key", "another request", &id("x"), day)
        .await
        .expect("Redis is up");
    assert_eq!(other, Claimed::Different);
    a.forget("key").await.expect("Redis is up");
    assert_eq!(
        b.claim("key", "another request", &id("x"), day)
            .await
            .expect("Redis is up"),
        Claimed::First
    );
}

struct Instance {
    relay: Arc<Relay>,
}

impl Instance {
    fn start(redis: &Redis) -> Self {
        let relay = Arc::new(Relay::new(&redis.url()).expect("an address"));
        let running = Arc::clone(&relay);
        tokio::spawn(async move { running.run(std::future::pending()).await });
        Self { relay }
    }
}

async fn next(watch: &mut repolens_core::queue::ScanWatch) -> RelayEvent {
    tokio::time::timeout(PATIENCE, watch.next()).await.expect("in time")
}

async fn subscribers(redis: &Redis) -> usize {
    redis.ask::<Vec<String>>(&["PUBSUB", "CHANNELS"]).await.len()
}

#[tokio::test]
async fn progress_reaches_a_watcher_on_another_instance() {
    let redis = Redis::start().await;
    let (here, there) = (Instance::start(&redis), Instance::start(&redis));
    let mut watch = there.relay.watch(&id("a"));
    assert_eq!(next(&mut watch).await, RelayEvent::Gap);
    here.relay.progress(&id("a"), "40 %").await.expect("Redis is up");
    here.relay.progress(&id("b"), "not for us").await.expect("Redis is up");
    here.relay.end(&id("a"), "completed").await.expect("Redis is up");
    assert_eq!(next(&mut watch).await, RelayEvent::Message("40 %".into()));
    assert_eq!(next(&mut watch).await, RelayEvent::Message("completed".into()));
    let mut second = there.relay.watch(&id("a"));
    assert_eq!(
        next(&mut second).await,
        RelayEvent::Gap,
        "a second watcher reads the row too"
    );
    drop(second);
    drop(watch);
    until("nobody listens", async || subscribers(&redis).await == 0).await;
}

#[tokio::test]
async fn a_watcher_is_told_of_a_gap_after_an_outage() {
    let mut redis = Redis::start().await;
    let (here, there) = (Instance::start(&redis), Instance::start(&redis));
    let mut watch = there.relay.watch(&id("a"));
    assert_eq!(next(&mut watch).await, RelayEvent::Gap);
    redis.restart().await;
    assert_eq!(next(&mut watch).await, RelayEvent::Gap);
    here.relay.end(&id("a"), "completed").await.expect("Redis is up");
    assert_eq!(next(&mut watch).await, RelayEvent::Message("completed".into()));
}

#[tokio::test]
async fn what_nobody_watches_is_published_seldom() {
    let redis = Redis::start().await;
    let here = Instance::start(&redis);
    for percent in 0..50 {
        here.relay
            .progress(&id("a"), &percent.to_string())
            .await
            .expect("Redis is up");
    }
    let stats: String = redis.ask(&["INFO", "commandstats"]).await;
    let line = stats
        .lines()
        .find(|line| line.starts_with("cmdstat_publish:"))
        .expect("it was called");
    assert!(line.contains("calls=1,"), "{line}");
}
