//! A database of a test's own.

use std::path::PathBuf;

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use repolens_core::settings::DatabaseUrl;
use repolens_core::store::Store;
use repolens_testkit::{Postgres, postgres};
use tempfile::TempDir;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// The tables that Prisma's engine makes for the older system: `facts` of that system, byte for byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prisma {
    /// NextAuth with its Prisma adapter.
    WithAdapter,
    /// NextAuth without an adapter.
    WithoutAdapter,
}

impl Prisma {
    pub const ALL: [Self; 2] = [Self::WithAdapter, Self::WithoutAdapter];

    pub fn tables(self) -> &'static str {
        match self {
            Self::WithAdapter => include_str!("../fixtures/prisma/with-adapter.sql"),
            Self::WithoutAdapter => include_str!("../fixtures/prisma/without-adapter.sql"),
        }
    }

    /// Rows in every table.
    pub fn rows(self) -> String {
        let rows = include_str!("../fixtures/prisma/rows.sql");
        match self {
            Self::WithAdapter => format!("{rows}\n{}", include_str!("../fixtures/prisma/rows-of-adapter.sql")),
            Self::WithoutAdapter => rows.to_owned(),
        }
    }
}

/// An empty database, in a folder of its own or in the shared server.
pub struct Database {
    pub kind: Kind,
    pub folder: TempDir,
    url: String,
}

impl Database {
    pub async fn new(kind: Kind) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = match kind {
            Kind::Sqlite => format!("sqlite://{}", folder.path().join("data/repolens.db").display()),
            Kind::Postgres => {
                let name = format!("t{}", uuid::Uuid::new_v4().simple());
                let server = Postgres::shared();
                postgres::run(&server.url("postgres"), &format!("CREATE DATABASE {name}")).await;
                server.url(&name)
            }
        };
        Self { kind, folder, url }
    }

    /// With the empty tables of the older system.
    pub async fn of_prisma(version: Prisma) -> Self {
        let database = Self::new(Kind::Postgres).await;
        database.run(version.tables()).await;
        database
    }

    /// At an address that is not of the shared server.
    pub fn at(url: &str) -> Self {
        Self {
            kind: Kind::Postgres,
            folder: tempfile::tempdir().expect("a temporary folder"),
            url: url.to_owned(),
        }
    }

    /// What `DATABASE_URL` says.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// More parameters at the end of the address.
    pub fn add_parameters(&mut self, parameters: &str) {
        self.url = format!("{}?{parameters}", self.url);
    }

    pub fn settings(&self) -> DatabaseUrl {
        match self.kind {
            Kind::Sqlite => DatabaseUrl::Sqlite(self.file()),
            Kind::Postgres => DatabaseUrl::Postgres(self.url.clone()),
        }
    }

    /// A store on it, with its tables made.
    pub async fn store(&self) -> Store {
        let store = Store::new(&self.settings(), None, tokio::runtime::Handle::current()).expect("a usable address");
        store.migrate().await.expect("tables are made");
        store
    }

    /// Runs statements behind the API's back.
    pub async fn run(&self, sql: &str) {
        match self.kind {
            Kind::Postgres => postgres::run(&self.url, sql).await,
            Kind::Sqlite => self.sqlite().batch_execute(sql).expect(sql),
        }
    }

    /// The text of the column `v` of each row.
    pub async fn values(&self, sql: &str) -> Vec<String> {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
            v: Option<String>,
        }
        match self.kind {
            Kind::Postgres => postgres::values(&self.url, sql).await,
            Kind::Sqlite => {
                let rows: Vec<Row> = diesel::RunQueryDsl::load(diesel::sql_query(sql), &mut self.sqlite()).expect(sql);
                rows.into_iter()
                    .map(|row| row.v.unwrap_or_else(|| "NULL".to_owned()))
                    .collect()
            }
        }
    }

    pub async fn value(&self, sql: &str) -> String {
        self.values(sql).await.into_iter().next().expect("a row")
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("data/repolens.db")
    }

    fn sqlite(&self) -> diesel::SqliteConnection {
        let path = self.file();
        let mut connection =
            diesel::SqliteConnection::establish(path.to_str().expect("UTF-8")).expect("the file is there");
        connection
            .batch_execute("PRAGMA busy_timeout = 5000")
            .expect("a pragma");
        connection
    }
}
