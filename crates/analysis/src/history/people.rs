//! The author of a commit: one person for several addresses, and no bots. Addresses stay here; a report has names only.

use std::collections::HashMap;

use crate::ids::ids;

ids! {
    /// A person who made commits: a place in [`History::people`](super::History::people).
    PersonId;
}

/// Logins of programs that commit, as a name or the part of an address before `@`. Compared as a whole: `Sobot` is a name.
const BOTS: &[&str] = &[
    "allcontributors",
    "dependabot",
    "dependabot-preview",
    "github-actions",
    "greenkeeper",
    "greenkeeperio-bot",
    "imgbot",
    "mergify",
    "pre-commit-ci",
    "pyup-bot",
    "renovate",
    "renovate-bot",
    "semantic-release-bot",
    "snyk-bot",
    "web-flow",
];

/// Names that many people share.
const GENERIC: &[&str] = &[
    "",
    "root",
    "admin",
    "administrator",
    "user",
    "unknown",
    "ubuntu",
    "nobody",
    "dev",
    "git",
];

/// Longest name that is kept.
const MAX_NAME: usize = 100;

pub(super) fn is_bot(name: &str, email: &str) -> bool {
    let local = email.split('@').next().unwrap_or_default();
    // `49699333+dependabot[bot]@users.noreply.github.com`
    let login = local.rsplit('+').next().unwrap_or(local);
    [name, login].into_iter().any(|text| {
        let text = text.trim().to_lowercase().replace([' ', '_'], "-");
        text.ends_with("[bot]") || BOTS.contains(&text.as_str())
    })
}

/// People by number, in the order in which they were first met.
#[derive(Debug, Default)]
pub(super) struct People {
    by_email: HashMap<String, PersonId>,
    by_name: HashMap<String, PersonId>,
    names: Vec<String>,
}

impl People {
    /// The person with this name and address, who may be known by another of either.
    ///
    /// The same address is the same person. The same name is, too, where it has several words or the addresses have the
    /// same domain.
    pub(super) fn number(&mut self, name: &str, email: &str) -> PersonId {
        let email = email.trim().to_lowercase();
        let plain = name.trim().to_lowercase();
        let generic = GENERIC.contains(&plain.as_str());
        let domain = email.rsplit('@').next().unwrap_or_default();
        let key = if plain.contains(' ') {
            plain.clone()
        } else {
            format!("{plain}\n{domain}")
        };
        // One address for all machines that were never configured.
        let shared = email.is_empty() || email.ends_with("@localhost") || email == "noreply@github.com";
        let email = if shared { format!("{plain}\n{email}") } else { email };
        let known = self.by_email.get(&email).copied();
        let known = known.or_else(|| self.by_name.get(&key).copied().filter(|_| !generic));
        let number = known.unwrap_or_else(|| {
            self.names.push(shown(name));
            PersonId::new(self.names.len() - 1)
        });
        self.by_email.entry(email).or_insert(number);
        if !generic {
            self.by_name.entry(key).or_insert(number);
        }
        number
    }

    pub(super) fn into_names(self) -> Vec<String> {
        self.names
    }
}

/// A name as a report may have it: no address in it, and not endless.
fn shown(name: &str) -> String {
    let words: Vec<&str> = name
        .split_whitespace()
        .map(|word| match word.find('@') {
            Some(at) if at > 0 => &word[..at],
            _ => word,
        })
        .collect();
    let name = words.join(" ");
    if name.is_empty() {
        "(no name)".to_owned()
    } else {
        name.chars().take(MAX_NAME).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bots_are_known_by_their_whole_name() {
        for (name, email) in [
            ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
            ("Renovate Bot", "bot@renovateapp.com"),
            ("x", "41898282+github-actions[bot]@users.noreply.github.com"),
            ("GitHub Actions", "actions@github.com"),
            ("pre-commit-ci", "a@b"),
        ] {
            assert!(is_bot(name, email), "{name}");
        }
        for (name, email) in [
            ("Sobot", "sobot@example.com"),
            ("Robot Roberts", "r@bot.org"),
            ("Abbot", "abbot@x"),
        ] {
            assert!(!is_bot(name, email), "{name}");
        }
    }

    #[test]
    fn one_person_may_have_several_addresses() {
        let mut people = People::default();
        let ada = people.number("Ada Lovelace", "ada@work.example");
        assert_eq!(people.number("ada lovelace", "ada@home.example"), ada);
        assert_eq!(people.number("countess", "ADA@home.example"), ada);
        let alex = people.number("alex", "alex@a.example");
        assert_ne!(people.number("alex", "alex@b.example"), alex);
        assert_eq!(people.number("Alex", "other@a.example"), alex);
        let root = people.number("root", "root@localhost");
        assert_ne!(people.number("root", "root@host.example"), root);
        assert_eq!(people.into_names()[ada.index()], "Ada Lovelace");
    }

    #[test]
    fn a_name_that_is_an_address_loses_its_domain() {
        assert_eq!(shown("ada@work.example"), "ada");
        assert_eq!(shown("Ada  (ada@work.example)"), "Ada (ada");
        assert_eq!(shown("@ada"), "@ada");
        assert_eq!(shown(" "), "(no name)");
        assert_eq!(shown(&"x".repeat(1000)).len(), MAX_NAME);
    }
}
