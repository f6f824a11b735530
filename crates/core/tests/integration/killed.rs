//! Workers that are killed, told to stop, or frozen in mid-job.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use repolens_core::queue::Timing;

use super::workers::{QUICK, Worker, scan};
use repolens_testkit::Redis;
use repolens_testkit::size::{Spans, is_full, report, times};

/// Longer than any test waits.
const FOR_EVER: Duration = Duration::from_secs(600);

/// In full, `rounds` are shared by so many that go on beside each other: most of a round is waiting.
const LANES: usize = 5;

async fn counts(redis: &Redis, id: &str) -> [String; 3] {
    let mut counts = [const { String::new() }; 3];
    for (count, field) in counts.iter_mut().zip(["ats", "stc", "atm"]) {
        *count = redis.field(id, field).await.unwrap_or_default();
    }
    counts
}

/// `moment`: so long after the start of the job it is killed.
async fn killed_once(redis: &Redis, id: &str, timing: Timing, moment: Duration) -> Duration {
    let mut killed = Worker::start(redis, "killed", timing, FOR_EVER);
    redis.producer().add(&scan(id)).await.expect("Redis is up");
    assert_eq!(killed.line().await, format!("taken {id}"));
    let mut other = Worker::start(redis, "other", timing, Duration::from_millis(100));
    redis.until_waiting(1).await;
    tokio::time::sleep(moment).await;
    let began = Instant::now();
    killed.kill();
    assert_eq!(other.line().await, format!("taken {id}"));
    let span = began.elapsed();
    assert_eq!(other.line().await, format!("ended {id}"));
    redis.until_in(id, "completed").await;
    assert_eq!(
        counts(redis, id).await,
        ["2", "1", "1"],
        "{id}: one more start, one stall, one end"
    );
    span
}

#[tokio::test]
async fn a_killed_worker_s_job_is_done_by_the_other() {
    let rounds = times(3, 50);
    let three = Duration::from_secs(3);
    let timing = match is_full() {
        true => Timing {
            lock: three,
            stalled_interval: three,
            ..QUICK
        },
        false => QUICK,
    };
    let lanes = (0..times(1, LANES)).map(|lane| async move {
        let redis = Redis::start().await;
        let mut spans = Spans::default();
        for round in (lane..rounds).step_by(times(1, LANES)) {
            // Every phase of the lock's extensions and of the other's checks is met.
            let moment = timing.lock * u32::try_from(round % 17).expect("it is small") / 17;
            spans.add(killed_once(&redis, &format!("job-{round}"), timing, moment).await);
        }
        spans
    });
    let mut spans = Spans::default();
    for lane in futures_util::future::join_all(lanes).await {
        spans.extend(lane);
    }
    report(
        6,
        &format!(
            "{rounds} of {rounds} jobs of killed workers were done by the other, each with `ats` 2 and `stc` 1, lock and interval 3 s; from the kill to the new start {spans}"
        ),
    );
    spans.within(timing.lock + timing.stalled_interval + Duration::from_millis(500));
}

#[tokio::test]
async fn a_job_that_kills_each_worker_is_given_up() {
    let rounds = times(1, 10);
    let one = |round: usize| async move {
        let redis = Redis::start().await;
        redis.producer().add(&scan("poison")).await.expect("Redis is up");
        for _ in 0..3 {
            let mut worker = Worker::start(&redis, "w", QUICK, FOR_EVER);
            assert_eq!(worker.line().await, "taken poison", "round {round}");
            worker.kill();
        }
        let mut worker = Worker::start(&redis, "w", QUICK, FOR_EVER);
        redis.until_in("poison", "failed").await;
        assert!(worker.says_nothing_more());
        let reason = redis.field("poison", "failedReason").await;
        assert_eq!(reason.as_deref(), Some("job stalled more than allowable limit"));
    };
    futures_util::future::join_all((0..rounds).map(one)).await;
    report(
        6,
        &format!(
            "{rounds} of {rounds} jobs that killed three workers in a row failed with `job stalled more than allowable limit` and were not run again"
        ),
    );
}

#[tokio::test]
async fn a_terminated_worker_gives_its_job_to_the_other() {
    let rounds = times(3, 50);
    let redis = Redis::start().await;
    let producer = redis.producer();
    let mut spans = Spans::default();
    for round in 0..rounds {
        let id = format!("job-{round}");
        let mut told = Worker::start(&redis, "told", Timing::STANDARD, FOR_EVER);
        producer.add(&scan(&id)).await.expect("Redis is up");
        assert_eq!(told.line().await, format!("taken {id}"));
        let mut other = Worker::start(&redis, "other", Timing::STANDARD, FOR_EVER);
        redis.until_waiting(1).await;
        let began = Instant::now();
        told.signal(Signal::SIGTERM);
        assert_eq!(other.line().await, format!("taken {id}"));
        spans.add(began.elapsed());
        assert!(told.wait().success());
        assert_eq!(
            counts(&redis, &id).await,
            ["2", "", ""],
            "neither an attempt nor a stall is counted"
        );
        drop(other);
        redis.ask::<()>(&["FLUSHALL"]).await;
    }
    report(
        7,
        &format!(
            "{rounds} of {rounds} jobs were handed over with `atm` as it was; from SIGTERM to the start elsewhere {spans}"
        ),
    );
    spans.within(Duration::from_secs(1));
}

/// `work`: it wakes up with the job done, or still in the midst of it.
async fn frozen_once(redis: &Redis, id: &str, work: Duration) {
    let mut frozen = Worker::start(redis, "frozen", QUICK, work);
    redis.producer().add(&scan(id)).await.expect("Redis is up");
    assert_eq!(frozen.line().await, format!("taken {id}"));
    frozen.signal(Signal::SIGSTOP);
    let mut other = Worker::start(redis, "other", QUICK, Duration::from_millis(100));
    assert_eq!(other.line().await, format!("taken {id}"));
    assert_eq!(other.line().await, format!("ended {id}"));
    redis.until_in(id, "completed").await;
    let key = format!("bull:repo-analysis:{id}");
    let state = async || {
        let job: Vec<String> = redis.ask(&["HGETALL", &key]).await;
        (job, redis.events().await, redis.places(id).await)
    };
    let before = state().await;
    frozen.signal(Signal::SIGCONT);
    assert_eq!(frozen.line().await, format!("ended {id}"), "by its own account");
    // It waits for a job again, so it is through with this one.
    redis.until_waiting(2).await;
    assert_eq!(state().await, before, "{id}");
    assert!(!redis.ask::<bool>(&["EXISTS", &format!("{key}:lock")]).await, "{id}");
}

#[tokio::test]
async fn a_frozen_worker_that_wakes_writes_nothing() {
    let rounds = times(2, 50);
    let lanes = (0..times(1, LANES)).map(|lane| async move {
        let redis = Redis::start().await;
        for round in (lane..rounds).step_by(times(1, LANES)) {
            let work = Duration::from_millis(if round % 2 == 0 { 1_000 } else { 6_000 });
            frozen_once(&redis, &format!("job-{round}"), work).await;
        }
    });
    futures_util::future::join_all(lanes).await;
    report(
        8,
        &format!(
            "{rounds} of {rounds} workers that were frozen until another had done their job wrote nothing to Redis when they woke"
        ),
    );
}
