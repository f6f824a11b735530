//! The commands of the guides that run containers, run as they are written: by the engine under test in the place of `docker`,
//! with the images that `scripts/test-image` has built from the files that the guides name.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use repolens_e2e::container::{Form, engine, image};
use repolens_e2e::documents::{GUIDES, blocks, literals};
use repolens_e2e::sources::{read, root};
use repolens_e2e::{Postgres, free_port};
use tempfile::TempDir;

/// What a person has who follows the guides.
struct Desk {
    folder: TempDir,
    postgres: Postgres,
    port: u16,
    /// Containers and volumes are named so, and not as in the guides: another test may follow them too.
    name: String,
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = engine(&["rm", "--force", "--volumes", &self.name]);
        let _ = engine(&["volume", "rm", "--force", &self.name]);
    }
}

/// The lines of all guides that begin so, in their order.
fn lines(start: &str) -> Vec<String> {
    let all = GUIDES.iter().flat_map(|guide| {
        let text = read(guide);
        let said = literals(&text);
        [blocks(&text, "sh"), said].concat()
    });
    all.filter(|line| line.starts_with(start) && line.contains(' '))
        .collect()
}

impl Desk {
    fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a temporary folder"),
            postgres: Postgres::start(),
            port: free_port(),
            name: format!("repolens-guide-{}", std::process::id()),
        }
    }

    /// Does what a line says; `more` is put before the image of a `docker run`.
    fn run(&self, line: &str, more: &[&str]) -> Output {
        let mut words = self.words(line);
        assert_eq!(words.remove(0), "docker");
        let mut said: Vec<String> = Vec::new();
        let is_run = words[0] == "run";
        let mut words = words.into_iter().peekable();
        while let Some(word) = words.next() {
            match word.as_str() {
                // The host's network, so that servers of this machine are reached: no port is to be published.
                "--publish" => {
                    let ports = words.next().expect("ports");
                    assert_eq!(ports, "3001:3001", "the port that the image has");
                }
                "debian:trixie-slim" => said.push(debian()),
                // The image is the last word of those that start the service.
                "repolens" if is_run && words.peek().is_none() => {
                    said.extend(more.iter().map(|word| (*word).to_owned()));
                    said.extend(["--network=host", "--env=HOST=127.0.0.1"].map(str::to_owned));
                    said.extend([format!("--env=PORT={}", self.port), image(Form::Combined)]);
                }
                "repolens" => said.push(self.name.clone()),
                _ => said.push(word.replace("repolens:/var", &format!("{}:/var", self.name))),
            }
        }
        if is_run {
            // What the machine of the test may give; and a container of this name is made again.
            let limits = ["--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024"];
            said.splice(1..1, limits.map(str::to_owned));
        }
        engine(&said)
    }

    fn good(&self, line: &str) -> String {
        let output = self.run(line, &[]);
        assert!(output.status.success(), "`{line}`: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The words of a line, as the shell reads it in this folder.
    #[expect(clippy::disallowed_methods, reason = "the test does what the document says")]
    fn words(&self, line: &str) -> Vec<String> {
        let output = Command::new("bash")
            .args(["-euc", &format!("docker() {{ printf '%s\\0' docker \"$@\"; }}\n{line}")])
            .current_dir(self.folder.path())
            .output()
            .expect("a shell");
        assert!(output.status.success(), "`{line}`: {output:?}");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    /// Waits until it is well, as the host's health check finds out.
    #[expect(clippy::disallowed_methods, reason = "another process's state can only be asked for")]
    fn wait_until_well(&self) {
        let start = Instant::now();
        while !engine(&["exec", &self.name, crate::SUPERVISOR, "status"])
            .status
            .success()
        {
            let log = engine(&["logs", &self.name]);
            assert!(start.elapsed() < Duration::from_secs(120), "it is not well: {log:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// The image that has Debian's tools: here it may have been made by debootstrap.
fn debian() -> String {
    let made = "localhost/debian-base:trixie";
    if engine(&["image", "inspect", made]).status.success() {
        made.to_owned()
    } else {
        "debian:trixie-slim".to_owned()
    }
}

#[test]
fn what_is_built_is_what_was_tested() {
    let mut built = 0;
    for line in lines("docker build") {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, _, "-f", file, "-t", name, "."] = words[..] else {
            panic!("`{line}` is not of the form that `scripts/test-image` builds by");
        };
        assert!(root().join(file).exists(), "{line}");
        let tested = [Form::Combined, Form::Api, Form::Worker].map(image);
        assert!(
            tested.iter().any(|tested| tested.ends_with(&format!("{name}:test"))),
            "{line}"
        );
        built += 1;
    }
    assert!(built >= 2, "they have been found: {built}");
}

#[test]
fn the_service_is_run_and_looked_after_as_it_is_written() {
    let starts = lines("docker run --detach --name repolens ");
    assert_eq!(starts.len(), 2, "as one user, and with another for the worker");
    for start in starts {
        let desk = Desk::new();
        let database = format!("DATABASE_URL={}", desk.postgres.url("postgres"));
        let started = desk.run(
            &start,
            &["--env", &database, "--env=FRONTEND_URL=https://app.example.org"],
        );
        assert!(started.status.success(), "`{start}`: {started:?}");
        desk.wait_until_well();
        let mut looked = 0;
        for line in lines("docker exec") {
            let output = desk.good(&line);
            assert!(!output.is_empty(), "`{line}` says nothing");
            looked += 1;
        }
        assert!(looked >= 3, "they have been found: {looked}");
        desk.good("docker stop --time 30 repolens");
    }
}

#[test]
fn the_embedded_database_is_backed_up_and_restored_as_it_is_written() {
    let desk = Desk::new();
    let starts = lines("docker run --detach --name repolens ");
    let [embedded] = &lines("--env REPOLENS_EMBEDDED=1")[..] else {
        panic!("what keeps an embedded database");
    };
    let before_image = starts[0].strip_suffix(" repolens").expect("the image is the last word");
    let start = format!("{before_image} {embedded} repolens");
    assert!(desk.run(&start, &[]).status.success(), "{start}");
    desk.wait_until_well();
    let backup = blocks(&read("docs/operations.md"), "sh");
    let backup: Vec<&String> = backup
        .iter()
        .skip_while(|line| !line.starts_with("docker stop"))
        .take_while(|line| line.starts_with("docker "))
        .collect();
    assert!(backup.len() >= 3, "{backup:?}");
    for line in backup {
        desk.good(line);
    }
    desk.wait_until_well();
    let saved: PathBuf = desk.folder.path().join("repolens/repolens.db");
    assert!(is_database(&saved), "the copy is a database: {}", saved.display());
}

fn is_database(path: &Path) -> bool {
    std::fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3\0"))
}
