//! Pools of connections, and how a connection is set up.

mod postgres;
mod postgres_url;
pub(super) mod readiness;
mod sql_state;
mod sqlite;
mod tls;

pub(super) use postgres::PostgresPool;
pub use postgres_url::{PostgresUrl, UrlFault};
pub(super) use sql_state::Observed;
pub(super) use sqlite::{AsyncSqliteConnection, SqlitePools};
