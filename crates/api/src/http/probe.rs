//! The health check of the supervisor: a Unix socket of its own, served by threads of its own.
//!
//! Connections and requests of the public listener take nothing from it, so a service that has no place left for a client
//! still answers here. It reports *busy* while the threads that serve clients are late, and *stuck* once they have not
//! moved for [`STUCK_AFTER`]: only the latter is a reason to end the process.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpServer, web};
use anyhow::Context as _;
use chrono::Utc;
use repolens_core::text::timestamp;
use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::routes::nothing_here;

/// How long one answer waits for the threads that serve clients. Below the supervisor's own limit for a health check.
const ECHO_WITHIN: Duration = Duration::from_secs(1);

/// A processor that is overloaded makes a thread late by seconds. One that is late for a minute is in a loop or a deadlock.
const STUCK_AFTER: Duration = Duration::from_secs(60);

/// The liveness of the process. One for the whole process.
pub struct Liveness {
    started: Instant,
    runtime: Handle,
    stuck_after: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The event loops that serve clients. Empty until the service has started.
    loops: Vec<mpsc::UnboundedSender<oneshot::Sender<()>>>,
    /// When a thread first failed to answer; `None` while all of them do.
    late_since: Option<Instant>,
}

#[derive(Debug, PartialEq, Eq)]
enum Condition {
    Starting,
    Ok,
    InFlight,
    Stuck,
}

impl Liveness {
    pub fn new(runtime: Handle) -> Self {
        Self {
            started: Instant::now(),
            runtime,
            stuck_after: STUCK_AFTER,
            state: Mutex::default(),
        }
    }

    /// Adds the event loop of this thread, which serves clients from now on.
    pub fn add_loop(&self) {
        let (sender, mut receiver) = mpsc::unbounded_channel::<oneshot::Sender<()>>();
        actix_web::rt::spawn(async move {
            while let Some(echo) = receiver.recv().await {
                // An error means that the health check no longer waits.
                let _late = echo.send(());
            }
        });
        self.state().loops.push(sender);
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn condition(&self, within: Duration) -> Condition {
        let echoes: Vec<_> = {
            let mut state = self.state();
            // The loop of a thread that panicked is replaced by a new one.
            state.loops.retain(|echo| !echo.is_closed());
            if state.loops.is_empty() {
                return Condition::Starting;
            }
            let ask = |events: &mpsc::UnboundedSender<oneshot::Sender<()>>| {
                let (sender, receiver) = oneshot::channel();
                events.send(sender).ok().map(|()| receiver)
            };
            state.loops.iter().filter_map(ask).collect()
        };
        let runtime = self.runtime.spawn(async {});
        let all = async {
            for echo in echoes {
                // An error means that the loop ended, and was answered in that way.
                let _ended = echo.await;
            }
            let _ran = runtime.await;
        };
        let in_time = tokio::time::timeout(within, all).await.is_ok();
        let mut state = self.state();
        if in_time {
            state.late_since = None;
            return Condition::Ok;
        }
        let now = Instant::now();
        let since = *state.late_since.get_or_insert(now);
        if now - since >= self.stuck_after {
            Condition::Stuck
        } else {
            Condition::InFlight
        }
    }
}

/// Serves the health check on the Unix socket `path`, which only the user of this process can open.
///
/// The returned server runs until it is dropped or the process ends.
///
/// # Errors
/// When the socket cannot be made.
pub fn serve(path: &Path, liveness: Arc<Liveness>) -> anyhow::Result<actix_web::dev::Server> {
    let listener = listen(path).with_context(|| {
        format!(
            "cannot listen on the socket `{}` of the supervisor's health check (`REPOLENS_PROBE_SOCKET`)",
            path.display()
        )
    })?;
    let liveness = web::Data::from(liveness);
    let server = HttpServer::new(move || {
        actix_web::App::new()
            .app_data(liveness.clone())
            .route("/api/health", web::get().to(get_health))
            .default_service(web::to(nothing_here))
    })
    .workers(1)
    .worker_max_blocking_threads(1)
    .max_connections(64)
    .client_request_timeout(Duration::from_secs(5))
    .disable_signals()
    .listen_uds(listener)?;
    Ok(server.run())
}

fn listen(path: &Path) -> std::io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

async fn get_health(liveness: web::Data<Liveness>) -> HttpResponse {
    let (status, word) = match liveness.condition(ECHO_WITHIN).await {
        Condition::Ok => (StatusCode::OK, "ok"),
        Condition::InFlight => (StatusCode::OK, "busy"),
        Condition::Starting => (StatusCode::SERVICE_UNAVAILABLE, "starting"),
        Condition::Stuck => (StatusCode::SERVICE_UNAVAILABLE, "stuck"),
    };
    HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(json!({
            "status": word,
            "timestamp": timestamp::format(Utc::now()),
            "service": "repolens-api",
            "version": env!("CARGO_PKG_VERSION"),
            "uptimeSeconds": liveness.started.elapsed().as_secs(),
        }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Time enough on a machine with other work to do.
    const LONG: Duration = Duration::from_secs(60);

    #[actix_web::test]
    async fn a_late_thread_is_busy_and_one_that_does_not_move_is_stuck() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .expect("a runtime");
        let mut liveness = Liveness::new(runtime.handle().clone());
        assert_eq!(liveness.condition(LONG).await, Condition::Starting);
        liveness.add_loop();
        assert_eq!(liveness.condition(LONG).await, Condition::Ok);

        // A loop that never answers, since its messages are not received.
        let (sender, receiver) = mpsc::unbounded_channel();
        liveness.state().loops.push(sender);
        assert_eq!(liveness.condition(Duration::from_millis(1)).await, Condition::InFlight);
        assert_eq!(liveness.condition(Duration::from_millis(1)).await, Condition::InFlight);
        liveness.stuck_after = Duration::ZERO;
        assert_eq!(liveness.condition(Duration::from_millis(1)).await, Condition::Stuck);

        drop(receiver);
        assert_eq!(liveness.condition(LONG).await, Condition::Ok);
        runtime.shutdown_background();
    }
}
