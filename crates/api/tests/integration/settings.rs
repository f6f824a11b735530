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
        assert_eq!(check(&database, &[], &[]), (Some(0), vec![]));
        let (status, findings) = check(&database, &["--connect"], &[]);
        assert_eq!(
            (status, findings[0]["level"].as_str()),
            (Some(0), Some("ok")),
            "{findings:?}"
        );
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
    let mut told: Vec<&str> = findings.iter().filter_map(|finding| finding["name"].as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, ["DATABASE_URL", "PORT", "REPOLENS_DATADIR"]);
    assert!(!format!("{findings:?}").contains("hunter2"));

    let away = [("DATABASE_URL", "postgres://u:hunter2@127.0.0.1:1/d")];
    let (status, findings) = check(&database, &["--connect"], &away);
    assert_eq!(status, Some(78));
    assert!(!format!("{findings:?}").contains("hunter2"));
}
