//! The two databases have the same tables and columns, and those that the queries are compiled for.

use std::collections::BTreeSet;

use crate::support::{Database, Kind};

/// `table.column`, of our tables.
async fn columns(database: &Database) -> BTreeSet<String> {
    let sql = match database.kind {
        Kind::Postgres => {
            "SELECT table_name || '.' || column_name AS v FROM information_schema.columns WHERE table_schema = 'public'"
        }
        Kind::Sqlite => {
            "SELECT m.name || '.' || c.name AS v FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
        }
    };
    let columns = database.values(sql).await;
    columns
        .into_iter()
        .filter(|column| !column.starts_with("__diesel"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_have_the_same_columns() {
    let sqlite = Database::new(Kind::Sqlite).await;
    let postgres = Database::new(Kind::Postgres).await;
    sqlite.store().await;
    postgres.store().await;
    let (of_sqlite, of_postgres) = (columns(&sqlite).await, columns(&postgres).await);
    assert_eq!(of_sqlite, of_postgres);
    assert!(of_sqlite.contains("scans.leaseUntil") && of_sqlite.contains("scan_reports.bytes"));
    // What the queries name is there.
    let named: BTreeSet<String> = repolens_core::store::columns_of_queries()
        .into_iter()
        .map(|column| column.replace(['"', '`'], ""))
        .collect();
    let missing: Vec<_> = named.difference(&of_sqlite).collect();
    assert!(missing.is_empty() && named.len() > 40, "{missing:?}");
}
