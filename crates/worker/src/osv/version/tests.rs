use std::cmp::Ordering;

use super::compare;

/// Each list is in ascending order; versions with ` = ` between them are equal. Every pair of a list is compared both ways.
const ORDERS: &[(&str, &str)] = &[
    (
        "npm",
        "0.0.0 < 0.0.1 < 0.1.0 < 1.0.0-0 < 1.0.0-1 < 1.0.0-2 < 1.0.0-10 < 1.0.0-alpha < 1.0.0-alpha.1 < 1.0.0-alpha.beta < \
         1.0.0-beta < 1.0.0-beta.2 < 1.0.0-beta.11 < 1.0.0-rc.1 < 1.0.0 = 1.0.0+build = v1.0.0 < 1.0.1-a < 1.0.1 < 1.2.0 < \
         1.10.0 < 2.0.0 < 10.0.0 < 99999999999999999999999.0.0",
    ),
    (
        "Go",
        "v0.0.0-20190101000000-abcdefabcdef < v0.0.0-20200101000000-abcdefabcdef < v0.0.0 < v1.2.3-0.20200101000000-abcdefabcdef \
         < v1.2.3-pre < v1.2.3-pre.0.20200101000000-abcdefabcdef < v1.2.3 = 1.2.3 < v1.2.4 < v2.0.0+incompatible = 2.0.0",
    ),
    (
        "PyPI",
        "1.0.dev1 < 1.0.dev456 < 1.0a1.dev1 < 1.0a1 < 1.0a2.dev456 < 1.0a2 = 1.0.alpha2 = 1.0-ALPHA_2 < 1.0a12.dev456 < 1.0a12 < \
         1.0b1.dev456 < 1.0b2 = 1.0beta2 < 1.0b2.post345.dev456 < 1.0b2.post345 = 1.0b2-345 < 1.0rc1.dev456 < 1.0rc1 = 1.0c1 = \
         1.0.pre1 < 1.0 = 1.0.0 = v1.0 = 1 < 1.0+abc.5 < 1.0+abc.7 < 1.0+5 < 1.0.post456.dev34 < 1.0.post456 = 1.0-456 < 1.0.15 < \
         1.1.dev1 < 1.1 < 2.0 < 2004.1 < 1!0.5 < 1!1.0",
    ),
    (
        "Maven",
        "1-alpha2snapshot < 1-alpha2 < 1-alpha-123 < 1-beta-2 < 1-beta123 < 1-m2 < 1-m11 < 1-rc = 1-cr < 1-rc123 < 1-SNAPSHOT < \
         1 = 1.0 = 1-ga = 1.0.0 = 1.0-final = 1-release < 1-sp < 1-sp2 < 1-sp123 < 1-abc < 1-def < 1-pom-1 < 1-1-snapshot < 1-1 < \
         1-2 < 1-123 < 1.1 < 1.2-alpha-1 < 1.2 < 1.10 < 2.0.1-xyz < 2.0.1-1 < 2.0.2 < 20200101",
    ),
    (
        "RubyGems",
        "0.a < 0 = 0.0 < 0.9 < 1.0.a < 1.0.a10 < 1.0.b1 < 1.0.pre < 1.0.rc1 < 1.0 = 1 = 1.0.0 < 1.0.1.pre < 1.0.1 < 1.2 < 1.10 < 2.0.0-1 < 2.0.0",
    ),
    (
        "NuGet",
        "0.9 < 1.0.0-alpha = 1.0.0-ALPHA < 1.0.0-alpha.1 < 1.0.0-alpha.10 < 1.0.0-beta < 1.0.0-RC = 1.0.0-rc < 1.0.0 = 1.0 = 1.0.0.0 = \
         1.0.0+build < 1.0.0.1 < 1.0.0.2 < 1.0.1 < 1.10.0 < 2",
    ),
    (
        "Packagist",
        "1.0.0-dev < 1.0.0-alpha1 = 1.0.0a1 = v1.0.0-alpha.1 < 1.0.0-alpha2 < 1.0.0-beta1 = 1.0b1 < 1.0.0-RC1 < 1.0.0-rc2 < 1.0.0 = 1.0 = \
         v1.0.0 < 1.0.0-patch1 = 1.0.0-p1 = 1.0.0pl1 < 1.0.1 < 1.2 < 1.10 < 2.0.0",
    ),
    ("Pub", "1.0.0-a < 1.0.0 < 1.0.0+1 < 1.0.0+2 < 1.0.0+10 < 1.0.1"),
    ("Hex", "1.0.0-rc.0 < 1.0.0-rc.1 < 1.0.0 < 1.1.0"),
    (
        "crates.io",
        "1.0.0-alpha < 1.0.0-alpha.1 < 1.0.0-rc < 1.0.0 < 1.0.1-0 < 1.0.1",
    ),
];

#[test]
fn every_pair_is_in_the_order_of_its_ecosystem() {
    for (ecosystem, list) in ORDERS {
        let ranks: Vec<Vec<&str>> = list
            .split(" < ")
            .map(|equal| equal.split(" = ").map(str::trim).collect())
            .collect();
        for (rank, equal) in ranks.iter().enumerate() {
            for (other_rank, others) in ranks.iter().enumerate() {
                for a in equal {
                    for b in others {
                        assert_eq!(
                            compare(ecosystem, a, b),
                            Some(rank.cmp(&other_rank)),
                            "{ecosystem}: {a} and {b}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_no_version_has_no_order() {
    for (ecosystem, text) in [
        ("npm", "latest"),
        ("npm", "1.x"),
        ("PyPI", "abc"),
        ("PyPI", "1.0-foo"),
        ("Go", "master"),
        ("NuGet", "1.*"),
    ] {
        assert_eq!(compare(ecosystem, text, "1.0.0"), None, "{ecosystem} {text}");
    }
    // Long and odd texts have an order too.
    let long = "1-".repeat(50_000);
    assert_eq!(compare("Maven", &long, &long), Some(Ordering::Equal));
}
