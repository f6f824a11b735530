//! Makes or completes the tables.

use diesel_async::AsyncMigrationHarness;
use diesel_migrations::MigrationHarness as _;

use super::{Connection, MIGRATIONS};
use crate::store::StoreError;
use crate::store::connect::ManagedPool;
use crate::store::queries::Patience;

pub async fn run(pool: &ManagedPool<Connection>) -> Result<(), StoreError> {
    let mut patience = Patience::new();
    let mut again = false;
    loop {
        let connection = match pool.get().await.map_err(StoreError::from) {
            Ok(connection) => connection,
            Err(StoreError::Unavailable(cause)) if patience.lasts(&cause).await => continue,
            Err(error) => return Err(error),
        };
        let mut harness = AsyncMigrationHarness::new(connection);
        match harness.run_pending_migrations(MIGRATIONS) {
            Ok(_) => return Ok(()),
            // Of two instances that start at one time, the second waits for the first inside its own first migration and
            // then cannot record that migration again. By then nothing is left to do, which the next try finds out.
            Err(_) if !again => again = true,
            Err(error) => return Err(StoreError::Broken(format!("cannot make the tables: {error}"))),
        }
    }
}
