//! Jobs from the claim to the report, with a child that behaves in every way it should not.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use repolens_core::{LeaseToken, ScanId, Secret};
use repolens_worker::api_client::ApiClient;
use repolens_worker::child::Analyzer;
use repolens_worker::git::sandbox::Sandboxes;
use repolens_worker::job::{Jobs, Ran, ScanOutcome};
use repolens_worker::progress::Progress;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::api::{FakeApi, TOKEN};
use crate::fixture::{Repositories, eventually, example, limits, local_git, processes_with, search_path};
use repolens_testkit::faulty_git;

/// A worker whose analysis child is the stand-in.
struct Bench {
    api: FakeApi,
    repositories: Repositories,
    jobs: Arc<Jobs>,
    sandbox_root: TempDir,
    stop: CancellationToken,
}

impl Bench {
    fn new(behavior: &[&str]) -> Self {
        Self::with_timeout(behavior, limits().timeout_seconds)
    }

    fn with_timeout(behavior: &[&str], seconds: u64) -> Self {
        let api = FakeApi::start();
        let sandbox_root = tempfile::tempdir().expect("a folder");
        let mut limits = limits();
        limits.timeout_seconds = seconds;
        let jobs = Jobs {
            explains: false,
            api: ApiClient::new(api.url(), Secret::new(TOKEN.into()), "test".into()).expect("a client"),
            git: local_git(),
            analyzer: Analyzer {
                program: example("stand_in"),
                first_args: behavior.iter().map(Into::into).collect(),
                search_path: search_path(),
                limits,
            },
            osv: None,
            sandboxes: Sandboxes::open(sandbox_root.path()).expect("usable"),
            running: watch::Sender::new(0),
        };
        Self {
            api,
            repositories: Repositories::make(),
            jobs: Arc::new(jobs),
            sandbox_root,
            stop: CancellationToken::new(),
        }
    }

    /// Runs a scan of the small repository and returns its only report.
    async fn scan(&self) -> Value {
        self.api.add("s1", &self.repositories.address("small.git"), None);
        assert!(matches!(self.run_one().await, Ran::Done(_)));
        self.assert_clean().await;
        let state = self.api.state();
        assert_eq!(state.reports.len(), 1, "{:?}", state.reports);
        state.reports[0].clone()
    }

    async fn run_one(&self) -> Ran {
        self.jobs
            .run_one(&LeaseToken::random(), Duration::from_millis(10), &self.stop)
            .await
            .expect("the API answers")
    }

    /// No folder of a scan and no process is left.
    async fn assert_clean(&self) {
        let left: Vec<_> = fs::read_dir(self.jobs.sandboxes.dir())
            .expect("there")
            .flatten()
            .filter(|entry| entry.path().is_dir())
            .collect();
        assert!(left.is_empty(), "{left:?}");
        let root = self.sandbox_root.path().display().to_string();
        eventually("all processes of the job are gone", || processes_with(&root).is_empty()).await;
    }
}

#[tokio::test]
async fn a_scan_is_taken_cloned_analysed_and_reported_once() {
    let bench = Bench::new(&["report"]);
    let report = bench.scan().await;
    assert_eq!(report["status"], "completed");
    assert_eq!(report["lease"], "lease-of-s1");
    assert_eq!(report["branch"], "main");
    assert_eq!(report["commitSha"], bench.repositories.commit_of("small.git", "main"));
    assert_eq!(bench.run_one().await, Ran::NoJob);
}

#[tokio::test]
async fn a_scan_that_a_queue_told_of_is_claimed_by_its_id() {
    let bench = Bench::new(&["report"]);
    bench.api.add("other", &bench.repositories.address("small.git"), None);
    bench.api.add("told", &bench.repositories.address("small.git"), None);
    let progress = Progress::default();
    let mut ran = Vec::new();
    for scan in ["told", "told"] {
        let scan = ScanId::parse(scan).expect("an id");
        ran.push(
            bench
                .jobs
                .run_scan(&scan, &LeaseToken::random(), &progress, &bench.stop)
                .await
                .expect("the API answers"),
        );
    }
    assert_eq!(
        ran,
        [Ran::Done(ScanOutcome::Completed), Ran::NoJob],
        "the second time it is not there"
    );
    assert_eq!(progress.now(), (95, "report".to_owned()));
    assert_eq!(bench.api.state().reports[0]["scanId"], "told");
}

#[tokio::test]
async fn the_child_has_limits_and_knows_nothing() {
    let bench = Bench::new(&["report"]);
    let report = bench.scan().await;
    let seen = &report["results"];
    let environment: Vec<&String> = seen["environment"].as_object().expect("an object").keys().collect();
    assert_eq!(environment, ["LANG", "MALLOC_ARENA_MAX", "PATH"]);
    let descriptors = seen["descriptors"].as_array().expect("a list");
    // Stdin, stdout, stderr, and the one that looks.
    assert_eq!(descriptors.len(), 4, "{descriptors:?}");
    assert_eq!(descriptors[0], "/dev/null");
    assert_eq!(seen["oomScoreAdj"], "1000");
    let limits = seen["limits"].as_str().expect("a text");
    let line = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).expect(name);
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(line("Max address space").contains("268435456 268435456"), "{limits}");
    assert!(line("Max core file size").contains("0 0"), "{limits}");
    assert!(line("Max file size").contains("0 0"), "{limits}");
    assert!(line("Max open files").contains("512 512"), "{limits}");
    assert!(!line("Max cpu time").contains("unlimited"), "{limits}");
    let status = seen["status"].as_str().expect("a text");
    assert!(status.contains("NoNewPrivs:\t1"), "{status}");
    assert!(status.contains("CapEff:\t0000000000000000"), "{status}");
    assert!(seen["writing"].is_string(), "it can write files");
}

/// Landlock and seccomp are the kernel's; where it has only a part of them, only that part can be asked for.
#[tokio::test]
async fn a_confined_child_reads_the_repository_and_no_more() {
    let bench = Bench::new(&["confined"]);
    let report = bench.scan().await;
    let seen = &report["results"];
    assert_eq!(seen["git"], "commit", "git reads the repository: {report}");
    let denied = seen["denied"].as_object().expect("an object");
    if seen["files"] == "full" {
        for what in [
            "environment of the worker",
            "other files",
            "other sandboxes",
            "writing",
            "signals",
        ] {
            assert_eq!(denied[what], "PermissionDenied", "{what}");
        }
    }
    if seen["calls"] == true {
        assert_eq!(denied["UDP"], "PermissionDenied");
        for what in ["TCP", "group of its own", "session of its own", "user namespace"] {
            assert_eq!(denied[what], "PermissionDenied", "{what}");
        }
        // So that the C library falls back to `clone`, of which the flags can be looked at.
        assert_eq!(denied["clone3"], "Unsupported");
        if cfg!(target_arch = "x86_64") {
            assert_eq!(denied["x32"], "PermissionDenied");
        }
    }
}

#[tokio::test]
async fn each_way_to_die_has_its_code() {
    for (behavior, code) in [
        ("eat", "analysis-out-of-memory"),
        ("abort", "analysis-crashed"),
        ("exit", "analysis-crashed"),
        ("nonsense", "analysis-crashed"),
        ("flood", "report-too-large"),
    ] {
        let report = Bench::new(&[behavior]).scan().await;
        assert_eq!(report["status"], "failed", "{behavior}");
        assert_eq!(report["errorCode"], code, "{behavior}");
        assert!(report["error"].as_str().expect("a sentence").len() > 20);
        assert!(report.get("results").is_none());
    }
}

#[tokio::test]
async fn time_runs_out_for_an_analysis_that_does_not_end() {
    // Whatever is used up first: its time or its processor time.
    let report = Bench::with_timeout(&["spin"], 5).scan().await;
    assert_eq!(report["errorCode"], "analysis-timed-out");
}

#[tokio::test]
async fn a_file_that_kills_the_analysis_is_left_out() {
    let bench = Bench::new(&["dislike", "src/dé ad.js"]);
    let report = bench.scan().await;
    assert_eq!(report["status"], "completed");
    let args = report["results"]["args"].as_array().expect("a list");
    assert!(args.contains(&"--skip=src/dé ad.js".into()), "{args:?}");
    assert!(!args.contains(&"--skip=harmless".into()), "{args:?}");
}

#[tokio::test]
async fn a_file_that_its_parser_never_comes_back_from_is_left_out() {
    let bench = Bench::new(&["hang", "src/endless.js"]);
    let report = bench.scan().await;
    assert_eq!(report["status"], "completed");
    let args = report["results"]["args"].as_array().expect("a list");
    assert!(args.contains(&"--skip=src/endless.js".into()), "{args:?}");
    assert!(!args.contains(&"--skip=harmless".into()), "{args:?}");
}

#[tokio::test]
async fn a_stage_that_kills_the_analysis_or_never_ends_is_left_out() {
    for behavior in ["dislike-stage", "hang-stage"] {
        let report = Bench::new(&[behavior, "call-graph"]).scan().await;
        assert_eq!(report["status"], "completed", "{behavior}");
        let args = report["results"]["args"].as_array().expect("a list");
        assert!(args.contains(&"--skip-stage=call-graph".into()), "{args:?}");
        assert!(!args.contains(&"--skip-stage=harmless".into()), "{args:?}");
        assert!(!args.contains(&"--name-files".into()), "{args:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_cloned_is_reported_with_its_reason() {
    let bench = Bench::new(&["report"]);
    bench.api.add("s1", &bench.repositories.address("empty.git"), None);
    bench
        .api
        .add("s2", &bench.repositories.address("small.git"), Some("nope"));
    bench.api.add("s3", "https://10.0.0.1/a/b", None);
    for code in ["empty-repository", "branch-not-found", "host-refused"] {
        assert!(matches!(bench.run_one().await, Ran::Done(_)));
        bench.assert_clean().await;
        let report = bench.api.state().reports.pop().expect("a report");
        assert_eq!(
            (&report["status"], &report["errorCode"]),
            (&"failed".into(), &code.into())
        );
    }
}

#[tokio::test]
async fn a_lost_lease_stops_the_work_and_nothing_is_reported() {
    let bench = Bench::new(&["sleep"]);
    bench.api.add("s1", &bench.repositories.address("small.git"), None);
    bench.api.state().lost = true;
    assert_eq!(bench.run_one().await, Ran::Done(ScanOutcome::LeaseLost));
    bench.assert_clean().await;
    assert!(bench.api.state().reports.is_empty() && bench.api.state().releases.is_empty());
}

#[tokio::test]
async fn a_wish_to_cancel_kills_the_child_and_is_reported() {
    let bench = Bench::new(&["sleep"]);
    bench.api.state().cancel = true;
    // The child would sleep until its time is up, which is another end.
    let report = bench.scan().await;
    assert_eq!(report["status"], "cancelled");
}

#[tokio::test]
async fn heartbeats_carry_progress_that_never_goes_back() {
    let bench = Bench::new(&["sleep"]);
    bench.api.add("s1", &bench.repositories.address("small.git"), None);
    let watching = async {
        let api = bench.api.clone();
        eventually("the child's progress arrives", || {
            api.state().heartbeats.iter().any(|beat| beat["stage"] == "parse")
        })
        .await;
        bench.api.state().cancel = true;
    };
    tokio::join!(bench.run_one(), watching);
    let state = bench.api.state();
    let percents: Vec<u64> = state
        .heartbeats
        .iter()
        .filter_map(|beat| beat["progress"].as_u64())
        .collect();
    assert!(percents.is_sorted() && percents.last() > Some(&20), "{percents:?}");
    assert!(state.heartbeats.iter().all(|beat| beat["leaseToken"] == "lease-of-s1"));
}

/// Who watches a small repository sees it pass through its stages, however seldom the lease needs a heartbeat.
#[tokio::test]
async fn a_new_stage_is_told_at_once() {
    let bench = Bench::new(&["sleep"]);
    bench.api.add_job(serde_json::json!({
        "scanId": "s1", "repoUrl": bench.repositories.address("small.git"), "branch": null, "attempt": 1,
        "leaseToken": "lease-of-s1", "leaseUntil": "2026-01-01T00:00:00.000Z", "requestId": "request-of-s1",
        "limits": { "maxAttempts": 3, "leaseMs": 3_600_000, "heartbeatMs": 3_600_000 },
    }));
    let told = eventually("the stage is told", || {
        bench.api.state().heartbeats.iter().any(|beat| beat["stage"] == "parse")
    });
    tokio::select! {
        _ = bench.run_one() => panic!("the child sleeps"),
        () = told => {}
    }
}

#[tokio::test]
async fn a_stop_gives_the_job_back_in_mid_clone_and_in_mid_analysis() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    for (scan, address, program) in [
        ("clone", format!("http://{server}/stalls/small.git"), "git"),
        ("analysis", repositories.address("small.git"), "stand_in sleep"),
    ] {
        let bench = Bench::new(&["sleep"]);
        bench.api.add(scan, &address, None);
        let dir = bench.jobs.sandboxes.dir().display().to_string();
        let stopping = async {
            eventually("the job is where it shall be stopped", || {
                processes_with(&dir).iter().any(|line| line.contains(program))
            })
            .await;
            bench.stop.cancel();
        };
        let (ran, ()) = tokio::join!(bench.run_one(), stopping);
        assert_eq!(ran, Ran::Done(ScanOutcome::GivenBack));
        bench.assert_clean().await;
        {
            let state = bench.api.state();
            assert!(state.reports.is_empty(), "{:?}", state.reports);
            assert_eq!(state.releases[0]["leaseToken"], format!("lease-of-{scan}"));
        }
        assert_eq!(bench.run_one().await, Ran::NoJob, "no new job is taken");
    }
}

#[tokio::test]
async fn a_result_is_kept_while_the_api_is_away_and_delivered_once() {
    let bench = Bench::new(&["report"]);
    bench.api.state().away_at_report = true;
    bench.api.add("s1", &bench.repositories.address("small.git"), None);
    let coming_back = async {
        let api = bench.api.clone();
        eventually("the worker tried more than once", || api.state().unanswered > 6).await;
        bench.api.state().away = false;
    };
    tokio::join!(bench.run_one(), coming_back);
    let state = bench.api.state();
    assert_eq!(state.reports.len(), 1);
    assert_eq!(state.reports[0]["status"], "completed");
    assert_eq!(state.claims, 1, "it was not computed again");
}

#[tokio::test]
async fn a_report_that_the_api_finds_too_large_fails_the_scan() {
    let bench = Bench::new(&["report"]);
    bench.api.state().too_large = true;
    let report = bench.scan().await;
    assert_eq!(report["errorCode"], "report-too-large");
}

#[tokio::test]
async fn a_report_that_the_api_fails_with_is_tried_again_within_a_bound_and_then_the_scan_fails() {
    let bench = Bench::new(&["report"]);
    bench.api.state().report_status = 500;
    let report = bench.scan().await;
    assert_eq!(
        (&report["status"], &report["errorCode"]),
        (&"failed".into(), &"report-not-stored".into())
    );
    assert_eq!(
        bench.api.state().report_calls,
        7,
        "six times the report, once the failure"
    );
}

#[tokio::test]
async fn a_report_that_is_taken_at_the_second_try_is_complete() {
    let bench = Bench::new(&["report"]);
    bench.api.state().report_status = 500;
    let recovering = async {
        let api = bench.api.clone();
        eventually("the report was tried", || api.state().report_calls > 1).await;
        bench.api.state().report_status = 0;
    };
    let (report, ()) = tokio::join!(bench.scan(), recovering);
    assert_eq!(report["status"], "completed");
}

/// An older API, or one whose rules differ.
#[tokio::test]
async fn a_report_that_the_api_refuses_fails_the_scan() {
    for status in [400, 415, 422] {
        let bench = Bench::new(&["report"]);
        bench.api.state().report_status = status;
        let report = bench.scan().await;
        assert_eq!(report["errorCode"], "report-not-stored", "{status}");
        assert_eq!(bench.api.state().report_calls, 2);
    }
}

/// The job comes back when its lease ends, and its attempts are counted.
#[tokio::test]
async fn a_failure_that_cannot_be_reported_either_is_left_to_the_lease() {
    let bench = Bench::new(&["report"]);
    bench.api.add("s1", &bench.repositories.address("small.git"), None);
    bench.api.state().report_status = 500;
    bench.api.state().failure_status = 500;
    assert_eq!(bench.run_one().await, Ran::Done(ScanOutcome::Left));
    assert_eq!(bench.api.state().report_calls, 12);
    assert!(bench.api.state().reports.is_empty());
}

#[tokio::test]
async fn a_commit_that_was_analysed_before_is_not_analysed_again() {
    // A child that is started would not end in time.
    let bench = Bench::new(&["sleep"]);
    bench.api.state().analysed_before = true;
    bench.api.add("s1", &bench.repositories.address("small.git"), None);
    assert_eq!(bench.run_one().await, Ran::Done(ScanOutcome::Completed));
    bench.assert_clean().await;
    let state = bench.api.state();
    assert!(state.reports.is_empty(), "the API has recorded it: {:?}", state.reports);
    let commit = &state.commits[0];
    assert_eq!(
        (&commit["scanId"], &commit["leaseToken"]),
        (&"s1".into(), &"lease-of-s1".into())
    );
    assert_eq!(commit["commitSha"].as_str().map(str::len), Some(40));
    let version = commit["analyserVersion"].as_str().expect("a text");
    assert!(
        version.ends_with(&format!(
            "/{}/{}",
            repolens_core::report::SCHEMA_VERSION,
            limits().fingerprint()
        )) && version.starts_with(repolens_analysis::VERSION),
        "{version}"
    );
}
