//! Clones that work, and a failure code for each way in which one cannot.

use std::time::Duration;

use repolens_core::{BranchName, FailureCode, FailureKind, RepoUrl, UrlPolicy};
use repolens_worker::failed::Failed;
use repolens_worker::git::{Cloned, Git};
use tokio::time::Instant;

use crate::fixture::{PATIENCE, Repositories, eventually, git, local_git, processes_with};
use repolens_testkit::faulty_git;

pub async fn clone_by(
    by: &Git,
    address: &str,
    branch: Option<&str>,
    within: Duration,
) -> (Result<Cloned, Failed>, tempfile::TempDir) {
    let everything = UrlPolicy {
        allow_local_repos: true,
        allow_private_hosts: true,
        hosts: None,
    };
    let url = RepoUrl::parse(address, &everything).expect(address);
    let branch = branch.map(|name| BranchName::parse(name).expect(name));
    let sandbox = tempfile::tempdir().expect("a folder");
    let result = by
        .clone(&url, branch.as_ref(), None, sandbox.path(), Instant::now() + within)
        .await;
    (result, sandbox)
}

pub async fn clone(address: &str, branch: Option<&str>) -> (Result<Cloned, Failed>, tempfile::TempDir) {
    clone_by(&local_git(), address, branch, PATIENCE).await
}

async fn code_of(address: &str, branch: Option<&str>) -> FailureCode {
    match clone(address, branch).await.0 {
        Ok(_) => panic!("{address} was cloned"),
        Err(failed) => failed.code,
    }
}

#[tokio::test]
async fn from_disk_and_over_http_with_filters_and_without() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    for name in ["small.git", "plain.git"] {
        for address in [repositories.address(name), format!("http://{server}/{name}")] {
            let (result, sandbox) = clone(&address, None).await;
            let cloned = result.expect(&address);
            assert_eq!(cloned.branch, "main");
            assert_eq!(cloned.commit, repositories.commit_of(name, "main"), "{address}");
            assert!(cloned.bytes > 0);
            // Bare: nothing is checked out, there are no hooks, and the file can be read.
            assert!(!cloned.dir.join("hooks").exists() && !sandbox.path().join("repo").exists());
            assert!(git(&cloned.dir, &["cat-file", "-p", "HEAD:src/a.js"]).contains("function a"));
            assert_eq!(git(&cloned.dir, &["rev-list", "--count", "HEAD"]).trim(), "1");
        }
    }
}

#[tokio::test]
async fn a_name_is_looked_up_vetted_and_pinned() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    let address = format!("http://localhost:{}/small.git", server.port());
    clone(&address, None).await.0.expect("localhost leads to the server");

    let strict = Git {
        policy: UrlPolicy::default(),
        ..local_git()
    };
    let refused = clone_by(&strict, &address, None, PATIENCE)
        .await
        .0
        .expect_err("not public");
    assert_eq!(refused.code, FailureCode::HostRefused);
}

#[tokio::test]
async fn branches_and_tags() {
    let repositories = Repositories::make();
    for name in ["feature/x", "v1"] {
        let cloned = clone(&repositories.address("small.git"), Some(name))
            .await
            .0
            .expect(name);
        assert_eq!(cloned.branch, name);
        assert_eq!(cloned.commit, repositories.commit_of("small.git", name));
    }
}

#[tokio::test]
async fn each_failure_has_its_code() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    git(&repositories.root().join("small.git"), &["update-server-info"]);
    let at = |path: &str| format!("http://{server}/{path}");
    let file = |name: &str| repositories.address(name);
    use FailureCode as Code;
    for (address, branch, code) in [
        (at("small.git"), Some("no-such-branch"), Code::BranchNotFound),
        (file("small.git"), Some("no-such-branch"), Code::BranchNotFound),
        (at("empty.git"), None, Code::EmptyRepository),
        (file("empty.git"), None, Code::EmptyRepository),
        (at("missing.git"), None, Code::RepositoryNotFound),
        (file("missing.git"), None, Code::RepositoryNotFound),
        (file("work/src"), None, Code::RepositoryNotFound),
        (at("page/small.git"), None, Code::RepositoryNotFound),
        (at("status/404/small.git"), None, Code::RepositoryNotFound),
        (at("status/410/small.git"), None, Code::RepositoryNotFound),
        (at("status/429/small.git"), None, Code::HostFailed),
        (at("status/503/small.git"), None, Code::HostFailed),
        (at("dumb/small.git"), None, Code::ProtocolUnsupported),
        (at("azure/small.git"), None, Code::SignInPage),
        (at("form/small.git"), None, Code::SignInPage),
        (at("to-sign-in/small.git"), None, Code::SignInPage),
        (at("private/small.git"), None, Code::AuthenticationRequired),
        (at("forbidden/small.git"), None, Code::AuthenticationRequired),
        (at("broken/small.git"), None, Code::HostFailed),
        (at("metadata/small.git"), None, Code::HostRefused),
        (at("disk/small.git"), None, Code::RepositoryNotFound),
        (at("round/small.git"), None, Code::RepositoryNotFound),
        ("http://no-such-host.invalid/a.git".to_owned(), None, Code::HostNotFound),
        // Port 1 of loopback: nobody listens.
        ("http://127.0.0.1:1/a.git".to_owned(), None, Code::HostUnreachable),
    ] {
        assert_eq!(code_of(&address, branch).await, code, "{address}");
    }
}

#[tokio::test]
async fn different_refusals_have_different_sentences() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    git(&repositories.root().join("small.git"), &["update-server-info"]);
    let mut seen = std::collections::BTreeMap::new();
    for path in [
        "missing.git",
        "page/small.git",
        "private/small.git",
        "azure/small.git",
        "dumb/small.git",
        "disk/small.git",
        "status/451/small.git",
        "status/400/small.git",
        "status/503/small.git",
        "err/small.git",
        "empty.git",
    ] {
        let failed = clone(&format!("http://{server}/{path}"), None).await.0.expect_err(path);
        let permanent = failed.code.kind() == FailureKind::Permanent;
        assert!(
            !permanent || !failed.sentence().contains("again later"),
            "{path}: {}",
            failed.sentence()
        );
        let before = seen.insert(failed.sentence().to_owned(), path);
        assert_eq!(before, None, "{path}: {}", failed.sentence());
    }
}

#[tokio::test]
async fn what_a_server_says_is_never_taken_for_git_s_own_words() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    use FailureCode as Code;
    for (path, code) in [
        ("err/small.git", Code::RemoteError),
        ("err-list/small.git", Code::RemoteError),
        ("err-fetch/small.git", Code::RemoteError),
        ("sideband/small.git", Code::RemoteError),
        ("odd/small.git", Code::CloneFailed),
    ] {
        let failed = clone(&format!("http://{server}/{path}"), None).await.0.expect_err(path);
        assert_eq!(failed.code, code, "{path}: {failed}");
        assert!(
            failed.cause.contains("No space left on device"),
            "it is in the log: {failed}"
        );
        assert!(!failed.sentence().contains("space"), "{}", failed.sentence());
    }
}

#[tokio::test]
async fn a_pack_may_take_longer_to_prepare_than_slow_servers_are_given() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    let address = format!("http://{server}/prepares/small.git");
    clone_by(&local_git(), &address, None, 2 * PATIENCE)
        .await
        .0
        .expect("it goes on");
}

#[tokio::test]
async fn a_moved_repository_is_followed() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    let address = format!("http://{server}/moved/moved/moved/small.git");
    clone(&address, None).await.0.expect("three times is allowed");
    let address = format!("http://{server}/moved/moved/moved/moved/small.git");
    assert_eq!(code_of(&address, None).await, FailureCode::RepositoryNotFound);
}

#[tokio::test]
async fn a_too_large_repository_is_stopped() {
    let repositories = Repositories::with_large();
    let server = faulty_git::start(repositories.root());
    let mut by = local_git();
    by.limits.max_repo_bytes = 3 << 20;
    for address in [repositories.address("large.git"), format!("http://{server}/large.git")] {
        let failed = clone_by(&by, &address, None, PATIENCE).await.0.expect_err("too large");
        assert_eq!(failed.code, FailureCode::RepositoryTooLarge, "{failed}");
    }
}

/// A megabyte on the line can be a gigabyte in git's memory.
#[tokio::test]
async fn a_bomb_costs_git_its_own_memory_and_no_more() {
    let repositories = Repositories::make();
    let work = repositories.root().join("work");
    std::fs::write(repositories.root().join("message"), vec![b'a'; 200 << 20]).expect("written");
    git(
        &work,
        &[
            "commit",
            "-q",
            "--allow-empty",
            "--cleanup=verbatim",
            "-F",
            "../message",
        ],
    );
    git(repositories.root(), &["clone", "-q", "--bare", "work", "bomb.git"]);
    let server = faulty_git::start(repositories.root());
    let mut by = local_git();
    by.limits.analysis_memory_bytes = 64 << 20;
    let address = format!("http://{server}/bomb.git");
    let failed = clone_by(&by, &address, None, PATIENCE)
        .await
        .0
        .expect_err("too large for it");
    assert_eq!(failed.code, FailureCode::RepositoryTooLarge, "{failed}");
    assert!(failed.cause.contains("memory"), "{failed}");
}

#[tokio::test]
async fn large_files_are_left_out_where_the_server_can() {
    let repositories = Repositories::with_large();
    git(
        &repositories.root().join("large.git"),
        &["config", "uploadpack.allowFilter", "true"],
    );
    let mut by = local_git();
    by.limits.max_file_bytes = 1 << 19;
    let cloned = clone_by(&by, &repositories.address("large.git"), None, PATIENCE)
        .await
        .0
        .expect("small now");
    assert!(cloned.bytes < 1 << 20, "{} bytes", cloned.bytes);
}

#[tokio::test]
async fn a_server_that_hangs_costs_the_time_of_the_scan_and_no_more() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    for path in ["silent/small.git", "stalls/small.git"] {
        let address = format!("http://{server}/{path}");
        let (result, sandbox) = clone_by(&local_git(), &address, None, Duration::from_secs(1)).await;
        let failed = result.expect_err("hangs");
        assert_eq!(failed.code, FailureCode::CloneTimedOut);
        // Neither the limit on the first answer nor git's on slow servers, which are 30 s.
        assert_eq!(failed.cause, "the scan's time was used up");
        let name = sandbox.path().display().to_string();
        eventually("git and what it started are gone", || processes_with(&name).is_empty()).await;
    }
}
