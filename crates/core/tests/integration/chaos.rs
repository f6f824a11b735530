//! Redis and the way to it as they are on a bad day: connections that break, a server that restarts or says nothing.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use repolens_core::job::QueuedScan;
use repolens_core::queue::{ActiveJob, JobOutcome, Producer, Timing};
use tokio::sync::Notify;

use super::workers::{QUICK, Running, Worker, done, scan};
use repolens_testkit::size::{Spans, is_full, report, times};
use repolens_testkit::{Redis, command, until};

/// The next job is to be taken so soon after all is well again.
const SOON: Duration = Duration::from_secs(5);

/// Scans as the API would know them: queued until they are run.
#[derive(Default)]
struct Scans {
    rows: Vec<QueuedScan>,
    runs: Arc<Mutex<HashMap<String, usize>>>,
    /// Has ended by its row: to be refused.
    ended: Arc<Mutex<HashSet<String>>>,
}

impl Scans {
    /// A worker that counts each run.
    fn worker(&self, redis: &Redis, id: &str, timing: Timing) -> Running {
        let (runs, ended) = (Arc::clone(&self.runs), Arc::clone(&self.ended));
        Running::start(redis, id, 2, timing, move |taken: ActiveJob| {
            let id = taken.scan_id().to_string();
            let refused = ended.lock().expect("nobody panics with it").contains(&id);
            if !refused {
                *runs.lock().expect("nobody panics with it").entry(id).or_default() += 1;
            }
            async move {
                if refused {
                    return JobOutcome::Refused;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
                done()
            }
        })
    }

    async fn add(&mut self, producer: &Producer) {
        let row = scan(&format!("job-{}", self.rows.len()));
        // An error here is what the repair is for.
        let _ = producer.add(&row).await;
        self.rows.push(row);
    }

    fn left(&self) -> Vec<QueuedScan> {
        let runs = self.runs.lock().expect("nobody panics with it");
        let not_run = |row: &&QueuedScan| !runs.contains_key(row.scan_id.as_str());
        self.rows.iter().filter(not_run).cloned().collect()
    }

    /// Adds one more, and waits until it is run.
    async fn next_is_run(&mut self, producer: &Producer) {
        self.add(producer).await;
        let id = self.rows.last().expect("it was added").scan_id.to_string();
        until("the next job is run", async || {
            self.runs.lock().expect("nobody panics with it").contains_key(&id) || {
                self.repair(producer).await;
                false
            }
        })
        .await;
    }

    /// As the API does after an error: what is still queued is added again. While jobs are on their way, a row may be run
    /// between the two looks; the API refuses the second run, and here none is to be hidden.
    async fn repair(&self, producer: &Producer) {
        let at_rest = producer
            .depth()
            .await
            .is_ok_and(|depth| depth.waiting + depth.active == 0);
        if at_rest {
            // An error here is for the next try.
            let _ = producer.repair(&self.left()).await;
        }
    }

    async fn each_was_run_once(&self, producer: &Producer) {
        until("all are run", async || {
            self.left().is_empty() || {
                self.repair(producer).await;
                false
            }
        })
        .await;
        let runs = self.runs.lock().expect("nobody panics with it");
        let twice: Vec<_> = runs.iter().filter(|(_, runs)| **runs > 1).collect();
        assert!(twice.is_empty(), "{twice:?}");
        assert_eq!(runs.len(), self.rows.len());
    }
}

#[tokio::test]
async fn killed_connections_lose_nothing_and_do_nothing_twice() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let mut scans = Scans::default();
    let workers = ["a", "b"].map(|id| scans.worker(&redis, id, Timing::STANDARD));
    let kills = times(10, 30);
    let between = Duration::from_millis(if is_full() { 2_000 } else { 50 });
    let mut spans = Spans::default();
    for _ in 0..kills {
        let next = Instant::now() + between;
        while Instant::now() < next {
            scans.add(&producer).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        redis
            .ask::<i64>(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"])
            .await;
        let killed = Instant::now();
        scans.next_is_run(&producer).await;
        spans.add(killed.elapsed());
    }
    let began = Instant::now();
    scans.each_was_run_once(&producer).await;
    report(
        11,
        &format!(
            "`CLIENT KILL TYPE normal` {kills} times, every 2 s: {} jobs, each run once, the last {:.1} s after the end; from a kill to the start of the next job {spans}",
            scans.rows.len(),
            began.elapsed().as_secs_f64()
        ),
    );
    spans.within(SOON);
    for worker in workers {
        worker.stop().await;
    }
}

#[tokio::test]
async fn flushed_scripts_are_loaded_again_under_load() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let mut scans = Scans::default();
    let workers = ["a", "b"].map(|id| scans.worker(&redis, id, Timing::STANDARD));
    let jobs = times(100, 900);
    let mut flushes = 0;
    for number in 0..jobs {
        scans.add(&producer).await;
        if number % 5 == 0 {
            redis.ask::<()>(&["SCRIPT", "FLUSH"]).await;
            flushes += 1;
        }
    }
    scans.each_was_run_once(&producer).await;
    until("all are recorded", async || {
        producer.depth().await.expect("Redis is up").completed == jobs as u64
    })
    .await;
    report(
        11,
        &format!("`SCRIPT FLUSH` {flushes} times under load: {jobs} jobs, each run once"),
    );
    for worker in workers {
        worker.stop().await;
    }
}

#[tokio::test]
async fn after_a_restart_of_redis_the_next_job_is_taken_soon() {
    let mut redis = Redis::start().await;
    let producer = redis.producer();
    let mut scans = Scans::default();
    let worker = scans.worker(&redis, "w", Timing::STANDARD);
    let rounds = times(2, 5);
    let mut spans = Spans::default();
    for _ in 0..rounds {
        redis.until_waiting(1).await;
        redis.stop();
        if is_full() {
            // Long enough for the longest pause between two tries.
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
        redis.restart().await;
        let back = Instant::now();
        scans.next_is_run(&producer).await;
        spans.add(back.elapsed());
    }
    scans.each_was_run_once(&producer).await;
    report(
        11,
        &format!(
            "Redis away for 10 s and started empty, {rounds} times: from its start to that of the next job {spans}"
        ),
    );
    spans.within(SOON);
    worker.stop().await;
}

/// How long a silence lasts: longer than a command may take, in full longer than a dead connection is not noticed.
fn silence() -> Duration {
    Duration::from_secs(if is_full() { 30 } else { 3 })
}

/// One worker waits and one works when it begins, and the work ends in the midst of it. Where the silence is longer than the
/// lock, the queue delivers that job again, and the row refuses it.
async fn after_a_silence(redis: &Redis, begin: impl Fn(), end: impl Fn()) -> Duration {
    let producer = redis.producer();
    let mut scans = Scans::default();
    let go_on = Arc::new(Notify::new());
    let (waiting, ended, runs) = (Arc::clone(&go_on), Arc::clone(&scans.ended), Arc::clone(&scans.runs));
    let works = Running::start(redis, "works", 1, Timing::STANDARD, move |taken: ActiveJob| {
        let waiting = Arc::clone(&waiting);
        let id = taken.scan_id().to_string();
        let is_next = id != "in-work";
        if is_next {
            *runs
                .lock()
                .expect("nobody panics with it")
                .entry(id.clone())
                .or_default() += 1;
        }
        let first = is_next || ended.lock().expect("nobody panics with it").insert(id);
        async move {
            if !first {
                return JobOutcome::Refused;
            }
            if !is_next {
                waiting.notified().await;
            }
            done()
        }
    });
    producer.add(&scan("in-work")).await.expect("Redis is up");
    redis.until_in("in-work", "active").await;
    let waits = scans.worker(redis, "waits", Timing::STANDARD);
    redis.until_waiting(1).await;
    begin();
    go_on.notify_one();
    tokio::time::sleep(silence()).await;
    end();
    let back = Instant::now();
    // By either: the one that worked is free again.
    scans.next_is_run(&producer).await;
    let span = back.elapsed();
    scans.each_was_run_once(&producer).await;
    redis.until_in("in-work", "completed").await;
    works.stop().await;
    waits.stop().await;
    span
}

#[tokio::test]
async fn after_a_silence_of_redis_the_next_job_is_taken_soon() {
    let redis = Redis::start().await;
    let span = after_a_silence(&redis, || redis.freeze(), || redis.thaw()).await;
    let mut spans = Spans::default();
    spans.add(span);
    report(
        11,
        &format!("Redis frozen for {:?}: to the start of the next job {spans}", silence()),
    );
    spans.within(SOON);
}

/// Nothing gets through to a port of this machine, and nothing back. `None`: this machine does not allow it.
struct Dropped {
    port: String,
}

impl Dropped {
    fn rules(port: &str, what: &str) -> bool {
        ["--dport", "--sport"].iter().all(|side| {
            let done = command("iptables")
                .args([what, "INPUT", "-i", "lo", "-p", "tcp", side, port, "-j", "DROP"])
                .output();
            done.is_ok_and(|output| output.status.success())
        })
    }

    fn start(port: u16) -> Option<Self> {
        let port = port.to_string();
        // Dropped, it takes away what there is of it.
        let dropped = Self { port };
        Self::rules(&dropped.port, "-A").then_some(dropped)
    }
}

impl Drop for Dropped {
    fn drop(&mut self) {
        Self::rules(&self.port, "-D");
    }
}

/// In full only: it takes a firewall, and half a minute until the dead connections are noticed.
#[tokio::test]
async fn after_a_silence_of_the_network_the_next_job_is_taken_soon() {
    if !is_full() {
        return;
    }
    let redis = Redis::start().await;
    let Some(trial) = Dropped::start(redis.port) else {
        report(11, "no firewall here: packets cannot be dropped");
        return;
    };
    drop(trial);
    let dropped = Mutex::new(None);
    let set = |value| *dropped.lock().expect("nobody panics with it") = value;
    let span = after_a_silence(&redis, || set(Dropped::start(redis.port)), || set(None)).await;
    let mut spans = Spans::default();
    spans.add(span);
    report(
        11,
        &format!(
            "all packets dropped for {:?}: to the start of the next job {spans}",
            silence()
        ),
    );
    spans.within(SOON);
}

#[tokio::test]
async fn a_worker_that_dies_after_a_silence_of_redis_is_noticed() {
    let redis = Redis::start().await;
    let mut dies = Worker::start(&redis, "dies", QUICK, Duration::from_secs(600));
    redis.producer().add(&scan("a")).await.expect("Redis is up");
    assert_eq!(dies.line().await, "taken a");
    let worker = Running::start(&redis, "other", 1, QUICK, async |_| done());
    redis.until_waiting(1).await;
    until("it looks after the other one's job", async || {
        redis.ask::<bool>(&["EXISTS", "bull:repo-analysis:stalled-check"]).await
    })
    .await;
    // Longer than two tries of a command: the connection that waits for a job stands all the same.
    redis.freeze();
    tokio::time::sleep(Duration::from_secs(7)).await;
    redis.thaw();
    redis.until_waiting(1).await;
    dies.kill();
    redis.until_in("a", "completed").await;
    worker.stop().await;
}

/// A call that is not answered in time is done all the same when Redis goes on: what it took must not be left to nobody.
#[tokio::test]
async fn no_job_is_taken_by_a_call_that_nobody_waits_for_any_more() {
    let redis = Redis::start().await;
    let producer = redis.producer();
    let go_on = Arc::new(Notify::new());
    let waiting = Arc::clone(&go_on);
    let ids = ["a", "b", "c", "d", "e", "f"];
    for id in ids {
        producer.add(&scan(id)).await.expect("Redis is up");
    }
    let worker = Running::start(&redis, "w", 1, Timing::STANDARD, move |taken: ActiveJob| {
        let waiting = Arc::clone(&waiting);
        async move {
            if ["a", "c"].contains(&taken.scan_id().as_str()) {
                waiting.notified().await;
            }
            done()
        }
    });
    for id in ["a", "c"] {
        redis.until_in(id, "active").await;
        redis.freeze();
        go_on.notify_one();
        // Longer than the first try and its repetition take.
        tokio::time::sleep(Duration::from_secs(6)).await;
        redis.thaw();
    }
    for id in ids {
        redis.until_in(id, "completed").await;
        assert_eq!(
            redis.field(id, "stc").await,
            None,
            "{id} was left to the check for stalled jobs"
        );
    }
    assert_eq!(worker.runs(), ids.len());
    worker.stop().await;
}
