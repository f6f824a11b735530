//! What the tests start: databases and the API's own process.
//!
//! Everything is made in temporary folders and on free ports, so that two runs at a time do not meet.

mod api;
mod database;
pub mod github;
pub mod people;

use std::time::{Duration, Instant};

pub use api::{Api, TOKEN, answer, command};
pub use database::{Database, Kind, Prisma};
pub use repolens_testkit::postgres::PASSWORD;
pub use repolens_testkit::{Postgres, free_port, http as http_server, tls_front};

/// How long anything may take before a test says that it does not happen.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Asks until the answer is there.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let until = Instant::now() + DEADLINE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < until, "it does not happen: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Makes a test of each function for both databases: `both! { name, … }`.
#[macro_export]
macro_rules! both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::support::Database::new($crate::support::Kind::Sqlite).await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::support::Database::new($crate::support::Kind::Postgres).await).await;
            })*
        }
    };
}

/// The same on the tables that Prisma made too, for what writes.
#[macro_export]
macro_rules! every_database {
    ($($name:ident),* $(,)?) => {
        $crate::both! { $($name),* }
        mod prisma_with_adapter {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let version = $crate::support::Prisma::WithAdapter;
                super::$name($crate::support::Database::of_prisma(version).await).await;
            })*
        }
        mod prisma_without_adapter {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let version = $crate::support::Prisma::WithoutAdapter;
                super::$name($crate::support::Database::of_prisma(version).await).await;
            })*
        }
    };
}
