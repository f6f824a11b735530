//! A supervisor to be measured.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

/// Where the programs are.
pub struct Programs {
    pub supervisor: PathBuf,
    pub child: PathBuf,
}

impl Programs {
    /// Built beside this program, or with the supervisor in another folder (`--bin=FOLDER`).
    pub fn beside_this(folder: Option<&str>) -> Self {
        let own = std::env::current_exe().expect("a program has a path");
        let examples = own.parent().expect("it is in a folder").to_owned();
        let built = examples.parent().expect("`examples` is in a folder").to_owned();
        let supervisor = folder.map_or(built, PathBuf::from).join("repolens-supervisor");
        Self {
            supervisor,
            child: examples.join("child"),
        }
    }
}

/// The number in the line that reports dropped lines.
pub fn dropped_of(line: &str) -> Option<u64> {
    let (_, count) = line.split_once("Log lines were dropped: stdout was not read, or too slowly dropped=")?;
    Some(count.split(' ').next()?.parse().expect("a number"))
}

pub struct Run {
    child: Child,
    pub folder: TempDir,
    pub port: u16,
    started: Receiver<String>,
    reader: Arc<Reader>,
}

/// The reader of the log, which can be made to stop.
#[derive(Default)]
pub struct Reader {
    pub stopped: AtomicBool,
    /// Dropped lines, as the log itself counts them.
    pub dropped: AtomicU64,
    pub done: AtomicBool,
}

impl Run {
    /// With these behaviors of `examples/child.rs`. The log is read and thrown away.
    pub fn start(programs: &Programs, api: &str, worker: &str, flags: &[&str]) -> Self {
        let (mut run, stdout) = Self::start_unread(programs, api, worker, flags);
        run.read_away(stdout);
        run
    }

    /// The same, but the log is for the caller to read.
    pub fn start_unread(programs: &Programs, api: &str, worker: &str, flags: &[&str]) -> (Self, ChildStdout) {
        let mut command = Command::new(&programs.supervisor);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let child = |text: &str| {
            format!(
                "{} {}",
                programs.child.display(),
                text.replace("DIR", &folder.path().display().to_string())
            )
        };
        command
            .env("REPOLENS_API", child(api))
            .env("REPOLENS_WORKER", child(worker))
            .args(flags);
        Self::spawn(command, folder)
    }

    pub fn start_real(programs: &Programs) -> Self {
        let (mut run, stdout) = Self::spawn(
            Command::new(&programs.supervisor),
            tempfile::tempdir().expect("a temporary folder"),
        );
        run.read_away(stdout);
        run
    }

    fn spawn(mut command: Command, folder: TempDir) -> (Self, ChildStdout) {
        let port = TcpListener::bind("127.0.0.1:0")
            .expect("a free port")
            .local_addr()
            .unwrap()
            .port();
        command
            .env("PORT", port.to_string())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("the supervisor was built");
        let stdout = child.stdout.take().expect("stdout is a pipe");
        (
            Self {
                child,
                folder,
                port,
                started: channel().1,
                reader: Arc::default(),
            },
            stdout,
        )
    }

    fn read_away(&mut self, stdout: ChildStdout) {
        let (send, started) = channel();
        self.started = started;
        let reader = Arc::clone(&self.reader);
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                while reader.stopped.load(Ordering::Relaxed) {
                    thread::sleep(Duration::from_millis(10));
                }
                if line.contains("All services running!") {
                    let _over = send.send(line);
                } else if let Some(count) = dropped_of(&line) {
                    reader.dropped.fetch_add(count, Ordering::Relaxed);
                }
            }
            reader.done.store(true, Ordering::Relaxed);
        });
    }

    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Returns the time from the start until then, in milliseconds, as the supervisor tells it.
    pub fn wait_until_running(&self) -> f64 {
        let line = self.started.recv_timeout(PATIENCE).expect("it starts");
        line.rsplit_once("after_ms=")
            .expect("it tells the time")
            .1
            .parse()
            .expect("a number")
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap())
    }

    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).expect("the supervisor runs");
    }

    pub fn wait(&mut self) -> i32 {
        let status = self.child.wait().expect("our child can be waited for");
        status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
    }

    pub fn status(&self) -> Value {
        let mut stream =
            UnixStream::connect(self.folder.path().join(".repolens/supervisor.sock")).expect("the supervisor listens");
        stream.write_all(b"status\n").expect("it can be asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        serde_json::from_str(&answer).expect("the answer is JSON")
    }

    pub fn pid_of(&self, name: &str) -> Option<Pid> {
        let status = self.status();
        let process = status["processes"]
            .as_array()?
            .iter()
            .find(|process| process["name"] == name)?
            .clone();
        process["pid"]
            .as_i64()
            .map(|pid| Pid::from_raw(i32::try_from(pid).unwrap()))
    }

    pub fn wait_for_pid_other_than(&self, name: &str, old: Pid) {
        let deadline = Instant::now() + PATIENCE;
        while self.pid_of(name).is_none_or(|pid| pid == old) {
            assert!(Instant::now() < deadline, "`{name}` is not restarted");
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _over = self.child.kill();
        let _over = self.child.wait();
    }
}

/// What a process has used.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    pub rss: u64,
    pub peak: u64,
    pub cpu_ms: u64,
    /// Of all threads, voluntary or not.
    pub switches: u64,
    pub threads: u64,
    pub descriptors: u64,
}

impl Usage {
    pub fn of(pid: Pid) -> Self {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process lives");
        let field = |text: &str, name: &str| -> u64 {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0");
            line.trim_start_matches(':')
                .split_whitespace()
                .next()
                .unwrap_or("0")
                .parse()
                .expect("a number")
        };
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process lives");
        let ticks: u64 = stat
            .rsplit(')')
            .next()
            .unwrap()
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse::<u64>().unwrap())
            .sum();
        let threads: Vec<String> = fs::read_dir(format!("/proc/{pid}/task"))
            .expect("the process lives")
            .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("status")).ok())
            .collect();
        Self {
            rss: field(&status, "VmRSS") * 1024,
            peak: field(&status, "VmHWM") * 1024,
            // The kernel's ticks are hundredths of a second.
            cpu_ms: ticks * 10,
            switches: threads
                .iter()
                .map(|thread| field(thread, "voluntary_ctxt_switches") + field(thread, "nonvoluntary_ctxt_switches"))
                .sum(),
            threads: threads.len() as u64,
            descriptors: fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, |entries| entries.count() as u64),
        }
    }
}

pub fn zombies_of(parent: Pid) -> usize {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    let is_zombie = |pid: &str| {
        fs::read_to_string(format!("/proc/{pid}/stat"))
            .is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z")))
    };
    children.split_whitespace().filter(|pid| is_zombie(pid)).count()
}

pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
