//! Calls about users. The front end's sign-in makes most of them; who comes another way first is made here.
//!
//! One person may be known by several names: the number of the account at GitHub, the id of the row in `users`, and what the
//! front end's sign-in writes into its tokens as `sub`, which is one of the two. All lead to one row.

use chrono::{DateTime, Utc};

use super::{Store, StoreError, call};

/// A person as found in the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The id of the row in `users`; the row may still be missing for a person whom a token of the front end names.
    pub id: String,
    /// Number of the account at GitHub.
    pub github_id: Option<String>,
    /// There is a row in `users`.
    pub is_stored: bool,
}

/// The row of a person, and rows that were made for the same person under another name.
#[derive(Debug)]
pub(super) struct FoundPerson {
    pub person: Person,
    pub strays: Vec<String>,
}

impl Store {
    /// The person with this account at GitHub, made on first sight: with a row of `accounts`, so that the front end's sign-in
    /// finds the same user later. `login` is the name to show.
    pub async fn github_user(&self, github_id: &str, login: &str, now: DateTime<Utc>) -> Result<Person, StoreError> {
        let found = {
            let github_id = github_id.to_owned();
            call!(self, readers, users::by_github_id(github_id))?
        };
        match found {
            Some(found) => self.united(found).await,
            None => {
                let (github_id, login) = (github_id.to_owned(), login.to_owned());
                let found = call!(self, writers, users::make_github_user(github_id, login, now))?;
                self.united(found).await
            }
        }
    }

    /// The person whom a token of the front end names as `subject`. Makes no row.
    pub async fn named_user(&self, subject: &str) -> Result<Person, StoreError> {
        let found = {
            let subject = subject.to_owned();
            call!(self, readers, users::by_subject(subject))?
        };
        self.united(found).await
    }

    /// Moves the data that was stored under another name of the person to its row.
    async fn united(&self, found: FoundPerson) -> Result<Person, StoreError> {
        let FoundPerson { person, strays } = found;
        if !strays.is_empty() {
            let id = person.id.clone();
            tracing::info!(user = id, "rows of one user under several names are put together");
            call!(self, writers, users::unite(id, strays))?;
        }
        Ok(person)
    }
}
