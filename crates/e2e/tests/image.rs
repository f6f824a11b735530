//! The image of `docker/Dockerfile.combined`. Run by `scripts/test-image`, which builds it first.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use repolens_e2e::container::{engine, image};
use repolens_e2e::settings_table::root;
use repolens_e2e::{Container, GitServer, Postgres, Repository, free_port};
use serde_json::Value;
use tempfile::TempDir;

/// Repositories of this machine are refused in production.
const LOCAL: [(&str, &str); 3] = [
    ("NODE_ENV", "development"),
    ("HOST", "127.0.0.1"),
    ("ALLOW_LOCAL_REPOS", "1"),
];

/// A figure for the reader of the test's output, past the harness, which keeps what a passing test prints.
fn tell(text: &str) {
    writeln!(std::io::stderr().lock(), "    {text}").expect("stderr is open");
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[test]
fn it_is_small_and_says_how_it_is_run() {
    let output = engine(&["image", "inspect", &image()]);
    let inspected: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let config = &inspected[0]["Config"];
    assert_eq!(
        config["Entrypoint"],
        serde_json::json!(["/usr/local/bin/repolens-supervisor"])
    );
    assert_eq!(config["User"], "10001:10001");
    assert_eq!(config["StopSignal"], "SIGTERM");
    let health = inspected[0]["Healthcheck"]
        .as_object()
        .or(config["Healthcheck"].as_object());
    assert!(health.is_some(), "a health check: {config}");
    assert_eq!(config["Labels"]["org.opencontainers.image.licenses"], "MIT");

    let size = inspected[0]["Size"].as_u64().expect("a size");
    tell(&format!("image: {} unpacked", megabytes(size)));
    assert!(size < 120_000_000, "{size} bytes");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test's own tool")]
fn it_has_nothing_that_helps_an_intruder() {
    let created = engine(&["create", &image()]);
    let id = String::from_utf8_lossy(&created.stdout).trim().to_owned();
    let folder = TempDir::new().expect("a temporary folder");
    let archive = folder.path().join("image.tar").display().to_string();
    let exported = engine(&["export", "--output", &archive, &id]);
    let _ = engine(&["rm", "--force", "--volumes", &id]);
    assert!(exported.status.success(), "{exported:?}");
    let listed = Command::new("tar")
        .args(["-tvf", &archive])
        .output()
        .expect("tar starts");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();

    let mut files = 0;
    for line in listed.lines().filter(|line| line.starts_with('-')) {
        files += 1;
        let mut words = line.split_whitespace();
        let (mode, path) = (words.next().unwrap_or_default(), words.nth(4).unwrap_or_default());
        assert!(!mode.contains(['s', 'S']), "more rights than its user: {line}");
        assert_ne!(mode.as_bytes().get(8), Some(&b'w'), "anybody may write: {line}");
        let name = Path::new(path)
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        for tool in [
            "perl", "python3", "curl", "wget", "apt-get", "dpkg", "gcc", "nc", "busybox",
        ] {
            assert_ne!(name, tool, "{line}");
        }
    }
    assert!(files > 20, "it has been listed: {listed}");
    tell(&format!("image: {files} files"));
    for needed in [
        "usr/local/bin/repolens-worker",
        "usr/bin/git",
        "etc/ssl/certs/ca-certificates.crt",
        "usr/share/doc/git/copyright",
    ] {
        assert!(listed.contains(needed), "`{needed}` is missing");
    }
}

#[test]
fn its_git_speaks_https() {
    let output = engine(&[
        "run",
        "--rm",
        "--network=host",
        "--ulimit=nofile=1024:1024",
        "--ulimit=nproc=1024:1024",
        "--entrypoint=/usr/bin/git",
        &image(),
        "ls-remote",
        "https://127.0.0.1:1/nobody/listens",
    ]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        told.contains("Failed to connect") || told.contains("Couldn't connect"),
        "{told}"
    );
}

#[test]
fn in_production_it_refuses_to_start_without_a_database() {
    let container = Container::start(free_port(), &[]);
    assert_eq!(container.wait(), 78, "{}", container.log());
    assert!(container.log().contains("DATABASE_URL"), "{}", container.log());
}

#[tokio::test]
async fn in_production_it_starts_on_an_empty_postgresql_and_stops_in_time() {
    let postgres = Postgres::start();
    let container = Container::start(free_port(), &[("DATABASE_URL", &postgres.url()), ("HOST", "127.0.0.1")]);
    container.wait_for_line("All services running!", 1);
    let health = container.get("/api/health").await.expect("an answer");
    assert_eq!(health["status"], "ok");
    let status = container.exec(&["/usr/local/bin/repolens-supervisor", "status"]);
    assert!(status.status.success(), "the health check: {status:?}");

    // Long enough for what happens only after the start.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (memory, processes) = container.memory();
    tell(&format!(
        "idle on PostgreSQL: {} in {processes} processes (sum of PSS)",
        megabytes(memory)
    ));

    assert_eq!(container.stop(), 0, "{}", container.log());
    assert!(
        container.log().contains("Clean shutdown complete"),
        "{}",
        container.log()
    );
}

#[tokio::test]
async fn it_has_no_rights_and_its_root_is_read_only() {
    let container = Container::start(free_port(), &LOCAL);
    container.wait_for_line("All services running!", 1);
    let pid = container.pid();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let field = |name: &str| {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_default()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(field("Uid"), "10001 10001 10001 10001");
    assert_eq!(field("CapEff"), "0000000000000000");
    assert_eq!(field("NoNewPrivs"), "1");
    assert_eq!(field("NSpid").split(' ').next_back(), Some("1"), "{}", field("NSpid"));
    let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).expect("it runs");
    assert!(command.starts_with("/usr/local/bin/repolens-supervisor"), "{command}");
    let mounts = std::fs::read_to_string(format!("/proc/{pid}/mountinfo")).expect("it runs");
    for mount in mounts.lines() {
        let words: Vec<&str> = mount.split(' ').collect();
        let system = ["/dev", "/proc", "/run/secrets", "/sys/fs/cgroup"]
            .iter()
            .any(|dir| words[4].starts_with(dir));
        let declared = ["/var/lib/repolens", "/var/cache/repolens"].contains(&words[4]);
        assert!(
            words[5].split(',').any(|option| option == "ro") || system || declared,
            "writable: {mount}"
        );
    }
}

#[tokio::test]
async fn a_scan_goes_through() {
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let postgres = Postgres::start();
    let url = postgres.url();
    let container = Container::start(free_port(), &[LOCAL.as_slice(), &[("DATABASE_URL", &url)]].concat());
    container.wait_for_line("All services running!", 1);
    let scan = container
        .completed(&container.submit(&server.url("bare.git")).await)
        .await;
    assert_eq!(scan.status(), "completed", "{scan:?}\n{}", container.log());
    assert_eq!(scan.0["commitSha"], repository.head());
    assert_eq!(scan.0["results"]["languages"]["primary"], "typescript");
}

/// This project's own sources, or the bare repository that `REPOLENS_TEST_REPOSITORY` names.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "what the person who runs the test asks for")]
async fn a_scan_of_a_real_repository_stays_in_its_memory() {
    let folder = TempDir::new().expect("a temporary folder");
    let source = std::env::var("REPOLENS_TEST_REPOSITORY").unwrap_or_else(|_| root().display().to_string());
    let bare = folder.path().join("real.git");
    let cloned = Command::new("git")
        .args(["clone", "-q", "--bare", "--", &source])
        .arg(&bare)
        .status();
    assert!(cloned.is_ok_and(|status| status.success()), "git clones `{source}`");
    let config = [
        "--git-dir",
        &bare.display().to_string(),
        "config",
        "uploadpack.allowFilter",
        "true",
    ];
    assert!(
        Command::new("git")
            .args(config)
            .status()
            .is_ok_and(|status| status.success())
    );
    let server = GitServer::start(folder.path().to_owned());

    let container = Container::start(free_port(), &LOCAL);
    container.wait_for_line("All services running!", 1);
    let scan = container
        .completed(&container.submit(&server.url("real.git")).await)
        .await;
    assert_eq!(scan.status(), "completed", "{scan:?}\n{}", container.log());
    let files = scan.0["results"]["languages"]["totalFiles"].as_u64().expect("a count");
    assert!(files > 10, "{files} files");
    let peak = container.peak().map_or_else(|| "unknown".to_owned(), megabytes);
    tell(&format!(
        "`{source}`: {files} files in {} ms; most memory of the container {peak}, page cache included",
        scan.0["results"]["processingTimeMs"]
    ));
    assert!(!container.log().contains("Worker crashed"), "{}", container.log());
}

#[tokio::test]
async fn a_stop_in_mid_scan_loses_nothing() {
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let second = Repository::small();
    let beside = GitServer::start(second.path().parent().expect("a parent").to_owned());
    // The embedded database, in the container's volume.
    let container = Container::start(free_port(), &LOCAL);
    container.wait_for_line("All services running!", 1);
    server.hang(true);
    let running = container.submit(&server.url("bare.git")).await;
    server.wait_for_held(1);
    let waiting = container.submit(&beside.url("bare.git")).await;
    server.hang(false);
    assert_eq!(container.stop(), 0, "{}", container.log());

    container.start_again();
    container.wait_for_line("All services running!", 2);
    for id in [running, waiting] {
        let scan = container.completed(&id).await;
        assert_eq!(scan.status(), "completed", "{scan:?}\n{}", container.log());
    }
}
