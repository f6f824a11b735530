//! Dependencies: how surely a build tomorrow gets what it got today. How many there are does not count.

use std::collections::BTreeMap;

use repolens_core::report::{AspectGrade, Dependencies, GradePlace, Package};

use super::super::percent;
use super::{Measured, Term, not_measured, weighted};

/// Share of the direct dependencies, and of a few more, that may be without a version: one or two are little evidence.
const FREE: f64 = 0.2;
const MORE: usize = 3;
/// Percent of packages in several versions: up to the first they cost nothing, from the second on there are no points.
const FEW_VERSIONS: f64 = 5.0;
const MANY_VERSIONS: f64 = 30.0;

pub(super) fn grade(measured: &Measured<'_>) -> AspectGrade {
    let Some(dependencies) = &measured.report.dependencies else {
        return not_measured("points", "no manifest or lock file of a kind that is read");
    };
    let known = Term::new("vulnerabilities", 0.0, "known vulnerabilities")
        .not_measured("checked after the grade: `dependencies.vulnerabilities`");
    let terms = vec![
        unbounded(dependencies),
        several_versions(dependencies),
        updates(measured, dependencies),
        known,
    ];
    weighted(terms, "nothing of it was measured")
}

fn unbounded(dependencies: &Dependencies) -> Term {
    let direct: Vec<&Package> = dependencies
        .packages
        .iter()
        // Images and actions are where it is built.
        .filter(|package| package.direct && !package.is_dev && !matches!(&*package.r#type, "docker" | "githubactions"))
        .collect();
    let term = Term::new(
        "unbounded_versions",
        0.6,
        "direct dependencies of which any version is taken: a fifth of them and of 3 more costs nothing",
    );
    if direct.is_empty() {
        return term.not_measured("there are no dependencies");
    }
    let open = direct.iter().filter(|package| is_open(package)).map(|package| {
        let version = match package.version.as_str() {
            "" => "(any version)",
            version => version,
        };
        GradePlace {
            file: package.manifest.clone(),
            line: None,
            reason: format!("{} {version}", package.name),
        }
    });
    let open: Vec<GradePlace> = open.collect();
    let all = (direct.len() + MORE) as f64;
    term.lower_is_better_from(open.len() as f64, all * FREE, all)
        .places(open)
}

fn several_versions(dependencies: &Dependencies) -> Term {
    let term = Term::new(
        "several_versions",
        0.2,
        "packages that occur in several versions, in percent: 5 cost nothing",
    );
    if dependencies.statistics.transitive == 0 {
        return term.not_measured("no lock file");
    }
    let locked = dependencies
        .packages
        .iter()
        .filter(|package| package.resolved && !package.is_dev);
    // The first manifest, and the number of versions.
    let mut versions: BTreeMap<(&str, &str), (&str, usize)> = BTreeMap::new();
    for package in locked {
        let known = versions
            .entry((&package.r#type, &package.name))
            .or_insert((&package.manifest, 0));
        known.1 += 1;
    }
    let several = versions.iter().filter(|(_, (_, count))| *count > 1);
    let places: Vec<GradePlace> = several
        .map(|((_, name), (manifest, count))| GradePlace {
            file: (*manifest).to_owned(),
            line: None,
            reason: format!("{name}: {count} versions"),
        })
        .collect();
    let share = percent(places.len() as f64, versions.len() as f64);
    term.lower_is_better_from(share, FEW_VERSIONS, MANY_VERSIONS)
        .places(places)
}

fn updates(measured: &Measured<'_>, dependencies: &Dependencies) -> Term {
    let term = Term::new("updates", 0.2, "a service proposes updates: 1 yes, 0 no");
    match (measured.published_by, &measured.report.community) {
        (Some(registry), _) => term.not_measured(&format!("a package of {registry} has no such configuration")),
        (None, Some(community)) if dependencies.statistics.transitive > 0 => {
            term.yes_or_no(community.dependency_updates.is_some())
        }
        _ => term.not_measured("no lock file: nothing keeps an old version"),
    }
}

/// Whatever is newest on the day of the build.
fn is_open(package: &Package) -> bool {
    let version = package.version.trim();
    // `>=0` and `>=0.0.0` exclude nothing.
    let is_zero = |bound: &str| {
        bound
            .trim()
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b == b'0'))
    };
    !package.resolved
        && (matches!(version, "" | "*" | "latest" | "x" | "main" | "master" | "HEAD")
            || version.strip_prefix(">=").is_some_and(is_zero))
}
