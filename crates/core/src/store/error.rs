//! What can go wrong with the database, as far as a caller branches on it.

use std::fmt;

use diesel::result::{ConnectionError, DatabaseErrorKind, Error as QueryError};
use diesel_async::pooled_connection::PoolError as ManagerError;
use diesel_async::pooled_connection::deadpool::PoolError;

/// Why the store did not answer. The text is for the log: it may name hosts and tables.
#[derive(Debug, Clone)]
pub enum StoreError {
    /// The database cannot be reached, or has no room: it may be there again later.
    Unavailable(String),
    /// Anything else: a fault of ours, or a database that is not as it should be.
    Broken(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(cause) => write!(f, "the database is not available: {cause}"),
            Self::Broken(cause) => write!(f, "the database failed: {cause}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<QueryError> for StoreError {
    fn from(error: QueryError) -> Self {
        let text = error.to_string();
        let gone = match &error {
            QueryError::DatabaseError(
                DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection,
                _,
            ) => true,
            // These come without a code that diesel would pass on. PostgreSQL: stopping, starting, out of connections.
            // SQLite: locked for longer than the busy time-out, no room on the disk.
            QueryError::DatabaseError(DatabaseErrorKind::Unknown, information) => [
                "terminating connection",
                "the database system is",
                "sorry, too many clients",
                "remaining connection slots",
                "could not extend file",
                "No space left",
                "database is locked",
                "database or disk is full",
                "disk I/O error",
                "unable to open database file",
            ]
            .iter()
            .any(|phrase| information.message().contains(phrase)),
            QueryError::BrokenTransactionManager => true,
            _ => false,
        };
        if gone {
            Self::Unavailable(text)
        } else {
            Self::Broken(text)
        }
    }
}

impl From<PoolError> for StoreError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(ManagerError::QueryError(error)) => error.into(),
            // `connect` uses this variant for what will not get better by waiting.
            PoolError::Backend(ManagerError::ConnectionError(ConnectionError::CouldntSetupConfiguration(error))) => {
                Self::Broken(error.to_string())
            }
            PoolError::Backend(ManagerError::ConnectionError(error)) => Self::Unavailable(error.to_string()),
            other => Self::Unavailable(other.to_string()),
        }
    }
}
