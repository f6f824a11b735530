//! Package URLs: `pkg:TYPE/NAMESPACE/NAME@VERSION`, each part encoded by the rules of the specification for its type.

use std::fmt::Write as _;

use repolens_core::report::Package;

/// With the version only where it is an exact one: a range is no version.
pub fn of(package: &Package) -> String {
    let kind = if package.r#type == "pip" {
        "pypi"
    } else {
        package.r#type.as_str()
    };
    let name = match kind {
        "pypi" => package.name.to_ascii_lowercase().replace('_', "-"),
        "composer" | "github" | "bitbucket" => package.name.to_ascii_lowercase(),
        // The group precedes a colon.
        "maven" => package.name.replacen(':', "/", 1),
        _ => package.name.clone(),
    };
    let mut purl = format!("pkg:{}/", kind.to_ascii_lowercase());
    let mut parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    // Only a scope, an organization or a path of modules has a slash of its own.
    if !matches!(
        kind,
        "npm" | "golang" | "maven" | "composer" | "github" | "bitbucket" | "swift"
    ) {
        parts = vec![name.as_str()];
    }
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            purl.push('/');
        }
        encode(&mut purl, part);
    }
    if let Some(version) = version(package) {
        purl.push('@');
        encode(&mut purl, version);
    }
    purl
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

fn encode(purl: &mut String, part: &str) {
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' | b':' => purl.push(char::from(byte)),
            other => write!(purl, "%{other:02X}").expect("a String takes everything"),
        }
    }
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
