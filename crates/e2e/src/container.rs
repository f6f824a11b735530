//! The image, run as a host would run it: 512 MB of memory, a read-only root, no rights, PID 1.
//!
//! `scripts/test-image` builds the image and says by which program it is run.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::Pid;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::Scan;

/// How long a test waits for something that must happen. Generous: a slow machine is no fault.
const PATIENCE: Duration = Duration::from_secs(120);

/// A container of the image. Removed when dropped.
#[derive(Debug)]
pub struct Container {
    name: String,
    port: u16,
    http: reqwest::Client,
}

impl Container {
    /// Starts it on a port of this machine and waits for nothing.
    ///
    /// # Panics
    /// Where it cannot be started.
    #[must_use]
    pub fn start(port: u16, settings: &[(&str, &str)]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("repolens-test-{}-{number}", std::process::id());
        let podman = engine_name().ends_with("podman");
        let mut args: Vec<String> = ["run", "--detach", "--network=host"].map(str::to_owned).into();
        args.push(format!("--name={name}"));
        args.extend(
            [
                "--memory=512m",
                "--memory-swap=512m",
                "--read-only",
                "--cap-drop=all",
                "--security-opt=no-new-privileges",
                "--ulimit=nofile=1024:1024",
                "--ulimit=nproc=1024:1024",
            ]
            .map(str::to_owned),
        );
        if podman {
            // Only what the image itself declares is to be written to.
            args.extend(["--read-only-tmpfs=false", "--log-driver=k8s-file"].map(str::to_owned));
        }
        args.push(format!("--env=PORT={port}"));
        args.extend(settings.iter().map(|(name, value)| format!("--env={name}={value}")));
        args.push(image());
        let output = engine(&args);
        let container = Self {
            name,
            port,
            http: {
                // One provider for the whole process; another test of it may have installed it.
                let _ = rustls::crypto::ring::default_provider().install_default();
                reqwest::Client::new()
            },
        };
        assert!(output.status.success(), "{output:?}");
        container
    }

    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What it has written so far.
    #[must_use]
    pub fn log(&self) -> String {
        let output = engine(&["logs", &self.name]);
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }

    /// Waits until `text` stands in the log, `count` times.
    ///
    /// # Panics
    /// Where it does not in time.
    pub fn wait_for_line(&self, text: &str, count: usize) {
        self.eventually(&format!("{count} lines with `{text}`"), || {
            self.log().matches(text).count() >= count
        });
    }

    /// Runs a program of the image in the container.
    #[must_use]
    pub fn exec(&self, program: &[&str]) -> Output {
        engine(&[&["exec", &self.name], program].concat())
    }

    /// The pid of its first process, as this machine counts.
    ///
    /// # Panics
    /// Where it does not run.
    #[must_use]
    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.inspect("{{.State.Pid}}").parse().expect("a pid"))
    }

    /// `podman stop`, as a host does it; the exit status.
    ///
    /// # Panics
    /// Where the engine fails.
    #[must_use]
    pub fn stop(&self) -> i32 {
        let output = engine(&["stop", "--time=30", &self.name]);
        assert!(output.status.success(), "{output:?}");
        self.exit_status()
    }

    /// Waits for its end; the exit status.
    ///
    /// # Panics
    /// Where it does not end in time.
    #[must_use]
    pub fn wait(&self) -> i32 {
        self.eventually("the end of the container", || {
            self.inspect("{{.State.Running}}") == "false"
        });
        self.exit_status()
    }

    /// The same container again, with its volumes.
    ///
    /// # Panics
    /// Where the engine fails.
    pub fn start_again(&self) {
        let output = engine(&["start", &self.name]);
        assert!(output.status.success(), "{output:?}");
    }

    /// `POST /api/scan`; the scan's id.
    ///
    /// # Panics
    /// Where it is not accepted.
    pub async fn submit(&self, repo_url: &str) -> String {
        let request = self.http.post(self.url("/api/scan"));
        let response = request
            .json(&json!({ "repoUrl": repo_url, "force": true }))
            .send()
            .await
            .expect("the API answers");
        let status = response.status();
        let body: Value = response.json().await.expect("the answer is JSON");
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body["scanId"].as_str().expect("an accepted scan has an id").to_owned()
    }

    /// Asks until the scan has ended.
    ///
    /// # Panics
    /// Where it does not in time.
    pub async fn completed(&self, id: &str) -> Scan {
        let start = Instant::now();
        loop {
            let scan = self.get(&format!("/api/scan/{id}")).await.map(Scan);
            match scan {
                Some(scan) if scan.is_final() => return scan,
                other => assert!(
                    start.elapsed() < PATIENCE,
                    "the scan does not end: {other:?}\n{}",
                    self.log()
                ),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The answer, where there is one and it is JSON.
    pub async fn get(&self, path: &str) -> Option<Value> {
        self.http.get(self.url(path)).send().await.ok()?.json().await.ok()
    }

    /// The sum of the proportional set sizes of all its processes, in bytes, and how many processes there are.
    ///
    /// # Panics
    /// Where `/proc` does not tell.
    #[must_use]
    pub fn memory(&self) -> (u64, usize) {
        let namespace = |pid: &str| std::fs::read_link(format!("/proc/{pid}/ns/pid")).ok();
        let own = namespace(&self.pid().to_string());
        let sizes: Vec<u64> = std::fs::read_dir("/proc")
            .expect("`/proc` is mounted")
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|pid| pid.bytes().all(|byte| byte.is_ascii_digit()) && namespace(pid) == own)
            .filter_map(|pid| {
                let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
                let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
                line.split_whitespace().next()?.parse::<u64>().ok()
            })
            .collect();
        (sizes.iter().sum::<u64>() * 1024, sizes.len())
    }

    /// The most memory that its group has had, page cache included, where the kernel tells.
    #[must_use]
    pub fn peak(&self) -> Option<u64> {
        let groups = std::fs::read_to_string(format!("/proc/{}/cgroup", self.pid())).ok()?;
        groups.lines().find_map(|line| {
            let mut parts = line.splitn(3, ':').skip(1);
            let (controllers, path) = (parts.next()?, parts.next()?.trim_start_matches('/'));
            let file = match controllers {
                "" => PathBuf::from("/sys/fs/cgroup").join(path).join("memory.peak"),
                "memory" => PathBuf::from("/sys/fs/cgroup/memory")
                    .join(path)
                    .join("memory.max_usage_in_bytes"),
                _ => return None,
            };
            std::fs::read_to_string(file).ok()?.trim().parse().ok()
        })
    }

    fn inspect(&self, format: &str) -> String {
        let output = engine(&["inspect", "--format", format, &self.name]);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn exit_status(&self) -> i32 {
        self.inspect("{{.State.ExitCode}}").parse().expect("an exit status")
    }

    #[expect(clippy::disallowed_methods, reason = "another process's state can only be asked for")]
    fn eventually(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let start = Instant::now();
        while !holds() {
            assert!(start.elapsed() < PATIENCE, "waited in vain for {what}:\n{}", self.log());
            thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // With its unnamed volumes.
        let _ = engine(&["rm", "--force", "--volumes", &self.name]);
    }
}

/// The image under test.
///
/// # Panics
/// Where nobody said.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "what `scripts/test-image` tells the test")]
pub fn image() -> String {
    std::env::var("REPOLENS_TEST_IMAGE").expect("run `scripts/test-image`, which builds the image")
}

/// Runs `podman` or `docker` with these arguments.
///
/// # Panics
/// Where it cannot be started.
#[expect(clippy::disallowed_methods, reason = "the test's own tool")]
pub fn engine(args: &[impl AsRef<str>]) -> Output {
    let all = std::env::var("REPOLENS_TEST_ENGINE").expect("run `scripts/test-image`, which says what runs containers");
    let mut words = all.split_whitespace();
    Command::new(words.next().expect("a program"))
        .args(words)
        .args(args.iter().map(AsRef::as_ref))
        .output()
        .expect("the container engine starts")
}

#[expect(clippy::disallowed_methods, reason = "what `scripts/test-image` tells the test")]
fn engine_name() -> String {
    let all = std::env::var("REPOLENS_TEST_ENGINE").unwrap_or_default();
    all.split_whitespace().next().unwrap_or_default().to_owned()
}
