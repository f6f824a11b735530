//! The history behind a shallow clone: fetched within limits, without files, and read by the confined analysis.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use repolens_core::{RepoUrl, ScanId, UrlPolicy};
use repolens_worker::child::{Analyzer, ScanContext};
use repolens_worker::git::{Cloned, Git};
use repolens_worker::progress::Progress;
use serde_json::Value;
use tokio::time::Instant;

use crate::fixture::{PATIENCE, command, git, limits, local_git, search_path};
use repolens_testkit::faulty_git;

const DAY: u64 = 86_400;
/// 2024-01-01.
const START: u64 = 1_704_067_200;

/// `history.git`: so many commits, one each day, of a file that becomes more and more complex.
fn make(root: &Path, commits: u64) {
    git(root, &["init", "-q", "--bare", "-b", "main", "history.git"]);
    let mut stream = String::new();
    for at in 1..=commits {
        let time = START + at * DAY;
        let body: String = (0..20).fold(String::new(), |mut body, line| {
            let _ = writeln!(body, "    if x > {}: x = {line}", line * at);
            body
        });
        let text = format!("def f(x):\n{body}    return x\n");
        let _ = write!(
            stream,
            "commit refs/heads/main\nauthor A <a@x.example> {time} +0000\ncommitter A <a@x.example> {time} +0000\ndata 3\nfix\n\
             M 100644 inline a.py\ndata {}\n{text}\n",
            text.len()
        );
    }
    let mut child = command("git")
        .args(["-C", "history.git", "fast-import", "--quiet", "--date-format=raw"])
        .current_dir(root)
        .stdin(Stdio::piped())
        .spawn()
        .expect("git is installed");
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(stream.as_bytes())
        .expect("git reads");
    assert!(child.wait().expect("ends").success());
    git(&root.join("history.git"), &["config", "uploadpack.allowFilter", "true"]);
}

/// Clones and fetches the history; what is missing of it.
async fn fetch(by: &Git, address: &str, sandbox: &Path) -> (Cloned, Option<String>) {
    let policy = UrlPolicy {
        allow_local_repos: true,
        allow_private_hosts: true,
        hosts: None,
    };
    let url = RepoUrl::parse(address, &policy).expect(address);
    let deadline = Instant::now() + PATIENCE;
    let cloned = by.clone(&url, None, None, sandbox, deadline).await.expect(address);
    let problem = by.history(&cloned, sandbox, deadline).await;
    (cloned, problem)
}

fn commits_in(dir: &Path) -> u64 {
    git(dir, &["rev-list", "--count", "HEAD"])
        .trim()
        .parse()
        .expect("a number")
}

async fn report(cloned: &Cloned, history_problem: Option<&str>) -> Value {
    let analyzer = Analyzer {
        program: env!("CARGO_BIN_EXE_repolens-worker").into(),
        first_args: vec!["analyze".into()],
        search_path: search_path(),
        limits: limits(),
    };
    let about = ScanContext {
        scan: &ScanId::random(),
        repo_url: "https://example.com/a/b",
        started: Instant::now(),
        history_problem,
    };
    let report = analyzer
        .analyze(cloned, about, Instant::now() + PATIENCE, &Progress::default())
        .await;
    serde_json::from_slice(&report.expect("a report")).expect("JSON")
}

#[tokio::test]
async fn twelve_months_without_files_are_fetched_and_read() {
    let root = tempfile::tempdir().expect("a folder");
    make(root.path(), 500);
    let server = faulty_git::start(root.path());
    for address in [
        format!("file://{}", root.path().join("history.git").display()),
        format!("http://{server}/history.git"),
    ] {
        let sandbox = tempfile::tempdir().expect("a folder");
        let (cloned, problem) = fetch(&local_git(), &address, sandbox.path()).await;
        assert_eq!(problem, None, "{address}");
        // The window of 365 days, the commit at its edge, and one more where git counts in whole days.
        let commits = commits_in(&cloned.dir);
        assert!((365..=368).contains(&commits), "{address}: {commits}");
        let kinds = git(
            &cloned.dir,
            &["cat-file", "--batch-all-objects", "--batch-check=%(objecttype)"],
        );
        assert_eq!(
            kinds.lines().filter(|kind| *kind == "blob").count(),
            1,
            "{address}: only today's file"
        );
        let report = report(&cloned, None).await;
        let hotspots = &report["hotspots"];
        assert_eq!(hotspots["window"]["shallow"], true);
        assert_eq!(hotspots["files"][0]["path"], "a.py");
        assert!(hotspots["files"][0]["revisions"].as_u64() >= Some(364), "{hotspots}");
    }
}

#[tokio::test]
async fn a_short_history_is_fetched_whole() {
    let root = tempfile::tempdir().expect("a folder");
    make(root.path(), 30);
    let sandbox = tempfile::tempdir().expect("a folder");
    let address = format!("file://{}", root.path().join("history.git").display());
    let (cloned, problem) = fetch(&local_git(), &address, sandbox.path()).await;
    assert_eq!((problem, commits_in(&cloned.dir)), (None, 30));
    let report = report(&cloned, None).await;
    assert_eq!(report["hotspots"]["window"]["commits"], 30);
    assert_eq!(report["hotspots"]["window"]["shallow"], false);
}

#[tokio::test]
async fn as_many_commits_as_the_setting_allows() {
    let root = tempfile::tempdir().expect("a folder");
    make(root.path(), 300);
    let address = format!("file://{}", root.path().join("history.git").display());
    for (most, expected) in [(0, 1..=1), (50, 51..=51), (200, 190..=205)] {
        let by = Git {
            limits: repolens_core::settings::ScanLimits {
                history_commits: most,
                ..limits()
            },
            ..local_git()
        };
        let sandbox = tempfile::tempdir().expect("a folder");
        let (cloned, problem) = fetch(&by, &address, sandbox.path()).await;
        let commits = commits_in(&cloned.dir);
        assert!(problem.is_none() && expected.contains(&commits), "{most}: {commits}");
    }
}

#[tokio::test]
async fn a_failure_costs_only_this_section() {
    let root = tempfile::tempdir().expect("a folder");
    make(root.path(), 30);
    let sandbox = tempfile::tempdir().expect("a folder");
    let address = format!("file://{}", root.path().join("history.git").display());
    let url = RepoUrl::parse(&address, &local_git().policy).expect("allowed");
    let deadline = Instant::now() + PATIENCE;
    let cloned = local_git()
        .clone(&url, None, None, sandbox.path(), deadline)
        .await
        .expect("cloned");
    std::fs::rename(root.path().join("history.git"), root.path().join("gone.git")).expect("renamed");
    let problem = local_git().history(&cloned, sandbox.path(), deadline).await;
    assert!(problem.is_some());
    let report = report(&cloned, problem.as_deref()).await;
    assert!(report["hotspots"].is_null() && report["complexityMetrics"].is_object());
    let stages = report["analyser"]["stages"].as_array().expect("a list");
    let stage = stages
        .iter()
        .find(|stage| stage["name"] == "hotspots")
        .expect("a stage");
    assert_eq!(
        (stage["status"].as_str(), stage["reason"].as_str()),
        (Some("failed"), problem.as_deref())
    );
}
