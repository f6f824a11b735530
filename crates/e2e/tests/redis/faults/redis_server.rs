//! Redis is emptied, stopped, frozen, started anew.

use std::time::{Duration, Instant};

use super::Scene;
use crate::deployment::Deployment;
use crate::many::submit_as;
use repolens_testkit::size;

use crate::form;

/// What the contract promises for a POST, whatever Redis does.
const PROMISED: Duration = Duration::from_secs(2);

/// Posts for as long as Redis is to be away, and once more after that. Each answer came while it was away: nobody waited
/// for its return. How long the longest took is a figure of the long form, for a busy machine is slow by itself.
async fn post_meanwhile(deployment: &Deployment, url: &str, away: Duration) -> Vec<String> {
    let (begin, mut longest, mut ids) = (Instant::now(), Duration::ZERO, Vec::new());
    loop {
        let last = begin.elapsed() >= away;
        let posted = Instant::now();
        ids.push(submit_as(deployment, "192.0.2.1", url).await);
        longest = longest.max(posted.elapsed());
        if last {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let found = format!("{} accepted, the longest POST took {longest:?}", ids.len());
    form::report(&format!("Redis away for {:?}", begin.elapsed()), found);
    if size::is_full() {
        assert!(longest < PROMISED, "{longest:?}");
    }
    ids
}

#[tokio::test]
async fn all_that_redis_held_is_lost_in_mid_scan() {
    let scene = Scene::open().await;
    let ledger = scene.ledger().await;
    let mut ids = vec![scene.scan_in_the_middle().await];
    for _ in 0..3 {
        ids.push(scene.submit().await);
    }
    scene.deployment.redis.ask::<()>(&["FLUSHALL"]).await;
    scene.go_on();
    let tally = ledger.tally(&ids).await;
    tally.all_completed();
    assert_eq!(tally.most_attempts, 1, "{tally}");
}

#[tokio::test]
async fn scans_are_accepted_while_redis_is_stopped_and_done_when_it_is_back() {
    let mut scene = Scene::open().await;
    scene.deployment.redis.stop();
    let url = scene.repository.url();
    let ids = post_meanwhile(&scene.deployment, &url, form::seconds(2, 60)).await;
    scene.deployment.redis.restart().await;
    let tally = scene.ledger().await.tally(&ids).await;
    form::report("Redis stopped", &tally);
    tally.all_completed();
    assert_eq!(tally.most_attempts, 1, "{tally}");
    let logs = [scene.api().log(), scene.worker().log()];
    for log in logs {
        let told = log.matches("Redis does not answer").count();
        assert!(told <= 4, "an outage is told, and not again and again:\n{log}");
    }
}

/// Connections stand, new ones are taken, and nothing is ever answered.
#[tokio::test]
async fn scans_are_accepted_while_redis_is_frozen_and_done_when_it_wakes_up() {
    // Clients are counted in Redis too, and that must not add to the wait.
    let settings = [("TRUSTED_PROXIES", "1"), ("RATE_LIMIT_SCANS", "1000/min")];
    let scene = Scene::with(Deployment::on_postgres().await, async |deployment| {
        (deployment.api_with(&settings).await, deployment.worker("w").await)
    })
    .await;
    let ledger = scene.ledger().await;
    let running = scene.scan_in_the_middle().await;
    scene.deployment.redis.freeze();
    scene.go_on();
    scene.deployment.until_status(&running, "completed").await;
    let url = scene.repository.url();
    let mut ids = post_meanwhile(&scene.deployment, &url, form::seconds(4, 60)).await;
    scene.deployment.redis.thaw();
    ids.push(running);
    let tally = ledger.tally(&ids).await;
    form::report("Redis frozen", &tally);
    tally.all_completed();
    assert_eq!(tally.most_attempts, 1, "{tally}");
}

#[tokio::test]
async fn redis_starts_again_empty() {
    let mut scene = Scene::open().await;
    let running = scene.scan_in_the_middle().await;
    let waiting = scene.submit().await;
    scene.deployment.redis.restart().await;
    let ledger = scene.ledger().await;
    scene.go_on();
    let tally = ledger.tally(&[running, waiting]).await;
    tally.all_completed();
    assert_eq!(tally.most_attempts, 1, "{tally}");
}
