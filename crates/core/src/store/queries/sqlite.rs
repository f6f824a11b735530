//! The queries on SQLite.

pub(super) type Connection = crate::store::connect::AsyncSqliteConnection;

// A transaction that begins with reading would fail at once, whatever the busy time-out, where another one wrote before it
// came to write: it takes the write lock when it begins.
macro_rules! transaction {
    ($connection:expr, $body:expr) => {
        $connection.immediate_transaction($body).await
    };
}

#[path = "jobs.rs"]
pub(in crate::store) mod jobs;
#[path = "migrate.rs"]
pub(in crate::store) mod migrate;
#[path = "scans.rs"]
pub(in crate::store) mod scans;

const MIGRATIONS: diesel_migrations::EmbeddedMigrations = diesel_migrations::embed_migrations!("migrations/sqlite");
