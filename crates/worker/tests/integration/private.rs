//! Private repositories: cloned with the password of a job, which shows nowhere.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use repolens_core::job::CloneCredential;
use repolens_core::{FailureCode, RepoUrl, UrlPolicy};
use repolens_worker::failed::Failed;
use repolens_worker::git::Cloned;
use serde_json::json;
use tokio::time::Instant;

use crate::api::FakeApi;
use crate::fixture::{Repositories, eventually, git, local_git, processes_with};
use crate::whole::Worker;
use repolens_testkit::faulty_git::{self, IN_HEADER, PASSWORD};
use repolens_testkit::http::{Response, serve};

fn credential(origin: &str, password: &str) -> CloneCredential {
    CloneCredential {
        origin: origin.to_owned(),
        username: "x-access-token".to_owned(),
        password: password.to_owned(),
    }
}

async fn clone_into(
    sandbox: &Path,
    address: &str,
    credential: Option<&CloneCredential>,
    within: Duration,
) -> Result<Cloned, Failed> {
    let policy = UrlPolicy {
        allow_local_repos: true,
        ..UrlPolicy::default()
    };
    let url = RepoUrl::parse(address, &policy).expect(address);
    local_git()
        .clone(&url, None, credential, sandbox, Instant::now() + within)
        .await
}

/// Files below `folder` that hold the password in one of its forms.
fn files_with_it(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with_it(&path));
        } else if holds_it(&fs::read(&path).expect("a file")) {
            found.push(path.display().to_string());
        }
    }
    found
}

fn holds_it(bytes: &[u8]) -> bool {
    [PASSWORD, IN_HEADER]
        .iter()
        .any(|form| bytes.windows(form.len()).any(|window| window == form.as_bytes()))
}

#[tokio::test]
async fn the_password_opens_and_is_not_written_down() {
    let repositories = Repositories::make();
    let origin = format!("http://{}", faulty_git::start(repositories.root()));
    let right = credential(&origin, PASSWORD);
    for name in ["small.git", "plain.git"] {
        let sandbox = tempfile::tempdir().expect("a folder");
        let address = format!("{origin}/token/{name}");
        let cloned = clone_into(sandbox.path(), &address, Some(&right), Duration::from_secs(20))
            .await
            .expect("cloned");
        assert_eq!(cloned.commit, repositories.commit_of(name, "main"));
        assert_eq!(files_with_it(sandbox.path()), [""; 0]);
        let config = git(&cloned.dir, &["config", "--list", "--local"]);
        assert!(!config.to_ascii_lowercase().contains("header"), "{config}");
    }
    for wrong in [
        None,
        Some(credential(&origin, "gho_wrong")),
        Some(credential("https://github.com", PASSWORD)),
    ] {
        let sandbox = tempfile::tempdir().expect("a folder");
        let address = format!("{origin}/token/small.git");
        let failed = clone_into(sandbox.path(), &address, wrong.as_ref(), Duration::from_secs(20))
            .await
            .expect_err("not for this one");
        assert_eq!(failed.code, FailureCode::RepositoryNotFound);
        assert!(!holds_it(failed.cause.as_bytes()), "{}", failed.cause);
    }
}

#[tokio::test]
async fn a_redirect_takes_the_password_to_nobody_else() {
    let repositories = Repositories::make();
    let inside = faulty_git::start(repositories.root());
    // Redirects to the other server, which serves the repository to those only who come with the password.
    let outside = serve(move |request| {
        let location = format!("http://{inside}{}?{}", request.path, request.query);
        Some(Response::status(301).with("Location", location))
    });
    let sandbox = tempfile::tempdir().expect("a folder");
    let address = format!("http://{outside}/token/small.git");
    let of_outside = credential(&format!("http://{outside}"), PASSWORD);
    let failed = clone_into(sandbox.path(), &address, Some(&of_outside), Duration::from_secs(20))
        .await
        .expect_err("the password is not for that server");
    assert_eq!(failed.code, FailureCode::RepositoryNotFound);
    // The other way about: it is kept on the way and used where it belongs.
    let of_inside = credential(&format!("http://{inside}"), PASSWORD);
    clone_into(sandbox.path(), &address, Some(&of_inside), Duration::from_secs(20))
        .await
        .expect("the password is for that server");
}

#[tokio::test]
async fn no_process_shows_it_to_others() {
    let repositories = Repositories::make();
    let origin = format!("http://{}", faulty_git::start(repositories.root()));
    let sandbox = tempfile::tempdir().expect("a folder");
    let name = sandbox.path().display().to_string();
    let right = credential(&origin, PASSWORD);
    let address = format!("{origin}/token/stalls/small.git");
    let cloning = clone_into(sandbox.path(), &address, Some(&right), Duration::from_secs(60));
    let looking = async {
        eventually("git waits for the server", || {
            processes_with(&name).iter().any(|line| line.contains("clone"))
        })
        .await;
        // Those that git starts have it too; what they were started with can be read by their own user only.
        let mut with_it = 0;
        eventually("git and its helper have it", || {
            with_it = 0;
            for entry in fs::read_dir("/proc").expect("Linux").flatten() {
                let file = entry.path().join("environ");
                let Ok(environment) = fs::read(&file) else { continue };
                if !holds_it(&environment) {
                    continue;
                }
                let Ok(about) = fs::metadata(&file) else { continue };
                with_it += 1;
                assert_eq!(about.permissions().mode() & 0o077, 0, "{}", file.display());
                assert_eq!(about.uid(), fs::metadata("/proc/self").expect("Linux").uid());
            }
            with_it >= 2
        })
        .await;
        for form in [PASSWORD, IN_HEADER] {
            assert_eq!(processes_with(form), [""; 0], "on a command line");
        }
        assert_eq!(files_with_it(sandbox.path()), [""; 0]);
    };
    tokio::select! {
        result = cloning => panic!("it was to wait: {result:?}"),
        () = looking => {}
    }
    eventually("git is gone", || processes_with(&name).is_empty()).await;
}

#[tokio::test]
async fn a_worker_says_nothing_of_it() {
    let repositories = Repositories::make();
    let origin = format!("http://{}", faulty_git::start(repositories.root()));
    let api = FakeApi::start();
    let sandbox = tempfile::tempdir().expect("a folder");
    let worker = Worker::start_in(&api, sandbox, Stdio::null(), &[("LOG_LEVEL", "trace")]);
    for (scan, address) in [("s1", "token/small.git"), ("s2", "token/missing.git")] {
        api.add_job(json!({
            "scanId": scan, "repoUrl": format!("{origin}/{address}"), "branch": null, "attempt": 1,
            "leaseToken": "lease", "leaseUntil": "2026-01-01T00:00:00.000Z", "requestId": "request",
            "limits": { "maxAttempts": 3, "leaseMs": 20_000, "heartbeatMs": 100 },
            "cloneCredential": { "origin": origin, "username": "x-access-token", "password": PASSWORD },
        }));
    }
    eventually("both have ended", || api.state().reports.len() == 2).await;
    worker.has_logged("job failed").await;
    {
        let state = api.state();
        assert_eq!(state.reports[0]["status"], "completed", "{}", state.reports[0]);
        assert_eq!(state.reports[1]["errorCode"], "repository-not-found");
        assert!(!holds_it(
            format!("{:?} {:?}", state.reports, state.heartbeats).as_bytes()
        ));
    }
    assert!(!holds_it(worker.log().join("\n").as_bytes()), "{:?}", worker.log());
    assert_eq!(files_with_it(worker.sandbox.path()), [""; 0]);
}
