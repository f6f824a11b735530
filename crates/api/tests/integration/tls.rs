//! TLS to PostgreSQL, with an authority of the tests' own.

use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use repolens_core::settings::DatabaseUrl;
use repolens_core::store::{Store, StoreError};
use tempfile::TempDir;

use crate::support::{PASSWORD, Postgres};

/// A server for `localhost`, and the file with the certificate of the authority that signed its own.
struct Secured {
    server: Postgres,
    folder: TempDir,
}

impl Secured {
    fn start() -> Self {
        let mut authority = CertificateParams::new([]).expect("no names");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("signed");
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(["localhost".to_owned()])
            .expect("a name")
            .signed_by(&key, &authority)
            .expect("signed");
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("ca.pem"), authority.pem()).expect("written");
        Self {
            server: Postgres::start_tls(&certificate.pem(), &key.serialize_pem()),
            folder,
        }
    }

    fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    async fn connect(&self, host: &str, parameters: &str, ca: Option<PathBuf>) -> Result<(), StoreError> {
        let password: String = url::form_urlencoded::byte_serialize(PASSWORD.as_bytes()).collect();
        let password = password.replace('+', "%20");
        let url = format!(
            "postgres://postgres:{password}@{host}:{}/postgres?{parameters}",
            self.server.port
        );
        let store = Store::new(
            &DatabaseUrl::Postgres(url),
            ca.as_deref(),
            tokio::runtime::Handle::current(),
        )?;
        store.ping().await
    }
}

fn told(result: Result<(), StoreError>) -> String {
    result.expect_err("it is refused").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_checked_in_every_mode_that_uses_tls() {
    let secured = Secured::start();
    for mode in ["allow", "prefer", "require", "verify-ca", "verify-full"] {
        let parameters = format!("sslmode={mode}");
        secured
            .connect("localhost", &parameters, Some(secured.ca()))
            .await
            .expect(mode);
        let unknown = told(secured.connect("localhost", &parameters, None).await);
        assert!(
            unknown.contains("UnknownIssuer") && unknown.contains("`DATABASE_CA_FILE`"),
            "{mode}: {unknown}"
        );
        let other_name = told(secured.connect("127.0.0.1", &parameters, Some(secured.ca())).await);
        assert!(other_name.contains("not valid for name"), "{mode}: {other_name}");
    }
    // Without TLS the password is still asked for, and the certificate is not looked at.
    secured
        .connect("127.0.0.1", "sslmode=disable", None)
        .await
        .expect("plain");
}

#[tokio::test(flavor = "multi_thread")]
async fn channel_binding_is_honored() {
    let secured = Secured::start();
    let bound = "sslmode=verify-full&channel_binding=require";
    secured
        .connect("localhost", bound, Some(secured.ca()))
        .await
        .expect("bound to the channel");
    let unbound = told(
        secured
            .connect("localhost", "sslmode=disable&channel_binding=require", None)
            .await,
    );
    assert!(unbound.contains("channel binding"), "{unbound}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_refused_where_tls_is_required() {
    let url = format!("{}?sslmode=require", Postgres::shared().url("postgres"));
    let store = Store::new(&DatabaseUrl::Postgres(url), None, tokio::runtime::Handle::current()).expect("usable");
    let refused = told(store.ping().await);
    assert!(refused.contains("does not support TLS"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_certificates_is_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, "nothing").expect("written");
    let url = DatabaseUrl::Postgres("postgres://a@localhost/b".into());
    let error = Store::new(&url, Some(&file), tokio::runtime::Handle::current())
        .err()
        .expect("refused");
    assert!(error.to_string().contains("DATABASE_CA_FILE"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_at_once() {
    let secured = Secured::start();
    let url = format!("postgres://postgres:wrong@localhost:{}/postgres", secured.server.port);
    let store = Store::new(
        &DatabaseUrl::Postgres(url),
        Some(&secured.ca()),
        tokio::runtime::Handle::current(),
    )
    .expect("usable");
    let refused = told(store.ping().await);
    assert!(
        refused.contains("password authentication failed") && !refused.contains("wrong"),
        "{refused}"
    );
    // Waiting does not cure it: it is not tried again.
    secured.server.has_refused(1);
}

/// Whatever psql takes; and what it does not take is refused without a word of the password.
#[tokio::test(flavor = "multi_thread")]
async fn passwords_work_where_they_work_in_psql() {
    let secured = Secured::start();
    let admin: String = url::form_urlencoded::byte_serialize(PASSWORD.as_bytes()).collect();
    let admin = admin.replace('+', "%20");
    let port = secured.server.port;
    let admin = format!("postgres://postgres:{admin}@127.0.0.1:{port}/postgres?sslmode=disable");
    let hidden = "hunter2";
    for (number, (written, password)) in [
        ("a?hunter2", "a?hunter2"),
        ("a#hunter2", "a#hunter2"),
        ("12?hunter2#x", "12?hunter2#x"),
        ("a%2Fhunter2%40b%3Fc%23d", "a/hunter2@b?c#d"),
        ("a/hunter2", "a/hunter2"),
        ("a@hunter2", "a@hunter2"),
        ("a+hunter2", "a+hunter2"),
    ]
    .into_iter()
    .enumerate()
    {
        let (client, connection) = tokio_postgres::connect(&admin, tokio_postgres::NoTls)
            .await
            .expect("the server answers");
        tokio::spawn(connection);
        client
            .batch_execute(&format!("CREATE ROLE role{number} LOGIN PASSWORD '{password}'"))
            .await
            .expect("a role");
        let url = format!("postgres://role{number}:{written}@127.0.0.1:{port}/postgres?sslmode=disable");
        let psql = psql(&url);
        let ours = match Store::new(&DatabaseUrl::Postgres(url), None, tokio::runtime::Handle::current()) {
            Ok(store) => store.ping().await,
            Err(error) => Err(error),
        };
        assert_eq!(ours.is_ok(), psql, "{written}: {ours:?}");
        if let Err(error) = ours {
            assert!(!error.to_string().contains(hidden), "{error}");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the other program that reads addresses")]
fn psql(url: &str) -> bool {
    let output = std::process::Command::new("psql")
        .args(["--no-psqlrc", "--no-password", "--command", "select 1", url])
        .env("PGCONNECT_TIMEOUT", "20")
        .output()
        .expect("it comes with the server");
    output.status.success()
}
