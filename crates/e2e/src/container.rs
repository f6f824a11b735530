//! The images, run as a host would run them: 512 MB of memory, a read-only root, no rights, PID 1.
//!
//! `scripts/test-image` builds the images and passes the name of the program that runs them.

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

/// Which of the three images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Combined,
    Api,
    Worker,
}

/// A container of an image. Removed when dropped.
#[derive(Debug)]
pub struct Container {
    name: String,
    port: u16,
    http: reqwest::Client,
}

impl Container {
    /// Starts the combined form on a port of this machine and waits for nothing.
    #[must_use]
    pub fn start(port: u16, settings: &[(&str, &str)]) -> Self {
        Self::start_as(Form::Combined, port, settings, &[])
    }

    /// Starts an image, with these arguments to the engine besides, and waits for nothing.
    ///
    /// # Panics
    /// Where it cannot be started.
    #[must_use]
    pub fn start_as(form: Form, port: u16, settings: &[(&str, &str)], arguments: &[&str]) -> Self {
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
        args.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        args.push(image(form));
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

    /// Its output so far.
    #[must_use]
    pub fn log(&self) -> String {
        let output = engine(&["logs", &self.name]);
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }

    /// Waits until the log has `count` lines with `text`.
    ///
    /// # Panics
    /// If it does not in time.
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

    /// Its processes, as this machine counts, with the names of their programs.
    ///
    /// # Panics
    /// If `/proc` cannot be read.
    #[must_use]
    pub fn processes(&self) -> Vec<(Pid, String)> {
        let namespace = |pid: Pid| std::fs::read_link(format!("/proc/{pid}/ns/pid")).ok();
        let own = namespace(self.pid());
        assert!(own.is_some(), "it runs");
        let listed = std::fs::read_dir("/proc").expect("`/proc` is mounted").flatten();
        listed
            .filter_map(|entry| Some(Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)))
            .filter(|pid| namespace(*pid) == own)
            .filter_map(|pid| {
                let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
                let program = command.split('\0').next()?.rsplit('/').next()?.to_owned();
                Some((pid, program))
            })
            .collect()
    }

    /// The process of a program that the supervisor started.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn process(&self, program: &str) -> Pid {
        let all = self.processes();
        let found = all.iter().find(|(_, name)| name == program);
        found.unwrap_or_else(|| panic!("no `{program}` in {all:?}")).0
    }

    /// The most memory that its group has used, page cache included, where the kernel reports it.
    #[must_use]
    pub fn peak(&self) -> Option<u64> {
        let (folder, is_v2) = self.group()?;
        let file = if is_v2 {
            "memory.peak"
        } else {
            "memory.max_usage_in_bytes"
        };
        std::fs::read_to_string(folder.join(file)).ok()?.trim().parse().ok()
    }

    /// The memory of its group in use: all but the page cache that was not used lately.
    #[must_use]
    pub fn working_set(&self) -> Option<u64> {
        let (folder, is_v2) = self.group()?;
        let (file, row) = if is_v2 {
            ("memory.current", "inactive_file")
        } else {
            ("memory.usage_in_bytes", "total_inactive_file")
        };
        let used: u64 = std::fs::read_to_string(folder.join(file)).ok()?.trim().parse().ok()?;
        let stat = std::fs::read_to_string(folder.join("memory.stat")).ok()?;
        let cache = stat
            .lines()
            .find_map(|line| line.strip_prefix(row)?.trim().parse::<u64>().ok());
        Some(used.saturating_sub(cache?))
    }

    /// Its memory group, and whether that is of version 2.
    fn group(&self) -> Option<(PathBuf, bool)> {
        let groups = std::fs::read_to_string(format!("/proc/{}/cgroup", self.pid())).ok()?;
        let find = |wanted: &str| {
            groups.lines().find_map(|line| {
                let mut parts = line.splitn(3, ':').skip(1);
                let (controllers, path) = (parts.next()?, parts.next()?.trim_start_matches('/'));
                (controllers == wanted).then(|| path.to_owned())
            })
        };
        let root = PathBuf::from("/sys/fs/cgroup");
        // Where both are mounted, version 1 has the memory.
        find("memory")
            .map(|path| (root.join("memory").join(path), false))
            .or_else(|| find("").map(|path| (root.join(path), true)))
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
            assert!(
                start.elapsed() < PATIENCE,
                "timed out waiting for {what}:\n{}",
                self.log()
            );
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

/// The proportional set size of a process, in bytes; nothing where it has ended.
#[must_use]
pub fn pss(pid: Pid) -> Option<u64> {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

/// An image under test.
///
/// # Panics
/// If the variable for it is not set.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "`scripts/test-image` sets it for the test")]
pub fn image(form: Form) -> String {
    let base = std::env::var("REPOLENS_TEST_IMAGE").expect("run `scripts/test-image`, which builds the images");
    match form {
        Form::Combined => format!("{base}:test"),
        Form::Api => format!("{base}-api:test"),
        Form::Worker => format!("{base}-worker:test"),
    }
}

/// Runs `podman` or `docker` with these arguments.
///
/// # Panics
/// Where it cannot be started.
#[expect(clippy::disallowed_methods, reason = "the test's own tool")]
pub fn engine(args: &[impl AsRef<str>]) -> Output {
    let all = std::env::var("REPOLENS_TEST_ENGINE").expect("run `scripts/test-image`, which sets the container engine");
    let mut words = all.split_whitespace();
    Command::new(words.next().expect("a program"))
        .args(words)
        .args(args.iter().map(AsRef::as_ref))
        .output()
        .expect("the container engine starts")
}

#[expect(clippy::disallowed_methods, reason = "`scripts/test-image` sets it for the test")]
fn engine_name() -> String {
    let all = std::env::var("REPOLENS_TEST_ENGINE").unwrap_or_default();
    all.split_whitespace().next().unwrap_or_default().to_owned()
}
