//! The environment of each child.
//!
//! Least privilege: the worker works next to untrusted code, so it has neither the database's address nor any other secret
//! of the API. What is not in the table of settings is passed to no child.

use repolens_settings::{SETTINGS, Vars};

use crate::machine::ChildRole;

/// The variables that every process needs to work at all, in a container or behind a proxy.
pub const PASSED_TO_ALL: &[&str] = &[
    "PATH",
    "HOME",
    "LANG",
    "TZ",
    "TMPDIR",
    // The number of arenas that glibc keeps: memory of a small container.
    "MALLOC_ARENA_MAX",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "all_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// Returns the environment of a child, out of the supervisor's own.
pub fn for_child(role: ChildRole, own: &Vars) -> Vec<(String, String)> {
    let settings = SETTINGS
        .iter()
        .filter(|setting| setting.readers.has(role.component()))
        .map(|setting| setting.name);
    PASSED_TO_ALL
        .iter()
        .copied()
        .chain(settings)
        .filter_map(|name| own.get(name).map(|value| (name.to_owned(), value.clone())))
        .collect()
}

/// The settings of the children, as `--help` shows them.
pub fn help_table() -> String {
    let rows = SETTINGS.iter().filter_map(|setting| {
        let readers = match (setting.readers.api, setting.readers.worker) {
            (true, true) => "api, worker",
            (true, false) => "api",
            (false, true) => "worker",
            (false, false) => return None,
        };
        let secret = if setting.secret { ", secret" } else { "" };
        Some(format!("  {:<27} {readers}{secret}", setting.name))
    });
    rows.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use repolens_settings::{SETTINGS, Vars};

    use super::for_child;
    use crate::machine::ChildRole;

    #[test]
    fn each_child_gets_only_its_own() {
        let own: Vars = SETTINGS
            .iter()
            .map(|setting| setting.name)
            .chain(["PATH", "SOMETHING_ELSE"])
            .map(|name| (name.to_owned(), "x".to_owned()))
            .collect();
        let names = |role| {
            for_child(role, &own)
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        let (api, worker) = (names(ChildRole::Api), names(ChildRole::Worker));
        let has = |names: &[String], name: &str| names.iter().any(|known| known == name);
        for name in ["DATABASE_URL", "NEXTAUTH_SECRET", "REPOLENS_DATA_DIR"] {
            assert!(has(&api, name) && !has(&worker, name), "{name}");
        }
        for name in ["SANDBOX_DIR", "REPOLENS_HEARTBEAT"] {
            assert!(has(&worker, name) && !has(&api, name), "{name}");
        }
        for names in [api, worker] {
            assert!(has(&names, "PATH"));
            assert!(!has(&names, "SOMETHING_ELSE") && !has(&names, "REPOLENS_API"));
        }
    }
}
