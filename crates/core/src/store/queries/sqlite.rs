//! The queries on SQLite.

use std::time::Duration;

use diesel::connection::AnsiTransactionManager;
use diesel::dsl::sql;
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;
use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AsyncConnection, RunQueryDsl as _, SimpleAsyncConnection as _, TransactionManager as _};

use crate::store::StoreError;
use crate::store::connect::SqlitePools;

pub(super) type Connection = crate::store::connect::AsyncSqliteConnection;

pub(super) type Backend = diesel::sqlite::Sqlite;

pub(super) type Pools = SqlitePools;

// A transaction that begins with reading would fail at once, whatever the busy time-out, where another one wrote before it
// came to write: it takes the write lock when it begins.
macro_rules! transaction {
    ($connection:expr, $body:expr) => {
        $connection.immediate_transaction($body).await
    };
}

#[path = "explanations.rs"]
pub(in crate::store) mod explanations;
#[path = "favorites.rs"]
pub(in crate::store) mod favorites;
pub(in crate::store) mod fit {
    //! Never called: see `crate::store::fit`.

    use super::Connection;
    use crate::store::StoreError;

    pub async fn misfits(_: &mut Connection) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }
}
#[path = "earlier_reports.rs"]
pub(in crate::store) mod earlier_reports;
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
#[path = "sessions.rs"]
pub(in crate::store) mod sessions;
#[path = "users.rs"]
pub(in crate::store) mod users;
#[path = "webhooks.rs"]
pub(in crate::store) mod webhooks;

const MIGRATIONS: diesel_migrations::EmbeddedMigrations = diesel_migrations::embed_migrations!("migrations/sqlite");

async fn commit(connection: &mut Connection) -> QueryResult<()> {
    <Connection as AsyncConnection>::TransactionManager::commit_transaction(connection).await
}

/// Takes the place of PostgreSQL's codes: SQLite's texts already hold everything.
struct Observed;

impl Observed {
    fn judge(&self, error: StoreError) -> StoreError {
        error
    }
}

async fn alone(pools: &Pools, _within: Duration) -> Result<(Connection, Observed), StoreError> {
    Ok((Object::take(pools.writers.get().await?), Observed))
}

/// Begins the transaction in which the tables are made: one instance at a time.
async fn begin_alone(connection: &mut Connection, _pools: &Pools) -> QueryResult<()> {
    connection
        .spawn_blocking(|connection| AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE"))
        .await
}

/// Whether the database has tables. A new database has none.
pub(in crate::store) async fn has_tables(connection: &mut Connection) -> QueryResult<bool> {
    let tables: i64 = diesel::select(sql::<BigInt>(
        "(SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'scans')",
    ))
    .get_result(connection)
    .await?;
    Ok(tables > 0)
}

/// Cuts free pages off the end of the file; `auto_vacuum = INCREMENTAL` was set when the file was made.
async fn give_back_space(connection: &mut Connection) -> QueryResult<()> {
    connection.batch_execute("PRAGMA incremental_vacuum").await
}
