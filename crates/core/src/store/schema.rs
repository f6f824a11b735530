//! The tables, for both databases. The migrations make them; a test compares.

pub(in crate::store) mod columns;
pub(in crate::store) mod fit;

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

/// The column type of a scan's status: an enum on PostgreSQL, text on SQLite.
#[derive(Debug, Clone, Copy, diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "ScanStatus"))]
#[diesel(sqlite_type(name = "Text"))]
pub struct ScanStatusColumn;

table! {
    users (id) {
        id -> Text,
        email -> Text,
        name -> Nullable<Text>,
        #[sql_name = "emailVerified"]
        email_verified -> Nullable<Timestamp>,
        image -> Nullable<Text>,
        #[sql_name = "createdAt"]
        created_at -> Timestamp,
        #[sql_name = "updatedAt"]
        updated_at -> Timestamp,
        #[sql_name = "githubId"]
        github_id -> Nullable<Text>,
        #[sql_name = "githubToken"]
        github_token -> Nullable<Text>,
        #[sql_name = "tokenExpiry"]
        token_expiry -> Nullable<Timestamp>,
    }
}

table! {
    /// How users sign in at the front end, which writes most of these rows.
    accounts (id) {
        id -> Text,
        #[sql_name = "userId"]
        user_id -> Text,
        #[sql_name = "type"]
        kind -> Text,
        provider -> Text,
        #[sql_name = "providerAccountId"]
        provider_account_id -> Text,
    }
}

table! {
    api_keys (id) {
        id -> Text,
        #[sql_name = "userId"]
        user_id -> Text,
        /// A hash of the key: see `crate::store::keys`.
        #[sql_name = "key"]
        hash -> Text,
        name -> Text,
        #[sql_name = "lastUsedAt"]
        last_used_at -> Nullable<Timestamp>,
        #[sql_name = "expiresAt"]
        expires_at -> Nullable<Timestamp>,
        #[sql_name = "createdAt"]
        created_at -> Timestamp,
        #[sql_name = "updatedAt"]
        updated_at -> Timestamp,
    }
}

table! {
    repositories (id) {
        id -> Text,
        #[sql_name = "fullName"]
        full_name -> Text,
        url -> Text,
        description -> Nullable<Text>,
        stars -> Integer,
        language -> Nullable<Text>,
        #[sql_name = "isPrivate"]
        is_private -> Bool,
        #[sql_name = "lastScanId"]
        last_scan_id -> Nullable<Text>,
        #[sql_name = "lastScannedAt"]
        last_scanned_at -> Nullable<Timestamp>,
        #[sql_name = "createdAt"]
        created_at -> Timestamp,
        #[sql_name = "updatedAt"]
        updated_at -> Timestamp,
    }
}

table! {
    favorite_repositories (id) {
        id -> Text,
        #[sql_name = "userId"]
        user_id -> Text,
        #[sql_name = "repositoryId"]
        repository_id -> Text,
        #[sql_name = "createdAt"]
        created_at -> Timestamp,
    }
}

table! {
    webhooks (id) {
        id -> Text,
        #[sql_name = "userId"]
        user_id -> Text,
        url -> Text,
        /// Their names, with commas between.
        events -> Text,
        /// As bytes it signs with, so it cannot be a hash.
        secret -> Text,
        /// How the latest attempt ended.
        #[sql_name = "lastStatus"]
        last_status -> Nullable<Text>,
        #[sql_name = "lastAttemptAt"]
        last_attempt_at -> Nullable<Timestamp>,
        #[sql_name = "createdAt"]
        created_at -> Timestamp,
    }
}

table! {
    /// Pending deliveries: a row is deleted when it is delivered or given up.
    webhook_deliveries (id) {
        id -> Text,
        #[sql_name = "webhookId"]
        webhook_id -> Text,
        #[sql_name = "scanId"]
        scan_id -> Text,
        attempts -> Integer,
        #[sql_name = "nextAttemptAt"]
        next_attempt_at -> Timestamp,
    }
}

table! {
    use diesel::sql_types::*;
    use super::ScanStatusColumn;

    scans (id) {
        id -> Text,
        #[sql_name = "userId"]
        user_id -> Nullable<Text>,
        #[sql_name = "repositoryId"]
        repository_id -> Nullable<Text>,
        #[sql_name = "repoUrl"]
        repo_url -> Text,
        /// Empty: the remote's default branch, whose name is known when the scan is complete.
        branch -> Text,
        status -> ScanStatusColumn,
        #[sql_name = "isPrivate"]
        is_private -> Bool,
        /// The report of a scan that the older system made; ours are in `scan_reports`.
        results -> Nullable<Jsonb>,
        #[sql_name = "errorMessage"]
        error_message -> Nullable<Text>,
        #[sql_name = "startedAt"]
        started_at -> Nullable<Timestamp>,
        #[sql_name = "completedAt"]
        completed_at -> Nullable<Timestamp>,
        #[sql_name = "processingTime"]
        processing_time -> Nullable<Integer>,
        #[sql_name = "createdAt"]
        created_at -> Timestamp,
        #[sql_name = "updatedAt"]
        updated_at -> Timestamp,
        attempts -> Integer,
        /// Whose the job is. It stays when the scan ends, so that a repeated report is known as one.
        #[sql_name = "leaseToken"]
        lease_token -> Nullable<Text>,
        #[sql_name = "leaseUntil"]
        lease_until -> Nullable<Timestamp>,
        #[sql_name = "workerId"]
        worker_id -> Nullable<Text>,
        progress -> Integer,
        stage -> Nullable<Text>,
        #[sql_name = "commitSha"]
        commit_sha -> Nullable<Text>,
        #[sql_name = "errorCode"]
        error_code -> Nullable<Text>,
        #[sql_name = "requestId"]
        request_id -> Nullable<Text>,
        #[sql_name = "cancelAsked"]
        cancel_asked -> Bool,
        #[sql_name = "clientKey"]
        client_key -> Nullable<Text>,
        #[sql_name = "idempotencyKey"]
        idempotency_key -> Nullable<Text>,
        #[sql_name = "idempotencyHash"]
        idempotency_hash -> Nullable<Text>,
        /// The round in which it is taken: see `crate::store::queue`.
        #[sql_name = "queueTurn"]
        queue_turn -> Integer,
        /// The scan whose report this one was answered with.
        #[sql_name = "cachedFrom"]
        cached_from -> Nullable<Text>,
        /// The branch that was requested, where another one was analyzed.
        #[sql_name = "branchRequested"]
        branch_requested -> Nullable<Text>,
        /// The code of a `BranchNote`.
        #[sql_name = "branchNote"]
        branch_note -> Nullable<Text>,
    }
}

table! {
    use diesel::sql_types::*;
    use super::ScanStatusColumn;

    /// More columns of `scans`, apart because a table of diesel's has at most 32. A query names one of the two.
    #[sql_name = "scans"]
    scan_columns (id) {
        id -> Text,
        status -> ScanStatusColumn,
        #[sql_name = "leaseToken"]
        lease_token -> Nullable<Text>,
        #[sql_name = "analyserVersion"]
        analyser_version -> Nullable<Text>,
        /// Analyze, whatever is stored of the same commit.
        forced -> Bool,
        /// SHA-256 of the tokens by which guests who submitted it may cancel it, comma-separated.
        #[sql_name = "cancelTokens"]
        cancel_tokens -> Nullable<Text>,
        #[sql_name = "riskScores"]
        risk_scores -> Nullable<Jsonb>,
        #[sql_name = "readmeAnalysis"]
        readme_analysis -> Nullable<Jsonb>,
        #[sql_name = "languageStats"]
        language_stats -> Nullable<Jsonb>,
        dependencies -> Nullable<Jsonb>,
        /// See `crate::store::headline`.
        summary -> Nullable<Jsonb>,
    }
}

table! {
    scan_versions (id) {
        id -> Text,
        #[sql_name = "scanId"]
        scan_id -> Text,
        #[sql_name = "versionNumber"]
        version_number -> Integer,
        #[sql_name = "commitSha"]
        commit_sha -> Nullable<Text>,
        /// The figures of the report, in its shape; the report itself is in `scan_reports`.
        results -> Jsonb,
        #[sql_name = "riskScores"]
        risk_scores -> Nullable<Jsonb>,
        dependencies -> Nullable<Jsonb>,
        #[sql_name = "createdAt"]
        created_at -> Timestamp,
    }
}

table! {
    scan_reports (scan_id) {
        #[sql_name = "scanId"]
        scan_id -> Text,
        /// The encoding of `bytes`; see `crate::store::report`.
        encoding -> Text,
        bytes -> Binary,
        #[sql_name = "plainSize"]
        plain_size -> BigInt,
        crc32 -> BigInt,
        sha256 -> Text,
        #[sql_name = "createdAt"]
        created_at -> Timestamp,
        /// Where its members are, as JSON: see `crate::store::members`.
        members -> Nullable<Text>,
    }
}

table! {
    /// Sessions of the pages; `id` is a hash of the session's token.
    web_sessions (id) {
        id -> Text,
        #[sql_name = "userId"]
        user_id -> Text,
        #[sql_name = "sealedToken"]
        sealed_token -> Nullable<Text>,
        #[sql_name = "createdAt"]
        created_at -> Timestamp,
        #[sql_name = "expiresAt"]
        expires_at -> Timestamp,
    }
}

table! {
    scan_explanations (id) {
        id -> Text,
        #[sql_name = "scanId"]
        scan_id -> Text,
        /// An `ExplanationTarget` as JSON.
        target -> Text,
        /// `queued`, `running`, `done` or `failed`.
        state -> Text,
        #[sql_name = "withSource"]
        with_source -> Bool,
        /// Of the worker that writes it. It stays, so that a repeated result is known as one.
        #[sql_name = "leaseToken"]
        lease_token -> Nullable<Text>,
        #[sql_name = "leaseUntil"]
        lease_until -> Nullable<Timestamp>,
        /// `Explanations` as JSON.
        result -> Nullable<Text>,
        failure -> Nullable<Text>,
        #[sql_name = "createdAt"]
        created_at -> Timestamp,
        #[sql_name = "updatedAt"]
        updated_at -> Timestamp,
    }
}

joinable!(web_sessions -> users (user_id));
joinable!(scan_explanations -> scans (scan_id));
joinable!(scan_reports -> scans (scan_id));
joinable!(scan_versions -> scans (scan_id));
joinable!(scans -> repositories (repository_id));
joinable!(scans -> users (user_id));
joinable!(favorite_repositories -> repositories (repository_id));
joinable!(webhook_deliveries -> webhooks (webhook_id));
joinable!(webhook_deliveries -> scans (scan_id));
allow_tables_to_appear_in_same_query!(favorite_repositories, repositories);
allow_tables_to_appear_in_same_query!(webhook_deliveries, webhooks, scans);
allow_tables_to_appear_in_same_query!(scans, scan_reports, users, repositories, scan_versions);
allow_tables_to_appear_in_same_query!(users, accounts, api_keys);
allow_tables_to_appear_in_same_query!(web_sessions, users);
allow_tables_to_appear_in_same_query!(scan_explanations, scans);

/// `table.column` of every column above.
pub(super) fn columns() -> Vec<String> {
    use diesel::Table as _;
    macro_rules! names {
        ($($table:ident),*) => {
            [$(diesel::debug_query::<diesel::sqlite::Sqlite, _>(&$table::table.select($table::table::all_columns())).to_string()),*]
        };
    }
    use diesel::QueryDsl as _;
    let queries = names!(
        scans,
        scan_columns,
        scan_versions,
        scan_reports,
        users,
        accounts,
        api_keys,
        repositories,
        favorite_repositories,
        webhooks,
        webhook_deliveries,
        web_sessions,
        scan_explanations
    );
    queries
        .iter()
        .filter_map(|query| query.strip_prefix("SELECT ")?.split(" FROM ").next())
        .flat_map(|list| list.split(", "))
        .map(str::to_owned)
        .collect()
}
