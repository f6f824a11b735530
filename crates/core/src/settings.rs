//! Settings of the API and the worker as typed values: read once, checked in one place, passed down.
//!
//! Names, forms and defaults are rows of [`repolens_settings::SETTINGS`]. Here is what needs types of this crate: addresses,
//! secrets, policies. Every fault is reported by name, with what was expected; a secret's value is never shown.

mod ai;
mod api;
mod common;
mod proxies;
mod redis;
mod sign_in;
mod worker;

pub use crate::ScanLimits;
pub use ai::{AiProvider, AiSettings, LONGEST_AI_TIMEOUT, ProviderKind, may_send_source};
pub use api::{ApiSettings, DatabaseUrl, RequestLimits, Retention};
pub use common::{LogSettings, log_settings, search_path};
pub use proxies::{TrustedProxies, is_cloudflare};
pub use redis::RedisUrl;
pub use repolens_settings::units::Rate;
pub use repolens_settings::{Checked, Component, Diagnostic, DiagnosticLevel, EXIT_CONFIG, SettingsReader, Vars};
pub use sign_in::{GithubApp, SignIn};
pub use worker::WorkerSettings;
