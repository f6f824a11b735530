//! The calls of the existing front end as it makes them, and their answers read into the types that it reads them into.
//!
//! Its client adds `userId=guest` to every GET, sends `Content-Type: application/json` with every call, and reads a JSON body of
//! every answer. Its pages poll without credentials. Texts that it goes into without looking are never `null`; a branch, which
//! it only shows, is `null` where none was named and none is known yet.

use reqwest::{Method, RequestBuilder};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::exports::report;
use crate::support::github::Github;
use crate::support::{Api, Database};

mod types;

use types::{Accepted, Check, Favorite, Health, History, List, NotFound, Results, Scan, Stats};

crate::every_database! { every_call_of_the_front_end }

const ORIGIN: &str = "https://app.example.org";
const REPOSITORY: &str = "https://git.example.org/owner/repository";

/// The front end's client, in a browser.
struct Client<'a> {
    api: &'a Api,
    /// The access token of the session: GitHub's.
    token: Option<&'a str>,
}

impl Client<'_> {
    async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let separator = if path.contains('?') { '&' } else { '?' };
        let path = format!("/api{path}{separator}userId=guest");
        read(self.with_token(self.api.request(Method::GET, &path)), 200).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: Value, status: u16) -> T {
        let request = self.api.request(Method::POST, &format!("/api{path}"));
        read(self.with_token(request).body(body.to_string()), status).await
    }

    async fn delete<T: DeserializeOwned>(&self, path: &str) -> T {
        read(
            self.with_token(self.api.request(Method::DELETE, &format!("/api{path}"))),
            200,
        )
        .await
    }

    fn with_token(&self, request: RequestBuilder) -> RequestBuilder {
        let request = request.header("Content-Type", "application/json");
        match self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}

/// As a page asks, past the client.
async fn fetch<T: DeserializeOwned>(api: &Api, path: &str, status: u16) -> T {
    read(api.request(Method::GET, &format!("/api{path}")), status).await
}

/// A browser hands an answer to the page where the page's origin may have it, and the page reads it as JSON.
async fn read<T: DeserializeOwned>(request: RequestBuilder, status: u16) -> T {
    let response = request.header("Origin", ORIGIN).send().await.expect("an answer");
    let (url, found) = (response.url().clone(), response.status());
    assert_eq!(response.headers()["access-control-allow-origin"], ORIGIN, "{url}");
    let text = response.text().await.expect("the whole body");
    assert_eq!(found, status, "{url}: {text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{url}: {error}: {text}"))
}

fn is_time(text: &str) -> bool {
    text.len() == 24 && text.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

async fn every_call_of_the_front_end(database: Database) {
    let github = Github::start();
    let token = "gho_0123456789abcdefghijABCDEFGHIJ_ada";
    github.add_user(token, 1, "ada");
    let settings = [
        ("FRONTEND_URL", ORIGIN),
        ("GITHUB_API_URL", &github.api()),
        ("ALLOW_LOCAL_REPOS", "1"),
    ];
    let api = Api::start_with(&database, &settings);
    let guest = Client { api: &api, token: None };
    let ada = Client {
        api: &api,
        token: Some(token),
    };

    // Before a browser sends JSON or a token to another origin, it asks.
    for (method, path) in [
        ("POST", "/api/scan"),
        ("GET", "/api/favorites"),
        ("DELETE", "/api/favorites/x"),
    ] {
        let asked = api
            .request(Method::OPTIONS, path)
            .header("Origin", ORIGIN)
            .header("Access-Control-Request-Method", method)
            .header("Access-Control-Request-Headers", "authorization,content-type")
            .send()
            .await
            .expect("an answer");
        let header = |name: &str| asked.headers()[name].to_str().expect("text").to_ascii_lowercase();
        assert!(header("access-control-allow-methods").contains(&method.to_ascii_lowercase()));
        let allowed = header("access-control-allow-headers");
        assert!(
            allowed.contains("authorization") && allowed.contains("content-type"),
            "{allowed}"
        );
    }
    let health: Health = guest.get("/health").await;
    assert!(health.status == "ok" && is_time(&health.timestamp));

    // The form, the page that polls, and the page of the results.
    let form = json!({ "repoUrl": REPOSITORY, "branch": "main" });
    let accepted: Accepted = guest.post("/scan", form, 201).await;
    assert_eq!(
        (accepted.status.as_str(), accepted.message.as_str()),
        ("queued", "Repository scan has been queued for analysis")
    );
    let id = &accepted.scan_id;
    assert!(accepted.repository_id.is_some() && accepted.cancel_token.is_some());
    let poll = async || fetch::<Scan>(&api, &format!("/scan/{id}"), 200).await;
    let scan = poll().await;
    assert_eq!(
        (scan.status.as_str(), scan.progress, scan.branch.as_str()),
        ("queued", 0.0, "main")
    );
    assert!(is_time(&scan.created_at) && scan.started_at.is_none() && scan.results.is_none());
    assert_eq!(scan.repository_id, accepted.repository_id);
    let (claimed, lease) = api.claim().await;
    assert_eq!(&claimed, id);
    let beat = json!({ "leaseToken": lease, "progress": 42, "stage": "parse" });
    api.work(&format!("/api/worker/jobs/{id}/heartbeat"), beat).await;
    let scan = poll().await;
    assert_eq!((scan.status.as_str(), scan.progress), ("processing", 42.0));
    assert!(scan.started_at.as_deref().is_some_and(is_time) && scan.completed_at.is_none());
    let done = json!({ "status": "completed", "results": report(), "branch": "main", "commitSha": "c0ffee" });
    assert_eq!(api.report(id, &lease, done).await.0, 200);
    let scan = poll().await;
    assert_eq!(
        (
            scan.status.as_str(),
            scan.progress,
            &scan.scan_id,
            scan.repo_url.as_str()
        ),
        ("completed", 100.0, id, REPOSITORY)
    );
    assert!(scan.completed_at.as_deref().is_some_and(is_time) && scan.error.is_none());
    assert_eq!(scan.results, Some(report()));
    let again: Scan = guest.get(&format!("/scan/{id}")).await;
    assert_eq!(again.results, scan.results);
    let results: Results = guest.get(&format!("/scan/{id}/results")).await;
    assert_eq!(
        (
            &results.scan_id,
            results.status.as_str(),
            results.repo_url.as_str(),
            results.branch.as_str()
        ),
        (id, "completed", REPOSITORY, "main")
    );
    assert!(is_time(&results.created_at) && is_time(&results.completed_at));
    assert_eq!(
        (
            results.results.risk_scores.overall,
            results.results.languages.total_files
        ),
        (41.5, 1_234.0)
    );

    // The form with its second field emptied; a scan that fails.
    let form = json!({ "repoUrl": REPOSITORY, "branch": "" });
    let second: Accepted = guest.post("/scan", form, 201).await;
    let (_, lease) = api.claim().await;
    let failure = json!({ "status": "failed", "error": "It cannot be cloned." });
    api.report(&second.scan_id, &lease, failure).await;
    let failed: Value = fetch(&api, &format!("/scan/{}", second.scan_id), 200).await;
    assert_eq!(
        (&failed["status"], &failed["error"]),
        (&json!("failed"), &json!("It cannot be cloned."))
    );
    for path in ["/scan/nothing", "/scan/nothing/results"] {
        let none: NotFound = fetch(&api, path, 404).await;
        assert_eq!(
            (
                none.scan_id.as_str(),
                none.status.as_str(),
                none.error.as_str(),
                none.message.as_str()
            ),
            ("nothing", "not_found", "Scan not found", "Scan not found")
        );
    }

    // One more that is complete, and one that waits.
    let third: Accepted = guest
        .post("/scan", json!({ "repoUrl": REPOSITORY, "branch": "" }), 201)
        .await;
    let (_, lease) = api.claim().await;
    let done = json!({ "status": "completed", "results": {} });
    assert_eq!(api.report(&third.scan_id, &lease, done).await.0, 200);
    let _waits: Accepted = guest
        .post("/scan", json!({ "repoUrl": REPOSITORY, "branch": "" }), 201)
        .await;

    lists(&api, &guest, id).await;
    favorites(&database, &ada, &third.scan_id).await;
    assert!(
        guest.get::<Vec<Favorite>>("/favorites").await.is_empty(),
        "a guest has none"
    );
}

async fn lists(api: &Api, guest: &Client<'_>, id: &str) {
    // The dashboard names its user, and sends no credential.
    let list: List = fetch(api, "/user/scans?userId=4711&limit=20", 200).await;
    assert_eq!((list.total, list.limit, list.offset, list.has_more), (2, 20, 0, false));
    let statuses: Vec<&str> = list.scans.iter().map(|row| row.status.as_str()).collect();
    assert_eq!(statuses, ["COMPLETED"; 2], "in upper case, and not the one that failed");
    let (newer, complete) = (&list.scans[0], &list.scans[1]);
    assert_eq!(
        (
            complete.id.as_str(),
            complete.repo_url.as_str(),
            complete.branch.as_deref()
        ),
        (id, REPOSITORY, Some("main"))
    );
    assert_eq!(newer.branch, None);
    for time in [
        Some(&complete.created_at),
        complete.started_at.as_ref(),
        complete.completed_at.as_ref(),
    ] {
        assert!(time.is_some_and(|time| is_time(time)));
    }
    let more: List = fetch(api, "/user/scans?userId=guest&limit=1", 200).await;
    assert!(more.has_more && more.scans.len() == 1);
    let stats: Stats = guest.get("/user/stats").await;
    assert_eq!(
        (
            stats.total_scans,
            stats.completed_scans,
            stats.failed_scans,
            stats.processing_scans
        ),
        (4, 2, 1, 1)
    );
    for (filter, count) in [
        ("", 2),
        ("&status=COMPLETED", 2),
        ("&status=PROCESSING", 0),
        ("&status=FAILED", 0),
    ] {
        let history: History = guest.get(&format!("/history?limit=50&offset=0{filter}")).await;
        let page = &history.pagination;
        assert_eq!(
            (page.total, page.limit, page.offset, page.has_more),
            (count, 50, 0, false),
            "{filter}"
        );
        assert_eq!(history.scans.len() as u64, count);
        for row in &history.scans {
            let repository = row.repository.as_ref().expect("a repository");
            assert_eq!(
                (
                    repository.name.as_str(),
                    repository.owner.as_str(),
                    repository.url.as_str()
                ),
                ("repository", "owner", REPOSITORY)
            );
            assert!(!repository.id.is_empty() && repository.full_name == "git.example.org/owner/repository");
        }
    }
}

async fn favorites(database: &Database, ada: &Client<'_>, scan: &str) {
    let repository = database.value("SELECT id AS v FROM repositories").await;
    let path = format!("/favorites/{repository}");
    let check = format!("{path}/check");
    assert!(!ada.get::<Check>(&check).await.is_favorite);
    let _added: Favorite = ada.post(&path, json!({}), 200).await;
    let _again: Favorite = ada.post(&path, json!({}), 200).await;
    assert!(ada.get::<Check>(&check).await.is_favorite);
    let list: Vec<Favorite> = ada.get("/favorites").await;
    let [favorite] = list.as_slice() else {
        panic!("{} favorites", list.len());
    };
    assert_eq!(favorite.repository_id, repository);
    assert!(!favorite.id.is_empty() && is_time(&favorite.created_at));
    let of = &favorite.repository;
    assert_eq!(
        (&of.id, of.name.as_str(), of.owner.as_str()),
        (&repository, "repository", "owner")
    );
    assert_eq!(
        (of.url.as_str(), of.latest_scan_id.as_deref()),
        (REPOSITORY, Some(scan))
    );
    assert!(of.latest_scan_at.as_deref().is_some_and(is_time));
    let _removed: Value = ada.delete(&path).await;
    assert!(ada.get::<Vec<Favorite>>("/favorites").await.is_empty());
}
