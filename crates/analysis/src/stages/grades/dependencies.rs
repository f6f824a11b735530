//! Dependencies: how surely a build tomorrow gets what it got today. How many there are does not count.

use std::collections::BTreeMap;

use repolens_core::report::{AspectGrade, GradePlace, Package};

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
    let direct: Vec<&Package> = dependencies
        .packages
        .iter()
        // Images and actions are where it is built.
        .filter(|package| package.direct && !package.is_dev && !matches!(&*package.r#type, "docker" | "githubactions"))
        .collect();
    let open: Vec<GradePlace> = direct
        .iter()
        .filter(|package| is_open(package))
        .map(|package| GradePlace {
            file: package.manifest.clone(),
            line: None,
            reason: format!(
                "{} {}",
                package.name,
                if package.version.is_empty() {
                    "(any version)"
                } else {
                    &package.version
                }
            ),
        })
        .collect();
    let unbounded = Term::new(
        "unbounded_versions",
        0.6,
        "direct dependencies of which any version is taken: a fifth of them and of 3 more costs nothing",
    );
    let unbounded = if direct.is_empty() {
        unbounded.not_measured("there are no dependencies")
    } else {
        let all = (direct.len() + MORE) as f64;
        unbounded
            .lower_is_better_from(open.len() as f64, all * FREE, all)
            .places(open)
    };
    let locked: Vec<&Package> = dependencies
        .packages
        .iter()
        .filter(|package| package.resolved && !package.is_dev)
        .collect();
    let single = Term::new(
        "several_versions",
        0.2,
        "packages that occur in several versions, in percent: 5 cost nothing",
    );
    let single = if dependencies.statistics.transitive == 0 {
        single.not_measured("no lock file")
    } else {
        let mut versions: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for package in &locked {
            *versions.entry((&package.r#type, &package.name)).or_default() += 1;
        }
        let several: Vec<_> = versions.iter().filter(|(_, count)| **count > 1).collect();
        let places = several.iter().map(|((_, name), count)| GradePlace {
            file: locked
                .iter()
                .find(|package| package.name == **name)
                .map_or_else(String::new, |package| package.manifest.clone()),
            line: None,
            reason: format!("{name}: {count} versions"),
        });
        let places = places.collect();
        single
            .lower_is_better_from(
                percent(several.len() as f64, versions.len() as f64),
                FEW_VERSIONS,
                MANY_VERSIONS,
            )
            .places(places)
    };
    let updates = Term::new("updates", 0.2, "a service proposes updates: 1 yes, 0 no");
    let updates = match (measured.published_by, &measured.report.community) {
        (Some(registry), _) => updates.not_measured(&format!("a package of {registry} has no such configuration")),
        (None, Some(community)) if dependencies.statistics.transitive > 0 => {
            updates.yes_or_no(community.dependency_updates.is_some())
        }
        _ => updates.not_measured("no lock file: nothing keeps an old version"),
    };
    let known = Term::new("vulnerabilities", 0.0, "known vulnerabilities")
        .not_measured("checked after the grade: `dependencies.vulnerabilities`");
    weighted(vec![unbounded, single, updates, known], "nothing of it was measured")
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
