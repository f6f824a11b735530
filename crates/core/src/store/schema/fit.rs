//! Checks whether tables of another program fit the queries here.
//!
//! A database of the older system has most of the tables already. Where one of them differs in what matters, every write of
//! a kind would fail later, one by one; so the differences are named at the start, before anything is changed.

use std::collections::BTreeMap;

use crate::store::{Backend, Store, StoreError, call};

/// A column as the database describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct FoundColumn {
    pub table: String,
    pub name: String,
    /// As `information_schema.columns` has it; for an enum its name.
    pub data_type: String,
    /// `NOT NULL`, and nothing gives it a value by itself.
    pub is_required: bool,
}

/// A foreign key of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct FoundReference {
    pub table: String,
    pub column: String,
    pub target: String,
}

/// The requirement of the queries for a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Time,
    Json,
    Integer,
    Flag,
    Status,
}

impl Type {
    fn accepts(self, data_type: &str) -> bool {
        match self {
            Self::Text => ["text", "character varying"].contains(&data_type),
            Self::Time => data_type == "timestamp without time zone",
            Self::Json => data_type == "jsonb",
            Self::Integer => data_type == "integer",
            Self::Flag => data_type == "boolean",
            Self::Status => data_type == "ScanStatus",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Time => "timestamp without time zone",
            Self::Json => "jsonb",
            Self::Integer => "integer",
            Self::Flag => "boolean",
            Self::Status => "\"ScanStatus\"",
        }
    }
}

/// A table of the older system, as far as the queries use it.
struct Known {
    table: &'static str,
    /// Its columns that no migration adds.
    columns: &'static [(&'static str, Type)],
    /// The columns that each INSERT into it gives a value.
    written: &'static [&'static str],
}

const KNOWN: &[Known] = &[
    Known {
        table: "users",
        columns: &[
            ("id", Type::Text),
            ("email", Type::Text),
            ("name", Type::Text),
            ("createdAt", Type::Time),
            ("updatedAt", Type::Time),
            ("githubId", Type::Text),
        ],
        written: &["id", "email", "createdAt", "updatedAt"],
    },
    Known {
        table: "accounts",
        columns: &[
            ("id", Type::Text),
            ("userId", Type::Text),
            ("type", Type::Text),
            ("provider", Type::Text),
            ("providerAccountId", Type::Text),
        ],
        written: &["id", "userId", "type", "provider", "providerAccountId"],
    },
    Known {
        table: "repositories",
        columns: &[
            ("id", Type::Text),
            ("fullName", Type::Text),
            ("url", Type::Text),
            ("description", Type::Text),
            ("stars", Type::Integer),
            ("language", Type::Text),
            ("isPrivate", Type::Flag),
            ("lastScanId", Type::Text),
            ("lastScannedAt", Type::Time),
            ("createdAt", Type::Time),
            ("updatedAt", Type::Time),
        ],
        written: &["id", "fullName", "url", "stars", "isPrivate", "createdAt", "updatedAt"],
    },
    Known {
        table: "scans",
        columns: &[
            ("id", Type::Text),
            ("userId", Type::Text),
            ("repositoryId", Type::Text),
            ("repoUrl", Type::Text),
            ("branch", Type::Text),
            ("status", Type::Status),
            ("isPrivate", Type::Flag),
            ("results", Type::Json),
            ("summary", Type::Json),
            ("errorMessage", Type::Text),
            ("languageStats", Type::Json),
            ("dependencies", Type::Json),
            ("riskScores", Type::Json),
            ("readmeAnalysis", Type::Json),
            ("startedAt", Type::Time),
            ("completedAt", Type::Time),
            ("processingTime", Type::Integer),
            ("createdAt", Type::Time),
            ("updatedAt", Type::Time),
        ],
        written: &[
            "id",
            "repoUrl",
            "branch",
            "status",
            "isPrivate",
            "userId",
            "repositoryId",
            "createdAt",
            "updatedAt",
        ],
    },
    Known {
        table: "scan_versions",
        columns: &[
            ("id", Type::Text),
            ("scanId", Type::Text),
            ("versionNumber", Type::Integer),
            ("commitSha", Type::Text),
            ("results", Type::Json),
            ("riskScores", Type::Json),
            ("dependencies", Type::Json),
            ("createdAt", Type::Time),
        ],
        written: &["id", "scanId", "versionNumber", "results", "createdAt"],
    },
    Known {
        table: "favorite_repositories",
        columns: &[
            ("id", Type::Text),
            ("userId", Type::Text),
            ("repositoryId", Type::Text),
            ("createdAt", Type::Time),
        ],
        written: &["id", "userId", "repositoryId", "createdAt"],
    },
    Known {
        table: "api_keys",
        columns: &[
            ("id", Type::Text),
            ("userId", Type::Text),
            ("key", Type::Text),
            ("name", Type::Text),
            ("lastUsedAt", Type::Time),
            ("expiresAt", Type::Time),
            ("createdAt", Type::Time),
            ("updatedAt", Type::Time),
        ],
        written: &["id", "userId", "key", "name", "createdAt", "updatedAt"],
    },
];

/// The table that each column with a foreign key refers to.
const REFERENCES: [(&str, &str); 4] = [
    ("userId", "users"),
    ("repositoryId", "repositories"),
    ("scanId", "scans"),
    ("webhookId", "webhooks"),
];

/// The columns that each INSERT into a table of the older system gives a value.
pub(in crate::store) fn columns_of_inserts(table: &str) -> &'static [&'static str] {
    KNOWN
        .iter()
        .find(|known| known.table == table)
        .map_or(&[], |known| known.written)
}

impl Store {
    /// Names what of existing tables does not fit the queries, one sentence each; empty where all does, or where there are no
    /// tables yet. Changes nothing.
    ///
    /// # Errors
    /// When the database cannot be reached or refuses.
    pub async fn misfits(&self) -> Result<Vec<String>, StoreError> {
        if let Backend::Sqlite(_) = self.backend {
            // Its tables are made by the migrations alone; and a connection would change a damaged file.
            return Ok(Vec::new());
        }
        call!(self, readers, fit::misfits())
    }
}

/// The sentences for what was found. `statuses`: the labels of the enum `"ScanStatus"`, where there is one.
pub(in crate::store) fn misfits(
    columns: &[FoundColumn],
    references: &[FoundReference],
    statuses: &[String],
) -> Vec<String> {
    let mut of_tables: BTreeMap<&str, Vec<&FoundColumn>> = BTreeMap::new();
    for column in columns {
        of_tables.entry(&column.table).or_default().push(column);
    }
    let mut sentences = Vec::new();
    for known in KNOWN {
        let Some(found) = of_tables.get(known.table) else {
            continue;
        };
        for (name, wanted) in known.columns {
            match found.iter().find(|column| column.name == *name) {
                None => sentences.push(format!("`{}` has no column `{name}`", known.table)),
                Some(column) if !wanted.accepts(&column.data_type) => sentences.push(format!(
                    "`{}.{name}` is of the type {}, not {}",
                    known.table,
                    column.data_type,
                    wanted.name()
                )),
                Some(_) => {}
            }
        }
        for column in found {
            if column.is_required && !known.written.contains(&column.name.as_str()) {
                sentences.push(format!(
                    "`{}.{}` must have a value in each row (`NOT NULL` without a default), and RepoLens gives it none",
                    known.table, column.name
                ));
            }
        }
    }
    for reference in references {
        let wanted = REFERENCES.iter().find(|(column, _)| *column == reference.column);
        let ours = KNOWN.iter().any(|known| known.table == reference.table);
        if let Some((_, wanted)) = wanted
            && ours
            && *wanted != reference.target
        {
            sentences.push(format!(
                "`{}.{}` refers to the table `{}`, not to `{wanted}`",
                reference.table, reference.column, reference.target
            ));
        }
    }
    if !statuses.is_empty() {
        for status in ["QUEUED", "PROCESSING", "COMPLETED", "FAILED"] {
            if !statuses.iter().any(|found| found == status) {
                sentences.push(format!("the type `\"ScanStatus\"` has no value `{status}`"));
            }
        }
    }
    sentences
}
