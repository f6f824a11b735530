//! Texts of language models: requested, claimed, written once.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::exports::{complete, report};
use crate::support::{Api, Database, TOKEN, answer};

crate::every_database! {
    a_text_is_written_once,
    who_may_request_a_text,
    a_worker_requests_before_the_scan_is_complete,
}

/// A call of a worker with its lease.
async fn work(api: &Api, method: Method, path: &str, lease: &str, body: Value) -> (StatusCode, Value) {
    let request = api
        .request(method, path)
        .bearer_auth(TOKEN)
        .header("X-Lease-Token", lease)
        .json(&body);
    let response = request.send().await.expect("an answer");
    if response.status() == 204 {
        return (response.status(), Value::Null);
    }
    answer(response).await
}

async fn claim(api: &Api, lease: &str) -> (StatusCode, Value) {
    let body = json!({ "workerId": "test", "waitMs": 0, "leaseMs": 60_000 });
    work(api, Method::POST, "/api/worker/explanations/claim", lease, body).await
}

fn text(overview: &str) -> Value {
    json!({
        "summary": "S", "overview": overview, "risk_analysis": "R", "provider": "gemini", "model": "m", "confidence": "high",
        "chapters": [], "promptVersion": 1, "sentences": { "checked": 5, "kept": 4 },
    })
}

const ONE: &str = "lease-one-lease-one-lease-one-lease";
const TWO: &str = "lease-two-lease-two-lease-two-lease";

async fn a_text_is_written_once(database: Database) {
    let api = Api::start(&database);
    let id = complete(&api, report()).await;
    let (status, _) = api.work("/api/worker/explanations", json!({ "scanId": id })).await;
    assert_eq!(status, 202, "{}", api.log());
    let (status, job) = claim(&api, ONE).await;
    assert_eq!(
        (status.as_u16(), &job["scanId"]),
        (200, &json!(id)),
        "{job}\n{}",
        api.log()
    );
    assert_eq!(job["target"], json!({ "kind": "repository" }));
    assert_eq!(claim(&api, ONE).await.1, job, "the answer may have been lost");
    assert_eq!(claim(&api, TWO).await.0, 204, "it is claimed");

    let path = format!("/api/worker/explanations/{}", job["id"].as_str().expect("an id"));
    let (_, read) = work(&api, Method::GET, &format!("{path}/report"), ONE, json!({})).await;
    assert_eq!(read["commitSha"], report()["commitSha"]);
    assert_eq!(
        work(&api, Method::GET, &format!("{path}/report"), TWO, json!({}))
            .await
            .0,
        409
    );
    let result = json!({ "explanations": text("Written."), "calls": [{ "provider": "gemini", "promptTokens": 7, "completionTokens": 3 }] });
    assert_eq!(work(&api, Method::PUT, &path, TWO, result.clone()).await.0, 409);
    let before = api.get(&format!("/api/scan/{id}/results")).await.1["results"].clone();
    assert_eq!(
        work(&api, Method::PUT, &path, ONE, result.clone()).await.1["repeated"],
        false,
        "{}",
        api.log()
    );
    assert_eq!(work(&api, Method::PUT, &path, ONE, result).await.1["repeated"], true);

    let mut wanted = before;
    wanted["explanations"] = text("Written.");
    let after = api.get(&format!("/api/scan/{id}/results")).await.1["results"].clone();
    assert_eq!(after, wanted, "only the text is another one");
    let section = api.get(&format!("/api/scan/{id}/results?section=explanations")).await.1;
    assert_eq!(
        section["results"]["overview"], "Written.",
        "members are found at their new places"
    );
    // A worker that restarts requests it again: nothing is paid for twice.
    api.work("/api/worker/explanations", json!({ "scanId": id })).await;
    assert_eq!(claim(&api, TWO).await.0, 204);
    let list = api.get(&format!("/api/scan/{id}/explanation")).await.1;
    assert_eq!(list["explanations"][0]["status"], "done", "{list}");
    assert_eq!(list["explanations"][0]["explanation"], text("Written."));
    let metrics = api
        .request(Method::GET, "/metrics")
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    for line in [
        "repolens_ai_calls_total{provider=\"gemini\"} 1\n",
        "repolens_ai_tokens_total{provider=\"gemini\",kind=\"completion\"} 3\n",
        "repolens_ai_sentences_total{result=\"dropped\"} 1\n",
    ] {
        assert!(metrics.contains(line), "{line} of {metrics}");
    }
}

async fn who_may_request_a_text(database: Database) {
    let api = Api::start(&database);
    let (id, cancel) = api.submit_to_cancel().await;
    let path = format!("/api/scan/{id}/explanation");
    let with = |more: Value| {
        let mut body = cancel.clone();
        body.as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        body
    };
    assert_eq!(api.post(&path, with(json!({}))).await.0, 409, "it is not complete");
    let (_, lease) = api.claim().await;
    let body = json!({ "status": "completed", "results": report(), "branch": "main", "commitSha": "c0ffee" });
    assert_eq!(api.report(&id, &lease, body).await.0, 200);
    assert_eq!(api.post(&path, with(json!({}))).await.0, 503, "no worker has a model");
    assert_eq!(claim(&api, ONE).await.0, 204);
    assert_eq!(api.post(&path, json!({})).await.0, 403, "without the token");
    assert_eq!(
        api.post(&path, with(json!({ "source": true }))).await.0,
        422,
        "of the whole repository"
    );
    assert_eq!(
        api.post(&path, with(json!({ "target": { "kind": "file", "file": "" } })))
            .await
            .0,
        422
    );
    assert_eq!(
        api.post(&path, with(json!({ "target": { "kind": "moon" } }))).await.0,
        400
    );
    assert_eq!(api.work("/api/worker/explanations/claim", json!({})).await.0, 400);
    // What a worker with the longest `AI_TIMEOUT` requests: one hour, and three minutes.
    let longest = json!({ "workerId": "test", "waitMs": 0, "leaseMs": 3_780_000 });
    assert_eq!(
        work(&api, Method::POST, "/api/worker/explanations/claim", ONE, longest)
            .await
            .0,
        204
    );
    assert_eq!(
        api.post("/api/worker/explanations", json!({ "scanId": id })).await.0,
        401,
        "it is for workers"
    );

    let target = json!({ "target": { "kind": "function", "file": "a.py", "name": "f" }, "source": true });
    let (status, first) = api.post(&path, with(target.clone())).await;
    assert_eq!((status.as_u16(), &first["status"]), (202, &json!("queued")), "{first}");
    let (_, again) = api.post(&path, with(target.clone())).await;
    assert_eq!(again["explanationId"], first["explanationId"]);
    let (_, job) = claim(&api, ONE).await;
    assert_eq!((&job["target"], &job["withSource"]), (&target["target"], &json!(true)));
    assert_eq!(api.post(&path, with(target.clone())).await.1["status"], "running");
    // A failure is recorded, changes nothing, and can be repeated.
    let result = format!("/api/worker/explanations/{}", job["id"].as_str().expect("an id"));
    assert_eq!(
        work(&api, Method::PUT, &result, ONE, json!({ "failure": "ungrounded" }))
            .await
            .0,
        200
    );
    let list = api.get(&path).await.1;
    assert_eq!(
        (&list["explanations"][0]["status"], &list["explanations"][0]["failure"]),
        (&json!("failed"), &json!("ungrounded"))
    );
    assert_eq!(api.get(&format!("/api/scan/{id}/results")).await.1["results"], report());
    assert_eq!(api.post(&path, with(target)).await.1["status"], "queued");
    // What is private is sent with the owner's consent only: a worker alone cannot have it explained.
    database
        .run(&format!("UPDATE scans SET \"isPrivate\" = true WHERE id = '{id}'"))
        .await;
    let (status, refused) = api.work("/api/worker/explanations", json!({ "scanId": id })).await;
    assert_eq!((status.as_u16(), &refused["status"]), (200, &json!("not-requested")));
    database.run(&format!("DELETE FROM scans WHERE id = '{id}'")).await;
    assert_eq!(
        database.value("SELECT count(*) AS v FROM scan_explanations").await,
        "0",
        "texts go with their scan"
    );
}

async fn a_worker_requests_before_the_scan_is_complete(database: Database) {
    let api = Api::start(&database);
    let id = api.submit().await;
    let (_, lease) = api.claim().await;
    assert_eq!(
        api.work("/api/worker/explanations", json!({ "scanId": id })).await.0,
        202
    );
    assert_eq!(claim(&api, ONE).await.0, 204, "there is no report yet");
    let stream = api
        .request(Method::GET, &format!("/api/scan/{id}/events"))
        .send()
        .await
        .expect("an answer");
    let body = json!({ "status": "completed", "results": report(), "branch": "main", "commitSha": "c0ffee" });
    assert_eq!(api.report(&id, &lease, body).await.0, 200);
    let (status, job) = claim(&api, ONE).await;
    assert_eq!(status, 200, "{job}");
    let path = format!("/api/worker/explanations/{}", job["id"].as_str().expect("an id"));
    work(&api, Method::PUT, &path, ONE, json!({ "explanations": text("Now.") })).await;
    let events = stream.text().await.expect("the whole stream");
    let names: Vec<&str> = events.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(names[names.len() - 2..], ["completed", "explanation"], "{events}");
    // A client that comes back knows it.
    for (last, status) in [("completed.explanation", 204), ("completed", 200)] {
        let request = api
            .request(Method::GET, &format!("/api/scan/{id}/events"))
            .header("Last-Event-ID", last);
        assert_eq!(request.send().await.expect("an answer").status(), status, "{last}");
    }
}
