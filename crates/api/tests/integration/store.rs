//! One suite for the store on both databases.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use repolens_core::job::ClaimedJob;
use repolens_core::store::{
    ClaimOutcome, Figures, Finish, Finished, NewScan, NewWebhook, OpenResults, Owner, ScanFilter, Store, StoredReport,
    StoredResults, Submitted,
};
use repolens_core::{
    BranchName, BranchNote, FailureCode, LeaseToken, RepoUrl, ScanId, ScanStatus, Secret, Unparsed, UrlPolicy,
};

use crate::support::Database;

pub const LEASE: Duration = Duration::from_secs(20);

crate::every_database! {
    a_scan_goes_its_way,
    eight_workers_take_each_job_once,
    a_scan_whose_status_changes_counts_once,
    a_lost_worker_is_replaced_twice_and_then_the_scan_fails,
    a_late_report_changes_nothing,
    a_scan_keeps_which_branch_was_requested_and_why_another_was_analyzed,
    webhooks_that_cannot_be_stored_hold_up_no_end,
    the_same_report_again_is_harmless,
    a_key_is_used_once,
    the_newest_come_first,
    two_instances_make_the_tables_at_one_time,
}

pub fn new_scan() -> NewScan {
    NewScan {
        id: ScanId::random(),
        repo_url: RepoUrl::parse("https://git.example.org/owner/repository", &UrlPolicy::default())
            .expect("an address"),
        branch: None,
        request_id: Some("request-1".into()),
        client_key: "client".into(),
        user_id: None,
        is_private: false,
        forced: false,
        idempotency: None,
        cancel_token: None,
    }
}

pub async fn submit(store: &Store) -> ScanId {
    let new = new_scan();
    let id = new.id.clone();
    let submitted = store.submit(new, Utc::now()).await.expect("stored");
    assert!(matches!(submitted, Submitted::Stored { .. }), "{submitted:?}");
    id
}

pub async fn claim_at(store: &Store, id: &ScanId, now: DateTime<Utc>) -> ClaimedJob {
    match store
        .claim(id, "worker", &LeaseToken::random(), LEASE, now)
        .await
        .expect("an answer")
    {
        ClaimOutcome::Claimed(job) => job,
        ClaimOutcome::NotQueued(status) => panic!("the scan is {status:?}"),
    }
}

pub fn completed(results: &str) -> Finish {
    Finish::Completed {
        report: StoredReport::compress(results.as_bytes()).expect("compresses"),
        branch: Some("main".into()),
        commit_sha: Some("c0ffee".into()),
        figures: Box::new(Figures::of(results.as_bytes())),
        branch_note: None,
        cached_from: None,
    }
}

pub async fn status(store: &Store, id: &ScanId) -> ScanStatus {
    store.find(id).await.expect("an answer").expect("it is there").status
}

async fn a_scan_keeps_which_branch_was_requested_and_why_another_was_analyzed(database: Database) {
    let store = database.store().await;
    for (requested, note, kept) in [
        (Some("main"), Some(BranchNote::DefaultBranch), Some("main")),
        (None, Some(BranchNote::NewestBranch), None),
        (Some("trunk"), None, None),
        (None, None, None),
    ] {
        let new = NewScan {
            branch: requested.map(|name| BranchName::parse(name).expect("a name")),
            ..new_scan()
        };
        let id = new.id.clone();
        store.submit(new, Utc::now()).await.expect("stored");
        let job = claim_at(&store, &id, Utc::now()).await;
        let mut end = completed("{}");
        if let Finish::Completed {
            branch, branch_note, ..
        } = &mut end
        {
            *branch = Some("trunk".to_owned());
            *branch_note = note;
        }
        store
            .finish(&id, &job.lease_token, end, Utc::now())
            .await
            .expect("recorded");
        let scan = store.find(&id).await.expect("an answer").expect("it exists");
        assert_eq!(scan.branch.as_ref().map(Unparsed::as_str), Some("trunk"));
        assert_eq!((scan.branch_requested.as_deref(), scan.branch_note), (kept, note));
    }
}

async fn webhooks_that_cannot_be_stored_hold_up_no_end(database: Database) {
    let store = database.store().await;
    let now = Utc::now();
    let webhook = NewWebhook {
        id: "w1".into(),
        user_id: "ada".into(),
        url: "https://example.org/hook".into(),
        events: "scan.completed,scan.failed".into(),
        secret: Secret::new("whsec_x".into()),
    };
    assert!(store.add_webhook(webhook, now).await.expect("stored"));
    let mut jobs = Vec::new();
    for _ in 0..3 {
        let mut new = new_scan();
        new.user_id = Some("ada".into());
        let id = new.id.clone();
        store.submit(new, now).await.expect("stored");
        jobs.push(claim_at(&store, &id, now).await);
    }
    database.run("DROP TABLE webhook_deliveries").await;
    let failed = Finish::Failed {
        code: Some(FailureCode::CloneFailed),
        message: "No.".into(),
    };
    for (job, finish) in jobs.iter().zip([completed("{}"), failed]) {
        let finished = store.finish(&job.scan_id, &job.lease_token, finish, now).await;
        assert!(
            matches!(
                finished,
                Ok(Finished::Recorded {
                    has_deliveries: false,
                    ..
                })
            ),
            "{finished:?}"
        );
    }
    database.run("UPDATE scans SET attempts = 3").await;
    let reconciled = store.reconcile(now + TimeDelta::seconds(60)).await.expect("an answer");
    assert_eq!(reconciled.failed, [jobs[2].scan_id.as_str()]);
    let mut ends = Vec::new();
    for job in &jobs {
        ends.push(status(&store, &job.scan_id).await);
    }
    assert_eq!(ends, [ScanStatus::Completed, ScanStatus::Failed, ScanStatus::Failed]);
}

async fn a_scan_goes_its_way(database: Database) {
    let store = database.store().await;
    let id = submit(&store).await;
    let look = async |now| store.snapshot(&id, now).await.expect("an answer").expect("it is there");
    let place = look(Utc::now()).await.place;
    assert_eq!(place.map(|place| place.position), Some(1));
    assert_eq!(store.next_lease_end().await.expect("an answer"), None);

    let now = Utc::now();
    let job = store
        .claim_next("worker", &LeaseToken::random(), LEASE, now)
        .await
        .expect("an answer")
        .expect("a job");
    assert_eq!((job.scan_id.clone(), job.attempt, job.branch), (id.clone(), 1, None));
    assert_eq!(job.request_id.as_deref(), Some("request-1"));
    assert_eq!(look(now).await.place, None);
    assert!(
        store
            .claim_next("other", &LeaseToken::random(), LEASE, now)
            .await
            .expect("an answer")
            .is_none()
    );

    let beat = store
        .heartbeat(
            &id,
            &job.lease_token,
            Some(42),
            Some("parse".into()),
            LEASE,
            now + TimeDelta::seconds(5),
        )
        .await
        .expect("an answer")
        .expect("the lease is live");
    assert!(!beat.cancel);
    let scan = store.find(&id).await.expect("an answer").expect("it is there");
    assert_eq!(
        (scan.status, scan.progress, scan.stage.as_deref()),
        (ScanStatus::Processing, 42, Some("parse"))
    );
    let end = store.next_lease_end().await.expect("an answer").expect("one is held");
    assert_eq!(
        (end - now).num_seconds(),
        24,
        "prolonged by the heartbeat, in whole milliseconds"
    );

    let finished = store
        .finish(
            &id,
            &job.lease_token,
            completed("{\"a\":1}"),
            now + TimeDelta::seconds(7),
        )
        .await
        .expect("an answer");
    let took = Duration::from_secs(7);
    assert_eq!(
        finished,
        Finished::Recorded {
            took,
            has_deliveries: false
        }
    );
    let scan = store.find(&id).await.expect("an answer").expect("it is there");
    assert_eq!(
        (scan.status, scan.progress, scan.stage),
        (ScanStatus::Completed, 100, None)
    );
    assert_eq!(
        (scan.branch.as_ref().map(Unparsed::as_str), scan.commit_sha.as_deref()),
        (Some("main"), Some("c0ffee"))
    );
    let Some(StoredResults::Report(report)) = store.results(&id).await.expect("an answer") else {
        panic!("a stored report");
    };
    assert_eq!(report, StoredReport::compress(b"{\"a\":1}").expect("compresses"));
    let Some(OpenResults::Report(open)) = store.open_results(&id).await.expect("an answer") else {
        panic!("a stored report");
    };
    assert_eq!((&open.first, open.length), (&report.bytes, report.bytes.len() as u64));
    assert_eq!((open.plain_size, open.crc32), (report.plain_size, report.crc32));
    let piece = async |from| store.report_piece(&id, &open.sha256, from).await.expect("an answer");
    assert_eq!(piece(3).await.as_deref(), Some(&report.bytes[3..]));
    assert_eq!(piece(open.length).await, Some(Vec::new()));
    assert_eq!(
        store.report_piece(&id, "another", 0).await.expect("an answer"),
        None,
        "it is not that report any more"
    );
    assert_eq!(look(now).await.report_sha256, Some(report.sha256));
    let seconds = database
        .value("SELECT CAST(\"processingTime\" AS text) AS v FROM scans")
        .await;
    assert_eq!(seconds, "7");
}

async fn eight_workers_take_each_job_once(database: Database) {
    const JOBS: usize = 100;
    let store = database.store().await;
    let mut submitted = BTreeSet::new();
    for _ in 0..JOBS {
        submitted.insert(submit(&store).await);
    }
    let mut workers = tokio::task::JoinSet::new();
    for number in 0..8 {
        let store = store.clone();
        workers.spawn(async move {
            let mut taken = Vec::new();
            while let Some(job) = store
                .claim_next(&format!("worker-{number}"), &LeaseToken::random(), LEASE, Utc::now())
                .await
                .expect("an answer")
            {
                assert_eq!(job.attempt, 1);
                taken.push(job.scan_id);
            }
            taken
        });
    }
    let taken: Vec<ScanId> = workers.join_all().await.into_iter().flatten().collect();
    assert_eq!(taken.len(), JOBS, "none is taken twice");
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>(), submitted, "each is taken");
}

async fn a_scan_whose_status_changes_counts_once(database: Database) {
    const JOBS: i64 = 60;
    let store = database.store().await;
    for _ in 0..JOBS {
        submit(&store).await;
    }
    let worker = store.clone();
    let worker = tokio::spawn(async move {
        let claim = async || {
            let token = LeaseToken::random();
            worker.claim_next("worker", &token, LEASE, Utc::now()).await
        };
        while claim().await.expect("an answer").is_some() {}
    });
    while !worker.is_finished() {
        let counts = store.counts_of(Owner::Guests).await.expect("an answer");
        assert_eq!(counts.total(), JOBS, "{counts:?}");
    }
    worker.await.expect("it ends");
}

async fn a_lost_worker_is_replaced_twice_and_then_the_scan_fails(database: Database) {
    let store = database.store().await;
    let id = submit(&store).await;
    let mut now = Utc::now();
    for attempt in 1..=3 {
        let job = claim_at(&store, &id, now).await;
        assert_eq!(job.attempt, attempt);
        let early = store
            .reconcile(now + LEASE - TimeDelta::seconds(1))
            .await
            .expect("an answer");
        assert!(early.is_empty(), "the lease is live");
        now += LEASE;
        let done = store.reconcile(now).await.expect("an answer");
        if attempt < 3 {
            assert_eq!(done.requeued, [id.as_str()]);
        } else {
            assert_eq!(done.failed, [id.as_str()]);
        }
    }
    let scan = store.find(&id).await.expect("an answer").expect("it is there");
    assert_eq!(scan.status, ScanStatus::Failed);
    assert_eq!(scan.error_code.as_deref(), Some(FailureCode::WorkerLost.code()));
    assert_eq!(scan.error_message.as_deref(), Some(FailureCode::WorkerLost.sentence()));
    assert!(store.reconcile(now + LEASE).await.expect("an answer").is_empty());
    assert_eq!(store.next_lease_end().await.expect("an answer"), None);
}

async fn a_late_report_changes_nothing(database: Database) {
    let store = database.store().await;
    let id = submit(&store).await;
    let now = Utc::now();
    let lost = claim_at(&store, &id, now).await.lease_token;
    store.reconcile(now + LEASE).await.expect("an answer");
    let late = now + LEASE + TimeDelta::seconds(1);
    let refused = async |wanted: ScanStatus| {
        for finish in [
            completed("{}"),
            Finish::Cancelled,
            Finish::Failed {
                code: None,
                message: "x".into(),
            },
        ] {
            let finished = store.finish(&id, &lost, finish, late).await.expect("an answer");
            assert_eq!(finished, Finished::LeaseLost);
        }
        let beat = store
            .heartbeat(&id, &lost, Some(99), None, LEASE, late)
            .await
            .expect("an answer");
        assert_eq!(beat, None);
        assert_eq!(store.release(&id, &lost, late).await.expect("an answer"), None);
        assert_eq!(status(&store, &id).await, wanted);
        let reports = database
            .value("SELECT CAST(count(*) AS text) AS v FROM scan_reports")
            .await;
        assert_eq!(reports, if wanted == ScanStatus::Completed { "1" } else { "0" });
    };
    refused(ScanStatus::Queued).await;
    let job = claim_at(&store, &id, late).await;
    refused(ScanStatus::Processing).await;
    let finished = store
        .finish(&id, &job.lease_token, completed("{\"new\":1}"), late)
        .await;
    assert!(matches!(finished.expect("an answer"), Finished::Recorded { .. }));
    refused(ScanStatus::Completed).await;
}

async fn the_same_report_again_is_harmless(database: Database) {
    let store = database.store().await;
    for (finish, other) in [
        (completed("{\"a\":1}"), completed("{\"a\":2}")),
        (
            Finish::Failed {
                code: Some(FailureCode::CloneFailed),
                message: "no".into(),
            },
            Finish::Failed {
                code: Some(FailureCode::CloneTimedOut),
                message: "no".into(),
            },
        ),
        (Finish::Cancelled, completed("{}")),
    ] {
        let id = submit(&store).await;
        let now = Utc::now();
        let token = claim_at(&store, &id, now).await.lease_token;
        assert!(matches!(
            store.finish(&id, &token, finish.clone(), now).await.expect("an answer"),
            Finished::Recorded { .. }
        ));
        let row = format!("SELECT CAST(\"updatedAt\" AS text) AS v FROM scans WHERE id = '{id}'");
        let before = database.value(&row).await;
        let later = now + TimeDelta::seconds(3);
        assert_eq!(
            store.finish(&id, &token, finish, later).await.expect("an answer"),
            Finished::Repeated
        );
        assert_eq!(
            store.finish(&id, &token, other, later).await.expect("an answer"),
            Finished::LeaseLost
        );
        assert_eq!(database.value(&row).await, before);
    }
    // Sixteen at a time: one is recorded.
    let id = submit(&store).await;
    let token = claim_at(&store, &id, Utc::now()).await.lease_token;
    let mut reports = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (store, id, token) = (store.clone(), id.clone(), token.clone());
        reports.spawn(async move { store.finish(&id, &token, completed("{\"a\":1}"), Utc::now()).await });
    }
    let answers: Vec<Finished> = reports
        .join_all()
        .await
        .into_iter()
        .map(|answer| answer.expect("an answer"))
        .collect();
    let recorded = answers
        .iter()
        .filter(|answer| matches!(answer, Finished::Recorded { .. }))
        .count();
    let repeated = answers.iter().filter(|answer| **answer == Finished::Repeated).count();
    assert_eq!((recorded, recorded + repeated), (1, 16), "{answers:?}");
}

async fn a_key_is_used_once(database: Database) {
    let store = database.store().await;
    let with_key = |key: &str, hash: &str, client: &str| NewScan {
        idempotency: Some((key.into(), hash.into())),
        client_key: client.into(),
        ..new_scan()
    };
    let first = with_key("k", "body", "a");
    let id = first.id.clone();
    let submitted = store.submit(first, Utc::now()).await.expect("stored");
    let Submitted::Stored { turn: 0, repository_id } = submitted else {
        panic!("{submitted:?}");
    };
    let before = |same_body| Submitted::Before {
        id: id.clone(),
        same_body,
        repository_id: Some(repository_id.clone()),
    };
    for number in 0..5 {
        let again = NewScan {
            cancel_token: Some(format!("hash{number}")),
            ..with_key("k", "body", "a")
        };
        let again = store.submit(again, Utc::now()).await.expect("an answer");
        assert_eq!(again, before(true));
    }
    // Each of the latest answers to the submission cancels it.
    for (hash, cancels) in [
        ("hash0", false),
        ("hash1", true),
        ("hash4", true),
        ("hash", false),
        ("", false),
    ] {
        assert_eq!(
            store.is_cancel_token(&id, hash).await.expect("an answer"),
            cancels,
            "{hash}"
        );
    }
    let other_body = store
        .submit(with_key("k", "other", "a"), Utc::now())
        .await
        .expect("an answer");
    assert_eq!(other_body, before(false));
    let other_client = store
        .submit(with_key("k", "body", "b"), Utc::now())
        .await
        .expect("an answer");
    assert!(matches!(other_client, Submitted::Stored { .. }), "{other_client:?}");
    assert_eq!(store.counts_of(Owner::Guests).await.expect("an answer").total(), 2);
}

async fn the_newest_come_first(database: Database) {
    let store = database.store().await;
    let mut ids = Vec::new();
    for second in 0..5 {
        let mut new = new_scan();
        new.user_id = Some("ada".into());
        ids.push(new.id.to_string());
        store
            .submit(new, Utc::now() + TimeDelta::seconds(second))
            .await
            .expect("stored");
    }
    ids.reverse();
    let page = store
        .list(ScanFilter::all_of(Owner::User("ada".into())), 2, 1)
        .await
        .expect("an answer");
    let shown: Vec<String> = page.scans.into_iter().map(|listed| listed.scan.id.into()).collect();
    assert_eq!((shown.as_slice(), page.total), (&ids[1..3], 5));
}

async fn two_instances_make_the_tables_at_one_time(database: Database) {
    let mut starts = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let store = Store::new(&database.settings(), None, tokio::runtime::Handle::current()).expect("usable");
        starts.spawn(async move { store.migrate().await });
    }
    for result in starts.join_all().await {
        result.expect("all of them find or make the tables");
    }
    submit(&database.store().await).await;
}
