//! `/service`: the state of the service, for its operators. It opens with the workers' token.

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::web::{self, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{DateTime, Datelike as _, Utc};
use repolens_core::ScanStatus;
use repolens_core::store::{Owner, Scan, ScanFilter};
use ring::hmac;
use serde::Deserialize;
use serde_json::Value;

use super::see_other;
use super::shell::{Shell, page};
use super::view::parts;
use super::view::place::short_name;
use super::view::text::{self, Html, filters};
use super::visit::Visit;
use crate::app::App;
use crate::auth::worker::has_worker_token;
use crate::handlers::service::supervisor_status;
use crate::http::problem::Problem;

const COOKIE: &str = "repolens-operator";
/// How long the page stays open, in seconds.
const OPEN_SECONDS: i64 = 8 * 3_600;
/// Failures that are listed.
const FAILURES: i64 = 20;

#[derive(Template)]
#[template(path = "service.html")]
struct Service {
    shell: Shell,
    /// `None`: the visitor has not shown the token.
    state: Option<State>,
    refused: bool,
}

struct State {
    version: &'static str,
    uptime: String,
    store: Result<&'static str, &'static str>,
    queue: Queue,
    counts: Vec<(&'static str, i64)>,
    supervisor: Supervisor,
    failures: Vec<Failure>,
    idle: Vec<(&'static str, String, &'static str)>,
}

/// Where jobs wait.
enum Queue {
    Store,
    Redis(Result<String, &'static str>),
}

enum Supervisor {
    /// The API runs without one.
    None,
    Silent(String),
    Runs {
        facts: Vec<(&'static str, String)>,
        processes: Vec<Process>,
    },
}

struct Process {
    name: String,
    state: String,
    uptime: Option<String>,
    memory: Option<String>,
    restarts: u64,
    last_exit: Option<String>,
}

struct Failure {
    scan: Scan,
    name: String,
    when: Html,
}

#[derive(Deserialize)]
pub struct Shown {
    #[serde(default)]
    token: String,
}

/// `expiry.mac`: proof that its bearer has shown the token.
fn pass(app: &App, expiry: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, app.auth.worker_token.expose().as_bytes());
    let tag = hmac::sign(&key, format!("operator until {expiry}").as_bytes());
    format!("{expiry}.{}", hex::encode(tag))
}

fn is_operator(app: &App, request: &HttpRequest, now: i64) -> bool {
    if has_worker_token(request.headers(), app) {
        return true;
    }
    let Some(cookie) = request.cookie(COOKIE) else {
        return false;
    };
    let value = cookie.value();
    let expiry = value.split('.').next().and_then(|expiry| expiry.parse().ok());
    expiry.is_some_and(|expiry: i64| expiry > now && repolens_core::Secret::new(pass(app, expiry)).is(value))
}

pub async fn get(app: web::Data<App>, request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let open = is_operator(&app, &request, Utc::now().timestamp());
    let mut shell = Shell::new(visit, "Service");
    let state = match open {
        true => Some(state(&app).await?),
        false => None,
    };
    if state.is_some() {
        shell.refresh = Some(30);
    }
    let shown = Service {
        shell,
        state,
        refused: false,
    };
    page(&request, HttpResponse::Ok(), &shown)
}

/// Takes the token, and leaves a cookie for this page alone.
pub async fn post(
    app: web::Data<App>,
    request: HttpRequest,
    visit: Visit,
    form: Form<Shown>,
) -> Result<HttpResponse, Problem> {
    if !app.auth.worker_token.is(form.token.trim()) {
        tracing::warn!("a wrong token was shown at /service");
        let shown = Service {
            shell: Shell::new(visit, "Service"),
            state: None,
            refused: true,
        };
        return page(&request, HttpResponse::build(StatusCode::FORBIDDEN), &shown);
    }
    let mut response = see_other("/service");
    let cookie = Cookie::build(COOKIE, pass(&app, Utc::now().timestamp() + OPEN_SECONDS))
        .path("/service")
        .max_age(CookieDuration::seconds(OPEN_SECONDS))
        .http_only(true)
        .secure(visit.is_https())
        .same_site(SameSite::Strict)
        .finish();
    response.add_cookie(&cookie).map_err(|error| Problem::because(&error))?;
    Ok(response)
}

async fn state(app: &App) -> Result<State, Problem> {
    let now = Utc::now();
    let store = match app.store.ready().await {
        Ok(()) => Ok(app.store.kind()),
        Err(error) => Err(error.sentence()),
    };
    let counts = app.store.counts_of(Owner::Anyone).await?;
    let mut filter = ScanFilter::all_of(Owner::Anyone);
    filter.status = Some(ScanStatus::Failed);
    let failed = app.store.list(filter, FAILURES, 0).await?;
    let report = match &app.process.supervisor_socket {
        None => None,
        Some(socket) => Some(supervisor_status(socket).await.map_err(|error| error.to_string())),
    };
    Ok(State {
        version: env!("CARGO_PKG_VERSION"),
        uptime: text::duration(millis(app.process.started.elapsed())),
        store,
        queue: match &app.scans.queue {
            None => Queue::Store,
            Some(queue) => Queue::Redis(match queue.ready().await {
                Ok(latency) => Ok(text::duration(millis(latency))),
                Err(error) => Err(error.sentence()),
            }),
        },
        counts: ScanStatus::ALL
            .into_iter()
            .map(|status| (status.wire(), counts.of(status)))
            .collect(),
        idle: idle(report.as_ref().and_then(|report| report.as_ref().ok()), now, app),
        supervisor: match report {
            None => Supervisor::None,
            Some(Err(why)) => Supervisor::Silent(why),
            Some(Ok(report)) => supervisor(&report),
        },
        failures: failed
            .scans
            .into_iter()
            .map(|entry| Failure {
                name: short_name(entry.scan.repo_url.as_str()),
                when: text::ago(&entry.scan.completed_at.unwrap_or(entry.scan.created_at), &now),
                scan: entry.scan,
            })
            .collect(),
    })
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn seconds(value: &Value) -> Option<String> {
    let seconds = value.as_f64()?;
    Some(text::duration((seconds * 1_000.0).max(0.0) as u64))
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", text::decimal(bytes as f64 / 1e6))
}

fn supervisor(report: &Value) -> Supervisor {
    let word = |value: &Value| value.as_str().unwrap_or("unknown").to_owned();
    let mut facts = vec![
        ("Version", word(&report["version"])),
        ("Phase", word(&report["phase"])),
        ("Worker", word(&report["worker"])),
    ];
    facts.extend(seconds(&report["uptimeSeconds"]).map(|time| ("Running for", time)));
    facts.extend(
        report["startedInMs"]
            .as_u64()
            .map(|ms| ("Started in", text::duration(ms))),
    );
    facts.extend(
        report["health"]["lastLatencyMs"]
            .as_f64()
            .map(|ms| ("API answered in", format!("{} ms", text::decimal_2(ms)))),
    );
    facts.extend(
        report["memory"]["usedBytes"]
            .as_u64()
            .map(|bytes| ("Memory of the container", megabytes(bytes))),
    );
    facts.extend(
        report["memory"]["limitBytes"]
            .as_u64()
            .map(|bytes| ("Its limit", megabytes(bytes))),
    );
    facts.extend(
        report["memory"]["oomKills"]
            .as_u64()
            .map(|kills| ("Killed for memory", text::number(kills))),
    );
    let processes = report["processes"].as_array().map(Vec::as_slice).unwrap_or_default();
    Supervisor::Runs {
        facts,
        processes: processes
            .iter()
            .map(|process| Process {
                name: word(&process["name"]),
                state: match process["busy"].as_bool() {
                    Some(true) => format!("{}, has a job", word(&process["state"])),
                    _ => word(&process["state"]),
                },
                uptime: seconds(&process["uptimeSeconds"]),
                memory: process["memoryBytes"].as_u64().map(megabytes),
                restarts: process["restarts"].as_u64().unwrap_or_default(),
                last_exit: process["lastExit"]["reason"].as_str().map(str::to_owned),
            })
            .collect(),
    }
}

/// The use of the service since the later of its start and the beginning of the month, in the units of hosts.
fn idle(report: Option<&Value>, now: DateTime<Utc>, app: &App) -> Vec<(&'static str, String, &'static str)> {
    let in_month = (f64::from(now.day0()) * 24.0)
        + (now - now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc()).num_seconds() as f64 / 3_600.0;
    let running = report
        .and_then(|report| report["uptimeSeconds"].as_f64())
        .unwrap_or(app.process.started.elapsed().as_secs_f64())
        / 3_600.0;
    let hours = running.min(in_month);
    let memory = match report {
        Some(report) => report["memory"]["supervisorBytes"].as_u64().map(|own| {
            let processes = report["processes"].as_array().map(Vec::as_slice).unwrap_or_default();
            own + processes
                .iter()
                .filter_map(|process| process["memoryBytes"].as_u64())
                .sum::<u64>()
        }),
        None => crate::http::metrics::resident_bytes(),
    };
    let mut rows = vec![(
        "Hours running",
        text::decimal(hours),
        "since the later of the start and the first day of the month",
    )];
    if let Some(bytes) = memory {
        rows.push((
            "Memory now",
            megabytes(bytes),
            "in RAM, of all processes that the supervisor knows",
        ));
        rows.push((
            "Memory over time",
            format!("{} GB hours", text::decimal_2(bytes as f64 / 1e9 * hours)),
            "hours × memory now: an estimate, as it was not sampled",
        ));
    }
    rows
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_supervisor_leaves_out_is_not_shown() {
        let report = json!({ "version": "1", "phase": "running", "worker": "up", "memory": { "limitBytes": null },
            "processes": [{ "name": "worker", "state": "up", "busy": true, "restarts": 2, "lastExit": { "reason": "exit 1" } }] });
        let Supervisor::Runs { facts, processes } = supervisor(&report) else {
            panic!("it runs");
        };
        assert_eq!(facts.len(), 3, "{facts:?}");
        assert_eq!(
            (processes[0].state.as_str(), processes[0].restarts),
            ("up, has a job", 2)
        );
        assert!(processes[0].memory.is_none() && processes[0].last_exit.as_deref() == Some("exit 1"));
    }
}
