//! Connections: how one is made, when it counts as broken, and what is logged of that.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _};
use tracing::{info, warn};

use super::{QUEUE, QueueError, check};
use crate::settings::RedisUrl;

/// A server that takes longer than this to be connected to counts as away.
pub(super) const CONNECT_TIME: Duration = Duration::from_secs(2);

/// A server that takes longer than this for an ordinary command counts as away.
pub(super) const ANSWER_TIME: Duration = Duration::from_secs(2);

/// The name under which dashboards list a worker.
#[must_use]
pub fn name_worker(worker_id: &str) -> String {
    let suffix: String = worker_id.chars().filter(char::is_ascii_graphic).collect();
    bullmq::QueueKeys::new(QUEUE, None).client_name(&format!(":w:{suffix}"))
}

/// Makes no connection yet.
pub(super) fn client(url: &RedisUrl) -> Result<Client, QueueError> {
    Ok(Client::open(info(url)?)?)
}

pub(super) fn info(url: &RedisUrl) -> Result<ConnectionInfo, QueueError> {
    let address = if url.tls() {
        ConnectionAddr::TcpTls {
            host: url.host().to_owned(),
            port: url.port(),
            insecure: false,
            tls_params: None,
        }
    } else {
        ConnectionAddr::Tcp(url.host().to_owned(), url.port())
    };
    // A half-open connection is noticed after 19 s, by probes of the kernel that cost no commands. While one is not
    // noticed, answers in it come late: the kernel's repetitions are up to as far apart as the silence was long.
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(10))
        .with_interval(Duration::from_secs(3))
        .with_retries(3);
    let info = address.into_connection_info()?;
    // The library would tell its name at each connect, which some servers refuse and all count.
    let mut redis = info
        .redis_settings()
        .clone()
        .set_db(url.database())
        .set_skip_set_lib_name();
    if let Some(name) = url.username() {
        redis = redis.set_username(name);
    }
    if let Some(password) = url.password() {
        redis = redis.set_password(password.expose());
    }
    Ok(info
        .set_redis_settings(redis)
        .set_tcp_settings(TcpSettings::default().set_nodelay(true).set_keepalive(keepalive)))
}

/// `answer_time`: the longest that a command may take; `None` for a connection that waits in a blocking command.
pub(super) async fn connect(
    client: &Client,
    answer_time: Option<Duration>,
) -> Result<MultiplexedConnection, QueueError> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT_TIME))
        .set_response_timeout(answer_time);
    // The library's own limit leaves out the look-up of the host's name.
    match tokio::time::timeout(
        CONNECT_TIME,
        client.get_multiplexed_async_connection_with_config(&config),
    )
    .await
    {
        Ok(connection) => Ok(connection?),
        Err(_) => Err(QueueError::Away("connecting took longer than 2 s".to_owned())),
    }
}

/// Is the connection of no more use after this error?
pub(super) fn is_broken(error: &redis::RedisError) -> bool {
    error.is_io_error()
        || error.is_timeout()
        || error.is_connection_dropped()
        || error.is_connection_refusal()
        || error.is_unrecoverable_error()
}

/// Will the server take the command when it has started, or its master is back?
pub(super) fn is_starting(error: &redis::RedisError) -> bool {
    use redis::ServerErrorKind::{BusyLoading, ClusterDown, MasterDown, ReadOnly, TryAgain};
    matches!(
        error.kind(),
        redis::ErrorKind::Server(BusyLoading | ClusterDown | MasterDown | ReadOnly | TryAgain)
    )
}

/// Were the scripts flushed once more, between their loading and the call? Then nothing was done.
pub(super) fn is_flushed(error: &redis::RedisError) -> bool {
    error.kind() == redis::ErrorKind::Server(redis::ServerErrorKind::NoScript)
}

/// So often in a row they are loaded again.
pub(super) const FLUSHES: u32 = 10;

/// One connection for ordinary commands, made at the first of them and anew after a fault.
pub(super) struct Link {
    client: Client,
    current: tokio::sync::Mutex<Option<Numbered>>,
    pub(super) outage: Outage,
}

/// Why an operation was not done, or not answered.
pub(super) struct Failed {
    pub(super) error: QueueError,
    /// The connection was no new one: on a new one it may be done.
    pub(super) again: bool,
}

#[derive(Clone)]
struct Numbered {
    number: u64,
    connection: MultiplexedConnection,
}

impl Link {
    pub(super) fn new(url: &RedisUrl) -> Result<Self, QueueError> {
        Ok(Self {
            client: client(url)?,
            current: tokio::sync::Mutex::new(None),
            outage: Outage::new(url),
        })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Does something with the connection. On one that broke while nobody used it, it is tried once more on a new one:
    /// the operation must be one that may be done twice.
    pub(super) async fn run<T, F>(&self, operation: impl Fn(MultiplexedConnection) -> F) -> Result<T, QueueError>
    where
        F: Future<Output = redis::RedisResult<T>>,
    {
        loop {
            match self.once(&operation).await {
                Ok(value) => return Ok(value),
                Err(failed) if failed.again => {}
                Err(failed) => return Err(failed.error),
            }
        }
    }

    /// The same, for an operation that may not be done twice as it is.
    pub(super) async fn once<T, F>(&self, operation: impl Fn(MultiplexedConnection) -> F) -> Result<T, Failed>
    where
        F: Future<Output = redis::RedisResult<T>>,
    {
        let (current, fresh) = match self.current().await {
            Ok(current) => current,
            Err(error) => {
                self.outage.began(&error);
                return Err(Failed { error, again: false });
            }
        };
        let mut tries = 0;
        let answer = loop {
            match operation(current.connection.clone()).await {
                Err(error) if is_flushed(&error) && tries < FLUSHES => tries += 1,
                answer => break answer,
            }
        };
        match answer {
            Ok(value) => Ok(value),
            Err(error) if is_broken(&error) => {
                self.discard(current.number).await;
                let error = error.into();
                if fresh {
                    self.outage.began(&error);
                }
                Err(Failed { error, again: !fresh })
            }
            Err(error) => Err(Failed {
                error: error.into(),
                again: false,
            }),
        }
    }

    async fn current(&self) -> Result<(Numbered, bool), QueueError> {
        let mut current = self.current.lock().await;
        if let Some(numbered) = &*current {
            return Ok((numbered.clone(), false));
        }
        let numbered = Numbered {
            number: NUMBERS.fetch_add(1, std::sync::atomic::Ordering::Relaxed),
            connection: connect(&self.client, Some(ANSWER_TIME)).await?,
        };
        *current = Some(numbered.clone());
        Ok((numbered, true))
    }

    /// Only the connection that broke: another task may have made a new one meanwhile.
    async fn discard(&self, number: u64) {
        let mut current = self.current.lock().await;
        if current.as_ref().is_some_and(|numbered| numbered.number == number) {
            *current = None;
        }
    }
}

static NUMBERS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

/// Logs that Redis went away and that it is back: one line each.
pub(super) struct Outage {
    url: RedisUrl,
    since: Mutex<Option<Instant>>,
}

impl Outage {
    pub(super) fn new(url: &RedisUrl) -> Self {
        Self {
            url: url.clone(),
            since: Mutex::new(None),
        }
    }

    pub(super) fn began(&self, error: &QueueError) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.is_none() {
            *since = Some(Instant::now());
            let (url, error) = (self.url.clone(), error.clone());
            // Nobody waits for the sentence.
            tokio::spawn(async move {
                let error = check::explain(&url, error).await;
                warn!(server = %url, "{error}; trying again until it serves us");
            });
        }
    }

    pub(super) fn ended(&self) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(began) = since.take() {
            info!(server = %self.url, seconds = began.elapsed().as_secs(), "Redis is back");
        }
    }
}

/// How long to wait before the next try: longer each time, and never so long that a server which is back is left waiting.
pub(super) struct Backoff(Duration);

impl Backoff {
    const FIRST: Duration = Duration::from_millis(100);
    const LONGEST: Duration = Duration::from_secs(2);

    pub(super) fn new() -> Self {
        Self(Self::FIRST)
    }

    pub(super) async fn wait(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(Self::LONGEST);
    }
}
