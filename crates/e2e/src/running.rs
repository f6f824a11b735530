//! A running RepoLens: the supervisor of this build on a free port, with everything it writes in a temporary folder.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{free_port, program};

/// How long a test waits for something that must happen. Generous: a slow machine is no fault.
const PATIENCE: Duration = Duration::from_secs(90);

/// Where a RepoLens keeps what it writes; survives the processes.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
}

impl Default for Home {
    fn default() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }
}

/// The supervisor with its two children. Killed when dropped.
#[derive(Debug)]
pub struct Running {
    supervisor: Child,
    port: u16,
    log: Arc<Mutex<Vec<String>>>,
    http: reqwest::Client,
}

/// The answer of `GET /api/scan/{id}`.
#[derive(Debug)]
pub struct Scan(pub Value);

impl Scan {
    /// `queued`, `processing`, …
    #[must_use]
    pub fn status(&self) -> &str {
        self.0["status"].as_str().unwrap_or_default()
    }

    #[must_use]
    pub fn is_final(&self) -> bool {
        ["completed", "failed", "cancelled"].contains(&self.status())
    }
}

impl Running {
    /// Starts it and waits until both children run.
    #[must_use]
    pub fn start(home: &Home) -> Self {
        Self::start_with(home, &[])
    }

    /// The same with more settings.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start_with(home: &Home, settings: &[(&str, &str)]) -> Self {
        let running = Self::spawn(home, free_port(), settings);
        running.wait_for_line("All services running!");
        running
    }

    /// Starts it on a port and waits for nothing.
    ///
    /// # Panics
    /// Where the program cannot be started.
    #[must_use]
    pub fn spawn(home: &Home, port: u16, settings: &[(&str, &str)]) -> Self {
        let (running, stdout) = Self::spawn_unread(home, port, settings);
        keep_lines(stdout, &running.log);
        running
    }

    /// The same, but the log is for the caller to read, or not to read: [`Running::log`] has only stderr.
    ///
    /// # Panics
    /// Where the program cannot be started.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the test starts what it tests")]
    pub fn spawn_unread(home: &Home, port: u16, settings: &[(&str, &str)]) -> (Self, ChildStdout) {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut supervisor = Command::new(program("repolens-supervisor"))
            .env_clear()
            .env("PATH", path)
            .env("PORT", port.to_string())
            .env("REPOLENS_DATA_DIR", home.folder.path().join("data"))
            .env("SANDBOX_DIR", home.folder.path().join("sandboxes"))
            .env("ALLOW_LOCAL_REPOS", "1")
            .envs(settings.iter().copied())
            .current_dir(home.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the supervisor starts");
        let log = Arc::new(Mutex::new(Vec::new()));
        let stdout = supervisor.stdout.take().expect("stdout is a pipe");
        keep_lines(supervisor.stderr.take().expect("stderr is a pipe"), &log);
        // One provider for the whole process; a second test of it has installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let running = Self {
            supervisor,
            port,
            log,
            http: reqwest::Client::new(),
        };
        (running, stdout)
    }

    /// The supervisor's answer on its status socket.
    ///
    /// # Panics
    /// Where it does not answer.
    #[must_use]
    pub fn status(&self, home: &Home) -> Value {
        let socket = home.path().join("data").join("supervisor.sock");
        let mut stream = UnixStream::connect(socket).expect("the supervisor listens");
        stream.write_all(b"status\n").expect("it can be asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        serde_json::from_str(&answer).expect("the answer is JSON")
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// All that it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().expect("no reader panicked").join("\n")
    }

    /// Waits until a line of the log contains `text`.
    ///
    /// # Panics
    /// Where none does in time.
    pub fn wait_for_line(&self, text: &str) {
        eventually(&format!("a line with `{text}`"), || {
            self.log().contains(text).then_some(()).ok_or_else(|| self.log())
        });
    }

    /// The pid of `api` or `worker`, of the latest start.
    ///
    /// # Panics
    /// Where it has not been started.
    #[must_use]
    pub fn pid(&self, child: &str) -> Pid {
        let started = format!("{child} (re)?started");
        let pid = self
            .log
            .lock()
            .expect("no reader panicked")
            .iter()
            .rev()
            .find_map(|line| {
                let (before, pid) = line.split_once("started with PID: ")?;
                before
                    .trim_end()
                    .trim_end_matches("re")
                    .trim_end()
                    .to_lowercase()
                    .ends_with(child)
                    .then(|| pid.split_whitespace().next()?.parse().ok())?
            });
        Pid::from_raw(pid.unwrap_or_else(|| panic!("no line `{started}`:\n{}", self.log())))
    }

    #[must_use]
    pub fn supervisor_pid(&self) -> Pid {
        Pid::from_raw(self.supervisor.id().cast_signed())
    }

    /// # Panics
    /// Where there is no such process.
    pub fn signal(&self, pid: Pid, signal: Signal) {
        kill(pid, signal).unwrap_or_else(|error| panic!("cannot send {signal} to {pid}: {error}"));
    }

    /// Waits until the supervisor has ended.
    ///
    /// # Panics
    /// Where it does not in time.
    pub fn wait(&mut self) -> ExitStatus {
        let supervisor = &mut self.supervisor;
        let log = Arc::clone(&self.log);
        eventually("the end of the supervisor", move || {
            supervisor
                .try_wait()
                .expect("our own child")
                .ok_or_else(|| log.lock().expect("no reader panicked").join("\n"))
        })
    }

    /// `POST /api/scan`; the scan's id.
    ///
    /// # Panics
    /// Where it is not accepted.
    pub async fn submit(&self, repo_url: &str) -> String {
        self.submit_to_cancel(repo_url).await.0
    }

    /// The same, with the token by which the scan is cancelled.
    ///
    /// # Panics
    /// Where the API does not accept the scan.
    pub async fn submit_to_cancel(&self, repo_url: &str) -> (String, String) {
        let response = self
            .http
            .post(self.url("/api/scan"))
            // Each is analyzed, whatever was scanned before.
            .json(&json!({ "repoUrl": repo_url, "force": true }))
            .send()
            .await
            .expect("the API answers");
        let status = response.status();
        let body: Value = response.json().await.expect("the answer is JSON");
        assert_eq!(status, StatusCode::CREATED, "{body}");
        let text = |name: &str| body[name].as_str().expect(name).to_owned();
        (text("scanId"), text("cancelToken"))
    }

    /// `GET /api/scan/{id}`.
    ///
    /// # Panics
    /// Where the API does not answer with JSON.
    pub async fn scan(&self, id: &str) -> Scan {
        let response = self
            .http
            .get(self.url(&format!("/api/scan/{id}")))
            .send()
            .await
            .expect("the API answers");
        Scan(response.json().await.expect("the answer is JSON"))
    }

    /// Asks until the scan has ended; everything that was seen on the way.
    ///
    /// # Panics
    /// Where it does not end in time.
    pub async fn watch(&self, id: &str) -> Vec<Scan> {
        let start = Instant::now();
        let mut seen = Vec::new();
        loop {
            let scan = self.scan(id).await;
            let ended = scan.is_final();
            seen.push(scan);
            if ended {
                return seen;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "the scan does not end: {:?}\n{}",
                seen.last(),
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Asks until the scan has this status.
    ///
    /// # Panics
    /// Where it does not come to it in time.
    pub async fn wait_for_status(&self, id: &str, status: &str) {
        let start = Instant::now();
        while self.scan(id).await.status() != status {
            assert!(
                start.elapsed() < PATIENCE,
                "the scan is never {status}:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already. Its children die with it.
        let _ = self.supervisor.kill();
        let _ = self.supervisor.wait();
    }
}

impl Home {
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    #[must_use]
    pub fn sandboxes(&self) -> PathBuf {
        self.folder.path().join("sandboxes")
    }
}

fn keep_lines(stream: impl std::io::Read + Send + 'static, log: &Arc<Mutex<Vec<String>>>) {
    let log = Arc::clone(log);
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            log.lock().expect("no reader panicked").push(line);
        }
    });
}

/// Polls until `ask` returns an answer; on a timeout the panic shows its last state.
#[expect(clippy::disallowed_methods, reason = "another process's state can only be polled")]
fn eventually<T>(what: &str, mut ask: impl FnMut() -> Result<T, String>) -> T {
    let start = Instant::now();
    loop {
        match ask() {
            Ok(answer) => return answer,
            Err(state) => assert!(start.elapsed() < PATIENCE, "timed out waiting for {what}:\n{state}"),
        }
        thread::sleep(Duration::from_millis(10));
    }
}
