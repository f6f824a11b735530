//! How often a client may ask, and who counts as one.

use std::pin::pin;
use std::time::Duration;

use nix::sys::signal::Signal;
use reqwest::{Method, Response};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Api, Database, Kind, TOKEN};

/// The tests are the proxy.
const PRODUCTION: [(&str, &str); 3] = [
    ("NODE_ENV", "production"),
    ("REPOLENS_EMBEDDED", "1"),
    ("TRUSTED_PROXIES", "loopback"),
];

async fn start(more: &[(&str, &str)]) -> (Database, Api) {
    let database = Database::new(Kind::Sqlite).await;
    let settings: Vec<_> = PRODUCTION.iter().chain(more).copied().collect();
    let api = Api::start_with(&database, &settings);
    (database, api)
}

/// The limit and what remains of it.
fn told(response: &Response) -> [String; 2] {
    ["ratelimit-limit", "ratelimit-remaining"].map(|name| response.headers()[name].to_str().expect("text").to_owned())
}

#[tokio::test]
async fn five_scans_a_minute_by_default() {
    let (database, api) = start(&[]).await;
    for left in (0..5).rev() {
        let response = api.submit_as("203.0.113.5").await;
        assert_eq!(response.status(), 201);
        // Of the scans, which are fewer than the requests.
        let [limit, remaining] = told(&response);
        let remaining: u32 = remaining.parse().expect("a number");
        assert!(
            limit == "5" && (left..5).contains(&remaining),
            "{limit}, {remaining} of {left}"
        );
        assert!(response.headers().contains_key("ratelimit-reset"));
    }
    let refused = api.submit_as("203.0.113.5").await;
    assert_eq!(refused.status(), 429);
    let wait: u64 = refused.headers()["retry-after"]
        .to_str()
        .expect("text")
        .parse()
        .expect("a number");
    assert!((1..=13).contains(&wait), "{wait}");
    assert_eq!(told(&refused), ["5", "0"]);
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    let look = api.request(Method::GET, "/api/scan/none");
    let look = look.header("X-Forwarded-For", "203.0.113.5").send().await;
    assert_eq!(told(&look.expect("an answer"))[0], "120");
    // What the client writes itself in front does not make it another one; another client is not held up.
    assert_eq!(api.submit_as("198.51.100.1, 203.0.113.5").await.status(), 429);
    assert_eq!(api.submit_as("203.0.113.6").await.status(), 201);
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
    api.submit().await;
    let (id, lease) = api.claim().await;
    let done = json!({ "status": "completed", "results": {} });
    assert_eq!(api.report(&id, &lease, done).await.0, 200);
    // A page that shows the list shows an empty one, and no error.
    for path in [
        "/api/user/scans?userId=guest",
        "/api/history",
        "/api/history?userId=someone",
    ] {
        let (status, list) = api.get(path).await;
        assert_eq!((status.as_u16(), &list["scans"]), (200, &json!([])), "{path}");
    }
    let (_, stats) = api.get("/api/user/stats").await;
    assert_eq!(stats["totalScans"], 0);
}

const BODY: &str = "{\"repoUrl\":\"https://git.example.org/a/b\"}";

/// A request that the server has begun to answer, and whose body is still to come.
async fn begin(api: &Api, forwarded: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", api.port)).await.expect("it listens");
    let head = format!(
        "POST /api/scan HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {forwarded}\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        BODY.len()
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = [0; 25];
    stream.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

async fn rest(mut stream: TcpStream) -> String {
    let mut answer = vec![0; 4096];
    let read = tokio::time::timeout(Duration::from_secs(90), stream.read(&mut answer)).await;
    let read = read.expect("an answer in time").expect("an answer");
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

#[tokio::test]
async fn one_client_has_so_many_requests_open_and_others_are_not_held_up() {
    let (_database, api) = start(&[("RATE_LIMIT", "70/s"), ("RATE_LIMIT_SCANS", "1000/min")]).await;
    let mut open = Vec::new();
    for _ in 0..70 {
        open.push(begin(&api, "203.0.113.5").await);
    }
    let one_more = api.submit_as("203.0.113.5").await;
    assert_eq!(one_more.status(), 429);
    assert!(one_more.headers().contains_key("retry-after"));
    assert_eq!(api.submit_as("203.0.113.6").await.status(), 201);
    let mut first = open.remove(0);
    first.write_all(BODY.as_bytes()).await.expect("sent");
    let answer = rest(first).await;
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert_eq!(api.submit_as("203.0.113.5").await.status(), 201, "a place is free");
    drop(open);
}

#[tokio::test]
async fn a_body_that_does_not_come_and_headers_without_end_are_refused() {
    let (_database, api) = start(&[]).await;
    let slow = begin(&api, "203.0.113.5").await;
    let large = api
        .request(Method::GET, "/api/scan/x")
        .header("Cookie", "a=b; ".repeat(10_000));
    assert_eq!(large.send().await.expect("an answer").status(), 431);
    let session = api
        .request(Method::GET, "/api/scan/x")
        .header("Cookie", "a=b; ".repeat(3_000));
    assert_eq!(session.send().await.expect("an answer").status(), 404);
    let answer = rest(slow).await;
    assert!(
        answer.starts_with("HTTP/1.1 408 ") && answer.contains("problem+json"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_request_that_has_begun_is_answered_although_the_service_stops() {
    let (database, mut api) = start(&[]).await;
    let mut begun = begin(&api, "203.0.113.5").await;
    api.signal(Signal::SIGTERM);
    assert!(api.logged("asked to stop"));
    begun.write_all(BODY.as_bytes()).await.expect("sent");
    let answer = rest(begun).await;
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert_eq!(api.wait().code(), Some(0));
    assert_eq!(
        database.value("SELECT CAST(count(*) AS text) AS v FROM scans").await,
        "1"
    );
}

/// A complete scan whose report has so many bytes, which no compression makes smaller than half.
pub async fn large_report(api: &Api, bytes: usize) -> String {
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let noise: Vec<String> = std::iter::repeat_with(|| {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        format!("{state:016x}")
    })
    .take(bytes / 16)
    .collect();
    let report = json!({ "status": "completed", "results": { "noise": noise.concat() } });
    let id = api.submit().await;
    let (_, lease) = api.claim().await;
    let mut report = pin!(api.report(&id, &lease, report));
    // On a busy machine it takes longer than a lease.
    let mut beats = tokio::time::interval(Duration::from_secs(2));
    loop {
        tokio::select! {
            (status, answer) = &mut report => {
                assert_eq!(status, 200, "{answer}");
                break id.clone();
            }
            _ = beats.tick() => {
                // One that comes after the report is refused.
                let beat = json!({ "leaseToken": lease });
                let _answer = api.work(&format!("/api/worker/jobs/{id}/heartbeat"), beat).await;
            }
        }
    }
}

/// Asks for something and takes no more of the answer than its first line.
async fn ask_and_be_deaf(api: &Api, path: &str, forwarded: &str) -> (u16, TcpStream) {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("it is ours");
    let address = ([127, 0, 0, 1], api.port).into();
    let mut stream = socket.connect(address).await.expect("it listens");
    let head =
        format!("GET {path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {forwarded}\r\nAccept-Encoding: gzip\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut line = [0; 12];
    let read = tokio::time::timeout(Duration::from_secs(90), stream.read_exact(&mut line)).await;
    read.expect("an answer in time").expect("an answer");
    let status = String::from_utf8_lossy(&line[9..]).parse().expect("a status");
    (status, stream)
}

#[tokio::test]
async fn who_does_not_read_its_answers_fills_no_memory_and_holds_up_no_other() {
    let (_database, api) = start(&[("RATE_LIMIT", "1000/s"), ("RATE_LIMIT_SCANS", "off")]).await;
    let id = large_report(&api, 24 << 20).await;
    let path = format!("/api/scan/{id}/results");
    let mut open = Vec::new();
    let mut refused = 0;
    for number in 0..40 {
        let (status, stream) = ask_and_be_deaf(&api, &path, "203.0.113.5").await;
        match status {
            200 => open.push(stream),
            503 => refused += 1,
            other => panic!("{other} for number {number}"),
        }
    }
    // 24 MiB for one client, of a little more than 1 MiB each.
    assert!(
        (15..=24).contains(&open.len()) && refused > 0,
        "{} are open",
        open.len()
    );
    let other = api
        .request(Method::GET, &path)
        .header("X-Forwarded-For", "203.0.113.6")
        .send()
        .await
        .expect("an answer");
    assert_eq!(other.status(), 200);
    assert!(other.bytes().await.expect("all of it").len() > 24 << 20);
    // Small answers go on, also for the client that is deaf.
    let (status, _stream) = ask_and_be_deaf(&api, "/api/scan/nothing", "203.0.113.5").await;
    assert_eq!(status, 404);
    drop(open);
    let until = tokio::time::Instant::now() + Duration::from_secs(90);
    while ask_and_be_deaf(&api, &path, "203.0.113.5").await.0 != 200 {
        assert!(tokio::time::Instant::now() < until, "its room is never given back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
