//! `EXTRA_CA_FILE`: authorities of an operator's own, beside the public ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::json;

use crate::support::github::Github;
use crate::support::http_server::{Response, serve};
use crate::support::tls_front::TlsFront;
use crate::support::{Api, Database, Kind, eventually};

async fn github_behind_tls() -> (Github, TlsFront, String) {
    let github = Github::start();
    github
        .state()
        .users
        .insert("gho_0123456789abcdef0123456789abcdef0123".into(), (7, "seven".into()));
    let front = TlsFront::start(github.address).await;
    let url = format!("https://localhost:{}/api/v3", front.port);
    (github, front, url)
}

async fn status_for_token(api: &Api) -> u16 {
    let request = api.request(Method::GET, "/api/user/stats");
    let request = request.bearer_auth("gho_0123456789abcdef0123456789abcdef0123");
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_github_of_an_own_authority_is_trusted_where_it_is_named() {
    let database = Database::new(Kind::Sqlite).await;
    let (_github, front, url) = github_behind_tls().await;
    let ca_file = front.ca_file();
    let settings = [("GITHUB_API_URL", url.as_str())];
    let api = Api::start_with(&database, &settings);
    assert_eq!(status_for_token(&api).await, 503, "{}", api.log());
    drop(api);
    let extra = ("EXTRA_CA_FILE", ca_file.to_str().expect("UTF-8"));
    let api = Api::start_with(&database, &[settings[0], extra]);
    assert_eq!(status_for_token(&api).await, 200, "{}", api.log());
    assert!(
        api.log().contains("EXTRA_CA_FILE: 1 further authorities"),
        "{}",
        api.log()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_of_an_own_authority_is_delivered() {
    let database = Database::new(Kind::Sqlite).await;
    let (github, _front, _url) = github_behind_tls().await;
    let heard = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&heard);
    let hook = serve(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Some(Response::status(200))
    });
    let front = TlsFront::start(hook).await;
    let ca_file = front.ca_file();
    let github = github.api();
    let settings = [
        ("GITHUB_API_URL", github.as_str()),
        ("ALLOW_LOCAL_REPOS", "1"),
        ("ALLOW_PRIVATE_HOSTS", "1"),
        ("EXTRA_CA_FILE", ca_file.to_str().expect("UTF-8")),
    ];
    let api = Api::start_with(&database, &settings);
    let token = "gho_0123456789abcdef0123456789abcdef0123";
    let hook = json!({ "url": format!("https://localhost:{}/hook", front.port), "events": ["scan.completed"] });
    let made = api
        .request(Method::POST, "/api/webhooks")
        .bearer_auth(token)
        .json(&hook);
    let made = made.send().await.expect("an answer");
    assert_eq!(made.status(), 201, "{:?}", made.text().await);
    let scan = json!({ "repoUrl": "https://git.example.org/a/b" });
    let submitted = api.request(Method::POST, "/api/scan").bearer_auth(token).json(&scan);
    assert_eq!(submitted.send().await.expect("an answer").status(), 201);
    let (id, lease) = api.claim().await;
    assert_eq!(
        api.report(&id, &lease, json!({ "status": "completed", "results": {} }))
            .await
            .0,
        200
    );
    eventually("the webhook is delivered", async || {
        (heard.load(Ordering::SeqCst) > 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_none_stops_the_start() {
    let database = Database::new(Kind::Sqlite).await;
    let file = database.folder.path().join("ca.pem");
    std::fs::write(&file, "no certificate").expect("written");
    for path in [file.display().to_string(), "/no/such/file.pem".to_owned()] {
        let mut api = Api::spawn(&database, 1, &[("EXTRA_CA_FILE", &path)]);
        assert_eq!(api.wait().code(), Some(78), "{}", api.log());
        assert!(api.logged(&format!("EXTRA_CA_FILE: `{path}`: ")), "{}", api.log());
    }
}
