//! Servers and processes that tests start: each on a free port of loopback, killed when dropped.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use repolens_core::queue::{Consumer, Outcome, Producer, QueuedScan, Taken, Timing};
use repolens_core::settings::RedisUrl;
use repolens_core::{ScanId, ScanStatus};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long a test waits for what must happen. Generous: a slow machine is no fault.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Times that let a test of recovery be short.
pub const QUICK: Timing = Timing {
    lock: Duration::from_secs(1),
    stalled_interval: Duration::from_secs(1),
    block: Duration::from_secs(300),
};

#[expect(clippy::disallowed_methods, reason = "the one wrapper of these tests")]
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

/// A Redis that keeps nothing on disk.
pub struct Redis {
    server: Option<Child>,
    pub port: u16,
    _folder: TempDir,
    folder: PathBuf,
}

impl Redis {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut redis = Self {
            server: None,
            port: 0,
            folder: folder.path().to_owned(),
            _folder: folder,
        };
        for _ in 0..20 {
            // Free now; another test may be faster, then the server ends and the next port is tried.
            redis.port = free_port();
            redis.spawn();
            if redis.is_up().await {
                return redis;
            }
        }
        panic!("no Redis could be started: is `redis-server` installed?");
    }

    fn spawn(&mut self) {
        let child = command("redis-server")
            .args([
                "--port",
                &self.port.to_string(),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .args(["--daemonize", "no", "--dir"])
            .arg(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`redis-server` is installed");
        self.server = Some(child);
    }

    async fn is_up(&mut self) -> bool {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let ended = self
                .server
                .as_mut()
                .is_none_or(|server| server.try_wait().expect("it is ours").is_some());
            if ended {
                return false;
            }
            if repolens_core::queue::check(&self.url()).await.is_ok() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    /// Kills the server; what it held is lost.
    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().expect("it is ours");
            server.wait().expect("it is ours");
        }
    }

    /// Starts it anew on the same port, empty.
    pub async fn restart(&mut self) {
        self.stop();
        self.spawn();
        assert!(self.is_up().await, "Redis does not start again");
    }

    /// `SIGSTOP`: from then on nothing is answered, and all connections stand; `SIGCONT` ends it.
    #[allow(dead_code, reason = "shared with the tests of the whole")]
    pub fn signal(&self, signal: Signal) {
        let server = self.server.as_ref().expect("it runs");
        let pid = i32::try_from(server.id()).expect("a pid");
        kill(Pid::from_raw(pid), signal).expect("it is ours");
    }

    pub fn url(&self) -> RedisUrl {
        RedisUrl::parse(&self.address()).expect("an address")
    }

    pub fn address(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn producer(&self) -> Producer {
        Producer::new(&self.url())
    }

    /// A connection for looking at things.
    pub async fn look(&self) -> redis::aio::MultiplexedConnection {
        let client = redis::Client::open(self.address()).expect("an address");
        // The library's own half second is short on a machine that is busy with other tests.
        let config = redis::AsyncConnectionConfig::new().set_response_timeout(Some(PATIENCE));
        client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .expect("Redis is up")
    }

    pub async fn ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let mut command = redis::cmd(words[0]);
        for word in &words[1..] {
            command.arg(*word);
        }
        command
            .query_async(&mut self.look().await)
            .await
            .expect("Redis answers")
    }

    /// Where a job is: the lists that have it.
    pub async fn places(&self, id: &str) -> Vec<&'static str> {
        let mut places = Vec::new();
        let mut connection = self.look().await;
        for list in ["wait", "paused", "active"] {
            let key = format!("bull:repo-analysis:{list}");
            let ids: Vec<String> = redis::cmd("LRANGE")
                .arg(key)
                .arg(0)
                .arg(-1)
                .query_async(&mut connection)
                .await
                .expect("a list");
            places.extend(ids.iter().filter(|found| *found == id).map(|_| list));
        }
        for set in ["completed", "failed", "delayed", "prioritized"] {
            let key = format!("bull:repo-analysis:{set}");
            let score: Option<f64> = redis::cmd("ZSCORE")
                .arg(key)
                .arg(id)
                .query_async(&mut connection)
                .await
                .expect("a sorted set");
            places.extend(score.map(|_| set));
        }
        places
    }

    pub async fn until_in(&self, id: &str, place: &str) {
        until(&format!("{id} is in {place}"), async || {
            self.places(id).await == [place]
        })
        .await;
    }

    pub async fn field(&self, id: &str, field: &str) -> Option<String> {
        self.ask(&["HGET", &format!("bull:repo-analysis:{id}"), field]).await
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

/// Waits until something is so.
pub async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub fn scan(id: &str) -> QueuedScan {
    QueuedScan {
        scan_id: ScanId::parse(id).expect("an id"),
        repo_url: format!("https://example.org/{id}.git"),
        branch: None,
        turn: 0,
    }
}

pub fn done() -> Outcome {
    Outcome::Done {
        status: ScanStatus::Completed,
        duration: Duration::from_millis(42),
    }
}

/// A consumer in this process, which runs until it is stopped or dropped.
pub struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    pub runs: Arc<AtomicUsize>,
}

impl Running {
    pub fn start<H, F>(redis: &Redis, id: &str, concurrency: usize, timing: Timing, handle: H) -> Self
    where
        H: Fn(Taken) -> F + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        Self::start_at(&redis.url(), id, concurrency, timing, handle)
    }

    pub fn start_at<H, F>(url: &RedisUrl, id: &str, concurrency: usize, timing: Timing, handle: H) -> Self
    where
        H: Fn(Taken) -> F + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let consumer = Consumer::new(url, id, concurrency, timing).expect("an address");
        let (stop, stopping) = watch::channel(false);
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
        self.stop.send_replace(true);
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
    lines: mpsc::Receiver<String>,
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
        let mut output = BufReader::new(process.stderr.take().expect("it is piped"));
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            while output.read_line(&mut line).is_ok_and(|read| read > 0) {
                if sender.send(line.trim_end().to_owned()).is_err() {
                    // Read on, so that the process does not block.
                    let _ = output.read_to_string(&mut line);
                }
                line.clear();
            }
        });
        Self { process, lines }
    }

    /// The next line, such as `taken 4711`.
    pub fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("the worker says something")
    }

    pub fn says_nothing_more(&self) -> bool {
        self.lines.try_recv().is_err()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.process.id()).expect("a pid");
        kill(Pid::from_raw(pid), signal).expect("it is ours");
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
