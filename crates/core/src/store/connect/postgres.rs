//! Connections to PostgreSQL.

use std::error::Error as _;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{self, Metrics, Object, Pool, QueueMode, RecycleError, RecycleResult, Timeouts};
use diesel::connection::CacheSize;
use diesel::dsl::sql;
use diesel::result::{ConnectionError, QueryResult};
use diesel::sql_types::{Integer, Nullable, Text};
use diesel_async::pooled_connection::PoolableConnection as _;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;
use tokio_postgres::config::{Host, SslMode, SslNegotiation};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::sql_state::{Observed, Observing, PlainConnector};
use super::{PostgresUrl, tls};
use crate::store::StoreError;

/// One container, one database of a free tier: more connections would only wait for each other.
const CONNECTIONS: usize = 5;

/// One pool for reading and writing: PostgreSQL has no lack of writers.
#[derive(Clone)]
pub(in crate::store) struct PostgresPool {
    pool: Pool<Manager>,
    /// Behind a transaction pooler each call is a transaction, which begins with these statements.
    first: Arc<str>,
}

pub(in crate::store) struct Manager {
    url: PostgresUrl,
    /// `None`: the address asks for none.
    tls: Option<MakeRustlsConnect>,
    /// The server was found to have no TLS, and the address does not insist on it.
    plain: AtomicBool,
    /// Whether a transaction pooler is in between, which may give each transaction another session.
    pooled: AtomicBool,
}

/// A connection, and what is known of it beside.
pub(in crate::store) struct Session {
    connection: AsyncPgConnection,
    observed: Observed,
    pooled: bool,
}

impl PostgresPool {
    pub(in crate::store) fn new(url: PostgresUrl, ca_file: Option<&Path>) -> Result<Self, StoreError> {
        let tls = match url.config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(MakeRustlsConnect::new(tls::client_config(ca_file)?)),
        };
        let first = url.first_statements().into();
        let manager = Manager {
            pooled: AtomicBool::new(url.pooled),
            plain: AtomicBool::new(false),
            url,
            tls,
        };
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            // The latest used first: it is the likeliest to be alive, and has the large buffers if one must.
            .queue_mode(QueueMode::Lifo)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        Ok(Self { pool, first })
    }

    pub(in crate::store) async fn get(&self, within: Duration) -> Result<Object<Manager>, StoreError> {
        let within = Some(within);
        let timeouts = Timeouts {
            wait: within,
            create: within,
            recycle: within,
        };
        self.pool.timeout_get(&timeouts).await.map_err(|error| match error {
            managed::PoolError::Backend(error) => error,
            managed::PoolError::Timeout(_) => StoreError::Unavailable("no connection in time".to_owned()),
            error => StoreError::Unavailable(error.to_string()),
        })
    }

    pub(in crate::store) fn first(&self) -> &str {
        &self.first
    }

    /// Sessions are lost between transactions: from now on each call is one.
    pub(in crate::store) fn use_transactions(&self) {
        self.pool.manager().use_transactions();
        self.pool.retain(|session, _| session.pooled);
    }

    pub(in crate::store) fn close(&self) {
        self.pool.close();
    }

    pub(in crate::store) fn size(&self) -> (&'static str, usize, usize) {
        let status = self.pool.status();
        ("all", status.size, status.available.min(status.size))
    }
}

impl Session {
    pub(in crate::store) fn is_pooled(&self) -> bool {
        self.pooled
    }

    /// Before a call: what was reported until now does not concern it.
    pub(in crate::store) fn begin_call(&self) {
        self.observed.forget();
    }

    /// Was a prepared statement lost, or met that is another client's? Only a transaction pooler does that.
    pub(in crate::store) fn lost_a_statement(&self) -> bool {
        !self.pooled && is_of_lost_statement(&self.observed)
    }

    /// The error of a call, by the SQLSTATE that the server sent with it.
    pub(in crate::store) fn judge(&self, error: StoreError) -> StoreError {
        self.observed.judge(error)
    }

    /// Out of the pool's care.
    pub(in crate::store) fn into_parts(self) -> (AsyncPgConnection, Observed) {
        (self.connection, self.observed)
    }

    /// Whether another process serves the connection than the one announced when it was made: then a pooler in between
    /// assigns sessions.
    async fn is_dealt_out(&mut self) -> QueryResult<bool> {
        use diesel_async::RunQueryDsl as _;
        let Some(announced) = self.observed.backend_pid() else {
            return Ok(false);
        };
        let pid: i32 = diesel::select(sql::<Integer>("pg_backend_pid()"))
            .get_result(&mut self.connection)
            .await?;
        Ok(pid != announced)
    }
}

fn is_of_lost_statement(observed: &Observed) -> bool {
    // invalid_sql_statement_name, duplicate_prepared_statement
    matches!(observed.code().as_deref(), Some("26000" | "42P05"))
}

impl Deref for Session {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        &self.connection
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.connection
    }
}

impl managed::Manager for Manager {
    type Type = Session;
    type Error = StoreError;

    async fn create(&self) -> Result<Session, StoreError> {
        // In a box: the driver's future is large, and every call of the store would carry it.
        Box::pin(self.create_session()).await
    }

    /// Runs no query: a connection that turns out to be dead is dropped, and the call is tried again.
    async fn recycle(&self, session: &mut Session, _: &Metrics) -> RecycleResult<StoreError> {
        let outdated = session.pooled != self.pooled.load(Ordering::Acquire);
        if outdated || session.connection.is_broken() {
            return Err(RecycleError::message("not to be used again"));
        }
        Ok(())
    }
}

impl Manager {
    async fn create_session(&self) -> Result<Session, StoreError> {
        if !self.pooled.load(Ordering::Acquire) {
            let observed = Observed::default();
            let found = match self.session(&observed, false).await {
                Ok(mut session) => match session.is_dealt_out().await {
                    Ok(false) => return Ok(session),
                    Ok(true) => Ok(()),
                    Err(error) => Err(observed.judge(error.into())),
                },
                Err(error) => Err(error),
            };
            match found {
                Err(error) if !is_of_lost_statement(&observed) => return Err(error),
                _ => self.use_transactions(),
            }
        }
        self.session(&Observed::default(), true).await
    }

    fn use_transactions(&self) {
        if !self.pooled.swap(true, Ordering::AcqRel) {
            tracing::warn!(
                "DATABASE_URL: a pooler in transaction mode was found before PostgreSQL: from now on each call is a transaction of its own; `pgbouncer=true` in the address does so from the start"
            );
        }
    }

    async fn session(&self, observed: &Observed, pooled: bool) -> Result<Session, StoreError> {
        let connection = self.connect(observed, pooled).await?;
        let mut session = Session {
            connection,
            observed: observed.clone(),
            pooled,
        };
        let prepared = match pooled {
            true => prepare_for_pooler(&mut session.connection).await,
            false => session.connection.batch_execute(&self.url.session_statements()).await,
        };
        prepared.map_err(|error| session.judge(error.into()))?;
        Ok(session)
    }

    async fn connect(&self, observed: &Observed, pooled: bool) -> Result<AsyncPgConnection, StoreError> {
        let begin = pooled.then(|| format!("BEGIN; {}", self.url.first_statements()));
        let begin = begin.as_deref();
        let config = &self.url.config;
        if let [Host::Unix(folder)] = config.get_hosts() {
            return open_unix(config, folder, observed, begin).await;
        }
        let tls = self.tls.clone().filter(|_| !self.plain.load(Ordering::Acquire));
        let Some(tls) = tls else {
            return open_plain(config, observed, begin).await;
        };
        let observing = Observing {
            tls,
            observed: observed.clone(),
        };
        let (client, driver) = config.connect(observing).await.map_err(refused)?;
        if !observed.is_attached() {
            // The server has no TLS and the address does not insist: on a new connection, so that it is observed.
            self.plain.store(true, Ordering::Release);
            return open_plain(config, observed, begin).await;
        }
        open(client, driver, observed, begin).await
    }
}

/// Without TLS. As to the driver this is TLS without negotiation, so that the connector gets the stream to observe it.
async fn open_plain(
    config: &Config,
    observed: &Observed,
    begin: Option<&str>,
) -> Result<AsyncPgConnection, StoreError> {
    let mut config = config.clone();
    config
        .ssl_mode(SslMode::Require)
        .ssl_negotiation(SslNegotiation::Direct);
    let (client, driver) = config
        .connect(PlainConnector(observed.clone()))
        .await
        .map_err(refused)?;
    open(client, driver, observed, begin).await
}

/// Behind a pooler the connection is returned in the middle of a transaction: what diesel-async sends first are prepared
/// statements, and a pooler could give each message outside a transaction to another session.
async fn open<T>(
    client: Client,
    mut driver: tokio_postgres::Connection<tokio_postgres::Socket, T>,
    observed: &Observed,
    begin: Option<&str>,
) -> Result<AsyncPgConnection, StoreError>
where
    T: tokio_postgres::tls::TlsStream + Unpin + Send + 'static,
{
    if let Some(begin) = begin {
        begin_with(&client, &mut driver, begin).await?;
    }
    AsyncPgConnection::try_from_client_and_connection(client, driver)
        .await
        .map_err(|error| observed.judge(connection_error(error)))
}

async fn open_unix(
    config: &Config,
    folder: &Path,
    observed: &Observed,
    begin: Option<&str>,
) -> Result<AsyncPgConnection, StoreError> {
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let path = folder.join(format!(".s.PGSQL.{port}"));
    let stream = UnixStream::connect(&path)
        .await
        .map_err(|error| StoreError::Unavailable(format!("`{}`: {error}", path.display())))?;
    let mut config = config.clone();
    config.ssl_mode(SslMode::Disable);
    let (client, mut driver) = config
        .connect_raw(observed.attach(stream), NoTls)
        .await
        .map_err(refused)?;
    if let Some(begin) = begin {
        begin_with(&client, &mut driver, begin).await?;
    }
    tokio::spawn(driver);
    AsyncPgConnection::try_from(client)
        .await
        .map_err(|error| observed.judge(connection_error(error)))
}

async fn begin_with<S, T>(
    client: &Client,
    driver: &mut tokio_postgres::Connection<S, T>,
    begin: &str,
) -> Result<(), StoreError>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    tokio::select! {
        begun = client.batch_execute(begin) => begun.map_err(refused),
        ended = driver => ended.map_err(refused),
    }
}

/// No prepared statement may be relied on in a later transaction: our own are not kept. The driver's, which fetch the
/// OID of our enum type, are used here once and their answers kept. Ends the transaction that [`open`] began.
async fn prepare_for_pooler(connection: &mut AsyncPgConnection) -> QueryResult<()> {
    use diesel_async::RunQueryDsl as _;
    connection.set_prepared_statement_cache_size(CacheSize::Disabled);
    let known: Option<String> = diesel::select(sql::<Nullable<Text>>("to_regtype('\"ScanStatus\"')::text"))
        .get_result(connection)
        .await?;
    if known.is_some() {
        diesel::sql_query("SELECT NULL::\"ScanStatus\", NULL::\"ScanStatus\"[]")
            .execute(connection)
            .await?;
    }
    connection.batch_execute("COMMIT").await
}

fn connection_error(error: ConnectionError) -> StoreError {
    match error {
        ConnectionError::CouldntSetupConfiguration(error) => error.into(),
        error => StoreError::Unavailable(error.to_string()),
    }
}

/// Why the server was not reached, or did not let us in. What waiting will not cure is not `Unavailable`.
fn refused(error: tokio_postgres::Error) -> StoreError {
    let mut text = error.to_string();
    let mut source = error.source();
    let mut untrusted = false;
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        untrusted |= is_untrusted(cause);
        source = cause.source();
    }
    if untrusted {
        text.push_str(" (set `DATABASE_CA_FILE` or `EXTRA_CA_FILE` to the certificate of the server's own authority)");
        return StoreError::Broken(text);
    }
    match error.code().map(|code| code.code()) {
        // No such thing, or what a pooler does not know.
        Some(code) if code.starts_with("42") && code != "42501" || code.starts_with("0A") => StoreError::Broken(text),
        Some(code) => {
            let text = format!("{text} (SQLSTATE {code})");
            StoreError::of_sql_state(code, text).unwrap_or_else(StoreError::Unavailable)
        }
        None => StoreError::Unavailable(text),
    }
}

fn is_untrusted(error: &(dyn std::error::Error + 'static)) -> bool {
    let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    let of_tls = match inner {
        Some(inner) => inner.downcast_ref::<rustls::Error>(),
        None => error.downcast_ref::<rustls::Error>(),
    };
    matches!(of_tls, Some(rustls::Error::InvalidCertificate(_)))
}
