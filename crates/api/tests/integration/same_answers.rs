//! The same calls on SQLite and on PostgreSQL are answered alike, to the last member: only ids and times differ.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::people::{SIGN_IN, ask, jwt};
use crate::support::{Api, Database, Kind};

/// What was answered, in the order of the calls, with each id and time as the how-manieth it is.
struct Told {
    api: Api,
    names: Vec<String>,
    answers: Vec<(String, u16, Value)>,
}

impl Told {
    async fn call(&mut self, who: Option<&str>, method: Method, path: &str, body: Option<Value>) -> Value {
        let token = who.map(jwt);
        let (status, answer) = ask(&self.api, token.as_deref(), method.clone(), path, body.as_ref()).await;
        self.keep(format!("{method} {path}"), status.as_u16(), &answer);
        answer
    }

    fn keep(&mut self, call: String, status: u16, answer: &Value) {
        let mut shown = answer.clone();
        self.hide(&mut shown);
        let call = self.without_names(&call);
        self.answers.push((call, status, shown));
    }

    fn without_names(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for (number, name) in self.names.iter().enumerate() {
            text = text.replace(name, &format!("<id {number}>"));
        }
        text
    }

    fn hide(&mut self, value: &mut Value) {
        match value {
            Value::Array(list) => list.iter_mut().for_each(|entry| self.hide(entry)),
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    match (name.as_str(), &*member) {
                        (
                            "createdAt" | "startedAt" | "completedAt" | "latestScanAt" | "date" | "leaseUntil"
                            | "lastAttemptAt" | "lastUsedAt" | "timestamp",
                            Value::String(time),
                        ) => {
                            assert!(time.len() == 24 && time.ends_with('Z'), "{time}");
                            *member = "<time>".into();
                        }
                        ("key" | "secret" | "leaseToken" | "requestId" | "cancelToken", Value::String(_)) => {
                            *member = "<secret>".into()
                        }
                        ("uptimeSeconds" | "latencyMs", Value::Number(_)) => *member = "<time>".into(),
                        ("id" | "scanId" | "repositoryId" | "latestScanId" | "latestScan", Value::String(id)) => {
                            if !self.names.contains(id) {
                                self.names.push(id.clone());
                            }
                            *member = self.without_names(&id.clone()).into();
                        }
                        _ => self.hide(member),
                    }
                }
            }
            Value::String(text) => *text = self.without_names(&text.clone()),
            _ => {}
        }
    }
}

/// Everything that a front end and a worker ask, once in an order of its own.
async fn tell(kind: Kind) -> Vec<(String, u16, Value)> {
    let database = Database::new(kind).await;
    let mut told = Told {
        api: Api::start_with(&database, &[SIGN_IN]),
        names: Vec::new(),
        answers: Vec::new(),
    };
    let get = Method::GET;
    let post = Method::POST;
    let fixture: Value = serde_json::from_str(include_str!("../fixtures/report.json")).expect("JSON");
    let mut scans = Vec::new();
    for (number, who) in [None, Some("ada"), Some("ada"), None].into_iter().enumerate() {
        let body = json!({ "repoUrl": "https://github.com/owner/repository", "branch": "main", "force": true });
        let made = told.call(who, post.clone(), "/api/scan", Some(body)).await;
        let id = made["scanId"].as_str().expect("an id").to_owned();
        told.call(who, get.clone(), &format!("/api/scan/{id}"), None).await;
        told.call(who, get.clone(), &format!("/api/scan/{id}/results"), None)
            .await;
        let (status, job) = told
            .api
            .work("/api/worker/claim", json!({ "workerId": "w", "scanId": id }))
            .await;
        let lease = job["leaseToken"].as_str().expect("a token").to_owned();
        told.keep("claim".to_owned(), status.as_u16(), &job);
        let beat = json!({ "leaseToken": lease, "progress": 40, "stage": "parse" });
        let (status, answer) = told.api.work(&format!("/api/worker/jobs/{id}/heartbeat"), beat).await;
        told.keep("heartbeat".to_owned(), status.as_u16(), &answer);
        told.call(who, get.clone(), &format!("/api/scan/{id}"), None).await;
        let mut report = fixture.clone();
        report["riskScores"]["overall"] = json!(10 * number);
        let end = match number {
            3 => json!({ "status": "failed", "errorCode": "clone-failed", "error": "No. ä\u{1F680}" }),
            _ => {
                json!({ "status": "completed", "results": report, "branch": "main", "commitSha": format!("c0ffee{number}") })
            }
        };
        for _ in 0..2 {
            let (status, answer) = told.api.report(&id, &lease, end.clone()).await;
            told.keep("report".to_owned(), status.as_u16(), &answer);
        }
        scans.push(id);
    }
    let body = json!({ "repoUrl": "https://gitlab.com/a/b/c" });
    let waiting = told.call(Some("ada"), post.clone(), "/api/scan", Some(body)).await;
    let waiting = waiting["scanId"].as_str().expect("an id").to_owned();
    let (a, b, failed) = (scans[1].clone(), scans[2].clone(), scans[3].clone());
    let repository = told
        .call(Some("ada"), get.clone(), "/api/history?userId=ada", None)
        .await["scans"][1]["repositoryId"]
        .as_str()
        .expect("an id")
        .to_owned();
    for path in [
        format!("/api/scan/{a}"),
        format!("/api/scan/{a}/results"),
        format!("/api/scan/{a}/results?section=riskScores"),
        format!("/api/scan/{a}/results?section=ast.files&limit=2&offset=1"),
        format!("/api/scan/{a}/results?section=nothing"),
        format!("/api/scan/{a}/results?limit=2"),
        format!("/api/scan/{failed}"),
        format!("/api/scan/{failed}/results"),
        format!("/api/scan/{waiting}"),
        format!("/api/scan/{a}/report.json"),
        format!("/api/scan/{a}/report.sarif"),
        format!("/api/scan/{a}/sbom.json"),
        format!("/api/scan/{waiting}/report.json"),
        "/api/scan/nothing".to_owned(),
        "/api/user/scans?userId=ada".to_owned(),
        "/api/user/scans?userId=guest&limit=1".to_owned(),
        "/api/user/scans?userId=guest&limit=1&offset=1".to_owned(),
        "/api/user/scans?userId=bob".to_owned(),
        "/api/user/scans?limit=0".to_owned(),
        "/api/user/stats?userId=ada".to_owned(),
        "/api/user/stats?userId=guest".to_owned(),
        "/api/history?userId=ada&limit=1".to_owned(),
        "/api/history?userId=ada&status=completed".to_owned(),
        "/api/history?userId=ada&status=nothing".to_owned(),
        format!("/api/history?userId=ada&repositoryId={repository}"),
        format!("/api/history/repository/{repository}"),
        format!("/api/history/trends/{repository}"),
        "/api/history/trends/nothing".to_owned(),
        format!("/api/history/compare/{a}/{b}"),
        format!("/api/history/compare/{b}/{a}"),
        format!("/api/history/compare/{a}/{failed}"),
        "/api/ready".to_owned(),
    ] {
        told.call(Some("ada"), get.clone(), &path, None).await;
    }
    let favorite = format!("/api/favorites/{repository}");
    for (method, path) in [
        (post.clone(), favorite.clone()),
        (post.clone(), favorite.clone()),
        (post.clone(), "/api/favorites/nothing".to_owned()),
        (get.clone(), "/api/favorites".to_owned()),
        (get.clone(), format!("{favorite}/check")),
        (Method::DELETE, favorite.clone()),
        (Method::DELETE, favorite),
        (post.clone(), format!("/api/scan/{waiting}/cancel")),
        (post.clone(), format!("/api/scan/{waiting}/cancel")),
        (Method::DELETE, format!("/api/scan/{a}")),
        (get.clone(), format!("/api/scan/{a}")),
        (get.clone(), "/api/user/stats?userId=ada".to_owned()),
    ] {
        told.call(Some("ada"), method, &path, None).await;
    }
    told.call(
        Some("ada"),
        post.clone(),
        "/api/keys",
        Some(json!({ "name": "n\u{e4}me" })),
    )
    .await;
    told.call(Some("ada"), get.clone(), "/api/keys", None).await;
    let hook = json!({ "url": "https://example.org/hook", "events": ["scan.failed"] });
    told.call(Some("ada"), post, "/api/webhooks", Some(hook)).await;
    told.call(Some("ada"), get, "/api/webhooks", None).await;
    told.answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_answer_alike() {
    let sqlite = tell(Kind::Sqlite).await;
    let postgres = tell(Kind::Postgres).await;
    assert!(sqlite.len() > 80, "{}", sqlite.len());
    let mut differences = Vec::new();
    for (ours, theirs) in sqlite.iter().zip(&postgres) {
        // The kind of the database is told in `/api/ready`.
        let theirs = serde_json::to_string(theirs)
            .expect("JSON")
            .replace("postgresql", "sqlite");
        let ours = serde_json::to_string(ours).expect("JSON");
        if ours != theirs {
            differences.push(format!("SQLite:     {ours}\nPostgreSQL: {theirs}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!(sqlite.len(), postgres.len());
}
