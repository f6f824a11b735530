//! Files that are better not in a repository, by their names.

use repolens_core::report::{
    FindingCategory::{Configuration, Secret},
    FindingSeverity,
};

use super::{Rule, row};
use FindingSeverity::{Info, Low, Medium};

pub static RULES: [Rule; 3] = [
    row(
        "key-store",
        "A key store is in the repository",
        Secret,
        Medium,
        312,
        "It holds private keys, and its password can be tried at leisure.",
        "Create new keys, and keep the store outside of the repository",
        &["stores for debugging", "stores of certificates (`cacerts`)"],
    ),
    row(
        "environment-file",
        "An environment file is in the repository",
        Configuration,
        Low,
        538,
        "It is made for values that differ by machine, and credentials end up in it.",
        "Commit `.env.example` without values, and ignore `.env`",
        &["`.env.example`, `.env.sample`, `.env.test`"],
    ),
    row(
        "committed-binary",
        "A built program is in the repository",
        Configuration,
        Info,
        1357,
        "It cannot be reviewed, and its sources are unknown.",
        "Build it from source, or download it by its checksum",
        &["`gradle-wrapper.jar`"],
    ),
];

/// The findings from the path of a file.
#[must_use]
pub fn of_path(path: &str) -> Option<(&'static Rule, FindingSeverity, &'static str)> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if matches!(ending, "p12" | "pfx" | "jks" | "keystore" | "ppk" | "kdbx" | "bks") {
        let is_public = name.contains("debug") || name.contains("trust") || name.contains("cacert");
        let severity = if is_public { Info } else { Medium };
        return Some((&RULES[0], severity, "A key store is in the repository"));
    }
    if name == ".env"
        || matches!(
            name.strip_prefix(".env."),
            Some("local" | "production" | "prod" | "staging" | "live")
        )
    {
        return Some((&RULES[1], RULES[1].severity, "An environment file is in the repository"));
    }
    (is_binary(&name, ending)).then_some((&RULES[2], RULES[2].severity, "A built program is in the repository"))
}

/// The endings by which Scorecard knows binaries.
#[must_use]
pub fn is_binary(name: &str, ending: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "crx", "deb", "dex", "elf", "o", "a", "so", "macho", "iso", "class", "jar", "bundle", "dylib", "lib", "msi",
        "dll", "drv", "efi", "exe", "ocx", "pyc", "pyo", "par", "rpm", "whl",
    ];
    ENDINGS.contains(&ending) && name != "gradle-wrapper.jar"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files() {
        for (path, rule) in [
            ("a/release.keystore", Some("key-store")),
            (".env", Some("environment-file")),
            ("web/.env.production", Some("environment-file")),
            (".env.example", None),
            ("bin/tool.exe", Some("committed-binary")),
            ("gradle/wrapper/gradle-wrapper.jar", None),
            ("src/a.py", None),
        ] {
            assert_eq!(of_path(path).map(|(rule, ..)| rule.id), rule, "{path}");
        }
    }
}
