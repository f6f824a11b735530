//! The rows of the documents' tables, as the table of settings makes them.

use crate::rows::SETTINGS;
use crate::table::{Default, Setting};

/// The rows of `docs/settings.md`: settings without a flag, and those of the API and the worker.
#[must_use]
pub fn setting_rows() -> Vec<String> {
    SETTINGS
        .iter()
        .filter(|setting| setting.readers.api || setting.readers.worker || setting.flag.is_none())
        .map(|setting| {
            let secret = if setting.secret { " (secret)" } else { "" };
            let readers: Vec<&str> = [
                (setting.readers.api, "API"),
                (setting.readers.worker, "worker"),
                (setting.readers.supervisor, "supervisor"),
            ]
            .into_iter()
            .filter_map(|(reads, name)| reads.then_some(name))
            .collect();
            format!(
                "| `{}`{secret} | {} | {} | {} |",
                setting.name,
                default_of(setting),
                readers.join(", "),
                setting.about
            )
        })
        .collect()
}

/// The rows of `docs/supervisor.md`: flags of the supervisor.
#[must_use]
pub fn flag_rows() -> Vec<String> {
    SETTINGS
        .iter()
        .filter(|setting| !setting.is_hidden())
        .filter_map(|setting| {
            let flag = setting.flag?;
            Some(format!(
                "| `--{}` | `{}` | {} | {} |",
                flag.name,
                setting.name,
                default_of(setting),
                setting.about
            ))
        })
        .collect()
}

fn default_of(setting: &Setting) -> String {
    match setting.default {
        Default::Value(value) => format!("`{value}`"),
        Default::Words(words) => words.to_owned(),
    }
}
