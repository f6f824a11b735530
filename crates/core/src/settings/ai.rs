//! The settings of the explanations that a language model writes.

use std::time::Duration;

use url::{Host, Url};

use super::SettingsReader;
use crate::Secret;

/// Which providers are asked, in their order. Without one, explanations are made without a model.
#[derive(Debug, Clone, Default)]
pub struct AiSettings {
    pub providers: Vec<AiProvider>,
    /// For one text, with all that is tried again.
    pub timeout: Duration,
    /// Source code may be sent where the caller agrees.
    pub may_send_source: bool,
}

/// One provider with its key.
#[derive(Debug, Clone)]
pub struct AiProvider {
    pub kind: ProviderKind,
    pub base_url: Url,
    pub key: Option<Secret>,
    /// Tried one after the other.
    pub models: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderKind {
    OpenAiCompatible,
    OpenRouter,
    Gemini,
}

impl ProviderKind {
    /// In the order in which they are tried.
    pub const ALL: [Self; 3] = [Self::OpenAiCompatible, Self::OpenRouter, Self::Gemini];

    /// Its name in settings, reports and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAiCompatible => "openai-compatible",
            Self::OpenRouter => "openrouter",
            Self::Gemini => "gemini",
        }
    }
}

/// OpenRouter's own choice among the models that cost nothing; the last one that is tried.
const FREE_ROUTER: &str = "openrouter/free";

/// The longest `AI_TIMEOUT`.
pub const LONGEST_AI_TIMEOUT: Duration = Duration::from_secs(3_600);

/// Whether source code may be sent to a model.
pub fn may_send_source(reader: &mut SettingsReader) -> bool {
    reader.choice("AI_SOURCE") != Some("never")
}

impl AiSettings {
    pub(super) fn read(reader: &mut SettingsReader) -> Self {
        let timeout = reader.duration("AI_TIMEOUT").expect("the table has a default");
        if timeout > LONGEST_AI_TIMEOUT {
            reader.error("AI_TIMEOUT", "is at most 1h");
        }
        let may_send_source = may_send_source(reader);
        let mut found: Vec<AiProvider> = [compatible(reader), openrouter(reader), gemini(reader)]
            .into_iter()
            .flatten()
            .collect();
        if let Some(order) = order(reader) {
            let place = |kind: ProviderKind| order.iter().position(|it| *it == kind);
            found.retain(|provider| place(provider.kind).is_some());
            found.sort_by_key(|provider| place(provider.kind));
            for kind in order {
                if !found.iter().any(|provider| provider.kind == kind) {
                    let name = kind.name();
                    reader.warn(
                        "AI_PROVIDERS",
                        format!("names `{name}`, for which nothing is set: it is left out"),
                    );
                }
            }
        }
        Self {
            providers: found,
            timeout,
            may_send_source,
        }
    }
}

/// `None`: all that are set, in their usual order.
fn order(reader: &mut SettingsReader) -> Option<Vec<ProviderKind>> {
    reader.parsed("AI_PROVIDERS", |value| {
        if value == "none" {
            return Some(Vec::new());
        }
        let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
        names
            .map(|name| ProviderKind::ALL.into_iter().find(|kind| kind.name() == name))
            .collect()
    })
}

fn compatible(reader: &mut SettingsReader) -> Option<AiProvider> {
    let base_url = reader.parsed("AI_BASE_URL", base_url);
    let is_allowed = reader.flag("AI_ALLOW_INSECURE");
    let key = key(reader, "AI_API_KEY");
    let models = models(reader, "AI_MODEL");
    let base_url = base_url?;
    if base_url.scheme() == "http" && !is_allowed && !is_private(&base_url) {
        reader.error(
            "AI_BASE_URL",
            "sends the key and the facts without TLS over a public network: use `https://`, or set `AI_ALLOW_INSECURE=1`",
        );
    }
    if models.is_empty() {
        reader.error(
            "AI_MODEL",
            "is not set, and `AI_BASE_URL` is: name the model of that server",
        );
    }
    Some(AiProvider {
        kind: ProviderKind::OpenAiCompatible,
        base_url,
        key,
        models,
    })
}

fn openrouter(reader: &mut SettingsReader) -> Option<AiProvider> {
    let base_url = reader.parsed("OPENROUTER_BASE_URL", base_url);
    let key = key(reader, "OPENROUTER_API_KEY");
    let mut models = models(reader, "OPENROUTER_MODEL");
    if !models.iter().any(|model| model == FREE_ROUTER) {
        models.push(FREE_ROUTER.to_owned());
    }
    Some(AiProvider {
        kind: ProviderKind::OpenRouter,
        base_url: base_url?,
        key: Some(key?),
        models,
    })
}

fn gemini(reader: &mut SettingsReader) -> Option<AiProvider> {
    let base_url = reader.parsed("GEMINI_BASE_URL", base_url);
    let key = key(reader, "GEMINI_API_KEY");
    let models = models(reader, "GEMINI_MODEL");
    Some(AiProvider {
        kind: ProviderKind::Gemini,
        base_url: base_url?,
        key: Some(key?),
        models,
    })
}

fn base_url(value: &str) -> Option<Url> {
    let url = Url::parse(value).ok()?;
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    is_plain.then_some(url)
}

fn key(reader: &mut SettingsReader, name: &str) -> Option<Secret> {
    let key = reader
        .get(name)
        .map(str::trim)
        .filter(|key| !key.is_empty())?
        .to_owned();
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        reader.error(
            name,
            "has characters that a header cannot carry: expected printable ASCII without spaces",
        );
    }
    Some(Secret::new(key))
}

fn models(reader: &mut SettingsReader, name: &str) -> Vec<String> {
    let models = reader.parsed(name, |value| {
        let names: Vec<String> = value
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        let is_name = |name: &String| {
            name.len() <= 200
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/@+".contains(&byte))
        };
        names.iter().all(is_name).then_some(names)
    });
    models.unwrap_or_default()
}

/// This machine, a private network, or a name without a public domain, as the services of a Compose file have.
fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            !name.contains('.')
                || [".local", ".internal", ".localhost"]
                    .iter()
                    .any(|end| name.ends_with(end))
        }
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Some(Host::Ipv6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Checked, Component, Vars};

    fn read(pairs: &[(&str, &str)]) -> Checked<AiSettings> {
        let vars: Vars = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut reader = SettingsReader::new(Component::Worker, vars);
        let settings = AiSettings::read(&mut reader);
        reader.finish(settings)
    }

    fn names(pairs: &[(&str, &str)]) -> Vec<&'static str> {
        let settings = read(pairs).settings.expect("no errors");
        settings.providers.iter().map(|provider| provider.kind.name()).collect()
    }

    #[test]
    fn a_timeout_fits_into_a_lease() {
        assert_eq!(
            read(&[("AI_TIMEOUT", "1h")]).settings.expect("no errors").timeout,
            LONGEST_AI_TIMEOUT
        );
        assert!(read(&[("AI_TIMEOUT", "61m")]).settings.is_none());
    }

    const ALL: &[(&str, &str)] = &[
        ("GEMINI_API_KEY", "g"),
        ("OPENROUTER_API_KEY", "o"),
        ("AI_BASE_URL", "http://ollama:11434/v1/"),
        ("AI_MODEL", "qwen3"),
    ];

    #[test]
    fn the_order_is_that_of_what_is_set_or_of_the_setting() {
        assert_eq!(names(&[]), Vec::<&str>::new());
        assert_eq!(names(&[("GEMINI_API_KEY", "g"), ("AI_API_KEY", "x")]), ["gemini"]);
        assert_eq!(names(ALL), ["openai-compatible", "openrouter", "gemini"]);
        assert_eq!(
            names(&[ALL, &[("AI_PROVIDERS", "gemini, openrouter")]].concat()),
            ["gemini", "openrouter"]
        );
        assert_eq!(names(&[ALL, &[("AI_PROVIDERS", "none")]].concat()), Vec::<&str>::new());
    }

    #[test]
    fn models_are_a_list_that_ends_with_a_free_one() {
        let settings = read(&[("OPENROUTER_API_KEY", "o"), ("OPENROUTER_MODEL", "a/b:free, c/d")]);
        let models = settings.settings.expect("no errors").providers.remove(0).models;
        assert_eq!(models, ["a/b:free", "c/d", "openrouter/free"]);
    }

    #[test]
    fn faults_are_named_and_show_no_key() {
        for pairs in [
            &[("AI_BASE_URL", "http://models.example.com/v1"), ("AI_MODEL", "m")][..],
            &[("AI_BASE_URL", "http://localhost:1/v1")],
            &[("AI_BASE_URL", "ftp://localhost"), ("AI_MODEL", "m")],
            &[("GEMINI_API_KEY", "hidden key")],
            &[("GEMINI_API_KEY", "g"), ("GEMINI_MODEL", "a?key=b")],
            &[("AI_PROVIDERS", "chatgpt")],
        ] {
            let checked = read(pairs);
            assert!(checked.settings.is_none(), "{pairs:?}");
            let shown: Vec<String> = checked.diagnostics.iter().map(ToString::to_string).collect();
            assert!(!shown.join("").contains("hidden"), "{shown:?}");
        }
        let insecure = [
            ("AI_BASE_URL", "http://a.example.com"),
            ("AI_MODEL", "m"),
            ("AI_ALLOW_INSECURE", "1"),
        ];
        assert!(read(&insecure).settings.is_some());
    }
}
