//! The same as `hostile_lists`, at every other address that takes something from a stranger: in its path, its query or its
//! body. A signed-in caller gets furthest, so it is one who asks.

use reqwest::Method;
use serde_json::{Value, json};

use crate::hostile_lists::{Inside, lines, nothing_happened, raw};
use crate::support::people::{SIGN_IN, ask, jwt};
use crate::support::{Api, Database};

crate::both! { values_in_paths_and_queries, bodies, words_of_a_worker, addresses_of_webhooks }

/// Where a value stands, and what it may be answered with: 4xx always, never a fault of ours.
const PLACES: &[(&str, &str, &[u16])] = &[
    ("GET", "/api/scan/{}", &[]),
    ("HEAD", "/api/scan/{}", &[]),
    ("DELETE", "/api/scan/{}", &[]),
    ("GET", "/api/scan/{}/results", &[]),
    ("GET", "/api/scan/nothing/results?section={}", &[]),
    ("GET", "/api/scan/nothing/results?section=ast&limit={}", &[]),
    ("GET", "/api/scan/{}/events", &[]),
    ("POST", "/api/scan/{}/cancel", &[]),
    ("PUT", "/api/scan/{}/status", &[]),
    ("GET", "/api/scan/{}/report.html", &[]),
    ("GET", "/api/scan/{}/report.md", &[]),
    ("GET", "/api/scan/{}/report.json", &[]),
    ("GET", "/api/scan/{}/report.sarif", &[]),
    ("GET", "/api/scan/{}/gl-code-quality-report.json", &[]),
    ("GET", "/api/scan/{}/sbom.json", &[]),
    ("GET", "/api/scan/{}/sbom.spdx.json", &[]),
    ("GET", "/api/scan/{}/badge.svg", &[]),
    // Of a repository that nobody scanned there is a picture that says so.
    ("GET", "/api/badge/{}/owner/repository.svg", &[200]),
    ("GET", "/api/badge/github.com/{}/repository.svg", &[200]),
    ("GET", "/api/badge/github.com/owner/{}.svg", &[200]),
    ("POST", "/api/worker/jobs/{}/heartbeat", &[]),
    ("POST", "/api/worker/jobs/{}/commit", &[]),
    ("POST", "/api/worker/jobs/{}/release", &[]),
    ("GET", "/api/user/scans?userId={}", &[]),
    ("GET", "/api/user/scans?limit={}", &[]),
    ("GET", "/api/user/scans?offset={}", &[200]),
    ("GET", "/api/user/scans?{}=1", &[]),
    ("GET", "/api/user/stats?userId={}", &[]),
    ("GET", "/api/history?userId={}", &[]),
    ("GET", "/api/history?status={}", &[]),
    // An unknown repository has no scans, and behind the last scan there is none.
    ("GET", "/api/history?repositoryId={}", &[200]),
    ("GET", "/api/history/repository/{}", &[]),
    ("GET", "/api/history/trends/{}", &[]),
    ("GET", "/api/history/compare/{}/nothing", &[]),
    ("GET", "/api/history/compare/nothing/{}", &[]),
    ("POST", "/api/favorites/{}", &[]),
    ("DELETE", "/api/favorites/{}", &[]),
    ("GET", "/api/favorites/{}/check", &[200]),
    ("DELETE", "/api/keys/{}", &[]),
    ("DELETE", "/api/webhooks/{}", &[]),
    ("GET", "/{}", &[]),
    ("GET", "/api/{}", &[]),
];

async fn values_in_paths_and_queries(database: Database) {
    let inside = Inside::new().await;
    let api = Api::start_with(&database, &[SIGN_IN]);
    let token = jwt("ada");
    let values: Vec<String> = lines(include_str!("../fixtures/hostile/values.jsonl"));
    let mut wrong = Vec::new();
    for (method, place, allowed) in PLACES {
        for value in &values {
            let target = place.replace("{}", &value.replace("{port}", &inside.port.to_string()));
            let request = format!(
                "{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n"
            );
            let answer = raw(api.port, request.as_bytes()).await;
            let status = answer.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok());
            let sound = status.is_none_or(|status| (400..500).contains(&status) || allowed.contains(&status));
            // JSON that no browser takes for a page may say what was asked for.
            let json = answer.contains("json\r\n") && answer.contains("nosniff\r\n");
            let harmless = !answer.contains("\nX-Injected") && (json || !answer.contains("alert(1)"));
            if !sound || !harmless {
                wrong.push(format!(
                    "{method} {target}: {}",
                    answer.chars().take(120).collect::<String>()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    nothing_happened(&api, &database, &inside).await;
}

async fn bodies(database: Database) {
    let inside = Inside::new().await;
    let api = Api::start_with(&database, &[SIGN_IN]);
    let token = jwt("ada");
    let list: Vec<(String, Value)> = lines(include_str!("../fixtures/hostile/calls.jsonl"));
    let mut wrong = Vec::new();
    for (path, body) in list {
        let (status, problem) = ask(&api, Some(&token), Method::POST, &path, Some(&body)).await;
        // Of a scan that is not there, older clients read another status.
        let told = problem["status"] == status.as_u16() || problem["status"] == "not_found";
        if !status.is_client_error() || !told {
            let shown: String = body.to_string().chars().take(100).collect();
            wrong.push(format!("{status} for {path} {shown}: {problem}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for path in ["/api/keys", "/api/webhooks", "/api/favorites"] {
        let kept = ask(&api, Some(&token), Method::GET, path, None).await.1;
        assert_eq!(kept, json!([]), "{path}: something was kept");
    }
    nothing_happened(&api, &database, &inside).await;
}

/// What a worker tells comes from beside hostile code.
async fn words_of_a_worker(database: Database) {
    let api = Api::start(&database);
    let hostile = "a\0b\u{1b}[2J\nc\u{9b}";
    for end in ["completed", "failed"] {
        let id = api.submit().await;
        let refused = api
            .work("/api/worker/claim", json!({ "workerId": "w\0", "scanId": id }))
            .await;
        assert_eq!(refused.0, 400, "{refused:?}");
        let (_, lease) = api.claim().await;
        let beat = json!({ "leaseToken": lease, "progress": 1, "stage": hostile });
        let (status, answer) = api.work(&format!("/api/worker/jobs/{id}/heartbeat"), beat).await;
        assert_eq!(status, 200, "{answer}");
        let progress = json!({ "status": "processing", "progress": 2, "stage": hostile });
        assert_eq!(api.report(&id, &lease, progress).await.0, 200);
        assert_eq!(api.get(&format!("/api/scan/{id}")).await.1["stage"], "a b [2J c ");
        let stages = json!([{ "name": hostile, "ms": 1 }]);
        let report = match end {
            "completed" => json!({
                "status": end, "branch": hostile, "commitSha": hostile,
                "results": { "languages": { "primary": hostile }, "analyser": { "version": hostile, "stages": stages } },
            }),
            _ => json!({ "status": end, "error": hostile, "errorCode": "clone-failed" }),
        };
        let (status, answer) = api.report(&id, &lease, report).await;
        assert_eq!(status, 200, "{answer}");
        let (_, scan) = api.get(&format!("/api/scan/{id}")).await;
        let told = if end == "failed" {
            &scan["error"]
        } else {
            &scan["branch"]
        };
        assert_eq!(told, "a b [2J c ", "{scan}");
        let metrics = api.request(Method::GET, "/metrics").send().await.expect("an answer");
        assert_eq!(metrics.status(), 200);
    }
    assert!(!api.log().contains(" ERROR "), "{}", api.log());
}

/// The addresses that no repository may have are none for a webhook either, where it is not the path that is refused.
async fn addresses_of_webhooks(database: Database) {
    let inside = Inside::new().await;
    let api = Api::start_with(&database, &[SIGN_IN]);
    let token = jwt("ada");
    let list: Vec<(String, String)> = lines(include_str!("../fixtures/hostile/addresses.jsonl"));
    let paths = ["encoded-control", "form", "option", "query"];
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (class, address) in list.iter().filter(|(class, _)| !paths.contains(&class.as_str())) {
        let address = address.replace("{port}", &inside.port.to_string());
        let body = json!({ "url": address, "events": ["scan.completed"] });
        let (status, problem) = ask(&api, Some(&token), Method::POST, "/api/webhooks", Some(&body)).await;
        if (status.as_u16(), &problem["errors"][0]["pointer"]) != (422, &json!("/url")) {
            wrong.push(format!("{status} {class} {address:?}: {problem}"));
        }
        tried += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried >= 500, "{tried}");
    nothing_happened(&api, &database, &inside).await;

    // A host that only looks like another is shown as what it is.
    let body = json!({ "url": "https://g\u{456}thub.com/hook", "events": ["scan.completed"] });
    let (_, made) = ask(&api, Some(&token), Method::POST, "/api/webhooks", Some(&body)).await;
    assert_eq!(made["url"], "https://xn--gthub-n2e.com/hook");
}
