//! The API's own process.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use super::free_port;
use super::{DEADLINE, Database};

pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A running `repolens-api`. It is killed when this is dropped.
pub struct Api {
    pub port: u16,
    child: Child,
    log: Arc<Log>,
    client: reqwest::Client,
}

#[derive(Default)]
struct Log {
    lines: Mutex<Vec<String>>,
    grown: Condvar,
}

impl Api {
    pub fn start(database: &Database) -> Self {
        Self::start_with(database, &[])
    }

    /// With more settings.
    pub fn start_with(database: &Database, settings: &[(&str, &str)]) -> Self {
        Self::started(|port| Self::spawn(database, port, settings))
    }

    /// Where it may open so many files, and raise that to so many.
    pub fn start_where_files(soft: u64, hard: u64, database: &Database) -> Self {
        Self::started(|port| {
            let program = format!("ulimit -Sn {soft} && ulimit -Hn {hard} && exec \"$0\"");
            let mut shell = command_of("/bin/sh", database.folder.path());
            shell.args(["-c", &program, env!("CARGO_BIN_EXE_repolens-api")]);
            Self::spawn_by(shell, database, port, &[])
        })
    }

    fn started(spawn: impl Fn(u16) -> Self) -> Self {
        for _ in 0..5 {
            let port = free_port();
            let mut api = spawn(port);
            if api.logged("API listening on http://") {
                return api;
            }
            let status = api.wait();
            assert_eq!(
                status.code(),
                Some(69),
                "only the port may be the reason:\n{}",
                api.log()
            );
        }
        panic!("no free port was found");
    }

    /// Without waiting until it listens.
    pub fn spawn(database: &Database, port: u16, settings: &[(&str, &str)]) -> Self {
        Self::spawn_by(command(database.folder.path()), database, port, settings)
    }

    fn spawn_by(mut command: Command, database: &Database, port: u16, settings: &[(&str, &str)]) -> Self {
        install_tls();
        let mut child = command
            .env("DATABASE_URL", database.url())
            .env("PORT", port.to_string())
            .envs(settings.iter().copied())
            .spawn()
            .expect("the API's binary starts");
        let log = Arc::new(Log::default());
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let writer = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                writer.lines.lock().expect("no panic").push(line);
                writer.grown.notify_all();
            }
            writer.lines.lock().expect("no panic").push("END OF LOG".to_owned());
            writer.grown.notify_all();
        });
        Self {
            port,
            child,
            log,
            client: reqwest::Client::new(),
        }
    }

    /// Waits until a line with this text is logged; `false` where the log ends before.
    pub fn logged(&self, text: &str) -> bool {
        self.logged_times(text, 1)
    }

    /// Waits until so many lines with this text are logged.
    pub fn logged_times(&self, text: &str, times: usize) -> bool {
        let until = Instant::now() + DEADLINE;
        let mut lines = self.log.lines.lock().expect("no panic");
        loop {
            if lines.iter().filter(|line| line.contains(text)).count() >= times {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || lines.iter().any(|line| line == "END OF LOG") {
                return false;
            }
            lines = self.log.grown.wait_timeout(lines, left).expect("no panic").0;
        }
    }

    pub fn log(&self) -> String {
        self.log.lines.lock().expect("no panic").join("\n")
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("a pid"));
        kill(pid, signal).expect("the process is there");
    }

    /// Waits for the end.
    pub fn wait(&mut self) -> ExitStatus {
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.child.try_wait().expect("our own child") {
                return status;
            }
            assert!(Instant::now() < until, "the API does not end:\n{}", self.log());
            std::thread::yield_now();
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("http://127.0.0.1:{}{path}", self.port))
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path).send().await.expect("an answer")).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        answer(
            self.request(Method::POST, path)
                .json(&body)
                .send()
                .await
                .expect("an answer"),
        )
        .await
    }

    /// With the worker's token.
    pub async fn work(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let request = self.request(Method::POST, path).bearer_auth(TOKEN).json(&body);
        answer(request.send().await.expect("an answer")).await
    }

    /// Submits a scan and returns its id.
    pub async fn submit(&self) -> String {
        let (status, body) = self
            .post(
                "/api/scan",
                json!({ "repoUrl": "https://git.example.org/owner/repository" }),
            )
            .await;
        assert_eq!(status, 201, "{body}\n{}", self.log());
        text(&body["scanId"])
    }

    /// Submits a scan as a guest; its id, and the body by which it can be cancelled.
    pub async fn submit_to_cancel(&self) -> (String, Value) {
        let body = json!({ "repoUrl": "https://git.example.org/owner/repository" });
        let (status, answer) = self.post("/api/scan", body).await;
        assert_eq!(status, 201, "{answer}");
        let cancel = json!({ "cancelToken": text(&answer["cancelToken"]) });
        (text(&answer["scanId"]), cancel)
    }

    /// Submits a scan as the client that a proxy says it is; for an API that trusts one.
    pub async fn submit_as(&self, forwarded: &str) -> Response {
        self.request(Method::POST, "/api/scan")
            .header("X-Forwarded-For", forwarded)
            .json(&json!({ "repoUrl": "https://git.example.org/a/b" }))
            .send()
            .await
            .expect("an answer")
    }

    /// Takes the next job; its id and lease.
    pub async fn claim(&self) -> (String, String) {
        let (status, body) = self
            .work("/api/worker/claim", json!({ "workerId": "test", "waitMs": 10_000 }))
            .await;
        assert_eq!(status, 200, "{body}");
        (text(&body["scanId"]), text(&body["leaseToken"]))
    }

    pub async fn report(&self, id: &str, lease: &str, body: Value) -> (StatusCode, Value) {
        let request = self
            .request(Method::PUT, &format!("/api/scan/{id}/status"))
            .bearer_auth(TOKEN)
            .header("X-Lease-Token", lease)
            .json(&body);
        answer(request.send().await.expect("an answer")).await
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// `repolens-api` with nothing in its environment but what every test needs.
pub fn command(folder: &Path) -> Command {
    command_of(env!("CARGO_BIN_EXE_repolens-api"), folder)
}

#[expect(clippy::disallowed_methods, reason = "a test starts the real process")]
fn command_of(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("WORKER_TOKEN", TOKEN)
        .env("HOST", "127.0.0.1")
        .env("LOG_LEVEL", "debug")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

pub async fn answer(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let bytes = response.bytes().await.expect("the whole body");
    let body = if bytes.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&bytes)))
    };
    (status, body)
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The client is built with a TLS library that wants a provider, though the tests speak plain HTTP.
fn install_tls() {
    let _installed_before = rustls::crypto::ring::default_provider().install_default();
}
