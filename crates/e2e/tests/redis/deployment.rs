//! An API and workers, each a process of its own as on separate hosts, on one Redis and one database.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use repolens_e2e::{free_port, program};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::database;
use repolens_testkit::Postgres;
use repolens_testkit::{PATIENCE, Redis, command, until};

pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A process of this build, killed when dropped.
pub struct Process {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
}

pub struct Deployment {
    pub redis: Redis,
    pub database: String,
    pub port: u16,
    pub http: reqwest::Client,
    folder: TempDir,
    /// Scan → the body by which it is cancelled.
    cancel_tokens: Mutex<HashMap<String, Value>>,
}

impl Deployment {
    pub async fn on_postgres() -> Self {
        let database = database::fresh(Postgres::shared()).await;
        Self::on(database).await
    }

    pub async fn on_sqlite() -> Self {
        let mut deployment = Self::on(String::new()).await;
        deployment.database = format!("sqlite://{}", deployment.folder.path().join("scans.db").display());
        deployment
    }

    pub async fn on(database: String) -> Self {
        // One provider for the whole process; a second test of it has installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            redis: Redis::start().await,
            database,
            port: free_port(),
            http: reqwest::Client::new(),
            folder: tempfile::tempdir().expect("a temporary folder"),
            cancel_tokens: Mutex::default(),
        }
    }

    /// Starts an API and waits until it answers.
    pub async fn api(&self) -> Process {
        self.api_at(self.port).await
    }

    pub async fn api_with(&self, settings: &[(&str, &str)]) -> Process {
        self.api_of(self.port, settings).await
    }

    pub async fn api_at(&self, port: u16) -> Process {
        self.api_of(port, &[]).await
    }

    pub async fn api_of(&self, port: u16, settings: &[(&str, &str)]) -> Process {
        let own = port.to_string();
        let api = self.spawn("repolens-api", &[&[("PORT", own.as_str())], settings].concat());
        let url = format!("http://127.0.0.1:{port}/api/health");
        until("the API answers", async || self.http.get(&url).send().await.is_ok()).await;
        api
    }

    /// Starts a worker and waits until it listens.
    pub async fn worker(&self, id: &str) -> Process {
        self.worker_with(id, &[]).await
    }

    pub async fn worker_with(&self, id: &str, settings: &[(&str, &str)]) -> Process {
        let worker = self.start_worker(id, settings);
        worker
            .until_line("Worker listening for jobs on queue: repo-analysis")
            .await;
        worker
    }

    /// Starts a worker and waits for nothing.
    pub fn spawn_worker(&self, id: &str) -> Process {
        self.start_worker(id, &[])
    }

    fn start_worker(&self, id: &str, settings: &[(&str, &str)]) -> Process {
        let api = format!("http://127.0.0.1:{}", self.port);
        let sandboxes = self.sandboxes(id);
        let sandboxes = sandboxes.to_str().expect("UTF-8");
        let own = [
            ("REPOLENS_WORKER_ID", id),
            ("API_URL", &api),
            ("SANDBOX_DIR", sandboxes),
        ];
        self.spawn("repolens-worker", &[&own, settings].concat())
    }

    #[expect(clippy::disallowed_methods, reason = "git is found by the path of the tests")]
    fn spawn(&self, name: &str, settings: &[(&str, &str)]) -> Process {
        let mut command = command(program(name));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            // As the images have it.
            .env("MALLOC_ARENA_MAX", "2")
            .env("WORKER_TOKEN", TOKEN)
            .env("ALLOW_LOCAL_REPOS", "1")
            .env("RATE_LIMIT_SCANS", "off")
            .env("RATE_LIMIT", "off")
            .env("LOG_LEVEL", "info")
            .env("REDIS_URL", self.redis.address())
            .env("REPOLENS_DATA_DIR", self.folder.path())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if name == "repolens-api" {
            command.env("DATABASE_URL", &self.database);
        }
        for (name, value) in settings {
            match value.is_empty() {
                true => command.env_remove(name),
                false => command.env(name, value),
            };
        }
        Process::new(command.spawn().expect("it starts"))
    }

    /// Waits until this worker has no clone on its disk.
    pub async fn until_no_sandbox(&self, worker: &str) {
        let root = self.sandboxes(worker);
        until("no clone is left", async || {
            let workers = std::fs::read_dir(&root).into_iter().flatten().flatten();
            let mut entries =
                workers.flat_map(|worker| std::fs::read_dir(worker.path()).into_iter().flatten().flatten());
            !entries.any(|entry| entry.path().is_dir())
        })
        .await;
    }

    fn sandboxes(&self, worker: &str) -> PathBuf {
        self.folder.path().join(format!("sandboxes-{worker}"))
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// `POST /api/scan`; the scan's id.
    pub async fn submit(&self, repo_url: &str) -> String {
        let response = self
            .http
            .post(self.url("/api/scan"))
            .json(&json!({ "repoUrl": repo_url, "force": true }))
            .send()
            .await
            .expect("the API answers");
        let status = response.status();
        let body: Value = response.json().await.expect("JSON");
        assert_eq!(status, 201, "{body}");
        let id = body["scanId"].as_str().expect("an id").to_owned();
        let token = json!({ "cancelToken": body["cancelToken"] });
        self.cancel_tokens.lock().expect("no panic").insert(id.clone(), token);
        id
    }

    pub async fn cancel(&self, id: &str) {
        let token = self.cancel_tokens.lock().expect("no panic").get(id).cloned();
        let request = self
            .http
            .post(self.url(&format!("/api/scan/{id}/cancel")))
            .json(&token.expect("it was submitted here"));
        assert_eq!(request.send().await.expect("the API answers").status(), 202);
    }

    pub async fn scan(&self, id: &str) -> Value {
        let answer = self.http.get(self.url(&format!("/api/scan/{id}"))).send().await;
        answer.expect("the API answers").json().await.expect("JSON")
    }

    /// Waits until the scan has this status; what the API says of it then.
    pub async fn until_status(&self, id: &str, status: &str) -> Value {
        let begin = Instant::now();
        loop {
            let answer = self.http.get(self.url(&format!("/api/scan/{id}"))).send().await;
            let scan: Value = match answer {
                Ok(answer) => answer.json().await.unwrap_or_default(),
                // It may be starting again.
                Err(_) => Value::Null,
            };
            if scan["status"] == status {
                return scan;
            }
            if begin.elapsed() > PATIENCE {
                let places = self.redis.places(id).await;
                panic!("{id} is never {status}: {scan}, in the queue: {places:?}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The column `v` of each row of the PostgreSQL database.
    pub async fn values(&self, sql: &str) -> Vec<String> {
        database::postgres_values(&self.database, sql).await
    }
}

impl Process {
    fn new(mut child: Child) -> Self {
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let streams: [Box<dyn std::io::Read + Send>; 2] = [
            Box::new(child.stdout.take().expect("it is piped")),
            Box::new(child.stderr.take().expect("it is piped")),
        ];
        for stream in streams {
            let log = Arc::clone(&log);
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    log.lock().expect("nobody panics with it").push(line);
                }
            });
        }
        Self { child, log }
    }

    pub fn log(&self) -> String {
        self.log.lock().expect("nobody panics with it").join("\n")
    }

    pub async fn until_line(&self, text: &str) {
        let begin = Instant::now();
        while !self.log().contains(text) {
            assert!(begin.elapsed() < PATIENCE, "no line with `{text}`:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).expect("a pid");
        kill(Pid::from_raw(pid), signal).expect("it is ours");
    }

    /// The most memory that it has had at a time, in bytes, since [`Process::forget_peak_memory`].
    pub fn peak_memory(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// What it has now, in bytes, is the most from here on.
    pub fn forget_peak_memory(&self) -> u64 {
        std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").expect("it is ours");
        self.memory("VmRSS:")
    }

    fn memory(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(field))
            .expect("Linux tells it");
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kib << 10
    }

    /// `kill -9`, and gone.
    pub fn kill(mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is ours");
    }

    pub async fn stop(mut self) {
        self.signal(Signal::SIGTERM);
        let begin = Instant::now();
        while self.child.try_wait().expect("it is ours").is_none() {
            assert!(begin.elapsed() < PATIENCE, "it does not stop:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            #[expect(clippy::print_stdout, reason = "what the process said belongs to a failed test")]
            {
                println!("{}", self.log());
            }
        }
    }
}
