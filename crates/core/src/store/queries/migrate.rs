//! Makes or completes the tables.

use diesel_async::AsyncMigrationHarness;
use diesel_migrations::MigrationHarness as _;

use super::{Connection, MIGRATIONS};
use crate::store::StoreError;
use crate::store::connect::ManagedPool;
use crate::store::queries::Patience;

/// More tries than there are steps: a step that fails because another instance made it brings us past that step.
const TRIES: usize = 5;

pub async fn run(pool: &ManagedPool<Connection>) -> Result<(), StoreError> {
    let mut patience = Patience::new();
    let mut tries = 0;
    loop {
        let connection = match pool.get().await.map_err(StoreError::from) {
            Ok(connection) => connection,
            Err(StoreError::Unavailable(cause)) if patience.lasts(&cause).await => continue,
            Err(error) => return Err(error),
        };
        let mut harness = AsyncMigrationHarness::new(connection);
        tries += 1;
        match harness.run_pending_migrations(MIGRATIONS) {
            Ok(_) => return Ok(()),
            // Of instances that start at one time, the others wait for the first inside a migration and then cannot record
            // it again: by then it is done, which the next try finds out.
            Err(_) if tries < TRIES => {}
            Err(error) => return Err(StoreError::Broken(format!("cannot make the tables: {error}"))),
        }
    }
}
