//! A database of a test's own.

use std::sync::atomic::{AtomicUsize, Ordering};

use repolens_testkit::Postgres;

/// The column `v` of each row.
pub async fn postgres_values(url: &str, sql: &str) -> Vec<String> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .expect("the server answers");
    // It ends when the client is dropped.
    tokio::spawn(connection);
    let messages = client.simple_query(sql).await.expect(sql);
    messages
        .into_iter()
        .filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => Some(row.get("v").unwrap_or("NULL").to_owned()),
            _ => None,
        })
        .collect()
}

/// A new, empty database; its address.
pub async fn fresh(server: &Postgres) -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let name = format!("whole_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    server.values(&format!("CREATE DATABASE {name}")).await;
    server.url(&name)
}
