//! Files that a framework or a tool finds by their names and calls: one row for each family.

use std::collections::{BTreeMap, BTreeSet};

use super::packages::{home_of, is_script};
use crate::budget::spend;
use crate::facts::FileFacts;
use crate::ids::FileId;
use crate::language::Glob;

mod families;

/// A family of tools.
struct Family {
    /// Packages that a package or one above it needs; a name that ends in `/` matches all below it. Empty: any package.
    packages: &'static [&'static str],
    /// Patterns of paths below the folder of a package, without their ending. `src/` may come before them.
    files: &'static [&'static str],
}

/// Packages whose programs start at files that their family finds, all of them.
const APPLICATIONS: &[&str] = &[
    "next",
    "nuxt",
    "@remix-run/react",
    "@react-router/dev",
    "@sveltejs/kit",
    "gatsby",
    "react-scripts",
    "@vue/cli-service",
    "expo",
    "@docusaurus/core",
    "@tanstack/react-start",
    "@nestjs/core",
];

#[derive(Debug, Default)]
pub(super) struct Conventions {
    pub found: BTreeSet<FileId>,
    /// Folders of packages that are applications of such a family, with a file that it finds.
    pub applications: BTreeSet<String>,
}

/// The files of this repository that a family finds.
pub(super) fn files(files: &[FileFacts], packages: &BTreeMap<String, FileId>) -> Conventions {
    let mut conventions = Conventions::default();
    let mut globs: BTreeMap<String, (bool, Vec<Glob>)> = BTreeMap::new();
    for home in packages.keys() {
        let needed = needs(files, packages, home);
        let families = families::all().filter(|family| family.applies(&needed));
        let list = families
            .flat_map(|family| family.files)
            .flat_map(|pattern| written_out(pattern));
        let is_application = APPLICATIONS.iter().any(|package| needed.contains(package));
        let list = list.filter_map(|pattern| Glob::new(pattern.as_bytes())).collect();
        globs.insert(home.clone(), (is_application, list));
    }
    // A page of the same name: Node-RED loads both, and so do plain pages.
    let pages: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| file.path.strip_suffix(".html"))
        .collect();
    for (at, file) in FileId::enumerate(files).filter(|(_, file)| is_script(file)) {
        if file.path.rsplit_once('.').is_some_and(|(stem, _)| pages.contains(stem)) {
            conventions.found.insert(at);
            continue;
        }
        let Some(home) = home_of(packages, &file.path) else {
            continue;
        };
        let Some((is_application, globs)) = globs.get(home) else {
            continue;
        };
        let below = if home.is_empty() {
            &*file.path
        } else {
            &file.path[home.len() + 1..]
        };
        let stem = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
        let inner = stem.strip_prefix("src/").unwrap_or(stem);
        spend(globs.len() as u64);
        if globs
            .iter()
            .any(|glob| glob.matches(stem.as_bytes()) || glob.matches(inner.as_bytes()))
        {
            conventions.found.insert(at);
            if *is_application {
                conventions.applications.insert(home.to_owned());
            }
        }
    }
    conventions
}

/// The packages that a package and those above it need.
fn needs<'f>(files: &'f [FileFacts], packages: &BTreeMap<String, FileId>, home: &str) -> BTreeSet<&'f str> {
    let above = packages.iter().filter(|(other, _)| {
        other.is_empty()
            || *other == home
            || home
                .strip_prefix(other.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
    });
    let manifests = above.filter_map(|(_, at)| files[at.index()].manifest.as_ref());
    manifests
        .flat_map(|manifest| &manifest.requirements)
        .map(|requirement| requirement.name.as_str())
        .collect()
}

impl Family {
    fn applies(&self, needed: &BTreeSet<&str>) -> bool {
        let has = |name: &&str| match name.ends_with('/') {
            true => needed
                .range(*name..)
                .next()
                .is_some_and(|found| found.starts_with(*name)),
            false => needed.contains(*name),
        };
        self.packages.is_empty() || self.packages.iter().any(has)
    }
}

/// `{a,b}/c` as `a/c` and `b/c`.
fn written_out(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut work = vec![pattern.to_owned()];
    while let Some(pattern) = work.pop() {
        match pattern
            .split_once('{')
            .and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            Some((before, (inner, after))) => {
                work.extend(inner.split(',').map(|part| format!("{before}{part}{after}")));
            }
            None => done.push(pattern),
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_can_be_read() {
        for pattern in families::all()
            .flat_map(|family| family.files)
            .flat_map(|pattern| written_out(pattern))
        {
            assert!(
                Glob::new(pattern.as_bytes()).is_some() && !pattern.contains(['{', '}']),
                "{pattern}"
            );
        }
    }
}
