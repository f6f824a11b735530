//! Files that a configuration names: entries of bundlers, setup files of test tools, what workflows and pages run.
//!
//! No tool's schema is known here. A text that is the path of a file of the repository names it, whatever the key; a pattern,
//! a folder or a path without its ending does so below keys that are known to load files.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::packages::{home_of, is_code};
use crate::budget::spend;
use crate::configuration::{Setting, commands};
use crate::facts::FileFacts;
use crate::ids::FileId;
use crate::language::Glob;
use crate::stages::modules::javascript::sources::{sources, with_endings};
use crate::stages::modules::{folder, join, normalize};

mod keys;

use keys::{LOADING, NOT_LOADING, ROOTS};

/// Own code by their paths, as the configurations of all tools have them.
pub(super) fn files(
    files: &[FileFacts],
    index: &HashMap<String, FileId>,
    packages: &BTreeMap<String, FileId>,
) -> BTreeSet<FileId> {
    let mut found = BTreeSet::new();
    for file in files.iter().filter(|file| !file.settings.is_empty()) {
        let own = folder(&file.path);
        let mut bases: Vec<String> = vec![own.to_owned()];
        bases.extend(home_of(packages, &file.path).map(str::to_owned));
        bases.push(String::new());
        // `context: path.resolve(__dirname, 'client')`
        let roots = file.settings.iter().filter(|setting| ROOTS.contains(&setting.key()));
        bases.extend(roots.filter_map(|setting| normalize(own, plain(&setting.value))));
        // `working-directory: packages/a`, `WORKDIR`, `cd`: a folder with a package of its own.
        let named = file
            .settings
            .iter()
            .map(|setting| setting.value.trim_start_matches("./").trim_end_matches('/'));
        bases.extend(named.filter(|path| packages.contains_key(*path)).map(str::to_owned));
        bases.sort_unstable();
        bases.dedup();
        let place = Place {
            index,
            bases,
            is_package: file.path.ends_with("package.json"),
            is_compiler: is_compiler_configuration(&file.path),
            is_markup: is_markup(&file.path),
        };
        for setting in &file.settings {
            place.add(setting, &file.settings, &mut found);
        }
    }
    found
}

/// `tsconfig.json`: its patterns choose what is checked.
fn is_compiler_configuration(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    (name.starts_with("tsconfig") || name.starts_with("jsconfig")) && name.ends_with(".json")
}

/// Pages, and templates of them.
fn is_markup(path: &str) -> bool {
    const ENDINGS: &[&str] = &[
        ".html", ".htm", ".php", ".twig", ".erb", ".ejs", ".pug", ".hbs", ".cshtml", ".njk", ".liquid", ".j2",
        ".jinja", ".jinja2", ".haml", ".slim", ".jsp", ".tt",
    ];
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

struct Place<'a> {
    /// Own code by its path in lower case.
    index: &'a HashMap<String, FileId>,
    /// Folders that a path may be relative to.
    bases: Vec<String>,
    is_package: bool,
    is_compiler: bool,
    is_markup: bool,
}

impl Place<'_> {
    fn add(&self, setting: &Setting, all: &[Setting], found: &mut BTreeSet<FileId>) {
        if setting.keys.iter().any(|key| NOT_LOADING.contains(&key.as_str())) {
            return;
        }
        let outer = setting.keys.iter().any(|key| LOADING.contains(&key.as_str()));
        // A list of published files (`files`) or of files to check (`include`) does not load them.
        let loading = outer && !(self.is_compiler || (self.is_package && setting.is_below("files")));
        let is_command = self.is_package && setting.is_below("scripts");
        let value = if is_command {
            commands::that_load(&setting.value)
        } else {
            setting.value.to_string()
        };
        for word in value.split([' ', '\n', '\t', '\'', '"', '!', '=', ';', '&', '|', ',']) {
            let many = value.len() != word.len();
            // A list in braces is one pattern.
            let word = if many && value.contains('{') { &value } else { word };
            let word = plain(word);
            if word.is_empty() || word.contains("://") || word.len() > 300 {
                continue;
            }
            if word.contains(['*', '{']) {
                if loading {
                    self.add_pattern(word, found);
                }
                continue;
            }
            self.add_path(word, loading, setting, all, found);
        }
    }

    fn lookup(&self, path: &str) -> Option<FileId> {
        spend(1);
        self.index.get(&path.to_lowercase()).copied()
    }

    /// The files whose paths end as a path of a template does, by its last folder and its name.
    fn by_end(&self, word: &str) -> Vec<FileId> {
        let mut parts = word.rsplitn(3, '/');
        let (name, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let folder = folder.rsplit(['}', ' ']).next().unwrap_or_default();
        let end = format!("{folder}/{name}").to_lowercase();
        spend(self.index.len() as u64);
        let found = self.index.iter().filter(|(path, _)| {
            path.strip_suffix(end.as_str())
                .is_some_and(|before| folder.is_empty() || before.is_empty() || before.ends_with('/'))
        });
        found.map(|(_, at)| *at).collect()
    }

    /// `base/word` for each base, inside of the repository.
    fn places<'w>(&'w self, word: &'w str) -> impl Iterator<Item = String> + 'w {
        // `@/a` is below the source or the package.
        let alias = ["@/", "~/", "$lib/", "@site/"]
            .iter()
            .find_map(|sign| word.strip_prefix(*sign));
        let below = if word.starts_with('$') { "src/lib" } else { "src" };
        let plain = self
            .bases
            .iter()
            .filter_map(move |base| normalize(base, alias.unwrap_or(word)));
        let source = alias.into_iter().flat_map(move |rest| {
            let bases = self.bases.iter();
            bases.filter_map(move |base| normalize(&join(base, below), rest))
        });
        plain.chain(source)
    }

    fn add_path(&self, word: &str, loading: bool, setting: &Setting, all: &[Setting], found: &mut BTreeSet<FileId>) {
        let has_ending = word.rsplit('/').next().is_some_and(|name| {
            name.rsplit_once('.').is_some_and(|(_, ending)| {
                matches!(
                    ending,
                    "js" | "ts" | "mjs" | "cjs" | "mts" | "cts" | "jsx" | "tsx" | "vue" | "svelte"
                )
            })
        });
        if has_ending {
            self.add_file(word, found);
            return;
        }
        let is_relative = word.contains('/') || setting.value.starts_with("./");
        if !is_relative && loading {
            self.add_folder(word, setting, found);
        }
        if is_relative
            && (loading || setting.value.starts_with(['.', '/', '<', '@', '~', '$']) || self.is_package)
            && is_code(word)
        {
            let of = |path: String| with_endings(&path).find_map(|path| self.lookup(&path));
            found.extend(self.places(word).find_map(of));
        }
        // `src/hello.main`: the file and its export.
        if let Some((stem, _)) = word.rsplit_once('.').filter(|_| loading) {
            let of = |path: String| with_endings(&path).find_map(|path| self.lookup(&path));
            found.extend(self.places(stem).find_map(of));
        }
        if loading && is_relative {
            self.add_folder(word, setting, found);
        }
        if matches!(setting.key(), "entryFile" | "main" | "entry") {
            self.add_entry(word, setting, all, found);
        }
    }

    /// A path with the ending of a script.
    fn add_file(&self, word: &str, found: &mut BTreeSet<FileId>) {
        let exact = self.places(word).find_map(|path| self.lookup(&path));
        // A built file replaces its source.
        let built = || {
            let of = |path: String| sources(&path).iter().find_map(|path| self.lookup(path));
            self.bases
                .iter()
                .find_map(|base| sources(word).iter().find_map(|path| self.lookup(&join(base, path))))
                .or_else(|| self.places(word).find_map(of))
        };
        let exact = exact.or_else(built);
        // A template puts the path together: `{{ static }}/js/admin.js`.
        if exact.is_none() && self.is_markup && word.contains('/') {
            found.extend(self.by_end(word));
        }
        found.extend(exact);
    }

    /// `entryFile` below `sourceRoot` (Nest).
    fn add_entry(&self, word: &str, setting: &Setting, all: &[Setting], found: &mut BTreeSet<FileId>) {
        let above = &setting.keys[..setting.keys.len() - 1];
        let beside = ["sourceRoot", "root"].iter().find_map(|key| {
            all.iter()
                .find(|other| other.key() == *key && &other.keys[..other.keys.len() - 1] == above)
        });
        let root = beside.map_or("src", |root| &root.value);
        let joined = join(root.trim_start_matches("./").trim_end_matches('/'), word);
        let of = |path: String| {
            let plain = self.lookup(&path);
            plain.or_else(|| with_endings(&path).find_map(|path| self.lookup(&path)))
        };
        found.extend(self.places(&joined).find_map(of));
    }

    /// Keys of folders whose files are loaded: `testDir`, `migrations`, `functions`.
    fn add_folder(&self, word: &str, setting: &Setting, found: &mut BTreeSet<FileId>) {
        const FOLDERS: &[&str] = &[
            "testDir",
            "migrations",
            "functions",
            "seeds",
            "entities",
            "specs",
            "stories",
            "routes",
        ];
        let is_directory = matches!(setting.key(), "directory" | "dir" | "path" | "folder");
        let above = setting.keys.iter().rev().nth(1);
        if !FOLDERS.contains(&setting.key())
            && !above.is_some_and(|above| is_directory && FOLDERS.contains(&above.as_str()))
        {
            return;
        }
        let starts: Vec<String> = self
            .places(word)
            .filter(|path| !path.is_empty())
            .map(|path| format!("{}/", path.to_lowercase()))
            .collect();
        spend(self.index.len() as u64);
        let below = self
            .index
            .iter()
            .filter(|(path, _)| starts.iter().any(|start| path.starts_with(start)));
        found.extend(below.map(|(_, at)| *at));
    }

    fn add_pattern(&self, word: &str, found: &mut BTreeSet<FileId>) {
        for pattern in alternatives(word) {
            let globs: Vec<Glob> = self
                .places(&pattern)
                .filter_map(|path| Glob::new(path.to_lowercase().as_bytes()))
                .collect();
            spend(self.index.len() as u64);
            for (path, at) in self.index {
                if globs.iter().any(|glob| glob.matches(path.as_bytes())) {
                    found.insert(*at);
                }
            }
        }
    }
}

/// Without the sign of the root of the package or the repository, and without a query.
fn plain(word: &str) -> &str {
    const ROOTS: &[&str] = &[
        "<rootDir>/",
        "{projectRoot}/",
        "{workspaceRoot}/",
        "${workspaceFolder}/",
        "${workspaceRoot}/",
        "${GITHUB_WORKSPACE}/",
        "$GITHUB_WORKSPACE/",
        "$(pwd)/",
        "${PWD}/",
        "$PWD/",
        "~/",
        "/usr/src/app/",
        "/app/",
        "/",
    ];
    let word = word.trim().split(['?', '#']).next().unwrap_or_default();
    let rest = ROOTS.iter().find_map(|root| word.strip_prefix(root));
    rest.unwrap_or(word).trim_start_matches("./").trim_end_matches(':')
}

/// At most: of one pattern.
const MAX_ALTERNATIVES: usize = 64;

/// Expands `a/*.{js,ts}` to `a/*.js` and `a/*.ts`, and `@(a|b)` and `?(x)` to their alternatives.
fn alternatives(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut work = vec![pattern.to_owned()];
    while let Some(pattern) = work.pop() {
        let open = pattern.find(['{', '(']);
        let close = open.and_then(|open| pattern[open..].find(['}', ')']).map(|at| open + at));
        let (Some(open), Some(close)) = (open, close) else {
            done.push(pattern);
            continue;
        };
        if done.len() + work.len() >= MAX_ALTERNATIVES {
            break;
        }
        let before = &pattern[..open];
        let optional = before.ends_with('?');
        let before = before.trim_end_matches(['?', '@', '+', '!']);
        let inner = pattern[open + 1..close].split([',', '|']);
        work.extend(inner.map(|part| format!("{before}{part}{}", &pattern[close + 1..])));
        if optional {
            work.push(format!("{before}{}", &pattern[close + 1..]));
        }
    }
    done
}

#[cfg(test)]
mod tests;
