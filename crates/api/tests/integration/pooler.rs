//! PgBouncer in transaction mode, where each transaction may be given another session of the server.

use std::fmt::Write as _;
use std::process::{Child, Command, Stdio};

use serde_json::json;
use tempfile::TempDir;

use crate::support::{Api, Database, Kind, Postgres, eventually, free_port};

struct Pooler {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Pooler {
    /// `None` where it is not installed.
    #[expect(clippy::disallowed_methods, reason = "a test starts the pooler")]
    async fn start(server: &Postgres) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let mut settings = String::new();
        writeln!(
            settings,
            "[databases]\n* = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 3\nserver_round_robin = 1\n\
             ignore_startup_parameters = extra_float_digits",
            server.port
        )
        .expect("to memory");
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, settings).expect("written");
        // It refuses to run as root; the folder must be open to the user it runs as.
        let mut command = if nix::unistd::geteuid().is_root() {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("ours");
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "pgbouncer"]);
            command
        } else {
            Command::new("pgbouncer")
        };
        let child = command
            .arg("-q")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut pooler = Self {
            child: child.ok()?,
            port,
            _folder: folder,
        };
        let up = eventually("the pooler listens or ends", async || {
            if pooler.child.try_wait().expect("our own child").is_some() {
                return Some(false);
            }
            tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .ok()
                .map(|_| true)
        })
        .await;
        up.then_some(pooler)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        use nix::sys::signal::{Signal, kill};
        use nix::unistd::Pid;
        // `runuser` passes it on; it may have ended already.
        let _gone = kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM);
        let _reaped = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_behind_a_pooler() {
    two_instances("?pgbouncer=true").await;
}

/// The address says nothing of the pooler: it is recognized.
#[tokio::test(flavor = "multi_thread")]
async fn two_instances_behind_a_pooler_without_the_mark() {
    two_instances("").await;
}

/// Where the pooler hides the server's process, by the first prepared statement that is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_statement_is_a_sign_of_a_pooler() {
    let database = Database::new(Kind::Postgres).await;
    let api = Api::start(&database);
    for code in ["26000", "42P05"] {
        database
            .run(&format!(
                "DROP SEQUENCE IF EXISTS losses CASCADE; CREATE SEQUENCE losses; \
                 CREATE OR REPLACE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 IF nextval('losses') = 1 THEN RAISE EXCEPTION 'fort' USING ERRCODE = '{code}'; END IF; RETURN NEW; END $$; \
                 CREATE OR REPLACE TRIGGER lose BEFORE INSERT ON scans FOR EACH ROW EXECUTE FUNCTION lose()"
            ))
            .await;
        let id = api.submit().await;
        assert_eq!(api.get(&format!("/api/scan/{id}")).await.0, 200);
    }
    let found = api.log().matches("a pooler in transaction mode was found").count();
    assert_eq!(found, 1, "{}", api.log());
    assert_eq!(database.value("SELECT count(*)::text AS v FROM scans").await, "2");
}

async fn two_instances(parameters: &str) {
    let direct = Database::new(Kind::Postgres).await;
    let Some(pooler) = Pooler::start(Postgres::shared()).await else {
        // The only test that may be left out: PgBouncer is rarely installed.
        return;
    };
    let name = direct.url().rsplit('/').next().expect("a name");
    let url = format!("postgres://postgres@127.0.0.1:{}/{name}{parameters}", pooler.port);
    let database = Database::at(&url);
    // Two processes give their prepared statements the same names; three sessions are dealt to both in turn.
    let (one, two) = (Api::start(&database), Api::start(&database));
    for round in 0..10 {
        for api in [&one, &two] {
            let id = api.submit().await;
            let (claimed, lease) = api.claim().await;
            assert_eq!(claimed, id);
            let beat = json!({ "leaseToken": lease, "progress": round });
            assert_eq!(api.work(&format!("/api/worker/jobs/{id}/heartbeat"), beat).await.0, 200);
            let report = json!({ "status": "completed", "results": { "round": round } });
            assert_eq!(api.report(&id, &lease, report).await.0, 200);
        }
        let (looks, lists) = tokio::join!(
            futures_util::future::join_all((0..8).map(|_| one.get("/api/user/stats"))),
            futures_util::future::join_all((0..8).map(|_| two.get("/api/user/scans"))),
        );
        let answered = looks.iter().chain(&lists).all(|(status, _)| *status == 200);
        assert!(answered, "{}\n{}", one.log(), two.log());
    }
    for api in [one, two] {
        assert!(
            !api.log().contains("ERROR") && !api.log().contains("away"),
            "{}",
            api.log()
        );
    }
    assert_eq!(direct.value("SELECT count(*)::text AS v FROM scan_reports").await, "20");
}
