//! Dependencies.
//!
//! *What it looks at*: the manifests and lock files of all ecosystems. *Why it matters*: a repository is mostly other
//! people's code. *Limits*: nothing is resolved over a network, so a version that only a registry knows is not known here;
//! fixtures, examples and copies of other projects are listed apart.

use std::collections::BTreeSet;

use repolens_core::report::{ApartManifest, DependencyFile, Report, SkippedFile, cap};

use super::modules::folder;
use super::{Outcome, Scratch};
use crate::facts::Facts;
use crate::facts::FileFacts;
use crate::language::{self, Origin};
use crate::manifests::{self, Manifest};

mod drift;
mod link;
mod lock;
mod resolve;
mod section;
pub(super) mod usage;

const MAX_PACKAGES: usize = 5_000;
const MAX_EDGES: usize = 20_000;
const MAX_FILES: usize = 500;

/// Frameworks by the package that is one.
#[rustfmt::skip]
const FRAMEWORKS: &[(&str, &str)] = &[
    ("@angular/core", "angular"), ("@nestjs/core", "nestjs"), ("@remix-run/react", "remix"), ("@sveltejs/kit", "sveltekit"),
    ("aiohttp", "aiohttp"), ("astro", "astro"), ("bottle", "bottle"), ("django", "django"), ("electron", "electron"),
    ("express", "express"), ("fastapi", "fastapi"), ("fastify", "fastify"), ("flask", "flask"), ("gatsby", "gatsby"),
    ("hono", "hono"), ("koa", "koa"), ("next", "next.js"), ("nuxt", "nuxt"), ("preact", "preact"), ("pyramid", "pyramid"),
    ("react", "react"), ("react-native", "react-native"), ("sanic", "sanic"), ("solid-js", "solid"), ("starlette", "starlette"),
    ("svelte", "svelte"), ("tornado", "tornado"), ("vue", "vue"),
];

/// A manifest and where it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'f> {
    path: &'f str,
    manifest: &'f Manifest,
}

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let (mut own, mut apart) = (Vec::new(), Vec::new());
    for file in &facts.files {
        let Some(manifest) = file.manifest.as_deref() else {
            continue;
        };
        match apart_by(file) {
            None => own.push(Found {
                path: &file.path,
                manifest,
            }),
            Some(reason) => apart.push(ApartManifest {
                path: file.path.clone(),
                reason: reason.to_owned(),
                packages: manifest.requirements.len() as u64,
            }),
        }
    }
    let unread = unread(facts);
    if own.is_empty() && unread.is_empty() && apart.is_empty() {
        return Outcome::Skipped("no manifest or lock file of a kind that is read".to_owned());
    }
    let resolved = resolve::resolve(&own);
    let linked = link::link(&own, &resolved);
    let (mut dependencies, mut truncated) = section::build(linked);
    frameworks(&own, report);
    dependencies.files = own
        .iter()
        .map(|found| DependencyFile {
            path: found.path.to_owned(),
            format: found.manifest.format.to_owned(),
            packages: found.manifest.requirements.len() as u64,
        })
        .collect();
    truncated |= cap(&mut dependencies.files, MAX_FILES);
    truncated |= cap(&mut apart, MAX_FILES);
    dependencies.apart = apart;
    dependencies.unread = unread;
    dependencies.truncated = truncated;
    section::licenses(&mut dependencies, facts);
    let is_unread = !dependencies.unread.is_empty();
    report.dependencies = Some(dependencies);
    if truncated {
        Outcome::Truncated(format!(
            "more than {MAX_PACKAGES} packages or {MAX_EDGES} edges: the rest is left out"
        ))
    } else if is_unread {
        Outcome::Truncated("a manifest or lock file could not be read: `dependencies.unread` names it".to_owned())
    } else {
        Outcome::Ok
    }
}

/// The manifests that could not be read.
fn unread(facts: &Facts) -> Vec<SkippedFile> {
    let unread = facts.skipped.iter().filter(|file| manifests::is_manifest(&file.path));
    // A Dockerfile or workflow may also be skipped for another reason: its text is in no known encoding.
    let mut unread: Vec<_> = unread
        .filter(|file| apart_by_path(&file.path).is_none())
        .cloned()
        .collect();
    cap(&mut unread, MAX_FILES);
    unread
}

/// Why the packages of a manifest are not those of the project.
fn apart_by(file: &FileFacts) -> Option<&'static str> {
    match file.origin {
        Origin::Vendored => Some("vendored"),
        _ if file.test
            && folder(&file.path)
                .split('/')
                .any(|folder| matches!(folder, "spec" | "specs")) =>
        {
            Some("fixture")
        }
        _ => apart_by_path(&file.path),
    }
}

fn apart_by_path(path: &str) -> Option<&'static str> {
    const FIXTURES: [&str; 8] = [
        "fixtures",
        "fixture",
        "__fixtures__",
        "testdata",
        "test-data",
        "test_data",
        "test-fixtures",
        "__mocks__",
    ];
    const EXAMPLES: [&str; 10] = [
        "examples",
        "example",
        "samples",
        "sample",
        "demos",
        "demo",
        "playground",
        "playgrounds",
        "templates",
        "template",
    ];
    let folders = folder(path);
    let has = |list: &[&str]| folders.split('/').any(|folder| list.contains(&folder));
    // The names of lock files are those of generated files, whatever folder they are in.
    let inside = format!("{folders}/x");
    let is_requirements = path.ends_with(".txt") && folders.matches('/').count() == 0;
    if !folders.is_empty() && language::origin_by_path(&inside) == Origin::Vendored {
        Some("vendored")
    } else if has(&FIXTURES) || language::is_test(&inside) && !is_requirements {
        Some("fixture")
    } else if has(&EXAMPLES) {
        Some("example")
    } else {
        None
    }
}

fn frameworks(own: &[Found<'_>], report: &mut Report) {
    let Some(languages) = report.languages.as_mut() else {
        return;
    };
    let of_kind = own
        .iter()
        .filter(|found| matches!(found.manifest.ecosystem, "npm" | "pypi"));
    let wanted = of_kind.clone().flat_map(|found| &found.manifest.requirements);
    let wanted = wanted.filter(|requirement| requirement.direct && !requirement.is_dev());
    let mut names: BTreeSet<_> = wanted
        .filter_map(|requirement| FRAMEWORKS.iter().find(|(package, _)| *package == requirement.name))
        .map(|(_, name)| (*name).to_owned())
        .collect();
    // The framework's own repository.
    let own_names = of_kind
        .filter_map(|found| found.manifest.name.as_ref())
        .map(|name| name.to_lowercase());
    names.extend(
        own_names
            .filter_map(|own| FRAMEWORKS.iter().find(|(p, _)| *p == own))
            .map(|(_, name)| (*name).to_owned()),
    );
    languages.frameworks = names.into_iter().collect();
}
