//! Kills at random moments.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use repolens_e2e::{GitServer, Repository};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::deployment::Deployment;
use super::ledger::Ledger;
use repolens_testkit::size;

use super::form;

/// Whom a round kills.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Worker,
    Api,
    Both,
}

const VICTIMS: [Victim; 3] = [Victim::Worker, Victim::Api, Victim::Both];

#[tokio::test]
async fn whoever_is_killed_at_a_random_moment_loses_no_scan() {
    let rounds = size::times(1, 25);
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let url = server.url("bare.git");
    let mut api = deployment.api().await;
    let mut worker = deployment.worker("w").await;
    let ledger = Ledger::open(&deployment).await;
    let mut accepted = Vec::new();
    for round in 0..rounds {
        for victim in VICTIMS {
            for _ in 0..3 {
                accepted.push(deployment.submit(&url).await);
            }
            let posts = keep_posting(&deployment, &url);
            // Any time from the taking of the first job to the report of the last.
            let moment = Duration::from_millis(random_below(1_500));
            tokio::time::sleep(moment).await;
            if !matches!(victim, Victim::Api) {
                worker.kill();
                worker = deployment.spawn_worker("w");
            }
            if !matches!(victim, Victim::Worker) {
                api.kill();
                api = deployment.api().await;
            }
            accepted.extend(posts.await.expect("no panic"));
            let tally = ledger.tally(&accepted).await;
            form::report(&format!("round {round}, {victim:?} killed after {moment:?}"), &tally);
            tally.all_completed();
            assert!(tally.most_attempts <= 3, "{tally}");
        }
    }
    drop((api, worker));
}

/// Posts some more while somebody is killed; the scans that were accepted. A post without an answer promises nothing.
fn keep_posting(deployment: &Deployment, url: &str) -> JoinHandle<Vec<String>> {
    let (http, post, url) = (deployment.http.clone(), deployment.url("/api/scan"), url.to_owned());
    tokio::spawn(async move {
        let mut accepted = Vec::new();
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(random_below(600))).await;
            let Ok(answer) = http
                .post(&post)
                .json(&json!({ "repoUrl": url, "force": true }))
                .send()
                .await
            else {
                continue;
            };
            if answer.status() == 201
                && let Ok(scan) = answer.json::<Value>().await
            {
                accepted.push(scan["scanId"].as_str().expect("an id").to_owned());
            }
        }
        accepted
    })
}

/// Chance enough.
fn random_below(end: u64) -> u64 {
    RandomState::new().hash_one(0) % end
}
