//! A private repository from the submit to the report, and where its token is not: in Redis, the database, the logs, the
//! command lines and the sandbox.

use std::fs;
use std::path::Path;

use repolens_e2e::{GitServer, Repository};
use serde_json::{Value, json};

use super::deployment::Deployment;
use repolens_testkit::until;

const TOKEN: &str = "gho_Whole0123456789abcdefghijklmnopqrst";
/// `x-access-token:TOKEN` in base64.
const BASIC: &str = "eC1hY2Nlc3MtdG9rZW46Z2hvX1dob2xlMDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0";

fn holds_it(text: &[u8]) -> bool {
    [TOKEN, BASIC]
        .iter()
        .any(|form| text.windows(form.len()).any(|window| window == form.as_bytes()))
}

/// All keys with their values, as Redis would write them to its disk.
async fn of_redis(deployment: &Deployment) -> Vec<u8> {
    let redis = &deployment.redis;
    redis.ask::<()>(&["CONFIG", "SET", "rdbcompression", "no"]).await;
    let keys: Vec<String> = redis.ask(&["KEYS", "*"]).await;
    let mut all = keys.join("\n").into_bytes();
    for key in keys {
        let value: Option<Vec<u8>> = redis.ask(&["DUMP", &key]).await;
        all.extend(value.unwrap_or_default());
    }
    all
}

async fn of_the_database(deployment: &Deployment) -> String {
    let all = "SELECT database_to_xml(true, false, '')::text AS v";
    deployment.values(all).await.join("\n")
}

fn command_lines() -> Vec<u8> {
    let processes = fs::read_dir("/proc").expect("Linux").flatten();
    processes
        .filter_map(|process| fs::read(process.path().join("cmdline")).ok())
        .flatten()
        .collect()
}

/// The files below a folder, one after the other.
fn files(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        // One that goes while we look had nothing more to hide.
        match path.is_dir() {
            true => all.extend(files(&path)),
            false => all.extend(fs::read(&path).unwrap_or_default()),
        }
    }
    all
}

#[tokio::test]
async fn its_token_is_nowhere_but_in_memory() {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a folder").to_owned());
    server.make_private(TOKEN, BASIC);
    let address = server.url("");
    let sandboxes = tempfile::tempdir().expect("a folder");
    let folder = sandboxes.path().to_str().expect("UTF-8");
    let api = deployment
        .api_with(&[("GITHUB_API_URL", &address), ("LOG_LEVEL", "debug")])
        .await;
    let ask = async |path: &str| -> Value {
        let request = deployment.http.get(deployment.url(path)).bearer_auth(TOKEN);
        request
            .send()
            .await
            .expect("the API answers")
            .json()
            .await
            .expect("JSON")
    };
    let body = json!({ "repoUrl": server.url("ada/bare.git") });
    let request = deployment.http.post(deployment.url("/api/scan")).bearer_auth(TOKEN);
    let answer = request.json(&body).send().await.expect("the API answers");
    assert_eq!(answer.status(), 201);
    let answer: Value = answer.json().await.expect("JSON");
    let path = format!("/api/scan/{}", answer["scanId"].as_str().expect("an id"));

    // While it is cloned, and at the end.
    server.hold_back(true);
    let worker = deployment
        .worker_with("w", &[("SANDBOX_DIR", folder), ("LOG_LEVEL", "debug")])
        .await;
    server.wait_for_held(1);
    let nowhere = async |when: &str| {
        assert!(!holds_it(&of_redis(&deployment).await), "Redis, {when}");
        assert!(
            !holds_it(of_the_database(&deployment).await.as_bytes()),
            "the database, {when}"
        );
        assert!(!holds_it(&command_lines()), "a command line, {when}");
        assert!(!holds_it(&files(sandboxes.path())), "the sandbox, {when}");
        assert!(!holds_it(api.log().as_bytes()), "the API's log, {when}");
        assert!(!holds_it(worker.log().as_bytes()), "the worker's log, {when}");
    };
    nowhere("while it is cloned").await;
    server.hold_back(false);
    until("the scan has ended", async || {
        let status = ask(&path).await["status"].clone();
        ["completed", "failed"].iter().any(|end| status == *end)
    })
    .await;
    let scan = ask(&path).await;
    assert_eq!(
        (&scan["status"], &scan["commitSha"]),
        (&json!("completed"), &json!(repository.head())),
        "{scan}"
    );
    nowhere("at the end").await;
    let database = of_the_database(&deployment).await;
    assert!(database.contains("ada/bare"), "the right database was looked at");
    let of_guest = deployment.http.get(deployment.url(&path)).send().await;
    assert_eq!(of_guest.expect("the API answers").status(), 404);
}
