//! A scan of a commit that was analyzed before is answered with that report.

use serde_json::{Value, json};

use crate::exports::{complete, report};
use crate::support::{Api, Database};

crate::every_database! {
    the_same_commit_is_answered_at_once,
    other_limits_make_another_report,
    what_is_analysed_anew,
}

fn commit(lease: &str, sha: &str, version: &str) -> Value {
    json!({ "leaseToken": lease, "commitSha": sha, "branch": "trunk", "analyserVersion": version })
}

async fn the_same_commit_is_answered_at_once(database: Database) {
    let api = Api::start(&database);
    let first = complete(&api, report()).await;
    assert_eq!(api.get(&format!("/api/scan/{first}")).await.1["cached"], false);
    let second = api.submit().await;
    let (_, lease) = api.claim().await;
    let path = format!("/api/worker/jobs/{second}/commit");
    let (status, answer) = api.work(&path, commit(&lease, "c0ffee", "0.1.0/1")).await;
    assert_eq!(
        (status.as_u16(), answer),
        (200, json!({ "cached": true })),
        "{}",
        api.log()
    );
    let (_, scan) = api.get(&format!("/api/scan/{second}")).await;
    assert_eq!(
        (&scan["status"], &scan["cached"], &scan["branch"], &scan["commitSha"]),
        (&json!("completed"), &json!(true), &json!("trunk"), &json!("c0ffee"))
    );
    let mut wanted = report();
    wanted["scanId"] = json!(second);
    wanted["branch"] = json!("trunk");
    assert_eq!(scan["results"], wanted);
    // The job is over.
    let beat = json!({ "leaseToken": lease });
    assert_eq!(
        api.work(&format!("/api/worker/jobs/{second}/heartbeat"), beat).await.0,
        409
    );
    // It serves the next one in its turn, and the first may go.
    database.run(&format!("DELETE FROM scans WHERE id = '{first}'")).await;
    let third = api.submit().await;
    let (_, lease) = api.claim().await;
    let (_, answer) = api
        .work(
            &format!("/api/worker/jobs/{third}/commit"),
            commit(&lease, "c0ffee", "0.1.0/1"),
        )
        .await;
    assert_eq!(answer["cached"], true);
}

async fn other_limits_make_another_report(database: Database) {
    let api = Api::start(&database);
    let mut made = report();
    made["analyser"]["scanLimits"] =
        json!({ "timeoutSeconds": 600, "maxRepoBytes": 1, "maxFileBytes": 2, "analysisMemoryBytes": 3 });
    complete(&api, made).await;
    for (version, cached) in [
        ("0.1.0/1", false),
        ("0.1.0/1/600-1-4-3", false),
        ("0.1.0/1/60-1-2-3", false),
        ("0.1.0/1/600-1-2-3", true),
    ] {
        let id = api.submit().await;
        let (_, lease) = api.claim().await;
        let path = format!("/api/worker/jobs/{id}/commit");
        let (_, answer) = api.work(&path, commit(&lease, "c0ffee", version)).await;
        assert_eq!(answer["cached"], cached, "{version}");
        if !cached {
            api.report(&id, &lease, json!({ "status": "cancelled" })).await;
        }
    }
}

async fn what_is_analysed_anew(database: Database) {
    let api = Api::start(&database);
    let first = complete(&api, report()).await;
    let second = api.submit().await;
    let (_, lease) = api.claim().await;
    let path = format!("/api/worker/jobs/{second}/commit");
    for (what, body) in [
        ("another commit", commit(&lease, "c0ffef", "0.1.0/1")),
        ("another analyser", commit(&lease, "c0ffee", "0.1.1/1")),
        ("other limits", commit(&lease, "c0ffee", "0.1.0/1/600-1-2-3")),
        ("another lease", commit("not-mine", "c0ffee", "0.1.0/1")),
    ] {
        assert_eq!(api.work(&path, body).await.1, json!({ "cached": false }), "{what}");
    }
    assert_eq!(api.work(&path, commit(&lease, "", "0.1.0/1")).await.0, 400);
    assert_eq!(api.work(&path, commit(&lease, "a\0", "0.1.0/1")).await.0, 400);
    assert_eq!(
        api.post(&path, commit(&lease, "c0ffee", "0.1.0/1")).await.0,
        401,
        "it is for workers"
    );
    // Somebody else's private scan serves nobody.
    database
        .run(&format!("UPDATE scans SET \"isPrivate\" = true WHERE id = '{first}'"))
        .await;
    assert_eq!(
        api.work(&path, commit(&lease, "c0ffee", "0.1.0/1")).await.1["cached"],
        false
    );
    // And a private one is served by none.
    database.run("UPDATE scans SET \"isPrivate\" = true").await;
    database
        .run(&format!("UPDATE scans SET \"isPrivate\" = false WHERE id = '{first}'"))
        .await;
    assert_eq!(
        api.work(&path, commit(&lease, "c0ffee", "0.1.0/1")).await.1["cached"],
        false
    );
    database.run("UPDATE scans SET \"isPrivate\" = false").await;
    // Its report was pruned.
    database.run("CREATE TABLE kept AS SELECT * FROM scan_reports").await;
    database.run("DELETE FROM scan_reports").await;
    assert_eq!(
        api.work(&path, commit(&lease, "c0ffee", "0.1.0/1")).await.1["cached"],
        false
    );
    database.run("INSERT INTO scan_reports SELECT * FROM kept").await;
    api.report(&second, &lease, json!({ "status": "cancelled" })).await;
    // It was asked for.
    let body = json!({ "repoUrl": "https://git.example.org/owner/repository", "force": true });
    let (status, forced) = api.post("/api/scan", body).await;
    assert_eq!(status, 201, "{forced}");
    let (id, lease) = api.claim().await;
    let path = format!("/api/worker/jobs/{id}/commit");
    assert_eq!(
        api.work(&path, commit(&lease, "c0ffee", "0.1.0/1")).await.1["cached"],
        false
    );
}
