//! Workers that tests start: within this process, and as processes of their own that can be killed.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use repolens_core::job::QueuedScan;
use repolens_core::queue::{ActiveJob, Consumer, JobOutcome, Timing};
use repolens_core::settings::RedisUrl;
use repolens_core::{ScanId, ScanStatus, Unparsed};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use repolens_testkit::{PATIENCE, Redis, command, signal};

/// Times that let a test of recovery be short.
pub const QUICK: Timing = Timing {
    lock: Duration::from_secs(1),
    stalled_interval: Duration::from_secs(1),
    block: Duration::from_secs(300),
};

pub fn scan(id: &str) -> QueuedScan {
    QueuedScan {
        scan_id: ScanId::parse(id).expect("an id"),
        repo_url: Unparsed::new(format!("https://example.org/{id}.git")),
        branch: None,
        turn: 0,
    }
}

pub fn done() -> JobOutcome {
    JobOutcome::Done {
        status: ScanStatus::Completed,
        duration: Duration::from_millis(42),
    }
}

/// A consumer in this process, which runs until it is stopped or dropped.
pub struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
    pub runs: Arc<AtomicUsize>,
}

impl Running {
    pub fn start<H, F>(redis: &Redis, id: &str, concurrency: usize, timing: Timing, handle: H) -> Self
    where
        H: Fn(ActiveJob) -> F + Send + Sync + 'static,
        F: Future<Output = JobOutcome> + Send + 'static,
    {
        Self::start_at(&redis.url(), id, concurrency, timing, handle)
    }

    pub fn start_at<H, F>(url: &RedisUrl, id: &str, concurrency: usize, timing: Timing, handle: H) -> Self
    where
        H: Fn(ActiveJob) -> F + Send + Sync + 'static,
        F: Future<Output = JobOutcome> + Send + 'static,
    {
        let consumer = Consumer::new(url, id, concurrency, timing).expect("an address");
        let stop = CancellationToken::new();
        let stopping = stop.clone();
        let runs = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&runs);
        let task = tokio::spawn(async move {
            consumer
                .run(stopping, move |taken| {
                    counter.fetch_add(1, Ordering::SeqCst);
                    handle(taken)
                })
                .await;
        });
        Self { stop, task, runs }
    }

    pub fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }

    pub fn tell_to_stop(&self) {
        self.stop.cancel();
    }

    pub async fn stop(self) {
        self.tell_to_stop();
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .expect("it stops")
            .expect("it does not panic");
    }
}

/// `examples/queue_worker` as a process of its own.
pub struct Worker {
    process: Child,
    lines: mpsc::UnboundedReceiver<String>,
}

impl Worker {
    pub fn start(redis: &Redis, id: &str, timing: Timing, work: Duration) -> Self {
        // Beside this test's own binary, where `cargo test` builds all examples.
        let here = std::env::current_exe().expect("this test's binary");
        let program = here
            .parent()
            .and_then(|deps| deps.parent())
            .expect("a folder")
            .join("examples/queue_worker");
        assert!(
            program.exists(),
            "{} is missing: `cargo build -p repolens-core --examples`",
            program.display()
        );
        let mut process = command(program)
            .args([&redis.address(), id, "1"])
            .args([timing.lock, timing.stalled_interval, timing.block, work].map(|time| time.as_millis().to_string()))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the example runs");
        let output = BufReader::new(process.stderr.take().expect("it is piped"));
        let (sender, lines) = mpsc::unbounded_channel();
        thread::spawn(move || {
            // To the end, so that the process does not block where nobody listens any more.
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self { process, lines }
    }

    /// The next line, such as `taken 4711`.
    pub async fn line(&mut self) -> String {
        tokio::time::timeout(PATIENCE, self.lines.recv())
            .await
            .expect("the worker says something")
            .expect("the worker has not ended")
    }

    pub fn says_nothing_more(&mut self) -> bool {
        self.lines.try_recv().is_err()
    }

    pub fn signal(&self, sent: Signal) {
        signal(&self.process, sent);
    }

    /// `kill -9`, and gone.
    pub fn kill(mut self) {
        self.process.kill().expect("it is ours");
        self.process.wait().expect("it is ours");
    }

    pub fn wait(&mut self) -> std::process::ExitStatus {
        self.process.wait().expect("it is ours")
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
