//! Repositories, under which scans are kept together.

pub(super) mod history;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::schema::repositories;

/// A repository as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    pub id: String,
    /// `owner/name` on github.com, `host/owner/name` elsewhere.
    pub full_name: String,
    pub url: String,
    pub description: Option<String>,
    /// 0 where they were never read.
    pub stars: i32,
    /// The main language of its newest scan.
    pub language: Option<String>,
    /// Its last scan used a user's token.
    pub is_private: bool,
    /// The newest complete scan that all may see.
    pub last_scan_id: Option<String>,
    pub last_scanned_at: Option<DateTime<Utc>>,
}

impl Repository {
    /// The last part of its path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.full_name.rsplit('/').next().unwrap_or_default()
    }

    /// The part before the name: a user, an organization, or groups with `/` between. Empty where there is none.
    #[must_use]
    pub fn owner(&self) -> &str {
        let Some((before, _)) = self.full_name.rsplit_once('/') else {
            return "";
        };
        // Names at github.com do without the host.
        let host = self.url.split_once("://").and_then(|(_, rest)| rest.split('/').next());
        match host.and_then(|host| before.strip_prefix(host)) {
            Some("") => "",
            Some(rest) => rest.strip_prefix('/').unwrap_or(before),
            None => before,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = repositories)]
pub(super) struct RepositoryRow {
    id: String,
    full_name: String,
    url: String,
    description: Option<String>,
    stars: i32,
    language: Option<String>,
    is_private: bool,
    last_scan_id: Option<String>,
    last_scanned_at: Option<NaiveDateTime>,
}

impl From<RepositoryRow> for Repository {
    fn from(row: RepositoryRow) -> Self {
        Self {
            id: row.id,
            full_name: row.full_name,
            url: row.url,
            description: row.description,
            stars: row.stars,
            language: row.language,
            is_private: row.is_private,
            last_scan_id: row.last_scan_id,
            last_scanned_at: row.last_scanned_at.map(|time| time.and_utc()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_and_name() {
        for (full_name, url, owner, name) in [
            ("psf/requests", "https://github.com/psf/requests", "psf", "requests"),
            ("gitlab.com/a/b/c", "https://gitlab.com/a/b/c.git", "a/b", "c"),
            ("git.example.org/c", "https://git.example.org/c", "", "c"),
            ("example.org:8080/a/c", "http://example.org:8080/a/c", "a", "c"),
            ("file/srv/git/c", "file:///srv/git/c.git", "file/srv/git", "c"),
            ("alone", "https://example.org/alone", "", "alone"),
        ] {
            let repository = Repository {
                id: String::new(),
                full_name: full_name.to_owned(),
                url: url.to_owned(),
                description: None,
                stars: 0,
                language: None,
                is_private: false,
                last_scan_id: None,
                last_scanned_at: None,
            };
            assert_eq!((repository.owner(), repository.name()), (owner, name), "{full_name}");
        }
    }
}
