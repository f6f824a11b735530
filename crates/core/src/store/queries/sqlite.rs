//! The queries on SQLite.

use diesel::connection::AnsiTransactionManager;
use diesel::result::QueryResult;
use diesel_async::{AsyncConnection, SimpleAsyncConnection as _, TransactionManager as _};

pub(super) type Connection = crate::store::connect::AsyncSqliteConnection;

pub(super) type Backend = diesel::sqlite::Sqlite;

// A transaction that begins with reading would fail at once, whatever the busy time-out, where another one wrote before it
// came to write: it takes the write lock when it begins.
macro_rules! transaction {
    ($connection:expr, $body:expr) => {
        $connection.immediate_transaction($body).await
    };
}

#[path = "favorites.rs"]
pub(in crate::store) mod favorites;
#[path = "history.rs"]
pub(in crate::store) mod history;
#[path = "jobs.rs"]
pub(in crate::store) mod jobs;
#[path = "keys.rs"]
pub(in crate::store) mod keys;
#[path = "migrate.rs"]
pub(in crate::store) mod migrate;
#[path = "queue.rs"]
pub(in crate::store) mod queue;
#[path = "reports.rs"]
pub(in crate::store) mod reports;
#[path = "repositories.rs"]
pub(in crate::store) mod repositories;
#[path = "scans.rs"]
pub(in crate::store) mod scans;
#[path = "users.rs"]
pub(in crate::store) mod users;
#[path = "webhooks.rs"]
pub(in crate::store) mod webhooks;

const MIGRATIONS: diesel_migrations::EmbeddedMigrations = diesel_migrations::embed_migrations!("migrations/sqlite");

async fn commit(connection: &mut Connection) -> QueryResult<()> {
    <Connection as AsyncConnection>::TransactionManager::commit_transaction(connection).await
}

/// Begins the transaction in which the tables are made: one instance at a time.
async fn begin_alone(connection: &mut Connection, _first: &str) -> QueryResult<()> {
    connection
        .spawn_blocking(|connection| AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE"))
        .await
}

/// Cuts free pages off the end of the file; `auto_vacuum = INCREMENTAL` was set when the file was made.
async fn give_back_space(connection: &mut Connection) -> QueryResult<()> {
    connection.batch_execute("PRAGMA incremental_vacuum").await
}
