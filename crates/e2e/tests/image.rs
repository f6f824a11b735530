//! The images of `docker/Dockerfile.*`. Run by `scripts/test-image`, which builds them first.

use std::io::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use repolens_e2e::container::{Form, pss};
use repolens_e2e::sources::root;
use repolens_e2e::{Container, GitServer, Postgres, Repository, free_port};
use repolens_testkit::Redis;
use tempfile::TempDir;

#[path = "image/guides.rs"]
mod guides;
#[path = "image/inside.rs"]
mod inside;

/// Repositories of this machine are refused in production.
const LOCAL: [(&str, &str); 3] = [
    ("NODE_ENV", "development"),
    ("HOST", "127.0.0.1"),
    ("ALLOW_LOCAL_REPOS", "1"),
];
/// The same for both halves of the split form.
const TOKEN: (&str, &str) = ("WORKER_TOKEN", "0123456789abcdef0123456789abcdef");
const SUPERVISOR: &str = "/usr/local/bin/repolens-supervisor";

/// A figure for the reader of the test's output, past the harness, which keeps what a passing test prints.
fn tell(text: &str) {
    writeln!(std::io::stderr().lock(), "    {text}").expect("stderr is open");
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// What a container uses, by its group and by its processes.
fn tell_memory(when: &str, container: &Container) {
    let known = |bytes: Option<u64>| bytes.map_or_else(|| "unknown".to_owned(), megabytes);
    let mut processes = Vec::new();
    let mut sum = 0;
    for (pid, name) in container.processes() {
        let bytes = pss(pid).unwrap_or_default();
        sum += bytes;
        processes.push(format!("{name} {}", megabytes(bytes)));
    }
    tell(&format!(
        "{when}: working set of the container {}, most so far {} with page cache; PSS {} ({})",
        known(container.working_set()),
        known(container.peak()),
        megabytes(sum),
        processes.join(", ")
    ));
}

/// A line of `/proc/PID/status`.
fn field(pid: impl std::fmt::Display, name: &str) -> String {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let words = line.unwrap_or_default().split_whitespace();
    words.collect::<Vec<_>>().join(" ")
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
    let container = Container::start(
        free_port(),
        &[("DATABASE_URL", &postgres.url("postgres")), ("HOST", "127.0.0.1")],
    );
    container.wait_for_line("All services running!", 1);
    let health = container.get("/api/health").await.expect("an answer");
    assert_eq!(health["status"], "ok");
    let status = container.exec(&[SUPERVISOR, "status"]);
    assert!(status.status.success(), "the health check: {status:?}");

    // Long enough for what happens only after the start.
    tokio::time::sleep(Duration::from_secs(5)).await;
    tell_memory("idle on PostgreSQL", &container);

    stops_cleanly(&container);
}

#[tokio::test]
async fn it_has_no_rights_and_its_root_is_read_only() {
    let container = Container::start(free_port(), &LOCAL);
    container.wait_for_line("All services running!", 1);
    let pid = container.pid();
    assert_eq!(field(pid, "Uid"), "10001 10001 10001 10001");
    assert_eq!(field(pid, "CapEff"), "0000000000000000");
    assert_eq!(field(pid, "NoNewPrivs"), "1");
    assert_eq!(
        field(pid, "NSpid").split(' ').next_back(),
        Some("1"),
        "{}",
        field(pid, "NSpid")
    );
    let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).expect("it runs");
    assert!(command.starts_with(SUPERVISOR), "{command}");
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
async fn a_scan_goes_through_the_embedded_database() {
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let container = Container::start(free_port(), &LOCAL);
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
async fn a_scan_of_a_real_repository_goes_through_postgresql_and_redis_and_a_stop_is_in_time() {
    let (folder, source) = real_repository();
    let server = GitServer::start(folder.path().to_owned());
    let (postgres, redis) = (Postgres::start(), Redis::start().await);
    let (database, queue) = (postgres.url("postgres"), redis.address());
    let settings = [LOCAL.as_slice(), &[("DATABASE_URL", &database), ("REDIS_URL", &queue)]].concat();
    let container = Container::start(free_port(), &settings);
    container.wait_for_line("Worker listening for jobs on queue", 1);
    let started = Instant::now();
    let id = container.submit(&server.url("real.git")).await;
    let scan = container.completed(&id).await;
    let took = started.elapsed();
    assert_eq!(scan.status(), "completed", "{scan:?}\n{}", container.log());
    let files = scan.0["results"]["languages"]["totalFiles"].as_u64().expect("a count");
    assert!(files > 10, "{files} files");
    let ready = container.get("/api/ready").await.expect("an answer");
    assert_eq!(ready["checks"]["queue"]["kind"], "redis", "{ready}");
    redis.until_in(&id, "completed").await;
    tell(&format!(
        "`{source}`: {files} files, from POST to completed {} ms",
        took.as_millis()
    ));
    tell_memory("after it", &container);
    assert!(!container.log().contains("Worker crashed"), "{}", container.log());

    let took = stops_cleanly(&container);
    tell(&format!("stopped by SIGTERM within {} ms", took.as_millis()));
}

/// How long it took. The engine kills what has not ended after 30 s, and the status is then another one.
fn stops_cleanly(container: &Container) -> Duration {
    let started = Instant::now();
    let status = container.stop();
    let took = started.elapsed();
    assert_eq!(status, 0, "{}", container.log());
    assert!(
        container.log().contains("Clean shutdown complete"),
        "{}",
        container.log()
    );
    took
}

/// A bare copy named `real.git`, and where it is from.
#[expect(clippy::disallowed_methods, reason = "what the person who runs the test asks for")]
fn real_repository() -> (TempDir, String) {
    let folder = TempDir::new().expect("a temporary folder");
    let source = std::env::var("REPOLENS_TEST_REPOSITORY").unwrap_or_else(|_| root().display().to_string());
    let bare = folder.path().join("real.git").display().to_string();
    for arguments in [
        ["clone", "-q", "--bare", "--", &source, &bare].as_slice(),
        &["--git-dir", &bare, "config", "uploadpack.allowFilter", "true"],
    ] {
        let done = Command::new("git").args(arguments).status();
        assert!(done.is_ok_and(|status| status.success()), "git {arguments:?}");
    }
    (folder, source)
}

/// With the embedded database in the container's volume; it is the same container that is started again.
#[tokio::test]
async fn a_stop_in_mid_scan_loses_nothing() {
    let container = Container::start(free_port(), &LOCAL);
    let (first, second) = scans_that_a_stop_interrupts(&container).await;
    container.start_again();
    container.wait_for_line("All services running!", 2);
    for id in [first, second] {
        let scan = container.completed(&id).await;
        assert_eq!(scan.status(), "completed", "{scan:?}\n{}", container.log());
    }
}

/// As on a free host that sleeps: the next start is a new container, with nothing of the first one's disk.
#[tokio::test]
async fn what_a_stop_interrupted_goes_on_in_another_container() {
    let (postgres, redis) = (Postgres::start(), Redis::start().await);
    let (database, queue) = (postgres.url("postgres"), redis.address());
    let settings = [LOCAL.as_slice(), &[("DATABASE_URL", &database), ("REDIS_URL", &queue)]].concat();
    let (first, second) = {
        let container = Container::start(free_port(), &settings);
        scans_that_a_stop_interrupts(&container).await
    };
    let container = Container::start(free_port(), &settings);
    container.wait_for_line("All services running!", 1);
    for id in [first, second] {
        let scan = container.completed(&id).await;
        assert_eq!(scan.status(), "completed", "{scan:?}\n{}", container.log());
    }
}

/// The ids of two scans, of which one ran and one waited when the container was stopped.
async fn scans_that_a_stop_interrupts(container: &Container) -> (String, String) {
    // Their servers and repositories stay for the rest of the process, as those of the world do.
    let serve = || {
        let repository = Box::leak(Box::new(Repository::small()));
        GitServer::start(repository.path().parent().expect("a parent").to_owned())
    };
    let (server, beside) = (serve(), serve());
    container.wait_for_line("All services running!", 1);
    server.hang(true);
    let running = container.submit(&server.url("bare.git")).await;
    server.wait_for_held(1);
    let waiting = container.submit(&beside.url("bare.git")).await;
    server.hang(false);
    assert_eq!(container.stop(), 0, "{}", container.log());
    (running, waiting)
}

#[tokio::test]
async fn where_the_host_allows_it_the_worker_has_a_user_of_its_own() {
    let repository = Repository::small();
    let server = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let rights = ["--user=0:0", "--cap-add=SETUID", "--cap-add=SETGID", "--cap-add=KILL"];
    let container = Container::start_as(Form::Combined, free_port(), &LOCAL, &rights);
    container.wait_for_line("The worker runs as user 10002", 1);
    container.wait_for_line("All services running!", 1);
    let (own, api, worker) = (
        container.process("repolens-supervisor"),
        container.process("repolens-api"),
        container.process("repolens-worker"),
    );
    for (pid, user) in [(own, "10001"), (api, "10001"), (worker, "10002")] {
        assert_eq!(field(pid, "Uid"), [user; 4].join(" "));
    }
    // KILL, SETGID and SETUID for the supervisor, nothing for the others.
    assert_eq!(field(own, "CapEff"), "00000000000000e0");
    assert_eq!(field(api, "CapEff"), "0000000000000000");
    assert_eq!(field(worker, "CapEff"), "0000000000000000");

    let scan = container
        .completed(&container.submit(&server.url("bare.git")).await)
        .await;
    assert_eq!(scan.status(), "completed", "{scan:?}\n{}", container.log());
    // As the engine asks: as the user of the container, which is root here.
    let status = container.exec(&[SUPERVISOR, "status"]);
    assert!(status.status.success(), "the health check: {status:?}");
    stops_cleanly(&container);
}

#[tokio::test]
async fn the_split_form_scans_with_two_workers_at_once() {
    let serve = |repository: &Repository| GitServer::start(repository.path().parent().expect("a parent").to_owned());
    let repositories = [Repository::small(), Repository::small()];
    let servers = repositories.each_ref().map(serve);
    let (postgres, redis) = (Postgres::start(), Redis::start().await);
    let (database, queue) = (postgres.url("postgres"), redis.address());
    let api_settings = [
        LOCAL.as_slice(),
        &[("DATABASE_URL", &database), ("REDIS_URL", &queue), TOKEN],
    ]
    .concat();
    let api = Container::start_as(Form::Api, free_port(), &api_settings, &[]);
    api.wait_for_line("All services running!", 1);
    let api_url = api.url("");
    let worker_settings = [LOCAL.as_slice(), &[("API_URL", &api_url), ("REDIS_URL", &queue), TOKEN]].concat();
    let workers = [(); 2].map(|()| Container::start_as(Form::Worker, free_port(), &worker_settings, &[]));
    for worker in &workers {
        worker.wait_for_line("Worker listening for jobs on queue", 1);
        assert!(worker.processes().iter().all(|(_, name)| name != "repolens-api"));
    }

    for server in &servers {
        server.hold_back(true);
    }
    let mut ids = Vec::new();
    for server in &servers {
        ids.push(api.submit(&server.url("bare.git")).await);
    }
    // Each worker does one at a time, so that both are at it.
    for server in &servers {
        server.wait_for_held(1);
    }
    for worker in &workers {
        worker.wait_for_line("job claimed", 1);
    }
    for server in &servers {
        server.hold_back(false);
    }
    for id in &ids {
        let scan = api.completed(id).await;
        assert_eq!(scan.status(), "completed", "{scan:?}\n{}", api.log());
    }
    tell_memory("split, the API", &api);
    for worker in &workers {
        tell_memory("split, a worker", worker);
        assert_eq!(worker.stop(), 0, "{}", worker.log());
    }
    assert_eq!(api.stop(), 0, "{}", api.log());
}
