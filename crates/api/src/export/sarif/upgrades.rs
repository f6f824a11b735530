//! Known vulnerabilities: one result for each direct dependency that has some or leads to some, with its upgrade.

use repolens_core::report::{FindingSeverity, LookupState, Upgrade, VulnerabilitySeverity};
use serde_json::{Value, json};

use super::security::level;
use super::{Excerpt, Finding, Results, place};

pub(super) const RULE: &str = "vulnerable-dependency";

pub(super) fn results(results: &mut Results, excerpt: &Excerpt) {
    let known = excerpt
        .dependencies
        .get()
        .and_then(|section| section.vulnerabilities.as_ref());
    for upgrade in known.map(|known| known.upgrades.as_slice()).unwrap_or_default() {
        results.add(of(upgrade));
    }
}

fn of(upgrade: &Upgrade) -> Finding<'_> {
    let count = match upgrade.fixes {
        1 => "1 known vulnerability".to_owned(),
        fixes => format!("{fixes} known vulnerabilities"),
    };
    let remedy = match &upgrade.to {
        Some(to) => format!("Upgrade it to {to}."),
        None => "Choose a version of it that needs none of them.".to_owned(),
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
