//! The whole path with nothing but the three programs and git: submit, clone, analyze, serve.

use nix::sys::signal::Signal;
use repolens_e2e::running::Home;
use repolens_e2e::{GitServer, Repository, Running, free_port};
use reqwest::StatusCode;
use serde_json::Value;

#[tokio::test]
async fn a_scan_goes_from_queued_to_a_true_report() {
    let repository = Repository::small();
    let home = Home::default();
    let repolens = Running::start(&home);
    let ready: Value = repolens
        .http()
        .get(repolens.url("/api/ready"))
        .send()
        .await
        .expect("the API answers")
        .json()
        .await
        .expect("JSON");
    assert_eq!(ready["checks"]["store"]["status"], "up", "{ready}");
    assert_eq!(
        ready["checks"]["worker"]["status"], "up",
        "the supervisor was asked: {ready}"
    );

    let id = repolens.submit(&repository.url()).await;
    let seen = repolens.watch(&id).await;

    let last = &seen.last().expect("at least one answer").0;
    assert_eq!(last["status"], "completed", "{last}\n{}", repolens.log());
    assert_eq!(last["progress"], 100);
    assert_eq!(last["commitSha"], repository.head());
    assert_eq!(last["branch"], "main");
    let progress: Vec<u64> = seen.iter().filter_map(|scan| scan.0["progress"].as_u64()).collect();
    assert!(progress.is_sorted(), "progress never goes back: {progress:?}");

    let response = repolens
        .http()
        .get(repolens.url(&format!("/api/scan/{id}/results")))
        .send()
        .await
        .expect("the API answers");
    assert_eq!(response.status(), StatusCode::OK);
    let envelope: Value = response.json().await.expect("JSON");
    let results = &envelope["results"];
    assert_eq!(*results, last["results"], "both calls serve the same report");
    assert_eq!(results["scanId"], *id);
    assert_eq!(results["commitSha"], repository.head());
    assert_eq!(results["languages"]["primary"], "typescript");
    assert_eq!(results["languages"]["languages"]["typescript"], 2);
    assert_eq!(results["languages"]["languages"]["python"], 1);
    let files = results["ast"]["files"].as_array().expect("files");
    let index = files
        .iter()
        .find(|file| file["path"] == "src/index.ts")
        .expect("src/index.ts");
    assert_eq!(index["lines"], 6);
    let packages = results["dependencies"]["packages"].as_array().expect("packages");
    assert!(
        packages.iter().any(|package| package["name"] == "left-pad"),
        "{packages:?}"
    );
    let stages = results["analyser"]["stages"].as_array().expect("stages");
    assert!(
        stages
            .iter()
            .all(|stage| stage["status"] == "ok" || !stage["reason"].is_null()),
        "{stages:?}"
    );

    let left = std::fs::read_dir(home.sandboxes())
        .expect("the sandbox folder")
        .flatten();
    let left: Vec<_> = left
        .flat_map(|worker| std::fs::read_dir(worker.path()).into_iter().flatten().flatten())
        .collect();
    assert!(
        left.iter().all(|entry| !entry.path().is_dir()),
        "nothing of the clone is left: {left:?}"
    );
}

#[tokio::test]
async fn the_address_that_is_printed_is_one_for_a_browser() {
    let home = Home::default();
    let repolens = Running::start(&home);
    repolens.wait_for_line("RepoLens is at ");
    let log = repolens.log();
    let told: Vec<&str> = log
        .lines()
        .filter_map(|line| Some(line.split_once("RepoLens is at ")?.1))
        .collect();
    let [address] = told[..] else {
        panic!("one line with the address: {told:?}");
    };
    let page = repolens.http().get(address).send().await.expect("it answers");
    assert_eq!(page.status(), StatusCode::OK, "{address}");
    assert!(
        page.headers()["content-type"]
            .to_str()
            .is_ok_and(|kind| kind.starts_with("text/html"))
    );
}

#[tokio::test]
async fn a_second_start_on_the_same_port_ends_and_harms_nobody() {
    let home = Home::default();
    let first = Running::start(&home);

    let other = Home::default();
    let mut second = Running::spawn(&other, first.port(), &[]);
    let status = second.wait();
    assert!(!status.success());
    // The reader of the log may be behind the end of the process.
    second.wait_for_line(&first.port().to_string());

    let health = first
        .http()
        .get(first.url("/api/health"))
        .send()
        .await
        .expect("the first answers");
    assert_eq!(health.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_worker_killed_in_mid_scan_costs_an_attempt_and_no_scan() {
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let home = Home::default();
    let repolens = Running::start(&home);

    server.hang(true);
    let id = repolens.submit(&server.url("bare.git")).await;
    server.wait_for_held(1);
    server.hang(false);
    repolens.signal(repolens.pid("worker"), Signal::SIGKILL);

    let seen = repolens.watch(&id).await;
    let last = &seen.last().expect("an answer").0;
    assert_eq!(last["status"], "completed", "{last}\n{}", repolens.log());
    let health = repolens
        .http()
        .get(repolens.url("/api/health"))
        .send()
        .await
        .expect("the API never went away");
    assert_eq!(health.status(), StatusCode::OK);
    assert!(
        repolens.log().contains("Worker restarted with PID:"),
        "{}",
        repolens.log()
    );
}

#[tokio::test]
async fn no_accepted_scan_is_lost_when_the_api_or_the_supervisor_is_killed() {
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let home = Home::default();
    for victim in ["api", "supervisor"] {
        let mut repolens = Running::start(&home);
        server.hang(true);
        let running = repolens.submit(&server.url("bare.git")).await;
        repolens.wait_for_status(&running, "processing").await;
        let waiting = repolens.submit(&repository.url()).await;
        server.hang(false);
        let pid = match victim {
            "api" => repolens.pid("api"),
            _ => repolens.supervisor_pid(),
        };
        repolens.signal(pid, Signal::SIGKILL);
        let _ = repolens.wait();

        let repolens = Running::start(&home);
        for id in [running, waiting] {
            let seen = repolens.watch(&id).await;
            let last = &seen.last().expect("an answer").0;
            assert_eq!(
                last["status"],
                "completed",
                "after {victim} was killed: {last}\n{}",
                repolens.log()
            );
        }
    }
}

#[tokio::test]
async fn a_stop_in_mid_scan_gives_the_job_back() {
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let home = Home::default();
    let mut repolens = Running::start(&home);
    server.hang(true);
    let id = repolens.submit(&server.url("bare.git")).await;
    server.wait_for_held(1);
    server.hang(false);
    repolens.signal(repolens.supervisor_pid(), Signal::SIGTERM);
    assert!(repolens.wait().success(), "{}", repolens.log());
    assert!(repolens.log().contains("Clean shutdown complete"), "{}", repolens.log());

    let repolens = Running::spawn(&home, free_port(), &[]);
    repolens.wait_for_line("All services running!");
    // Given back, it is queued from the start on: nobody has to wait for a lease to end.
    let seen = repolens.watch(&id).await;
    assert_eq!(
        seen.last().expect("an answer").0["status"],
        "completed",
        "{}",
        repolens.log()
    );
}

#[tokio::test]
async fn the_same_commit_is_answered_with_the_report_that_is_there() {
    let repository = Repository::small();
    let home = Home::default();
    let repolens = Running::start(&home);
    let first = repolens.submit(&repository.url()).await;
    let seen = repolens.watch(&first).await;
    let first = &seen.last().expect("at least one answer").0;
    assert_eq!(
        (&first["status"], &first["cached"]),
        (&"completed".into(), &false.into())
    );

    // Unlike the other tests, without `force`.
    let response = repolens
        .http()
        .post(repolens.url("/api/scan"))
        .json(&serde_json::json!({ "repoUrl": repository.url() }))
        .send()
        .await
        .expect("the API answers");
    let body: Value = response.json().await.expect("JSON");
    let id = body["scanId"].as_str().expect("an id");
    let seen = repolens.watch(id).await;
    let second = &seen.last().expect("at least one answer").0;
    assert_eq!(
        (&second["status"], &second["cached"], &second["commitSha"]),
        (&"completed".into(), &true.into(), &repository.head().into()),
        "{second}\n{}",
        repolens.log()
    );
    assert_eq!(second["results"]["scanId"], id);
    assert_eq!(
        second["results"]["analyzedAt"], first["results"]["analyzedAt"],
        "it was not analyzed again"
    );
}
