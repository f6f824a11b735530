//! What a database lists about itself.

/// Tables in which a database lists its own tables, users and types.
pub fn reads_catalog(text: &str) -> bool {
    const TABLES: &[&str] = &[
        "information_schema",
        "pg_catalog",
        "pg_class",
        "pg_constraint",
        "pg_database",
        "pg_attribute",
        "pg_index",
        "pg_indexes",
        "pg_namespace",
        "pg_tables",
        "pg_views",
        "pg_type",
        "pg_enum",
        "pg_proc",
        "pg_roles",
        "pg_user",
        "pg_settings",
        "pg_sequences",
        "pg_stat_activity",
        "sqlite_master",
        "sqlite_schema",
        "sqlite_sequence",
        "sqlite_temp_master",
        "sysobjects",
        "syscolumns",
        "sysindexes",
        "all_tables",
        "all_tab_columns",
        "all_constraints",
        "all_indexes",
        "user_tables",
        "user_tab_columns",
        "user_tab_cols",
        "all_tab_cols",
        "user_constraints",
        "user_cons_columns",
        "user_indexes",
        "user_sequences",
        "global_name",
    ];
    let lower = text.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$');
    let is_system_schema = ["\"sys\".", "[sys].", "`sys`.", " sys.", "rdb$"]
        .iter()
        .any(|schema| lower.contains(schema));
    lower.trim_start().starts_with("select") && (is_system_schema || words.any(|word| TABLES.contains(&word)))
}
