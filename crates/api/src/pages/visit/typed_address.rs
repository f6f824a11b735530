//! An address as a user typed or pasted it.

use serde::Deserialize;

/// The form of a new scan.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TypedAddress {
    pub url: String,
    pub branch: String,
}

/// The typed text as an address: the scheme may be missing, and the address of a host's page is replaced by that of the
/// repository that the page is about.
pub fn address(typed: &str) -> String {
    let typed = typed.trim();
    let full = match typed.split_once("://") {
        Some(_) => typed.to_owned(),
        // `git@github.com:owner/repo.git`
        None => match typed.strip_prefix("git@").and_then(|rest| rest.split_once(':')) {
            Some((host, path)) => format!("https://{host}/{path}"),
            None if typed.is_empty() => String::new(),
            None => format!("https://{typed}"),
        },
    };
    let full = full.split(['?', '#']).next().unwrap_or_default();
    repository_of_page(full.trim_end_matches('/'))
}

/// `https://github.com/owner/repo/tree/main/src` is about `https://github.com/owner/repo`.
fn repository_of_page(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let mut parts = rest.split('/');
    let host = parts.next().unwrap_or_default();
    let path: Vec<&str> = parts.collect();
    let known = ["github.com", "www.github.com", "bitbucket.org", "codeberg.org"].contains(&host);
    // GitLab's repositories may be below several groups; its pages are behind a dash.
    let end = match path.iter().position(|part| *part == "-") {
        Some(dash) => dash,
        None if known => path.len().min(2),
        None => path.len(),
    };
    let path = path[..end].join("/");
    format!("{scheme}://{host}/{path}")
}

/// Why it cannot be an address of a repository, with what would be right.
pub fn hint(typed: &str) -> &'static str {
    let typed = typed.trim();
    match typed {
        "" => "Type or paste the address of a repository, such as https://github.com/django/django.",
        t if t.contains("://") && !t.starts_with("http") => {
            "Write the address as your browser shows it: https://host/owner/repository."
        }
        t if !t.contains('/') => "The owner and the name are missing: https://github.com/owner/repository.",
        t if t.contains(' ') => "An address has no spaces in it. Paste it as your browser shows it.",
        _ => "Enter an address like https://github.com/owner/repository. Any git server over HTTPS will do.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_paste_becomes_an_address() {
        for (typed, expected) in [
            (" https://github.com/o/r ", "https://github.com/o/r"),
            ("github.com/o/r", "https://github.com/o/r"),
            ("github.com/o/r/", "https://github.com/o/r"),
            ("https://github.com/o/r/tree/main/src", "https://github.com/o/r"),
            ("https://github.com/o/r/pull/3?a=b#c", "https://github.com/o/r"),
            ("git@github.com:o/r.git", "https://github.com/o/r.git"),
            ("https://gitlab.com/g/s/r/-/blob/main/a.rs", "https://gitlab.com/g/s/r"),
            ("https://git.example.org/a/b/c", "https://git.example.org/a/b/c"),
            ("file:///srv/git/a.git", "file:///srv/git/a.git"),
            ("", ""),
        ] {
            assert_eq!(address(typed), expected, "{typed}");
        }
    }
}
