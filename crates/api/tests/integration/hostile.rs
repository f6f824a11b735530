//! What strangers send: each gets an error of the contract, none is a 500, none is stored.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Api, Database, TOKEN};

crate::both! { bad_input, nothing_leaks }

async fn bad_input(database: Database) {
    let api = Api::start(&database);
    let long = format!("{{\"repoUrl\":\"https://github.com/a/{}\"}}", "x".repeat(3_000));
    let huge = format!("{{\"repoUrl\":\"{}\"}}", "x".repeat(100_000));
    let deep = format!("{{\"repoUrl\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let bodies: Vec<(u16, &[u8])> = vec![
        (400, b""),
        (400, b" "),
        (400, b"null"),
        (400, b"[]"),
        (400, b"\"https://github.com/a/b\""),
        (400, b"{"),
        (400, b"{}"),
        (400, b"{\"repoUrl\"}"),
        (400, b"{\"repoUrl\":null}"),
        (400, b"{\"repoUrl\":1}"),
        (400, b"{\"repoUrl\":{}}"),
        (400, b"{\"repoUrl\":[\"https://github.com/a/b\"]}"),
        (400, b"{\"repourl\":\"https://github.com/a/b\"}"),
        (400, b"{\"repoUrl\":\"https://github.com/a/b\",\"admin\":true}"),
        (
            400,
            b"{\"repoUrl\":\"https://github.com/a/b\",\"repoUrl\":\"https://github.com/a/c\"}",
        ),
        (400, b"{\"repoUrl\":\"https://github.com/a/b\",\"branch\":7}"),
        (400, b"{\"repoUrl\":\"https://github.com/a/b\"} {}"),
        (400, b"{\"repoUrl\":\"https://github.com/a/\xff\"}"),
        (400, b"\x00\x01\x02"),
        (400, deep.as_bytes()),
        (413, huge.as_bytes()),
        (422, long.as_bytes()),
        (422, b"{\"repoUrl\":\"\"}"),
        (422, b"{\"repoUrl\":\"github.com/a/b\"}"),
        (422, b"{\"repoUrl\":\"git@github.com:a/b\"}"),
        (422, b"{\"repoUrl\":\"ssh://github.com/a/b\"}"),
        (422, b"{\"repoUrl\":\"ext::sh -c id\"}"),
        (422, b"{\"repoUrl\":\"--upload-pack=id\"}"),
        (422, b"{\"repoUrl\":\"file:///etc\"}"),
        (422, b"{\"repoUrl\":\"https://github.com\"}"),
        (422, b"{\"repoUrl\":\"https://u:p@github.com/a/b\"}"),
        (422, b"{\"repoUrl\":\"https://github.com/a/b?x=1\"}"),
        (422, b"{\"repoUrl\":\"https://github.com/a/b#x\"}"),
        (422, b"{\"repoUrl\":\"https://github.com/a\\nb/c\"}"),
        (422, b"{\"repoUrl\":\"https://github.com/-a/b\"}"),
        (422, b"{\"repoUrl\":\"https://github.com:22/a/b\"}"),
        (422, b"{\"repoUrl\":\"http://localhost/a/b\"}"),
        (422, b"{\"repoUrl\":\"http://127.0.0.1/a/b\"}"),
        (422, b"{\"repoUrl\":\"http://0x7f.1/a/b\"}"),
        (422, b"{\"repoUrl\":\"http://2130706433/a/b\"}"),
        (422, b"{\"repoUrl\":\"http://0177.0.0.1/a/b\"}"),
        (422, b"{\"repoUrl\":\"http://10.0.0.1/a/b\"}"),
        (422, b"{\"repoUrl\":\"http://169.254.169.254/latest/meta-data\"}"),
        (422, b"{\"repoUrl\":\"http://[::1]/a/b\"}"),
        (422, b"{\"repoUrl\":\"http://[::ffff:127.0.0.1]/a/b\"}"),
        (422, b"{\"repoUrl\":\"http://[64:ff9b::7f00:1]/a/b\"}"),
        (422, b"{\"repoUrl\":\"http://metadata.google.internal/a/b\"}"),
        (422, b"{\"repoUrl\":\"https://github.com/a/b\",\"branch\":\"--x\"}"),
        (422, b"{\"repoUrl\":\"https://github.com/a/b\",\"branch\":\"a..b\"}"),
        (422, b"{\"repoUrl\":\"https://github.com/a/b\",\"branch\":\" \"}"),
    ];
    for (wanted, body) in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        let request = api
            .request(Method::POST, "/api/scan")
            .header("Content-Type", "application/json")
            .body(body.to_vec());
        expect_problem(request, wanted, &shown).await;
    }
    let sound = json!({ "repoUrl": "https://github.com/a/b" }).to_string();
    for content_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let request = api
            .request(Method::POST, "/api/scan")
            .header("Content-Type", content_type)
            .body(sound.clone());
        expect_problem(request, 415, content_type).await;
    }
    let zipped = api
        .request(Method::POST, "/api/scan")
        .header("Content-Type", "application/json")
        .header("Content-Encoding", "gzip")
        .body(sound.clone());
    expect_problem(zipped, 415, "gzip").await;

    for (wanted, method, path) in [
        (404, Method::GET, "/index.html"),
        (404, Method::GET, "/api"),
        (404, Method::GET, "/api/../../etc/passwd"),
        (404, Method::GET, "/api/scan/%00"),
        (404, Method::GET, "/api/scan/%ff%fe"),
        (404, Method::GET, "/api/scan/nothing"),
        (404, Method::GET, "/api/scan/nothing/results"),
        (404, Method::GET, "/api/scan/'%20OR%201=1--"),
        (404, Method::POST, "/api/scan/nothing/cancel"),
        (405, Method::GET, "/api/scan"),
        (405, Method::PATCH, "/api/scan/nothing"),
        (405, Method::DELETE, "/api/health"),
        (400, Method::GET, "/api/user/scans?limit=-1"),
        (400, Method::GET, "/api/user/scans?limit=abc"),
        (400, Method::GET, "/api/user/scans?limit=0"),
        (400, Method::GET, "/api/user/scans?limit=99999999999999999999"),
        (400, Method::GET, "/api/user/scans?offset=-5"),
        (400, Method::GET, "/api/user/scans?sort=id"),
        (400, Method::GET, "/api/user/stats?userId=guest&userId=guest"),
    ] {
        expect_problem(api.request(method.clone(), path), wanted, path).await;
    }
    assert_eq!(api.get("/api/user/stats?userId=%27").await.0, 200, "as a guest");
    let (_, problem) = api.get("/api/scan/nothing").await;
    assert_eq!(
        (&problem["scanId"], &problem["error"]),
        (&json!("nothing"), &json!("Scan not found")),
        "members that older clients read"
    );
    assert_eq!(
        database.value("SELECT CAST(count(*) AS text) AS v FROM scans").await,
        "0",
        "none is stored"
    );
    assert!(!api.log().contains("ERROR"), "{}", api.log());
}

/// The worker's side is behind a token, and careful all the same.
async fn nothing_leaks(database: Database) {
    let api = Api::start(&database);
    let id = api.submit().await;
    let (_, lease) = api.claim().await;
    let bomb = {
        use std::io::Write as _;
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        for _ in 0..60 {
            bomb.write_all(&vec![b' '; 1 << 20]).expect("to memory");
        }
        bomb.finish().expect("to memory")
    };
    let bodies: Vec<(u16, &str, Vec<u8>)> = vec![
        (400, "identity", b"{".to_vec()),
        (400, "identity", b"{\"status\":\"done\"}".to_vec()),
        (
            400,
            "identity",
            b"{\"status\":\"completed\",\"results\":{},\"more\":1}".to_vec(),
        ),
        (
            400,
            "identity",
            b"{\"status\":\"processing\",\"progress\":101}".to_vec(),
        ),
        (400, "identity", b"{\"status\":\"processing\",\"progress\":-1}".to_vec()),
        (
            400,
            "identity",
            b"{\"status\":\"failed\",\"errorCode\":\"made-up\"}".to_vec(),
        ),
        (
            400,
            "identity",
            b"{\"status\":\"completed\",\"results\":{\"a\":\"\xff\"}}".to_vec(),
        ),
        (400, "gzip", b"{\"status\":\"completed\",\"results\":{}}".to_vec()),
        (413, "gzip", bomb),
        (415, "br", b"{}".to_vec()),
        (422, "identity", b"{\"status\":\"completed\"}".to_vec()),
        (422, "identity", b"{\"status\":\"completed\",\"results\":[1]}".to_vec()),
        (422, "identity", b"{\"status\":\"queued\"}".to_vec()),
    ];
    for (wanted, encoding, body) in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        let request = api
            .request(Method::PUT, &format!("/api/scan/{id}/status"))
            .bearer_auth(TOKEN)
            .header("X-Lease-Token", &lease)
            .header("Content-Type", "application/json")
            .header("Content-Encoding", encoding)
            .body(body);
        expect_problem(request, wanted, &shown).await;
    }
    for (wanted, body) in [
        (400, json!({ "workerId": "", "waitMs": 1 })),
        (400, json!({ "workerId": "w", "waitMs": 60_001 })),
        (400, json!({ "workerId": "w", "scanId": "a b" })),
        (404, json!({ "workerId": "w", "scanId": "nothing" })),
    ] {
        let request = api
            .request(Method::POST, "/api/worker/claim")
            .bearer_auth(TOKEN)
            .json(&body);
        expect_problem(request, wanted, &body.to_string()).await;
    }

    // Behind the API's back a column goes away: an opaque 500, and the cause in the log alone.
    database.run("ALTER TABLE scans RENAME COLUMN status TO gone").await;
    for (method, path) in [
        (Method::GET, format!("/api/scan/{id}")),
        (Method::GET, "/api/user/stats".to_owned()),
        (Method::POST, format!("/api/scan/{id}/cancel")),
    ] {
        let response = api.request(method, &path).send().await.expect("an answer");
        assert_eq!(response.status(), 500);
        let request_id = response.headers()["x-request-id"].to_str().expect("text").to_owned();
        let text = response.text().await.expect("the whole body").to_lowercase();
        for word in [
            "sql",
            "table",
            "scans",
            "diesel",
            "postgres",
            "relation",
            "127.0.0.1",
            "/tmp",
        ] {
            assert!(!text.contains(word), "`{word}` leaks: {text}");
        }
        assert!(api.logged(&request_id), "the log has the request's id");
    }
    assert!(api.log().contains("scans"), "the log has the cause");
}

async fn expect_problem(request: reqwest::RequestBuilder, wanted: u16, what: &str) {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let content_type = response.headers().get("content-type").cloned();
    let text = response.text().await.expect("the whole body");
    assert_eq!(status, wanted, "{what}: {text}");
    assert_eq!(
        content_type.expect("a content type"),
        "application/problem+json",
        "{what}"
    );
    let problem: Value = serde_json::from_str(&text).expect("JSON");
    for member in ["type", "title", "status", "detail", "message"] {
        assert!(!problem[member].is_null(), "{what}: no `{member}` in {text}");
    }
    assert_eq!(problem["detail"], problem["message"]);
    if wanted == 422 {
        assert!(problem["errors"][0]["pointer"].is_string(), "{what}: {text}");
    }
}
