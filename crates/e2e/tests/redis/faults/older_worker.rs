//! What the older worker has left behind in the queue.

use repolens_e2e::Repository;
use serde_json::json;

use super::attempts;
use crate::deployment::Deployment;
use repolens_testkit::node::{Node, VERSIONS};
use repolens_testkit::until;

#[tokio::test]
async fn what_the_older_worker_left_in_the_queue_does_not_run_again() {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let key = |name: &str| format!("bull:repo-analysis:{name}");
    let api = deployment.api().await;
    let worker = deployment.worker("w").await;
    let done = deployment.submit(&repository.url()).await;
    let failed = deployment.submit("http://127.0.0.1:1/no.git").await;
    deployment.until_status(&done, "completed").await;
    deployment.until_status(&failed, "failed").await;
    worker.stop().await;
    let waits = deployment.submit(&repository.url()).await;
    api.stop().await;
    // As its Python worker leaves it: a plain set, a failed job among those in work, times of a clock that starts with
    // the machine.
    let redis = &deployment.redis;
    redis.ask::<()>(&["FLUSHALL"]).await;
    let mut node = Node::start(redis, VERSIONS[0]).await;
    for id in [&done, &failed, &waits] {
        let data = json!({ "scanId": id, "repoUrl": repository.url(), "branch": "main" });
        node.ask("add", json!({ "data": data, "options": { "jobId": id } }))
            .await;
    }
    for id in [&done, &failed] {
        redis.ask::<i64>(&["LREM", &key("wait"), "0", id]).await;
        redis
            .ask::<i64>(&["HSET", &key(id), "processedOn", "51200.1", "finishedOn", "51234.5"])
            .await;
    }
    redis.ask::<i64>(&["SADD", &key("completed"), &done]).await;
    redis.ask::<i64>(&["LPUSH", &key("active"), &failed]).await;

    let _api = deployment.api().await;
    let worker = deployment.worker("w").await;
    deployment.until_status(&waits, "completed").await;
    deployment.redis.until_in(&done, "completed").await;
    deployment.redis.until_in(&failed, "failed").await;
    until("no job is in work", async || {
        redis.ask::<i64>(&["LLEN", &key("active")]).await == 0
    })
    .await;
    for id in [&done, &failed] {
        assert_eq!(attempts(&deployment, id).await, "1", "it did not run again");
    }
    assert_eq!(worker.log().matches("job claimed").count(), 1, "{}", worker.log());
    let counts = node.ask("counts", json!({})).await;
    assert_eq!(
        (&counts["completed"], &counts["failed"]),
        (&json!(2), &json!(1)),
        "{counts}"
    );
}
