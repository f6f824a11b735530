//! Classes of licenses by their SPDX identifier or expression.

use repolens_core::report::LicenseClass;

#[rustfmt::skip]
const PERMISSIVE: &[&str] = &[
    "0bsd", "afl-2.1", "afl-3.0", "bsd-attribution", "dtoa", "mit-modern-variant", "apache-1.1", "apache-2.0", "artistic-2.0", "blueoak-1.0.0", "bsd", "bsd-1-clause", "bsd-2-clause",
    "bsd-3-clause", "bsd-3-clause-clear", "bsd-4-clause", "bsd-2-clause-patent", "bsd-2-clause-views", "ofl-1.1",
    "artistic-1.0-perl", "ftl", "bsl-1.0", "bzip2-1.0.6", "cc-by-3.0", "cc-by-4.0", "cc0-1.0", "curl", "fsfap", "hpnd",
    "hpnd-markus-kuhn", "hpnd-sell-variant", "isc", "icu", "libpng", "mit", "mit-0", "mit-cmu", "ms-pl", "ncsa", "openssl", "php-3.01",
    "postgresql", "psf-2.0", "python-2.0", "ruby", "tcl", "unicode-3.0", "unicode-dfs-2016", "unlicense", "upl-1.0", "vim",
    "w3c", "wtfpl", "x11", "zlib", "zpl-2.1", "cdla-permissive-2.0", "apache", "apache2", "apache 2.0",
    "apache license 2.0", "apache license, version 2.0", "the apache software license, version 2.0", "mit license",
    "the mit license", "bsd license", "bsd-3", "public domain", "publicdomain",
];
const WEAK: &[&str] = &[
    "mpl",
    "lgpl",
    "epl",
    "cddl",
    "cpl",
    "eupl",
    "ms-rl",
    "osl",
    "cecill-c",
    "gnu lesser",
];
const NETWORK: &[&str] = &["agpl", "gnu affero"];
const STRONG: &[&str] = &["gpl", "cecill", "gnu general", "cc-by-sa"];
const SOURCE: &[&str] = &[
    "busl",
    "sspl",
    "elastic",
    "polyform",
    "commons-clause",
    "licenseref-commons-clause",
    "commons clause",
    "cc-by-nc",
    "cc-by-nd",
    "rsal",
    "fsl-",
];
const NONE: &[&str] = &[
    "unlicensed",
    "proprietary",
    "none",
    "nolicense",
    "all rights reserved",
    "commercial",
];

/// The class of an expression. Of a choice (`OR`) the mildest counts, of a combination (`AND`) the strictest.
pub fn of(expression: &str) -> LicenseClass {
    let lower = expression.to_ascii_lowercase();
    let plain = lower.trim().trim_matches(['(', ')']);
    if PERMISSIVE.contains(&plain) {
        return LicenseClass::Permissive;
    }
    let either = plain
        .replace(['(', ')'], " ")
        .replace(" / ", " or ")
        .replace("||", " or ");
    let choices = either.split(" or ").map(|choice| {
        let all = choice
            .split(" and ")
            .map(|one| single(one.split(" with ").next().unwrap_or(one).trim()));
        all.max().unwrap_or(LicenseClass::Unknown)
    });
    choices.min().unwrap_or(LicenseClass::Unknown)
}

fn single(id: &str) -> LicenseClass {
    let starts = |list: &[&str]| list.iter().any(|start| id.starts_with(start));
    let id_plain = id
        .trim_end_matches("-only")
        .trim_end_matches("-or-later")
        .trim_end_matches('+');
    if PERMISSIVE.contains(&id_plain) {
        LicenseClass::Permissive
    } else if NONE.contains(&id) {
        LicenseClass::None
    } else if starts(SOURCE) {
        LicenseClass::SourceAvailable
    } else if starts(NETWORK) {
        LicenseClass::NetworkCopyleft
    } else if starts(WEAK) {
        LicenseClass::WeakCopyleft
    } else if starts(STRONG) {
        LicenseClass::StrongCopyleft
    } else {
        LicenseClass::Unknown
    }
}

/// A sentence on a license of a dependency in a repository with a permissive one.
pub fn sentence(class: LicenseClass, name: &str, license: &str, own: &str) -> String {
    match class {
        LicenseClass::StrongCopyleft => format!(
            "`{name}` is under {license}, and this repository under {own}: passing both on as one work may require {license} for all of it."
        ),
        LicenseClass::NetworkCopyleft => format!(
            "`{name}` is under {license}, and this repository under {own}: offering both over a network may require {license} for all of it."
        ),
        LicenseClass::SourceAvailable => {
            format!("`{name}` is under {license}, which may restrict what this repository ({own}) is used for.")
        }
        _ => format!("`{name}` names no license that grants rights ({license}): it may not be used or passed on."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_have_a_class() {
        for (text, class) in [
            ("MIT", LicenseClass::Permissive),
            ("(MIT OR Apache-2.0)", LicenseClass::Permissive),
            ("MIT OR GPL-3.0-only", LicenseClass::Permissive),
            ("MIT AND GPL-3.0-or-later", LicenseClass::StrongCopyleft),
            (
                "GPL-2.0-only WITH Classpath-exception-2.0",
                LicenseClass::StrongCopyleft,
            ),
            ("LGPL-2.1+", LicenseClass::WeakCopyleft),
            ("MPL-2.0", LicenseClass::WeakCopyleft),
            ("AGPL-3.0", LicenseClass::NetworkCopyleft),
            ("BUSL-1.1", LicenseClass::SourceAvailable),
            ("UNLICENSED", LicenseClass::None),
            ("Unlicense", LicenseClass::Permissive),
            ("SEE LICENSE IN x", LicenseClass::Unknown),
        ] {
            assert_eq!(of(text), class, "{text}");
        }
    }
}
