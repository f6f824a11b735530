//! A Redis server of a test's own, killed when dropped.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use repolens_core::queue::Producer;
use repolens_core::settings::RedisUrl;
use tempfile::TempDir;

use crate::{PATIENCE, command, free_port, signal, until};

/// A Redis that keeps nothing on disk.
pub struct Redis {
    server: Option<Child>,
    pub port: u16,
    _folder: TempDir,
    folder: PathBuf,
}

impl Redis {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut redis = Self {
            server: None,
            port: 0,
            folder: folder.path().to_owned(),
            _folder: folder,
        };
        for _ in 0..20 {
            // Free now; another test may be faster, then the server ends and the next port is tried.
            redis.port = free_port();
            redis.spawn();
            if redis.is_up().await {
                return redis;
            }
        }
        panic!("no Redis could be started: is `redis-server` installed?");
    }

    fn spawn(&mut self) {
        let child = command("redis-server")
            .args([
                "--port",
                &self.port.to_string(),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .args(["--daemonize", "no", "--dir"])
            .arg(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`redis-server` is installed");
        self.server = Some(child);
    }

    async fn is_up(&mut self) -> bool {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let ended = self
                .server
                .as_mut()
                .is_none_or(|server| server.try_wait().expect("it is ours").is_some());
            if ended {
                return false;
            }
            if repolens_core::queue::check(&self.url()).await.is_ok() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    /// Kills the server; what it held is lost.
    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().expect("it is ours");
            server.wait().expect("it is ours");
        }
    }

    /// Starts it anew on the same port, empty.
    pub async fn restart(&mut self) {
        self.stop();
        self.spawn();
        assert!(self.is_up().await, "Redis does not start again");
    }

    /// It takes connections and commands, and answers nothing until it is thawed.
    pub fn freeze(&self) {
        self.signal(Signal::SIGSTOP);
    }

    pub fn thaw(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, sent: Signal) {
        signal(self.server.as_ref().expect("it runs"), sent);
    }

    pub fn url(&self) -> RedisUrl {
        RedisUrl::parse(&self.address()).expect("an address")
    }

    pub fn address(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn producer(&self) -> Producer {
        Producer::new(&self.url())
    }

    /// A connection for the test's own commands.
    pub async fn connect(&self) -> redis::aio::MultiplexedConnection {
        let client = redis::Client::open(self.address()).expect("an address");
        // The library's own half second is short on a machine that is busy with other tests.
        let config = redis::AsyncConnectionConfig::new().set_response_timeout(Some(PATIENCE));
        client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .expect("Redis is up")
    }

    pub async fn ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let mut command = redis::cmd(words[0]);
        for word in &words[1..] {
            command.arg(*word);
        }
        command
            .query_async(&mut self.connect().await)
            .await
            .expect("Redis answers")
    }

    /// Where a job is: the lists that have it.
    pub async fn places(&self, id: &str) -> Vec<&'static str> {
        let mut places = Vec::new();
        let mut connection = self.connect().await;
        for list in ["wait", "paused", "active"] {
            let key = format!("bull:repo-analysis:{list}");
            let ids: Vec<String> = redis::cmd("LRANGE")
                .arg(key)
                .arg(0)
                .arg(-1)
                .query_async(&mut connection)
                .await
                .expect("a list");
            places.extend(ids.iter().filter(|found| *found == id).map(|_| list));
        }
        for set in ["completed", "failed", "delayed", "prioritized"] {
            let key = format!("bull:repo-analysis:{set}");
            let score: Option<f64> = redis::cmd("ZSCORE")
                .arg(key)
                .arg(id)
                .query_async(&mut connection)
                .await
                .expect("a sorted set");
            places.extend(score.map(|_| set));
        }
        places
    }

    pub async fn until_in(&self, id: &str, place: &str) {
        until(&format!("{id} is in {place}"), async || {
            self.places(id).await == [place]
        })
        .await;
    }

    /// Waits until this number of connections is in a blocking command: workers that wait for a job.
    pub async fn until_waiting(&self, workers: usize) {
        let line = format!("blocked_clients:{workers}\r");
        until(&format!("{workers} workers wait"), async || {
            self.ask::<String>(&["INFO", "clients"]).await.contains(&line)
        })
        .await;
    }

    /// All events of the queue that are kept, each with its job, in their order.
    pub async fn events(&self) -> Vec<(String, String)> {
        let all: Vec<(String, HashMap<String, String>)> =
            self.ask(&["XRANGE", "bull:repo-analysis:events", "-", "+"]).await;
        let field = |fields: &HashMap<String, String>, name: &str| fields.get(name).cloned().unwrap_or_default();
        all.iter()
            .map(|(_, fields)| (field(fields, "event"), field(fields, "jobId")))
            .collect()
    }

    pub async fn field(&self, id: &str, field: &str) -> Option<String> {
        self.ask(&["HGET", &format!("bull:repo-analysis:{id}"), field]).await
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}
