//! Calls about users. The front end's sign-in makes most of them; who comes another way first is made here.

use chrono::{DateTime, Utc};

use super::{Store, StoreError, call};

impl Store {
    /// The user with this account at GitHub, made on first sight: with a row of `accounts`, so that the front end's sign-in
    /// finds the same user later. `login` is the name to show.
    pub async fn github_user(&self, github_id: &str, login: &str, now: DateTime<Utc>) -> Result<String, StoreError> {
        let github_id = github_id.to_owned();
        let known = {
            let github_id = github_id.clone();
            call!(self, readers, users::by_github_id(github_id))?
        };
        if let Some(user_id) = known {
            return Ok(user_id);
        }
        let (login, new_id) = (login.to_owned(), uuid::Uuid::new_v4().to_string());
        call!(self, writers, users::make_github_user(github_id, login, new_id, now))
    }
}
