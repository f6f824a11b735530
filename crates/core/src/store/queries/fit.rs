//! The description of the existing tables, on PostgreSQL.

use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;

use super::Connection;
use crate::store::StoreError;
use crate::store::schema::fit::{self, FoundColumn, FoundReference};

const COLUMNS: &str = "
    SELECT table_name::text AS \"table\", column_name::text AS name,
           CASE data_type WHEN 'USER-DEFINED' THEN udt_name ELSE data_type END::text AS data_type,
           is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER' AS is_required
    FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position";

/// `information_schema` shows constraints to the tables' owner only.
const REFERENCES: &str = "
    SELECT of.relname::text AS \"table\", attribute.attname::text AS \"column\", target.relname::text AS target
    FROM pg_constraint c
      JOIN pg_class of ON of.oid = c.conrelid
      JOIN pg_class target ON target.oid = c.confrelid
      JOIN pg_attribute attribute ON attribute.attrelid = c.conrelid AND attribute.attnum = ANY (c.conkey)
    WHERE c.contype = 'f' AND of.relnamespace = current_schema()::regnamespace ORDER BY 1, 2";

const STATUSES: &str = "
    SELECT enumlabel::text AS label FROM pg_enum WHERE enumtypid = to_regtype('\"ScanStatus\"') ORDER BY enumsortorder";

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    data_type: String,
    #[diesel(sql_type = Bool)]
    is_required: bool,
}

#[derive(QueryableByName)]
struct ReferenceRow {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Text)]
    column: String,
    #[diesel(sql_type = Text)]
    target: String,
}

#[derive(QueryableByName)]
struct StatusRow {
    #[diesel(sql_type = Text)]
    label: String,
}

/// See [`crate::store::Store::misfits`].
pub async fn misfits(connection: &mut Connection) -> Result<Vec<String>, StoreError> {
    let columns: Vec<ColumnRow> = sql_query(COLUMNS).load(connection).await?;
    let references: Vec<ReferenceRow> = sql_query(REFERENCES).load(connection).await?;
    let statuses: Vec<StatusRow> = sql_query(STATUSES).load(connection).await?;
    let columns: Vec<FoundColumn> = columns
        .into_iter()
        .map(|row| FoundColumn {
            table: row.table,
            name: row.name,
            data_type: row.data_type,
            is_required: row.is_required,
        })
        .collect();
    let references: Vec<FoundReference> = references
        .into_iter()
        .map(|row| FoundReference {
            table: row.table,
            column: row.column,
            target: row.target,
        })
        .collect();
    let statuses: Vec<String> = statuses.into_iter().map(|row| row.label).collect();
    Ok(fit::misfits(&columns, &references, &statuses))
}
