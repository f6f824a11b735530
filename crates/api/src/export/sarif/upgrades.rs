//! Known vulnerabilities: one result for each direct dependency that has some or leads to some, with its upgrade.

use std::collections::BTreeMap;

use repolens_core::report::{
    FindingSeverity, LookupState, Upgrade, Vulnerabilities, Vulnerability, VulnerabilitySeverity,
};
use serde_json::{Value, json};

use super::security::level;
use super::{Excerpt, Finding, Results, place};

pub(super) const RULE: &str = "vulnerable-dependency";

pub(super) fn results(results: &mut Results, excerpt: &Excerpt) {
    let known = excerpt
        .dependencies
        .get()
        .and_then(|section| section.vulnerabilities.as_ref());
    let Some(known) = known else { return };
    for upgrade in &known.upgrades {
        let remedy = match &upgrade.to {
            Some(to) => format!("Upgrade it to {to}."),
            None => "Choose a version of it that needs none of them.".to_owned(),
        };
        results.add(of(upgrade, &remedy));
    }
    for upgrade in without_upgrade(known) {
        results.add(of(&upgrade, "No single upgrade fixes it."));
    }
}

/// The direct dependency that has a vulnerability, or the nearest one that leads to it: `NAME@VERSION`.
fn direct(one: &Vulnerability) -> String {
    match one.path.as_slice() {
        [first, _, ..] => first.clone(),
        _ => format!("{}@{}", one.name, one.version),
    }
}

/// Direct dependencies with vulnerabilities of which no upgrade is listed.
fn without_upgrade(known: &Vulnerabilities) -> Vec<Upgrade> {
    let mut found: BTreeMap<(&str, String), Upgrade> = BTreeMap::new();
    for one in known.list.iter().flatten() {
        let name = direct(one);
        let is_listed =
            |upgrade: &Upgrade| upgrade.r#type == one.r#type && name == format!("{}@{}", upgrade.name, upgrade.version);
        let Some((package, version)) = name.rsplit_once('@').filter(|_| !known.upgrades.iter().any(is_listed)) else {
            continue;
        };
        let upgrade = Upgrade {
            r#type: one.r#type.clone(),
            name: package.to_owned(),
            version: version.to_owned(),
            manifest: one.manifest.clone(),
            ..Upgrade::default()
        };
        let known = found.entry((one.r#type.as_str(), name.clone())).or_insert(upgrade);
        known.fixes += 1;
        known.severity = known.severity.max(one.severity);
    }
    found.into_values().collect()
}

fn of(upgrade: &Upgrade, remedy: &str) -> Finding<'static> {
    let count = match upgrade.fixes {
        1 => "1 known vulnerability".to_owned(),
        fixes => format!("{fixes} known vulnerabilities"),
    };
    let severity = match upgrade.severity {
        VulnerabilitySeverity::Critical => Some(FindingSeverity::Critical),
        VulnerabilitySeverity::High => Some(FindingSeverity::High),
        VulnerabilitySeverity::Medium => Some(FindingSeverity::Medium),
        VulnerabilitySeverity::Low => Some(FindingSeverity::Low),
        VulnerabilitySeverity::Unknown => None,
    };
    Finding {
        rule: RULE,
        level: severity.map_or("warning", level),
        text: format!(
            "`{}` {} has or leads to {count}. {remedy}",
            upgrade.name, upgrade.version
        ),
        fingerprint: format!("{}:{}:{}", upgrade.manifest, upgrade.r#type, upgrade.name),
        place: place(&upgrade.manifest, None),
        related: Vec::new(),
        severity: severity.map(|severity| (severity, None)),
        suppressed_by: None,
    }
}

/// The note that no result does not mean no vulnerability; `None` where all packages were checked.
pub(super) fn not_checked(excerpt: &Excerpt) -> Option<Value> {
    let dependencies = excerpt.dependencies.get()?;
    let known = dependencies.vulnerabilities.as_ref();
    let text = match known.map(|known| known.state) {
        Some(LookupState::Complete) => return None,
        Some(LookupState::Incomplete) => "Not all packages were checked for known vulnerabilities",
        _ => "The packages were not checked for known vulnerabilities",
    };
    let text = match known.and_then(|known| known.reason.as_ref()) {
        Some(reason) => format!("{text}: {reason}"),
        None => text.to_owned(),
    };
    Some(json!({ "level": "note", "message": { "text": text } }))
}
