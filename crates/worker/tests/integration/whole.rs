//! The worker as a process: its log, its signs of life, how it stops, and what it leaves behind.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::net::UnixStream;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::api::{FakeApi, TOKEN};
use crate::command_line::worker;
use crate::fixture::{Repositories, eventually, git, processes_with};
use repolens_testkit::faulty_git;

pub struct Worker {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    pub sandbox: TempDir,
}

impl Worker {
    fn start(api: &FakeApi) -> Self {
        Self::start_in(api, tempfile::tempdir().expect("a folder"), Stdio::null(), &[])
    }

    pub fn start_in(api: &FakeApi, sandbox: TempDir, stdin: Stdio, more: &[(&str, &str)]) -> Self {
        let mut child = worker()
            .env("API_URL", api.url())
            .env("WORKER_TOKEN", TOKEN)
            .env("SANDBOX_DIR", sandbox.path())
            .env("ALLOW_LOCAL_REPOS", "1")
            .env("LOG_FORMAT", "text")
            .envs(more.iter().copied())
            .current_dir(sandbox.path())
            .stdin(stdin)
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let sink = Arc::clone(&log);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                sink.lock().expect("no panic").push(line);
            }
        });
        Self { child, log, sandbox }
    }

    pub fn log(&self) -> Vec<String> {
        self.log.lock().expect("no panic").clone()
    }

    pub async fn has_logged(&self, text: &str) {
        eventually(text, || self.log().iter().any(|line| line.contains(text))).await;
    }

    fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).expect("it lives");
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).expect("a pid"))
    }

    async fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        eventually("the worker ends", || {
            status = self.child.try_wait().expect("ours");
            status.is_some()
        })
        .await;
        status.expect("just seen")
    }

    fn folders(&self) -> usize {
        let entries = fs::read_dir(self.sandbox.path()).expect("there");
        entries.flatten().filter(|entry| entry.path().is_dir()).count()
    }

    fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.child.id()))
            .expect("Linux")
            .count()
    }

    /// Its own memory in KiB; not that of the program's file, which it shares with its children.
    fn memory(&self) -> u64 {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id())).expect("Linux");
        let line = rollup
            .lines()
            .find(|line| line.starts_with("Pss_Anon:"))
            .expect("there");
        line.split_whitespace()
            .nth(1)
            .expect("a number")
            .parse()
            .expect("a number")
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_scan_from_the_claim_to_the_report() {
    let repositories = Repositories::make();
    let api = FakeApi::start();
    // Nobody listens there: what is near is not asked for through a proxy.
    let proxy = [
        ("http_proxy", "http://127.0.0.1:1"),
        ("HTTP_PROXY", "http://127.0.0.1:1"),
    ];
    let mut worker = Worker::start_in(&api, tempfile::tempdir().expect("a folder"), Stdio::null(), &proxy);
    worker
        .has_logged(&format!("Worker connected to API: {}", api.url()))
        .await;
    worker
        .has_logged("Worker listening for jobs on queue: repo-analysis")
        .await;
    api.add("s1", &repositories.address("small.git"), None);
    worker.has_logged("job finished").await;

    let report = api.state().reports.pop().expect("one");
    assert_eq!(report["status"], "completed", "{report}");
    let results = &report["results"];
    assert_eq!(results["scanId"], "s1");
    assert_eq!(results["repoUrl"], repositories.address("small.git"));
    assert_eq!(results["branch"], "main");
    assert_eq!(results["ast"]["summary"]["totalFunctions"], 1);

    for line in worker.log().iter().filter(|line| line.contains("job ")) {
        assert!(
            line.contains("scan_id=s1") && line.contains("request_id=request-of-s1"),
            "{line}"
        );
    }
    assert!(
        worker
            .log()
            .iter()
            .any(|line| line.contains("outcome=completed") && line.contains("clone_ms="))
    );

    worker.signal(Signal::SIGTERM);
    assert!(worker.ended().await.success());
    assert_eq!(worker.folders(), 0);
}

#[tokio::test]
async fn a_file_that_overflows_the_parsers_stack_costs_that_file_only() {
    let repositories = Repositories::make();
    let work = repositories.root().join("work");
    fs::write(work.join("deep.py"), format!("x = {}1\n", "not ".repeat(100_000))).expect("written");
    git(&work, &["add", "-A"]);
    git(&work, &["commit", "-q", "-m", "deep"]);
    let api = FakeApi::start();
    let worker = Worker::start(&api);
    api.add("s1", &repositories.address("work"), None);
    worker.has_logged("job finished").await;
    let report = api.state().reports.pop().expect("one");
    assert_eq!(report["status"], "completed", "{report}");
    let skipped = &report["results"]["analyser"]["skippedFiles"];
    assert_eq!(skipped[0]["path"], "deep.py", "{skipped}");
    assert_eq!(report["results"]["ast"]["summary"]["totalFunctions"], 1);
}

#[tokio::test]
async fn an_idle_worker_stops_at_once_though_it_waits_for_a_job() {
    let api = FakeApi::start();
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut worker = Worker::start(&api);
        worker.has_logged("listening for jobs").await;
        // The API holds its claim for 50 s, and nothing ends that before.
        eventually("it waits for a job", || api.state().waiting == 1).await;
        worker.signal(signal);
        assert!(worker.ended().await.success());
        assert_eq!(api.state().waiting, 1, "it did not wait for the answer");
        api.release_claims();
        eventually("the API has let go", || api.state().waiting == 0).await;
    }
}

/// Waits until git clones into the `sandbox`.
async fn git_clones_in(sandbox: &str) {
    eventually("git runs", || {
        processes_with(sandbox).iter().any(|line| line.contains("clone"))
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_gives_its_job_back() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    let api = FakeApi::start();
    let mut worker = Worker::start(&api);
    let sandbox = worker.sandbox.path().display().to_string();
    api.add("s1", &format!("http://{server}/stalls/small.git"), None);
    git_clones_in(&sandbox).await;
    worker.signal(Signal::SIGTERM);
    assert!(worker.ended().await.success());
    let state = api.state();
    assert_eq!(state.releases.len(), 1);
    assert_eq!(state.releases[0]["leaseToken"], "lease-of-s1");
    assert!(state.reports.is_empty());
    drop(state);
    assert_eq!(worker.folders(), 0);
    assert!(processes_with(&sandbox).is_empty());
}

#[tokio::test]
async fn a_killed_worker_leaves_no_git_and_the_next_one_sweeps() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    let api = FakeApi::start();
    let mut worker = Worker::start(&api);
    let sandbox = worker.sandbox.path().display().to_string();
    api.add("s1", &format!("http://{server}/stalls/small.git"), None);
    git_clones_in(&sandbox).await;
    worker.signal(Signal::SIGKILL);
    worker.ended().await;
    eventually("git is gone", || processes_with(&sandbox).is_empty()).await;
    assert_eq!(worker.folders(), 1, "it could not clean up");

    let folder = std::mem::replace(&mut worker.sandbox, tempfile::tempdir().expect("a folder"));
    let mut next = Worker::start_in(&api, folder, Stdio::null(), &[]);
    next.has_logged("listening for jobs").await;
    assert_eq!(next.folders(), 1, "its own");
    next.signal(Signal::SIGTERM);
    assert!(next.ended().await.success());
    assert_eq!(next.folders(), 0);
}

#[tokio::test]
async fn an_outage_is_told_once_and_outlived() {
    let repositories = Repositories::make();
    let api = FakeApi::start();
    api.state().away = true;
    let worker = Worker::start(&api);
    eventually("it tried again", || api.state().unanswered > 2).await;
    api.state().away = false;
    api.add("s1", &repositories.address("small.git"), None);
    worker.has_logged("outcome=completed").await;
    let told = worker
        .log()
        .iter()
        .filter(|line| line.contains("does not answer"))
        .count();
    assert_eq!(told, 1, "{:?}", worker.log());
}

#[tokio::test]
async fn a_worker_that_was_frozen_past_its_lease_reports_nothing() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    let api = FakeApi::start();
    let lease = Duration::from_secs(2);
    api.state().lease_ms = lease.as_millis() as u64;
    let worker = Worker::start(&api);
    let sandbox = worker.sandbox.path().display().to_string();
    api.add("s1", &format!("http://{server}/held/small.git"), None);
    git_clones_in(&sandbox).await;
    worker.signal(Signal::SIGSTOP);
    // Meanwhile the lease ends, the job goes to somebody else, and git goes on.
    fs::write(repositories.root().join(faulty_git::RELEASE), "").expect("written");
    tokio::time::sleep(lease + lease / 2).await;
    api.state().lost = true;
    assert_eq!(api.state().report_calls, 0, "it was frozen in the middle");
    worker.signal(Signal::SIGCONT);
    worker.has_logged("outcome=lease-lost").await;
    assert_eq!(api.state().report_calls, 0);
}

#[tokio::test]
async fn a_result_is_not_delivered_once_the_lease_has_gone_to_somebody_else() {
    let repositories = Repositories::make();
    let api = FakeApi::start();
    let lease = Duration::from_secs(2);
    api.state().lease_ms = lease.as_millis() as u64;
    api.state().away_at_report = true;
    let worker = Worker::start(&api);
    api.add("s1", &repositories.address("small.git"), None);
    eventually("the worker tries to deliver", || api.state().unanswered > 2).await;
    tokio::time::sleep(lease + lease / 2).await;
    api.state().lost = true;
    api.state().away = false;
    worker.has_logged("outcome=lease-lost").await;
    assert_eq!(
        api.state().report_calls,
        0,
        "it asks whose the job is before it says anything"
    );
}

#[tokio::test]
async fn the_supervisor_sees_signs_of_life() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    let api = FakeApi::start();
    let (ours, theirs) = UnixStream::pair().expect("a pair");
    let stdin = Stdio::from(std::os::fd::OwnedFd::from(theirs));
    let folder = tempfile::tempdir().expect("a folder");
    let worker = Worker::start_in(&api, folder, stdin, &[("REPOLENS_HEARTBEAT", "1")]);
    worker.has_logged("listening for jobs").await;
    api.add("s1", &format!("http://{server}/stalls/small.git"), None);
    ours.set_nonblocking(true).expect("a socket");
    let mut seen = Vec::new();
    eventually("idle, then busy", || {
        let mut bytes = [0; 16];
        if let Ok(read) = (&ours).read(&mut bytes) {
            seen.extend_from_slice(&bytes[..read]);
        }
        seen.contains(&b'b')
    })
    .await;
    assert_eq!(seen.first(), Some(&b'i'));
    // A supervisor that goes away does not take the worker with it.
    drop(ours);
    api.state().cancel = true;
    worker.has_logged("outcome=cancelled").await;
}

#[tokio::test]
async fn fifty_jobs_leave_nothing_behind() {
    let repositories = Repositories::make();
    let api = FakeApi::start();
    let worker = Worker::start(&api);
    let run = async |jobs: usize| {
        for _ in 0..jobs {
            let before = api.state().reports.len();
            api.add(&format!("s{before}"), &repositories.address("small.git"), None);
            eventually("the job is reported", || api.state().reports.len() > before).await;
        }
    };
    run(10).await;
    worker.has_logged("job finished").await;
    let (descriptors, memory) = (worker.descriptors(), worker.memory());
    run(50).await;
    // Connections to the API that are kept for the next call come and go; a leak would be one for each job.
    eventually("descriptors are closed", || worker.descriptors() <= descriptors + 4).await;
    assert!(
        worker.memory() < memory + 1_024,
        "{} KiB after {memory} KiB",
        worker.memory()
    );
    eventually("only its own folder and lock", || {
        let own = fs::read_dir(worker.sandbox.path())
            .expect("there")
            .flatten()
            .find(|entry| entry.path().is_dir());
        fs::read_dir(own.expect("one").path()).expect("there").count() == 1
    })
    .await;
    assert!(api.state().reports.iter().all(|report| report["status"] == "completed"));
}
