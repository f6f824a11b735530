//! Licenses: which files have one, and which one it is.

pub mod class;
pub(crate) mod notice;
mod phrases;
mod text;

pub(crate) use text::identify;

/// Endings of files that are no license texts, whatever their names begin with.
#[rustfmt::skip]
const CODE: [&str; 61] = [
    "bat", "bash", "c", "cc", "cfg", "cjs", "cmd", "cpp", "cs", "css", "cts", "dart", "diff", "ejs", "ex", "exs", "gif", "go", "gradle",
    "groovy", "h", "hbs", "html", "ini", "java", "jpg", "js", "json", "jsx", "kt", "kts", "lock", "lua", "map", "mjs", "mts", "patch", "pdf",
    "php", "pl", "pm", "png", "ps1", "py", "rb", "rs", "scala", "sh", "snap", "sql", "svelte", "svg", "swift", "tmpl", "toml", "ts", "tsx",
    "vue", "xml", "yaml", "yml",
];

/// Whether a file is a license by its name.
#[must_use]
pub fn is_license_file(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let lower = name.to_ascii_lowercase();
    let stem = lower.split(['.', '-', '_']).next().unwrap_or_default();
    // `MIT-LICENSE`, `GPL-LICENSE.txt`
    let by_its_license = matches!(
        stem,
        "mit" | "bsd" | "isc" | "gpl" | "lgpl" | "agpl" | "apache" | "mpl" | "gnu"
    ) && lower
        .split(['.', '-', '_'])
        .nth(1)
        .is_some_and(|word| matches!(word, "license" | "licence"));
    if is_copyright_of_debian(folder, &lower) {
        return true;
    }
    // `LICENSES/Apache-2.0.txt`: the folder of REUSE.
    let is_of_reuse = folder == "LICENSES" && lower.ends_with(".txt");
    let known =
        is_of_reuse || by_its_license || matches!(stem, "license" | "licence" | "copying" | "unlicense" | "licenses");
    // `LICENSE.BSD-3-Clause` and `LICENSE.httprouter`; `license.ts` is code.
    let ending = lower.rsplit('.').next().unwrap_or_default();
    let is_lower = |c: char| c.is_ascii_lowercase();
    let is_capital = name.get(..4).is_some_and(|start| !start.contains(is_lower));
    let is_text = !lower.contains('.')
        || ["md", "txt", "rst", "mit", "apache", "bsd"].contains(&ending)
        || is_capital && !CODE.contains(&ending);
    known
        && (is_text
            || !lower.ends_with(|c: char| c.is_ascii_alphabetic())
            || lower.contains("license-") && !CODE.contains(&ending))
        && folder.split('/').all(|folder| folder != "node_modules")
        && crate::language::origin_by_path(path) != crate::language::Origin::Vendored
}

/// Debian has the licenses of a package in `debian/copyright`, which is installed below `/usr/share/doc`.
fn is_copyright_of_debian(folder: &str, name: &str) -> bool {
    name == "copyright" && (folder == "debian" || folder.ends_with("/debian") || folder.starts_with("usr/share/doc/"))
}

/// The license of the files of all of a package (`Files: *`), by Debian's machine-readable format.
#[must_use]
pub fn of_copyright(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&text[..text.len().min(64 * 1024)]);
    if !text.lines().next()?.contains("copyright-format") {
        return None;
    }
    let mut lines = text
        .lines()
        .skip_while(|line| line.split_whitespace().ne(["Files:", "*"]));
    let name = lines.find_map(|line| line.strip_prefix("License:"))?.trim();
    // Its short names are those of SPDX but for these.
    let spdx = match name.to_ascii_lowercase().as_str() {
        "expat" => "MIT".to_owned(),
        "bsd-2-clause" => "BSD-2-Clause".to_owned(),
        "bsd-3-clause" => "BSD-3-Clause".to_owned(),
        _ => match name.strip_suffix('+') {
            Some(name) if name.contains('.') => format!("{name}-or-later"),
            Some(name) => format!("{name}.0-or-later"),
            None => name.to_owned(),
        },
    };
    (!spdx.is_empty() && spdx.len() < 80).then_some(spdx)
}

/// Begins what a license file has that only points to others, before their names.
pub(crate) const SEE: &str = "see ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_name() {
        for path in [
            "LICENSE",
            "LICENCE.md",
            "a/COPYING",
            "LICENSE-MIT",
            "license.txt",
            "LICENSE.BSD",
            "LICENSE.BSD-3-Clause",
            "LICENSE.httprouter",
        ] {
            assert!(is_license_file(path), "{path}");
        }
        for path in [
            "license.py",
            "node_modules/a/LICENSE",
            "licensing.md",
            "src/license.ts",
            "LICENSE.json",
            "Licenses.java",
            "tools/license-update.mjs",
            "license-allow.yaml",
        ] {
            assert!(!is_license_file(path), "{path}");
        }
    }

    #[test]
    fn debian_names_the_license_of_a_package() {
        let of = |name: &str| {
            let text = format!(
                "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: debian/*\nLicense: X\n\nFiles: *\nCopyright: A\nLicense: {name}\n text\n"
            );
            of_copyright(text.as_bytes()).unwrap_or_default()
        };
        assert_eq!(of("Apache-2.0"), "Apache-2.0");
        assert_eq!(of("Expat"), "MIT");
        assert_eq!(of("GPL-2+"), "GPL-2.0-or-later");
        assert_eq!(of("LGPL-2.1+"), "LGPL-2.1-or-later");
        assert_eq!(of_copyright(b"It was packaged by A.\nLicense: MIT\n"), None);
        assert!(is_license_file("usr/share/doc/ruby-tool/copyright") && is_license_file("debian/copyright"));
        assert!(!is_license_file("src/copyright"));
    }

    #[test]
    fn texts_are_known_by_their_sentences() {
        let mit = b"Permission is hereby granted, free of charge,\nto any person obtaining a copy of this\nsoftware, to deal without restriction";
        assert_eq!(identify(mit).as_deref(), Some("MIT"));
        assert_eq!(
            identify(b"  Apache License\n Version 2.0, January 2004").as_deref(),
            Some("Apache-2.0")
        );
        assert_eq!(
            identify(b"GNU LESSER GENERAL PUBLIC LICENSE Version 3").as_deref(),
            Some("LGPL-3.0")
        );
        assert_eq!(
            identify(b"GNU GENERAL PUBLIC LICENSE Version 3 ... 13. Use with the GNU Affero General Public License.")
                .as_deref(),
            Some("GPL-3.0")
        );
        assert_eq!(identify(b"all rights reserved"), None);
    }
}
