//! The API and the worker under the supervisor, on a host that treats them badly.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::Signal;
use repolens_e2e::running::Home;
use repolens_e2e::{GitServer, Repository, Running, free_port};
use repolens_testkit::size;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(180);

fn report(what: &str, found: impl std::fmt::Display) {
    if size::is_full() {
        #[expect(clippy::print_stdout, reason = "the figures are the purpose of the long form")]
        {
            println!("FAULT {what}: {found}");
        }
    }
}

/// Asks until `condition` holds.
async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !condition().await {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn answer_of(repolens: &Running, path: &str) -> Option<u16> {
    let answer = repolens.http().get(repolens.url(path)).send().await;
    answer.ok().map(|answer| answer.status().as_u16())
}

#[tokio::test]
async fn a_log_that_nobody_reads_costs_no_request() {
    const POSTS: usize = 1000;
    let repository = Repository::small();
    let git = GitServer::start(repository.path().parent().expect("a parent").to_owned());
    git.hold_back(true);
    let home = Home::default();
    let settings = [("RATE_LIMIT_SCANS", "off"), ("RATE_LIMIT", "off")];
    let (mut repolens, stdout) = Running::spawn_unread(&home, free_port(), &settings);
    eventually("it is ready", async || {
        answer_of(&repolens, "/api/ready").await == Some(200)
    })
    .await;

    let begun = Instant::now();
    let longest = stream::iter(0..POSTS)
        .map(|number| {
            let repolens = &repolens;
            let body = json!({ "repoUrl": git.url("bare.git"), "force": true });
            // The longest that is logged: all lines together are more than the pipes hold.
            let request_id = format!("{number:0>128}");
            async move {
                let sent = Instant::now();
                let post = repolens
                    .http()
                    .post(repolens.url("/api/scan"))
                    .header("X-Request-Id", request_id)
                    .timeout(PATIENCE);
                let answer = post.json(&body).send().await;
                let answer = answer.unwrap_or_else(|error| panic!("POST {number}: {error}"));
                assert!(answer.status().is_success(), "POST {number}: {}", answer.status());
                sent.elapsed()
            }
        })
        .buffer_unordered(8)
        .fold(Duration::ZERO, async |longest, took| longest.max(took))
        .await;
    let status = repolens.status(&home);
    assert_eq!((&status["phase"], &status["worker"]), (&json!("running"), &json!("up")));
    assert_eq!(status["health"]["missesInARow"], 0);
    let bytes = status["logBytes"].as_u64().expect("a number");
    assert!(bytes > 400 * 1024, "{bytes} bytes of log fit in pipes");
    git.hold_back(false);

    // The reader is back: each line is whole, and the gap is reported.
    let reader = std::thread::spawn(move || {
        let lines = BufReader::new(stdout).lines().map_while(Result::ok);
        lines.collect::<Vec<String>>()
    });
    repolens.signal(repolens.supervisor_pid(), Signal::SIGTERM);
    assert!(repolens.wait().success());
    let lines = reader.join().expect("the log is text");
    assert!(
        lines.iter().all(|line| line.starts_with("20")),
        "each line begins with its time"
    );
    assert!(lines.iter().any(|line| line.contains("Clean shutdown complete")));
    let dropped = status["logLinesDropped"].as_u64().expect("a number");
    let reported = lines.iter().any(|line| line.contains("Log lines were dropped"));
    assert_eq!(reported, dropped > 0);
    report(
        "a log that nobody reads",
        format!(
            "{POSTS} of {POSTS} POSTs answered in {:.1} s, the longest in {:.2} s; {:.1} MB of log, {dropped} lines dropped",
            begun.elapsed().as_secs_f64(),
            longest.as_secs_f64(),
            bytes as f64 / 1e6
        ),
    );
}

/// Opens connections and asks on each of them once, without waiting for an answer.
async fn connections(port: u16, number: usize) -> Vec<TcpStream> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut all = Vec::with_capacity(number);
    for _ in 0..number {
        let mut stream = TcpStream::connect(address).await.expect("the kernel accepts");
        stream
            .write_all(b"GET /api/health HTTP/1.1\r\nHost: repolens\r\n\r\n")
            .await
            .expect("a request can be sent");
        all.push(stream);
    }
    all
}

#[tokio::test]
async fn connections_that_fill_the_api_do_not_end_it() {
    const CONNECTIONS: usize = 4060;
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
    setrlimit(Resource::RLIMIT_NOFILE, most.min(8192), most).expect("up to the hard limit");
    let home = Home::default();
    // One miss would end it.
    let quick = [("REPOLENS_HEALTH_INTERVAL", "100ms"), ("REPOLENS_HEALTH_MISSES", "1")];
    let settings: &[_] = if size::is_full() { &[] } else { &quick };
    let mut repolens = Running::start_with(&home, settings);
    let held = connections(repolens.port(), CONNECTIONS).await;
    let begun = Instant::now();
    let (mut checks, mut last) = (0, 0.0);
    let least = if size::is_full() { 10 } else { 20 };
    eventually("health checks are answered", async || {
        let status = repolens.status(&home);
        assert_eq!(status["phase"], "running", "{}", repolens.log());
        let latency = status["health"]["lastLatencyMs"].as_f64().expect("a number");
        checks += usize::from(latency.to_bits() != f64::to_bits(last));
        last = latency;
        checks >= least
    })
    .await;
    let log = repolens.log();
    assert!(!log.contains("API missed") && !log.contains("API is busy"), "{log}");
    report(
        "4,060 connections of one client",
        format!(
            "{checks} health checks answered in {:.0} s, the last in {last:.1} ms",
            begun.elapsed().as_secs_f64()
        ),
    );
    let mut answered = held;
    // Those that it took are answered: it works.
    let mut first = [0; 12];
    answered[0].read_exact(&mut first).await.expect("an answer");
    assert_eq!(&first, b"HTTP/1.1 200");
    drop(answered);
    eventually("the port is free again", async || {
        answer_of(&repolens, "/api/health").await == Some(200)
    })
    .await;
    repolens.signal(repolens.supervisor_pid(), Signal::SIGTERM);
    assert!(repolens.wait().success());
}
