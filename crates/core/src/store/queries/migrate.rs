//! Makes or completes the tables.

use diesel::QueryableByName;
use diesel::migration::MigrationSource;
use diesel::sql_types::Text;
use diesel_async::{AsyncMigrationHarness, RunQueryDsl as _};
use diesel_migrations::MigrationHarness as _;

use super::{Backend, MIGRATIONS, Pools, alone, begin_alone, commit};
use crate::store::queries::Tries;
use crate::store::{CALL_TIMEOUT, Refusal, StoreError};

/// All steps in one transaction: all of them are made or none is, and a second instance that starts at the same time waits
/// for the first and then finds nothing left to do.
pub async fn run(pools: &Pools) -> Result<(), StoreError> {
    let mut tries = Tries::within(CALL_TIMEOUT);
    loop {
        let error = match migrate(pools, &tries).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        // Calls that only read continue until the database accepts writes again.
        let may_do_without = matches!(error, StoreError::Refused(Refusal::ReadOnly | Refusal::Rights, _));
        if may_do_without && is_complete(pools, &tries).await {
            tracing::warn!("the tables are complete, and are used as they are: {error}");
            return Ok(());
        }
        if !tries.again_after(&error).await {
            return Err(error);
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

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Whether every step has been made. `false` also where that cannot be determined.
async fn is_complete(pools: &Pools, tries: &Tries) -> bool {
    let applied = async {
        let (mut connection, _) = alone(pools, tries.left()).await?;
        begin_alone(&mut connection, pools).await?;
        let applied: Vec<Applied> = diesel::sql_query("SELECT version FROM __diesel_schema_migrations")
            .load(&mut connection)
            .await?;
        Ok::<_, StoreError>(applied)
    };
    let (Ok(applied), Ok(steps)) = (applied.await, MigrationSource::<Backend>::migrations(&MIGRATIONS)) else {
        return false;
    };
    steps.iter().all(|step| {
        let version = step.name().version().to_string();
        applied.iter().any(|applied| applied.version == version)
    })
}
