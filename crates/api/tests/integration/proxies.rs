//! Whose address counts behind proxies, and what an operator is shown of it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Api, Database, Kind};

const PRODUCTION: [(&str, &str); 2] = [("NODE_ENV", "production"), ("REPOLENS_EMBEDDED", "1")];

async fn start(trusted: Option<&str>) -> (Database, Api) {
    let database = Database::new(Kind::Sqlite).await;
    let mut settings = PRODUCTION.to_vec();
    settings.extend(trusted.map(|trusted| ("TRUSTED_PROXIES", trusted)));
    let api = Api::start_with(&database, &settings);
    (database, api)
}

async fn whoami(api: &Api, headers: &[(&str, &str)]) -> Value {
    let mut request = api.request(Method::GET, "/api/whoami");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    response.json().await.expect("JSON")
}

#[tokio::test]
async fn a_port_without_a_proxy_counts_the_peer_and_says_that_a_header_was_ignored() {
    let (_database, api) = start(None).await;
    let forged = [("X-Forwarded-For", "203.0.113.5"), ("CF-Connecting-IP", "203.0.113.6")];
    let seen = whoami(&api, &forged).await;
    assert_eq!(
        (
            &seen["address"],
            &seen["source"],
            &seen["peerIsTrusted"],
            &seen["trustedProxies"]
        ),
        (&json!("127.0.0.1"), &json!("peer"), &json!(false), &json!("none")),
        "{seen}"
    );
    assert!(seen["reason"].as_str().expect("a text").contains("not read"), "{seen}");
    whoami(&api, &forged).await;
    let warnings = |api: &Api| api.log().matches("TRUSTED_PROXIES: 127.0.0.1 sent").count();
    assert!(api.logged("TRUSTED_PROXIES: 127.0.0.1 sent"));
    assert_eq!(warnings(&api), 1, "once: {}", api.log());
    // Forged addresses give no new allowance.
    for number in 0..5 {
        assert_eq!(api.submit_as(&format!("203.0.113.{number}")).await.status(), 201);
    }
    assert_eq!(api.submit_as("203.0.113.99").await.status(), 429);
}

#[tokio::test]
async fn behind_a_platform_and_cloudflare_each_client_counts_for_itself() {
    let (_database, api) = start(Some("loopback,private,cloudflare")).await;
    let chain = [(
        "X-Forwarded-For",
        "6.6.6.6, [2001:db8:1:2::9]:4711, 172.68.1.1, 10.0.3.4",
    )];
    let seen = whoami(&api, &chain).await;
    assert_eq!(
        (&seen["address"], &seen["countedAs"], &seen["source"]),
        (
            &json!("2001:db8:1:2::9"),
            &json!("2001:db8:1:2::/64"),
            &json!("x-forwarded-for")
        ),
        "{seen}"
    );
    assert_eq!(seen["forwardedFor"].as_array().expect("a list").len(), 4);
    assert_eq!(seen["forwardedFor"][2]["trusted"], true, "{seen}");
    let only_edge = [("X-Forwarded-For", "172.68.1.1"), ("CF-Connecting-IP", "203.0.113.5")];
    let seen = whoami(&api, &only_edge).await;
    assert_eq!(
        (&seen["address"], &seen["source"]),
        (&json!("203.0.113.5"), &json!("cf-connecting-ip")),
        "{seen}"
    );
    // All visitors of one edge would otherwise share five scans.
    for number in 0..10 {
        let response = api
            .submit_as(&format!("203.0.113.{number}, 172.68.1.1, 10.0.3.4"))
            .await;
        assert_eq!(response.status(), 201, "client {number}");
    }
    assert!(!api.log().contains("TRUSTED_PROXIES: 127.0.0.1 sent"), "{}", api.log());
}

#[tokio::test]
async fn other_headers_of_an_untrusted_peer_are_not_read_either() {
    let secure = async |api: &Api| {
        let request = api
            .request(Method::GET, "/api/health")
            .header("X-Forwarded-Proto", "https");
        let response = request.send().await.expect("an answer");
        response.headers().contains_key("strict-transport-security")
    };
    let (_database, api) = start(Some("private")).await;
    assert!(!secure(&api).await);
    let (_database, api) = start(Some("loopback")).await;
    assert!(secure(&api).await);
}

#[tokio::test]
async fn a_count_and_a_list_that_cannot_be_read() {
    let (_database, api) = start(Some("2")).await;
    let seen = whoami(&api, &[("X-Forwarded-For", "6.6.6.6, 203.0.113.5, 10.0.0.1")]).await;
    assert_eq!(
        (&seen["address"], &seen["trustedProxies"]),
        (&json!("203.0.113.5"), &json!("2")),
        "{seen}"
    );
    assert!(api.log().contains("at place 2 from the right"), "{}", api.log());
    let database = Database::new(Kind::Sqlite).await;
    let mut settings = PRODUCTION.to_vec();
    settings.push(("TRUSTED_PROXIES", "private,nginx"));
    let mut api = Api::spawn(&database, 1, &settings);
    assert_eq!(api.wait().code(), Some(78));
    assert!(
        api.logged("TRUSTED_PROXIES: cannot read `nginx`: expected `none`, networks"),
        "{}",
        api.log()
    );
}
