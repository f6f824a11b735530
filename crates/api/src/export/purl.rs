//! The package URL of a package of a report, which older reports do not have.

use repolens_core::report::Package;

/// With the version only where it is an exact one: a range is no version.
pub fn of(package: &Package) -> String {
    if !package.purl.is_empty() {
        return package.purl.clone();
    }
    repolens_core::report::purl::of(
        &package.r#type,
        &package.name,
        version(package),
        package.source.as_deref(),
    )
}

/// The exact version, where one is known.
pub fn version(package: &Package) -> Option<&str> {
    let version = package.version.trim();
    let version = version
        .strip_prefix("==")
        .or_else(|| version.strip_prefix('='))
        .unwrap_or(version)
        .trim();
    (package.resolved && !version.is_empty()).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_its_form() {
        for (kind, name, version, resolved, wanted) in [
            ("npm", "lodash", "4.17.21", true, "pkg:npm/lodash@4.17.21"),
            ("npm", "@angular/core", "17.0.0", true, "pkg:npm/%40angular/core@17.0.0"),
            ("npm", "react", "^18", false, "pkg:npm/react"),
            (
                "pypi",
                "Typing_Extensions",
                "==4.0",
                true,
                "pkg:pypi/typing-extensions@4.0",
            ),
            ("pip", "requests", "2.0", true, "pkg:pypi/requests@2.0"),
            (
                "golang",
                "github.com/a/b/v2",
                "v2.0.1+incompatible",
                true,
                "pkg:golang/github.com/a/b/v2@v2.0.1%2Bincompatible",
            ),
            (
                "maven",
                "org.apache.commons:commons-lang3",
                "3.14",
                true,
                "pkg:maven/org.apache.commons/commons-lang3@3.14",
            ),
            ("cargo", "serde", "1.0.1", true, "pkg:cargo/serde@1.0.1"),
            (
                "composer",
                "Laravel/Framework",
                "v11",
                true,
                "pkg:composer/laravel/framework@v11",
            ),
            ("gem", "a/b c", "1", true, "pkg:gem/a%2Fb%20c@1"),
        ] {
            let package = Package {
                r#type: kind.into(),
                name: name.into(),
                version: version.into(),
                resolved,
                ..Package::default()
            };
            assert_eq!(of(&package), wanted);
        }
    }
}
