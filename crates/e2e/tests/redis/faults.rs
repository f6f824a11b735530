//! What may go wrong in between: no accepted scan is lost, none is recorded twice, each ends.

mod clock;
mod database;
mod disk;
mod instances;
mod large_reports;
mod lost_answers;
mod older_worker;
mod processes;
mod redis_server;
mod refusing_database;
mod refusing_redis;

use repolens_e2e::{GitServer, Repository};
use serde_json::Value;

use crate::deployment::{Deployment, Process};
use crate::ledger::Ledger;

/// What most of these begin with: an API and a worker, and a git server that can hold a scan in the middle.
struct Scene {
    deployment: Deployment,
    repository: Repository,
    git: GitServer,
    api: Option<Process>,
    worker: Option<Process>,
}

impl Scene {
    async fn open() -> Self {
        Self::on(Deployment::on_postgres().await).await
    }

    async fn on(deployment: Deployment) -> Self {
        Self::with(deployment, async |deployment| {
            (deployment.api().await, deployment.worker("w").await)
        })
        .await
    }

    /// `start` starts the API and the worker.
    async fn with(deployment: Deployment, start: impl AsyncFnOnce(&Deployment) -> (Process, Process)) -> Self {
        let repository = Repository::small();
        let git = GitServer::start(repository.path().parent().expect("a parent").to_owned());
        let (api, worker) = start(&deployment).await;
        Self {
            deployment,
            repository,
            git,
            api: Some(api),
            worker: Some(worker),
        }
    }

    async fn ledger(&self) -> Ledger {
        Ledger::open(&self.deployment).await
    }

    /// A scan whose worker waits for the git server, until [`Scene::go_on`].
    async fn scan_in_the_middle(&self) -> String {
        self.git.hold_back(true);
        let id = self.deployment.submit(&self.git.url("bare.git")).await;
        self.git.wait_for_held(1);
        id
    }

    fn go_on(&self) {
        self.git.hold_back(false);
    }

    /// A scan that nothing holds up.
    async fn submit(&self) -> String {
        self.deployment.submit(&self.repository.url()).await
    }

    /// What time it is for the API, in seconds.
    async fn api_time(&self) -> i64 {
        let health: Value = self
            .deployment
            .http
            .get(self.deployment.url("/api/health"))
            .send()
            .await
            .expect("the API answers")
            .json()
            .await
            .expect("JSON");
        let sql = format!(
            "SELECT extract(epoch FROM {}::timestamptz)::bigint AS v",
            quoted(&health["timestamp"])
        );
        self.deployment.values(&sql).await[0].parse().expect("a number")
    }

    fn api(&self) -> &Process {
        self.api.as_ref().expect("it runs")
    }

    fn worker(&self) -> &Process {
        self.worker.as_ref().expect("it runs")
    }

    fn kill_api(&mut self) {
        self.api.take().expect("it runs").kill();
    }

    fn kill_worker(&mut self) {
        self.worker.take().expect("it runs").kill();
    }
}

fn quoted(text: &Value) -> String {
    format!("'{}'", text.as_str().expect("a text"))
}

async fn attempts(deployment: &Deployment, id: &str) -> String {
    let sql = format!("SELECT attempts AS v FROM scans WHERE id = '{id}'");
    deployment.values(&sql).await.remove(0)
}
