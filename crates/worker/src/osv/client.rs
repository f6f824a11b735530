//! The client of an OSV server: `POST /v1/querybatch`, then `GET /v1/vulns/ID` of what was found.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use repolens_core::{error_chain, net::backoff};
use reqwest::{RequestBuilder, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::record::Record;
use super::{OsvMatches, OsvPackage};

/// More are answered with 400.
const MAX_QUERIES: usize = 1_000;
/// Pages of one report: 1,000 answers each.
const MAX_PAGES: usize = 2_000;
/// Records of one report.
const MAX_RECORDS: usize = 5_000;
/// Tries of one request.
const MAX_TRIES: u32 = 5;
/// The longest delay that a server may ask for.
const LONGEST_DELAY: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The server's own limit for a batch is about 35 s.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(45);
/// Requests for records at a time.
const PARALLEL: usize = 8;
/// Records that are kept for later reports.
const MAX_CACHED: usize = 2_000;
/// The largest answer that is read.
const MAX_ANSWER: usize = 64 << 20;

/// The client. Records are kept by id and time of modification.
#[derive(Debug)]
pub struct Osv {
    http: reqwest::Client,
    base: String,
    cache: Mutex<HashMap<String, Arc<Record>>>,
}

#[derive(Debug, Deserialize)]
struct BatchAnswer {
    #[serde(default)]
    results: Vec<QueryAnswer>,
}

#[derive(Debug, Default, Deserialize)]
struct QueryAnswer {
    #[serde(default)]
    vulns: Vec<Hit>,
    #[serde(default)]
    next_page_token: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Hit {
    id: String,
    #[serde(default)]
    modified: String,
}

impl Osv {
    /// Makes no connection yet.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(base: &str) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(repolens_core::net::tls::client_config())
            .user_agent(concat!("repolens-worker/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT);
        Ok(Self {
            http: http.build()?,
            base: base.trim_end_matches('/').to_owned(),
            cache: Mutex::default(),
        })
    }

    /// The records that affect the packages, until `deadline`.
    pub async fn find(&self, packages: &[OsvPackage], deadline: Instant) -> OsvMatches {
        let mut found = OsvMatches::default();
        let mut hits: BTreeMap<usize, Vec<Hit>> = BTreeMap::new();
        let all: Vec<usize> = (0..packages.len()).collect();
        for batch in all.chunks(MAX_QUERIES) {
            match self.batch(packages, batch, &mut hits, deadline).await {
                Ok(()) => found.complete += batch.len() as u64,
                Err(problem) => {
                    found.problem = Some(problem);
                    break;
                }
            }
        }
        let ids: BTreeMap<String, String> = hits
            .values()
            .flatten()
            .map(|hit| (hit.id.clone(), hit.modified.clone()))
            .collect();
        let records = self.records(ids, deadline, &mut found).await;
        let mut places = HashMap::new();
        for (id, record) in records {
            places.insert(id, found.records.len());
            found.records.push(record);
        }
        for (package, hits) in hits {
            let of_package = hits.iter().filter_map(|hit| places.get(&hit.id).copied()).collect();
            found.hits.insert(packages[package].clone(), of_package);
        }
        found
    }

    /// One batch with all its pages.
    async fn batch(
        &self,
        packages: &[OsvPackage],
        batch: &[usize],
        hits: &mut BTreeMap<usize, Vec<Hit>>,
        deadline: Instant,
    ) -> Result<(), String> {
        let mut open: Vec<(usize, Option<String>)> = batch.iter().map(|at| (*at, None)).collect();
        for _ in 0..MAX_PAGES {
            let queries: Vec<_> = open
                .iter()
                .map(|(at, token)| query(&packages[*at], token.as_deref()))
                .collect();
            let body = json!({ "queries": queries });
            let request = || self.http.post(format!("{}/v1/querybatch", self.base)).json(&body);
            let answer: BatchAnswer = send(request, deadline).await?;
            if answer.results.len() != open.len() {
                return Err(format!(
                    "the server answered {} of {} queries",
                    answer.results.len(),
                    open.len()
                ));
            }
            let mut next = Vec::new();
            for ((at, _), result) in open.into_iter().zip(answer.results) {
                hits.entry(at).or_default().extend(result.vulns);
                let token = result.next_page_token.filter(|token| !token.is_empty());
                next.extend(token.map(|token| (at, Some(token))));
            }
            if next.is_empty() {
                return Ok(());
            }
            // Only what has more is asked again.
            open = next;
        }
        Err(format!("an answer has more than {MAX_PAGES} pages"))
    }

    async fn records(
        &self,
        ids: BTreeMap<String, String>,
        deadline: Instant,
        found: &mut OsvMatches,
    ) -> Vec<(String, Arc<Record>)> {
        let mut records = Vec::new();
        let mut missing = Vec::new();
        for (id, modified) in ids {
            match self.cached(&id, &modified) {
                Some(record) => records.push((id, record)),
                None => missing.push(id),
            }
        }
        if missing.len() > MAX_RECORDS {
            found
                .problem
                .get_or_insert_with(|| format!("more than {MAX_RECORDS} records"));
            missing.truncate(MAX_RECORDS);
        }
        let mut running = JoinSet::new();
        let mut waiting = missing.into_iter();
        loop {
            while running.len() < PARALLEL {
                let Some(id) = waiting.next() else { break };
                let (http, url) = (self.http.clone(), format!("{}/v1/vulns/{}", self.base, encoded(&id)));
                running.spawn(async move { (id, send::<Record>(|| http.get(&url), deadline).await) });
            }
            let Some(done) = running.join_next().await else { break };
            match done {
                Ok((id, Ok(record))) => {
                    let record = self.keep(record);
                    records.push((id, record));
                }
                Ok((id, Err(problem))) => {
                    found.problem.get_or_insert_with(|| format!("{id}: {problem}"));
                }
                Err(error) => {
                    found.problem.get_or_insert_with(|| error.to_string());
                }
            }
        }
        records.sort_by(|a, b| a.0.cmp(&b.0));
        records
    }

    fn cached(&self, id: &str, modified: &str) -> Option<Arc<Record>> {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache
            .get(id)
            .filter(|record| !modified.is_empty() && record.modified == modified)
            .cloned()
    }

    fn keep(&self, mut record: Record) -> Arc<Record> {
        record.shorten();
        let record = Arc::new(record);
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        cache.insert(record.id.clone(), Arc::clone(&record));
        record
    }
}

fn query(package: &OsvPackage, token: Option<&str>) -> serde_json::Value {
    let mut query = json!({
        "package": { "name": package.name, "ecosystem": package.ecosystem },
        "version": package.version,
    });
    if let Some(token) = token {
        query["page_token"] = token.into();
    }
    query
}

/// An id as part of a path.
fn encoded(id: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    id.chars().filter(|c| is_plain(*c)).collect()
}

/// Sends a request until it is answered: no answer, 429 and 5xx are tried again.
async fn send<T: DeserializeOwned>(request: impl Fn() -> RequestBuilder, deadline: Instant) -> Result<T, String> {
    let mut delays = backoff::exponential(Duration::from_millis(250), Duration::from_secs(8));
    let mut last = String::new();
    for _ in 0..MAX_TRIES {
        let tried = within(deadline, once(request())).await?;
        match tried {
            Ok(answer) => return Ok(answer),
            Err(Fault::Final(cause)) => return Err(cause),
            Err(Fault::MayPass(cause, delay)) => {
                last = cause;
                let delay = delay.unwrap_or_else(|| delays.next().unwrap_or_default());
                within(deadline, tokio::time::sleep(delay.min(LONGEST_DELAY))).await?;
            }
        }
    }
    Err(last)
}

async fn within<T>(deadline: Instant, work: impl Future<Output = T>) -> Result<T, String> {
    let late = |_| "the time for the lookup is over".to_owned();
    tokio::time::timeout_at(deadline, work).await.map_err(late)
}

enum Fault {
    /// The same request would be refused again.
    Final(String),
    /// A later try may succeed, after the delay that the server asks for.
    MayPass(String, Option<Duration>),
}

async fn once<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Fault> {
    let mut response = request
        .send()
        .await
        .map_err(|error| Fault::MayPass(error_chain(&error), None))?;
    let status = response.status();
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        let seconds = response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        return Err(Fault::MayPass(
            format!("the server answered {status}"),
            seconds.map(Duration::from_secs),
        ));
    }
    if !status.is_success() {
        return Err(Fault::Final(format!("the server answered {status}")));
    }
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > MAX_ANSWER => {
                return Err(Fault::Final(format!("an answer is larger than {MAX_ANSWER} bytes")));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return Err(Fault::MayPass(error_chain(&error), None)),
        }
    }
    serde_json::from_slice(&body)
        .map_err(|error| Fault::MayPass(format!("an answer is not as expected: {error}"), None))
}
