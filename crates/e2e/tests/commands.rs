//! The commands of the documents, run as they are written, against a RepoLens with a real PostgreSQL.
//!
//! Those of containers are run by `image.rs`, with the images.

use std::path::Path;
use std::process::Command;

use nix::sys::signal::Signal;
use repolens_e2e::documents::{GUIDES, blocks, literals};
use repolens_e2e::running::Home;
use repolens_e2e::sources::{read, root};
use repolens_e2e::{Postgres, Repository, Running};
use tempfile::TempDir;

/// What the commands stand before.
struct Scene {
    folder: TempDir,
    database: String,
    address: String,
    repository: String,
    scan: String,
    cancel_token: String,
}

impl Scene {
    /// Runs a line in the shell, as a person would, and gives its output.
    #[expect(clippy::disallowed_methods, reason = "the test does what the document says")]
    fn run(&self, document: &str, line: &str) -> String {
        let local = line
            .replace("https://github.com/psf/requests", &self.repository)
            .replace("https://github.com/owner/repository", &self.repository)
            .replace("localhost:3001", &self.address)
            .replace("SCAN_ID", &self.scan)
            .replace("CANCEL_TOKEN", &self.cancel_token);
        let output = Command::new("bash")
            // A refusal is told by its status alone.
            .args([
                "-euo",
                "pipefail",
                "-c",
                &format!("curl() {{ command curl -sS --write-out '\\n%{{http_code}}' \"$@\"; }}\n{local}"),
            ])
            .current_dir(self.folder.path())
            .env("REPOLENS", format!("http://{}", self.address))
            .env("DATABASE_URL", &self.database)
            .output()
            .expect("a shell");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "`{document}`: `{line}`: {output:?}");
        if local.starts_with("curl") {
            let status = text.rsplit('\n').next().unwrap_or_default();
            // A scan that has ended cannot be cancelled.
            let expected = status.starts_with('2') || line.contains("/cancel") && status == "409";
            assert!(expected, "`{document}`: `{line}`: {text}");
        }
        text
    }
}

/// The commands of a document: the lines of its blocks, and what stands in backticks in a sentence.
fn commands(path: &str) -> Vec<String> {
    let text = read(path);
    let said = literals(&text)
        .into_iter()
        .filter(|literal| literal.contains(' ') && program(literal).is_some_and(|name| CLIENTS.contains(&name)));
    blocks(&text, "sh").into_iter().chain(said).collect()
}

/// Programs that ask a service that runs.
const CLIENTS: [&str; 4] = ["curl", "psql", "pg_dump", "pg_restore"];
/// Programs whose commands are run elsewhere: by `image.rs` and `scripts/test`; and what only sets a variable.
const ELSEWHERE: [&str; 2] = ["docker", "export"];

fn program(line: &str) -> Option<&str> {
    line.split_whitespace().next()
}

#[tokio::test]
async fn they_do_what_they_say() {
    let postgres = Postgres::start();
    let repository = Repository::small();
    let url = format!("file://{}", repository.path().display());
    let home = Home::default();
    let start = || Running::start_with(&home, &[("DATABASE_URL", &postgres.url("postgres"))]);
    let mut repolens = start();
    let (id, cancel_token) = repolens.submit_to_cancel(&url).await;
    repolens.wait_for_status(&id, "completed").await;
    let mut scene = Scene {
        folder: TempDir::new().expect("a temporary folder"),
        database: postgres.url("postgres"),
        address: format!("127.0.0.1:{}", repolens.port()),
        repository: url,
        scan: id,
        cancel_token,
    };

    let mut run = 0;
    for path in GUIDES.iter().chain(&["README.md", "docs/api.md"]) {
        for line in commands(path) {
            let name = program(&line).unwrap_or("#");
            if CLIENTS.contains(&name) {
                // The guide says so.
                let is_stopped = name == "pg_restore";
                if is_stopped {
                    repolens.signal(repolens.supervisor_pid(), Signal::SIGTERM);
                    assert!(repolens.wait().success(), "{}", repolens.log());
                }
                let output = scene.run(path, &line);
                if is_stopped {
                    repolens = start();
                    scene.address = format!("127.0.0.1:{}", repolens.port());
                }
                run += 1;
                if line.contains("select status") {
                    assert!(output.contains("COMPLETED"), "{output}");
                }
            } else {
                if line.starts_with("docker compose") {
                    names_services(path, &line);
                }
                let known = ELSEWHERE.contains(&name) || name.starts_with('#') || root().join(name).exists();
                let built = name.starts_with("target/debug/repolens-");
                assert!(known || built, "`{path}`: nobody runs `{line}`");
            }
        }
    }
    assert!(run > 15, "commands have been found: {run}");
    // What was restored is what there was.
    assert_eq!(repolens.scan(&scene.scan).await.status(), "completed");
    assert!(Path::new(&scene.folder.path().join("repolens.dump")).exists());
}

/// `docker compose -f FILE up …`: the services that are named are in the file.
fn names_services(document: &str, line: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, _, "-f", file, "up", rest @ ..] = &words[..] else {
        panic!("`{document}`: `{line}` starts no services");
    };
    let compose: serde_json::Value = serde_saphyr::from_str(&read(file)).expect("YAML");
    for word in rest.iter().filter(|word| !word.starts_with("--")) {
        let service = word.split('=').next().unwrap_or_default();
        assert!(
            !compose["services"][service].is_null(),
            "`{document}`: `{line}`: no service `{service}`"
        );
    }
}
