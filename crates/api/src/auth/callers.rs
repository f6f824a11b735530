//! The process's memory of callers.

use std::time::Duration;

use repolens_core::settings::{GithubApp, SignIn};
use repolens_core::store::{KeyUse, Person, WebSession};

use super::cache::Remembered;
use super::github::Github;
use super::token::FrontendSecrets;

/// The known callers: one for the whole process.
pub struct Callers {
    pub(super) secrets: FrontendSecrets,
    pub github: Github,
    /// The OAuth application that visitors of the pages sign in with.
    pub github_app: Option<GithubApp>,
    /// API keys that were read lately, by their hashes.
    pub(super) keys: Remembered<KeyUse>,
    /// Users that tokens of the front end named lately, by hashes of their names there.
    pub(super) people: Remembered<Person>,
    /// Sessions of the pages that were read lately, by hashes of their tokens.
    pub(super) sessions: Remembered<WebSession>,
}

/// The time for which a key that is deleted at another instance is still accepted.
const KEY_MEMORY: Duration = Duration::from_secs(60);

/// For so long a user is remembered under the name in the front end's tokens.
const PERSON_MEMORY: Duration = Duration::from_secs(5 * 60);

impl Callers {
    pub fn new(settings: &SignIn) -> Result<Self, reqwest::Error> {
        if settings.nextauth_secrets.is_empty() {
            tracing::info!("`NEXTAUTH_SECRET` is not set: sessions and tokens of the front end are not taken");
        }
        Ok(Self {
            secrets: FrontendSecrets::new(&settings.nextauth_secrets),
            github: Github::new(settings.github_api.clone())?,
            github_app: settings.github_app.clone(),
            keys: Remembered::new(KEY_MEMORY),
            people: Remembered::new(PERSON_MEMORY),
            sessions: Remembered::new(KEY_MEMORY),
        })
    }

    /// The key was deleted.
    pub fn forget_key(&self, key_id: &str) {
        self.keys.forget(|known| known.key_id == key_id);
    }

    /// The session has ended.
    pub fn forget_session(&self, hash: &[u8; 32]) {
        self.sessions.remove(hash);
    }

    /// All sessions of the user have ended.
    pub fn forget_sessions_of(&self, user_id: &str) {
        self.sessions.forget(|known| known.user_id == user_id);
    }
}
