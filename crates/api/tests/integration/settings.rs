//! `repolens-api check`.

use serde_json::Value;

use crate::support::{Database, Kind, command};

fn check(database: &Database, arguments: &[&str], settings: &[(&str, &str)]) -> (Option<i32>, Vec<Value>) {
    let output = command(database.folder.path())
        .arg("check")
        .args(arguments)
        .env("DATABASE_URL", database.url())
        .envs(settings.iter().copied())
        .output()
        .expect("the API's binary starts");
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    let findings = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    (output.status.code(), findings)
}

#[tokio::test]
async fn sound_settings_pass_and_the_database_is_tried() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = Database::new(kind).await;
        let (status, findings) = check(&database, &[], &[]);
        assert_eq!(status, Some(0), "{findings:?}");
        assert_eq!(findings.len(), 1, "{findings:?}");
        let told = findings[0]["message"].as_str().expect("a text");
        assert!(
            findings[0]["name"] == "TRUSTED_PROXIES" && told.contains("is not read"),
            "{told}"
        );
        let (status, findings) = check(&database, &["--connect"], &[]);
        let good = findings.iter().all(|finding| finding["level"] == "ok");
        assert!(status == Some(0) && findings.len() == 2 && good, "{findings:?}");
    }
}

#[tokio::test]
async fn faults_are_told_by_name_without_secrets() {
    let database = Database::new(Kind::Sqlite).await;
    let faults = [
        ("PORT", "x"),
        ("DATABASE_URL", "mysql://u:hunter2@h/d"),
        ("REPOLENS_DATADIR", "y"),
    ];
    let (status, findings) = check(&database, &[], &faults);
    assert_eq!(status, Some(78));
    let faults = findings.iter().filter(|finding| finding["level"] != "ok");
    let mut told: Vec<&str> = faults.filter_map(|finding| finding["name"].as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, ["DATABASE_URL", "PORT", "REPOLENS_DATADIR"]);
    assert!(!format!("{findings:?}").contains("hunter2"));

    let away = [("DATABASE_URL", "postgres://u:hunter2@127.0.0.1:1/d")];
    let (status, findings) = check(&database, &["--connect"], &away);
    assert_eq!(status, Some(78));
    assert!(!format!("{findings:?}").contains("hunter2"));
}

/// What people get wrong. Each is one line that names the variable, what was read and what to write, or is put right with a
/// notice; nobody's secret is in it.
#[tokio::test]
async fn every_wrong_setting_is_told_in_one_line() {
    let database = Database::new(Kind::Postgres).await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let address = database.url();
    let with = |user: &str, more: &str| {
        let (_, rest) = address.split_once('@').expect("a user");
        let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        format!("postgres://{user}@{place}?{parameters}{more}")
    };
    let wrong_database = with("repolens_nobody:hunter2", "");
    let strict = "postgres://u:hunter2@127.0.0.1:1/d?sslmode=no-such-mode".to_owned();
    let file = database.folder.path().join("file");
    std::fs::write(&file, "").expect("written");
    let below_a_file = file.join("data").display().to_string();
    let cases: &[(&str, &str, i32, &[&str])] = &[
        (
            "DATABASE_URL",
            "mysql://u:hunter2@h/d",
            78,
            &["`mysql://`", "`postgres://…`"],
        ),
        (
            "DATABASE_URL",
            "hunter2",
            78,
            &["no address of a database", "`sqlite://PATH`"],
        ),
        ("DATABASE_URL", &strict, 78, &["sslmode"]),
        (
            "DATABASE_URL",
            "postgres://u:hunter2@127.0.0.1:1/d",
            69,
            &["`127.0.0.1:1`", "start it", "refused"],
        ),
        (
            "DATABASE_URL",
            &wrong_database,
            69,
            &["`DATABASE_URL`", "repolens_nobody"],
        ),
        (
            "REPOLENS_DATA_DIR",
            &below_a_file,
            69,
            &["may be written to", "repolens.db"],
        ),
        ("REDIS_URL", "http://:hunter2@h", 78, &["`redis://"]),
        ("WORKER_TOKEN", "hunter2", 78, &["7 characters", "at least 32"]),
        ("NEXTAUTH_SECRET", "hunter2", 78, &["7 characters", "openssl rand"]),
        (
            "FRONTEND_URL",
            "app.example.org",
            78,
            &["`app.example.org`", "`https://"],
        ),
        ("PORT", &port, 69, &[port.as_str(), "free port"]),
        ("PORT", "http", 78, &["`http`", "1 to 65535"]),
        ("RATE_LIMIT", "many", 78, &["`many`", "`5/min`"]),
        ("TRUSTED_PROXIES", "-1", 78, &["`-1`", "0 to 10"]),
        (
            "REPO_HOSTS",
            "github.com/a",
            78,
            &["`github.com/a`", "such as `github.com`"],
        ),
    ];
    let mut wrong = Vec::new();
    for (name, value, status, parts) in cases {
        let output = command(database.folder.path())
            .env(name, value)
            .output()
            .expect("it starts");
        let log = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors: Vec<&str> = log.lines().filter(|line| line.contains(" ERROR ")).collect();
        let told = errors.len() == 1 && errors[0].contains(name) && parts.iter().all(|part| errors[0].contains(part));
        if output.status.code() != Some(*status) || !told || log.contains("hunter2") {
            wrong.push(format!("{name}={value}: {:?}\n{log}", output.status.code()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_can_be_put_right_is_put_right_with_a_notice() {
    let database = Database::new(Kind::Sqlite).await;
    for (name, value, notice) in [
        ("DATABASE_URL", "psql 'postgres://u:hunter2@h/d'", "`psql`"),
        (
            "DATABASE_URL",
            "postgres://u:hunter2@h/d?connection_limit=5",
            "`connection_limit`",
        ),
        ("REDIS_HOST", "https://x.upstash.io", "x.upstash.io"),
        (
            "FRONTEND_URL",
            "https://front.example.org/",
            "`https://front.example.org` is used",
        ),
        ("REPO_HOSTS", "https://GitHub.com/", "`github.com` is used"),
        ("REPOLENS_DATADIR", "x", "`REPOLENS_DATA_DIR`"),
    ] {
        let (status, findings) = check(&database, &[], &[(name, value)]);
        let text = serde_json::to_string(&findings).expect("JSON");
        assert_eq!(status, Some(0), "{name}={value}: {text}");
        assert!(
            text.contains("warning") && text.contains(name) && text.contains(notice) && !text.contains("hunter2"),
            "{name}={value}: {text}"
        );
    }
}
