//! The disk with the embedded database is full: what was accepted is there, the rest is refused, and all goes on once
//! there is room.

use repolens_e2e::running::Home;
use repolens_e2e::{GitServer, Repository, Running, SmallDisk};
use reqwest::Response;
use serde_json::{Value, json};

async fn post(repolens: &Running, url: &str) -> Response {
    let request = repolens.http().post(repolens.url("/api/scan"));
    request
        .json(&json!({ "repoUrl": url, "force": true }))
        .send()
        .await
        .expect("the API answers")
}

async fn get(repolens: &Running, path: &str) -> Value {
    let answer = repolens.http().get(repolens.url(path)).send().await;
    answer.expect("the API answers").json().await.expect("JSON")
}

#[tokio::test]
#[cfg_attr(
    not(feature = "mounts"),
    ignore = "it mounts a small disk: feature `mounts`, as root"
)]
async fn a_full_data_disk_refuses_scans_loses_none_and_keeps_a_finished_report() {
    let repository = Repository::small();
    let git = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let disk = SmallDisk::new(4 << 20);
    let home = Home::default();
    let settings = [
        ("REPOLENS_DATA_DIR", disk.text()),
        ("RATE_LIMIT_SCANS", "off"),
        ("RATE_LIMIT", "off"),
    ];
    let repolens = Running::start_with(&home, &settings);
    git.hold_back(true);
    let running = repolens.submit(&git.url("bare.git")).await;
    git.wait_for_held(1);

    disk.fill();
    let mut accepted = vec![running.clone()];
    // What the database's log has room for is accepted still, and durable.
    let refused = loop {
        let answer = post(&repolens, &repository.url()).await;
        if answer.status() != 201 {
            break answer;
        }
        let scan: Value = answer.json().await.expect("JSON");
        accepted.push(scan["scanId"].as_str().expect("an id").to_owned());
    };
    assert_eq!(refused.status(), 503, "{}", repolens.log());
    assert!(refused.headers().contains_key("retry-after"));
    let told = refused.text().await.expect("a text");
    assert!(!told.contains("sqlite") && !told.contains(disk.text()), "{told}");
    for id in &accepted {
        assert!(!repolens.scan(id).await.is_final(), "what was accepted is there");
    }
    assert_eq!(get(&repolens, "/api/health").await["status"], "ok");

    // The worker comes to its end, and cannot be rid of its report.
    git.hold_back(false);
    repolens.wait_for_line("the API does not answer");
    assert!(!repolens.scan(&running).await.is_final(), "nothing can be recorded");

    disk.make_room();
    accepted.push(repolens.submit(&repository.url()).await);
    for id in &accepted {
        let last = repolens.watch(id).await;
        let last = last.last().expect("an answer");
        assert_eq!(last.status(), "completed", "{last:?}\n{}", repolens.log());
        let results = get(&repolens, &format!("/api/scan/{id}/results")).await;
        assert_eq!(results["results"]["scanId"], *id);
    }
    let listed = get(&repolens, "/api/user/scans?userId=guest&limit=1").await;
    assert_eq!(listed["total"], accepted.len(), "nothing was half recorded: {listed}");
    let log = repolens.log();
    let of_worker = |line: &&str| line.split_whitespace().nth(1) == Some("worker");
    let taken = log
        .lines()
        .filter(of_worker)
        .filter(|line| line.contains("job claimed") && line.contains(&running));
    assert_eq!(taken.count(), 1, "its report was kept:\n{log}");
}
