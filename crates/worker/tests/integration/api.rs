//! The worker's side of the API, as `docs/architecture.md` has it, with switches for what can go wrong.

use std::collections::VecDeque;
use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use repolens_testkit::http::{Request, Response, serve};

pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";

#[derive(Clone)]
pub struct FakeApi {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
pub struct State {
    pub queue: VecDeque<Value>,
    pub claims: usize,
    /// Claims that wait for a job at this moment.
    pub waiting: usize,
    /// Claims do not wait any longer.
    pub released: bool,
    /// Bodies of heartbeats, with the path.
    pub heartbeats: Vec<Value>,
    pub releases: Vec<Value>,
    /// Bodies of reports, with the lease token under `lease`.
    pub reports: Vec<Value>,
    /// Bodies of commits, with the path; each is answered by whether the API has a report of it.
    pub commits: Vec<Value>,
    pub analysed_before: bool,
    /// Heartbeats say so.
    pub cancel: bool,
    /// Heartbeats and reports are answered by 409.
    pub lost: bool,
    /// Reports are answered by 413, as long as they have results.
    pub too_large: bool,
    /// Reports are answered by this status, as long as they have results; 0: they are taken.
    pub report_status: u16,
    /// The same for reports without results.
    pub failure_status: u16,
    /// Nothing is answered: the connection is closed.
    pub away: bool,
    /// Goes away with the first report.
    pub away_at_report: bool,
    /// How long leases last; 0: 20 s.
    pub lease_ms: u64,
    /// Reports that came and were answered, in whichever way.
    pub report_calls: usize,
    /// Calls that were not answered.
    pub unanswered: usize,
}

impl FakeApi {
    pub fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let address = serve({
            let shared = Arc::clone(&shared);
            move |request| shared.answer(&request)
        });
        Self { address, shared }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Queues a scan.
    pub fn add(&self, scan: &str, repo_url: &str, branch: Option<&str>) {
        let lease_ms = match self.state().lease_ms {
            0 => 20_000,
            lease_ms => lease_ms,
        };
        let job = json!({
            "scanId": scan, "repoUrl": repo_url, "branch": branch, "attempt": 1, "leaseToken": format!("lease-of-{scan}"),
            "leaseUntil": "2026-01-01T00:00:00.000Z", "requestId": format!("request-of-{scan}"),
            "limits": { "maxAttempts": 3, "leaseMs": lease_ms, "heartbeatMs": 100 },
        });
        self.add_job(job);
    }

    /// Queues a job as it will be handed out.
    pub fn add_job(&self, job: Value) {
        self.state().queue.push_back(job);
        self.shared.changed.notify_all();
    }

    /// Ends all claims that wait, without a job.
    pub fn release_claims(&self) {
        self.state().released = true;
        self.shared.changed.notify_all();
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().expect("no test panics with it")
    }
}

impl Shared {
    fn answer(&self, request: &Request) -> Option<Response> {
        let mut state = self.state.lock().expect("no test panics with it");
        let words: Vec<&str> = request.path.trim_matches('/').split('/').collect();
        let reporting = request.method == "PUT";
        if reporting && state.away_at_report {
            state.away = true;
            state.away_at_report = false;
        }
        if state.away {
            state.unanswered += 1;
            return None;
        }
        state.report_calls += usize::from(reporting);
        if words == ["api", "health"] {
            return Some(Response::json(&json!({ "status": "ok" })));
        }
        if request.header("authorization") != format!("Bearer {TOKEN}") {
            return Some(Response::status(401));
        }
        match words[..] {
            ["api", "worker", "claim"] => {
                state.claims += 1;
                if let Some(wanted) = body(request).get("scanId") {
                    let at = state.queue.iter().position(|job| &job["scanId"] == wanted);
                    let job = at.and_then(|at| state.queue.remove(at));
                    return Some(job.map_or_else(|| Response::status(409), |job| Response::json(&job)));
                }
                let wait = body(request)["waitMs"].as_u64().expect("a number");
                let until = Instant::now() + Duration::from_millis(wait);
                state.released = false;
                state.waiting += 1;
                while state.queue.is_empty() && !state.released && Instant::now() < until {
                    let left = until.saturating_duration_since(Instant::now());
                    state = self
                        .changed
                        .wait_timeout(state, left)
                        .expect("no test panics with it")
                        .0;
                }
                state.waiting -= 1;
                Some(
                    state
                        .queue
                        .pop_front()
                        .map_or_else(|| Response::status(204), |job| Response::json(&job)),
                )
            }
            ["api", "worker", "jobs", _, "heartbeat"] if state.lost => Some(Response::status(409)),
            ["api", "worker", "jobs", scan, "heartbeat"] => {
                let beat = with(body(request), "scanId", scan);
                state.heartbeats.push(beat);
                Some(Response::json(
                    &json!({ "cancel": state.cancel, "leaseUntil": "2026-01-01T00:00:20.000Z" }),
                ))
            }
            ["api", "worker", "jobs", scan, "commit"] => {
                state.commits.push(with(body(request), "scanId", scan));
                Some(Response::json(&json!({ "cached": state.analysed_before })))
            }
            ["api", "worker", "jobs", scan, "release"] => {
                state.releases.push(with(body(request), "scanId", scan));
                Some(Response::json(&json!({})))
            }
            ["api", "scan", _, "status"] if reporting && state.lost => Some(Response::status(409)),
            ["api", "scan", scan, "status"] if reporting => {
                let report = body(request);
                if state.too_large && report.get("results").is_some() {
                    return Some(Response::status(413));
                }
                let status = match report.get("results") {
                    Some(_) => state.report_status,
                    None => state.failure_status,
                };
                if status != 0 {
                    return Some(Response::status(status));
                }
                let report = with(report, "scanId", scan);
                state
                    .reports
                    .push(with(report, "lease", request.header("x-lease-token")));
                Some(Response::json(&json!({})))
            }
            _ => Some(Response::status(404)),
        }
    }
}

fn with(mut value: Value, name: &str, text: &str) -> Value {
    value[name] = text.into();
    value
}

fn body(request: &Request) -> Value {
    let mut bytes = request.body.clone();
    if request.header("content-encoding") == "gzip" {
        bytes.clear();
        flate2::read::GzDecoder::new(&request.body[..])
            .read_to_end(&mut bytes)
            .expect("gzip");
    }
    serde_json::from_slice(&bytes).expect("JSON")
}
