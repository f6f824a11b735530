//! A worker of the queue without the work: for tests that kill one, and for measuring the queue alone.
//!
//! `queue_worker REDIS_URL ID CONCURRENCY LOCK_MS STALLED_MS BLOCK_MS WORK_MS`
//!
//! Each job takes `WORK_MS` and then counts as completed; on SIGTERM it is given back. Where `WORK_MS` is not 0, a line is
//! written when a job is taken and when it has ended.

use std::io::Write as _;
use std::time::{Duration, Instant};

use repolens_core::ScanStatus;
use repolens_core::queue::{Consumer, Outcome, Taken, Timing};
use repolens_core::settings::RedisUrl;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

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
    let (stop, stopping) = watch::channel(false);
    let told = stopping.clone();
    let running = consumer.run(stopping, move |taken| run(taken, work, told.clone()));
    let stopper = async {
        term.recv().await;
        stop.send_replace(true);
        // It must not be dropped before the other side is done.
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = running => {}
        () = stopper => {}
    }
    Ok(())
}

async fn run(taken: Taken, work: Duration, mut stopping: watch::Receiver<bool>) -> Outcome {
    let began = Instant::now();
    if work.is_zero() {
        return Outcome::Done {
            status: ScanStatus::Completed,
            duration: began.elapsed(),
        };
    }
    say("taken", &taken);
    let given_back = tokio::select! {
        () = tokio::time::sleep(work) => false,
        _ = stopping.wait_for(|stop| *stop) => true,
    };
    if given_back {
        return Outcome::GiveBack;
    }
    say("ended", &taken);
    Outcome::Done {
        status: ScanStatus::Completed,
        duration: began.elapsed(),
    }
}

fn say(what: &str, taken: &Taken) {
    // Nobody reads it any more: then nobody misses it.
    let _ = writeln!(std::io::stderr().lock(), "{what} {}", taken.scan_id());
}
