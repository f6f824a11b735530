//! A PostgreSQL that answers and does not do what it should: each is 503 with `Retry-After` and not ready, in whatever
//! language the server speaks.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Api, Database, Kind, Postgres, command, eventually};

async fn post(api: &Api) -> Response {
    api.request(Method::POST, "/api/scan")
        .json(&json!({ "repoUrl": "https://git.example.org/a/b" }))
        .send()
        .await
        .expect("an answer")
}

async fn is_refused(api: &Api, reason: &str) {
    let response = post(api).await;
    assert_eq!(response.status(), 503, "{reason}\n{}", api.log());
    assert!(response.headers().contains_key("retry-after"), "{reason}");
    let body: Value = response.json().await.expect("JSON");
    assert!(!body.to_string().contains("postgres"), "nothing of the inside: {body}");
    let (status, ready) = api.get("/api/ready").await;
    assert_eq!(
        (status.as_u16(), ready["checks"]["store"]["reason"].as_str()),
        (503, Some(reason)),
        "{ready}\n{}",
        api.log()
    );
    assert_eq!(api.get("/api/health").await.0, 200, "it lives");
}

async fn recovers(api: &Api) {
    eventually("it is ready again", async || {
        (api.get("/api/ready").await.0 == 200).then_some(())
    })
    .await;
    assert_eq!(post(api).await.status(), 201, "{}", api.log());
}

/// By the code, with a text in no language that we know.
#[tokio::test(flavor = "multi_thread")]
async fn errors_are_known_by_their_codes() {
    let database = Database::new(Kind::Postgres).await;
    let api = Api::start_with(&database, &[("RATE_LIMIT_SCANS", "off"), ("RATE_LIMIT", "off")]);
    for (code, reason) in [
        ("25006", "The database is read-only."),
        ("42501", "The database user lacks a right that is needed."),
        ("53100", "The disk of the database is full."),
        ("55P03", "A lock in the database is held by another session."),
        ("57014", "The database took longer than is allowed for a statement."),
    ] {
        database
            .run(&format!(
                "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'Das geht hier nicht' USING ERRCODE = '{code}'; END $$; \
                 CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON scans FOR EACH ROW EXECUTE FUNCTION refuse()"
            ))
            .await;
        is_refused(&api, reason).await;
        assert!(api.logged(&format!("(SQLSTATE {code})")), "{}", api.log());
        database.run("DROP TRIGGER refuse ON scans").await;
        recovers(&api).await;
    }
}

/// A socket of this machine is read like a connection over the network.
#[tokio::test(flavor = "multi_thread")]
async fn over_a_unix_socket_too() {
    let server = Postgres::start();
    let folder = server
        .values("SELECT current_setting('unix_socket_directories') AS v")
        .await;
    let url = format!("postgres://postgres@/postgres?host={}&port={}", folder[0], server.port);
    let api = Api::start(&Database::at(&url));
    recovers(&api).await;
    server
        .values("ALTER DATABASE postgres SET default_transaction_read_only = on")
        .await;
    server
        .values(
            "SELECT pg_terminate_backend(pid)::text AS v FROM pg_stat_activity WHERE application_name = 'repolens-api'",
        )
        .await;
    is_refused(&api, "The database is read-only.").await;
    assert!(api.log().contains("(SQLSTATE 25006)"), "{}", api.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn read_only() {
    let database = Database::new(Kind::Postgres).await;
    let api = Api::start(&database);
    recovers(&api).await;
    let name = database.url().rsplit('/').next().expect("a name").to_owned();
    let cut = format!("SELECT pg_terminate_backend(pid)::text AS v FROM pg_stat_activity WHERE datname = '{name}'");
    let read_only = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    let admin = Postgres::shared();
    admin.values(&read_only).await;
    admin.values(&cut).await;
    is_refused(&api, "The database is read-only.").await;
    // What only reads goes on, over a restart too.
    assert_eq!(api.get("/api/user/stats").await.0, 200, "{}", api.log());
    drop(api);
    let api = Api::start(&database);
    is_refused(&api, "The database is read-only.").await;
    assert_eq!(api.get("/api/user/stats").await.0, 200, "{}", api.log());
    let writable = format!("ALTER DATABASE {name} RESET default_transaction_read_only");
    admin.values(&writable).await;
    admin.values(&cut).await;
    recovers(&api).await;
}

/// Found by a statement that changes nothing, although no row is written.
#[tokio::test(flavor = "multi_thread")]
async fn readiness_alone_finds_revoked_rights() {
    let (database, role) = as_own_role().await;
    let api = Api::start(&database);
    assert_eq!(api.get("/api/ready").await.0, 200, "{}", api.log());
    database.run(&format!("REVOKE UPDATE ON scans FROM {role}")).await;
    let (status, ready) = api.get("/api/ready").await;
    assert_eq!(status, 503, "{ready}");
    assert_eq!(
        ready["checks"]["store"]["reason"],
        "The database user lacks a right that is needed."
    );
    database.run(&format!("GRANT UPDATE ON scans TO {role}")).await;
    database.run(&format!("REVOKE INSERT ON scans FROM {role}")).await;
    is_refused(&api, "The database user lacks a right that is needed.").await;
    database.run(&format!("GRANT INSERT ON scans TO {role}")).await;
    recovers(&api).await;
}

/// A database of a role that is no superuser, and owns all in it.
async fn as_own_role() -> (Database, String) {
    let database = Database::new(Kind::Postgres).await;
    let name = database.url().rsplit('/').next().expect("a name").to_owned();
    let role = format!("r{name}");
    database
        .run(&format!(
            "CREATE ROLE {role} LOGIN; ALTER DATABASE {name} OWNER TO {role}"
        ))
        .await;
    let url = database.url().replace("postgres@", &format!("{role}@"));
    (Database::at(&url), role)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_log_in_any_more() {
    let (database, role) = as_own_role().await;
    let api = Api::start(&database);
    recovers(&api).await;
    let admin = Postgres::shared();
    let name = database.url().rsplit('/').next().expect("a name");
    admin.values(&format!("ALTER ROLE {role} NOLOGIN")).await;
    admin
        .values(&format!(
            "SELECT pg_terminate_backend(pid)::text AS v FROM pg_stat_activity WHERE datname = '{name}'"
        ))
        .await;
    is_refused(&api, "The database refuses the user or the password.").await;
    admin.values(&format!("ALTER ROLE {role} LOGIN")).await;
    recovers(&api).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_held() {
    let database = Database::new(Kind::Postgres).await;
    let api = Api::start(&database);
    recovers(&api).await;
    let (client, connection) = tokio_postgres::connect(database.url(), tokio_postgres::NoTls)
        .await
        .expect("the server answers");
    tokio::spawn(connection);
    client
        .batch_execute("BEGIN; LOCK TABLE scans IN ACCESS EXCLUSIVE MODE")
        .await
        .expect("locked");
    is_refused(&api, "A lock in the database is held by another session.").await;
    client.batch_execute("ROLLBACK").await.expect("free again");
    recovers(&api).await;
}

/// A server whose processes do not run: its connections stand, and nothing is answered.
#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_server_answers_within_ten_seconds_and_hinders_no_stop() {
    let server = Postgres::start();
    let database = Database::at(&server.url("postgres"));
    let mut api = Api::start(&database);
    recovers(&api).await;
    server.freeze();
    let begin = Instant::now();
    let response = tokio::time::timeout(Duration::from_secs(10), post(&api)).await;
    let response = response.expect("the contract: within 10 s");
    assert_eq!(response.status(), 503, "after {:?}: {}", begin.elapsed(), api.log());
    assert!(response.headers().contains_key("retry-after"));
    let (status, ready) = api.get("/api/ready").await;
    assert_eq!(
        (status.as_u16(), ready["checks"]["store"]["reason"].as_str()),
        (503, Some("The database does not answer.")),
        "{ready}"
    );
    server.thaw();
    recovers(&api).await;

    server.freeze();
    let waiting = tokio::spawn(api.request(Method::GET, "/api/user/stats").send());
    api.signal(Signal::SIGTERM);
    assert_eq!(api.wait().code(), Some(0), "{}", api.log());
    let _cut_or_answered = waiting.await.expect("no panic");
    server.thaw();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_tries_a_write_and_says_what_to_do() {
    let database = Database::new(Kind::Postgres).await;
    database.store().await;
    let name = database.url().rsplit('/').next().expect("a name").to_owned();
    let check = |url: String| {
        let output = command(database.folder.path())
            .args(["check", "--connect"])
            .env("DATABASE_URL", url)
            .output()
            .expect("it starts");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let (status, text) = check(database.url().to_owned());
    assert!(status == Some(0) && text.contains("can be written to"), "{text}");
    database
        .run(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"))
        .await;
    let (status, text) = check(database.url().to_owned());
    assert!(
        status == Some(78) && text.contains("read-only") && text.contains("primary"),
        "{text}"
    );
    let (status, text) = check(format!("{}x", database.url()));
    assert!(
        status == Some(78) && text.contains("no database of this name") && text.contains("create it"),
        "{text}"
    );
}
