//! A page that asks for its list again as soon as it has it.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::people::{SIGN_IN, ask, jwt};
use crate::support::{Api, DEADLINE, Database, Kind, answer};

/// Two requests a minute: a third one that counts is refused.
const NARROW: (&str, &str) = ("RATE_LIMIT", "2/min");
const LIST: &str = "/api/user/scans?userId=4711&limit=20";

async fn start(settings: &[(&str, &str)]) -> (Database, Api) {
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start_with(&database, settings);
    (database, api)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_again_after_each_answer_is_answered_once_a_second_and_never_refused() {
    let (_database, api) = start(&[NARROW]).await;
    let begin = Instant::now();
    for number in 0..6 {
        let (status, list) = api.get(LIST).await;
        assert_eq!(status, 200, "{number}: {list}");
    }
    assert!(begin.elapsed() >= Duration::from_secs(5), "{:?}", begin.elapsed());
    // Any other call counts as ever.
    assert_eq!(api.get("/api/user/scans?userId=4711&limit=21").await.0, 200);
    let (status, _) = api.get("/api/user/scans?userId=4711&limit=22").await;
    assert_eq!(status, 429);
    assert_eq!(api.get(LIST).await.0, 200, "the page goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_list_is_paced() {
    for path in ["/api/user/stats", "/api/history?limit=5", "/api/favorites"] {
        let (_database, api) = start(&[NARROW]).await;
        let begin = Instant::now();
        for _ in 0..4 {
            assert_eq!(api.get(path).await.0, 200, "{path}");
        }
        assert!(
            begin.elapsed() >= Duration::from_secs(3),
            "{path}: {:?}",
            begin.elapsed()
        );
    }
}

/// One after the other they would take minutes; more than 64 requests may not be open otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_at_a_time_share_one_answer() {
    let (_database, api) = start(&[("RATE_LIMIT", "64/min")]).await;
    assert_eq!(api.get(LIST).await.0, 200);
    let all = join_all((0..100).map(|_| api.get(LIST)));
    let answers = tokio::time::timeout(DEADLINE, all).await.expect("they share");
    let first = &answers[0].1;
    for (status, list) in &answers {
        assert_eq!((status, list), (&StatusCode::OK, first));
    }
}

/// Nobody is answered with what was so before the call.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_before_the_call_is_in_the_answer() {
    let (_database, api) = start(&[SIGN_IN]).await;
    let ada = jwt("ada");
    let count = async || {
        let (_, list) = ask(&api, Some(&ada), Method::GET, "/api/user/scans", None).await;
        list["total"].clone()
    };
    assert_eq!(count().await, 0);
    for number in 1..4 {
        let body = json!({ "repoUrl": format!("https://git.example.org/a/b{number}") });
        assert_eq!(
            ask(&api, Some(&ada), Method::POST, "/api/scan", Some(&body)).await.0,
            201
        );
        assert_eq!(count().await, number);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_the_answer_of_another() {
    let (_database, api) = start(&[SIGN_IN, ("TRUSTED_PROXIES", "1")]).await;
    let (ada, bob) = (jwt("ada"), jwt("bob"));
    let body = json!({ "repoUrl": "https://git.example.org/a/b" });
    assert_eq!(
        ask(&api, Some(&ada), Method::POST, "/api/scan", Some(&body)).await.0,
        201
    );
    let list = async |token: Option<&str>, client: &str| -> (StatusCode, Value) {
        let mut request = api
            .request(Method::GET, "/api/user/scans")
            .header("X-Forwarded-For", client);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        answer(request.send().await.expect("an answer")).await
    };
    for _ in 0..2 {
        let (of_ada, of_bob, of_guest, of_other, of_nobody) = tokio::join!(
            list(Some(&ada), "203.0.113.1"),
            list(Some(&bob), "203.0.113.1"),
            list(None, "203.0.113.1"),
            list(Some(&ada), "203.0.113.2"),
            list(Some("rl_wrong"), "203.0.113.1"),
        );
        assert_eq!(
            (of_ada.1["total"].as_u64(), of_other.1["total"].as_u64()),
            (Some(1), Some(1))
        );
        assert_eq!(
            (of_bob.1["total"].as_u64(), of_guest.1["total"].as_u64()),
            (Some(0), Some(0))
        );
        assert_eq!(of_nobody.0, 401);
    }
}

/// The lookup of one who hangs up is done by the next.
#[tokio::test(flavor = "multi_thread")]
async fn those_who_hang_up_take_nobody_along() {
    let (_database, api) = start(&[NARROW]).await;
    assert_eq!(api.get(LIST).await.0, 200);
    for _ in 0..3 {
        let impatient = join_all((0..20).map(|_| api.get(LIST)));
        tokio::select! {
            _ = impatient => panic!("they wait"),
            (status, _) = api.get("/api/health") => assert_eq!(status, 200),
        }
        let waiting = tokio::time::timeout(DEADLINE, api.get(LIST)).await;
        assert_eq!(waiting.expect("an answer").0, 200);
    }
}
