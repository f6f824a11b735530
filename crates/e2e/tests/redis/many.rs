//! Many scans at a time, and kills at random moments.

use std::time::{Duration, Instant};

use repolens_e2e::{GitServer, Repository};
use serde_json::json;

use super::deployment::Deployment;
use super::servers::until;

/// A scan of a client that stands behind a proxy of ours.
async fn submit_as(deployment: &Deployment, client: &str, url: &str) -> String {
    let answer = deployment
        .http
        .post(deployment.url("/api/scan"))
        .header("x-forwarded-for", client)
        .json(&json!({ "repoUrl": url, "force": true }))
        .send()
        .await
        .expect("the API answers");
    let scan: serde_json::Value = answer.json().await.expect("JSON");
    scan["scanId"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn one_client_with_many_scans_does_not_starve_another() {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let _api = deployment.api_with(&[("TRUSTED_PROXIES", "1")]).await;
    let mut greedy = Vec::new();
    for number in 0..10 {
        greedy.push(submit_as(&deployment, "192.0.2.1", &format!("http://127.0.0.1:1/{number}.git")).await);
    }
    let modest = submit_as(&deployment, "192.0.2.2", &repository.url()).await;
    let _worker = deployment.worker("w").await;
    for id in &greedy {
        deployment.until_status(id, "failed").await;
    }
    deployment.until_status(&modest, "completed").await;
    let order = deployment
        .values("SELECT id AS v FROM scans ORDER BY \"startedAt\", id")
        .await;
    let place = order.iter().position(|id| *id == modest).expect("it ran");
    assert!(place <= 1, "it is served in the first round, and not as number {place}");
}

#[tokio::test]
async fn two_instances_count_a_client_together() {
    let deployment = Deployment::on_postgres().await;
    let settings = [("TRUSTED_PROXIES", "1"), ("RATE_LIMIT_SCANS", "5/min")];
    let _api = deployment.api_with(&settings).await;
    let other_port = repolens_e2e::free_port();
    let _other = deployment.api_of(other_port, &settings).await;
    let ports = [deployment.port, other_port];
    let mut statuses = Vec::new();
    for number in 0..7 {
        let answer = deployment
            .http
            .post(format!("http://127.0.0.1:{}/api/scan", ports[number % 2]))
            .header("x-forwarded-for", "192.0.2.9")
            .json(&json!({ "repoUrl": format!("http://127.0.0.1:1/{number}.git") }))
            .send()
            .await
            .expect("the API answers");
        statuses.push(answer.status().as_u16());
    }
    assert_eq!(statuses, [201, 201, 201, 201, 201, 429, 429]);
}

#[tokio::test]
async fn five_hundred_scans_at_once_are_all_accepted_and_all_end() {
    const SCANS: usize = 500;
    let deployment = Deployment::on_postgres().await;
    let _api = deployment.api().await;
    // Nobody listens there: what is measured is the way, and not the work.
    let urls = (0..SCANS).map(|number| format!("http://127.0.0.1:1/{number}.git"));
    let begin = Instant::now();
    let mut posts = tokio::task::JoinSet::new();
    for url in urls {
        let (http, post) = (deployment.http.clone(), deployment.url("/api/scan"));
        posts.spawn(async move {
            let answer = http
                .post(post)
                .json(&json!({ "repoUrl": url, "force": true }))
                .send()
                .await;
            answer.expect("the API answers").status().as_u16()
        });
    }
    let statuses = posts.join_all().await;
    assert_eq!(
        statuses.iter().filter(|status| **status == 201).count(),
        SCANS,
        "{statuses:?}"
    );
    let accepted = begin.elapsed();
    let _first = deployment.worker_with("first", &[("WORKER_CONCURRENCY", "4")]).await;
    let _second = deployment.worker_with("second", &[("WORKER_CONCURRENCY", "4")]).await;
    until("all have ended", async || {
        deployment
            .values("SELECT count(*) AS v FROM scans WHERE status <> 'FAILED'")
            .await
            == ["0"]
    })
    .await;
    println!("{SCANS} accepted in {accepted:?}, ended after {:?}", begin.elapsed());
    let attempts = deployment.values("SELECT DISTINCT attempts AS v FROM scans").await;
    assert_eq!(attempts, ["1"], "each ran once");
}

/// `KILL_ROUNDS` says how many rounds; there are three victims in turn: worker, API, both.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "whoever runs it by hand says how long")]
async fn whoever_is_killed_at_a_random_moment_loses_no_scan() {
    let rounds = std::env::var("KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    let rounds: usize = rounds.unwrap_or(3);
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let mut api = deployment.api().await;
    let mut worker = deployment.worker("w").await;
    for round in 0..rounds {
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(deployment.submit(&server.url("bare.git")).await);
        }
        // Any time from the taking of the job to the report.
        let moment = Duration::from_millis(u64::from(random_byte()) * 6);
        tokio::time::sleep(moment).await;
        if round % 3 != 1 {
            worker.kill();
            worker = deployment.spawn_worker("w");
        }
        if round % 3 != 0 {
            api.kill();
            api = deployment.api().await;
        }
        for id in &ids {
            deployment.until_status(id, "completed").await;
        }
    }
    let all = deployment
        .values("SELECT count(*) || ' ' || max(attempts) AS v FROM scans WHERE status = 'COMPLETED'")
        .await;
    let (ended, attempts) = all[0].split_once(' ').expect("two figures");
    assert_eq!(ended, (3 * rounds).to_string(), "none is lost");
    assert!(attempts.parse::<u32>().expect("a number") <= 3, "{attempts}");
    drop((api, worker));
}

/// Chance enough.
fn random_byte() -> u8 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(0).to_le_bytes()[0]
}
