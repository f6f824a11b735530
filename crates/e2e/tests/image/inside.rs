//! What is in the images, without running them.

use std::path::Path;
use std::process::Command;

use repolens_e2e::container::{Form, engine, image};
use serde_json::Value;
use tempfile::TempDir;

use crate::{SUPERVISOR, megabytes, tell};

#[test]
fn it_is_small_and_says_how_it_is_run() {
    let output = engine(&["image", "inspect", &image(Form::Combined)]);
    let inspected: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let config = &inspected[0]["Config"];
    assert_eq!(config["Entrypoint"], serde_json::json!([SUPERVISOR]));
    assert_eq!(config["User"], "10001:10001");
    assert_eq!(config["StopSignal"], "SIGTERM");
    let health = inspected[0]["Healthcheck"]
        .as_object()
        .or(config["Healthcheck"].as_object());
    assert!(health.is_some(), "a health check: {config}");
    assert_eq!(config["Labels"]["org.opencontainers.image.licenses"], "MIT");
}

#[test]
fn all_three_are_small() {
    for form in [Form::Combined, Form::Api, Form::Worker] {
        let output = engine(&["image", "inspect", &image(form)]);
        let inspected: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let size = inspected[0]["Size"].as_u64().expect("a size");
        tell(&format!("{}: {} unpacked", image(form), megabytes(size)));
        assert!(size < 120_000_000, "{size} bytes");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test's own tool")]
fn it_has_nothing_that_helps_an_intruder() {
    let created = engine(&["create", &image(Form::Combined)]);
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
        let words: Vec<&str> = line.split_whitespace().collect();
        let [mode, _owner, size, _day, _time, path, ..] = words[..] else {
            panic!("a line of tar: {line}");
        };
        if path.starts_with("usr/local/bin/") {
            let size: u64 = size.parse().expect("a size");
            tell(&format!("{path}: {}", megabytes(size)));
            // The worker has the tables of eleven grammars in it, which take no memory until they are used.
            let most = if path.ends_with("worker") {
                45_000_000
            } else {
                25_000_000
            };
            assert!(size <= most, "{line}");
        }
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
        &image(Form::Combined),
        "ls-remote",
        "https://127.0.0.1:1/nobody/listens",
    ]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        told.contains("Failed to connect") || told.contains("Couldn't connect"),
        "{told}"
    );
}
