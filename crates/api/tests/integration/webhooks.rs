//! Webhooks of users: told of the ends of their scans, signed, tried again, and never led astray; and GitHub's, which come
//! in.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{TimeDelta, Utc};
use nix::sys::signal::Signal;
use repolens_core::Secret;
use repolens_core::store::NewWebhook;
use reqwest::Method;
use ring::hmac;
use serde_json::{Value, json};

use crate::support::http_server::{Request, Response, serve};
use crate::support::people::{SIGN_IN, ask, jwt};
use crate::support::{Api, Database, Kind, eventually};

crate::every_database! {
    an_end_is_told_and_signed,
    it_is_told_again_until_it_is_heard_over_a_restart,
    an_end_whose_answer_was_lost_is_told,
    a_deaf_address_keeps_no_other_waiting,
    a_push_has_its_branch_scanned_once,
}

const LOCAL: (&str, &str) = ("ALLOW_LOCAL_REPOS", "1");

/// Somebody who wants to be told.
#[derive(Clone)]
struct Listener {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    heard: Vec<Request>,
    /// Answers, the last one for ever; none: 204.
    answers: Vec<u16>,
    location: Option<String>,
}

impl Listener {
    fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let address = serve(move |request| {
            let mut state = shared.lock().expect("no test panics with it");
            state.heard.push(request);
            let status = match state.answers.len() {
                0 => 204,
                1 => state.answers[0],
                _ => state.answers.remove(0),
            };
            let response = Response::status(status);
            Some(match &state.location {
                Some(location) => response.with("Location", location.clone()),
                None => response,
            })
        });
        Self { address, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics with it")
    }

    fn url(&self) -> String {
        format!("http://{}/hook?key=1", self.address)
    }

    /// Waits until it was told so often; headers and bodies.
    async fn heard(&self, times: usize) -> Vec<(String, String, String, String)> {
        eventually(&format!("it is told {times} times"), async || {
            let state = self.state();
            (state.heard.len() >= times).then(|| {
                let told = |request: &Request| {
                    (
                        request.header("webhook-id").to_owned(),
                        request.header("webhook-timestamp").to_owned(),
                        request.header("webhook-signature").to_owned(),
                        String::from_utf8(request.body.clone()).expect("text"),
                    )
                };
                state.heard.iter().map(told).collect()
            })
        })
        .await
    }
}

async fn hook(api: &Api, token: &str, url: &str, events: &[&str]) -> Value {
    let body = json!({ "url": url, "events": events });
    let (status, made) = ask(api, Some(token), Method::POST, "/api/webhooks", Some(&body)).await;
    assert_eq!(status, 201, "{made}");
    made
}

/// Submits a scan and reports its end.
async fn scan(api: &Api, token: Option<&str>, report: Value) -> String {
    let body = json!({ "repoUrl": "https://git.example.org/owner/repository" });
    let (_, answer) = ask(api, token, Method::POST, "/api/scan", Some(&body)).await;
    let id = answer["scanId"].as_str().expect("an id").to_owned();
    let claim = json!({ "workerId": "w", "scanId": id });
    let (_, job) = api.work("/api/worker/claim", claim).await;
    let lease = job["leaseToken"].as_str().expect("a token");
    assert_eq!(api.report(&id, lease, report.clone()).await.0, 200);
    assert_eq!(
        api.report(&id, lease, report).await.0,
        200,
        "again: told once all the same"
    );
    id
}

fn completed() -> Value {
    json!({ "status": "completed", "results": {}, "branch": "main", "commitSha": "c0ffee" })
}

fn failed() -> Value {
    json!({ "status": "failed", "errorCode": "clone-failed", "error": "No." })
}

async fn nothing_left(database: &Database) {
    eventually("nothing is left to tell", async || {
        let left = "SELECT CAST(count(*) AS text) AS v FROM webhook_deliveries";
        (database.value(left).await == "0").then_some(())
    })
    .await;
}

/// What is due for it comes back again and again; what is due for another is younger.
async fn a_deaf_address_keeps_no_other_waiting(database: Database) {
    let store = database.store().await;
    let now = Utc::now();
    for (user, age) in [("deaf", 60), ("deaf", 50), ("other", 1)] {
        let new = NewWebhook {
            id: user.to_owned(),
            user_id: user.to_owned(),
            url: "https://hooks.example.org/".to_owned(),
            events: "scan.completed".to_owned(),
            secret: Secret::new("whsec_".to_owned()),
        };
        assert!(store.add_webhook(new, now).await.expect("an answer"));
        let scan = crate::store::submit(&store).await;
        let time = (now - TimeDelta::seconds(age)).format("%Y-%m-%d %H:%M:%S%.3f");
        let insert = format!(
            "INSERT INTO webhook_deliveries (id, \"webhookId\", \"scanId\", attempts, \"nextAttemptAt\") \
             VALUES ('{user}-{age}', '{user}', '{scan}', 0, '{time}')"
        );
        database.run(&insert).await;
    }
    let one = async || {
        let held = now + TimeDelta::seconds(30);
        let mut due = store.due_deliveries(1, now, held).await.expect("an answer");
        due.pop().expect("one is due")
    };
    let first = one().await;
    assert_eq!(first.id, "deaf-60");
    let settled = store.settle_delivery(&first, "no answer", Some(now), now).await;
    settled.expect("an answer");
    assert_eq!(
        one().await.id,
        "other-1",
        "the other ones have waited longer, for a deaf address"
    );
}

/// The end was recorded, and the connection to the database was lost before that was answered: nobody was told, and the
/// worker reports again.
async fn an_end_whose_answer_was_lost_is_told(database: Database) {
    let api = Api::start_with(&database, &[SIGN_IN, LOCAL]);
    let ada = jwt("ada");
    let listener = Listener::start();
    let made = hook(&api, &ada, &listener.url(), &["scan.failed"]).await;
    let body = json!({ "repoUrl": "https://git.example.org/owner/repository" });
    let (_, answer) = ask(&api, Some(&ada), Method::POST, "/api/scan", Some(&body)).await;
    let id = answer["scanId"].as_str().expect("an id").to_owned();
    let (_, lease) = api.claim().await;
    let hook_id = made["id"].as_str().expect("an id");
    database
        .run(&format!(
            "UPDATE scans SET status = 'FAILED', \"errorCode\" = 'clone-failed', \"errorMessage\" = 'No.' WHERE id = '{id}'"
        ))
        .await;
    database
        .run(&format!(
            "INSERT INTO webhook_deliveries (id, \"webhookId\", \"scanId\", attempts, \"nextAttemptAt\") \
             SELECT 'msg_1', '{hook_id}', id, 0, \"createdAt\" FROM scans WHERE id = '{id}'"
        ))
        .await;
    let (status, answer) = api.report(&id, &lease, failed()).await;
    assert_eq!((status.as_u16(), &answer["repeated"]), (200, &json!(true)));
    assert_eq!(listener.heard(1).await.remove(0).0, "msg_1");
    nothing_left(&database).await;
}

async fn an_end_is_told_and_signed(database: Database) {
    let api = Api::start_with(&database, &[SIGN_IN, LOCAL]);
    let (ada, bob) = (jwt("ada"), jwt("bob"));
    let (both, failures, of_bob) = (Listener::start(), Listener::start(), Listener::start());
    let made = hook(
        &api,
        &ada,
        &both.url(),
        &["scan.failed", "scan.completed", "scan.failed"],
    )
    .await;
    assert_eq!(made["events"], json!(["scan.completed", "scan.failed"]));
    hook(&api, &ada, &failures.url(), &["scan.failed"]).await;
    hook(&api, &bob, &of_bob.url(), &["scan.completed", "scan.failed"]).await;

    let good = scan(&api, Some(&ada), completed()).await;
    let first = both.heard(1).await.remove(0);
    let bad = scan(&api, Some(&ada), failed()).await;
    let second = both.heard(2).await.remove(1);
    scan(&api, None, completed()).await;

    let secret = made["secret"]
        .as_str()
        .expect("told once")
        .strip_prefix("whsec_")
        .expect("the form");
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(secret).expect("base64"));
    for ((id, timestamp, signature, body), (kind, scan)) in
        [(&first, ("scan.completed", &good)), (&second, ("scan.failed", &bad))]
    {
        let tag = STANDARD
            .decode(signature.strip_prefix("v1,").expect("the form"))
            .expect("base64");
        hmac::verify(&key, format!("{id}.{timestamp}.{body}").as_bytes(), &tag).expect("signed with the secret");
        let sent: i64 = timestamp.parse().expect("a number");
        assert!((chrono::Utc::now().timestamp() - sent).abs() < 300);
        let body: Value = serde_json::from_str(body).expect("JSON");
        assert_eq!((&body["type"], &body["data"]["scanId"]), (&json!(kind), &json!(scan)));
        assert!(body["timestamp"].is_string() && body["data"]["completedAt"].is_string());
    }
    let told: Value = serde_json::from_str(&second.3).expect("JSON");
    assert_eq!(
        (
            &told["data"]["errorCode"],
            &told["data"]["errorKind"],
            &told["data"]["error"],
        ),
        (&json!("clone-failed"), &json!("transient"), &json!("No."))
    );
    assert_ne!(first.0, second.0);
    nothing_left(&database).await;
    assert_eq!(both.state().heard.len(), 2);
    let other = failures.heard(1).await.remove(0);
    assert!(other.3.contains(&bad) && failures.state().heard.len() == 1);
    assert!(of_bob.state().heard.is_empty(), "told of nobody else's scans");
    assert_eq!(both.state().heard[0].header("content-type"), "application/json");

    let (_, list) = ask(&api, Some(&ada), Method::GET, "/api/webhooks", None).await;
    let listed = list.as_array().expect("a list");
    assert!(listed.len() == 2 && listed.iter().all(|hook| hook.get("secret").is_none()));
    assert!(listed.iter().all(|hook| hook["lastStatus"] == "204"), "{list}");

    let path = format!("/api/webhooks/{}", made["id"].as_str().expect("an id"));
    assert_eq!(ask(&api, None, Method::DELETE, &path, None).await.0, 401);
    assert_eq!(ask(&api, Some(&bob), Method::DELETE, &path, None).await.0, 403);
    assert_eq!(ask(&api, Some(&ada), Method::DELETE, &path, None).await.0, 204);
    assert_eq!(ask(&api, Some(&ada), Method::DELETE, &path, None).await.0, 404);
    scan(&api, Some(&ada), failed()).await;
    failures.heard(2).await;
    nothing_left(&database).await;
    assert_eq!(both.state().heard.len(), 2, "it is not told any more");
    assert!(!api.log().contains(secret));
}

async fn it_is_told_again_until_it_is_heard_over_a_restart(database: Database) {
    let mut api = Api::start_with(&database, &[SIGN_IN, LOCAL]);
    let (ada, listener) = (jwt("ada"), Listener::start());
    listener.state().answers = vec![500, 302, 500];
    // A redirect is not followed: this one would be a call of its own.
    listener.state().location = Some(format!("http://{}/elsewhere", listener.address));
    hook(&api, &ada, &listener.url(), &["scan.completed"]).await;
    scan(&api, Some(&ada), completed()).await;
    listener.heard(2).await;
    api.signal(Signal::SIGKILL);
    api.wait();
    listener.state().answers = vec![200];
    let api = Api::start_with(&database, &[SIGN_IN, LOCAL]);
    // What is due in minutes is due now.
    database
        .run("UPDATE webhook_deliveries SET \"nextAttemptAt\" = '2026-01-01 00:00:00'")
        .await;
    let other = hook(&api, &ada, &Listener::start().url(), &["scan.failed"]).await;
    scan(&api, Some(&ada), failed()).await;
    listener.heard(3).await;
    nothing_left(&database).await;
    // A slow machine may have had it told once more before the end.
    let told = listener.heard(3).await;
    assert!(listener.state().heard.iter().all(|request| request.path == "/hook"));
    assert!(
        told.iter()
            .all(|(id, _, _, body)| (id, body) == (&told[0].0, &told[0].3)),
        "one message: {told:?}"
    );

    // Whoever says that it is gone is not told again.
    listener.state().answers = vec![410];
    scan(&api, Some(&ada), completed()).await;
    listener.heard(told.len() + 1).await;
    nothing_left(&database).await;
    assert!(other["secret"].is_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_inside_is_not_told() {
    let database = Database::new(Kind::Sqlite).await;
    let listener = Listener::start();
    let port = listener.address.port();
    let ada = jwt("ada");
    {
        let api = Api::start_with(&database, &[SIGN_IN]);
        for url in [
            listener.url(),
            format!("http://localhost:{port}/"),
            format!("http://[::1]:{port}/"),
            "http://127.0.0.1/".to_owned(),
            "http://2130706433/".to_owned(),
            "http://169.254.169.254/latest".to_owned(),
            "http://10.0.0.1/".to_owned(),
            "https://u:hunter2@example.org/".to_owned(),
            "ftp://example.org/".to_owned(),
            "https://example.org:22/".to_owned(),
            "x".to_owned(),
        ] {
            let body = json!({ "url": url, "events": ["scan.completed"] });
            let (status, problem) = ask(&api, Some(&ada), Method::POST, "/api/webhooks", Some(&body)).await;
            assert_eq!(
                (status.as_u16(), &problem["errors"][0]["pointer"]),
                (422, &json!("/url")),
                "{url}"
            );
            assert!(!problem.to_string().contains("hunter2"));
        }
        for (body, status) in [
            (json!({ "url": "https://example.org/", "events": [] }), 422),
            (
                json!({ "url": "https://example.org/", "events": ["scan.started"] }),
                400,
            ),
            (
                json!({ "url": "https://example.org/", "events": ["scan.failed"], "secret": "short" }),
                422,
            ),
            (json!({ "url": "https://example.org/" }), 400),
        ] {
            let answered = ask(&api, Some(&ada), Method::POST, "/api/webhooks", Some(&body))
                .await
                .0;
            assert_eq!(answered, status, "{body}");
        }
        let body = json!({ "url": "https://example.org/", "events": ["scan.failed"] });
        for _ in 0..20 {
            assert_eq!(
                ask(&api, Some(&ada), Method::POST, "/api/webhooks", Some(&body))
                    .await
                    .0,
                201
            );
        }
        assert_eq!(
            ask(&api, Some(&ada), Method::POST, "/api/webhooks", Some(&body))
                .await
                .0,
            409
        );
    }
    // One that was allowed when it was made: it is vetted again when it is told.
    database.run("DELETE FROM webhooks").await;
    {
        let api = Api::start_with(&database, &[SIGN_IN, LOCAL]);
        hook(&api, &ada, &listener.url(), &["scan.completed"]).await;
    }
    let api = Api::start_with(&database, &[SIGN_IN]);
    scan(&api, Some(&ada), completed()).await;
    assert!(api.logged("address refused"));
    assert!(listener.state().heard.is_empty());
}

const WEBHOOK_SECRET: (&str, &str) = ("GITHUB_WEBHOOK_SECRET", "what-github-signs-with");

async fn push(api: &Api, event: &str, body: &Value, secret: &str) -> (u16, Value) {
    let body = body.to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = format!("sha256={}", hex::encode(hmac::sign(&key, body.as_bytes())));
    let response = api
        .request(Method::POST, "/api/github/webhook")
        .header("Content-Type", "application/json")
        .header("X-GitHub-Event", event)
        .header("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
        .header("X-Hub-Signature-256", signature)
        .body(body)
        .send()
        .await
        .expect("an answer");
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

fn pushed(reference: &str, private: bool, after: &str) -> Value {
    json!({
        "ref": reference, "after": after, "deleted": after.is_empty(), "pusher": { "name": "ada" },
        "repository": { "clone_url": "https://github.com/ada/open.git", "private": private, "full_name": "ada/open" },
    })
}

async fn a_push_has_its_branch_scanned_once(database: Database) {
    let api = Api::start_with(&database, &[WEBHOOK_SECRET]);
    let secret = WEBHOOK_SECRET.1;
    assert_eq!(push(&api, "ping", &json!({ "zen": "x" }), secret).await.0, 200);
    let main = pushed("refs/heads/feature/x", false, "c0ffee");
    let (status, made) = push(&api, "push", &main, secret).await;
    assert_eq!(status, 201, "{made}");
    let (_, scan) = api
        .get(&format!("/api/scan/{}", made["scanId"].as_str().expect("an id")))
        .await;
    assert_eq!(
        (&scan["repoUrl"], &scan["branch"], &scan["status"]),
        (
            &json!("https://github.com/ada/open.git"),
            &json!("feature/x"),
            &json!("queued")
        )
    );
    let (status, again) = push(&api, "push", &main, secret).await;
    assert_eq!((status, &again["scanId"]), (200, &made["scanId"]), "redelivered");
    let (status, next) = push(&api, "push", &pushed("refs/heads/feature/x", false, "decaf0"), secret).await;
    assert!(status == 201 && next["scanId"] != made["scanId"]);

    for (event, body, status) in [
        ("issues", main.clone(), 200),
        ("push", pushed("refs/tags/v1", false, "c0ffee"), 200),
        ("push", pushed("refs/heads/main", false, ""), 200),
        ("push", pushed("refs/heads/main", true, "c0ffee"), 200),
        ("push", json!({ "ref": "refs/heads/main" }), 400),
        ("push", json!([]), 400),
        ("push", pushed("refs/heads/--x", false, "c0ffee"), 422),
        (
            "push",
            json!({ "ref": "refs/heads/main", "repository": { "clone_url": "http://127.0.0.1/a/b", "private": false } }),
            422,
        ),
    ] {
        let (answered, answer) = push(&api, event, &body, secret).await;
        assert_eq!(answered, status, "{event} {body}");
        if status == 200 {
            assert!(answer["scanId"].is_null() && answer["message"].is_string(), "{answer}");
        }
    }
    assert_eq!(push(&api, "push", &main, "another-secret-of-github").await.0, 401);
    let unsigned = api.post("/api/github/webhook", main.clone()).await;
    assert_eq!(unsigned.0, 401);
    let count = "SELECT CAST(count(*) AS text) AS v FROM scans";
    assert_eq!(database.value(count).await, "2");
    // A service that has no secret receives nothing.
    drop(api);
    let api = Api::start(&database);
    assert_eq!(push(&api, "push", &main, "").await.0, 404);
}
