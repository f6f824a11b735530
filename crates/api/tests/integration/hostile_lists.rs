//! What strangers may send, as lists in `fixtures/hostile`: none is accepted, none is answered with a fault of ours, and
//! nothing connects to a listener on loopback that stands for the inside.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Api, Database};

crate::both! { addresses, bodies, tokens, raw_requests }

/// Stands for what is inside: whoever connects is counted.
pub struct Inside {
    pub port: u16,
    listener: TcpListener,
}

impl Inside {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        Self { port, listener }
    }

    /// Nobody has connected: a connection that was made stands in the listener's queue.
    async fn is_untouched(&self) {
        let came = tokio::time::timeout(Duration::from_millis(50), self.listener.accept()).await;
        assert!(came.is_err(), "something connected to the inside: {came:?}");
    }
}

pub fn lines<T: serde::de::DeserializeOwned>(text: &str) -> Vec<T> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect()
}

pub async fn nothing_happened(api: &Api, database: &Database, inside: &Inside) {
    inside.is_untouched().await;
    let stored = database.value("SELECT CAST(count(*) AS text) AS v FROM scans").await;
    assert_eq!(stored, "0", "a scan was stored");
    assert!(!api.log().contains(" ERROR "), "{}", api.log());
    assert_eq!(api.get("/api/health").await.0, 200, "it lives");
}

async fn addresses(database: Database) {
    let inside = Inside::new().await;
    // In production nothing of what development allows is allowed; the proxy's header tells the clients apart.
    let api = Api::start(&database);
    let list: Vec<(String, String)> = lines(include_str!("../fixtures/hostile/addresses.jsonl"));
    assert!(list.len() >= 500, "{}", list.len());
    let mut accepted = Vec::new();
    for (class, address) in list {
        let address = address.replace("{port}", &inside.port.to_string());
        let (status, body) = api.post("/api/scan", json!({ "repoUrl": address })).await;
        if status != 422 {
            accepted.push(format!("{status} {class} {address:?}: {body}"));
            continue;
        }
        let detail = body["detail"].as_str().expect("a text");
        assert!(
            !detail.contains("pw") && !detail.contains("ghp_"),
            "{address}: {detail}"
        );
    }
    assert!(accepted.is_empty(), "{}", accepted.join("\n"));
    nothing_happened(&api, &database, &inside).await;

    // A host that only looks like another is shown as what it is.
    let looks = json!({ "repoUrl": "https://g\u{456}thub.com/a/b" });
    let (status, body) = api.post("/api/scan", looks).await;
    assert_eq!(status, 201, "{body}");
    let id = body["scanId"].as_str().expect("an id");
    let (_, scan) = api.get(&format!("/api/scan/{id}")).await;
    assert_eq!(scan["repoUrl"], "https://xn--gthub-n2e.com/a/b");
}

async fn bodies(database: Database) {
    let inside = Inside::new().await;
    let api = Api::start(&database);
    let list: Vec<(u16, String, String)> = lines(include_str!("../fixtures/hostile/bodies.jsonl"));
    let mut wrong = Vec::new();
    for (wanted, form, body) in list {
        let bytes = match form.as_str() {
            "hex" => hex::decode(&body).expect("digits"),
            _ => body.clone().into_bytes(),
        };
        let request = api
            .request(Method::POST, "/api/scan")
            .header("Content-Type", "application/json");
        let response = request.body(bytes).send().await.expect("an answer");
        let status = response.status().as_u16();
        let problem: Value = response.json().await.expect("a problem as JSON");
        if status != wanted || problem["status"] != wanted {
            let shown: String = body.chars().take(100).collect();
            wrong.push(format!("{status} instead of {wanted} for {shown:?}: {problem}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    nothing_happened(&api, &database, &inside).await;
}

/// None of them is the worker's token, and none opens what is the worker's.
async fn tokens(database: Database) {
    let inside = Inside::new().await;
    let api = Api::start(&database);
    let mut wrong = Vec::new();
    for token in lines::<String>(include_str!("../fixtures/hostile/tokens.jsonl")) {
        for path in [
            "/api/worker/claim",
            "/api/worker/jobs/nothing/release",
            "/api/worker/jobs/nothing/commit",
        ] {
            let request = api.request(Method::POST, path).header("Authorization", &token);
            let request = request.json(&json!({ "workerId": "w", "waitMs": 1 }));
            let response = request.send().await.expect("an answer");
            if response.status() != 401 || !response.headers().contains_key("www-authenticate") {
                wrong.push(format!("{} for {token:?} at {path}", response.status()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    nothing_happened(&api, &database, &inside).await;
}

async fn raw_requests(database: Database) {
    let inside = Inside::new().await;
    let api = Api::start(&database);
    let list: Vec<(String, String)> = lines(include_str!("../fixtures/hostile/requests.jsonl"));
    let mut wrong = Vec::new();
    for (what, request) in list {
        let request = request.replace("{port}", &inside.port.to_string());
        let answer = raw(api.port, request.as_bytes()).await;
        // Without an answer the connection was closed, which is one too.
        let status = answer.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok());
        if status.is_some_and(|status| !(400..500).contains(&status)) {
            wrong.push(format!("{what}: {}", answer.chars().take(200).collect::<String>()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    nothing_happened(&api, &database, &inside).await;
}

/// All that comes back until the other side closes, or is silent for as long as it may wait for more of the request.
pub async fn raw(port: u16, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    // It may have closed before all was written.
    let _written = stream.write_all(request).await;
    let mut answer = Vec::new();
    let mut piece = [0; 16 * 1024];
    loop {
        match tokio::time::timeout(Duration::from_millis(500), stream.read(&mut piece)).await {
            Ok(Ok(read)) if read > 0 => answer.extend_from_slice(&piece[..read]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}
