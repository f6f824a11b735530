//! Node's BullMQ at the other end.

use repolens_e2e::{GitServer, Repository};
use serde_json::json;

use super::deployment::Deployment;
use repolens_testkit::node::{Node, VERSIONS};
use repolens_testkit::until;

#[tokio::test]
async fn a_job_that_node_adds_is_done_and_its_events_are_seen() {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let _api = deployment.api().await;
    let mut jobs = Vec::new();
    for version in VERSIONS {
        let mut node = Node::start(&deployment.redis, version).await;
        node.ask("events", json!({})).await;
        let id = deployment.submit(&repository.url()).await;
        until("it is in the queue", async || {
            !deployment.redis.places(&id).await.is_empty()
        })
        .await;
        // Node's own job for that row takes the place of ours, under an id of Node's choice.
        deployment
            .redis
            .ask::<i64>(&["LREM", "bull:repo-analysis:wait", "0", &id])
            .await;
        deployment
            .redis
            .ask::<i64>(&["ZREM", "bull:repo-analysis:prioritized", &id])
            .await;
        deployment
            .redis
            .ask::<i64>(&["DEL", &format!("bull:repo-analysis:{id}")])
            .await;
        let data = json!({ "scanId": id, "repoUrl": repository.url(), "branch": null });
        let job = node.ask("add", json!({ "data": data })).await;
        jobs.push((version, node, id, job.as_str().expect("an id").to_owned()));
    }
    let _worker = deployment.worker("w").await;
    for (version, mut node, id, job) in jobs {
        let returned = node.ask("wait", json!({ "id": job, "ms": 60_000 })).await;
        assert_eq!(
            (&returned["scanId"], &returned["status"]),
            (&json!(id), &json!("completed")),
            "{version}"
        );
        assert_eq!(deployment.scan(&id).await["status"], "completed", "{version}");
        let events = node.events_of(&job);
        for event in ["waiting", "active", "completed"] {
            assert!(
                events.iter().any(|seen| seen == event),
                "{version}: {event} in {events:?}"
            );
        }
        assert_eq!(node.errors(), [json!(null); 0], "{version}");
    }
}

#[tokio::test]
async fn a_node_worker_takes_what_the_api_adds() {
    let deployment = Deployment::on_postgres().await;
    let _api = deployment.api().await;
    for version in VERSIONS {
        let mut node = Node::start(&deployment.redis, version).await;
        let url = "http://127.0.0.1:1/some.git";
        let id = deployment.submit(url).await;
        node.ask("work", json!({})).await;
        let worked = node.until_event("worked", |line| line["jobId"] == *id).await;
        assert_eq!(worked["job"], "analyze-repo", "{version}");
        assert_eq!(worked["data"]["scanId"], *id, "{version}");
        assert_eq!(worked["data"]["repoUrl"], url, "{version}");
        node.ask("rest", json!({})).await;
        deployment.redis.until_in(&id, "completed").await;
        deployment.cancel(&id).await;
    }
}

#[tokio::test]
async fn node_sees_progress_and_failure() {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let _api = deployment.api().await;
    let _worker = deployment.worker("w").await;
    let mut node = Node::start(&deployment.redis, VERSIONS[1]).await;
    node.ask("events", json!({})).await;
    server.hold_back(true);
    let id = deployment.submit(&server.url("bare.git")).await;
    let progress = node.until_event("progress", |line| line["jobId"] == *id).await;
    assert_eq!(progress["data"]["stage"], "clone", "{progress}");
    server.hold_back(false);
    let completed = node.until_event("completed", |line| line["jobId"] == *id).await;
    assert_eq!(completed["returnvalue"]["scanId"], *id, "{completed}");

    let missing = deployment.submit(&server.url("no-such-repository.git")).await;
    let failed = node.until_event("failed", |line| line["jobId"] == *missing).await;
    assert_eq!(
        failed["failedReason"],
        deployment.scan(&missing).await["error"],
        "the sentence that people read"
    );
}
