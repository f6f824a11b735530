//! The commands that people type.

use std::fs;
use std::io::Read as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::api::{FakeApi, TOKEN};
use crate::fixture::{Repositories, command, git, search_path};

pub fn worker() -> Command {
    let mut worker = command(env!("CARGO_BIN_EXE_repolens-worker"));
    worker.env_clear().env("PATH", search_path());
    worker
}

fn run(args: &[&str]) -> Output {
    worker().args(args).output().expect("starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_bare_repository_and_a_folder_give_the_same_figures() {
    let repositories = Repositories::make();
    let mut figures = Vec::new();
    for name in ["small.git", "work"] {
        let path = repositories.root().join(name);
        let output = run(&["analyze", path.to_str().expect("UTF-8"), "--format", "json"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(report["commitSha"], repositories.commit_of(name, "main"), "{name}");
        assert_eq!(report["branch"], "main", "{name}");
        assert!(report["analyzedAt"].as_str().expect("a time").ends_with('Z'));
        assert!(report["processingTimeMs"].is_u64());
        figures.push((
            report["lines"].clone(),
            report["ast"].clone(),
            report["languages"].clone(),
        ));
    }
    assert_eq!(figures[0], figures[1]);
    assert_eq!(figures[0].1["summary"]["totalFunctions"], 1);
}

#[test]
fn a_clone_has_the_name_of_its_repository() {
    let root = tempfile::tempdir().expect("a folder");
    let path = root.path();
    fs::write(path.join("a.py"), "x = 1\n").expect("written");
    for (address, name) in [
        ("https://git.example.org/spf13/cobra.git", "cobra"),
        ("https://git.example.org/spf13/viper/", "viper"),
    ] {
        let output = run(&[
            "analyze",
            path.to_str().expect("UTF-8"),
            "--format=json",
            &format!("--repo-url={address}"),
        ]);
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(report["summary"]["name"], name);
    }
}

#[test]
fn the_summary_has_no_color_where_it_is_no_terminal() {
    let repositories = Repositories::make();
    let output = run(&[
        "analyze",
        repositories.root().join("small.git").to_str().expect("UTF-8"),
    ]);
    let shown = text(&output.stdout);
    assert!(
        output.status.success() && shown.contains("javascript") && !shown.contains('\x1b'),
        "{shown}"
    );
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
}

#[test]
fn a_terminal_gets_colors_and_a_bar_where_it_can_show_them() {
    let repositories = Repositories::make();
    let path = repositories.root().join("small.git");
    // `script` runs it in a terminal of its own, and writes what that shows.
    let shown = |variables: &[(&str, &str)]| {
        let mut script = command("script");
        script.args(["-qec"]);
        script.arg(format!(
            "{} analyze {}",
            env!("CARGO_BIN_EXE_repolens-worker"),
            path.display()
        ));
        script.arg("/dev/null").env_clear().env("PATH", search_path());
        let output = script.envs(variables.iter().copied()).stdin(Stdio::null()).output();
        text(&output.expect("`script` is installed").stdout)
    };
    let (color, bar) = ("\x1b[1m", "░");
    for (variables, has_color, has_bar) in [
        (&[("TERM", "xterm")][..], true, true),
        (&[("TERM", "xterm"), ("NO_COLOR", "1")], false, true),
        (&[("TERM", "dumb")], false, false),
        (&[], false, false),
    ] {
        let shown = shown(variables);
        assert!(shown.contains("javascript"), "{shown}");
        assert_eq!(
            (shown.contains(color), shown.contains(bar)),
            (has_color, has_bar),
            "{variables:?}: {shown}"
        );
        assert!(has_bar || !shown.contains('\x1b'), "{shown}");
    }
}

#[test]
fn progress_lines_name_stages_and_files_on_demand() {
    let repositories = Repositories::make();
    let path = repositories.root().join("small.git");
    let path = path.to_str().expect("UTF-8");
    let told = |args: &[&str]| text(&run(args).stderr);
    let plain = told(&["analyze", path, "--format=json", "--progress=lines"]);
    assert!(
        plain.contains(r#"{"progress":{"stage":"parse","#) && !plain.contains("a.js"),
        "{plain}"
    );
    let named = told(&["analyze", path, "--format=json", "--progress=lines", "--name-files"]);
    assert!(named.contains(r#""path":"src/a.js"}}"#), "{named}");
}

#[test]
fn a_skipped_file_is_named_in_the_report() {
    let repositories = Repositories::make();
    let path = repositories.root().join("small.git");
    let output = run(&[
        "analyze",
        path.to_str().expect("UTF-8"),
        "--format=json",
        "--skip=src/a.js",
    ]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["analyser"]["skippedFiles"][0]["path"], "src/a.js");
    assert_eq!(report["ast"]["summary"]["totalFunctions"], 0);
    assert_eq!(
        report["lines"]["code"],
        run_lines(path.to_str().expect("UTF-8")),
        "its lines are counted"
    );
}

fn run_lines(path: &str) -> Value {
    let report: Value = serde_json::from_slice(&run(&["analyze", path, "--format=json"]).stdout).expect("JSON");
    report["lines"]["code"].clone()
}

#[test]
fn exit_statuses() {
    let repositories = Repositories::make();
    let at = |name: &str| repositories.root().join(name).display().to_string();
    fs::write(repositories.root().join("file"), "").expect("written");
    git(repositories.root(), &["clone", "-q", "--bare", "work", "broken.git"]);
    fs::write(repositories.root().join("broken.git/HEAD"), "nonsense").expect("written");
    for (args, status) in [
        (vec!["analyze", "--nonsense"], 64),
        (vec!["nonsense"], 64),
        (vec!["analyze", &at("small.git"), "--format", "xml"], 64),
        (vec!["analyze", &at("not-there")], 66),
        (vec!["analyze", &at("file")], 65),
        (vec!["analyze", &at("empty.git")], 65),
        (vec!["analyze", &at("broken.git")], 65),
        (vec!["analyze", &at("work"), "--commit", "no-such-commit"], 65),
        (vec!["--help"], 0),
        (vec!["analyze", "--help"], 0),
        (vec!["--version"], 0),
    ] {
        let output = run(&args);
        assert_eq!(output.status.code(), Some(status), "{args:?}: {}", text(&output.stderr));
        if status != 0 {
            assert!(output.stdout.is_empty(), "{args:?}");
            assert!(
                text(&output.stderr).starts_with("error: "),
                "{args:?}: {}",
                text(&output.stderr)
            );
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let repositories = Repositories::make();
    let mut child = worker()
        .args([
            "analyze",
            "--format=json",
            &repositories.root().join("small.git").display().to_string(),
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let status = child.wait().expect("ends");
    let mut said = String::new();
    child
        .stderr
        .take()
        .expect("piped")
        .read_to_string(&mut said)
        .expect("text");
    assert!(status.success() && said.is_empty(), "{status}: {said}");
}

#[test]
fn check_tells_all_faults_at_once_one_object_a_line() {
    let output = worker()
        .args(["check"])
        .env("WORKER_TOKEN", "short")
        .env("SCAN_TIMEOUT", "soon")
        .current_dir(std::env::temp_dir())
        .output()
        .expect("starts");
    assert_eq!(output.status.code(), Some(78));
    let findings: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let names: Vec<&str> = findings.iter().filter_map(|finding| finding["name"].as_str()).collect();
    assert_eq!(names, ["WORKER_TOKEN", "SCAN_TIMEOUT"]);
    assert!(!text(&output.stdout).contains("short"));
}

#[test]
fn check_tries_the_connection() {
    let api = FakeApi::start();
    let sandbox = tempfile::tempdir().expect("a folder");
    for (token, level, status) in [
        (TOKEN, "ok", 0),
        ("another-token-of-32-characters-or-more", "error", 78),
    ] {
        let output = worker()
            .args(["check", "--connect"])
            .env("WORKER_TOKEN", token)
            .env("API_URL", api.url())
            .env("SANDBOX_DIR", sandbox.path())
            .current_dir(sandbox.path())
            .output()
            .expect("starts");
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(status), "{said}");
        let last: Value = serde_json::from_str(said.lines().last().expect("a line")).expect("JSON");
        assert_eq!(last["level"], level, "{said}");
        assert!(!said.contains(token), "{said}");
    }
}
