use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::compare;

/// Lists in ascending order, one a line; versions with ` = ` between them are equal. `scripts/oracles/versions` checks them by the
/// ecosystems' own implementations.
const ORDERS: &str = include_str!("orders.txt");
/// Pairs that are compared of each ecosystem.
const MIN_PAIRS: usize = 200;

#[test]
fn every_pair_is_in_the_order_of_its_ecosystem() {
    let mut pairs: BTreeMap<&str, usize> = BTreeMap::new();
    for line in ORDERS.lines() {
        let (ecosystem, list) = line.split_once(": ").expect("an ecosystem and a list");
        let ranks = list.split(" < ").enumerate();
        let versions: Vec<(usize, &str)> = ranks
            .flat_map(|(rank, equal)| equal.split(" = ").map(move |version| (rank, version)))
            .collect();
        for (at, (rank, a)) in versions.iter().enumerate() {
            for (other_rank, b) in &versions {
                let order = compare(ecosystem, a, b);
                assert_eq!(order, Some(rank.cmp(other_rank)), "{ecosystem}: {a} and {b}");
            }
            *pairs.entry(ecosystem).or_default() += at;
        }
    }
    assert_eq!(pairs.len(), 12, "{pairs:?}");
    assert!(pairs.values().all(|pairs| *pairs >= MIN_PAIRS), "{pairs:?}");
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
