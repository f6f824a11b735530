//! One log of whole lines, whatever the children write and however stdout is read.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{ChildStdout, Stdio};

use nix::sys::signal::{Signal, kill};

use crate::harness::{LONG_GRACES, Setup, Unread, eventually, skipped};

/// The messages of one source: behind the time, the source and the level.
fn of<'a>(lines: &'a [String], source: &str) -> Vec<&'a str> {
    lines
        .iter()
        .filter(|line| {
            line.get(25..)
                .is_some_and(|rest| rest.starts_with(&format!("{source:<10} ")))
        })
        .map(|line| &line[42..])
        .collect()
}

#[test]
fn lines_of_both_come_whole_and_in_order() {
    const LINES: usize = 5_000;
    let mut run = Setup::new(
        &format!("health spew={LINES}:0-200:A"),
        &format!("beat=i spew={LINES}:0-3000:W"),
    )
    .start();
    run.wait_for(&format!("A {} ", LINES - 1));
    run.wait_for(&format!("W {} ", LINES - 1));
    assert_eq!(run.stop(), 0);
    let lines = run.lines();
    for (source, tag, most) in [("api", 'A', 200), ("worker", 'W', 3000)] {
        let own: Vec<&str> = of(&lines, source)
            .into_iter()
            .filter(|line| line.starts_with(&format!("{tag} ")))
            .collect();
        assert_eq!(own.len(), LINES);
        let filler = "abcdefghij klmnopqrst ".repeat(most / 22 + 1);
        for (number, line) in own.iter().enumerate() {
            let length = number.wrapping_mul(7919) % (most + 1);
            assert_eq!(*line, format!("{tag} {number} {}", &filler[..length]));
        }
    }
}

#[test]
fn a_long_line_is_cut_into_marked_pieces() {
    let mut run = Setup::new("health", "spew=3:1048576:L say=the-end beat=i").start();
    // Not a word that the supervisor says too.
    run.wait_for("the-end");
    assert_eq!(run.stop(), 0);
    let lines = run.lines();
    let own: Vec<&str> = of(&lines, "worker")
        .into_iter()
        .take_while(|line| *line != "the-end")
        .collect();
    assert!(lines.iter().all(|line| line.len() < 16 * 1024 + 100));
    let whole = own.concat().replace("…↩", "\u{0}");
    let pieces = whole.matches('\u{0}').count();
    assert_eq!(own.len(), pieces + 3);
    assert_eq!(whole.replace('\u{0}', "").len(), 3 * (1_048_576 + 4));
}

#[test]
fn odd_bytes_are_shown_and_a_last_line_needs_no_newline() {
    // "a", ESC, NUL, 0xff, CR LF; then the two halves of "é", and no newline at the end.
    let mut run = Setup::new("health", "raw=611b00ff0d0a wait=20 raw=c3 wait=20 raw=a9 exit=4")
        .flags(&["--crash-loop", "1/1m", "--on-crash-loop", "exit"])
        .start();
    assert_eq!(run.wait(), 70);
    let lines = run.lines();
    let own = of(&lines, "worker");
    assert!(own.contains(&"a\\x1b\\x00\u{fffd}"), "{own:?}");
    assert!(own.contains(&"é"), "{own:?}");
}

#[test]
fn stderr_is_read_too_and_secrets_are_masked() {
    let run = Setup::new(
        "health",
        "say=url:redis://user:hunter2@host/0 err=key-ghp_0123456789abcdefghij beat=i",
    )
    .start();
    let line = run.wait_for("redis://user:***@host/0");
    assert!(line.contains(" worker     INFO  "), "{line}");
    let line = run.wait_for("key-ghp_***");
    assert!(line.contains(" worker     WARN  "), "{line}");
}

#[test]
fn json_has_one_object_a_line_and_merges_those_of_children() {
    let mut run = Setup::new(
        "health",
        "'say={\"level\":\"warn\",\"msg\":\"from the worker\",\"scan_id\":\"s1\"}' say=plain beat=i",
    )
    .env("LOG_FORMAT", "json")
    .start();
    run.wait_until_running();
    run.wait_for("plain");
    assert_eq!(run.stop(), 0);
    let objects: Vec<serde_json::Value> = run
        .lines()
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for object in &objects {
        assert!(
            object["ts"].is_string()
                && object["pid"].is_u64()
                && object["level"].is_string()
                && object["msg"].is_string(),
            "{object}"
        );
    }
    let merged = objects
        .iter()
        .find(|object| object["msg"] == "from the worker")
        .unwrap();
    assert_eq!(
        (&merged["source"], &merged["level"], &merged["scan_id"]),
        (&"worker".into(), &"warn".into(), &"s1".into())
    );
    assert!(
        objects
            .iter()
            .any(|object| object["msg"] == "✨ All services running!" && object["after_ms"].is_u64())
    );
}

/// A supervisor whose log nobody reads, with a worker that writes lines and then its process id to `written`.
fn unread(lines: usize) -> (Setup, Unread, ChildStdout) {
    let worker = format!("beat=i spew={lines}:100:W pid-file=DIR/written");
    let mut setup = Setup::new("health", &worker);
    let mut supervisor = setup.start_unread(Stdio::piped());
    let stdout = supervisor.0.stdout.take().unwrap();
    wait_until_written(&setup);
    (setup, supervisor, stdout)
}

fn wait_until_written(setup: &Setup) {
    let written = setup.folder.path().join("written");
    eventually("the worker wrote all of its lines", || {
        fs::metadata(&written).is_ok_and(|file| file.len() > 0)
    });
}

fn status_of(setup: &Setup) -> serde_json::Value {
    let asked = std::process::Command::new(crate::harness::supervisor_program())
        .args(["status", "--json"])
        .current_dir(setup.folder.path())
        .output()
        .unwrap();
    serde_json::from_slice(&asked.stdout).unwrap()
}

/// The number of a line that `spew` wrote, which must be whole.
fn number_of(line: &str) -> Option<usize> {
    let text = line.split_once(" worker     INFO  W ")?.1;
    let (number, filler) = text.split_once(' ').unwrap();
    assert_eq!(filler.len(), 100, "{line}");
    Some(number.parse().unwrap())
}

#[test]
fn a_reader_that_pauses_holds_up_no_child_and_loses_nothing() {
    // 3 MB: more than all pipes hold, less than the buffer.
    const LINES: usize = 20_000;
    let (setup, mut supervisor, stdout) = unread(LINES);
    let status = status_of(&setup);
    assert_eq!((&status["phase"], &status["worker"]), (&"running".into(), &"up".into()));
    let mut reader = BufReader::new(stdout);
    let mut line = String::new();
    let mut next = 0;
    while next < LINES {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0, "the log ended at line {next}");
        if let Some(number) = number_of(line.trim_end()) {
            assert_eq!(number, next);
            next += 1;
        }
    }
    assert_eq!(status_of(&setup)["logLinesDropped"], 0);
    supervisor.stop();
}

#[test]
fn a_reader_that_stops_holds_up_no_child_and_is_told_what_it_missed() {
    // 28 MB: more than the buffer holds.
    const LINES: usize = 200_000;
    let (setup, mut supervisor, stdout) = unread(LINES);
    assert_eq!(status_of(&setup)["phase"], "running");
    let mut reader = BufReader::new(stdout);
    let mut line = String::new();
    let (mut seen, mut dropped, mut last) = (0, 0, None);
    while seen + dropped < LINES {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0, "the log ended");
        if let Some(number) = number_of(line.trim_end()) {
            assert!(last < Some(number), "{number} after {last:?}");
            last = Some(number);
            seen += 1;
        }
        if let Some((_, count)) = line.split_once("Log lines were dropped: stdout was not read, or too slowly dropped=")
        {
            assert!(line.contains(" supervisor WARN "), "{line}");
            dropped += count.split(' ').next().unwrap().parse::<usize>().unwrap();
        }
    }
    assert!(dropped > 0);
    assert_eq!(seen + dropped, LINES);
    assert_eq!(status_of(&setup)["logLinesDropped"], dropped);
    supervisor.stop();
}

#[test]
fn a_full_disk_holds_up_no_child_and_no_stop() {
    let mut setup = Setup::new("health", "beat=i spew=100000:100:W pid-file=DIR/written");
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut supervisor = setup.start_unread(full);
    wait_until_written(&setup);
    supervisor.stop();
}

#[test]
fn a_stop_does_not_wait_for_a_stalled_reader() {
    let mut setup = Setup::new("health", "beat=i spew=30000:100:W").flags(&LONG_GRACES);
    let mut supervisor = setup.start_unread(Stdio::piped());
    let socket = setup.folder.path().join(".repolens/supervisor.sock");
    eventually("the supervisor runs", || socket.exists());
    // Nobody ever reads: a supervisor that waited for it would never end.
    supervisor.stop();
}

#[test]
fn a_closed_stdout_ends_nothing() {
    let mut setup = Setup::new("health", "beat=i spew=30000:100:W pid-file=DIR/written");
    let mut supervisor = setup.start_unread(Stdio::piped());
    let mut stdout = supervisor.0.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 10]).unwrap();
    drop(stdout);
    wait_until_written(&setup);
    assert!(supervisor.0.try_wait().unwrap().is_none(), "the supervisor goes on");
    supervisor.stop();
}

#[test]
fn a_non_blocking_stdout_loses_nothing() {
    const LINES: usize = 30_000;
    let (reader, writer) = std::io::pipe().unwrap();
    nix::fcntl::fcntl(&writer, nix::fcntl::FcntlArg::F_SETFL(nix::fcntl::OFlag::O_NONBLOCK)).unwrap();
    let mut setup = Setup::new("health", &format!("beat=i spew={LINES}:100:W say=done"));
    let mut supervisor = setup.start_unread(writer);
    let mut own = 0;
    for line in BufReader::new(reader).lines().map_while(Result::ok) {
        own += usize::from(line.contains(" worker     INFO  W "));
        if line.ends_with(" done") {
            kill(supervisor.pid(), Signal::SIGTERM).unwrap();
        }
    }
    assert_eq!(own, LINES);
    assert_eq!(supervisor.wait(), 0);
}

#[test]
fn a_pipe_held_open_delays_no_restart_and_leaks_nothing() {
    // The runaway has the worker's stdout and a session of its own.
    let run = Setup::new("health", "runaways=1 beat=i")
        .flags(&["--restart-delay", "0", "--crash-loop", "off"])
        .start();
    run.wait_until_running();
    // They are hidden from the same user, so that only root can count them.
    let descriptors = || {
        fs::read_dir(format!("/proc/{}/fd", run.pid()))
            .map(|entries| entries.count())
            .ok()
    };
    let before = descriptors();
    if before.is_none() {
        skipped("only root can see the supervisor's descriptors, so that leaks were not looked for");
    }
    for restart in 1..=20 {
        kill(run.pid_of("worker").unwrap(), Signal::SIGKILL).unwrap();
        eventually("it is restarted", || run.process("worker")["restarts"] == restart);
    }
    // The connection that asks for the status may still be among them.
    eventually("no descriptor is left over", || descriptors() <= before);
}

#[test]
fn a_filter_hides_what_is_less_grave() {
    let mut run = Setup::new("health", "exit=3")
        .env("LOG_LEVEL", "warn,hyper=info")
        .start();
    run.wait_for("Worker crashed!");
    assert_eq!(run.stop(), 0);
    assert!(!run.lines().iter().any(|line| line.contains(" supervisor INFO ")));
}
