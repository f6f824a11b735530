//! Brings the API up and takes it down, in order.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_http::HttpService;
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::middleware::from_fn;
use actix_web::web;
use anyhow::Context as _;
use repolens_core::job::JobLimits;
use repolens_core::settings::ApiSettings;
use repolens_core::store::{Store, StoreError};
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use crate::app::{App, Process};
use crate::auth::Auth;
use crate::auth::callers::Callers;
use crate::auth::clone_tokens::CloneTokens;
use crate::http::connections::{self, Connections, CountedStream};
use crate::http::cors::Origins;
use crate::http::limits::ClientLimits;
use crate::http::metrics::Metrics;
use crate::http::probe::{self, Liveness};
use crate::http::problem::Problem;
use crate::http::request::{around, unreadable_query};
use crate::reports::Reports;
use crate::scans::Scans;
use crate::scans::coalesce::Coalescer;
use crate::scans::dispatch::Dispatch;
use crate::scans::event_relay::{self, EventRelay};
use crate::scans::events::Events;
use crate::scans::explanations::ExplanationQueue;
use crate::scans::queue_sync::{self, RedisQueue};
use crate::scans::repeated_lists::Repeats;
use crate::scans::webhooks::{self, Wake};
use crate::scans::{lease_watch, retention};
use crate::{cli::check, pages, routes};

/// Threads that answer: the work is waiting for the database.
const HTTP_WORKERS: usize = 2;

/// How long a connection may wait for its next request, where there is place for it.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Requests may take this long to end when the process stops.
const DRAIN_SECONDS: u64 = 8;

/// Serves until `SIGTERM` or `SIGINT`.
///
/// Order up: port, database, tables, lease_watch, HTTP. Order down: waiting claims are sent home, requests drain, the
/// lease_watch ends, the database is closed.
pub async fn run(settings: ApiSettings) -> anyhow::Result<()> {
    // First, so that a second instance by mistake touches nothing of the first one's.
    let listener = listen(&settings)?;
    let (stop, stopping) = watch::channel(false);
    let signals = signals(stop)?;
    // From here on the supervisor knows that the process lives, also while it waits for the database.
    let liveness = Arc::new(Liveness::new(Handle::current()));
    let probe = match &settings.probe_socket {
        Some(path) => Some(tokio::spawn(probe::serve(path, Arc::clone(&liveness))?)),
        None => None,
    };

    let Some(store) = open_store(&settings, stopping.clone()).await? else {
        tracing::info!("stopped");
        return Ok(());
    };
    let origins = settings.frontend_origins.clone();
    let app = Arc::new(app(settings, store, stopping.clone())?);
    let background = BackgroundTasks::start(&app, &stopping);

    let local = listener.local_addr().context("the listener has no address")?;
    let server = server(Arc::clone(&app), origins, listener, liveness, stopping)?;
    let server = tokio::spawn(server);
    tracing::info!("API listening on http://{local}/api");

    let served = server.await.context("the HTTP server ended early")?;
    background.finish().await?;
    app.store.close();
    signals.abort();
    if let Some(probe) = probe {
        probe.abort();
    }
    served.context("the HTTP server failed")?;
    tracing::info!("stopped");
    Ok(())
}

fn listen(settings: &ApiSettings) -> anyhow::Result<TcpListener> {
    TcpListener::bind((settings.host, settings.port)).with_context(|| {
        format!(
            "cannot listen on {}:{}: set `PORT` to a free port, or stop the process that has this one",
            settings.host, settings.port
        )
    })
}

/// The state of the application.
fn app(settings: ApiSettings, store: Store, stopping: watch::Receiver<bool>) -> anyhow::Result<App> {
    let unusable = "the address of Redis cannot be used";
    let (queue, relay) = match &settings.redis {
        Some(url) => (
            Some(RedisQueue::new(url).context(unusable)?),
            Some(EventRelay::new(url).context(unusable)?),
        ),
        None => (None, None),
    };
    let runtime = Handle::current();
    Ok(App {
        scans: Arc::new(Scans {
            store: store.clone(),
            coalescer: Coalescer::default(),
            lists: Repeats::default(),
            dispatch: Dispatch::new(),
            queue,
            events: Arc::new(Events::new(relay)),
            explanations: ExplanationQueue::new(settings.may_send_source),
            webhooks: Wake::default(),
            clone_tokens: CloneTokens::default(),
            job_limits: JobLimits::STANDARD,
            url_policy: settings.url_policy,
            guest_history: settings.guest_history,
            retention: settings.retention,
            runtime: runtime.clone(),
        }),
        reports: Reports {
            store: store.clone(),
            packing_slot: Semaphore::new(1),
            reading_slot: Arc::new(Semaphore::new(1)),
            runtime,
        },
        auth: Auth {
            callers: Callers::new(&settings.sign_in).context("cannot make an HTTP client")?,
            worker_token: settings.worker_token,
            github_webhook_secret: settings.sign_in.github_webhook_secret,
        },
        limits: ClientLimits::new(settings.limits, settings.trusted_proxies),
        metrics: Metrics::default(),
        process: Process {
            started: Instant::now(),
            stopping,
            supervisor_socket: settings.supervisor_socket,
        },
        store,
    })
}

/// The tasks that run beside the server until the process stops, by name.
struct BackgroundTasks(Vec<(&'static str, JoinHandle<()>)>);

impl BackgroundTasks {
    fn start(app: &Arc<App>, stopping: &watch::Receiver<bool>) -> Self {
        let scans = || Arc::clone(&app.scans);
        let stopping = || stopping.clone();
        Self(vec![
            (
                "lease_watch",
                tokio::spawn(lease_watch::run(Arc::clone(app), stopping())),
            ),
            ("queue sync", tokio::spawn(queue_sync::run(scans(), stopping()))),
            ("event relay", tokio::spawn(event_relay::run(scans(), stopping()))),
            ("pruning of reports", tokio::spawn(retention::run(scans(), stopping()))),
            ("delivery of webhooks", tokio::spawn(webhooks::run(scans(), stopping()))),
        ])
    }

    /// Waits for all of them to end, once the process is stopping.
    async fn finish(self) -> anyhow::Result<()> {
        for (name, task) in self.0 {
            task.await.with_context(|| format!("the {name} ended early"))?;
        }
        Ok(())
    }
}

/// Makes or completes the tables. Where those that exist are not such as the queries can work on, it returns why, and
/// changes nothing.
async fn make_tables(store: &Store) -> Result<Vec<String>, StoreError> {
    let misfits = store.misfits().await?;
    if misfits.is_empty() {
        store.migrate().await?;
    }
    Ok(misfits)
}

/// The database with its tables; `None` where a stop came first.
async fn open_store(settings: &ApiSettings, mut stopping: watch::Receiver<bool>) -> anyhow::Result<Option<Store>> {
    let trouble = |error: StoreError| anyhow::anyhow!(check::trouble(&settings.database, &error));
    let ca_file = settings.database_ca_file.as_deref();
    let store = Store::new(&settings.database, ca_file, Handle::current()).map_err(trouble)?;
    tokio::select! {
        // A call that has begun ends with the process: the database rolls back an interrupted transaction.
        _ = stopping.wait_for(|stop| *stop) => return Ok(None),
        misfits = make_tables(&store) => {
            let misfits = misfits.map_err(trouble)?;
            anyhow::ensure!(misfits.is_empty(), check::Misfits(misfits));
        }
    }
    tracing::info!(kind = store.kind(), "database ready");
    Ok(Some(store))
}

fn server(
    app: Arc<App>,
    origins: Vec<String>,
    listener: TcpListener,
    liveness: Arc<Liveness>,
    mut stopping: watch::Receiver<bool>,
) -> anyhow::Result<actix_web::dev::Server> {
    let connections = Arc::new(Connections::new(app.limits.trusted_proxies.clone()));
    let app = web::Data::from(app);
    let origins = web::Data::new(Arc::new(Origins(origins)));
    let reader = web::Data::new(pages::ReportReader::default());
    let builder = actix_server::Server::build()
        .workers(HTTP_WORKERS)
        .worker_max_blocking_threads(1)
        .max_concurrent_connections((connections.most + connections::SURPLUS) / HTTP_WORKERS)
        .shutdown_timeout(DRAIN_SECONDS)
        .shutdown_signal(async move {
            // An error means that the sender is gone, which is a reason to stop as well.
            let _gone = stopping.wait_for(|stop| *stop).await;
        });
    let draining = builder.graceful_shutdown_signal();
    // The same as `actix_web::HttpServer`, for streams that count and can be closed.
    let server = builder.listen("http", listener, move || {
        liveness.add_loop();
        let application = actix_web::App::new()
            .app_data(app.clone())
            .app_data(origins.clone())
            .app_data(reader.clone())
            .app_data(
                web::QueryConfig::default()
                    .error_handler(|error, request| unreadable_query(request.query_string(), &error).into()),
            )
            .app_data(
                web::PathConfig::default()
                    .error_handler(|_, _| Problem::not_found("There is nothing at this address.").into()),
            )
            .configure(routes::table)
            .wrap(from_fn(around))
            .into_factory()
            .map_err(|error: actix_web::Error| error.error_response());
        let draining = draining.clone();
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let signal = draining.clone();
                async move { signal.notified().await }
            })
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(Duration::from_secs(10))
            .client_disconnect_timeout(Duration::from_secs(1))
            // A worker that is killed while it waits for a job is noticed, rather than handed one.
            .h1_allow_half_closed(false)
            .on_connect_ext(|counted: &CountedStream, extensions| {
                extensions.insert(Arc::clone(&counted.place));
            })
            .finish(map_config(application, |()| AppConfig::default()));
        let connections = Arc::clone(&connections);
        fn_service(move |stream| connections::service(stream, Arc::clone(&connections))).and_then(http)
    });
    Ok(server.context("cannot listen")?.run())
}

/// Watches for the signals that ask to stop.
fn signals(stop: watch::Sender<bool>) -> anyhow::Result<JoinHandle<()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot watch for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch for SIGINT")?;
    Ok(tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("asked to stop");
        stop.send_replace(true);
    }))
}
