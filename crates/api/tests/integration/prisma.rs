//! A database that Prisma made for the older system is taken over in place.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::{Api, Database, Kind, Prisma};

mod inserts;
mod misfits;

/// The tables of one version with rows in each, and the tables' names.
async fn existing(version: Prisma) -> (Database, Vec<String>) {
    let database = Database::of_prisma(version).await;
    database.run(&version.rows()).await;
    let tables = database
        .values("SELECT tablename::text AS v FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        .await;
    (database, tables)
}

/// Columns with type and default, indexes, constraints and values of enums.
async fn shape(database: &Database) -> Vec<String> {
    database
        .values(
            "SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || coalesce(datetime_precision::text, '')
               || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS v
             FROM information_schema.columns WHERE table_schema = 'public'
             UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
             UNION ALL SELECT 'constraint ' || conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid)
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace
             UNION ALL SELECT 'enum ' || t.typname || ' ' || e.enumlabel
             FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
             ORDER BY 1",
        )
        .await
        .into_iter()
        .filter(|line| !line.contains("_prisma_migrations"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_database_keeps_all_and_becomes_equal_to_a_new_one() {
    let new = Database::new(Kind::Postgres).await;
    new.store().await;
    let of_new = shape(&new).await;
    for version in Prisma::ALL {
        let (existing, tables) = existing(version).await;
        let shape_before = shape(&existing).await;
        let mut before = Vec::new();
        for table in &tables {
            before.push(rows(&existing, table).await);
        }
        existing.store().await;
        for (table, before) in tables.iter().zip(before) {
            assert_eq!(rows(&existing, table).await, before, "{version:?} {table}");
        }
        let of_existing = shape(&existing).await;
        for line in &shape_before {
            assert!(of_existing.contains(line), "{version:?}: changed or removed: {line}");
        }
        for line in &of_existing {
            assert!(of_new.contains(line), "only {version:?} has: {line}");
        }
        // Rows that are there may not keep to it.
        let not_added = |line: &String| version == Prisma::WithoutAdapter && line.contains(" api_keys_userId_fkey ");
        for line in of_new.iter().filter(|line| !not_added(line)) {
            assert!(of_existing.contains(line), "{version:?} has not: {line}");
        }
        // Again: nothing happens.
        existing.store().await;
        assert_eq!(shape(&existing).await, of_existing);
    }
}

/// Each table and column that the first start adds is named in the guide, and nothing else is said to be added.
#[tokio::test(flavor = "multi_thread")]
async fn the_guide_names_what_is_added() {
    let guide = include_str!("../../../../docs/migrate.md");
    let section = guide.split("## What the first start adds").nth(1).expect("the section");
    let section = section.split("\n## ").next().expect("its text");
    let named: BTreeSet<&str> = section.split('`').skip(1).step_by(2).collect();
    let mut added = BTreeSet::new();
    for version in Prisma::ALL {
        let (existing, tables) = existing(version).await;
        let before: BTreeSet<String> = columns(&existing).await.into_iter().collect();
        existing.store().await;
        for column in columns(&existing).await {
            let (table, name) = column.split_once('.').expect("a dot");
            if !tables.iter().any(|known| known == table) {
                added.insert(table.to_owned());
            } else if !before.contains(&column) {
                added.insert(name.to_owned());
            }
        }
    }
    for name in &added {
        assert!(named.contains(name.as_str()), "the guide does not name `{name}`");
    }
    let kept = [
        "scans",
        "users",
        "\"ScanStatus\"",
        "CANCELLED",
        "CREATE … IF NOT EXISTS",
        "ADD … IF NOT EXISTS",
        "crates/api/tests/integration/prisma.rs",
    ];
    for name in named {
        assert!(added.contains(name) || kept.contains(&name), "`{name}` is not added");
    }
}

/// `table.column`.
async fn columns(database: &Database) -> Vec<String> {
    database
        .values(
            "SELECT table_name || '.' || column_name AS v FROM information_schema.columns WHERE table_schema = 'public'",
        )
        .await
}

/// All rows as JSON, without the columns that are ours.
async fn rows(database: &Database, table: &str) -> Vec<String> {
    let ours = "'attempts', 'leaseToken', 'leaseUntil', 'workerId', 'progress', 'stage', 'commitSha', 'errorCode', \
                'requestId', 'cancelAsked', 'clientKey', 'idempotencyKey', 'idempotencyHash', 'queueTurn', \
                'analyserVersion', 'cachedFrom', 'forced', 'branchRequested', 'branchNote', \
                'cancelTokens'";
    let sql = match table {
        "scans" => format!("SELECT (to_jsonb(t) - ARRAY[{ours}])::text AS v FROM scans t ORDER BY 1"),
        "users" => "SELECT (to_jsonb(t) - 'emailVerified')::text AS v FROM users t ORDER BY 1".to_owned(),
        table => format!("SELECT to_jsonb(t)::text AS v FROM {table} t ORDER BY 1"),
    };
    let rows = database.values(&sql).await;
    assert!(!rows.is_empty(), "{table} has rows");
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn old_scans_are_served_and_unfinished_ones_are_done() {
    for version in Prisma::ALL {
        served_and_done(version).await;
    }
}

async fn served_and_done(version: Prisma) {
    let (database, _) = existing(version).await;
    let api = Api::start(&database);
    let (status, results) = api.get("/api/scan/clx8f2k9a0000v5h4/results").await;
    assert_eq!(status, 200);
    assert_eq!(
        results["results"],
        json!({ "languages": { "primary": "python" }, "note": "ä ☃" })
    );
    assert_eq!(results["createdAt"], "2026-01-22T18:04:00.500Z");
    let (_, scan) = api.get("/api/scan/clx8f2k9a0000v5h4").await;
    assert_eq!((&scan["status"], &scan["progress"]), (&json!("completed"), &json!(100)));
    let (_, failed) = api.get("/api/scan/clx-failed").await;
    assert!(failed["error"].is_string(), "a reason is always told");

    // The older system's worker held one when it ended; it has no lease. Both unfinished ones are handed out.
    let mut taken = [api.claim().await, api.claim().await];
    taken.sort();
    assert_eq!(
        (taken[0].0.as_str(), taken[1].0.as_str()),
        ("clx-processing", "clx-queued")
    );
    for (id, lease) in taken {
        let report = json!({ "status": "completed", "results": { "new": true } });
        let (status, answer) = api.report(&id, &lease, report).await;
        assert_eq!(status, 200, "{version:?}: {answer}\n{}", api.log());
    }
    let (_, results) = api.get("/api/scan/clx-processing/results").await;
    assert_eq!(
        (&results["branch"], &results["results"]),
        (&json!("develop"), &json!({ "new": true }))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_in_a_schema_of_their_own() {
    let mut database = Database::new(Kind::Postgres).await;
    let (tables, rows) = (Prisma::WithAdapter.tables(), Prisma::WithAdapter.rows());
    database.run("CREATE SCHEMA \"own\"").await;
    database
        .run(&format!("SET search_path TO \"own\"; {tables}\n{rows}"))
        .await;
    database.add_parameters("schema=own&connection_limit=5&pool_timeout=0");
    let api = Api::start(&database);
    assert!(
        api.logged("connection_limit"),
        "what is left out is named: {}",
        api.log()
    );
    assert_eq!(api.get("/api/scan/clx8f2k9a0000v5h4").await.0, 200);
}
