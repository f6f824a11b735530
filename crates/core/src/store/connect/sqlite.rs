//! Connections to SQLite.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::QueueMode;
use diesel::prelude::*;
use diesel::result::{ConnectionError, ConnectionResult};
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};
use futures_core::future::BoxFuture;

use crate::store::{Refusal, StoreError};

/// A connection to SQLite whose calls run on the runtime's blocking threads.
pub(in crate::store) type AsyncSqliteConnection = SyncConnectionWrapper<SqliteConnection>;

/// WAL lets these read while one writes.
const READERS: usize = 3;

const CONNECTION_WITHIN: Duration = Duration::from_secs(8);

/// A file of this size is checked as a whole at the start, which takes a second on a slow host. Of a larger one only the
/// beginning is.
const CHECKED_BYTES: u64 = 64 << 20;

/// SQLite has one writer at a time: a pool of one makes them queue here, in order, rather than fail there.
#[derive(Clone)]
pub(in crate::store) struct SqlitePools {
    path: PathBuf,
    pub(in crate::store) writers: Pool<AsyncSqliteConnection>,
    pub(in crate::store) readers: Pool<AsyncSqliteConnection>,
}

impl SqlitePools {
    pub(in crate::store) fn new(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| {
                StoreError::Broken(format!("cannot make the folder `{}`: {error}", folder.display()))
            })?;
        }
        let text = path
            .to_str()
            .ok_or_else(|| StoreError::Broken(format!("the path `{}` is not UTF-8", path.display())))?;
        Ok(Self {
            path: path.to_owned(),
            writers: pool(text, 1)?,
            readers: pool(text, READERS)?,
        })
    }

    pub(in crate::store) fn close(&self) {
        self.readers.close();
        self.writers.close();
    }

    pub(in crate::store) fn sizes(&self) -> Vec<(&'static str, usize, usize)> {
        let size = |name, pool: &Pool<AsyncSqliteConnection>| {
            let status = pool.status();
            (name, status.size, status.available.min(status.size))
        };
        vec![size("writers", &self.writers), size("readers", &self.readers)]
    }

    /// Checks the file for damage before anything is written, so that a damaged file is not changed.
    ///
    /// # Errors
    /// `Refused` where there is damage.
    pub(in crate::store) async fn inspect(&self) -> Result<(), StoreError> {
        let path = self.path.clone();
        match tokio::task::spawn_blocking(move || inspect(&path)).await {
            Ok(result) => result,
            Err(error) => Err(StoreError::Broken(format!(
                "the database file was not checked: {error}"
            ))),
        }
    }
}

fn inspect(path: &Path) -> Result<(), StoreError> {
    let damaged = |what: String| StoreError::Refused(Refusal::Damaged, format!("`{}`: {what}", path.display()));
    let size = match std::fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(StoreError::Unavailable(format!("`{}`: {error}", path.display()))),
    };
    let log = beside(path, "-wal");
    let log_size = std::fs::metadata(&log).map_or(0, |metadata| metadata.len());
    if size == 0 {
        return match log_size {
            0 => Ok(()),
            // SQLite would take the database for a new one, and delete the log.
            _ => Err(damaged(format!("it is empty, and `{}` is not", log.display()))),
        };
    }
    if !begins_with(path, &[b"SQLite format 3\0"]) {
        return Err(damaged("it does not begin as a database of SQLite does".to_owned()));
    }
    // SQLite ignores a log that it cannot read, and with it what was committed last.
    if log_size >= 32 && !begins_with(&log, &[&[0x37, 0x7f, 0x06, 0x82], &[0x37, 0x7f, 0x06, 0x83]]) {
        return Err(damaged(format!(
            "its log `{}` does not begin as a log does",
            log.display()
        )));
    }
    if let Some(missing) = missing_bytes(path, size).filter(|_| log_size == 0) {
        return Err(damaged(format!("it is cut off: {missing} bytes are missing")));
    }
    let text = path.to_str().unwrap_or_default();
    let mut connection =
        SqliteConnection::establish(text).map_err(|error| StoreError::Unavailable(error.to_string()))?;
    let fault = match check(&mut connection, size <= CHECKED_BYTES) {
        Ok(None) => return Ok(()),
        Ok(Some(found)) => damaged(found),
        Err(error) => match StoreError::from(error) {
            StoreError::Refused(Refusal::Damaged, cause) => damaged(cause),
            error => error,
        },
    };
    // Closing the last connection would write the log into the damaged file.
    std::mem::forget(connection);
    Err(fault)
}

/// The faults that SQLite finds.
fn check(connection: &mut SqliteConnection, whole: bool) -> QueryResult<Option<String>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        quick_check: String,
    }
    diesel::sql_query("PRAGMA busy_timeout = 5000").execute(connection)?;
    diesel::sql_query("SELECT count(*) FROM sqlite_master").execute(connection)?;
    if !whole {
        return Ok(None);
    }
    let rows: Vec<Row> = diesel::sql_query("PRAGMA quick_check(1)").load(connection)?;
    Ok(rows
        .into_iter()
        .map(|row| row.quick_check)
        .find(|found| found != "ok")
        .map(|found| found.replace('\n', " ")))
}

/// How much shorter the file is than its own header states. While there is a log, the header need not be up to date.
fn missing_bytes(path: &Path, size: u64) -> Option<u64> {
    let mut header = [0; 100];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut header))
        .ok()?;
    let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let page_size = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    // The number of pages holds where it was written by the last change.
    let holds = number(24) == number(92);
    let expected = page_size * u64::from(number(28));
    expected.checked_sub(size).filter(|missing| holds && *missing > 0)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn begins_with(path: &Path, expected: &[&[u8]]) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(16).read_to_end(&mut start));
    // One that cannot be read is SQLite's to complain of.
    read.is_err() || expected.iter().any(|expected| start.starts_with(expected))
}

fn pool(path: &str, size: usize) -> Result<Pool<AsyncSqliteConnection>, StoreError> {
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(|path: &str| {
        let path = path.to_owned();
        Box::pin(async move { connect(&path).await }) as BoxFuture<'static, _>
    });
    Pool::builder(AsyncDieselConnectionManager::new_with_config(path, config))
        .max_size(size)
        .queue_mode(QueueMode::Lifo)
        .wait_timeout(Some(CONNECTION_WITHIN))
        .create_timeout(Some(CONNECTION_WITHIN))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| StoreError::Broken(error.to_string()))
}

async fn connect(path: &str) -> ConnectionResult<AsyncSqliteConnection> {
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
