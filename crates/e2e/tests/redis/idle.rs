//! What an idle deployment costs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use repolens_core::job::JobLimits;
use repolens_e2e::Repository;

use super::deployment::Deployment;
use repolens_testkit::{Redis, command};

/// Listens to all that Redis is asked.
pub struct Monitor {
    child: std::process::Child,
    lines: Arc<Mutex<Vec<String>>>,
}

#[derive(Debug)]
pub struct Commands {
    pub of_clients: Vec<String>,
    /// Called by scripts.
    pub inside: usize,
}

impl Monitor {
    pub async fn start(redis: &Redis) -> Self {
        let mut child = command("redis-cli")
            .args(["-p", &redis.port.to_string(), "monitor"])
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("`redis-cli` is installed");
        let output = std::io::BufReader::new(child.stdout.take().expect("it is piped"));
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let keep = Arc::clone(&lines);
        std::thread::spawn(move || {
            for line in std::io::BufRead::lines(output).map_while(Result::ok) {
                keep.lock().expect("nobody panics with it").push(line);
            }
        });
        let monitor = Self { child, lines };
        repolens_testkit::until("MONITOR stands", async || !monitor.lines().is_empty()).await;
        monitor
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("nobody panics with it").clone()
    }

    /// All but what the tests themselves ask, each on a connection of its own.
    pub async fn stop(mut self) -> Commands {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is ours");
        let lines = self.lines();
        let client = |line: &str| {
            let address = line.split_once('[')?.1.split_once(']')?.0;
            address.split_once(' ').map(|(_, address)| address.to_owned())
        };
        // The looks of tests at a job.
        let looks = |line: &&String| {
            line.contains("\"ZSCORE\"") || line.contains("\"LRANGE\"") || line.contains("\"CLIENT\" \"SETINFO\"")
        };
        let own: Vec<String> = lines
            .iter()
            .filter(looks)
            .filter_map(|line| client(line))
            .filter(|client| client != "lua")
            .collect();
        let others = |line: &&String| client(line).is_some_and(|client| !own.contains(&client));
        let inside = |line: &&String| line.contains(" lua]");
        Commands {
            of_clients: lines
                .iter()
                .filter(others)
                .filter(|line| !inside(line))
                .map(|line| line.split(']').nth(1).unwrap_or_default().chars().take(90).collect())
                .collect(),
            inside: lines.iter().filter(inside).count(),
        }
    }
}

#[tokio::test]
async fn while_nobody_asks_the_database_sleeps_and_redis_is_asked_next_to_nothing() {
    /// Longer than any pause that is taken while there is work.
    const SPAN: Duration = Duration::from_secs(40);
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let _api = deployment.api().await;
    let _worker = deployment.worker("w").await;
    let id = deployment.submit(&repository.url()).await;
    deployment.until_status(&id, "completed").await;
    deployment.redis.until_in(&id, "completed").await;
    // The last look at it is when its lease would have ended.
    tokio::time::sleep(Duration::from_millis(JobLimits::STANDARD.lease_ms + 3_000)).await;

    // When each connection last asked something. Ours is new each time.
    let asked = "SELECT pid || ' ' || query_start AS v FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid() \
                 AND backend_type = 'client backend' AND query NOT LIKE '%pg_stat_activity%' ORDER BY 1";
    let before = deployment.values(asked).await;
    assert!(!before.is_empty(), "the API keeps its connection");
    let monitor = Monitor::start(&deployment.redis).await;
    tokio::time::sleep(SPAN).await;
    let commands = monitor.stop().await;
    let after = deployment.values(asked).await;
    assert_eq!(after, before, "no statement");
    assert!(
        commands.of_clients.len() <= 3,
        "at most one look of the worker's falls into it: {:?}",
        commands.of_clients
    );
    assert!(commands.inside <= 10, "{}", commands.inside);
}
