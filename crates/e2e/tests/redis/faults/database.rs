//! PostgreSQL is stopped while a worker has a scan, or refuses what is to be recorded of it.

use super::Scene;
use crate::deployment::Deployment;
use crate::form;
use repolens_testkit::Postgres;

/// In the long form beyond the end of a lease.
async fn stay_away() {
    tokio::time::sleep(form::seconds(4, 30)).await;
}

async fn own_server() -> Postgres {
    tokio::task::spawn_blocking(Postgres::start).await.expect("it starts")
}

#[tokio::test]
async fn the_database_is_away_in_mid_scan() {
    let server = own_server().await;
    let scene = Scene::on(Deployment::on(crate::database::fresh(&server).await).await).await;
    let ledger = scene.ledger().await;
    let id = scene.scan_in_the_middle().await;
    server.stop_server();
    // git itself waits for 30 s at most.
    tokio::time::sleep(form::seconds(3, 20)).await;
    scene.go_on();
    tokio::time::sleep(form::seconds(1, 10)).await;
    server.start_server();
    let tally = ledger.tally(&[id]).await;
    form::report("the database away in mid-scan", &tally);
    tally.all_completed();
    assert_eq!(tally.most_attempts, 1, "nobody began anew: {tally}");
}

#[tokio::test]
async fn the_database_is_away_when_the_report_is_due() {
    let server = own_server().await;
    let scene = Scene::on(Deployment::on(crate::database::fresh(&server).await).await).await;
    let id = scene.scan_in_the_middle().await;
    server.stop_server();
    scene.go_on();
    // The clone goes when the work is done.
    scene.deployment.until_no_sandbox("w").await;
    stay_away().await;
    server.start_server();
    let ledger = scene.ledger().await;
    let tally = ledger.tally(&[id]).await;
    form::report("the database away at report time", &tally);
    tally.all_completed();
    assert_eq!(tally.most_attempts, 1, "the result was kept: {tally}");
    let taken = scene.worker().log().matches("job claimed").count();
    assert_eq!(taken, 1, "{}", scene.worker().log());
}

/// What an API with a fault of its own, or a table that differs, makes of a report: an answer of 500 each time.
#[tokio::test]
async fn the_database_refuses_the_report_permanently() {
    let scene = Scene::open().await;
    let ledger = scene.ledger().await;
    let refuse = "ALTER TABLE scan_reports ADD CONSTRAINT refuse CHECK (false) NOT VALID";
    scene.deployment.values(refuse).await;
    let refused = scene.submit().await;
    let tally = ledger.tally(std::slice::from_ref(&refused)).await;
    form::report("the database refuses the report permanently", &tally);
    assert_eq!(
        (tally.lost, tally.not_ended, tally.recorded_twice, tally.half_recorded),
        (0, 0, 0, 0),
        "{tally}"
    );
    assert_eq!(tally.most_attempts, 1, "nothing was computed again: {tally}");
    let sql = format!("SELECT status || ' ' || \"errorCode\" AS v FROM scans WHERE id = '{refused}'");
    assert_eq!(scene.deployment.values(&sql).await, ["FAILED report-not-stored"]);

    // The worker goes on with the next one.
    scene
        .deployment
        .values("ALTER TABLE scan_reports DROP CONSTRAINT refuse")
        .await;
    let next = scene.submit().await;
    let tally = ledger.tally(&[refused, next]).await;
    assert_eq!(tally.completed, 1, "{tally}");
}
