//! The wall clock of a machine is set while a worker has a scan: by an hour, forwards and back.

use std::path::PathBuf;

use super::Scene;
use crate::deployment::{Deployment, Process};
use crate::form;

/// The wall clock of the processes that are started with its settings; the time that passes is left alone.
struct Clock {
    file: tempfile::NamedTempFile,
    library: String,
}

impl Clock {
    fn right() -> Self {
        let clock = Self {
            file: tempfile::NamedTempFile::new().expect("a temporary file"),
            library: library().to_str().expect("UTF-8").to_owned(),
        };
        clock.set("+0");
        clock
    }

    fn set(&self, offset: &str) {
        std::fs::write(self.file.path(), offset).expect("it is ours");
    }

    fn settings(&self) -> [(&str, &str); 4] {
        [
            ("LD_PRELOAD", &self.library),
            ("FAKETIME_TIMESTAMP_FILE", self.file.path().to_str().expect("UTF-8")),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ]
    }
}

/// Debian's package `faketime` has it in the folder of the machine's kind.
fn library() -> PathBuf {
    std::fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten()
        .map(|kind| kind.path().join("faketime/libfaketimeMT.so.1"))
        .find(|library| library.exists())
        .expect("libfaketime is installed: run `scripts/setup`")
}

async fn start(deployment: &Deployment, clock: &Clock) -> (Process, Process) {
    let api = deployment
        .api_with(&[&[("LOG_LEVEL", "debug")], &clock.settings()[..]].concat())
        .await;
    let worker = deployment.worker_with("w", &clock.settings()).await;
    (api, worker)
}

#[tokio::test]
async fn a_clock_that_is_set_in_mid_scan_costs_nothing() {
    for step in ["+3600", "-3600"] {
        let clock = Clock::right();
        let scene = Scene::with(Deployment::on_postgres().await, async |deployment| {
            start(deployment, &clock).await
        })
        .await;
        let ledger = scene.ledger().await;
        let mut ids = vec![scene.scan_in_the_middle().await, scene.submit().await];
        let before = scene.api_time().await;
        clock.set(step);
        let set_by = scene.api_time().await - before;
        assert!(set_by.abs() > 3_000, "the API sees it: {set_by} s");
        // By now the API has looked at leases that seem to have ended, or to last for an hour.
        tokio::time::sleep(form::seconds(4, 25)).await;
        scene.go_on();
        ids.push(scene.submit().await);
        let tally = ledger.tally(&ids).await;
        form::report(&format!("the clock set by {step} s in mid-scan"), &tally);
        tally.all_completed();
        assert_eq!(tally.most_attempts, 1, "{step}: {tally}\n{}", scene.api().log());
    }
}

#[tokio::test]
async fn a_worker_that_dies_after_the_clock_was_set_is_missed_within_its_lease_and_not_an_hour() {
    for step in ["+3600", "-3600"] {
        let clock = Clock::right();
        let mut scene = Scene::with(Deployment::on_postgres().await, async |deployment| {
            start(deployment, &clock).await
        })
        .await;
        let ledger = scene.ledger().await;
        let id = scene.scan_in_the_middle().await;
        clock.set(step);
        // The wait for its end is shorter than an hour.
        scene.kill_worker();
        scene.go_on();
        let _other = scene.deployment.worker_with("other", &clock.settings()).await;
        let tally = ledger.tally(&[id]).await;
        form::report(&format!("the clock set by {step} s, then the worker killed"), &tally);
        tally.all_completed();
        assert_eq!(tally.most_attempts, 2, "{step}: {tally}");
    }
}
