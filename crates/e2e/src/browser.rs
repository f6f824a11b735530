//! A real browser without a window: Chromium, driven by its own driver over WebDriver.

mod devtools;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::free_port;

/// How long a page may take to become what a test waits for.
const PATIENCE: Duration = Duration::from_secs(90);

/// A browser with one tab and an empty profile. It ends when this is dropped.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    /// The address of the session: `http://127.0.0.1:PORT/session/ID`.
    url: String,
    http: reqwest::Client,
    _profile: TempDir,
}

impl Browser {
    /// # Panics
    /// Where Chromium or its driver is not installed (`scripts/setup`), or does not start.
    #[expect(clippy::disallowed_methods, reason = "the test starts the browser's driver")]
    pub async fn start() -> Self {
        // One provider for the whole process; a second test of it has installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let profile = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`chromedriver` is installed: run `scripts/setup`");
        let mut browser = Self {
            driver,
            url: String::new(),
            http: reqwest::Client::new(),
            _profile: profile,
        };
        browser.url = browser.open(&format!("http://127.0.0.1:{port}")).await;
        browser
    }

    /// Waits until the driver answers, and opens a session.
    async fn open(&self, driver: &str) -> String {
        let folder = self._profile.path().display().to_string();
        let arguments = [
            "--headless=new",
            // Chromium's own sandbox does not start as root; the pages are ours.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &format!("--user-data-dir={folder}"),
        ];
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments },
            // The messages of pages on the console, and their requests.
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        } } });
        let until = Instant::now() + PATIENCE;
        loop {
            match self
                .http
                .post(format!("{driver}/session"))
                .json(&capabilities)
                .send()
                .await
            {
                Ok(answer) => {
                    let answer: Value = answer.json().await.expect("the driver answers with JSON");
                    let id = answer["value"]["sessionId"].as_str();
                    let id = id.unwrap_or_else(|| panic!("Chromium does not start: {answer}"));
                    return format!("{driver}/session/{id}");
                }
                Err(error) => assert!(Instant::now() < until, "the driver does not answer: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Opens a page and waits until it is loaded.
    ///
    /// # Panics
    /// Where it cannot be opened.
    pub async fn visit(&self, url: &str) {
        self.command("url", &json!({ "url": url })).await;
    }

    /// Runs the body of a function in the page, with `arguments`; what it returns.
    ///
    /// # Panics
    /// Where it throws.
    pub async fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.command("execute/sync", &json!({ "script": script, "args": arguments }))
            .await
    }

    /// Asks the page until an expression is true; what it is then.
    ///
    /// # Panics
    /// Where it does not become true.
    pub async fn until(&self, expression: &str) -> Value {
        let until = Instant::now() + PATIENCE;
        let script = format!("return ({expression}) || null;");
        loop {
            let value = self.run(&script, &[]).await;
            if !value.is_null() {
                return value;
            }
            if Instant::now() > until {
                let page = self.run("return document.body.innerText;", &[]).await;
                panic!("`{expression}` does not become true; the page shows: {page}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn command(&self, path: &str, body: &Value) -> Value {
        let answer = self.http.post(format!("{}/{path}", self.url)).json(body).send().await;
        let answer = answer.expect("the driver answers");
        let status = answer.status();
        let mut answer: Value = answer.json().await.expect("the driver answers with JSON");
        assert!(status.is_success(), "`{path}`: {answer}");
        answer["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends the browser when it is asked to end itself; a killed one would leave it.
        let pid = nix::unistd::Pid::from_raw(self.driver.id().cast_signed());
        let _ended = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
        let _reaped = self.driver.wait();
    }
}
