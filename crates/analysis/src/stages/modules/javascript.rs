//! JavaScript and TypeScript: Node's and TypeScript's resolution, by oxc_resolver over the files of the tree.
//!
//! Packages of a workspace are found by their names, as if they were linked into `node_modules`; where their
//! `package.json` points to what a build makes, the source beside it is taken.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;

use oxc_resolver::{ResolveOptions, ResolverGeneric, TsconfigDiscovery};
use serde_json::Value;

use super::{ModuleIndex, Resolver, Target, folder, join, normalize};
use crate::facts::{FileFacts, Import};

mod aliases;
mod compiler;
mod offered;
mod provided;
pub(crate) mod sources;
mod tree;
mod variants;

use crate::ids::FileId;
use aliases::Aliases;
use sources::{is_in_output, sources};
use tree::Tree;
use variants::Variants;

struct JavaScript {
    with_config: ResolverGeneric<Tree>,
    without_config: ResolverGeneric<Tree>,
    /// Packages of the workspace: name to folder.
    packages: HashMap<String, String>,
    aliases: Aliases,
    variants: Variants,
    /// By folder: the `package.json` there, read once.
    maps: RefCell<HashMap<String, Option<Rc<Value>>>>,
}

pub(super) fn new<'f>(index: &ModuleIndex<'f>) -> Box<dyn Resolver + 'f> {
    let folders = index.folders.iter().map(|folder| (*folder).to_owned()).collect();
    let packages: HashMap<String, String> = index
        .files
        .iter()
        .filter(|file| file.path.ends_with("package.json") && file.is_own())
        .filter_map(|file| Some((file.manifest.as_ref()?.name.clone()?, folder(&file.path).to_owned())))
        .chain(deno_packages(index))
        .collect();
    let text = |file: &FileFacts| compiler::text_of(file, |path| index.file(path).is_some(), &packages);
    let files: HashMap<_, _> = index.files.iter().map(|file| (file.path.clone(), text(file))).collect();
    let strings = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let alias = |from: &str, to: &[&str]| (from.to_owned(), strings(to));
    let options = ResolveOptions {
        cwd: Some(PathBuf::from("/")),
        tsconfig: Some(TsconfigDiscovery::Auto),
        condition_names: strings(&[
            "node",
            "import",
            "require",
            "module",
            "browser",
            "types",
            "development",
            "default",
        ]),
        // Where code and its declarations are side by side, the code is what runs.
        extensions: strings(&[
            ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".d.ts", ".json", ".vue", ".svelte",
        ]),
        extension_alias: vec![
            alias(".js", &[".ts", ".tsx", ".js", ".jsx", ".d.ts"]),
            alias(".jsx", &[".tsx", ".jsx"]),
            alias(".mjs", &[".mts", ".mjs"]),
            alias(".cjs", &[".cts", ".cjs"]),
        ],
        main_fields: strings(&["module", "main", "types"]),
        // An analysis knows no environment.
        node_path: false,
        symlinks: false,
        ..ResolveOptions::default()
    };
    let with_config = ResolverGeneric::new_with_file_system(Tree { files, folders }, options.clone());
    let without_config = with_config.clone_with_options(ResolveOptions {
        tsconfig: None,
        ..options
    });
    Box::new(JavaScript {
        with_config,
        without_config,
        packages,
        aliases: Aliases::of(index.files),
        variants: Variants::of(index),
        maps: RefCell::default(),
    })
}

/// Packages of a workspace of Deno: name to folder.
fn deno_packages<'i>(index: &'i ModuleIndex<'_>) -> impl Iterator<Item = (String, String)> + 'i {
    let is_manifest = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        matches!(name, "deno.json" | "deno.jsonc" | "jsr.json")
    };
    let files = index
        .files
        .iter()
        .filter(move |file| file.is_own() && is_manifest(&file.path));
    files.filter_map(|file| {
        let name = file
            .settings
            .iter()
            .find(|setting| setting.keys.len() == 1 && setting.key() == "name")?;
        Some((name.value.to_string(), folder(&file.path).to_owned()))
    })
}

impl Resolver for JavaScript {
    fn resolve(&self, index: &ModuleIndex<'_>, from: FileId, import: &Import) -> Target {
        let target = self.one(index, from, import);
        self.variants.added_to(index, from, &import.specifier, target)
    }
}

impl JavaScript {
    /// The file that Node and the compiler take.
    fn one(&self, index: &ModuleIndex<'_>, from: FileId, import: &Import) -> Target {
        let path = index.files[from.index()].path.as_str();
        let specifier = &*import.specifier;
        if specifier.contains("://") || specifier.starts_with("data:") || specifier.len() > 1000 {
            return Target::External(specifier.chars().take(200).collect());
        }
        let place = format!("/{path}");
        let found = self
            .with_config
            .resolve_file(&place, specifier)
            // A configuration that cannot be read is none.
            .or_else(|_| self.without_config.resolve(format!("/{}", folder(path)), specifier));
        if let Ok(resolution) = found {
            let target = self.target(index, &Tree::key(resolution.path()));
            // A package that imports itself by name: what it offers is built from a source.
            let own = package_of(specifier).filter(|_| matches!(target, Target::Asset) && !specifier.starts_with('.'));
            return match own.and_then(|package| Some((package, self.packages.get(package)?))) {
                Some((package, home)) => self.of_workspace(index, home, &specifier[package.len()..]),
                None => self.or_source(index, path, specifier, target),
            };
        }
        if let Some(found) = self.by_alias(index, path, specifier) {
            return found;
        }
        if specifier.starts_with('#') {
            let own = self.own_import(index, path, specifier);
            let provided = || provided::is_provided(specifier).then_some(Target::Asset);
            return own.or_else(provided).unwrap_or(Target::Unresolved);
        }
        if let Some(target) = self.by_sign(index, path, specifier) {
            return target;
        }
        if provided::is_provided(specifier) {
            return self.or_source(index, path, specifier, Target::Asset);
        }
        // Deno's names of packages have their registry and version.
        let registry = specifier
            .strip_prefix("jsr:")
            .or_else(|| specifier.strip_prefix("npm:"));
        if let Some(package) = registry.and_then(|rest| package_of(rest.trim_start_matches('/'))) {
            let end = package.rfind('@').filter(|at| *at > 0).unwrap_or(package.len());
            return Target::External(package[..end].to_owned());
        }
        let bare = !specifier.starts_with(['.', '/', '#']);
        let Some(package) = package_of(specifier).filter(|_| bare) else {
            return self.or_source(index, path, specifier, missing(specifier));
        };
        match self.packages.get(package) {
            Some(home) => self.of_workspace(index, home, specifier.strip_prefix(package).unwrap_or_default()),
            None => Target::External(package.to_owned()),
        }
    }

    /// Names that begin with a sign which tools give a meaning of their own: `$lib`, `@theme/`, `~/` …
    fn by_sign(&self, index: &ModuleIndex<'_>, path: &str, specifier: &str) -> Option<Target> {
        if specifier == "$lib" || specifier.starts_with("$lib/") {
            // SvelteKit's own alias.
            let below = format!("src/lib/{}", specifier[4..].trim_start_matches('/'));
            let found = self.below_root(index, path, below.trim_end_matches('/'));
            return Some(found.unwrap_or(Target::Unresolved));
        }
        // A component of Docusaurus may be replaced by one of the site.
        if let Some(theme) = specifier.strip_prefix("@theme/") {
            let found = self.below_root(index, path, &format!("theme/{theme}"));
            return Some(found.unwrap_or(Target::Asset));
        }
        // No package has such a name: it is the root of the package or of its source.
        let below = ["~/", "@/", "~~/", "@@/", "@site/"]
            .iter()
            .find_map(|sign| specifier.strip_prefix(sign))?;
        let made = || provided::is_provided(&format!("./{below}")).then_some(Target::Asset);
        let found = self.below_root(index, path, below).or_else(made);
        Some(found.unwrap_or(Target::Unresolved))
    }

    fn target(&self, index: &ModuleIndex<'_>, path: &str) -> Target {
        match index.file(path) {
            Some(file) if index.files[file.index()].syntax.is_some() => Target::file(file),
            _ => Target::Asset,
        }
    }

    /// A path below the folder of the nearest package, or below its source.
    fn below_root(&self, index: &ModuleIndex<'_>, path: &str, below: &str) -> Option<Target> {
        let mut home = folder(path);
        loop {
            if index.file(&join(home, "package.json")).is_some() || home.is_empty() {
                let bases = [home.to_owned(), join(home, "src"), join(home, "app")];
                return bases.iter().find_map(|base| self.at(index, &normalize(base, below)?));
            }
            home = folder(home);
        }
    }

    /// A path from the root, with or without its ending, or a folder with an index.
    fn at(&self, index: &ModuleIndex<'_>, path: &str) -> Option<Target> {
        let found = self.without_config.resolve("/", &format!("./{path}")).ok()?;
        Some(self.target(index, &Tree::key(found.path())))
    }

    /// The target of an alias of a bundler or a test tool, or that it has none.
    fn by_alias(&self, index: &ModuleIndex<'_>, path: &str, specifier: &str) -> Option<Target> {
        if specifier.starts_with(['.', '#']) {
            return None;
        }
        let targets = self.aliases.targets(path, specifier);
        let mut places = targets.iter().chain(&[]).cloned().collect::<Vec<_>>();
        places.extend(self.aliases.below_roots(path, specifier));
        if let Some(found) = places.iter().find_map(|place| self.at(index, place)) {
            return Some(found);
        }
        // An alias of a package by another (`react` as `preact/compat`) is none of this repository.
        let inside = |place: &&String| index.is_folder(folder(place)) && !folder(place).is_empty();
        targets.iter().find(inside).map(|_| missing(specifier))
    }

    /// The `package.json` of a folder.
    fn map_of(&self, index: &ModuleIndex<'_>, home: &str) -> Option<Rc<Value>> {
        let mut maps = self.maps.borrow_mut();
        if let Some(known) = maps.get(home) {
            return known.clone();
        }
        let names = ["package.json", "deno.json", "deno.jsonc", "jsr.json"];
        let file = names.iter().find_map(|name| index.file(&join(home, name)));
        let text = file.and_then(|file| index.files[file.index()].text.as_deref());
        let map = text.and_then(|text| serde_json::from_str(text).ok()).map(Rc::new);
        maps.insert(home.to_owned(), map.clone());
        map
    }

    /// `#name`, by the `imports` of the package around a file.
    fn own_import(&self, index: &ModuleIndex<'_>, path: &str, specifier: &str) -> Option<Target> {
        let mut home = folder(path);
        while index.file(&join(home, "package.json")).is_none() {
            if home.is_empty() {
                return None;
            }
            home = folder(home);
        }
        let map = self.map_of(index, home)?;
        let targets = offered::targets(map.get("imports")?, specifier);
        if targets.iter().any(|target| !target.starts_with('.')) && targets.len() == 1 {
            return package_of(&targets[0]).map(|name| Target::External(name.to_owned()));
        }
        self.source_of(index, home, &targets)
    }

    /// The source of what a relative path leads to, where that is built.
    fn or_source(&self, index: &ModuleIndex<'_>, path: &str, specifier: &str, target: Target) -> Target {
        let place = normalize(folder(path), specifier).filter(|_| specifier.starts_with('.'));
        let built = place.filter(|place| !matches!(target, Target::Files(_)) && is_in_output(place));
        let source = built.and_then(|place| self.source_of(index, "", &[format!("./{place}")]));
        source.unwrap_or(target)
    }

    /// The first file that paths of a package lead to: themselves, else the sources that they are built from.
    fn source_of(&self, index: &ModuleIndex<'_>, home: &str, targets: &[String]) -> Option<Target> {
        let relative = || targets.iter().filter(|target| target.starts_with('.'));
        let own = relative().filter(|target| !is_declaration(target));
        let exact = own.filter_map(|target| index.file(&normalize(home, target)?));
        let parsed = |file: &FileId| index.files[file.index()].syntax.is_some();
        if let Some(file) = exact.into_iter().find(parsed) {
            return Some(Target::file(file));
        }
        relative().find_map(|target| {
            let candidates = sources(target);
            let found = candidates.iter().filter_map(|path| index.file(&normalize(home, path)?));
            found.into_iter().find(parsed).map(Target::file)
        })
    }

    /// `@scope/name` or `@scope/name/part` of this repository.
    fn of_workspace(&self, index: &ModuleIndex<'_>, home: &str, part: &str) -> Target {
        let exports = self.map_of(index, home).and_then(|map| {
            let targets = offered::targets(map.get("exports")?, &format!(".{part}"));
            self.source_of(index, home, &targets)
        });
        if let Some(found) = exports {
            return found;
        }
        let offered = (part.is_empty())
            .then(|| self.without_config.resolve(format!("/{home}"), ".").ok())
            .flatten()
            .map(|found| Tree::key(found.path()));
        // Where only the declarations of a built file exist, the source has more facts.
        if let Some(found) = offered.as_ref().filter(|found| !is_declaration(found)) {
            return self.target(index, found);
        }
        let part = part.trim_start_matches('/');
        let source = if part.is_empty() { "index" } else { part };
        for base in [join(home, "src"), home.to_owned()] {
            let request = format!("./{source}");
            if let Ok(found) = self.without_config.resolve(format!("/{base}"), &request) {
                return self.target(index, &Tree::key(found.path()));
            }
        }
        offered.map_or(Target::Unresolved, |found| self.target(index, &found))
    }
}

fn is_declaration(path: &str) -> bool {
    [".d.ts", ".d.mts", ".d.cts"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

/// The target of a relative import without a file; files other than code are not searched for.
fn missing(specifier: &str) -> Target {
    let name = specifier.split(['?', '#']).next().unwrap_or_default();
    let ending = name
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .rsplit_once('.')
        .map(|(_, ending)| ending);
    let code = [
        "js", "ts", "jsx", "tsx", "mjs", "cjs", "mts", "cts", "vue", "svelte", "json",
    ];
    match ending {
        Some(ending)
            if !code.contains(&ending) && ending.len() <= 5 && ending.bytes().all(|b| b.is_ascii_lowercase()) =>
        {
            // `./a.service` is a module, `./a.css` is none.
            const ASSETS: &[&str] = &[
                "css", "scss", "sass", "less", "styl", "svg", "png", "jpg", "gif", "webp", "html", "md", "wasm", "txt",
                "yaml", "yml", "glsl", "node", "woff", "woff2", "ttf",
            ];
            if ASSETS.contains(&ending) {
                Target::Asset
            } else {
                Target::Unresolved
            }
        }
        _ => Target::Unresolved,
    }
}

/// `name` or `@scope/name`.
fn package_of(specifier: &str) -> Option<&str> {
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    let end = specifier
        .match_indices('/')
        .nth(parts - 1)
        .map_or(specifier.len(), |(at, _)| at);
    Some(&specifier[..end]).filter(|name| !name.is_empty())
}
