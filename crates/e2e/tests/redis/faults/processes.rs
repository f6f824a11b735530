//! A worker or the API is killed.

use super::Scene;

#[tokio::test]
async fn a_worker_is_killed_in_mid_scan() {
    let mut scene = Scene::open().await;
    let ledger = scene.ledger().await;
    let id = scene.scan_in_the_middle().await;
    let _second = scene.deployment.worker("second").await;
    scene.kill_worker();
    scene.go_on();
    let tally = ledger.tally(std::slice::from_ref(&id)).await;
    tally.all_completed();
    assert_eq!(tally.most_attempts, 2, "{tally}");
    // The row's lease decides, and not the queue's longer lock.
    scene
        .api()
        .until_line("the worker is gone: the scan is queued again")
        .await;
    scene.deployment.redis.until_in(&id, "completed").await;
}

#[tokio::test]
async fn the_api_is_killed_in_mid_scan_and_before_the_report() {
    let mut scene = Scene::open().await;
    let ledger = scene.ledger().await;
    let running = scene.scan_in_the_middle().await;
    let waiting = scene.submit().await;
    scene.kill_api();
    // The worker has its report before the API is back.
    scene.go_on();
    scene.deployment.until_no_sandbox("w").await;
    let _api = scene.deployment.api().await;
    let tally = ledger.tally(&[running, waiting]).await;
    tally.all_completed();
    assert_eq!(tally.most_attempts, 1, "the report was kept: {tally}");
}
