//! Node's side of the queue: BullMQ in a process of its own, with a driver that reads and writes lines of JSON.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::{Redis, command, npm, until};

/// The versions that are tested: the one that older deployments have, the newest of its line, and the line after it.
pub const VERSIONS: [&str; 3] = ["5.67", "5.81", "6.7"];

const PACKAGES: &str = include_str!("node/package.json");
const DRIVER: &str = include_str!("node/driver.mjs");

/// One version of BullMQ in a Node process of its own.
pub struct Node {
    process: Child,
    input: ChildStdin,
    heard: Arc<Mutex<Vec<Value>>>,
    /// How many of each event were heard.
    counts: Arc<Mutex<HashMap<String, usize>>>,
    asked: u64,
}

impl Node {
    pub async fn start(redis: &Redis, version: &str) -> Self {
        let install = || npm::installed("queue-node", PACKAGES, &[("driver.mjs", DRIVER)]);
        let folder = tokio::task::spawn_blocking(install)
            .await
            .expect("the packages are installed");
        let mut process = command("node")
            .arg(folder.join("driver.mjs"))
            .args([version, &redis.port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`node` is installed");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let output = BufReader::new(process.stdout.take().expect("it is piped"));
        let counts: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
        let (hearing, counting) = (Arc::clone(&heard), Arc::clone(&counts));
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let value: Value = serde_json::from_str(&line).expect("the driver writes JSON");
                let event = value["event"].as_str().map(str::to_owned);
                hearing.lock().expect("no thread panics with it").push(value);
                // Counted after it is stored.
                if let Some(event) = event {
                    let mut counts = counting.lock().expect("no thread panics with it");
                    *counts.entry(event).or_default() += 1;
                }
            }
        });
        let input = process.stdin.take().expect("it is piped");
        let node = Self {
            process,
            input,
            heard,
            counts,
            asked: 0,
        };
        node.until_event("ready", |_| true).await;
        node
    }

    /// Asks the driver, and waits for its answer.
    pub async fn ask(&mut self, request: &str, rest: Value) -> Value {
        self.try_ask(request, rest)
            .await
            .unwrap_or_else(|error| panic!("{request}: {error}"))
    }

    pub async fn try_ask(&mut self, request: &str, mut rest: Value) -> Result<Value, String> {
        self.asked += 1;
        let number = self.asked;
        rest["number"] = json!(number);
        rest["request"] = json!(request);
        writeln!(self.input, "{rest}").expect("the driver listens");
        let find = |heard: &[Value]| heard.iter().find(|line| line["number"] == number).cloned();
        until(&format!("an answer to {request}"), async || {
            find(&self.heard()).is_some()
        })
        .await;
        let answer = find(&self.heard()).expect("it was there");
        match answer.get("error") {
            Some(error) => Err(error.as_str().unwrap_or_default().to_owned()),
            None => Ok(answer["answer"].clone()),
        }
    }

    pub fn heard(&self) -> Vec<Value> {
        self.heard.lock().expect("no thread panics with it").clone()
    }

    /// The events of a job, in the order in which they came.
    pub fn events_of(&self, id: &str) -> Vec<String> {
        let of_it = |line: &Value| line["jobId"] == id && line["event"] != "worked";
        let heard = self.heard();
        heard
            .iter()
            .filter(|line| of_it(line))
            .filter_map(|line| line["event"].as_str().map(str::to_owned))
            .collect()
    }

    /// The events of each job, in the order in which they came.
    pub fn events_by_job(&self) -> HashMap<String, Vec<String>> {
        let mut all: HashMap<String, Vec<String>> = HashMap::new();
        for line in self.heard.lock().expect("no thread panics with it").iter() {
            if let (Some(job), Some(event)) = (line["jobId"].as_str(), line["event"].as_str())
                && event != "worked"
            {
                all.entry(job.to_owned()).or_default().push(event.to_owned());
            }
        }
        all
    }

    pub fn count(&self, event: &str) -> usize {
        let counts = self.counts.lock().expect("no thread panics with it");
        counts.get(event).copied().unwrap_or(0)
    }

    pub async fn until_count(&self, event: &str, count: usize) {
        until(&format!("{count} events {event}"), async || self.count(event) >= count).await;
        assert_eq!(self.count(event), count, "{event}");
    }

    pub async fn until_event(&self, event: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let find = |heard: &[Value]| heard.iter().find(|line| line["event"] == event && is_it(line)).cloned();
        until(
            &format!("the event {event}, after {:?}", self.heard().last()),
            async || find(&self.heard()).is_some(),
        )
        .await;
        find(&self.heard()).expect("it was there")
    }

    pub fn errors(&self) -> Vec<Value> {
        self.heard()
            .into_iter()
            .filter(|line| line["event"] == "error")
            .collect()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
