//! Package URLs: `pkg:TYPE/NAMESPACE/NAME@VERSION?QUALIFIERS#SUBPATH`, each part as the specification has it for its type.

use std::fmt::Write as _;

/// The package URL of `name`, in the form that its ecosystem writes it. `version` where it is exact; `source` where the
/// package is not from the registry: `git+URL#COMMIT` or an address.
#[must_use]
pub fn of(kind: &str, name: &str, version: Option<&str>, source: Option<&str>) -> String {
    let kind = if kind == "pip" { "pypi" } else { kind };
    let name = match kind {
        "pypi" => name.to_ascii_lowercase().replace('_', "-"),
        "composer" | "github" | "bitbucket" | "golang" | "hex" | "pub" => name.to_ascii_lowercase(),
        // The group precedes a colon.
        "maven" => name.replacen(':', "/", 1),
        _ => name.to_owned(),
    };
    let mut purl = format!("pkg:{}/", kind.to_ascii_lowercase());
    let mut parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    let mut subpath = Vec::new();
    match kind {
        // Only a scope, an organization or a path of modules has a slash of its own.
        "npm" | "golang" | "maven" | "composer" | "github" | "bitbucket" | "swift" | "docker" | "jsr" => {}
        // An action may be in a folder of its repository.
        "githubactions" => subpath = parts.split_off(parts.len().min(2)),
        _ => parts = vec![name.as_str()],
    }
    // The host of an image's registry is a qualifier.
    let registry = (kind == "docker" && parts.len() > 1 && parts[0].contains(['.', ':'])).then(|| parts.remove(0));
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            purl.push('/');
        }
        encode(&mut purl, part);
    }
    if let Some(version) = version {
        purl.push('@');
        encode(&mut purl, version);
    }
    let source = source.map(|source| match source.starts_with("git") {
        true => ("vcs_url", source),
        false => ("download_url", source),
    });
    let source = source.filter(|(_, source)| source.contains("://"));
    let registry = registry.map(|host| ("repository_url", host));
    for (mark, (key, value)) in ['?', '&'].into_iter().zip(registry.into_iter().chain(source)) {
        let _ = write!(purl, "{mark}{key}=");
        encode(&mut purl, value);
    }
    for (index, part) in subpath.iter().enumerate() {
        purl.push(if index == 0 { '#' } else { '/' });
        encode(&mut purl, part);
    }
    purl
}

fn encode(purl: &mut String, part: &str) {
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' | b':' => purl.push(char::from(byte)),
            other => {
                let _ = write!(purl, "%{other:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_its_form() {
        for (kind, name, version, source, wanted) in [
            (
                "swift",
                "github.com/apple/swift-nio",
                "2.0.0",
                "",
                "pkg:swift/github.com/apple/swift-nio@2.0.0",
            ),
            (
                "golang",
                "github.com/BurntSushi/toml",
                "v1.0.0",
                "",
                "pkg:golang/github.com/burntsushi/toml@v1.0.0",
            ),
            (
                "githubactions",
                "actions/cache/save",
                "v4.0.0",
                "",
                "pkg:githubactions/actions/cache@v4.0.0#save",
            ),
            (
                "docker",
                "ghcr.io/a/b",
                "sha256:00",
                "",
                "pkg:docker/a/b@sha256:00?repository_url=ghcr.io",
            ),
            ("docker", "node", "", "", "pkg:docker/node"),
            ("hex", "Phoenix", "1.0.0", "", "pkg:hex/phoenix@1.0.0"),
            ("jsr", "@std/path", "1.0.0", "", "pkg:jsr/%40std/path@1.0.0"),
            (
                "npm",
                "a",
                "1.0.0",
                "git+https://x.y/a.git#0f",
                "pkg:npm/a@1.0.0?vcs_url=git%2Bhttps:%2F%2Fx.y%2Fa.git%230f",
            ),
        ] {
            let optional = |text: &'static str| Some(text).filter(|text| !text.is_empty());
            assert_eq!(of(kind, name, optional(version), optional(source)), wanted);
        }
    }
}
