//! Errors of the database, as far as a caller branches on them.

use std::fmt;

use diesel::result::{ConnectionError, DatabaseErrorKind, Error as QueryError};
use diesel_async::pooled_connection::PoolError as ManagerError;
use diesel_async::pooled_connection::deadpool::PoolError as DieselPoolError;

/// Why the store did not answer. The text is for the log: it may name hosts and tables.
#[derive(Debug, Clone)]
pub enum StoreError {
    /// The database cannot be reached: it may be back in a moment.
    Unavailable(String),
    /// The database answers with a refusal that lasts until its state or its rights change.
    Refused(Refusal, String),
    /// Anything else: a fault of ours, or a database that is not as it should be.
    Broken(String),
}

/// The operation that a database refuses although it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    ReadOnly,
    /// The user of `DATABASE_URL` lacks a right.
    Rights,
    DiskFull,
    /// Another session holds what is needed.
    Locked,
    /// A statement took longer than is allowed.
    TimedOut,
    /// The user is unknown, or the password wrong.
    Login,
    NoDatabase,
    /// Its file is damaged.
    Damaged,
}

impl Refusal {
    /// For the operators of the service; it names no internal details.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::ReadOnly => "The database is read-only.",
            Self::Rights => "The database user lacks a right that is needed.",
            Self::DiskFull => "The disk of the database is full.",
            Self::Locked => "A lock in the database is held by another session.",
            Self::TimedOut => "The database took longer than is allowed for a statement.",
            Self::Login => "The database refuses the user or the password.",
            Self::NoDatabase => "The database server has no database of this name.",
            Self::Damaged => "The database file is damaged.",
        }
    }
}

impl StoreError {
    /// For the operators of the service; it names no internal details.
    #[must_use]
    pub fn sentence(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "The database does not answer.",
            Self::Refused(refusal, _) => refusal.sentence(),
            Self::Broken(_) => "The database failed in a way that was not foreseen: see the log.",
        }
    }

    /// The error that PostgreSQL reported with this SQLSTATE, where the code is more precise than the text.
    pub(super) fn of_sql_state(code: &str, cause: String) -> Result<Self, String> {
        let refusal = match code {
            "25006" => Refusal::ReadOnly,
            "42501" => Refusal::Rights,
            "53100" => Refusal::DiskFull,
            "55P03" | "55006" => Refusal::Locked,
            "57014" => Refusal::TimedOut,
            "3D000" => Refusal::NoDatabase,
            "XX001" | "XX002" => Refusal::Damaged,
            _ if code.starts_with("28") => Refusal::Login,
            // Connections, resources, an operator's stop, the system below; a deadlock or a lost race; a prepared statement
            // whose table was changed by another instance. All pass by themselves, and on another connection.
            "40001" | "40P01" | "0A000" | "25P03" | "25P04" | "26000" | "42P05" => return Ok(Self::Unavailable(cause)),
            _ if ["08", "53", "57", "58"].contains(&&code[..2.min(code.len())]) => return Ok(Self::Unavailable(cause)),
            _ => return Err(cause),
        };
        Ok(Self::Refused(refusal, cause))
    }

    /// SQLite has neither codes that diesel would pass on nor translations: its texts are fixed.
    fn of_sqlite(cause: String) -> Self {
        const TEXTS: [(&str, Option<Refusal>); 9] = [
            ("database is locked", Some(Refusal::Locked)),
            ("database or disk is full", Some(Refusal::DiskFull)),
            ("attempt to write a readonly database", Some(Refusal::ReadOnly)),
            ("database disk image is malformed", Some(Refusal::Damaged)),
            ("file is not a database", Some(Refusal::Damaged)),
            ("malformed database schema", Some(Refusal::Damaged)),
            // The tables were made at the start: the file was cut off or exchanged since.
            ("no such table", Some(Refusal::Damaged)),
            ("disk I/O error", None),
            ("unable to open database file", None),
        ];
        match TEXTS.iter().find(|(text, _)| cause.contains(text)) {
            Some((_, Some(refusal))) => Self::Refused(*refusal, cause),
            Some((_, None)) => Self::Unavailable(cause),
            None => Self::Broken(cause),
        }
    }

    pub(super) fn cause(self) -> String {
        match self {
            Self::Unavailable(cause) | Self::Refused(_, cause) | Self::Broken(cause) => cause,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(cause) => write!(f, "the database is not available: {cause}"),
            Self::Refused(refusal, cause) => write!(f, "{} {cause}", refusal.sentence()),
            Self::Broken(cause) => write!(f, "the database failed: {cause}"),
        }
    }
}

impl std::error::Error for StoreError {}

/// Without the SQLSTATE, by which the connections of PostgreSQL judge afterwards.
impl From<QueryError> for StoreError {
    fn from(error: QueryError) -> Self {
        let text = error.to_string();
        match error {
            QueryError::DatabaseError(
                DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::SerializationFailure,
                _,
            )
            | QueryError::BrokenTransactionManager => Self::Unavailable(text),
            QueryError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => {
                Self::Refused(Refusal::ReadOnly, text)
            }
            QueryError::DatabaseError(DatabaseErrorKind::Unknown, _) => Self::of_sqlite(text),
            _ => Self::Broken(text),
        }
    }
}

/// Converts errors of SQLite's pools.
impl From<DieselPoolError> for StoreError {
    fn from(error: DieselPoolError) -> Self {
        match error {
            DieselPoolError::Backend(ManagerError::QueryError(error)) => error.into(),
            DieselPoolError::Backend(ManagerError::ConnectionError(ConnectionError::CouldntSetupConfiguration(
                error,
            ))) => error.into(),
            DieselPoolError::Backend(ManagerError::ConnectionError(error)) => {
                match Self::of_sqlite(error.to_string()) {
                    Self::Broken(cause) => Self::Unavailable(cause),
                    error => error,
                }
            }
            other => Self::Unavailable(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_postgresql() {
        let judged = |code: &str| match StoreError::of_sql_state(code, String::new()) {
            Ok(StoreError::Refused(refusal, _)) => format!("{refusal:?}"),
            Ok(StoreError::Unavailable(_)) => "unavailable".to_owned(),
            Ok(StoreError::Broken(_)) | Err(_) => "unknown".to_owned(),
        };
        for (code, expected) in [
            ("25006", "ReadOnly"),
            ("42501", "Rights"),
            ("53100", "DiskFull"),
            ("55P03", "Locked"),
            ("57014", "TimedOut"),
            ("28P01", "Login"),
            ("28000", "Login"),
            ("3D000", "NoDatabase"),
            ("XX001", "Damaged"),
            ("40P01", "unavailable"),
            ("53300", "unavailable"),
            ("57P01", "unavailable"),
            ("57P03", "unavailable"),
            ("58030", "unavailable"),
            ("08006", "unavailable"),
            ("26000", "unavailable"),
            ("23505", "unknown"),
            ("42P01", "unknown"),
            ("", "unknown"),
        ] {
            assert_eq!(judged(code), expected, "{code}");
        }
    }
}
