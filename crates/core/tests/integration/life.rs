//! A job's life with our two ends alone: what is stored, what it costs, how it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use repolens_core::queue::{ActiveJob, JobOutcome, KEPT_JOBS, Timing};
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc};

use super::workers::{QUICK, Running, done, scan};
use repolens_testkit::{Redis, until};

#[tokio::test]
async fn adding_twice_is_adding_once() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    producer.add(&scan("a")).await.expect("Redis is up");
    producer.add(&scan("a")).await.expect("Redis is up");
    assert_eq!(redis.places("a").await, ["wait"]);
    let options: Value = serde_json::from_str(&redis.field("a", "opts").await.expect("set")).expect("JSON");
    assert_eq!(options["attempts"], 1, "a Node worker does not try again by itself");
    assert_eq!(options["removeOnComplete"]["count"], KEPT_JOBS, "{options}");
    assert_eq!(options["removeOnFail"]["count"], KEPT_JOBS, "{options}");
}

#[tokio::test]
async fn a_removed_job_is_not_done() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    producer.add(&scan("a")).await.expect("Redis is up");
    producer.add(&scan("b")).await.expect("Redis is up");
    assert!(producer.remove(&scan("a").scan_id).await.expect("Redis is up"));
    let worker = Running::start(&redis, "w", 1, Timing::STANDARD, async |_| done());
    redis.until_in("b", "completed").await;
    assert_eq!((worker.runs(), redis.places("a").await.len()), (1, 0));
    worker.stop().await;
}

#[tokio::test]
async fn a_job_in_work_is_not_removed() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let go_on = Arc::new(Notify::new());
    let waiting = Arc::clone(&go_on);
    let worker = Running::start(&redis, "w", 1, Timing::STANDARD, move |_| {
        let waiting = Arc::clone(&waiting);
        async move {
            waiting.notified().await;
            done()
        }
    });
    producer.add(&scan("a")).await.expect("Redis is up");
    redis.until_in("a", "active").await;
    assert!(!producer.remove(&scan("a").scan_id).await.expect("Redis is up"));
    go_on.notify_one();
    redis.until_in("a", "completed").await;
    worker.stop().await;
}

#[tokio::test]
async fn a_stop_gives_the_job_back_and_another_has_it_at_once() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let stop = Arc::new(Notify::new());
    let told = Arc::clone(&stop);
    let first = Running::start(&redis, "first", 1, Timing::STANDARD, move |_| {
        let told = Arc::clone(&told);
        async move {
            told.notified().await;
            JobOutcome::GiveBack
        }
    });
    producer.add(&scan("a")).await.expect("Redis is up");
    producer.add(&scan("b")).await.expect("Redis is up");
    redis.until_in("a", "active").await;
    first.tell_to_stop();
    stop.notify_one();
    first.stop().await;
    assert_eq!(redis.places("a").await, ["wait"]);
    assert_eq!(redis.field("a", "atm").await, None, "no attempt is counted");
    let (sender, mut order) = mpsc::unbounded_channel();
    let second = Running::start(&redis, "second", 1, Timing::STANDARD, move |taken: ActiveJob| {
        sender.send(taken.scan_id().to_string()).expect("the test listens");
        async { done() }
    });
    assert_eq!(
        (order.recv().await.as_deref(), order.recv().await.as_deref()),
        (Some("a"), Some("b")),
        "in its old place"
    );
    second.stop().await;
}

#[tokio::test]
async fn a_stop_while_idle_is_quick_and_eats_no_marker() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    for round in 0..20 {
        let stays = Running::start(&redis, "stays", 1, Timing::STANDARD, async |_| done());
        let goes = Running::start(&redis, "goes", 1, Timing::STANDARD, async |_| done());
        redis.until_waiting(2).await;
        let id = format!("job-{round}");
        let scan = scan(&id);
        let (added, ()) = tokio::join!(producer.add(&scan), goes.stop());
        added.expect("Redis is up");
        // Without its marker it would wait until the other one looks, after five minutes.
        redis.until_in(&id, "completed").await;
        stays.stop().await;
    }
}

#[tokio::test]
async fn a_second_one_runs_while_the_first_does_but_never_a_third() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counts, peak) = (Arc::clone(&now), Arc::clone(&most));
    let worker = Running::start(&redis, "w", 2, Timing::STANDARD, move |_| {
        let (counts, peak) = (Arc::clone(&counts), Arc::clone(&peak));
        async move {
            peak.fetch_max(counts.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(20)).await;
            counts.fetch_sub(1, Ordering::SeqCst);
            done()
        }
    });
    for i in 0..20 {
        producer.add(&scan(&format!("job-{i}"))).await.expect("Redis is up");
    }
    until("all are done", async || {
        producer.depth().await.expect("Redis is up").completed == 20
    })
    .await;
    assert_eq!(most.load(Ordering::SeqCst), 2);
    worker.stop().await;
}

#[tokio::test]
async fn finished_jobs_are_capped_whatever_they_ask_for() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let mut connection = redis.connect().await;
    // As if so many had been done before.
    let mut pipe = redis::pipe();
    for i in 0..KEPT_JOBS + 50 {
        pipe.zadd("bull:repo-analysis:completed", format!("old-{i}"), i)
            .ignore();
    }
    pipe.exec_async(&mut connection).await.expect("Redis is up");
    let worker = Running::start(&redis, "w", 1, Timing::STANDARD, async |_| done());
    producer.add(&scan("a")).await.expect("Redis is up");
    redis.until_in("a", "completed").await;
    assert_eq!(producer.depth().await.expect("Redis is up").completed, KEPT_JOBS as u64);
    worker.stop().await;
}

#[tokio::test]
async fn progress_is_passed_on_once_a_second_and_at_new_stages() {
    let redis = Redis::start().await;
    let began = Instant::now();
    let worker = Running::start(&redis, "w", 1, Timing::STANDARD, async |taken: ActiveJob| {
        for percent in 0..50 {
            taken.progress(percent, "clone").await;
        }
        for percent in 50..100 {
            taken.progress(percent, "parse").await;
        }
        done()
    });
    redis.producer().add(&scan("a")).await.expect("Redis is up");
    redis.until_in("a", "completed").await;
    let events: Vec<(String, Vec<String>)> = redis.ask(&["XRANGE", "bull:repo-analysis:events", "-", "+"]).await;
    let told: Vec<&String> = events
        .iter()
        .filter(|(_, fields)| fields[1] == "progress")
        .map(|(_, f)| &f[5])
        .collect();
    let told: Vec<Value> = told
        .into_iter()
        .map(|text| serde_json::from_str(text).expect("JSON"))
        .collect();
    assert_eq!(told[0], json!({"progress": 0, "stage": "clone"}));
    let second = told.iter().find(|told| told["stage"] == "parse");
    assert_eq!(second, Some(&json!({"progress": 50, "stage": "parse"})));
    // One for each stage, and on a slow machine one for each second.
    let seconds = usize::try_from(began.elapsed().as_secs()).expect("it is small");
    assert!(told.len() <= 2 + seconds, "{told:?}");
    worker.stop().await;
}

#[tokio::test]
async fn a_waiting_worker_is_woken_by_each_job() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let worker = Running::start(&redis, "w", 1, Timing::STANDARD, async |_| done());
    for i in 0..100 {
        redis.until_waiting(1).await;
        producer.add(&scan(&format!("job-{i}"))).await.expect("Redis is up");
        // Not woken, it would look after five minutes.
        until("it is taken", async || worker.runs() == i + 1).await;
    }
    worker.stop().await;
}

#[tokio::test]
async fn a_lock_is_kept_for_as_long_as_the_job_runs() {
    let redis = Redis::start().await;
    // Long enough for a machine that is busy with other tests to extend it in time.
    let timing = Timing {
        lock: Duration::from_secs(4),
        ..QUICK
    };
    let long = async |_| {
        tokio::time::sleep(Duration::from_secs(9)).await;
        done()
    };
    let other = Running::start(&redis, "other", 1, timing, long);
    let worker = Running::start(&redis, "w", 1, timing, long);
    redis.until_waiting(2).await;
    redis.producer().add(&scan("a")).await.expect("Redis is up");
    redis.until_in("a", "completed").await;
    assert_eq!(worker.runs() + other.runs(), 1);
    worker.stop().await;
    other.stop().await;
}
