//! The disk on which repositories are cloned is full.

use repolens_e2e::{Repository, SmallDisk};

use crate::deployment::Deployment;
use crate::form;
use crate::ledger::Ledger;

#[tokio::test]
#[cfg_attr(
    not(feature = "mounts"),
    ignore = "it mounts a small disk: feature `mounts`, as root"
)]
async fn a_full_sandbox_fails_the_scan_with_its_code_and_no_other() {
    let deployment = Deployment::on_postgres().await;
    let (small, large) = (Repository::small(), Repository::of_noise(12));
    let disk = SmallDisk::new(3 << 20);
    let _api = deployment.api().await;
    let worker = deployment.worker_with("w", &[("SANDBOX_DIR", disk.text())]).await;
    let ledger = Ledger::open(&deployment).await;
    let mut ids = Vec::new();

    ids.push(deployment.submit(&large.url()).await);
    let failed = deployment.until_status(&ids[0], "failed").await;
    assert_eq!(failed["errorCode"], "sandbox-unusable", "{failed}\n{}", worker.log());
    assert!(
        !failed["error"].as_str().expect("a sentence").contains(disk.text()),
        "{failed}"
    );
    deployment.redis.until_in(&ids[0], "failed").await;

    // Its clone is gone, and there is room for the next one.
    ids.push(deployment.submit(&small.url()).await);
    deployment.until_status(&ids[1], "completed").await;

    disk.fill();
    ids.push(deployment.submit(&small.url()).await);
    let failed = deployment.until_status(&ids[2], "failed").await;
    assert_eq!(failed["errorCode"], "sandbox-unusable", "{failed}\n{}", worker.log());

    disk.make_room();
    ids.push(deployment.submit(&small.url()).await);
    deployment.until_status(&ids[3], "completed").await;

    let tally = ledger.tally(&ids).await;
    form::report("the sandbox full", &tally);
    tally.holds();
    assert_eq!((tally.completed, tally.most_attempts), (2, 1), "{tally}");
}
