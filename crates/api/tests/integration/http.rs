//! The HTTP contract, end to end, on both databases.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Api, Database, TOKEN};

crate::both! {
    a_scan_from_submit_to_results,
    a_claim_waits_for_a_job,
    health_and_readiness,
    who_may_do_what,
    history_of_guests,
    metrics_and_schema,
}

async fn a_scan_from_submit_to_results(database: Database) {
    let api = Api::start(&database);
    let response = api
        .request(Method::POST, "/api/scan")
        .header("X-Request-Id", "my-own-request-1")
        .json(&json!({ "repoUrl": "https://GitHub.com/Owner/Repository/", "branch": "main" }))
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["x-request-id"], "my-own-request-1");
    let location = response.headers()["location"].to_str().expect("a path").to_owned();
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["status"], "queued");
    assert_eq!(body["message"], "Repository scan has been queued for analysis");
    let id = body["scanId"].as_str().expect("an id");
    assert_eq!(location, format!("/api/scan/{id}"));

    let (status, scan) = api.get(&location).await;
    assert_eq!(
        (status.as_u16(), &scan["status"], &scan["queuePosition"]),
        (200, &json!("queued"), &json!(1))
    );
    assert_eq!(scan["repoUrl"], "https://github.com/Owner/Repository");
    let created = scan["createdAt"].as_str().expect("a time");
    assert!(created.len() == 24 && created.ends_with('Z'), "{created}");
    let (status, problem) = api.get(&format!("/api/scan/{id}/results")).await;
    assert_eq!((status.as_u16(), &problem["status"]), (409, &json!(409)));

    let (claimed, job) = api.work("/api/worker/claim", json!({ "workerId": "w" })).await;
    assert_eq!(
        (claimed.as_u16(), &job["scanId"], &job["attempt"]),
        (200, &json!(id), &json!(1))
    );
    assert_eq!(
        (&job["branch"], &job["requestId"]),
        (&json!("main"), &json!("my-own-request-1"))
    );
    let lease = job["leaseToken"].as_str().expect("a token");
    let beat = json!({ "leaseToken": lease, "progress": 30, "stage": "clone" });
    let (status, answer) = api.work(&format!("/api/worker/jobs/{id}/heartbeat"), beat).await;
    assert_eq!((status.as_u16(), &answer["cancel"]), (200, &json!(false)));
    let (_, scan) = api.get(&location).await;
    assert_eq!(
        (&scan["status"], &scan["progress"], &scan["stage"]),
        (&json!("processing"), &json!(30), &json!("clone"))
    );

    // A compressed report, as workers send it.
    let results = json!({ "languages": { "primary": "rust" }, "text": "ä\u{1F680}".repeat(5_000) });
    let report = json!({ "status": "completed", "results": results, "branch": "main", "commitSha": "c0ffee" });
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    serde_json::to_writer(&mut gzip, &report).expect("to memory");
    let gzip = gzip.finish().expect("to memory");
    let put = || {
        api.request(Method::PUT, &format!("/api/scan/{id}/status"))
            .bearer_auth(TOKEN)
            .header("X-Lease-Token", lease)
            .header("Content-Type", "application/json")
            .header("Content-Encoding", "gzip")
            .body(gzip.clone())
            .send()
    };
    let first: Value = put().await.expect("an answer").json().await.expect("JSON");
    let second: Value = put().await.expect("an answer").json().await.expect("JSON");
    assert_eq!((&first["repeated"], &second["repeated"]), (&json!(false), &json!(true)));

    // The same to a client with gzip (reqwest's own, by default) and to one without.
    let (_, scan) = api.get(&location).await;
    assert_eq!((&scan["status"], &scan["results"]), (&json!("completed"), &results));
    let path = format!("/api/scan/{id}/results");
    let plain = api
        .request(Method::GET, &path)
        .header("Accept-Encoding", "identity")
        .send()
        .await
        .expect("an answer");
    assert!(plain.headers().get("content-encoding").is_none());
    let tag = plain.headers()["etag"].clone();
    let length: usize = plain.headers()["content-length"]
        .to_str()
        .expect("text")
        .parse()
        .expect("a number");
    let text = plain.text().await.expect("the whole body");
    assert_eq!(text.len(), length);
    let body: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(body["results"], results);
    // A client that does not unpack by itself shows what was sent.
    let raw = reqwest::Client::builder().no_gzip().build().expect("a client");
    let raw = raw
        .get(format!("http://127.0.0.1:{}{path}", api.port))
        .header("Accept-Encoding", "br, gzip;q=0.8")
        .send()
        .await
        .expect("an answer");
    assert_eq!(raw.headers()["content-encoding"], "gzip");
    let zipped = raw.bytes().await.expect("the whole body");
    assert!(zipped.len() < length / 20, "it is compressed");
    let unzipped: Value = serde_json::from_reader(flate2::read::GzDecoder::new(&*zipped)).expect("JSON in gzip");
    assert_eq!(unzipped, body);
    let cached = api
        .request(Method::GET, &path)
        .header("If-None-Match", tag)
        .send()
        .await
        .expect("an answer");
    assert_eq!(cached.status(), 304);
    let head = api
        .request(Method::HEAD, &path)
        .header("Accept-Encoding", "identity")
        .send()
        .await
        .expect("an answer");
    assert_eq!(head.headers()["content-length"], length.to_string().as_str());
}

async fn a_claim_waits_for_a_job(database: Database) {
    let api = Api::start(&database);
    let (status, body) = api
        .work("/api/worker/claim", json!({ "workerId": "w", "waitMs": 50 }))
        .await;
    assert_eq!((status.as_u16(), body), (204, Value::Null));
    let (claimed, id) = tokio::join!(api.claim(), api.submit());
    assert_eq!(claimed.0, id);
    let (status, _) = api
        .work("/api/worker/claim", json!({ "workerId": "w", "scanId": id }))
        .await;
    assert_eq!(status, 409, "it is taken");
    let release = json!({ "leaseToken": claimed.1, "reason": "stopping" });
    let path = format!("/api/worker/jobs/{id}/release");
    let ((again, _), (status, _)) = tokio::join!(api.claim(), api.work(&path, release.clone()));
    assert_eq!(
        (again, status.as_u16()),
        (id.clone(), 200),
        "a waiting worker gets what another gave back"
    );
    let (status, problem) = api.work(&path, release).await;
    assert_eq!(
        (status.as_u16(), &problem["type"]),
        (409, &json!("urn:repolens:problem:lease-lost"))
    );
}

async fn health_and_readiness(database: Database) {
    let api = Api::start(&database);
    let (status, health) = api.get("/api/health").await;
    assert_eq!(
        (status.as_u16(), &health["status"], &health["service"]),
        (200, &json!("ok"), &json!("repolens-api"))
    );
    let (status, ready) = api.get("/api/ready").await;
    assert_eq!(
        (status.as_u16(), &ready["checks"]["store"]["status"]),
        (200, &json!("up"))
    );
    assert!(ready["checks"]["store"]["latencyMs"].as_f64().expect("a number") > 0.0);
    let head = api
        .request(Method::HEAD, "/api/health")
        .send()
        .await
        .expect("an answer");
    assert_eq!(head.status(), 200);
    for (name, value) in [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY")] {
        assert_eq!(head.headers()[name], value);
    }
    assert!(
        head.headers()["content-security-policy"]
            .to_str()
            .expect("text")
            .starts_with("default-src 'none'")
    );
}

async fn who_may_do_what(database: Database) {
    let api = Api::start_with(&database, &[("FRONTEND_URL", "https://app.example.org")]);
    let id = api.submit().await;
    // Workers' calls without, or with a wrong, token.
    for (method, path) in [
        (Method::POST, "/api/worker/claim".to_owned()),
        (Method::POST, format!("/api/worker/jobs/{id}/heartbeat")),
        (Method::POST, format!("/api/worker/jobs/{id}/release")),
        (Method::PUT, format!("/api/scan/{id}/status")),
    ] {
        for authorization in [
            None,
            Some("Bearer"),
            Some("Bearer wrong"),
            Some("Basic 0123456789abcdef0123456789abcdef"),
        ] {
            let mut request = api
                .request(method.clone(), &path)
                .json(&json!({ "workerId": "w", "status": "completed" }));
            if let Some(value) = authorization {
                request = request.header("Authorization", value);
            }
            let response = request.send().await.expect("an answer");
            assert_eq!(response.status(), 401, "{path} {authorization:?}");
            assert_eq!(response.headers()["content-type"], "application/problem+json");
        }
    }
    let (status, _) = api
        .report(&id, "", json!({ "status": "completed", "results": {} }))
        .await;
    assert_eq!(status, 409, "without a lease");

    // Pages of other origins.
    let preflight = |origin: &'static str| {
        api.request(Method::OPTIONS, "/api/scan")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "content-type")
            .send()
    };
    let ours = preflight("https://app.example.org").await.expect("an answer");
    assert_eq!(ours.headers()["access-control-allow-origin"], "https://app.example.org");
    assert_eq!(ours.headers()["access-control-allow-credentials"], "true");
    let theirs = preflight("https://app.example.org.evil.example")
        .await
        .expect("an answer");
    assert!(theirs.headers().get("access-control-allow-origin").is_none());
    let same = api.request(Method::GET, "/api/openapi.json").send().await;
    let vary = same
        .expect("an answer")
        .headers()
        .get_all("vary")
        .iter()
        .cloned()
        .collect::<Vec<_>>();
    assert!(
        vary.iter().any(|vary| vary == "Origin"),
        "a cache may keep it: {vary:?}"
    );
    let problem = api
        .request(Method::GET, "/api/scan/none")
        .header("Origin", "https://app.example.org")
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        problem.headers()["access-control-allow-origin"],
        "https://app.example.org",
        "on errors too"
    );
}

async fn history_of_guests(database: Database) {
    let api = Api::start(&database);
    for _ in 0..2 {
        api.submit().await;
        let (id, lease) = api.claim().await;
        let done = json!({ "status": "completed", "results": {} });
        assert_eq!(api.report(&id, &lease, done).await.0, 200);
    }
    for _ in 0..3 {
        api.submit().await;
    }
    let (id, lease) = api.claim().await;
    api.report(
        &id,
        &lease,
        json!({ "status": "failed", "errorCode": "clone-failed", "error": "No." }),
    )
    .await;
    api.claim().await;
    let (_, stats) = api.get("/api/user/stats?userId=guest").await;
    assert_eq!(
        stats,
        json!({ "totalScans": 5, "completedScans": 2, "failedScans": 1, "processingScans": 2 }),
        "processing are those that wait, too"
    );
    // Guests see of each other what was completed, and no address that failed or may fail yet.
    let (_, page) = api.get("/api/user/scans?userId=guest&limit=1&offset=1").await;
    assert_eq!(
        (&page["total"], &page["hasMore"], &page["limit"]),
        (&json!(2), &json!(false), &json!(1))
    );
    assert_eq!(page["scans"][0]["status"], "COMPLETED");
    for (filter, count) in [("failed", 0), ("queued", 0), ("processing", 0), ("completed", 2)] {
        let (_, history) = api.get(&format!("/api/history?status={filter}")).await;
        assert_eq!(history["pagination"]["total"], count, "{filter}");
        assert_eq!(history["scans"].as_array().expect("a list").len(), count);
    }
    // One that was seen to be private since is not listed any more.
    database.run("UPDATE repositories SET \"isPrivate\" = true").await;
    let (_, page) = api.get("/api/user/scans").await;
    assert_eq!((&page["total"], &page["scans"]), (&json!(0), &json!([])));
    let (_, scan) = api.get(&format!("/api/scan/{id}")).await;
    assert_eq!(
        (&scan["status"], &scan["error"], &scan["errorCode"], &scan["errorKind"]),
        (
            &json!("failed"),
            &json!("No."),
            &json!("clone-failed"),
            &json!("transient")
        )
    );
    // Without a credential it is no matter who is named.
    database.run("UPDATE repositories SET \"isPrivate\" = false").await;
    for path in ["/api/user/scans?userId=somebody", "/api/history?userId=somebody"] {
        let (status, page) = api.get(path).await;
        assert_eq!(
            (status.as_u16(), page["scans"].as_array().map(Vec::len)),
            (200, Some(2)),
            "{path}"
        );
    }
    for (path, empty) in [
        ("/api/favorites", json!([])),
        ("/api/favorites?userId=somebody", json!([])),
        ("/api/favorites/x/check", json!({ "isFavorite": false })),
    ] {
        assert_eq!(api.get(path).await, (reqwest::StatusCode::OK, empty), "{path}");
    }
}

async fn metrics_and_schema(database: Database) {
    let api = Api::start(&database);
    api.submit().await;
    let (id, lease) = api.claim().await;
    api.submit().await;
    api.report(&id, &lease, json!({ "status": "completed", "results": {} }))
        .await;
    for number in 0..20 {
        api.get(&format!("/api/scan/none-{number}")).await;
    }
    let response = api.request(Method::GET, "/metrics").send().await.expect("an answer");
    let content_type = response.headers()["content-type"].to_str().expect("text").to_owned();
    assert!(content_type.starts_with("text/plain; version=0.0.4"), "{content_type}");
    let text = response.text().await.expect("the whole body");
    for line in [
        "repolens_store_up 1",
        "repolens_scans{status=\"queued\"} 1",
        "repolens_scans{status=\"completed\"} 1",
        "repolens_scan_duration_seconds_count{status=\"completed\"} 1",
        "repolens_http_request_duration_seconds_count{route=\"/api/scan/{id}\",method=\"GET\",status=\"404\"} 20",
        "repolens_http_request_duration_seconds_count{route=\"/api/scan\",method=\"POST\",status=\"201\"} 2",
    ] {
        assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("none-1"), "a path is no label");

    let (status, schema) = api.get("/api/schema/report.json").await;
    assert_eq!(status, 200);
    assert!(schema["properties"]["languages"].is_object(), "{schema}");
}
