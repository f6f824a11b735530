//! Actions for findings of security. Those of low severity are no action.

use repolens_core::report::{Action, FindingCategory, FindingSeverity, Report, SecurityFinding};

use super::super::costs;
use super::project::lower_first;
use super::{Candidate, many, place};
use crate::facts::Facts;

/// One action for the most severe findings of each rule, the most severe first.
pub(super) fn findings(_: &Facts, report: &Report) -> Vec<Candidate> {
    let Some(section) = &report.security else {
        return Vec::new();
    };
    let counts = |finding: &&SecurityFinding| !finding.in_test && finding.severity <= FindingSeverity::Medium;
    let mut by_rule: Vec<(&str, Vec<&SecurityFinding>)> = Vec::new();
    for finding in section.findings.iter().filter(counts) {
        match by_rule.iter_mut().find(|(rule, _)| *rule == finding.rule) {
            Some((_, list)) if list[0].severity != finding.severity => {}
            Some((_, list)) => list.push(finding),
            None => by_rule.push((&finding.rule, vec![finding])),
        }
    }
    let title = |rule: &str| {
        let rules = section.rules.iter();
        rules
            .clone()
            .find(|known| known.id == rule)
            .map_or(rule, |known| known.title.as_str())
            .to_owned()
    };
    by_rule
        .into_iter()
        .map(|(rule, list)| candidate(rule, &title(rule), &list))
        .collect()
}

fn candidate(rule: &str, what: &str, list: &[&SecurityFinding]) -> Candidate {
    let first = list[0];
    let count = list.len() as u64;
    let is_secret = first.category == FindingCategory::Secret;
    let title = match (is_secret, count) {
        (true, 1) => format!("Revoke the credential in `{}`", first.file),
        (true, _) => format!(
            "Revoke {} that are in the source",
            many(count, "credential", "credentials")
        ),
        (false, 1) => format!("Repair `{}`: {}", first.file, lower_first(what)),
        (false, _) => format!("Repair {}: {}", many(count, "place", "places"), lower_first(what)),
    };
    let benefit = match first.severity {
        FindingSeverity::Critical => 100.0,
        FindingSeverity::High => 90.0,
        _ => 35.0,
    };
    let each = if is_secret { costs::CREDENTIAL } else { costs::FINDING };
    Candidate {
        benefit,
        action: Action {
            id: format!("security:{rule}"),
            title,
            reason: format!("{}. {}", first.message, first.remedy),
            places: list.iter().map(|finding| place(&finding.file, finding.line)).collect(),
            gain: format!("No finding of {} severity from this rule", first.severity.as_str()),
            effort_minutes: costs::range(each * count as f64),
            done_when: format!("The security section has no finding of `{rule}`"),
            section: "security".to_owned(),
        },
    }
}
