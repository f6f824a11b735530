//! Pools of connections, and how a connection is set up.

mod postgres_url;
mod tls;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Manager, QueueMode};
use diesel::connection::CacheSize;
use diesel::dsl::sql;
use diesel::result::{ConnectionError, ConnectionResult, DatabaseErrorKind, Error as QueryError, QueryResult};
use diesel::sql_types::{Nullable, Text};
use diesel::sqlite::SqliteConnection;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolableConnection, RecyclingMethod,
};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use futures_core::future::BoxFuture;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::StoreError;

pub use postgres_url::{PostgresUrl, UrlFault};

/// A connection to SQLite whose calls run on the runtime's blocking threads.
pub(super) type AsyncSqliteConnection = SyncConnectionWrapper<SqliteConnection>;

/// One container, one database of a free tier: more connections would only wait for each other.
const POSTGRES_CONNECTIONS: usize = 5;

/// WAL lets these read while one writes.
const SQLITE_READERS: usize = 3;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections for writing and for reading.
pub(super) struct Pools<C: PoolableConnection + 'static>
where
    AsyncDieselConnectionManager<C>: Manager,
{
    pub(super) writers: ManagedPool<C>,
    pub(super) readers: ManagedPool<C>,
    /// Behind a pooler each call is a transaction, which begins with these statements.
    pub(super) first: Option<Arc<str>>,
}

pub(super) type ManagedPool<C> = deadpool::managed::Pool<AsyncDieselConnectionManager<C>>;

impl<C: PoolableConnection + 'static> Clone for Pools<C>
where
    AsyncDieselConnectionManager<C>: Manager,
{
    fn clone(&self) -> Self {
        Self {
            writers: self.writers.clone(),
            readers: self.readers.clone(),
            first: self.first.clone(),
        }
    }
}

impl<C: PoolableConnection + 'static> Pools<C>
where
    AsyncDieselConnectionManager<C>: Manager,
{
    pub(super) fn close(&self) {
        self.readers.close();
        self.writers.close();
    }
}

pub(super) fn pool_size<C: PoolableConnection + 'static>(
    name: &'static str,
    pool: &ManagedPool<C>,
) -> (&'static str, usize, usize)
where
    AsyncDieselConnectionManager<C>: Manager,
{
    let status = pool.status();
    (name, status.size, status.available.min(status.size))
}

/// One pool for both: PostgreSQL has no lack of writers.
pub(super) fn postgres(url: PostgresUrl, ca_file: Option<&Path>) -> Result<Pools<AsyncPgConnection>, StoreError> {
    let tls = match url.config.get_ssl_mode() {
        SslMode::Disable => None,
        _ => Some(MakeRustlsConnect::new(tls::client_config(ca_file)?)),
    };
    let first = url.pooled.then(|| url.first_statements().into());
    let setup = move |_: &str| {
        let (url, tls) = (url.clone(), tls.clone());
        Box::pin(async move { connect_postgres(&url, tls).await }) as BoxFuture<'static, _>
    };
    let pool = pool(String::new(), POSTGRES_CONNECTIONS, setup)?;
    Ok(Pools {
        writers: pool.clone(),
        readers: pool,
        first,
    })
}

async fn connect_postgres(url: &PostgresUrl, tls: Option<MakeRustlsConnect>) -> ConnectionResult<AsyncPgConnection> {
    let mut connection = match tls {
        Some(tls) => open(url, tls).await?,
        None => open(url, NoTls).await?,
    };
    let prepared = match url.pooled {
        true => prepare_for_pooler(&mut connection).await,
        false => connection.batch_execute(&url.session_statements()).await,
    };
    prepared.map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

/// Behind a pooler the connection is returned in the middle of a transaction: what diesel-async sends first are prepared
/// statements, and a pooler could give each message outside a transaction to another session.
async fn open<T>(url: &PostgresUrl, tls: T) -> ConnectionResult<AsyncPgConnection>
where
    T: MakeTlsConnect<Socket, Stream: Send + 'static, TlsConnect: TlsConnect<Socket, Future: Send> + Send>,
{
    let (client, mut driver) = url.config.connect(tls).await.map_err(refused)?;
    if url.pooled {
        let begin = format!("BEGIN; {}", url.first_statements());
        tokio::select! {
            begun = client.batch_execute(&begin) => begun.map_err(refused)?,
            ended = &mut driver => ended.map_err(refused)?,
        }
    }
    AsyncPgConnection::try_from_client_and_connection(client, driver).await
}

/// No prepared statement may be counted on in a later transaction: our own are not kept, and the driver's, by which it
/// looks up our enum type, are used here once and their answers remembered. Ends the transaction that [`open`] began.
async fn prepare_for_pooler(connection: &mut AsyncPgConnection) -> QueryResult<()> {
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

/// Tells apart what waiting may cure and what it will not: a wrong password, a database that is not there, a certificate
/// that cannot be trusted.
fn refused(error: tokio_postgres::Error) -> ConnectionError {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    let refused_by_server = error.code().is_some_and(|code| {
        let class = &code.code()[..2];
        // 28: authentication, 3D: no such database, 42: no such thing, 08P01 and 0A: what the pooler does not know.
        ["28", "3D", "42", "0A"].contains(&class)
    });
    let untrusted = text.contains("invalid peer certificate");
    if untrusted {
        text.push_str(" (set `DATABASE_CA_FILE` to the certificate of the server's own authority)");
    }
    if refused_by_server || untrusted {
        let error = QueryError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(text));
        ConnectionError::CouldntSetupConfiguration(error)
    } else {
        ConnectionError::BadConnection(text)
    }
}

/// SQLite has one writer at a time: a pool of one makes them queue here, in order, rather than fail there.
pub(super) fn sqlite(path: &Path) -> Result<Pools<AsyncSqliteConnection>, StoreError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .map_err(|error| StoreError::Broken(format!("cannot make the folder `{}`: {error}", folder.display())))?;
    }
    let path = path
        .to_str()
        .ok_or_else(|| StoreError::Broken(format!("the path `{}` is not UTF-8", path.display())))?;
    let setup = |path: &str| {
        let path = path.to_owned();
        Box::pin(async move { connect_sqlite(&path).await }) as BoxFuture<'static, _>
    };
    Ok(Pools {
        writers: pool(path.to_owned(), 1, setup)?,
        readers: pool(path.to_owned(), SQLITE_READERS, setup)?,
        first: None,
    })
}

async fn connect_sqlite(path: &str) -> ConnectionResult<AsyncSqliteConnection> {
    let mut connection = AsyncSqliteConnection::establish(path).await?;
    // The busy time-out comes first, for changing to WAL can be busy itself. `synchronous = FULL`: a scan that was
    // accepted outlives a power cut too, for one fsync a commit.
    connection
        .batch_execute(
            "PRAGMA busy_timeout = 5000; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA cache_size = -2000;",
        )
        .await
        .map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
    Ok(connection)
}

fn pool<C, S>(url: String, size: usize, setup: S) -> Result<ManagedPool<C>, StoreError>
where
    C: PoolableConnection + Send + 'static,
    AsyncDieselConnectionManager<C>: Manager<Type = C, Error = diesel_async::pooled_connection::PoolError>,
    S: Fn(&str) -> BoxFuture<'static, ConnectionResult<C>> + Send + Sync + 'static,
{
    let mut config = ManagerConfig::default();
    // No query at each checkout: a connection that turns out to be dead is thrown away and the call tried again.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |url| setup(url));
    Pool::builder(AsyncDieselConnectionManager::new_with_config(url, config))
        .max_size(size)
        // The latest used first: it is the likeliest to be alive, and has the large buffers if one must.
        .queue_mode(QueueMode::Lifo)
        .wait_timeout(Some(Duration::from_secs(10)))
        .create_timeout(Some(CONNECT_TIMEOUT))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| StoreError::Broken(error.to_string()))
}
