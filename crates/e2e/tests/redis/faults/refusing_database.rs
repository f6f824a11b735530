//! PostgreSQL answers and refuses while a worker has a scan: it is read-only, locked, full, takes a right away; or it is
//! frozen.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Scene;
use crate::deployment::Deployment;
use crate::form;
use repolens_testkit::Postgres;
use repolens_testkit::until;

/// What the contract promises for a POST, whatever PostgreSQL does.
const PROMISED: Duration = Duration::from_secs(10);

struct Refusing {
    server: Postgres,
    scene: Scene,
}

impl Refusing {
    async fn open() -> Self {
        let server = tokio::task::spawn_blocking(Postgres::start).await.expect("it starts");
        let database = crate::database::fresh(&server).await;
        let scene = Scene::on(Deployment::on(database).await).await;
        Self { server, scene }
    }

    async fn run(&self, sql: &str) {
        self.scene.deployment.values(sql).await;
    }

    /// The reason that the readiness check has, where it is not ready.
    async fn reason(&self) -> Option<String> {
        let deployment = &self.scene.deployment;
        let answer = deployment.http.get(deployment.url("/api/ready")).send().await;
        let answer = answer.expect("the API answers");
        let status = answer.status();
        let body: Value = answer.json().await.expect("JSON");
        let reason = body["checks"]["store"]["reason"].as_str().map(str::to_owned);
        assert_eq!(status == 503, reason.is_some(), "{body}");
        reason
    }

    /// A scan is in the middle of its work while `begin` and `end` are done: it is completed all the same, in the same
    /// attempt, and what is posted meanwhile is refused as what may pass.
    async fn meanwhile(&self, what: &str, reason: &str, begin: impl AsyncFnOnce(), end: impl AsyncFnOnce()) {
        let ledger = self.scene.ledger().await;
        let id = self.scene.scan_in_the_middle().await;
        begin().await;
        until("it is not ready", async || self.reason().await.is_some()).await;
        let deployment = &self.scene.deployment;
        let posted = Instant::now();
        let answer = deployment
            .http
            .post(deployment.url("/api/scan"))
            .json(&json!({ "repoUrl": self.scene.repository.url() }))
            .timeout(PROMISED)
            .send()
            .await
            .expect("an answer within ten seconds");
        let took = posted.elapsed();
        assert_eq!(answer.status(), 503, "{what}");
        assert!(answer.headers().contains_key("retry-after"), "{what}");
        assert_eq!(self.reason().await.as_deref(), Some(reason), "{what}");
        self.scene.go_on();
        tokio::time::sleep(form::seconds(2, 30)).await;
        end().await;
        until("it is ready again", async || self.reason().await.is_none()).await;
        let tally = ledger.tally(&[id]).await;
        form::report(
            &format!("PostgreSQL {what}"),
            format!("{tally}, a POST was refused after {took:?}"),
        );
        tally.all_completed();
        assert_eq!(tally.most_attempts, 1, "{what}: the result was kept: {tally}");
    }

    /// Every change of a scan fails with this code.
    async fn fails_with(&self, what: &str, code: &str, reason: &str) {
        let begin = format!(
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'Das geht hier nicht' USING ERRCODE = '{code}'; END $$; \
             CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON scans FOR EACH ROW EXECUTE FUNCTION refuse()"
        );
        self.meanwhile(
            what,
            reason,
            async || self.run(&begin).await,
            async || self.run("DROP TRIGGER refuse ON scans").await,
        )
        .await;
    }
}

#[tokio::test]
async fn full() {
    let reason = "The disk of the database is full.";
    Refusing::open()
        .await
        .fails_with("with a full disk", "53100", reason)
        .await;
}

#[tokio::test]
async fn without_a_right() {
    let reason = "The database user lacks a right that is needed.";
    Refusing::open()
        .await
        .fails_with("that took a right away", "42501", reason)
        .await;
}

#[tokio::test]
async fn too_slow() {
    let reason = "The database took longer than is allowed for a statement.";
    Refusing::open()
        .await
        .fails_with("whose statements take too long", "57014", reason)
        .await;
}

#[tokio::test]
async fn read_only() {
    let refusing = Refusing::open().await;
    let set = async |to: &str| {
        refusing
            .run(&format!("ALTER SYSTEM SET default_transaction_read_only = {to}"))
            .await;
        refusing.run("SELECT pg_reload_conf()::text AS v").await;
    };
    refusing
        .meanwhile(
            "read-only",
            "The database is read-only.",
            async || set("on").await,
            async || set("off").await,
        )
        .await;
}

#[tokio::test]
async fn locked() {
    let refusing = Refusing::open().await;
    let (client, connection) = tokio_postgres::connect(&refusing.scene.deployment.database, tokio_postgres::NoTls)
        .await
        .expect("the server answers");
    tokio::spawn(connection);
    let run = async |sql: &str| client.batch_execute(sql).await.expect("a lock");
    refusing
        .meanwhile(
            "with a lock on the scans",
            "A lock in the database is held by another session.",
            async || run("BEGIN; LOCK TABLE scans IN ACCESS EXCLUSIVE MODE").await,
            async || run("ROLLBACK").await,
        )
        .await;
}

#[tokio::test]
async fn frozen() {
    let refusing = Refusing::open().await;
    refusing
        .meanwhile(
            "frozen",
            "The database does not answer.",
            async || refusing.server.freeze(),
            async || refusing.server.thaw(),
        )
        .await;
}
