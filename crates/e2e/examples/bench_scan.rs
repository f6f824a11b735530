//! From POST to completed, for bare repositories on this disk; and the memory of the idle processes.
//!
//! Release programs on the embedded default. The time is the median of several runs of the same repository, each a whole
//! scan; the memory is the sum of the three processes' PSS (proportional set size, from `/proc/PID/smaps_rollup`) before the
//! first scan and 5 s after the last.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and ends where something fails"
)]

use std::time::{Duration, Instant};

use nix::unistd::Pid;
use repolens_e2e::Running;
use repolens_e2e::running::Home;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut runs = 5;
    let mut repositories = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--runs" => runs = arguments.next().and_then(|n| n.parse().ok()).expect("--runs N"),
            path => repositories.push(std::fs::canonicalize(path).expect(path)),
        }
    }
    assert!(
        runs > 0 && !repositories.is_empty(),
        "usage: bench_scan [--runs N] REPOSITORY..."
    );

    let home = Home::default();
    let repolens = Running::start(&home);
    let idle_before = memory(&repolens);
    println!(
        "{:<12} {:>8} {:>9} {:>9} {:>9} {:>10}",
        "repository", "files", "lines", "median", "worst", "report"
    );
    for path in repositories {
        let url = format!("file://{}", path.display());
        let mut times = Vec::new();
        let mut results = serde_json::Value::Null;
        for _ in 0..runs {
            let start = Instant::now();
            let id = repolens.submit(&url).await;
            let last = loop {
                let scan = repolens.scan(&id).await;
                if scan.is_final() {
                    break scan;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            };
            times.push(start.elapsed());
            assert_eq!(
                last.status(),
                "completed",
                "{}: {}\n{}",
                path.display(),
                last.0,
                repolens.log()
            );
            results = last.0["results"].clone();
        }
        times.sort();
        println!(
            "{:<12} {:>8} {:>9} {:>7} ms {:>7} ms {:>7} KiB",
            path.file_stem().unwrap().to_string_lossy(),
            results["languages"]["totalFiles"].to_string(),
            results["lines"]["code"].to_string(),
            times[times.len() / 2].as_millis(),
            times[times.len() - 1].as_millis(),
            results.to_string().len() / 1024,
        );
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    println!(
        "memory of the three processes, idle (PSS): {} KiB at start, {} KiB after the scans",
        idle_before,
        memory(&repolens)
    );
}

/// In KiB.
fn memory(repolens: &Running) -> u64 {
    [repolens.supervisor_pid(), repolens.pid("api"), repolens.pid("worker")]
        .into_iter()
        .map(|pid| pss(pid).expect("the process runs"))
        .sum()
}

fn pss(pid: Pid) -> Option<u64> {
    std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))
        .ok()?
        .lines()
        .find_map(|line| line.strip_prefix("Pss:"))?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}
