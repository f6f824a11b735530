//! From which status to which: cancelling, giving back, and the rule-book over all pairs.

use chrono::Utc;
use repolens_core::store::{CancelOutcome, ClaimOutcome, Finish, Finished};
use repolens_core::{LeaseToken, ScanId, ScanStatus};

use crate::store::{LEASE, claim_at, completed, status, submit};
use crate::support::Database;

crate::every_database! {
    a_job_that_is_given_back_does_not_count,
    cancelling,
    every_transition_is_by_the_rule_book,
}

async fn a_job_that_is_given_back_does_not_count(database: Database) {
    let store = database.store().await;
    let id = submit(&store).await;
    for _ in 0..5 {
        let job = claim_at(&store, &id, Utc::now()).await;
        assert_eq!(job.attempt, 1);
        let released = store
            .release(&id, &job.lease_token, Utc::now())
            .await
            .expect("an answer");
        assert_eq!(released, Some(ScanStatus::Queued));
    }
    let job = claim_at(&store, &id, Utc::now()).await;
    store.cancel(&id, Utc::now()).await.expect("an answer");
    let released = store
        .release(&id, &job.lease_token, Utc::now())
        .await
        .expect("an answer");
    assert_eq!(
        released,
        Some(ScanStatus::Cancelled),
        "what is to be cancelled is not queued again"
    );
}

async fn cancelling(database: Database) {
    let store = database.store().await;
    let now = Utc::now();
    let nobody = ScanId::random();
    assert_eq!(
        store.cancel(&nobody, now).await.expect("an answer"),
        CancelOutcome::Unknown
    );

    let queued = submit(&store).await;
    assert_eq!(
        store.cancel(&queued, now).await.expect("an answer"),
        CancelOutcome::Cancelled
    );
    assert_eq!(
        store.cancel(&queued, now).await.expect("an answer"),
        CancelOutcome::Cancelled,
        "again"
    );
    assert!(matches!(
        store
            .claim(&queued, "worker", &LeaseToken::random(), LEASE, now)
            .await
            .expect("an answer"),
        ClaimOutcome::NotQueued(Some(ScanStatus::Cancelled))
    ));

    let running = submit(&store).await;
    let token = claim_at(&store, &running, now).await.lease_token;
    assert_eq!(
        store.cancel(&running, now).await.expect("an answer"),
        CancelOutcome::Asked
    );
    let beat = store
        .heartbeat(&running, &token, None, None, LEASE, now)
        .await
        .expect("an answer");
    assert!(
        beat.expect("the lease is live").cancel,
        "the next heartbeat tells the worker"
    );
    assert!(matches!(
        store
            .finish(&running, &token, Finish::Cancelled, now)
            .await
            .expect("an answer"),
        Finished::Recorded { .. }
    ));

    let orphan = submit(&store).await;
    claim_at(&store, &orphan, now).await;
    store.cancel(&orphan, now).await.expect("an answer");
    let done = store.reconcile(now + LEASE).await.expect("an answer");
    assert_eq!(
        done.cancelled,
        [orphan.as_str()],
        "its worker is gone: it is cancelled, not queued again"
    );

    let ended = submit(&store).await;
    let token = claim_at(&store, &ended, now).await.lease_token;
    store
        .finish(&ended, &token, completed("{}"), now)
        .await
        .expect("an answer");
    assert_eq!(
        store.cancel(&ended, now).await.expect("an answer"),
        CancelOutcome::Ended(ScanStatus::Completed)
    );
}

/// From each status, by each call: the row changes exactly where the rule-book allows it.
async fn every_transition_is_by_the_rule_book(database: Database) {
    let store = database.store().await;
    let token = LeaseToken::random();
    let now = Utc::now();
    for from in ScanStatus::ALL {
        for call in 0..7 {
            let id = submit(&store).await;
            let lease = token.as_str();
            database
                .run(&format!(
                    "UPDATE scans SET status = '{}', \"leaseToken\" = '{lease}', \"leaseUntil\" = '2020-01-01 00:00:00', attempts = 1 WHERE id = '{id}'",
                    from.column()
                ))
                .await;
            match call {
                0 => drop(
                    store
                        .claim(&id, "worker", &LeaseToken::random(), LEASE, now)
                        .await
                        .expect("an answer"),
                ),
                1 => drop(
                    store
                        .finish(&id, &token, completed("{}"), now)
                        .await
                        .expect("an answer"),
                ),
                2 => {
                    let finish = Finish::Failed {
                        code: None,
                        message: "x".into(),
                    };
                    store.finish(&id, &token, finish, now).await.expect("an answer");
                }
                3 => drop(
                    store
                        .finish(&id, &token, Finish::Cancelled, now)
                        .await
                        .expect("an answer"),
                ),
                4 => drop(store.release(&id, &token, now).await.expect("an answer")),
                5 => drop(store.cancel(&id, now).await.expect("an answer")),
                _ => drop(store.reconcile(now).await.expect("an answer")),
            }
            let to = status(&store, &id).await;
            assert!(
                to == from || from.can_become(to),
                "{from:?} became {to:?} by call {call}"
            );
            assert!(!from.is_final() || to == from, "{from:?} is final");
            // What must happen does.
            let must = match (from, call) {
                (ScanStatus::Queued, 0) => ScanStatus::Processing,
                (ScanStatus::Queued, 5) => ScanStatus::Cancelled,
                (ScanStatus::Processing, 1) => ScanStatus::Completed,
                (ScanStatus::Processing, 2) => ScanStatus::Failed,
                (ScanStatus::Processing, 3) => ScanStatus::Cancelled,
                (ScanStatus::Processing, 4 | 6) => ScanStatus::Queued,
                (from, _) => from,
            };
            // A queued scan has no holder: a report of one is not taken, whatever token the row has left.
            assert_eq!(to, must, "from {from:?} by call {call}");
            database.run(&format!("DELETE FROM scans WHERE id = '{id}'")).await;
        }
    }
}
