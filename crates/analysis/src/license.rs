//! Which license a text is, by sentences that only this license has.

pub mod class;
pub(crate) mod notice;

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
    let known = by_its_license || matches!(stem, "license" | "licence" | "copying" | "unlicense" | "licenses");
    let is_text = !lower.contains('.')
        || [".md", ".txt", ".rst", ".mit", ".apache", ".bsd"]
            .iter()
            .any(|end| lower.ends_with(end));
    known
        && (is_text || !lower.ends_with(|c: char| c.is_ascii_alphabetic()) || lower.contains("license-"))
        && folder.split('/').all(|folder| folder != "node_modules")
        && crate::language::origin_by_path(path) != crate::language::Origin::Vendored
}

/// Debian has the licenses of a package in `debian/copyright`, which is installed below `/usr/share/doc`.
fn is_copyright_of_debian(folder: &str, name: &str) -> bool {
    name == "copyright" && (folder == "debian" || folder.ends_with("/debian") || folder.starts_with("usr/share/doc/"))
}

/// SPDX identifiers with the phrases that a text must all have, in lower case with single spaces; the first that fits.
const KNOWN: &[(&str, &[&str])] = &[
    ("AGPL-3.0", &["gnu affero general public license", "version 3"]),
    ("LGPL-3.0", &["gnu lesser general public license", "version 3"]),
    ("LGPL-2.1", &["gnu lesser general public license", "version 2.1"]),
    ("GPL-3.0", &["gnu general public license", "version 3"]),
    ("GPL-2.0", &["gnu general public license", "version 2"]),
    ("MPL-2.0", &["mozilla public license", "2.0"]),
    ("Apache-2.0", &["apache license", "version 2.0"]),
    ("EPL-2.0", &["eclipse public license", "2.0"]),
    ("BSL-1.0", &["boost software license", "version 1.0"]),
    ("CC0-1.0", &["cc0 1.0 universal"]),
    ("CC-BY-4.0", &["creative commons attribution 4.0"]),
    (
        "Unlicense",
        &["this is free and unencumbered software released into the public domain"],
    ),
    ("libpng-2.0", &["png reference library license version 2"]),
    (
        "Zlib",
        &[
            "this software is provided 'as-is', without any express or implied warranty",
            "altered source versions",
        ],
    ),
    (
        "ISC",
        &[
            "permission to use, copy, modify, and/or distribute this software for any purpose",
            "copyright notice and this permission notice appear in all copies",
        ],
    ),
    (
        "ISC",
        &["permission to use, copy, modify, and distribute this software for any purpose with or without fee"],
    ),
    (
        "BSD-3-Clause",
        &["redistribution and use in source and binary forms", "neither the name"],
    ),
    ("BSD-2-Clause", &["redistribution and use in source and binary forms"]),
    (
        "MIT",
        &[
            "permission is hereby granted, free of charge, to any person obtaining a copy",
            "without restriction",
        ],
    ),
    ("MIT", &["mit license"]),
    ("WTFPL", &["do what the fuck you want to public license"]),
    ("Python-2.0", &["python software foundation license version 2"]),
];

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

/// The SPDX identifier of a license text.
#[must_use]
pub fn identify(text: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(&text[..text.len().min(64 * 1024)]).to_lowercase();
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let gnu = gnu_title(&plain);
    KNOWN
        .iter()
        .filter(|(_, phrases)| !phrases[0].starts_with("gnu ") || Some(phrases[0]) == gnu)
        .filter(|(_, phrases)| phrases.iter().all(|phrase| plain.contains(phrase)))
        // Licenses name each other, as that of Mozilla those of GNU: a text is the one that it names first.
        .min_by_key(|(_, phrases)| plain.find(phrases[0]))
        .map(|(id, _)| *id)
}

/// The license of GNU that a text names first.
fn gnu_title(text: &str) -> Option<&'static str> {
    const TITLES: &[&str] = &[
        "gnu affero general public license",
        "gnu lesser general public license",
        "gnu library general public license",
        "gnu general public license",
    ];
    let places = TITLES
        .iter()
        .filter_map(|title| text.find(title).map(|at| (at, *title)));
    places.min().map(|(_, title)| title)
}

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
        ] {
            assert!(is_license_file(path), "{path}");
        }
        for path in ["license.py", "node_modules/a/LICENSE", "licensing.md", "src/license.ts"] {
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
        assert_eq!(identify(mit), Some("MIT"));
        assert_eq!(
            identify(b"  Apache License\n Version 2.0, January 2004"),
            Some("Apache-2.0")
        );
        assert_eq!(
            identify(b"GNU LESSER GENERAL PUBLIC LICENSE Version 3"),
            Some("LGPL-3.0")
        );
        assert_eq!(
            identify(b"GNU GENERAL PUBLIC LICENSE Version 3 ... 13. Use with the GNU Affero General Public License."),
            Some("GPL-3.0")
        );
        assert_eq!(
            identify(b"Mozilla Public License Version 2.0 ... means either the GNU General Public License, Version 2.0, the GNU Lesser General Public License, Version 2.1, the GNU Affero General Public License, Version 3.0"),
            Some("MPL-2.0")
        );
        assert_eq!(identify(b"all rights reserved"), None);
    }
}
