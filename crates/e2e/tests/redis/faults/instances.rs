//! An instance of the API goes for good, and another one stays.

use repolens_e2e::{Repository, free_port};
use serde_json::{Value, json};

use super::{Scene, attempts};
use crate::deployment::Deployment;

#[tokio::test]
async fn a_scan_whose_instance_went_before_redis_came_back_is_done_when_another_one_is_asked_for_it() {
    let mut deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let _stays = deployment.api().await;
    let port = free_port();
    let goes = deployment.api_at(port).await;
    deployment.redis.stop();
    let answer = deployment
        .http
        .post(format!("http://127.0.0.1:{port}/api/scan"))
        .json(&json!({ "repoUrl": repository.url() }))
        .send()
        .await
        .expect("the API answers");
    assert_eq!(answer.status(), 201);
    let scan: Value = answer.json().await.expect("JSON");
    goes.kill();
    deployment.redis.restart().await;
    let _worker = deployment.worker("w").await;
    deployment
        .until_status(scan["scanId"].as_str().expect("an id"), "completed")
        .await;
}

#[tokio::test]
async fn a_scan_whose_instance_and_worker_went_is_done_when_another_one_is_asked_for_it() {
    let mut scene = Scene::open().await;
    let port = free_port();
    let stays = scene.deployment.api_of(port, &[("LOG_LEVEL", "debug")]).await;
    // It saw at its start that nobody had a job, and will not look again by itself.
    stays.until_line("no worker has a scan, the checks pause").await;
    let id = scene.scan_in_the_middle().await;
    scene.kill_worker();
    scene.kill_api();
    scene.go_on();
    scene.deployment.port = port;
    let _worker = scene.deployment.worker("other").await;
    scene.deployment.until_status(&id, "completed").await;
    assert_eq!(attempts(&scene.deployment, &id).await, "2");
}
