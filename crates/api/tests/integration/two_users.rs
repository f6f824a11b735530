//! Two users try, each 60 times over, to get at what is private to the other. Nothing is told, and nothing is changed.

use reqwest::Method;
use serde_json::{Value, json};

use crate::exports::complete;
use crate::support::github::Github;
use crate::support::people::{SIGN_IN, ask, jwt};
use crate::support::{Api, DEADLINE, Database};

crate::every_database! {
    nobody_gets_at_what_is_private_to_another,
}

/// What one of them has.
struct Person {
    /// Of all the forms in which they can come.
    tokens: Vec<String>,
    user_id: String,
    /// Private scans: one that waits, one that runs, one that is complete.
    scans: Vec<String>,
    repository: String,
    /// Host, owner and name, as a badge is asked for.
    badge: String,
    key: String,
    /// A complete scan that everybody may see.
    open: String,
    webhook: String,
    /// Texts that only the owner may see.
    private: Vec<String>,
}

/// An attempt: method and address, `{…}` stands for what the other one has; a body; what may be answered.
struct Attempt {
    method: Method,
    path: &'static str,
    body: Option<Value>,
    allowed: &'static [u16],
}

/// 404: it is not there. 403: it is, and is somebody else's. Nothing else may be told of it.
const NOT_THERE: &[u16] = &[404];
const NOT_YOURS: &[u16] = &[403];
/// The attempt is about the caller's own list, in which the other's things are not.
const OWN_LIST: &[u16] = &[200];
/// The same picture as of a repository that nobody scanned.
const BADGE: &[u16] = &[200];

fn attempts() -> Vec<Attempt> {
    let attempt = |method, path, allowed| Attempt {
        method,
        path,
        body: None,
        allowed,
    };
    let saying = |method, path, body| Attempt {
        method,
        path,
        body: Some(body),
        allowed: &[401],
    };
    vec![
        attempt(Method::GET, "/api/scan/{scan}", NOT_THERE),
        attempt(Method::HEAD, "/api/scan/{scan}", NOT_THERE),
        attempt(Method::GET, "/api/scan/{scan}/results", NOT_THERE),
        attempt(Method::HEAD, "/api/scan/{scan}/results", NOT_THERE),
        attempt(Method::GET, "/api/scan/{scan}/results?section=only", NOT_THERE),
        attempt(Method::GET, "/api/scan/{scan}/results?section=only&limit=1", NOT_THERE),
        // What cannot be read is no way round either.
        attempt(Method::GET, "/api/scan/{scan}/results?section=a.b.c.d.e.f", NOT_THERE),
        attempt(Method::GET, "/api/scan/{scan}/events", NOT_THERE),
        attempt(Method::POST, "/api/scan/{scan}/cancel", NOT_THERE),
        attempt(Method::DELETE, "/api/scan/{scan}", NOT_THERE),
        // Exports and badges: a new one is tried as soon as it stands here.
        attempt(Method::GET, "/api/scan/{scan}/report.html", NOT_THERE),
        attempt(Method::GET, "/api/scan/{scan}/report.md", NOT_THERE),
        attempt(Method::GET, "/api/scan/{scan}/report.json", NOT_THERE),
        attempt(Method::GET, "/api/scan/{scan}/report.sarif", NOT_THERE),
        attempt(Method::GET, "/api/scan/{scan}/gl-code-quality-report.json", NOT_THERE),
        attempt(Method::GET, "/api/scan/{scan}/sbom.json", NOT_THERE),
        attempt(Method::GET, "/api/scan/{scan}/sbom.spdx.json", NOT_THERE),
        attempt(Method::GET, "/api/scan/{scan}/badge.svg", NOT_THERE),
        attempt(Method::GET, "/api/badge/{badge}.svg", BADGE),
        // Compared with another of the same owner, with itself, and with one that everybody may see.
        attempt(Method::GET, "/api/history/compare/{scan}/{complete}", NOT_THERE),
        attempt(Method::GET, "/api/history/compare/{scan}/{scan}", NOT_THERE),
        attempt(Method::GET, "/api/history/compare/{open}/{scan}", NOT_THERE),
        attempt(Method::GET, "/api/history/compare/{scan}/{open}", NOT_THERE),
        attempt(Method::GET, "/api/history/repository/{repository}", NOT_THERE),
        attempt(Method::GET, "/api/history/trends/{repository}", NOT_THERE),
        attempt(Method::GET, "/api/user/scans?userId={user}", NOT_YOURS),
        attempt(Method::GET, "/api/user/stats?userId={user}", NOT_YOURS),
        attempt(Method::GET, "/api/history?userId={user}", NOT_YOURS),
        attempt(Method::GET, "/api/history?repositoryId={repository}", OWN_LIST),
        attempt(
            Method::GET,
            "/api/history?userId=guest&repositoryId={repository}",
            OWN_LIST,
        ),
        attempt(Method::GET, "/api/user/scans", OWN_LIST),
        attempt(Method::GET, "/api/user/stats", OWN_LIST),
        attempt(Method::GET, "/api/user/stats?userId=guest", OWN_LIST),
        attempt(Method::GET, "/api/user/scans?userId=guest", OWN_LIST),
        attempt(Method::POST, "/api/favorites/{repository}", NOT_THERE),
        attempt(Method::DELETE, "/api/favorites/{repository}", NOT_THERE),
        attempt(Method::GET, "/api/favorites/{repository}/check", OWN_LIST),
        attempt(Method::GET, "/api/favorites", OWN_LIST),
        attempt(Method::GET, "/api/keys", OWN_LIST),
        attempt(Method::DELETE, "/api/keys/{key}", NOT_YOURS),
        attempt(Method::GET, "/api/webhooks", OWN_LIST),
        attempt(Method::DELETE, "/api/webhooks/{webhook}", NOT_YOURS),
        // What workers do, as users.
        saying(
            Method::PUT,
            "/api/scan/{scan}/status",
            json!({ "status": "completed", "results": {} }),
        ),
        saying(
            Method::POST,
            "/api/worker/claim",
            json!({ "workerId": "w", "scanId": "{scan}" }),
        ),
        saying(Method::POST, "/api/worker/claim", json!({ "workerId": "w" })),
        saying(
            Method::POST,
            "/api/worker/jobs/{scan}/heartbeat",
            json!({ "leaseToken": "guessed" }),
        ),
        saying(
            Method::POST,
            "/api/worker/jobs/{scan}/commit",
            json!({ "leaseToken": "guessed", "commitSha": "c0ffee", "branch": "main", "analyserVersion": "1" }),
        ),
        saying(
            Method::POST,
            "/api/worker/jobs/{scan}/release",
            json!({ "leaseToken": "guessed", "reason": "mine now" }),
        ),
    ]
}

async fn person(database: &Database, api: &Api, github: &Github, open: &str, name: &str, number: u64) -> Person {
    let token = format!("gho_0123456789abcdefghijABCDEFGHIJ_{name}");
    let full_name = format!("{name}/secret-of-{name}");
    github.add_user(&token, number, name);
    github.add_private(&full_name, &[&token]);
    let ask_own = async |method: Method, path: &str, body: Value| {
        let (status, answer) = ask(api, Some(&token), method, path, Some(&body)).await;
        assert!(status.is_success(), "{path}: {answer}");
        answer
    };
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut scans = Vec::new();
    for _ in 0..3 {
        let body = json!({ "repoUrl": github.repository(&full_name) });
        scans.push(text(&ask_own(Method::POST, "/api/scan", body).await["scanId"]));
    }
    for (scan, ends) in [(&scans[1], false), (&scans[2], true)] {
        let (_, job) = api
            .work("/api/worker/claim", json!({ "workerId": "w", "scanId": scan }))
            .await;
        if ends {
            // With a risk: else its badge would look like that of a repository that nobody scanned.
            let results = json!({ "only": format!("for-{name}"), "riskScores": { "overall": 41.5 } });
            let report = json!({ "status": "completed", "results": results });
            api.report(scan, job["leaseToken"].as_str().expect("a token"), report)
                .await;
        }
    }
    let history = ask(api, Some(&token), Method::GET, "/api/history", None).await.1;
    let repository = text(&history["scans"][0]["repository"]["id"]);
    ask_own(Method::POST, &format!("/api/favorites/{repository}"), Value::Null).await;
    let key = ask_own(Method::POST, "/api/keys", json!({ "name": format!("key-of-{name}") })).await;
    let hook = format!("https://example.org/hook-of-{name}");
    let webhook = json!({ "url": hook, "events": ["scan.completed"] });
    let webhook = text(&ask_own(Method::POST, "/api/webhooks", webhook).await["id"]);
    let badge = format!("{}/{full_name}", github.address);
    let of_number = format!("SELECT id AS v FROM users WHERE \"githubId\" = '{number}'");
    let user_id = database.value(&of_number).await;
    Person {
        tokens: vec![token.clone(), text(&key["key"]), jwt(&user_id)],
        private: vec![full_name, format!("for-{name}"), format!("key-of-{name}"), hook, token],
        user_id,
        scans,
        repository,
        badge,
        key: text(&key["id"]),
        open: open.to_owned(),
        webhook,
    }
}

/// All that the attempts could change.
async fn rows(database: &Database) -> Vec<String> {
    let mut rows = Vec::new();
    for sql in [
        "SELECT id || status || \"userId\" || CAST(progress AS text) || CAST(\"cancelAsked\" AS text) AS v FROM scans",
        "SELECT id || \"userId\" || \"repositoryId\" AS v FROM favorite_repositories",
        "SELECT id || \"userId\" || key AS v FROM api_keys",
        "SELECT id || \"userId\" || url AS v FROM webhooks",
        "SELECT id || coalesce(\"lastScanId\", '-') || CAST(\"isPrivate\" AS text) AS v FROM repositories",
        "SELECT \"scanId\" || sha256 AS v FROM scan_reports",
    ] {
        rows.extend(database.values(sql).await);
    }
    rows.sort();
    rows
}

async fn nobody_gets_at_what_is_private_to_another(database: Database) {
    let github = Github::start();
    let api = Api::start_with(
        &database,
        &[SIGN_IN, ("GITHUB_API_URL", &github.api()), ("ALLOW_LOCAL_REPOS", "1")],
    );
    let open = complete(&api, json!({ "open": true })).await;
    let people = [
        person(&database, &api, &github, &open, "ada", 1).await,
        person(&database, &api, &github, &open, "bob", 2).await,
    ];
    // No worker prolongs the leases of those that run: on a slow machine they would end, and change rows, meanwhile.
    database
        .run("UPDATE scans SET \"leaseUntil\" = '2099-01-01 00:00:00' WHERE \"leaseUntil\" IS NOT NULL")
        .await;
    let before = rows(&database).await;
    for (who, of) in [(&people[0], &people[1]), (&people[1], &people[0])] {
        let mut made = 0;
        for attempt in attempts() {
            for token in &who.tokens {
                for scan in &of.scans {
                    made += 1;
                    let found = try_one(&api, &attempt, Some(token), scan, of).await;
                    assert!(
                        attempt.allowed.contains(&found.0),
                        "{} {}: {found:?}",
                        attempt.method,
                        attempt.path
                    );
                    if !attempt.path.contains("{scan}") {
                        // The same again would only wait for its turn.
                        break;
                    }
                }
            }
            // A guest gets no further; who names another is answered as a guest.
            let found = try_one(&api, &attempt, None, &of.scans[2], of).await;
            let names = attempt.path.contains("userId={user}");
            let allowed =
                attempt.allowed.contains(&found.0) || [401, 403].contains(&found.0) || (names && found.0 == 200);
            assert!(allowed, "a guest: {} {}: {found:?}", attempt.method, attempt.path);
        }
        assert!(made >= 60, "{made} attempts");
    }
    assert_eq!(rows(&database).await, before, "and nothing was changed");
    // The owners still have it all.
    for person in &people {
        for token in &person.tokens {
            let path = format!("/api/scan/{}/results", person.scans[2]);
            let (status, results) = ask(&api, Some(token), Method::GET, &path, None).await;
            assert!(
                status == 200 && results.to_string().contains(&person.private[1]),
                "{results}"
            );
        }
    }
}

/// The status and the text of the answer, in which there is nothing that is private to `of`.
async fn try_one(api: &Api, attempt: &Attempt, token: Option<&str>, scan: &str, of: &Person) -> (u16, String) {
    let theirs = Things {
        scan,
        repository: &of.repository,
        badge: &of.badge,
    };
    let fill = |text: &str, things: &Things<'_>| {
        text.replace("{scan}", things.scan)
            .replace("{complete}", &of.scans[2])
            .replace("{open}", &of.open)
            .replace("{user}", &of.user_id)
            .replace("{repository}", things.repository)
            .replace("{badge}", things.badge)
            .replace("{key}", &of.key)
            .replace("{webhook}", &of.webhook)
    };
    let send = async |things: &Things<'_>| {
        // A stream of events that may be had does not end.
        let mut request = api
            .request(attempt.method.clone(), &fill(attempt.path, things))
            .timeout(DEADLINE);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = &attempt.body {
            let body = fill(&body.to_string(), things);
            request = request.header("Content-Type", "application/json").body(body);
        }
        let response = request.send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("a body"))
    };
    let (status, text) = send(&theirs).await;
    let hidden = of.private.iter().chain(&of.scans).chain([&of.repository]);
    let address = fill(attempt.path, &theirs);
    for secret in hidden.filter(|secret| !address.contains(secret.as_str())) {
        assert!(
            !text.contains(secret.as_str()),
            "{} {}: {text}",
            attempt.method,
            attempt.path
        );
    }
    if ["{scan}", "{repository}", "{badge}"]
        .iter()
        .any(|part| attempt.path.contains(part))
    {
        // It is answered like one that is not there at all.
        let nothing = Things {
            scan: "00000000-0000-4000-8000-000000000000",
            repository: "00000000-0000-4000-8000-000000000001",
            badge: "git.example.org/nobody/nothing",
        };
        let alike = text
            .replace(theirs.scan, nothing.scan)
            .replace(theirs.repository, nothing.repository);
        assert_eq!(
            (status, alike),
            send(&nothing).await,
            "{} {}",
            attempt.method,
            attempt.path
        );
    }
    (status, text)
}

/// What an attempt is about.
struct Things<'a> {
    scan: &'a str,
    repository: &'a str,
    badge: &'a str,
}
