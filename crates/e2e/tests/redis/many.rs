//! Many scans at a time.

use std::time::Instant;

use repolens_e2e::Repository;
use serde_json::json;

use super::deployment::{Deployment, Process, TOKEN};
use super::form;
use super::ledger::Ledger;
use repolens_testkit::until;

/// A scan of a client that stands behind a proxy of ours.
pub async fn submit_as(deployment: &Deployment, client: &str, url: &str) -> String {
    let answer = deployment
        .http
        .post(deployment.url("/api/scan"))
        .header("x-forwarded-for", client)
        .json(&json!({ "repoUrl": url, "force": true }))
        .send()
        .await
        .expect("the API answers");
    let scan: serde_json::Value = answer.json().await.expect("JSON");
    scan["scanId"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn one_client_with_many_scans_does_not_starve_another() {
    let deployment = Deployment::on_postgres().await;
    let repository = Repository::small();
    let _api = deployment.api_with(&[("TRUSTED_PROXIES", "1")]).await;
    let mut greedy = Vec::new();
    for number in 0..10 {
        greedy.push(submit_as(&deployment, "192.0.2.1", &format!("http://127.0.0.1:1/{number}.git")).await);
    }
    let modest = submit_as(&deployment, "192.0.2.2", &repository.url()).await;
    let _worker = deployment.worker("w").await;
    for id in &greedy {
        deployment.until_status(id, "failed").await;
    }
    deployment.until_status(&modest, "completed").await;
    let order = deployment
        .values("SELECT id AS v FROM scans ORDER BY \"startedAt\", id")
        .await;
    let place = order.iter().position(|id| *id == modest).expect("it ran");
    assert!(place <= 1, "it is served in the first round, and not as number {place}");
}

/// Runs `round` with one client after another until Redis answered both instances in time throughout: where it does not,
/// each counts for itself, and a busy machine is slow.
async fn counted_together<T>(instances: [&Process; 2], round: impl AsyncFn(String) -> T) -> T {
    let alone = || -> usize {
        let in_log = |api: &Process| api.log().matches("by this instance alone").count();
        instances.into_iter().map(in_log).sum()
    };
    for client in 1..=100 {
        let before = alone();
        let found = round(format!("192.0.2.{client}")).await;
        if alone() == before {
            return found;
        }
    }
    panic!("Redis never answered in time:\n{}", instances[0].log());
}

#[tokio::test]
async fn two_instances_count_a_client_together() {
    let deployment = Deployment::on_postgres().await;
    let settings = [
        ("TRUSTED_PROXIES", "1"),
        ("RATE_LIMIT_SCANS", "5/min"),
        ("LOG_LEVEL", "debug"),
    ];
    let api = deployment.api_with(&settings).await;
    let other_port = repolens_e2e::free_port();
    let other = deployment.api_of(other_port, &settings).await;
    let ports = [deployment.port, other_port];
    let statuses = counted_together([&api, &other], async |client| {
        let mut statuses = Vec::new();
        for number in 0..7 {
            let answer = deployment
                .http
                .post(format!("http://127.0.0.1:{}/api/scan", ports[number % 2]))
                .header("x-forwarded-for", &client)
                .json(&json!({ "repoUrl": format!("http://127.0.0.1:1/{number}.git") }))
                .send()
                .await
                .expect("the API answers");
            statuses.push(answer.status().as_u16());
        }
        statuses
    })
    .await;
    assert_eq!(statuses, [201, 201, 201, 201, 201, 429, 429]);
}

#[tokio::test]
async fn two_instances_count_the_requests_of_a_client_together() {
    const LIMIT: usize = 24;
    let deployment = Deployment::on_postgres().await;
    // By the hour, so that nothing comes back while this runs.
    let settings = [("TRUSTED_PROXIES", "1"), ("RATE_LIMIT", "24/h"), ("LOG_LEVEL", "debug")];
    let api = deployment.api_with(&settings).await;
    let other_port = repolens_e2e::free_port();
    let other = deployment.api_of(other_port, &settings).await;
    let ports = [deployment.port, other_port];
    let ask = async |number: usize, client: &str| {
        // Not a list: repeated calls of those do not count.
        let url = format!("http://127.0.0.1:{}/api/scan/none", ports[number % 2]);
        let answer = deployment.http.get(url).header("x-forwarded-for", client).send();
        answer.await.expect("the API answers").status().as_u16()
    };
    let counted = async || -> usize {
        let stats = deployment.redis.ask::<String>(&["INFO", "commandstats"]).await;
        let line = stats.lines().find(|line| line.starts_with("cmdstat_incrby:"));
        let calls = line.and_then(|line| line.split(['=', ',']).nth(1));
        calls.map_or(0, |calls| calls.parse().expect("a number"))
    };
    let (answered, asked) = counted_together([&api, &other], async |client| {
        let before = counted().await;
        let mut answered = 0;
        for number in 0..2 * LIMIT {
            match ask(number, &client).await {
                404 => answered += 1,
                status => assert_eq!(status, 429),
            }
        }
        (answered, counted().await - before)
    })
    .await;
    assert_eq!(answered, LIMIT);
    assert_eq!(ask(0, "198.51.100.1").await, 404, "another client");
    assert!(
        asked <= LIMIT / 2 + 3,
        "two at a time were asked for, in {asked} questions"
    );
}

#[tokio::test]
async fn five_hundred_scans_at_once_are_all_accepted_and_all_end() {
    const SCANS: usize = 500;
    let deployment = Deployment::on_postgres().await;
    let _api = deployment.api().await;
    let other_port = repolens_e2e::free_port();
    let _other = deployment.api_at(other_port).await;
    let ledger = Ledger::open(&deployment).await;
    let ports = [deployment.port, other_port];
    let begin = Instant::now();
    let mut posts = tokio::task::JoinSet::new();
    for number in 0..SCANS {
        let http = deployment.http.clone();
        let post = format!("http://127.0.0.1:{}/api/scan", ports[number % 2]);
        // Nobody listens there: what is looked at is the way, and not the work.
        let scan = json!({ "repoUrl": format!("http://127.0.0.1:1/{number}.git") });
        posts.spawn(async move {
            let answer = http.post(post).json(&scan).send().await.expect("the API answers");
            assert_eq!(answer.status(), 201);
            let scan: serde_json::Value = answer.json().await.expect("JSON");
            scan["scanId"].as_str().expect("an id").to_owned()
        });
    }
    let ids = posts.join_all().await;
    let accepted = begin.elapsed();
    let urls = ports.map(|port| format!("http://127.0.0.1:{port}"));
    let settings = |url| [("WORKER_CONCURRENCY", "4"), ("API_URL", url)];
    let _first = deployment.worker_with("first", &settings(&urls[0])).await;
    let _second = deployment.worker_with("second", &settings(&urls[1])).await;
    let tally = ledger.tally(&ids).await;
    let ended = begin.elapsed();
    form::report(
        "500 at once, two instances, two workers",
        format!("{tally}; accepted after {accepted:?}, ended after {ended:?}"),
    );
    tally.holds();
    assert_eq!(tally.most_attempts, 1, "each ran once: {tally}");
}

/// One look of the API's sees a thousand: those behind them must not wait for the next scan that comes.
#[tokio::test]
async fn more_scans_than_one_look_sees_are_all_found_again() {
    const ONE_LOOK: usize = 1_000;
    let deployment = Deployment::on_postgres().await;
    let api = deployment.api().await;
    api.stop().await;
    deployment.redis.ask::<()>(&["FLUSHALL"]).await;
    let insert = format!(
        "INSERT INTO scans (id, \"repoUrl\", branch, status, \"createdAt\", \"updatedAt\") \
         SELECT 'scan-' || to_char(n, 'FM0000'), 'http://127.0.0.1:1/' || n, '', 'QUEUED', now(), now() \
         FROM generate_series(1, {}) AS n",
        ONE_LOOK + 50
    );
    deployment.values(&insert).await;
    let _api = deployment.api().await;
    let in_queue = async || {
        deployment
            .redis
            .ask::<usize>(&["LLEN", "bull:repo-analysis:wait"])
            .await
    };
    until("the first thousand are in the queue", async || {
        in_queue().await == ONE_LOOK
    })
    .await;
    let mut claims = tokio::task::JoinSet::new();
    for number in 1..=ONE_LOOK {
        let claim = deployment
            .http
            .post(deployment.url("/api/worker/claim"))
            .bearer_auth(TOKEN)
            .json(&json!({ "workerId": "w", "scanId": format!("scan-{number:04}") }));
        if claims.len() >= 50 {
            claims.join_next().await.expect("one is on its way").expect("no panic");
        }
        claims.spawn(async move {
            let answer = claim.send().await.expect("the API answers");
            assert_eq!(answer.status(), 200);
        });
    }
    claims.join_all().await;
    until("the others are in the queue", async || {
        in_queue().await == ONE_LOOK + 50
    })
    .await;
}
