//! Starts a supervisor and watches it.

use std::hash::{BuildHasher as _, RandomState};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything takes on a busy machine. What must come soon is never measured: what it must not wait for is set
/// to take longer than this.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Times for a stop that are longer than [`PATIENCE`]: with them a test ends only where nothing waits for them.
pub const LONG_GRACES: [&str; 6] = ["--worker-grace", "10m", "--api-grace", "10m", "--stop-timeout", "1h"];

pub fn supervisor_program() -> &'static str {
    env!("CARGO_BIN_EXE_repolens-supervisor")
}

/// Puts a copy of a program, or of a script, into a test's folder. Another process writes it: were it open for writing here
/// while another thread forks, starting it could fail with "text file busy".
pub fn install(from: &Path, to: &Path) {
    let done = Command::new("install")
        .args(["-m", "755"])
        .args([from, to])
        .status()
        .expect("`install` is there");
    assert!(done.success(), "{} cannot be installed", to.display());
}

/// The helper program; examples are built beside the tests.
pub fn child_program() -> PathBuf {
    let tests = std::env::current_exe().expect("a test has a path");
    tests
        .parent()
        .and_then(Path::parent)
        .expect("tests are in `deps`")
        .join("examples")
        .join("child")
}

/// How a supervisor is started.
pub struct Setup {
    pub command: Command,
    pub folder: TempDir,
    pub port: u16,
}

impl Setup {
    /// With these behaviors of `examples/child.rs` as the API and the worker, on a free port, with short times.
    pub fn new(api: &str, worker: &str) -> Self {
        // Also where the tests themselves are run by `nohup`, which has the signal ignored.
        let mut command = Command::new("env");
        command.arg("--default-signal=HUP").arg(supervisor_program());
        Self::by(command, api, worker)
    }

    /// The same as the first process of a new pid namespace.
    pub fn as_pid_1(api: &str, worker: &str) -> Self {
        let mut command = Command::new("unshare");
        command
            .args(["--pid", "--fork", "--mount-proc", "--kill-child"])
            .args(["env", "--default-signal=HUP"])
            .arg(supervisor_program());
        Self::by(command, api, worker)
    }

    fn by(mut command: Command, api: &str, worker: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let child = child_program().display().to_string();
        let at = |text: &str| format!("{child} {}", text.replace("DIR", &folder.path().display().to_string()));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("REPOLENS_API", at(api))
            .env("REPOLENS_WORKER", at(worker))
            .env("PORT", port.to_string())
            .current_dir(folder.path());
        Self { command, folder, port }
    }

    pub fn flags(mut self, flags: &[&str]) -> Self {
        self.command.args(flags);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Starts it with this as its stdout, of which nothing is kept here.
    pub fn start_unread(&mut self, stdout: impl Into<Stdio>) -> Unread {
        let child = self.command.stdin(Stdio::null()).stdout(stdout).spawn();
        self.command.stdout(Stdio::null());
        Unread(child.expect("the supervisor starts"))
    }

    pub fn start(mut self) -> Run {
        self.command.stdin(Stdio::null());
        self.start_with_stdin()
    }

    /// With the stdin that the command has.
    pub fn start_with_stdin(mut self) -> Run {
        let mut child = self
            .command
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the supervisor starts");
        // A terminal is closed only when nobody has it.
        self.command.stdin(Stdio::null());
        let stdout = child.stdout.take().expect("stdout is a pipe");
        let seen = Arc::new((Mutex::new(Seen::default()), Condvar::new()));
        let of_thread = Arc::clone(&seen);
        thread::spawn(move || {
            for line in BufReader::new(stdout).split(b'\n') {
                let Ok(line) = line else { break };
                let line = String::from_utf8(line).expect("the log is UTF-8");
                of_thread.0.lock().unwrap().lines.push(line);
                of_thread.1.notify_all();
            }
            of_thread.0.lock().unwrap().over = true;
            of_thread.1.notify_all();
        });
        Run {
            child,
            seen,
            folder: self.folder,
            port: self.port,
        }
    }
}

/// A supervisor whose output the test reads itself, or does not read. It is killed when this is dropped.
pub struct Unread(pub Child);

impl Unread {
    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.0.id()).unwrap())
    }

    /// Asks it to stop, and waits for its end.
    pub fn stop(&mut self) {
        kill(self.pid(), Signal::SIGTERM).expect("the supervisor runs");
        assert_eq!(self.wait(), 0);
    }

    pub fn wait(&mut self) -> i32 {
        code(wait_within(&mut self.0, PATIENCE).expect("it ends"))
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        let _over = self.0.kill();
        let _over = self.0.wait();
    }
}

#[derive(Default)]
struct Seen {
    lines: Vec<String>,
    over: bool,
}

/// A supervisor that runs. It is killed when this is dropped, and its children with it.
pub struct Run {
    pub child: Child,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    pub folder: TempDir,
    pub port: u16,
}

impl Run {
    /// Waits for a line that contains `text`, and returns it.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_for_times(text, 1)
    }

    /// Waits until `times` lines contain `text`, and returns the last of them.
    pub fn wait_for_times(&self, text: &str, times: usize) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen.0.lock().unwrap();
        let (mut looked_at, mut found) = (0, 0);
        loop {
            for line in &seen.lines[looked_at..] {
                found += usize::from(line.contains(text));
                if found == times {
                    return line.clone();
                }
            }
            looked_at = seen.lines.len();
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !seen.over && !left.is_zero(),
                "no `{text}` ({times} times) in:\n{}",
                seen.lines.join("\n")
            );
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    pub fn wait_until_running(&self) {
        self.wait_for("All services running!");
    }

    pub fn lines(&self) -> Vec<String> {
        self.seen.0.lock().unwrap().lines.clone()
    }

    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).expect("the supervisor runs");
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap())
    }

    /// Waits for the end; the exit status, or 128 + the signal. All lines are there afterwards.
    pub fn wait(&mut self) -> i32 {
        let status = wait_within(&mut self.child, PATIENCE)
            .unwrap_or_else(|| panic!("it does not end:\n{}", self.lines().join("\n")));
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen.0.lock().unwrap();
        while !seen.over && Instant::now() < deadline {
            seen = self.seen.1.wait_timeout(seen, Duration::from_millis(100)).unwrap().0;
        }
        code(status)
    }

    /// Asks it to stop, and returns the exit status.
    pub fn stop(&mut self) -> i32 {
        self.signal(Signal::SIGTERM);
        self.wait()
    }

    pub fn ask(&self, question: &str) -> String {
        let mut stream = UnixStream::connect(self.folder.path().join(".repolens/supervisor.sock"))
            .expect("the status socket is there");
        stream
            .write_all(format!("{question}\n").as_bytes())
            .expect("a question can be asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    pub fn status(&self) -> Value {
        serde_json::from_str(&self.ask("status")).expect("the status is JSON")
    }

    /// One process of the status.
    pub fn process(&self, name: &str) -> Value {
        let status = self.status();
        let processes = status["processes"].as_array().expect("processes are an array");
        processes
            .iter()
            .find(|process| process["name"] == name)
            .expect("it is managed")
            .clone()
    }

    pub fn pid_of(&self, name: &str) -> Option<Pid> {
        self.process(name)["pid"]
            .as_i64()
            .map(|pid| Pid::from_raw(i32::try_from(pid).unwrap()))
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The process ids that children wrote to a file.
    pub fn pids_in(&self, name: &str) -> Vec<Pid> {
        let text = std::fs::read_to_string(self.file(name)).unwrap_or_default();
        text.lines()
            .filter_map(|line| line.parse().ok())
            .map(Pid::from_raw)
            .collect()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _over = self.child.kill();
        let _over = self.child.wait();
    }
}

/// Waits until `condition` holds.
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

pub fn wait_within(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait().expect("our child can be waited for") {
            return Some(status);
        }
        if Instant::now() >= deadline {
            return None;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

pub fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

pub fn is_alive(pid: Pid) -> bool {
    // A zombie is dead.
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z")))
}

/// The children of a process that are zombies.
pub fn zombies_of(parent: Pid) -> usize {
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    children
        .split_whitespace()
        .filter(|pid| {
            std::fs::read_to_string(format!("/proc/{pid}/stat"))
                .is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z")))
        })
        .count()
}

/// A port that nothing listens on, below those that the kernel gives out by itself: one of those could be taken again
/// before the supervisor has it. No two tests of a run get the same, and two runs begin at different ones.
pub fn free_port() -> u16 {
    static NEXT: OnceLock<AtomicU16> = OnceLock::new();
    let next = NEXT.get_or_init(|| AtomicU16::new(RandomState::new().hash_one(std::process::id()) as u16));
    loop {
        let port = 10_000 + next.fetch_add(1, Ordering::Relaxed) % 22_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Whether a new pid namespace can be made here. Says so where it can't, for a test that did not run is no success.
pub fn can_unshare() -> bool {
    let can = Command::new("unshare")
        .args(["--pid", "--fork", "--mount-proc", "true"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !can {
        skipped("`unshare --pid --fork --mount-proc` is not permitted here, so nothing was tested as PID 1");
    }
    can
}

/// Says loudly, past the capture of the test runner, that a test did not run: that is no success.
pub fn skipped(why: &str) {
    let _closed = std::io::stderr().write_all(format!("SKIPPED: {why}\n").as_bytes());
}
