//! Scripts that a compiler or a bundler wrote: by the sources beside them, and by their source maps.

use std::collections::{HashMap, HashSet};

/// Names of folders that tools write their output to.
const OUTPUTS: &[&str] = &[
    "lib",
    "dist",
    "build",
    "out",
    "es",
    "esm",
    "cjs",
    "js",
    "module",
    "commonjs",
    "typescript",
];
const SCRIPTS: &[&str] = &[".d.ts", ".js", ".mjs", ".cjs", ".jsx"];
/// Names of folders with sources in JavaScript: a folder of tests may have the tree of what it tests.
const JAVASCRIPT_SOURCES: &[&str] = &["src", "source", "packages"];
/// The names of fewer scripts in a folder prove nothing.
const FEWEST_SCRIPTS: usize = 5;

/// Whether a script was built from a source of TypeScript that is beside it (`lib/module/a/b.js` from `src/a/b.tsx`), or has
/// its source map beside it.
#[must_use]
pub fn is_built(path: &str, exists: impl Fn(&str) -> bool) -> bool {
    let Some(stem) = stem_of(path) else { return false };
    if exists(&format!("{path}.map")) {
        return true;
    }
    let parts: Vec<&str> = stem.split('/').collect();
    let is_output = |at: usize| is_output(parts[at]);
    let Some(at) = (0..parts.len() - 1).find(|at| is_output(*at) && parts[*at] != "js") else {
        return false;
    };
    let before = &parts[..at];
    (at + 1..parts.len())
        .take_while(|next| *next == at + 1 || is_output(next - 1))
        .any(|next| {
            let mut source: Vec<&str> = before.to_vec();
            source.push("src");
            source.extend(&parts[next..]);
            let source = source.join("/");
            ["ts", "tsx"].iter().any(|ending| exists(&format!("{source}.{ending}")))
        })
}

/// The folders nearly all of whose scripts have a source of the same name in a folder beside them: `es` and `lib` of `packages`.
#[derive(Debug, Default)]
pub struct BuiltFolders(HashSet<String>);

impl BuiltFolders {
    /// At least four of five scripts have their source, and there are five.
    #[must_use]
    pub fn of<'a>(paths: impl Iterator<Item = &'a str> + Clone) -> Self {
        let mut outputs: HashMap<&str, Output<'_>> = HashMap::new();
        for path in paths.clone() {
            let Some(output) = output_of(path) else { continue };
            let found = outputs.entry(output.folder).or_insert_with(|| Output {
                base: output.base,
                scripts: Vec::new(),
            });
            found.scripts.push(output.script);
        }
        outputs.retain(|_, output| output.scripts.len() >= FEWEST_SCRIPTS);
        if outputs.is_empty() {
            return Self::default();
        }
        let sources = Sources::of(paths);
        let built = outputs.iter().filter(|(_, output)| {
            sources.beside(output.base).any(|folder| {
                let has = |script: &&&str| {
                    sources
                        .stems
                        .contains(format!("{}{folder}/{script}", output.base).as_str())
                };
                output.scripts.iter().filter(has).count() * 5 >= output.scripts.len() * 4
            })
        });
        Self(built.map(|(folder, _)| (*folder).to_owned()).collect())
    }

    /// Whether a script is in one of these folders.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        !self.0.is_empty() && output_of(path).is_some_and(|output| self.0.contains(output.folder))
    }
}

struct Output<'a> {
    /// The folder that has the sources' folder, with its `/`; empty at the top.
    base: &'a str,
    /// Paths below the output without endings.
    scripts: Vec<&'a str>,
}

/// A script below a folder of output.
struct Script<'a> {
    base: &'a str,
    folder: &'a str,
    script: &'a str,
}

/// `lib/module/a/b.js` is the script `a/b` of the output `lib/module`.
fn output_of(path: &str) -> Option<Script<'_>> {
    let stem = stem_of(path)?;
    let mut start = 0;
    let mut found: Option<(usize, usize)> = None;
    for part in stem.split('/') {
        let end = start + part.len();
        if end < stem.len() && is_output(part) {
            let first = found.map_or(start, |(first, _)| first);
            found = Some((first, end));
        } else if found.is_some() {
            break;
        }
        start = end + 1;
    }
    let (first, end) = found?;
    Some(Script {
        base: &stem[..first],
        folder: &stem[..end],
        script: &stem[end + 1..],
    })
}

/// Sources by their paths without endings, and the folders that have some, by the folder around them.
#[derive(Default)]
struct Sources<'a> {
    stems: HashSet<&'a str>,
    folders: HashMap<&'a str, HashSet<&'a str>>,
}

impl<'a> Sources<'a> {
    fn of(paths: impl Iterator<Item = &'a str>) -> Self {
        let mut found = Self::default();
        for path in paths {
            let Some((stem, ending)) = path.rsplit_once('.') else {
                continue;
            };
            let is_typed = matches!(ending, "ts" | "tsx" | "mts" | "cts" | "vue" | "svelte" | "coffee");
            if !is_typed && !matches!(ending, "js" | "jsx" | "mjs") || stem.ends_with(".d") || super::is_test(path) {
                continue;
            }
            found.stems.insert(stem);
            let mut start = 0;
            for (end, _) in stem.match_indices('/') {
                let name = &stem[start..end];
                if !is_output(name) && (is_typed || JAVASCRIPT_SOURCES.contains(&name)) {
                    found.folders.entry(&stem[..start]).or_default().insert(name);
                }
                start = end + 1;
            }
        }
        found
    }

    fn beside(&self, base: &str) -> impl Iterator<Item = &&'a str> {
        self.folders.get(base).into_iter().flatten()
    }
}

/// Whether tools write their output to a folder of that name.
#[must_use]
pub fn is_output(folder: &str) -> bool {
    OUTPUTS.contains(&folder) || folder.starts_with("dist")
}

fn stem_of(path: &str) -> Option<&str> {
    SCRIPTS.iter().find_map(|ending| path.strip_suffix(ending))
}
