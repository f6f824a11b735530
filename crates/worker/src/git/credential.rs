//! The password of a private repository, on its way to git.
//!
//! It is a header that git adds to its requests to one origin, and reaches git as configuration in its environment
//! (`GIT_CONFIG_COUNT`): no argument, file or configuration of the clone has it, and only its own user can read a process's
//! environment.

use std::ffi::OsString;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use repolens_core::job::CloneCredential;
use repolens_core::{FailureCode, RepoUrl};
use reqwest::header::HeaderValue;
use url::Url;

use crate::failed::Failed;

/// `Authorization` for one origin.
pub(super) struct Header {
    origin: String,
    value: String,
}

impl std::fmt::Debug for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Header({}, [secret])", self.origin)
    }
}

impl Header {
    /// The header for `url`; `None` where the credential is for another origin.
    pub(super) fn new(credential: &CloneCredential, url: &RepoUrl) -> Option<Self> {
        let origin = Url::parse(url.as_str()).ok()?.origin().ascii_serialization();
        (origin == credential.origin).then(|| {
            let pair = format!("{}:{}", credential.username, credential.password);
            Self {
                origin,
                value: format!("Basic {}", STANDARD.encode(pair)),
            }
        })
    }

    /// The header for the worker's own request.
    pub(super) fn value(&self) -> Result<HeaderValue, Failed> {
        let mut value = HeaderValue::from_str(&self.value)
            .map_err(|error| Failed::new(FailureCode::CloneFailed, error.to_string()))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The header as configuration in the environment of git.
    pub(super) fn environment(&self) -> Vec<(&'static str, OsString)> {
        vec![
            ("GIT_CONFIG_COUNT", "1".into()),
            ("GIT_CONFIG_KEY_0", format!("http.{}/.extraHeader", self.origin).into()),
            ("GIT_CONFIG_VALUE_0", format!("Authorization: {}", self.value).into()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use repolens_core::UrlPolicy;

    use super::*;

    #[test]
    fn it_goes_to_its_own_origin_only() {
        let credential = CloneCredential {
            origin: "https://github.com".to_owned(),
            username: "x-access-token".to_owned(),
            password: "hunter2".to_owned(),
        };
        let header = |url: &str| {
            let url = RepoUrl::parse(url, &UrlPolicy::default()).expect("an address");
            Header::new(&credential, &url)
        };
        let own = header("https://GitHub.com/a/b.git").expect("its own origin");
        assert_eq!(own.value, "Basic eC1hY2Nlc3MtdG9rZW46aHVudGVyMg==");
        assert!(!format!("{own:?} {credential:?} {:?}", own.value()).contains("hunter2"));
        for other in [
            "http://github.com/a/b",
            "https://github.com.example.org/a/b",
            "https://www.github.com/a/b",
            "https://gitlab.com/a/b",
            "https://github.com:80/a/b",
        ] {
            assert!(header(other).is_none(), "{other}");
        }
    }
}
