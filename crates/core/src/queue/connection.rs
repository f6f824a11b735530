//! How a connection to Redis is made, and which errors mean that it is broken.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _};

use super::{QUEUE, QueueError};
use crate::settings::RedisUrl;

/// A server that takes longer than this to be connected to counts as unavailable.
pub(super) const CONNECT_TIME: Duration = Duration::from_secs(2);

/// A server that takes longer than this for an ordinary command counts as unavailable.
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
    // A half-open connection is detected after 19 s, by probes of the kernel that cost no commands. Before that, answers on
    // it come late: the kernel repeats a packet after intervals that double.
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(10))
        .with_interval(Duration::from_secs(3))
        .with_retries(3);
    let info = address.into_connection_info()?;
    // The library would send its name at each connect, which some servers refuse and all of them bill.
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
        Err(_) => Err(QueueError::Unavailable("connecting took longer than 2 s".to_owned())),
    }
}

/// Whether the connection is of no more use after this error.
pub(super) fn is_broken(error: &redis::RedisError) -> bool {
    error.is_io_error()
        || error.is_timeout()
        || error.is_connection_dropped()
        || error.is_connection_refusal()
        || error.is_unrecoverable_error()
}

/// Whether the server will take the command once it has started, or its master is back.
pub(super) fn is_starting(error: &redis::RedisError) -> bool {
    use redis::ServerErrorKind::{BusyLoading, ClusterDown, MasterDown, ReadOnly, TryAgain};
    matches!(
        error.kind(),
        redis::ErrorKind::Server(BusyLoading | ClusterDown | MasterDown | ReadOnly | TryAgain)
    )
}

/// Whether the scripts were flushed between their loading and the call. Then nothing was done.
pub(super) fn is_flushed(error: &redis::RedisError) -> bool {
    error.kind() == redis::ErrorKind::Server(redis::ServerErrorKind::NoScript)
}

/// The scripts are loaded again up to this many times in a row.
pub(super) const FLUSHES: u32 = 10;
