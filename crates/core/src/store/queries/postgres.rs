//! The queries on PostgreSQL.

pub(super) type Connection = diesel_async::AsyncPgConnection;

macro_rules! transaction {
    ($connection:expr, $body:expr) => {
        diesel_async::AsyncConnection::transaction($connection, $body).await
    };
}

#[path = "jobs.rs"]
pub(in crate::store) mod jobs;
#[path = "migrate.rs"]
pub(in crate::store) mod migrate;
#[path = "scans.rs"]
pub(in crate::store) mod scans;

const MIGRATIONS: diesel_migrations::EmbeddedMigrations = diesel_migrations::embed_migrations!("migrations/postgres");
