//! Makes or completes the tables.

use diesel_async::AsyncMigrationHarness;
use diesel_async::pooled_connection::deadpool::Object;
use diesel_migrations::MigrationHarness as _;

use super::{Connection, MIGRATIONS, begin_alone, commit};
use crate::store::StoreError;
use crate::store::connect::Pools;
use crate::store::queries::Patience;

/// All steps in one transaction: all of them are made or none is, and a second instance that starts at the same time waits
/// for the first and then finds nothing left to do.
pub async fn run(pools: &Pools<Connection>) -> Result<(), StoreError> {
    let mut patience = Patience::new();
    loop {
        match migrate(pools).await {
            Err(StoreError::Unavailable(cause)) if patience.lasts(&cause).await => {}
            result => return result,
        }
    }
}

async fn migrate(pools: &Pools<Connection>) -> Result<(), StoreError> {
    // Out of the pool: what it learnt about types before the migration is not true after it.
    let mut connection = Object::take(pools.writers.get().await?);
    begin_alone(&mut connection, pools.first.as_deref().unwrap_or_default()).await?;
    let mut harness = AsyncMigrationHarness::new(connection);
    harness
        .run_pending_migrations(MIGRATIONS)
        .map_err(|error| StoreError::Broken(format!("cannot make the tables: {error}")))?;
    commit(&mut harness.into_inner()).await?;
    Ok(())
}
