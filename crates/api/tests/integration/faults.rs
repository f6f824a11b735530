//! What goes wrong around the API: kills, lost workers, clients that hang up.

use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Api, Database, Kind, TOKEN, answer, eventually};

crate::both! {
    a_killed_api_loses_no_accepted_scan,
    a_lost_worker_is_noticed_without_being_asked,
    a_worker_that_hangs_up_gets_no_job,
    a_claim_is_repeated_by_its_token,
    clients_that_hang_up_break_nothing,
    asked_to_stop_it_stops,
}

async fn a_killed_api_loses_no_accepted_scan(database: Database) {
    let mut accepted = Vec::new();
    let mut held = None;
    for round in 0..5 {
        let api = Api::start(&database);
        // Others are in the middle of being submitted when the process dies.
        let mut posts = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let request = api
                .request(Method::POST, "/api/scan")
                .json(&json!({ "repoUrl": "https://git.example.org/a/b" }));
            posts.spawn(async move {
                let body: Value = request.send().await.ok()?.json().await.ok()?;
                body["scanId"].as_str().map(str::to_owned)
            });
        }
        if held.is_none() {
            accepted.push(api.submit().await);
            held = Some(api.claim().await);
        }
        // Any moment: after the first, the second … answer.
        for _ in 0..=round {
            accepted.extend(
                posts
                    .join_next()
                    .await
                    .expect("more are on their way")
                    .expect("no panic"),
            );
        }
        api.signal(Signal::SIGKILL);
        for answered in posts.join_all().await {
            accepted.extend(answered);
        }
    }
    let api = Api::start(&database);
    for id in &accepted {
        let (status, scan) = api.get(&format!("/api/scan/{id}")).await;
        assert_eq!(status, 200, "an accepted scan is lost: {scan}");
    }
    // The worker outlived the API: its lease still counts.
    let (id, lease) = held.expect("one is held");
    let (status, _) = api
        .report(&id, &lease, json!({ "status": "completed", "results": {} }))
        .await;
    assert_eq!(status, 200);
}

async fn a_lost_worker_is_noticed_without_being_asked(database: Database) {
    let api = Api::start(&database);
    let id = api.submit().await;
    let (_, lease) = api.claim().await;
    // The worker is gone. The lease has 20 seconds: they pass at once where the row says so, and a new process looks.
    database
        .run("UPDATE scans SET \"leaseUntil\" = '2020-01-01 00:00:00'")
        .await;
    drop(api);
    let api = Api::start(&database);
    let again = api.claim().await;
    assert_eq!(again.0, id);
    let (status, _) = api
        .report(
            &id,
            &lease,
            json!({ "status": "completed", "results": { "late": true } }),
        )
        .await;
    assert_eq!(status, 409);
    // The third taker is gone too; this time the running process notices it when the lease ends.
    database
        .run("UPDATE scans SET attempts = 3, \"leaseUntil\" = '2020-01-01 00:00:00'")
        .await;
    let failed = eventually("the scan fails", async || {
        let (_, scan) = api.get(&format!("/api/scan/{id}")).await;
        (scan["status"] == "failed").then_some(scan)
    })
    .await;
    assert_eq!(failed["errorCode"], "worker-lost");
}

async fn a_worker_that_hangs_up_gets_no_job(database: Database) {
    let api = Api::start(&database);
    let body = json!({ "workerId": "dead", "waitMs": 60_000 }).to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", api.port)).await.expect("it listens");
    let request = format!(
        "POST /api/worker/claim HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    assert!(api.logged("waiting for a job"));
    drop(stream);
    // The server sees the end of the connection before it answers the next request on another one; give it that chance.
    for _ in 0..10 {
        api.get("/api/health").await;
    }
    let id = api.submit().await;
    let (taken, _) = api.claim().await;
    assert_eq!(taken, id, "a living worker gets the job");
}

async fn a_claim_is_repeated_by_its_token(database: Database) {
    let api = Api::start(&database);
    let id = api.submit().await;
    let claim = async |api: &Api, token: &str, scan: Option<&str>| {
        let mut body = json!({ "workerId": "w", "waitMs": 0 });
        if let Some(scan) = scan {
            body["scanId"] = scan.into();
        }
        let request = api.request(Method::POST, "/api/worker/claim").bearer_auth(TOKEN);
        answer(
            request
                .header("X-Lease-Token", token)
                .json(&body)
                .send()
                .await
                .expect("an answer"),
        )
        .await
    };
    let token = "0123456789abcdef0123456789abcdef";
    let (status, first) = claim(&api, token, Some(&id)).await;
    assert_eq!((status.as_u16(), &first["leaseToken"]), (200, &json!(token)));
    // The answer is lost, and perhaps the API with it.
    drop(api);
    let api = Api::start(&database);
    for scan in [Some(id.as_str()), None] {
        let (status, again) = claim(&api, token, scan).await;
        assert_eq!(status, 200, "{again}");
        assert_eq!((&again["scanId"], &again["attempt"]), (&json!(id), &json!(1)));
    }
    let other = "fedcba9876543210fedcba9876543210";
    assert_eq!(claim(&api, other, Some(&id)).await.0, 409, "it is somebody else's");
    assert_eq!(claim(&api, other, None).await.0, 204);
    assert_eq!(claim(&api, "guessed", Some(&id)).await.0, 400);
    let (status, _) = api
        .report(&id, token, json!({ "status": "completed", "results": {} }))
        .await;
    assert_eq!(status, 200);
    assert_eq!(claim(&api, token, Some(&id)).await.0, 409, "it has ended");
}

/// SQLite's wrapper would panic in a handler that is dropped in the middle of a query.
async fn clients_that_hang_up_break_nothing(database: Database) {
    let api = Api::start(&database);
    let body = json!({ "repoUrl": "https://git.example.org/a/b" }).to_string();
    let post = format!(
        "POST /api/scan HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    for number in 0..200 {
        let mut stream = TcpStream::connect(("127.0.0.1", api.port)).await.expect("it listens");
        let request = match number % 3 {
            0 => post.as_str(),
            1 => "GET /api/user/scans HTTP/1.1\r\nHost: x\r\n\r\n",
            _ => &post[..post.len() - 5],
        };
        stream.write_all(request.as_bytes()).await.expect("sent");
        drop(stream);
    }
    let id = api.submit().await;
    assert_eq!(api.get(&format!("/api/scan/{id}")).await.0, 200);
    assert!(!api.log().contains("panicked"), "{}", api.log());
}

async fn asked_to_stop_it_stops(database: Database) {
    let mut api = Api::start(&database);
    api.submit().await;
    let _held = api.claim().await;
    // A waiting claim, and an idle connection, hold up nothing.
    let mut idle = TcpStream::connect(("127.0.0.1", api.port)).await.expect("it listens");
    let waiting = api
        .request(Method::POST, "/api/worker/claim")
        .bearer_auth(TOKEN)
        .json(&json!({ "workerId": "w", "waitMs": 60_000 }));
    let waiting = tokio::spawn(waiting.send());
    assert!(api.logged("waiting for a job"));
    api.signal(Signal::SIGTERM);
    let answer = waiting.await.expect("no panic").expect("answered, not cut off");
    assert_eq!(answer.status(), 204);
    assert_eq!(api.wait().code(), Some(0), "{}", api.log());
    assert!(api.logged("stopped"));
    let mut rest = Vec::new();
    let _closed = idle.read_to_end(&mut rest).await;
}

#[tokio::test]
async fn the_second_on_one_port_says_so_and_the_first_is_unharmed() {
    let database = Database::new(Kind::Sqlite).await;
    let first = Api::start(&database);
    let mut second = Api::spawn(&database, first.port, &[]);
    assert_eq!(second.wait().code(), Some(69));
    assert!(
        second.logged(&format!("cannot listen on 127.0.0.1:{}", first.port)),
        "{}",
        second.log()
    );
    assert!(second.log().contains("`PORT`"));
    assert_eq!(first.get("/api/health").await.0, 200);
}

#[tokio::test]
async fn bad_settings_are_told_all_at_once() {
    let database = Database::new(Kind::Sqlite).await;
    let mut api = Api::spawn(&database, 0, &[("WORKER_TOKEN", "short"), ("FRONTEND_URL", "nonsense")]);
    assert_eq!(api.wait().code(), Some(78));
    for name in ["PORT: ", "WORKER_TOKEN: ", "FRONTEND_URL: "] {
        assert!(api.logged(name), "{}", api.log());
    }
    assert!(!api.log().contains("short"));
}
