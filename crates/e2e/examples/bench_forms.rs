//! One container against API and workers apart: memory, from POST to completed, and 20 scans at once.
//!
//! The images of `docker/`, with PostgreSQL, Redis and a git server of this machine. Each container has 512 MB, and all share
//! the machine's processors.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench prints, starts what it measures, and ends where something fails"
)]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use repolens_e2e::container::{Form, pss};
use repolens_e2e::{Container, GitServer, Postgres, free_port};
use repolens_testkit::Redis;

const SCANS: usize = 20;
const RUNS: usize = 9;
const SETTINGS: [(&str, &str); 6] = [
    ("NODE_ENV", "development"),
    ("HOST", "127.0.0.1"),
    ("ALLOW_LOCAL_REPOS", "1"),
    ("RATE_LIMIT", "100000/min"),
    ("RATE_LIMIT_SCANS", "100000/min"),
    ("WORKER_TOKEN", "0123456789abcdef0123456789abcdef"),
];

/// A form that runs, with the servers that are its own.
struct Deployment {
    name: &'static str,
    containers: Vec<(&'static str, Container)>,
    _servers: (Postgres, Redis),
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let source = std::env::args().nth(1).expect("usage: bench_forms REPOSITORY");
    let folder = tempfile::tempdir().unwrap();
    // Each is a repository of its own, as those of different people are.
    for number in 0..SCANS {
        copy(&source, &folder.path().join(format!("{number}.git")));
    }
    let git = GitServer::start(folder.path().to_owned());

    for (name, workers) in [("combined", 0), ("split, 1 worker", 1), ("split, 2 workers", 2)] {
        let deployment = Deployment::start(name, workers).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        deployment.print_memory("idle");
        deployment.print_one_scan(&git).await;
        deployment.print_all_scans(&git).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        deployment.print_memory("5 s after");
    }
}

fn copy(source: &str, to: &Path) {
    let to = to.display().to_string();
    for arguments in [
        ["clone", "-q", "--bare", "--", source, &to].as_slice(),
        &["--git-dir", &to, "config", "uploadpack.allowFilter", "true"],
    ] {
        assert!(Command::new("git").args(arguments).status().unwrap().success());
    }
}

impl Deployment {
    async fn start(name: &'static str, workers: usize) -> Self {
        let servers = (Postgres::start(), Redis::start().await);
        let (database, queue) = (servers.0.url(), servers.1.address());
        let both = [SETTINGS.as_slice(), &[("REDIS_URL", queue.as_str())]].concat();
        let with_database = [both.as_slice(), &[("DATABASE_URL", database.as_str())]].concat();
        let mut containers = Vec::new();
        if workers == 0 {
            let container = Container::start(free_port(), &with_database);
            containers.push(("container", container));
        } else {
            let api = Container::start_as(Form::Api, free_port(), &with_database, &[]);
            api.wait_for_line("All services running!", 1);
            let url = api.url("");
            containers.push(("API", api));
            for _ in 0..workers {
                let settings = [both.as_slice(), &[("API_URL", url.as_str())]].concat();
                containers.push(("worker", Container::start_as(Form::Worker, free_port(), &settings, &[])));
            }
        }
        for (role, container) in &containers {
            if *role != "API" {
                container.wait_for_line("Worker listening for jobs on queue", 1);
            }
        }
        Self {
            name,
            containers,
            _servers: servers,
        }
    }

    fn api(&self) -> &Container {
        &self.containers[0].1
    }

    fn print_memory(&self, when: &str) {
        let mb = |bytes: u64| format!("{:.1}", bytes as f64 / 1e6);
        let mut total = 0;
        for (role, container) in &self.containers {
            let processes = container.processes();
            let sizes: Vec<(String, u64)> = processes
                .into_iter()
                .filter_map(|(pid, program)| Some((program, pss(pid)?)))
                .collect();
            let sum: u64 = sizes.iter().map(|(_, bytes)| bytes).sum();
            total += sum;
            let each: Vec<String> = sizes
                .iter()
                .map(|(program, bytes)| format!("{program} {}", mb(*bytes)))
                .collect();
            println!(
                "{}, {when}: {role}: {} MB PSS ({}), working set {} MB, peak {} MB",
                self.name,
                mb(sum),
                each.join(", "),
                container.working_set().map_or_else(|| "?".to_owned(), mb),
                container.peak().map_or_else(|| "?".to_owned(), mb),
            );
        }
        println!("{}, {when}: all containers: {} MB PSS", self.name, mb(total));
    }

    async fn print_one_scan(&self, git: &GitServer) {
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let start = Instant::now();
            self.scan(git, 0).await;
            times.push(start.elapsed());
        }
        times.sort();
        println!(
            "{}: from POST to completed: {} ms (median of {RUNS}), shortest {} ms, longest {} ms",
            self.name,
            times[RUNS / 2].as_millis(),
            times[0].as_millis(),
            times[RUNS - 1].as_millis()
        );
    }

    async fn print_all_scans(&self, git: &GitServer) {
        let start = Instant::now();
        futures_util::future::join_all((0..SCANS).map(|number| self.scan(git, number))).await;
        let took = start.elapsed();
        println!(
            "{}: {SCANS} scans at once: {} ms, {:.0} a minute",
            self.name,
            took.as_millis(),
            SCANS as f64 * 60.0 / took.as_secs_f64()
        );
    }

    async fn scan(&self, git: &GitServer, number: usize) {
        let id = self.api().submit(&git.url(&format!("{number}.git"))).await;
        let path = format!("/api/scan/{id}");
        loop {
            let scan = self.api().get(&path).await.expect("the API answers");
            match scan["status"].as_str().unwrap() {
                "completed" => return,
                "queued" | "processing" => tokio::time::sleep(Duration::from_millis(10)).await,
                other => panic!("{other}: {scan}\n{}", self.api().log()),
            }
        }
    }
}
