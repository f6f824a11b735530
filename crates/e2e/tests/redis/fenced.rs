//! Scans that change hands: of workers that are told to stop, and of workers that were frozen and wake up.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use repolens_e2e::{GitServer, Repository};

use super::deployment::Deployment;
use repolens_testkit::size::{Spans, report, times};
use repolens_testkit::until;

/// What the database and Redis have of these scans.
async fn recorded(
    deployment: &Deployment,
    ids: &[String],
) -> (Vec<String>, BTreeMap<String, BTreeMap<String, String>>) {
    let row = "SELECT to_jsonb(scans)::text || md5(scan_reports::text) AS v FROM scans LEFT JOIN scan_reports ON \"scanId\" = id ORDER BY id";
    let mut jobs = BTreeMap::new();
    for id in ids {
        let job = deployment
            .redis
            .ask(&["HGETALL", &format!("bull:repo-analysis:{id}")])
            .await;
        jobs.insert(id.clone(), job);
    }
    (deployment.values(row).await, jobs)
}

/// So many workers are frozen at once, until another has done what they had.
async fn all_frozen(workers: usize) {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let _api = deployment.api().await;
    let mut frozen = Vec::new();
    for number in 0..workers {
        frozen.push(deployment.worker(&format!("frozen-{number}")).await);
    }
    server.hold_back(true);
    let mut ids = Vec::new();
    for worker in &frozen {
        ids.push(deployment.submit(&server.url("bare.git")).await);
        until("a worker has taken it", async || {
            let taken = frozen.iter().filter(|worker| worker.log().contains("job claimed"));
            taken.count() == ids.len()
        })
        .await;
        assert!(!worker.log().contains("lease-lost"));
    }
    server.wait_for_held(workers);
    for worker in &frozen {
        worker.signal(Signal::SIGSTOP);
    }
    server.hold_back(false);
    let _other = deployment.worker_with("other", &[("WORKER_CONCURRENCY", "4")]).await;
    for id in &ids {
        deployment.until_status(id, "completed").await;
        deployment.redis.until_in(id, "completed").await;
    }
    let before = recorded(&deployment, &ids).await;
    let events = deployment.redis.events().await;
    for worker in &frozen {
        worker.signal(Signal::SIGCONT);
    }
    for worker in &frozen {
        worker.until_line("outcome=lease-lost").await;
    }
    // They wait for jobs again, so they are through with these.
    deployment.redis.until_waiting(workers + 1).await;
    assert_eq!(
        deployment.redis.events().await[events.len()..],
        [],
        "no event came after"
    );
    let after = recorded(&deployment, &ids).await;
    assert_eq!(after.0, before.0);
    for id in &ids {
        assert_eq!(after.1[id], before.1[id]);
    }
    let attempts = deployment.values("SELECT DISTINCT attempts AS v FROM scans").await;
    assert_eq!(attempts, ["2"]);
}

#[tokio::test]
async fn workers_that_were_frozen_beyond_their_lease_change_nothing_when_they_wake_up() {
    let (rounds, workers) = (times(1, 5), times(2, 10));
    for _ in 0..rounds {
        all_frozen(workers).await;
    }
    report(
        8,
        &format!(
            "{0} of {0} workers that were frozen beyond their lease, their scans done by another, wrote nothing to PostgreSQL and nothing to Redis when they woke",
            rounds * workers
        ),
    );
}

#[tokio::test]
async fn one_scan_is_handed_on_by_worker_after_worker_that_is_told_to_stop() {
    let rounds = times(3, 50);
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let _api = deployment.api().await;
    let mut has_it = deployment.worker("w-0").await;
    server.hang(true);
    let id = deployment.submit(&server.url("bare.git")).await;
    has_it.until_line("job claimed").await;
    let mut spans = Spans::default();
    for round in 1..=rounds {
        server.wait_for_held(round);
        let next = deployment.worker(&format!("w-{round}")).await;
        let began = Instant::now();
        has_it.signal(Signal::SIGTERM);
        next.until_line("job claimed").await;
        spans.add(began.elapsed());
        has_it.stop().await;
        has_it = next;
    }
    server.wait_for_held(rounds + 1);
    server.hang(false);
    let _last = deployment.worker("last").await;
    has_it.stop().await;
    deployment.until_status(&id, "completed").await;
    let attempts = deployment.values("SELECT attempts AS v FROM scans").await;
    assert_eq!(attempts, ["1"], "those that were given back do not count");
    deployment.redis.until_in(&id, "completed").await;
    assert_eq!(deployment.redis.field(&id, "atm").await.as_deref(), Some("1"));
    assert_eq!(deployment.redis.field(&id, "stc").await, None);
    report(
        7,
        &format!(
            "one scan handed on {rounds} times by workers that were told to stop, and then completed, its attempt counted once; from SIGTERM to the start elsewhere {spans}"
        ),
    );
    spans.within(Duration::from_secs(1));
}
