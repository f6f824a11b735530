//! The queries on PostgreSQL.

use std::time::Duration;

use deadpool::managed::Object;
use diesel::dsl::sql;
use diesel::result::QueryResult;
use diesel::sql_types::{Nullable, Text};
use diesel_async::{AnsiTransactionManager, RunQueryDsl as _, SimpleAsyncConnection as _, TransactionManager as _};

use crate::store::StoreError;
use crate::store::connect::{Observed, PostgresPool};

pub(super) type Connection = diesel_async::AsyncPgConnection;

pub(super) type Backend = diesel::pg::Pg;

pub(super) type Pools = PostgresPool;

macro_rules! transaction {
    ($connection:expr, $body:expr) => {
        diesel_async::AsyncConnection::transaction($connection, $body).await
    };
}

#[path = "earlier_reports.rs"]
pub(in crate::store) mod earlier_reports;
#[path = "explanations.rs"]
pub(in crate::store) mod explanations;
#[path = "favorites.rs"]
pub(in crate::store) mod favorites;
#[path = "fit.rs"]
pub(in crate::store) mod fit;
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

const MIGRATIONS: diesel_migrations::EmbeddedMigrations = diesel_migrations::embed_migrations!("migrations/postgres");

/// Begins a transaction and, where there are some, runs its first statements.
pub(in crate::store) async fn begin(connection: &mut Connection, first: &str) -> QueryResult<()> {
    AnsiTransactionManager::begin_transaction(connection).await?;
    if first.is_empty() {
        return Ok(());
    }
    connection.batch_execute(first).await
}

pub(in crate::store) async fn commit(connection: &mut Connection) -> QueryResult<()> {
    AnsiTransactionManager::commit_transaction(connection).await
}

/// A connection out of the pool, and where the codes of its errors are seen.
async fn alone(pools: &Pools, within: Duration) -> Result<(Connection, Observed), StoreError> {
    let session = Object::take(pools.get(within).await?);
    session.begin_call();
    Ok(session.into_parts())
}

/// Begins the transaction in which the tables are made: one instance at a time, and the lock ends with it.
async fn begin_alone(connection: &mut Connection, pools: &Pools) -> QueryResult<()> {
    begin(connection, pools.first()).await?;
    // An arbitrary number that no other program is likely to use. Another instance may hold the lock for a while.
    connection
        .batch_execute("SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(7239471905)")
        .await
}

/// Whether the database has tables. A new database has none.
pub(in crate::store) async fn has_tables(connection: &mut Connection) -> QueryResult<bool> {
    let scans: Option<String> = diesel::select(sql::<Nullable<Text>>("to_regclass('scans')::text"))
        .get_result(connection)
        .await?;
    Ok(scans.is_some())
}

/// The server's own vacuum does it.
async fn give_back_space(_: &mut Connection) -> QueryResult<()> {
    Ok(())
}
