//! Private repositories, as the API has them: whose scans they are, and where their tokens are not.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::github::{Github, Mood};
use crate::support::people::{SIGN_IN, ask, jwt};
use crate::support::{Api, Database, Kind};

crate::every_database! {
    a_private_scan_from_submit_to_results,
    a_lost_token_ends_the_scan,
    what_is_asked_of_github_decides,
}

const ADA: &str = "gho_0123456789abcdefghijABCDEFGHIJ00ada0";
const BOB: &str = "ghp_0123456789abcdefghijABCDEFGHIJ00bob0";

fn start(database: &Database) -> (Github, Api) {
    let github = Github::start();
    github.add_user(ADA, 1, "ada");
    github.add_user(BOB, 2, "bob");
    github.add_private("ada/secret", &[ADA]);
    github.state().public.push("ada/open".to_owned());
    let api = Api::start_with(database, &settings(&github.api()));
    (github, api)
}

fn settings(github: &str) -> [(&str, &str); 3] {
    [SIGN_IN, ("GITHUB_API_URL", github), ("ALLOW_LOCAL_REPOS", "1")]
}

async fn submit(api: &Api, token: Option<&str>, url: &str) -> String {
    let body = json!({ "repoUrl": url });
    let (status, answer) = ask(api, token, Method::POST, "/api/scan", Some(&body)).await;
    assert_eq!(status, 201, "{answer}");
    answer["scanId"].as_str().expect("an id").to_owned()
}

async fn claim(api: &Api, body: Value) -> (u16, Value) {
    let (status, job) = api.work("/api/worker/claim", body).await;
    (status.as_u16(), job)
}

async fn status_for(api: &Api, token: Option<&str>, id: &str) -> u16 {
    let path = format!("/api/scan/{id}");
    ask(api, token, Method::GET, &path, None).await.0.as_u16()
}

/// Every text that the database has.
async fn everything(database: &Database) -> String {
    let mut all = String::new();
    for table in ["users", "accounts", "scans", "repositories", "api_keys", "webhooks"] {
        let sql = match database.kind {
            Kind::Postgres => format!("SELECT to_jsonb(t)::text AS v FROM {table} t"),
            // All columns of a row, one after the other.
            Kind::Sqlite => {
                let names = format!(
                    "SELECT group_concat('coalesce(\"' || name || '\", '''')', ' || ''|'' || ') AS v FROM pragma_table_info('{table}')"
                );
                format!("SELECT {} AS v FROM {table}", database.value(&names).await)
            }
        };
        all += &database.values(&sql).await.join("\n");
    }
    all
}

async fn a_private_scan_from_submit_to_results(database: Database) {
    let (github, api) = start(&database);
    let id = submit(&api, Some(ADA), &format!("{}.git", github.repository("ada/secret"))).await;
    for (token, status) in [
        (Some(ADA), 200),
        (Some(BOB), 404),
        (None, 404),
        (Some(&*jwt("eve")), 404),
    ] {
        assert_eq!(status_for(&api, token, &id).await, status);
    }

    let (status, job) = claim(&api, json!({ "workerId": "w" })).await;
    assert_eq!((status, &job["scanId"]), (200, &json!(id)));
    assert_eq!(
        job["cloneCredential"],
        json!({ "origin": format!("http://{}", github.address), "username": "x-access-token", "password": ADA })
    );
    // It comes with each attempt, and after the worker gave the job back.
    let lease = job["leaseToken"].as_str().expect("a token");
    let released = json!({ "leaseToken": lease, "reason": "stop" });
    api.work(&format!("/api/worker/jobs/{id}/release"), released).await;
    let (_, job) = claim(&api, json!({ "workerId": "w", "scanId": id })).await;
    assert_eq!(job["cloneCredential"]["password"], ADA);
    let lease = job["leaseToken"].as_str().expect("a token");
    let report = json!({ "status": "completed", "results": { "secret": true } });
    assert_eq!(api.report(&id, lease, report).await.0, 200);

    for (token, status) in [(Some(ADA), 200), (Some(BOB), 404), (None, 404)] {
        for path in ["", "/results", "/events"] {
            let path = format!("/api/scan/{id}{path}");
            assert_eq!(ask(&api, token, Method::GET, &path, None).await.0, status, "{path}");
        }
    }
    // No list of others has it.
    let (_, guests) = api.get("/api/user/scans?userId=guest").await;
    let (_, bobs) = ask(&api, Some(BOB), Method::GET, "/api/history", None).await;
    assert_eq!((&guests["total"], &bobs["pagination"]["total"]), (&json!(0), &json!(0)));
    let (_, own) = ask(&api, Some(ADA), Method::GET, "/api/history", None).await;
    assert_eq!(own["scans"][0]["isPrivate"], true);

    // Its repository is not there for others, nor is its scan told by it.
    let repository = own["scans"][0]["repository"]["id"].as_str().expect("an id");
    let path = format!("/api/favorites/{repository}");
    assert_eq!(ask(&api, Some(BOB), Method::POST, &path, None).await.0, 404);
    // Not even for those who name it: anybody can ask for a public scan of anything.
    submit(&api, Some(BOB), &github.repository("ada/secret")).await;
    assert_eq!(ask(&api, Some(BOB), Method::POST, &path, None).await.0, 404);
    let (status, favorite) = ask(&api, Some(ADA), Method::POST, &path, None).await;
    assert_eq!(
        (status.as_u16(), &favorite["repository"]["latestScanId"]),
        (200, &json!(id))
    );

    let rows = everything(&database).await;
    assert!(rows.contains("ada/secret") && !rows.contains(ADA) && !rows.contains(BOB));
    let log = api.log();
    assert!(!log.contains(ADA) && !log.contains(BOB), "{log}");
}

async fn a_lost_token_ends_the_scan(database: Database) {
    let (github, api) = start(&database);
    let first = submit(&api, Some(ADA), &github.repository("ada/secret")).await;
    let second = submit(&api, Some(ADA), &github.repository("ada/secret")).await;
    let open = submit(&api, Some(ADA), &github.repository("ada/open")).await;
    drop(api);
    let api = Api::start_with(&database, &settings(&github.api()));
    let (status, problem) = claim(&api, json!({ "workerId": "w", "scanId": first })).await;
    assert_eq!(status, 409, "{problem}");
    // By long poll the next one that can be worked on comes.
    let (status, job) = claim(&api, json!({ "workerId": "w", "waitMs": 20_000 })).await;
    assert_eq!((status, &job["scanId"]), (200, &json!(open)));
    assert!(job.get("cloneCredential").is_none(), "a public one is cloned without");
    for id in [first, second] {
        let (_, scan) = ask(&api, Some(ADA), Method::GET, &format!("/api/scan/{id}"), None).await;
        assert_eq!(
            (&scan["status"], &scan["errorCode"]),
            (&json!("failed"), &json!("credential-lost"))
        );
        assert!(
            scan["error"]
                .as_str()
                .expect("a sentence")
                .contains("Sign in and scan it again")
        );
    }
    let (status, _) = claim(&api, json!({ "workerId": "w", "waitMs": 10 })).await;
    assert_eq!(status, 204);
}

async fn what_is_asked_of_github_decides(database: Database) {
    let (github, api) = start(&database);
    let private = github.repository("ada/secret");
    for (token, url, is_private) in [
        (Some(ADA), private.as_str(), true),
        (Some(BOB), &private, false),
        (None, &private, false),
        (Some(&*jwt("1")), &private, false),
        (Some(ADA), &github.repository("ada/open"), false),
        // Other hosts are not asked, and get no token.
        (Some(ADA), "https://git.example.org/ada/secret", false),
    ] {
        let asked = github.state().asked;
        let id = submit(&api, token, url).await;
        let seen = status_for(&api, None, &id).await;
        assert_eq!(seen == 404, is_private, "{token:?} {url}");
        let (_, job) = claim(&api, json!({ "workerId": "w", "scanId": id })).await;
        assert_eq!(job.get("cloneCredential").is_some(), is_private, "{token:?} {url}");
        if url.starts_with("https://git.example.org") {
            assert_eq!(github.state().asked, asked);
        }
    }
    // Nobody guesses: where GitHub does not say, nothing is stored.
    let count = || database.value("SELECT CAST(count(*) AS text) AS v FROM scans");
    let before = count().await;
    for mood in [Mood::Limited, Mood::Broken, Mood::Away, Mood::Strange] {
        github.state().mood = mood;
        let body = json!({ "repoUrl": private });
        let (status, _) = ask(&api, Some(ADA), Method::POST, "/api/scan", Some(&body)).await;
        assert_eq!(status, 503, "{mood:?}");
    }
    assert_eq!(count().await, before);
}
