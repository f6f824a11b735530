//! The subscriber in a process of its own, for it is installed once per process.

#![expect(clippy::disallowed_methods, reason = "the tests start the example program")]

use std::path::PathBuf;
use std::process::{Command, Stdio};

fn lines_program() -> PathBuf {
    let mut path = std::env::current_exe().expect("a test has a path");
    path.pop();
    path.pop();
    path.join("examples").join("lines")
}

fn run(arguments: &[&str]) -> Vec<String> {
    let output = Command::new(lines_program())
        .args(arguments)
        .output()
        .expect("the example was built");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout)
        .expect("lines are UTF-8")
        .lines()
        .map(str::to_owned)
        .collect()
}

#[test]
fn text_lines_carry_the_fields_of_their_spans() {
    let lines = run(&["text"]);
    assert_eq!(
        &lines[0][24..],
        r#" worker     INFO  cloned\nall scan_id=s1 stage=clone bytes=12 url=https://u:***@host/x"#
    );
    assert_eq!(
        &lines[1][24..],
        " worker     WARN  from elsewhere scan_id=s1 stage=clone target=other"
    );
    assert!(lines[2].contains(" ERROR panicked: boom location="), "{}", lines[2]);
    assert_eq!(lines.len(), 1003);
}

#[test]
fn json_lines_are_objects() {
    for line in run(&["json"]) {
        let object: serde_json::Value = serde_json::from_str(&line).expect("a line is a JSON object");
        assert_eq!(object["source"], "worker");
        assert!(object["pid"].is_u64() && object["ts"].is_string());
    }
}

#[test]
fn the_filter_counts_and_a_bad_one_is_an_error() {
    assert!(
        run(&["text", "repolens=debug"])
            .iter()
            .any(|line| line.contains("not shown at info"))
    );
    let output = Command::new(lines_program())
        .args(["text", "a=b=c"])
        .output()
        .expect("the example was built");
    assert!(!output.status.success());
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("Filter("),
        "{output:?}"
    );
}

#[test]
fn a_closed_stdout_ends_nothing() {
    let mut child = Command::new(lines_program())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the example was built");
    drop(child.stdout.take());
    assert!(child.wait().expect("the child can be waited for").success());
}
