//! Aliases that bundlers and test tools follow (`resolve.alias`, `moduleNameMapper`, import maps), as far as they are literals.

use std::collections::BTreeMap;

use crate::facts::FileFacts;
use crate::stages::modules::{folder, normalize};

/// Keys that have aliases below them.
const KEYS: &[&str] = &[
    "alias",
    "aliases",
    "moduleNameMapper",
    "extraNodeModules",
    "_moduleAliases",
    "imports",
    "paths",
];
/// Keys whose texts are folders in which names are searched.
const ROOTS: &[&str] = &["modules", "moduleDirectories", "modulePaths", "root", "roots"];

/// The names for which an alias holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    /// `theme$`, `theme`: the whole name.
    Whole(String),
    /// `@`: the name, or what is below it.
    Below(String),
    /// `^~/(.*)$`, `@/*`, `@/`: what begins with the first and ends with the second; between them is the group.
    Between(String, String),
}

#[derive(Debug)]
struct Alias {
    pattern: Pattern,
    /// Relative to the folder of its configuration.
    target: String,
}

/// By the folder of a configuration.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    of_folder: BTreeMap<String, Vec<Alias>>,
    roots: BTreeMap<String, Vec<String>>,
}

impl Aliases {
    pub(super) fn of(files: &[FileFacts]) -> Self {
        let mut found = Self::default();
        for file in files.iter().filter(|file| !file.settings.is_empty()) {
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            // Those are Node's and the compiler's own.
            let is_entry = |keys: &[compact_str::CompactString]| matches!(keys, [.., outer, entries, _] if entries == "entries" && outer == "alias");
            let is_compiler = name.starts_with("tsconfig") || name.starts_with("jsconfig");
            let home = place_of(&file.path);
            for setting in &file.settings {
                let keys = &setting.keys;
                let above = keys.len().checked_sub(2).map(|at| keys[at].as_str());
                let is_alias = is_entry(keys)
                    || above.is_some_and(|above| {
                        KEYS.contains(&above)
                            && !(above == "imports" && name == "package.json")
                            && !(above == "paths" && is_compiler)
                    });
                if is_alias {
                    let alias = Alias {
                        pattern: Pattern::of(setting.key(), above == Some("moduleNameMapper")),
                        target: setting.value.to_string(),
                    };
                    found.of_folder.entry(home.to_owned()).or_default().push(alias);
                } else if ROOTS.contains(&setting.key()) && !is_compiler && setting.value != "node_modules" {
                    let known = keys
                        .iter()
                        .any(|key| matches!(key.as_str(), "resolve" | "jest" | "plugins"))
                        || name.starts_with("jest")
                        || setting.key().starts_with("module");
                    if let Some(root) = known.then(|| normalize(home, plain(&setting.value))).flatten() {
                        found.roots.entry(home.to_owned()).or_default().push(root);
                    }
                }
            }
        }
        // The longest name is the most exact one.
        for list in found.of_folder.values_mut() {
            list.sort_by_key(|alias| std::cmp::Reverse(alias.pattern.length()));
        }
        found
    }

    /// Where `specifier` may lead from a file: paths from the root, the nearest configuration's first.
    pub(super) fn targets(&self, path: &str, specifier: &str) -> Vec<String> {
        let mut found = Vec::new();
        if self.of_folder.is_empty() {
            return found;
        }
        let mut at = folder(path);
        loop {
            for alias in self.of_folder.get(at).into_iter().flatten() {
                if let Some(target) = alias.apply(specifier) {
                    let own = normalize(at, plain(&target));
                    // `/src` is below the root of the package.
                    found.extend(own.into_iter().chain(normalize("", plain(&target))));
                }
            }
            if at.is_empty() {
                return found;
            }
            at = folder(at);
        }
    }

    /// Paths of `specifier` below the folders that are searched for names.
    pub(super) fn below_roots(&self, path: &str, specifier: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut at = folder(path);
        while !self.roots.is_empty() {
            let roots = self.roots.get(at).into_iter().flatten();
            found.extend(roots.filter_map(|root| normalize(root, specifier)));
            if at.is_empty() {
                break;
            }
            at = folder(at);
        }
        found
    }
}

/// The folder that a configuration is for: `.storybook/main.js`, `config/webpack.dev.js` are for the one above.
fn place_of(path: &str) -> &str {
    let own = folder(path);
    let name = own.rsplit('/').next().unwrap_or(own);
    match name {
        ".storybook" | "config" | "configs" | "webpack" | "build" | "scripts" | ".vitepress" | ".erb" => folder(own),
        _ => own,
    }
}

/// Without the sign of the root.
fn plain(target: &str) -> &str {
    let target = ["<rootDir>/", "<rootDir>"]
        .iter()
        .find_map(|root| target.strip_prefix(root))
        .unwrap_or(target);
    target.trim_start_matches('/')
}

impl Pattern {
    fn of(key: &str, is_regex: bool) -> Self {
        if let Some(regex) = key
            .strip_prefix('/')
            .and_then(|key| key.strip_suffix('/'))
            .filter(|key| !key.is_empty())
        {
            return Self::of_regex(regex);
        }
        if is_regex {
            return Self::of_regex(key);
        }
        if let Some(whole) = key.strip_suffix('$') {
            return Self::Whole(whole.to_owned());
        }
        if let Some((before, after)) = key.split_once('*') {
            return Self::Between(before.to_owned(), after.trim_start_matches(['*', '/']).to_owned());
        }
        match key.ends_with('/') {
            true => Self::Between(key.to_owned(), String::new()),
            false => Self::Below(key.to_owned()),
        }
    }

    /// Literal text around one group or none, as nearly all of them are written.
    fn of_regex(regex: &str) -> Self {
        let literal = |text: &str| text.replace('\\', "");
        let anchored = regex.starts_with('^');
        let text = regex.trim_start_matches('^');
        if let Some((before, rest)) = text.split_once('(') {
            let after = rest
                .rsplit_once(')')
                .map_or("", |(_, after)| after)
                .trim_end_matches('$');
            return Self::Between(literal(before), literal(after));
        }
        match text.strip_suffix('$') {
            Some(whole) if anchored => Self::Whole(literal(whole)),
            // `^@\/`: what is found is replaced.
            None if anchored && text.ends_with('/') => Self::Between(literal(text), String::new()),
            None if anchored => Self::Below(literal(text)),
            _ => Self::Whole(literal(text)),
        }
    }

    fn length(&self) -> usize {
        match self {
            // An exact name before all others.
            Self::Whole(text) => text.len() + 10_000,
            Self::Below(text) => text.len(),
            Self::Between(before, after) => before.len() + after.len(),
        }
    }
}

impl Alias {
    /// The path that replaces `specifier`, relative to the configuration.
    fn apply(&self, specifier: &str) -> Option<String> {
        match &self.pattern {
            Pattern::Whole(name) => (specifier == name).then(|| self.target.clone()),
            Pattern::Below(name) => {
                let rest = specifier.strip_prefix(name.as_str())?;
                (rest.is_empty() || rest.starts_with('/'))
                    .then(|| format!("{}{rest}", self.target.trim_end_matches('/')))
            }
            Pattern::Between(before, after) => {
                let group = specifier.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?;
                if self.target.contains("$1") {
                    Some(self.target.replace("$1", group))
                } else if let Some((start, end)) = self.target.split_once('*') {
                    Some(format!("{start}{group}{}", end.trim_start_matches('*')))
                } else if before.ends_with('/') || before.is_empty() {
                    Some(format!("{}/{group}", self.target.trim_end_matches('/')))
                } else {
                    Some(self.target.clone())
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(key: &str, is_regex: bool, target: &str, specifier: &str) -> Option<String> {
        let pattern = Pattern::of(key, is_regex);
        let target = target.to_owned();
        Alias { pattern, target }.apply(specifier)
    }

    #[test]
    fn the_forms_of_aliases() {
        let path = |text: &str| Some(text.to_owned());
        assert_eq!(apply("@", false, "./src", "@/a/b"), path("./src/a/b"));
        assert_eq!(apply("@", false, "./src", "@scope/a"), None);
        assert_eq!(apply("@/", false, "./src/", "@/a"), path("./src/a"));
        assert_eq!(apply("@/*", false, "./src/*", "@/a"), path("./src/a"));
        assert_eq!(apply("theme$", false, "./t.js", "theme/a"), None);
        assert_eq!(
            apply("^~/(.*)$", true, "<rootDir>/lib/$1", "~/a/b"),
            path("<rootDir>/lib/a/b")
        );
        assert_eq!(apply("/^@\\//", false, "./src/", "@/a"), path("./src/a"));
        assert_eq!(apply("^one$", true, "./1.js", "one"), path("./1.js"));
    }
}
