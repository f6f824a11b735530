//! A damaged file of the embedded database: it is reported at once, with what to do, and stays as it is.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use reqwest::Method;
use serde_json::json;

use crate::support::{Api, Database, Kind, command};

async fn with_scans() -> (Database, PathBuf) {
    let database = Database::new(Kind::Sqlite).await;
    let mut api = Api::start_with(&database, &[("RATE_LIMIT_SCANS", "off")]);
    for _ in 0..50 {
        api.submit().await;
    }
    api.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(api.wait().code(), Some(0));
    let file = database.folder.path().join("data/repolens.db");
    (database, file)
}

async fn refused(what: &str, database: &Database, file: &PathBuf) {
    let damaged = fs::read(file).expect("it is there");
    let mut api = Api::spawn(database, 1, &[]);
    assert_eq!(api.wait().code(), Some(69), "{what}: {}", api.log());
    let log = api.log();
    for part in ["The database file is damaged", "repolens.db", "cp -a", "backup"] {
        assert!(log.contains(part), "{what}: no `{part}` in\n{log}");
    }
    assert_eq!(fs::read(file).expect("it is there"), damaged, "{what}: it was changed");

    let output = command(database.folder.path())
        .args(["check", "--connect"])
        .env("DATABASE_URL", database.url())
        .output()
        .expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.code() == Some(78) && text.contains("damaged") && text.contains("cp -a"),
        "{what}: {text}"
    );
    assert_eq!(fs::read(file).expect("it is there"), damaged, "{what}: it was changed");
}

#[tokio::test]
async fn whatever_is_damaged() {
    let (database, file) = with_scans().await;
    let good = fs::read(&file).expect("it is there");
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        fs::write(&file, bytes).expect("written");
    };
    with(&|bytes| bytes[..100].fill(0xA5));
    refused("no header", &database, &file).await;
    with(&|bytes| bytes.truncate(bytes.len() / 2 / 4096 * 4096));
    refused("cut in the middle", &database, &file).await;
    with(&|bytes| bytes.truncate(1_000));
    refused("cut at the start", &database, &file).await;
    with(&|bytes| {
        let end = bytes.len();
        bytes[8_192..end - 4_096].fill(0x5A);
    });
    refused("pages overwritten", &database, &file).await;
    with(&|bytes| {
        bytes
            .splice(.., b"<html>502 Bad Gateway</html>".iter().copied())
            .for_each(drop)
    });
    refused("another file", &database, &file).await;

    // A log without its database, which SQLite would delete.
    with(&|bytes| bytes.clear());
    let log = file.with_file_name("repolens.db-wal");
    fs::write(&log, [0x37, 0x7f, 0x06, 0x82].repeat(32)).expect("written");
    refused("empty beside a log", &database, &file).await;
    assert_eq!(fs::metadata(&log).expect("it is there").len(), 128);
    fs::remove_file(&log).expect("removed");

    with(&|_| {});
    let api = Api::start(&database);
    assert_eq!(api.get("/api/user/stats").await.1["totalScans"], 50);
}

#[tokio::test]
async fn damage_that_is_met_later_is_a_reason_not_to_be_ready() {
    let (database, file) = with_scans().await;
    let api = Api::start(&database);
    // Behind the back of the process, whose pages are not all in memory. In place: a file that is cut to nothing first is
    // another fault for a moment.
    let length = fs::metadata(&file).expect("it is there").len();
    let rest = vec![0x5A; usize::try_from(length).expect("a small file") - 4_096];
    let open = fs::OpenOptions::new().write(true).open(&file).expect("it is there");
    open.write_all_at(&rest, 4_096).expect("written");
    let mut answers = Vec::new();
    for path in ["/api/user/scans?limit=200", "/api/user/stats"] {
        let response = api.request(Method::GET, path).send().await.expect("an answer");
        answers.push((
            response.status().as_u16(),
            response.headers().contains_key("retry-after"),
        ));
    }
    assert!(answers.contains(&(503, true)), "{answers:?}\n{}", api.log());
    assert!(api.log().contains("The database file is damaged"), "{}", api.log());
    let (status, ready) = api.get("/api/ready").await;
    assert_eq!(
        (status.as_u16(), &ready["checks"]["store"]["reason"]),
        (503, &json!("The database file is damaged.")),
        "{ready}"
    );
    // Nothing more is written into it.
    let before = fs::read(&file).expect("it is there");
    let scan = json!({ "repoUrl": "https://git.example.org/a/b" });
    assert_eq!(api.post("/api/scan", scan).await.0, 503);
    assert!(fs::read(&file).expect("it is there") == before, "it was changed");
}
