//! How often a client may ask, and who counts as one.

use reqwest::{Method, Response};
use serde_json::json;

use crate::support::{Api, Database, Kind, TOKEN};

const PRODUCTION: [(&str, &str); 2] = [("NODE_ENV", "production"), ("REPOLENS_EMBEDDED", "1")];

async fn start(more: &[(&str, &str)]) -> (Database, Api) {
    let database = Database::new(Kind::Sqlite).await;
    let settings: Vec<_> = PRODUCTION.iter().chain(more).copied().collect();
    let api = Api::start_with(&database, &settings);
    (database, api)
}

async fn post_as(api: &Api, forwarded: &str) -> Response {
    api.request(Method::POST, "/api/scan")
        .header("X-Forwarded-For", forwarded)
        .json(&json!({ "repoUrl": "https://git.example.org/a/b" }))
        .send()
        .await
        .expect("an answer")
}

#[tokio::test]
async fn five_scans_a_minute_by_default() {
    let (database, api) = start(&[]).await;
    for left in (0..5).rev() {
        let response = post_as(&api, "203.0.113.5").await;
        assert_eq!(response.status(), 201);
        assert!(response.headers().contains_key("ratelimit-remaining"), "{left}");
    }
    let refused = post_as(&api, "203.0.113.5").await;
    assert_eq!(refused.status(), 429);
    let wait: u64 = refused.headers()["retry-after"]
        .to_str()
        .expect("text")
        .parse()
        .expect("a number");
    assert!((1..=13).contains(&wait), "{wait}");
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    // What the client writes itself in front does not make it another one; another client is not held up.
    assert_eq!(post_as(&api, "198.51.100.1, 203.0.113.5").await.status(), 429);
    assert_eq!(post_as(&api, "203.0.113.6").await.status(), 201);
    assert_eq!(
        database.value("SELECT CAST(count(*) AS text) AS v FROM scans").await,
        "6"
    );
}

#[tokio::test]
async fn all_requests_of_a_client_are_counted_but_not_those_of_workers_and_health_checks() {
    let (_database, api) = start(&[("RATE_LIMIT", "10/min")]).await;
    let get = async |path: &str, token: &str| {
        let request = api
            .request(Method::GET, path)
            .header("X-Forwarded-For", "2001:db8:1:2::1");
        request
            .bearer_auth(token)
            .send()
            .await
            .expect("an answer")
            .status()
            .as_u16()
    };
    for _ in 0..10 {
        assert_eq!(
            get("/api/scan/nothing", "wrong").await,
            401,
            "and counted: a guess costs"
        );
    }
    assert_eq!(get("/api/scan/nothing", "wrong").await, 429);
    assert_eq!(get("/api/health", "wrong").await, 200);
    for _ in 0..20 {
        assert_eq!(get("/api/scan/nothing", TOKEN).await, 404);
    }
}

#[tokio::test]
async fn guests_see_no_history_where_it_is_switched_off() {
    let (_database, api) = start(&[("GUEST_HISTORY", "none")]).await;
    assert_eq!(api.get("/api/user/scans?userId=guest").await.0, 403);
    assert_eq!(api.get("/api/user/stats").await.0, 403);
}
