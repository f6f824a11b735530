//! Makes or completes the tables.

use diesel_async::AsyncMigrationHarness;
use diesel_migrations::MigrationHarness as _;

use super::{MIGRATIONS, Pools, alone, begin_alone, commit};
use crate::store::queries::Tries;
use crate::store::{CALL_TIMEOUT, StoreError};

/// All steps in one transaction: all of them are made or none is, and a second instance that starts at the same time waits
/// for the first and then finds nothing left to do.
pub async fn run(pools: &Pools) -> Result<(), StoreError> {
    let mut tries = Tries::within(CALL_TIMEOUT);
    loop {
        match migrate(pools, &tries).await {
            Err(error) if tries.again_after(&error).await => {}
            result => return result,
        }
    }
}

async fn migrate(pools: &Pools, tries: &Tries) -> Result<(), StoreError> {
    // Out of the pool: what it learnt about types before the migration is not true after it.
    let (mut connection, observed) = alone(pools, tries.left()).await?;
    let result: Result<(), StoreError> = async {
        begin_alone(&mut connection, pools).await?;
        let mut harness = AsyncMigrationHarness::new(connection);
        harness
            .run_pending_migrations(MIGRATIONS)
            .map_err(|error| StoreError::Broken(format!("cannot make the tables: {error}")))?;
        commit(&mut harness.into_inner()).await?;
        Ok(())
    }
    .await;
    result.map_err(|error| observed.judge(error))
}
