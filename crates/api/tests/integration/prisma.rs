//! A database that Prisma made for the older system is taken over in place.

use serde_json::json;

use crate::support::{Api, Database, Kind};

const FIXTURE: &str = include_str!("fixtures/prisma.sql");

const TABLES: [&str; 9] = [
    "users",
    "accounts",
    "sessions",
    "verification_tokens",
    "repositories",
    "scans",
    "scan_versions",
    "favorite_repositories",
    "api_keys",
];

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
    let existing = Database::new(Kind::Postgres).await;
    existing.run(FIXTURE).await;
    let mut before = Vec::new();
    for table in TABLES {
        before.push(rows(&existing, table).await);
    }
    existing.store().await;
    for (table, before) in TABLES.into_iter().zip(before) {
        assert_eq!(rows(&existing, table).await, before, "{table}");
    }
    // Again: nothing happens.
    existing.store().await;

    let new = Database::new(Kind::Postgres).await;
    new.store().await;
    let (of_existing, of_new) = (shape(&existing).await, shape(&new).await);
    for line in &of_existing {
        assert!(of_new.contains(line), "only the existing database has: {line}");
    }
    for line in &of_new {
        assert!(of_existing.contains(line), "only the new database has: {line}");
    }
}

/// All rows as JSON, without the columns that are ours.
async fn rows(database: &Database, table: &str) -> Vec<String> {
    let ours = "'attempts', 'leaseToken', 'leaseUntil', 'workerId', 'progress', 'stage', 'commitSha', 'errorCode', \
                'requestId', 'cancelAsked', 'clientKey', 'idempotencyKey', 'idempotencyHash', 'queueTurn', \
                'analyserVersion', 'cachedFrom', 'forced', 'branchRequested', 'branchNote'";
    let sql = match table {
        "scans" => format!("SELECT (to_jsonb(t) - ARRAY[{ours}])::text AS v FROM scans t ORDER BY 1"),
        table => format!("SELECT to_jsonb(t)::text AS v FROM {table} t ORDER BY 1"),
    };
    let rows = database.values(&sql).await;
    assert!(!rows.is_empty(), "{table} has rows");
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn old_scans_are_served_and_unfinished_ones_are_done() {
    let database = Database::new(Kind::Postgres).await;
    database.run(FIXTURE).await;
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
        assert_eq!(api.report(&id, &lease, report).await.0, 200);
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
    database.run("CREATE SCHEMA \"own\"").await;
    database.run(&format!("SET search_path TO \"own\"; {FIXTURE}")).await;
    database.add_parameters("schema=own&connection_limit=5&pool_timeout=0");
    let api = Api::start(&database);
    assert!(
        api.logged("connection_limit"),
        "what is left out is named: {}",
        api.log()
    );
    assert_eq!(api.get("/api/scan/clx8f2k9a0000v5h4").await.0, 200);
}
