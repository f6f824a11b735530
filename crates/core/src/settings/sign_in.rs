//! The settings that decide how callers are identified.

use url::Url;

use crate::Secret;
use repolens_settings::SettingsReader;

/// The party that is trusted to identify a caller.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The secrets that the front end signs with: the present one and, while it is changed, the one before. Empty: its
    /// tokens are not accepted.
    pub nextauth_secrets: Vec<Secret>,
    /// Where GitHub tokens are checked, without a slash at the end.
    pub github_api: Url,
    /// The secret that GitHub signs its webhooks with. `None`: they are not received.
    pub github_webhook_secret: Option<Secret>,
    /// The application that visitors of the pages sign in with. `None`: they cannot.
    pub github_app: Option<GithubApp>,
}

/// An OAuth application at GitHub.
#[derive(Debug, Clone)]
pub struct GithubApp {
    pub id: String,
    pub secret: Secret,
}

/// A secret that can be guessed would let any caller act as any user.
const LEAST_SECRET: usize = 32;
const LEAST_WEBHOOK_SECRET: usize = 16;

pub(super) fn read(reader: &mut SettingsReader) -> SignIn {
    SignIn {
        nextauth_secrets: nextauth_secrets(reader),
        github_api: github_api(reader),
        github_webhook_secret: webhook_secret(reader),
        github_app: github_app(reader),
    }
}

fn nextauth_secrets(reader: &mut SettingsReader) -> Vec<Secret> {
    let list = reader.get("NEXTAUTH_SECRET").unwrap_or_default().to_owned();
    let secrets: Vec<&str> = list
        .split(',')
        .map(str::trim)
        .filter(|secret| !secret.is_empty())
        .collect();
    for secret in &secrets {
        let length = secret.len();
        if length < LEAST_SECRET {
            reader.error(
                "NEXTAUTH_SECRET",
                format!(
                    "has a secret of {length} characters: expected at least {LEAST_SECRET} (`openssl rand -base64 32` makes one), the same for the front end"
                ),
            );
        }
    }
    secrets
        .into_iter()
        .map(|secret| Secret::new(secret.to_owned()))
        .collect()
}

fn github_api(reader: &mut SettingsReader) -> Url {
    let production = reader.production();
    let url = reader.parsed("GITHUB_API_URL", |value| {
        let url = Url::parse(value.trim_end_matches('/')).ok()?;
        let secure = url.scheme() == "https" || (url.scheme() == "http" && !production);
        let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        (secure && plain && url.has_host()).then_some(url)
    });
    url.expect("the table has a default")
}

fn webhook_secret(reader: &mut SettingsReader) -> Option<Secret> {
    let secret = reader.get("GITHUB_WEBHOOK_SECRET").map(str::to_owned)?;
    if secret.len() < LEAST_WEBHOOK_SECRET {
        reader.error(
            "GITHUB_WEBHOOK_SECRET",
            format!(
                "has {} characters: expected at least {LEAST_WEBHOOK_SECRET}",
                secret.len()
            ),
        );
    }
    Some(Secret::new(secret))
}

/// Both or none: one without the other is a mistake.
fn github_app(reader: &mut SettingsReader) -> Option<GithubApp> {
    let id = reader.get("GITHUB_ID").map(str::to_owned);
    let secret = reader.get("GITHUB_SECRET").map(str::to_owned);
    match (id, secret) {
        (Some(id), Some(secret)) => Some(GithubApp {
            id,
            secret: Secret::new(secret),
        }),
        (None, None) => None,
        (Some(_), None) => {
            reader.error(
                "GITHUB_SECRET",
                "is not set, but `GITHUB_ID` is: set both, or neither".to_owned(),
            );
            None
        }
        (None, Some(_)) => {
            reader.error(
                "GITHUB_ID",
                "is not set, but `GITHUB_SECRET` is: set both, or neither".to_owned(),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Checked, Component, Vars};

    fn read_from(pairs: &[(&str, &str)]) -> Checked<SignIn> {
        let vars: Vars = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut reader = SettingsReader::new(Component::Api, vars);
        let sign_in = read(&mut reader);
        reader.finish(sign_in)
    }

    #[test]
    fn there_is_no_default_secret() {
        let sign_in = read_from(&[]).settings.expect("no errors");
        assert!(sign_in.nextauth_secrets.is_empty() && sign_in.github_webhook_secret.is_none());
        assert_eq!(sign_in.github_api.as_str(), "https://api.github.com/");
    }

    #[test]
    fn an_application_has_both_its_id_and_its_secret() {
        let app = |pairs: &[(&str, &str)]| read_from(pairs).settings.map(|sign_in| sign_in.github_app.is_some());
        assert_eq!(app(&[]), Some(false));
        assert_eq!(app(&[("GITHUB_ID", "a"), ("GITHUB_SECRET", "b")]), Some(true));
        assert_eq!(app(&[("GITHUB_ID", "a")]), None);
        assert_eq!(app(&[("GITHUB_SECRET", "b")]), None);
    }

    #[test]
    fn a_list_of_secrets_is_for_a_change_of_them() {
        let (new, old) = ("n".repeat(32), "o".repeat(44));
        let sign_in = read_from(&[("NEXTAUTH_SECRET", &format!("{new}, {old}"))]);
        let secrets = sign_in.settings.expect("no errors").nextauth_secrets;
        assert!(secrets.len() == 2 && secrets[0].is(&new) && secrets[1].is(&old));
    }

    #[test]
    fn weak_secrets_and_open_addresses_are_refused_without_being_shown() {
        let strong = "s".repeat(32);
        for (name, value) in [
            ("NEXTAUTH_SECRET", "fallback-secret-change-me".to_owned()),
            ("NEXTAUTH_SECRET", format!("{strong},hunter2")),
            ("GITHUB_WEBHOOK_SECRET", "hunter2".to_owned()),
            ("GITHUB_API_URL", "ftp://github.example.org".to_owned()),
            ("GITHUB_API_URL", "https://u:p@github.example.org".to_owned()),
        ] {
            let refused = read_from(&[(name, &value)]);
            assert!(refused.settings.is_none(), "{name}={value}");
            assert_eq!(refused.diagnostics[0].name, name);
            assert!(!refused.diagnostics[0].message.contains("hunter2"));
        }
        let plain = ("GITHUB_API_URL", "http://127.0.0.1:8080");
        assert!(read_from(&[plain]).settings.is_some());
        assert!(read_from(&[plain, ("NODE_ENV", "production")]).settings.is_none());
    }
}
