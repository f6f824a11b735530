//! The queries on PostgreSQL.

use diesel::result::QueryResult;
use diesel_async::{AnsiTransactionManager, SimpleAsyncConnection as _, TransactionManager as _};

pub(super) type Connection = diesel_async::AsyncPgConnection;

pub(super) type Backend = diesel::pg::Pg;

macro_rules! transaction {
    ($connection:expr, $body:expr) => {
        diesel_async::AsyncConnection::transaction($connection, $body).await
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

/// Begins the transaction in which the tables are made: one instance at a time, and the lock ends with it.
async fn begin_alone(connection: &mut Connection, first: &str) -> QueryResult<()> {
    begin(connection, first).await?;
    // Any number that nobody else would think of.
    connection
        .batch_execute("SELECT pg_advisory_xact_lock(7239471905)")
        .await
}

/// The server's own vacuum does it.
async fn give_back_space(_: &mut Connection) -> QueryResult<()> {
    Ok(())
}
