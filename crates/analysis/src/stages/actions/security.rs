//! Actions for findings of security. Those of low severity are no action.

use repolens_core::report::{Action, FindingCategory, FindingSeverity, Report, SecurityFinding};

use super::{Candidate, many, place};
use crate::facts::Facts;

/// One action for each rule, the most severe first.
pub(super) fn findings(_: &Facts, report: &Report) -> Vec<Candidate> {
    let Some(section) = &report.security else {
        return Vec::new();
    };
    let counts = |finding: &&SecurityFinding| !finding.in_test && finding.severity <= FindingSeverity::Medium;
    let mut by_rule: Vec<(&str, Vec<&SecurityFinding>)> = Vec::new();
    for finding in section.findings.iter().filter(counts) {
        match by_rule.iter_mut().find(|(rule, _)| *rule == finding.rule) {
            Some((_, list)) => list.push(finding),
            None => by_rule.push((&finding.rule, vec![finding])),
        }
    }
    by_rule.into_iter().map(|(rule, list)| candidate(rule, &list)).collect()
}

fn candidate(rule: &str, list: &[&SecurityFinding]) -> Candidate {
    let first = list[0];
    let count = list.len() as u64;
    let is_secret = first.category == FindingCategory::Secret;
    let title = match (is_secret, count) {
        (true, 1) => format!("Revoke the credential in `{}`", first.file),
        (true, _) => format!(
            "Revoke {} that are in the source",
            many(count, "credential", "credentials")
        ),
        (false, 1) => format!("Repair `{}`: {rule}", first.file),
        (false, _) => format!("Repair {} of {rule}", many(count, "place", "places")),
    };
    let benefit = match first.severity {
        FindingSeverity::Critical => 100.0,
        FindingSeverity::High => 90.0,
        _ => 35.0,
    };
    let each = if is_secret { 15 } else { 20 };
    Candidate {
        benefit,
        action: Action {
            id: format!("security:{rule}"),
            title,
            reason: format!("{}. {}", first.message, first.remedy),
            places: list.iter().map(|finding| place(&finding.file, finding.line)).collect(),
            gain: format!("No finding of {} severity from this rule", first.severity.as_str()),
            effort_minutes: [each * count.min(20), 4 * each * count.min(20)],
            done_when: format!("The security section has no finding of `{rule}`"),
            section: "security".to_owned(),
        },
    }
}
