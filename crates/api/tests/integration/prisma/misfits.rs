//! Tables that do not fit are named at the start, and nothing is changed of them.

use super::shape;
use crate::support::{Api, Database, Kind, Prisma, command, free_port};

/// A later version of the older system signs in by better-auth, whose table of users has another name.
fn version_c() -> String {
    Prisma::WithAdapter
        .tables()
        .replace("CREATE TABLE \"users\"", "CREATE TABLE \"user\"")
        .replace("REFERENCES \"users\"", "REFERENCES \"user\"")
        .replace("ON \"users\"", "ON \"user\"")
}

async fn start(database: &Database) -> (Option<i32>, String) {
    let mut api = Api::spawn(database, free_port(), &[]);
    let status = api.wait();
    // The log is read to its end.
    assert!(!api.logged("nothing says this"));
    (status.code(), api.log())
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_better_auth_are_refused_and_stay_as_they_are() {
    let database = Database::new(Kind::Postgres).await;
    database.run(&version_c()).await;
    let before = shape(&database).await;
    let (code, log) = start(&database).await;
    assert_eq!(code, Some(78), "{log}");
    for sentence in [
        "`scans.userId` refers to the table `user`, not to `users`",
        "`favorite_repositories.userId` refers to the table `user`, not to `users`",
        "`api_keys.userId` refers to the table `user`, not to `users`",
        "Nothing was changed",
    ] {
        assert!(log.contains(sentence), "{sentence}: {log}");
    }
    assert_eq!(shape(&database).await, before);

    // `check` says the same, in its form.
    let output = command(database.folder.path())
        .args(["check", "--connect"])
        .env("DATABASE_URL", database.url())
        .output()
        .expect("it runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(78), "{text}");
    assert!(
        text.contains("`scans.userId` refers to the table `user`, not to `users`"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn other_differences_are_named_too() {
    for version in Prisma::ALL {
        let database = Database::of_prisma(version).await;
        for (change, sentence) in [
            (
                "ALTER TABLE scans ADD COLUMN tenant text NOT NULL",
                "`scans.tenant` must have a value in each row",
            ),
            (
                "ALTER TABLE repositories DROP COLUMN stars",
                "`repositories` has no column `stars`",
            ),
            (
                "ALTER TABLE scan_versions ALTER COLUMN results TYPE text USING results::text",
                "`scan_versions.results` is of the type text, not jsonb",
            ),
            (
                "ALTER TYPE \"ScanStatus\" RENAME VALUE 'FAILED' TO 'BROKEN'",
                "no value `FAILED`",
            ),
        ] {
            database.run(change).await;
            let (code, log) = start(&database).await;
            assert_eq!(code, Some(78), "{log}");
            assert!(log.contains(sentence), "{sentence}: {log}");
        }
    }
}

/// What makes no difference is no reason to refuse.
#[tokio::test(flavor = "multi_thread")]
async fn additions_that_cost_nothing_are_taken() {
    let database = Database::of_prisma(Prisma::WithAdapter).await;
    database
        .run(
            "ALTER TABLE scans ADD COLUMN note text; ALTER TABLE scans ADD COLUMN kind text NOT NULL DEFAULT 'x';
             ALTER TABLE users ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;
             ALTER TABLE users ALTER COLUMN name TYPE varchar(200); CREATE TABLE \"user\" (id text PRIMARY KEY)",
        )
        .await;
    let api = Api::start(&database);
    api.submit().await;
}
