//! The database: scans with their jobs, and the stored reports.
//!
//! The calls of [`Store`] are named in words of the domain. Each is one query or one transaction, and every change of a scan's
//! status is one conditional UPDATE that names the statuses it may come from ([`crate::ScanStatus::before`]) and, for a call of
//! a worker, its lease. So calls may race: one of them wins, and the others return that they lost.
//!
//! Calls run as tasks of their own on a multi-thread runtime, and are awaited through their handle. If the caller is
//! dropped (a client that hung up), the call still completes: no transaction is cut in half, and
//! diesel's wrapper for SQLite, which would panic when dropped on a single-threaded runtime, never is.
//!
//! The queries are written once, in `store/queries/`, and compiled for each of the two connection types.

mod connect;
mod error;
mod explanations;
mod favorites;
mod jobs;
mod keys;
mod queries;
pub mod report;
mod repositories;
mod scans;
pub(crate) mod schema;
mod sessions;
mod users;
mod webhooks;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tracing::Instrument as _;

use crate::settings::DatabaseUrl;
use connect::readiness::Writes;

pub use connect::{PostgresUrl, UrlFault};
pub use error::{Refusal, StoreError};
pub use explanations::{
    ClaimedExplanation, ExplanationRow, ExplanationState, FinishedExplanation, NewExplanation, RequestedExplanation,
    WrittenText,
};
pub use favorites::Favorite;
pub use jobs::outcome::{CancelOutcome, ClaimOutcome, Finish, Finished, Heartbeat, Reconciled};
pub use keys::{ApiKey, KeyUse, MAX_KEYS, NewKey};
pub use report::figures::{DependencyFigures, Figures, LanguageFigures, ReadmeFigures, Scores};
pub use report::headline::Headline;
pub use report::members::{Member, Members};
pub use report::{OpenReport, ReportMembers, StoredReport};
pub use repositories::Repository;
pub use repositories::history::{BadgeFigures, Earlier, PastScan, Version};
pub use scans::{
    Counts, Deleted, ListedScan, MAX_QUEUED, MAX_QUEUED_PER_CLIENT, NewScan, OpenResults, Owner, QueueFull, QueuePlace,
    Scan, ScanFilter, ScanPage, ScanSnapshot, StoredResults, Submitted,
};
pub use sessions::{NewSession, SESSION_LIFE, WebSession};
pub use users::Person;
pub use webhooks::{Delivery, MAX_WEBHOOKS, NewWebhook, Webhook};

/// `table.column` of every column that the queries are compiled for, as SQL would name them.
#[must_use]
pub fn columns_of_queries() -> Vec<String> {
    schema::columns()
}

/// The columns that each INSERT into a table of the older system gives a value; empty for other tables.
#[must_use]
pub fn columns_of_inserts(table: &str) -> &'static [&'static str] {
    schema::fit::columns_of_inserts(table)
}

/// How long a call waits for the database, with all that is tried again meanwhile, before it is reported as unavailable:
/// long enough for one that sleeps to wake up, short enough that a client has its answer within ten seconds. A frozen
/// server's kernel goes on acknowledging, so no time-out of the connection would end the wait.
const CALL_TIMEOUT: Duration = Duration::from_secs(8);

/// The same for a call that moves a whole report: enough for the largest one on a slow line.
const LARGE_CALL_TIMEOUT: Duration = Duration::from_secs(60);

/// The database. Cheap to clone: all clones share the connections.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
    runtime: Handle,
    writes: Arc<Writes>,
}

#[derive(Clone)]
enum Backend {
    Postgres(connect::PostgresPool),
    Sqlite(connect::SqlitePools),
}

impl Store {
    /// Prepares the connections; the first call makes one. `runtime` must be a multi-thread one.
    ///
    /// # Errors
    /// When the address, the certificate file or the database's folder is not usable.
    pub fn new(url: &DatabaseUrl, ca_file: Option<&Path>, runtime: Handle) -> Result<Self, StoreError> {
        let backend = match url {
            DatabaseUrl::Sqlite(path) => Backend::Sqlite(connect::SqlitePools::new(path)?),
            DatabaseUrl::Postgres(text) => {
                let url = PostgresUrl::parse(text)
                    .map_err(|fault| StoreError::Broken(format!("the address in `DATABASE_URL` {fault}")))?;
                Backend::Postgres(connect::PostgresPool::new(url, ca_file)?)
            }
        };
        Ok(Self {
            backend,
            runtime,
            writes: Arc::default(),
        })
    }

    /// For logs and the readiness check.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.backend {
            Backend::Postgres(_) => "postgresql",
            Backend::Sqlite(_) => "sqlite",
        }
    }

    /// Makes or completes the tables. Safe to call on a database that has them, and by two instances at a time.
    ///
    /// # Errors
    /// When the database cannot be reached or refuses.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match self.backend.clone() {
            Backend::Postgres(pool) => {
                self.joined(async move { queries::postgres::migrate::run(&pool).await })
                    .await
            }
            Backend::Sqlite(pools) => {
                self.joined(async move {
                    pools.inspect().await?;
                    queries::sqlite::migrate::run(&pools).await
                })
                .await
            }
        }
    }

    /// For each pool: its name, the number of its connections, and how many of them are idle.
    #[must_use]
    pub fn connections(&self) -> Vec<(&'static str, usize, usize)> {
        match &self.backend {
            Backend::Postgres(pool) => vec![pool.size()],
            Backend::Sqlite(pools) => pools.sizes(),
        }
    }

    /// Ends all connections; calls after it fail. SQLite's log is written back to its file by the last one.
    pub fn close(&self) {
        match &self.backend {
            Backend::Postgres(pool) => pool.close(),
            Backend::Sqlite(pools) => pools.close(),
        }
    }

    async fn joined<T: Send + 'static>(
        &self,
        call: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        match self.runtime.spawn(call.in_current_span()).await {
            Ok(result) => result,
            Err(error) => Err(StoreError::Broken(format!("a call to the store ended early: {error}"))),
        }
    }
}

/// The result of a call, or that it did not come in time.
async fn answered<T>(within: Duration, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match tokio::time::timeout(within, call).await {
        Ok(result) => result,
        Err(_) => Err(StoreError::Unavailable(format!("no answer within {within:?}"))),
    }
}

/// `call!(self, writers|readers, group::query(arguments…))`: runs the query of that name on the backend's connection, in a
/// task of its own, for up to [`CALL_TIMEOUT`]; `call!(large, self, …)` for up to [`LARGE_CALL_TIMEOUT`]. The arguments are
/// owned names; the query gets references to them, so that it can be tried again.
///
/// It is tried again while the database is unavailable: every query is harmless when it runs twice, because whatever it
/// changes is tied to an id or a lease token that was made before.
macro_rules! call {
    (large, $store:ident, $($call:tt)*) => {
        $crate::store::call!(@ $crate::store::LARGE_CALL_TIMEOUT, $store, $($call)*)
    };
    (@ $within:expr, $store:ident, $access:ident, $group:ident :: $query:ident ( $($argument:ident),* )) => {{
        let writes = std::sync::Arc::clone(&$store.writes);
        match $store.backend.clone() {
            $crate::store::Backend::Postgres(pool) => {
                $store.joined(async move {
                    let mut tries = $crate::store::queries::Tries::within($within);
                    loop {
                        let mut session = match pool.get(tries.left()).await {
                            Ok(session) => session,
                            Err(error) if tries.again_after(&error).await => continue,
                            Err(error) => return Err(writes.note(error)),
                        };
                        session.begin_call();
                        let result = $crate::store::answered(tries.left(), async {
                            if session.is_pooled() {
                                $crate::store::queries::postgres::begin(&mut session, pool.first()).await?;
                            }
                            let answer = $crate::store::queries::postgres::$group::$query(
                                &mut session, $(&$argument),*
                            ).await?;
                            if session.is_pooled() {
                                $crate::store::queries::postgres::commit(&mut session).await?;
                            }
                            Ok(answer)
                        }).await;
                        let error = match result {
                            Ok(answer) => return Ok(answer),
                            Err(error) => session.judge(error),
                        };
                        let lost_a_statement = session.lost_a_statement();
                        // It may be dead, or in the middle of a transaction.
                        drop(deadpool::managed::Object::take(session));
                        if lost_a_statement {
                            pool.use_transactions();
                        } else if !tries.again_after(&error).await {
                            return Err(writes.note(error));
                        }
                    }
                }).await
            }
            $crate::store::Backend::Sqlite(pools) => {
                $store.joined(async move {
                    let result: Result<_, $crate::store::StoreError> = async {
                        writes.allowed(stringify!($access))?;
                        let mut connection = pools.$access.get().await?;
                        $crate::store::queries::sqlite::$group::$query(&mut *connection, $(&$argument),*).await
                    }
                    .await;
                    result.map_err(|error| writes.note(error))
                }).await
            }
        }
    }};
    ($store:ident, $($call:tt)*) => {
        $crate::store::call!(@ $crate::store::CALL_TIMEOUT, $store, $($call)*)
    };
}
use call;

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test]
    async fn a_server_that_never_answers_is_reported_as_unavailable() {
        let silent = answered(Duration::from_millis(1), pending::<Result<(), StoreError>>()).await;
        assert!(matches!(silent, Err(StoreError::Unavailable(_))), "{silent:?}");
        let prompt = answered(Duration::from_secs(60), async { Ok(1) }).await;
        assert!(matches!(prompt, Ok(1)), "{prompt:?}");
    }
}
