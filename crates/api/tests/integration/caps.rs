//! How much may be open or waiting at a time, for one client and for all; and that what is given back is there again.

use std::time::Duration;

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Api, Database, eventually};

crate::both! {
    so_many_scans_wait_for_one_client_and_for_all,
    one_client_has_so_many_event_streams,
    a_thousand_clients_that_hang_up_cost_nothing_for_long,
    who_sends_no_headers_is_sent_away,
}

const PROXY: (&str, &str) = ("TRUSTED_PROXIES", "1");

/// As if the client of the scan `id`, or others, had submitted so many more, which wait as well.
async fn wait_too(database: &Database, id: &str, whose: &str, more: usize) {
    let client = if whose == "own" {
        "scans.\"clientKey\""
    } else {
        "'others'"
    };
    database
        .run(&format!(
            "INSERT INTO scans (id, \"repoUrl\", \"updatedAt\", \"clientKey\") \
             WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {more}) \
             SELECT '{whose}-' || n, scans.\"repoUrl\", scans.\"updatedAt\", {client} FROM scans, number WHERE scans.id = '{id}'"
        ))
        .await;
}

async fn refused(response: Response, status: StatusCode) {
    assert_eq!(response.status(), status);
    assert!(response.headers().contains_key("retry-after"));
    let problem: Value = response.json().await.expect("JSON");
    assert!(
        problem["detail"].as_str().expect("a text").contains("waiting"),
        "{problem}"
    );
}

async fn so_many_scans_wait_for_one_client_and_for_all(database: Database) {
    let api = Api::start_with(&database, &[PROXY, ("RATE_LIMIT_SCANS", "off")]);
    let first: Value = api.submit_as("203.0.113.5").await.json().await.expect("JSON");
    let id = first["scanId"].as_str().expect("an id");
    wait_too(&database, id, "own", 998).await;
    let thousandth = async || {
        let request = api
            .request(Method::POST, "/api/scan")
            .header("X-Forwarded-For", "203.0.113.5")
            .header("Idempotency-Key", "the thousandth")
            .json(&json!({ "repoUrl": "https://git.example.org/a/thousandth" }));
        request.send().await.expect("an answer")
    };
    assert_eq!(thousandth().await.status(), 201);
    refused(api.submit_as("203.0.113.5").await, StatusCode::TOO_MANY_REQUESTS).await;
    let again = thousandth().await;
    assert_eq!(again.status(), 201, "it was accepted, whoever asks again");
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(api.submit_as("203.0.113.6").await.status(), 201, "another client");
    wait_too(&database, id, "others", 8_999).await;
    refused(api.submit_as("203.0.113.7").await, StatusCode::SERVICE_UNAVAILABLE).await;
    database.run("DELETE FROM scans WHERE id = 'others-1'").await;
    assert_eq!(api.submit_as("203.0.113.7").await.status(), 201, "there is room");
}

async fn one_client_has_so_many_event_streams(database: Database) {
    let api = Api::start_with(&database, &[PROXY]);
    let id = api.submit().await;
    let open = async |forwarded: &str| {
        let request = api.request(Method::GET, &format!("/api/scan/{id}/events"));
        request
            .header("X-Forwarded-For", forwarded)
            .send()
            .await
            .expect("an answer")
    };
    let mut streams = Vec::new();
    for _ in 0..20 {
        let stream = open("2001:db8:1:2::1").await;
        assert_eq!(stream.status(), 200);
        streams.push(stream);
    }
    // Another address of the same customer.
    let one_more = open("2001:db8:1:2:ffff::9").await;
    assert_eq!(one_more.status(), 429);
    assert!(one_more.headers().contains_key("retry-after"));
    assert_eq!(open("2001:db8:1:3::1").await.status(), 200, "another customer");
    drop(streams);
    eventually("they are given back", async || {
        (open("2001:db8:1:2::1").await.status() == 200).then_some(())
    })
    .await;
}

/// SQLite's wrapper would panic in a handler that is dropped in the middle of a query.
async fn a_thousand_clients_that_hang_up_cost_nothing_for_long(database: Database) {
    let api = Api::start_with(&database, &[PROXY]);
    let body = json!({ "repoUrl": "https://git.example.org/a/b" }).to_string();
    let posted = |number: usize| {
        format!(
            "POST /api/scan HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.{}.{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            number / 200,
            number % 200,
            body.len()
        )
    };
    for number in 0..1_000 {
        let mut stream = TcpStream::connect(("127.0.0.1", api.port)).await.expect("it listens");
        let request = match number % 4 {
            0 => posted(number),
            1 => posted(number)[..60].to_owned(),
            2 => "GET /api/user/scans?userId=guest&limit=200 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
            _ => posted(number).trim_end_matches('}').to_owned(),
        };
        stream.write_all(request.as_bytes()).await.expect("sent");
        if number % 3 == 0 {
            // Not an end but an abort.
            stream.set_zero_linger().expect("a socket of ours");
        }
    }
    eventually("no connection to the database is held", async || {
        let metrics = api.request(Method::GET, "/metrics").send().await.expect("an answer");
        let metrics = metrics.text().await.expect("a text");
        let busy: u32 = metrics
            .lines()
            .filter(|line| line.starts_with("repolens_store_connections{") && line.contains("busy"))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<u32>().ok())
            .sum();
        // The one that counts may be busy itself.
        (busy <= 1).then_some(())
    })
    .await;
    let id = api.submit().await;
    assert_eq!(api.get(&format!("/api/scan/{id}")).await.0, 200);
    assert!(!api.log().contains("panicked"), "{}", api.log());
}

async fn who_sends_no_headers_is_sent_away(database: Database) {
    let api = Api::start(&database);
    for begun in ["", "GET /api/health HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let mut stream = TcpStream::connect(("127.0.0.1", api.port)).await.expect("it listens");
        stream.write_all(begun.as_bytes()).await.expect("sent");
        let (mut reader, mut writer) = stream.into_split();
        let drip = async {
            // A byte now and then keeps nothing open.
            while begun.is_empty() || writer.write_all(b"a").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            std::future::pending::<()>().await;
        };
        let mut answer = Vec::new();
        tokio::select! {
            read = tokio::time::timeout(Duration::from_secs(90), reader.read_to_end(&mut answer)) => {
                // It may be an abort: what was dripped has not been read.
                let _aborted = read.expect("it is closed");
            }
            () = drip => {}
        }
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 408 "), "{answer:?}");
    }
}
