//! A package of a report as OSV names it.

use repolens_core::report::Package;

use super::OsvPackage;

/// Types of packages, and OSV's names of their ecosystems.
const ECOSYSTEMS: &[(&str, &str)] = &[
    ("npm", "npm"),
    ("pypi", "PyPI"),
    ("cargo", "crates.io"),
    ("golang", "Go"),
    ("maven", "Maven"),
    ("gem", "RubyGems"),
    ("nuget", "NuGet"),
    ("composer", "Packagist"),
    ("pub", "Pub"),
    ("hex", "Hex"),
    ("swift", "SwiftURL"),
    ("githubactions", "GitHub Actions"),
    ("cran", "CRAN"),
    ("hackage", "Hackage"),
];

/// The ecosystem of an OSV record, without the release of a distribution, where packages of reports can be in it.
pub(super) fn known(ecosystem: &str) -> Option<&'static str> {
    let of = ecosystem.split(':').next()?;
    ECOSYSTEMS.iter().find(|(_, name)| *name == of).map(|(_, name)| *name)
}

/// `None` where OSV cannot answer: no exact version, not from the registry, or an ecosystem that it does not have.
pub(super) fn of(package: &Package) -> Option<OsvPackage> {
    let is_go = package.r#type == "golang";
    if !package.resolved || package.version.is_empty() || package.source.is_some() {
        return None;
    }
    let &(_, ecosystem) = ECOSYSTEMS.iter().find(|(of, _)| package.r#type == *of)?;
    let version = package.version.trim_start_matches('=').trim();
    // Go's and actions' versions are known without their `v`; a commit has no place in an order.
    let version = if is_go || ecosystem == "GitHub Actions" {
        version.trim_start_matches('v')
    } else {
        version
    };
    let is_commit = version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = match ecosystem {
        // An action in a folder belongs to its repository.
        "GitHub Actions" => package.name.splitn(3, '/').take(2).collect::<Vec<_>>().join("/"),
        _ => package.name.clone(),
    };
    (!is_commit).then(|| OsvPackage {
        ecosystem,
        name,
        version: version.to_owned(),
    })
}
