//! What was asked for was done, and the answer got lost on the way.

use repolens_e2e::Repository;
use serde_json::json;

use crate::deployment::Deployment;
use crate::ledger::Ledger;
use crate::proxy::Proxy;
use repolens_testkit::Postgres;

#[tokio::test]
async fn a_claim_whose_answer_is_lost_costs_neither_an_attempt_nor_a_lease() {
    for redis in [true, false] {
        let deployment = Deployment::on_postgres().await;
        let repository = Repository::small();
        let _api = deployment.api().await;
        let ledger = Ledger::open(&deployment).await;
        let way = Proxy::to(deployment.port).await;
        let url = format!("http://127.0.0.1:{}", way.port);
        let settings = [("API_URL", url.as_str()), ("REDIS_URL", "")];
        let settings = if redis { &settings[..1] } else { &settings };
        // The API answers the claim of a worker without Redis when there is a job.
        way.lose_answer_to("POST /api/worker/claim");
        let worker = deployment.worker_with("w", settings).await;
        let id = deployment.submit(&repository.url()).await;
        way.until_lost().await;
        let tally = ledger.tally(&[id]).await;
        tally.all_completed();
        assert_eq!(tally.most_attempts, 1, "{tally}\n{}", worker.log());
    }
}

#[tokio::test]
async fn a_scan_whose_commit_was_not_answered_ends_although_nobody_was_promised_it() {
    let server = tokio::task::spawn_blocking(Postgres::start).await.expect("it starts");
    let direct = crate::database::fresh(&server).await;
    let way = Proxy::to(server.port).await;
    let through = direct.replace(&format!(":{}/", server.port), &format!(":{}/", way.port));
    let mut deployment = Deployment::on(through).await;
    let repository = Repository::small();
    let api = deployment.api_with(&[("LOG_LEVEL", "debug")]).await;
    let _worker = deployment.worker("w").await;
    // The looks of the start are over.
    api.until_line("no worker has a scan, the checks pause").await;
    way.lose_answer_and_shut("COMMIT");
    let answer = deployment
        .http
        .post(deployment.url("/api/scan"))
        .json(&json!({ "repoUrl": repository.url() }))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 503);
    deployment.database = direct;
    let ids = deployment.values("SELECT id AS v FROM scans").await;
    assert_eq!(ids.len(), 1, "it was committed");
    let ledger = Ledger::open(&deployment).await;
    way.open();
    // Nobody asks the API for anything any more.
    ledger.tally(&ids).await.all_completed();
}
