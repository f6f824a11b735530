//! `GET /api/health`, `GET /api/ready`, `GET /metrics`, `GET /api/schema/report.json`.

use std::path::Path;
use std::time::{Duration, Instant};

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use repolens_core::store::Owner;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use super::timestamp;
use crate::app::App;

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    status: &'static str,
    #[serde(serialize_with = "timestamp")]
    #[schemars(with = "crate::handlers::Time")]
    timestamp: DateTime<Utc>,
    service: &'static str,
    version: &'static str,
    uptime_seconds: u64,
}

/// Alive. It touches neither store nor worker: a host that asks every few seconds keeps no database awake.
pub async fn get_health(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok().json(Health {
        status: "ok",
        timestamp: Utc::now(),
        service: "repolens-api",
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: app.process.started.elapsed().as_secs(),
    })
}

/// Ready: the store answers. The states of Redis and of the supervisor are reported, but do not make it unready: scans are
/// accepted and wait.
pub async fn get_ready(app: web::Data<App>) -> HttpResponse {
    let begin = Instant::now();
    let store = app.store.ready().await;
    let latency_ms = millis(begin.elapsed());
    let up = store.is_ok();
    let mut checked = json!({ "status": word(up), "kind": app.store.kind(), "latencyMs": latency_ms });
    if let Err(error) = store {
        tracing::warn!("not ready: {error}");
        checked["reason"] = error.sentence().into();
    }
    let queue = match &app.scans.queue {
        // Without Redis the queue is the store's own rows.
        None => json!({ "status": word(up), "kind": "store", "latencyMs": latency_ms }),
        Some(queue) => match queue.ready().await {
            Ok(latency) => json!({ "status": "up", "kind": "redis", "latencyMs": millis(latency) }),
            Err(error) => {
                tracing::warn!("{error}");
                json!({ "status": "down", "kind": "redis", "latencyMs": null, "reason": error.sentence() })
            }
        },
    };
    let mut checks = json!({
        "store": checked,
        "queue": queue,
    });
    if let Some(socket) = &app.process.supervisor_socket {
        checks["worker"] = worker(socket).await;
    }
    let status = if up {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let mut response = HttpResponse::build(status);
    if !up {
        response.insert_header(("Retry-After", "5"));
    }
    response.json(json!({ "status": if up { "ready" } else { "unavailable" }, "checks": checks }))
}

/// Prometheus text: what this process counts, the scans in the store, and what the supervisor counts.
pub async fn get_metrics(app: web::Data<App>) -> HttpResponse {
    // Before the query: a change that comes during it is counted the next time.
    let changes = app.scans.events.changes();
    let counts = match app.metrics.known_counts(changes) {
        Some(known) => Some(known),
        None => match app.store.counts_of(Owner::Anyone).await {
            Ok(counts) => {
                app.metrics.counted(changes, &counts);
                Some(counts)
            }
            Err(error) => {
                tracing::warn!("{error}");
                None
            }
        },
    };
    let mut text = app
        .metrics
        .text(counts.as_ref(), &app.store.connections(), app.process.started.elapsed());
    if let Some(socket) = &app.process.supervisor_socket {
        match tokio::time::timeout(Duration::from_secs(1), ask(socket, "metrics")).await {
            Ok(Ok(lines)) => text.push_str(&String::from_utf8_lossy(&lines)),
            Ok(Err(error)) => tracing::warn!("cannot ask the supervisor: {error}"),
            Err(_) => tracing::warn!("the supervisor did not answer within a second"),
        }
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text)
}

/// JSON Schema of the member `results`, made from the types that reports are written with.
pub async fn get_report_schema() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/schema+json")
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .body(repolens_core::report::schema().to_value().to_string())
}

fn millis(time: Duration) -> f64 {
    time.as_micros() as f64 / 1_000.0
}

fn word(up: bool) -> &'static str {
    if up { "up" } else { "down" }
}

/// The supervisor's state of the worker: `up`, `restarting` or `down`.
async fn worker(socket: &Path) -> Value {
    match supervisor_status(socket).await {
        Ok(status) => json!({ "status": status["worker"].as_str().unwrap_or("unknown") }),
        Err(error) => {
            tracing::warn!("cannot ask the supervisor: {error}");
            json!({ "status": "unknown" })
        }
    }
}

/// The supervisor's report, within a second.
pub async fn supervisor_status(socket: &Path) -> std::io::Result<Value> {
    match tokio::time::timeout(Duration::from_secs(1), ask(socket, "status")).await {
        Ok(answer) => Ok(serde_json::from_slice(&answer?)?),
        Err(_) => Err(std::io::Error::new(
            std::io::ErrorKind::TimedOut,
            "no answer within a second",
        )),
    }
}

/// One line there, everything back.
async fn ask(socket: &Path, what: &str) -> std::io::Result<Vec<u8>> {
    /// Far more than an answer is long.
    const MAX_ANSWER_BYTES: u64 = 256 * 1024;
    let mut stream = UnixStream::connect(socket).await?;
    stream.write_all(format!("{what}\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer).await?;
    Ok(answer)
}
