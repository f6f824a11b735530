//! A worker of the queue without the work: for tests that kill one, and for measuring the queue alone.
//!
//! `queue_worker REDIS_URL ID CONCURRENCY LOCK_MS STALLED_MS BLOCK_MS WORK_MS`
//!
//! Each job takes `WORK_MS` and then counts as completed; on SIGTERM it is given back. Where `WORK_MS` is not 0, a line is
//! written when a job is taken and when it has ended.

use std::io::Write as _;
use std::time::{Duration, Instant};

use repolens_core::ScanStatus;
use repolens_core::queue::{ActiveJob, Consumer, JobOutcome, Timing};
use repolens_core::settings::RedisUrl;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, id, numbers @ ..] = arguments.as_slice() else {
        return Err("expected REDIS_URL ID CONCURRENCY LOCK_MS STALLED_MS BLOCK_MS WORK_MS".into());
    };
    let numbers = numbers
        .iter()
        .map(|text| text.parse())
        .collect::<Result<Vec<u64>, _>>()?;
    let &[concurrency, lock, stalled, block, work] = numbers.as_slice() else {
        return Err("expected five numbers after the address and the id".into());
    };
    let timing = Timing {
        lock: Duration::from_millis(lock),
        stalled_interval: Duration::from_millis(stalled),
        block: Duration::from_millis(block),
    };
    let work = Duration::from_millis(work);
    let consumer = Consumer::new(&RedisUrl::parse(url)?, id, usize::try_from(concurrency)?, timing)?;
    let mut term = signal(SignalKind::terminate())?;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        term.recv().await;
        stop.cancel();
    });
    let of_job = stopping.clone();
    consumer.run(stopping, move |job| run(job, work, of_job.clone())).await;
    Ok(())
}

async fn run(job: ActiveJob, work: Duration, stopping: CancellationToken) -> JobOutcome {
    let began = Instant::now();
    if work.is_zero() {
        return JobOutcome::Done {
            status: ScanStatus::Completed,
            duration: began.elapsed(),
        };
    }
    say("taken", &job);
    let given_back = tokio::select! {
        () = tokio::time::sleep(work) => false,
        () = stopping.cancelled() => true,
    };
    if given_back {
        return JobOutcome::GiveBack;
    }
    say("ended", &job);
    JobOutcome::Done {
        status: ScanStatus::Completed,
        duration: began.elapsed(),
    }
}

fn say(what: &str, job: &ActiveJob) {
    // An error means that the reader is gone.
    let _ = writeln!(std::io::stderr().lock(), "{what} {}", job.scan_id());
}
