//! Results and rules of security.

use std::fmt::Write as _;

use repolens_core::report::{FindingSeverity, SecurityFinding, SecurityRule};
use serde_json::{Value, json};

use super::{Finding, Results, place};
use crate::export::Excerpt;

pub(super) fn security(results: &mut Results, excerpt: &Excerpt) {
    for finding in excerpt.security_findings() {
        results.add(of_security(finding, None));
    }
    for entry in excerpt
        .security
        .get()
        .map(|section| section.suppressed.as_slice())
        .unwrap_or_default()
    {
        results.add(of_security(&entry.finding, Some(&entry.suppressed_by)));
    }
}

fn of_security<'a>(finding: &'a SecurityFinding, suppressed_by: Option<&'a str>) -> Finding<'a> {
    let rule = if finding.rule.is_empty() {
        "security"
    } else {
        &finding.rule
    };
    let text = if finding.message.is_empty() {
        rule.to_owned()
    } else {
        finding.message.clone()
    };
    let text = if finding.remedy.is_empty() {
        text
    } else {
        format!("{text}. {}.", finding.remedy)
    };
    let mut spot = place(&finding.file, finding.line.map(|line| (line, line)));
    let region = spot
        .pointer_mut("/physicalLocation/region")
        .and_then(Value::as_object_mut);
    if let (Some(column), Some(region)) = (finding.column.filter(|column| *column > 0), region) {
        region.insert("startColumn".into(), column.into());
    }
    Finding {
        rule,
        level: level(finding.severity),
        text,
        fingerprint: match finding.fingerprint.is_empty() {
            true => format!("{rule}:{}", finding.file),
            false => finding.fingerprint.clone(),
        },
        place: spot,
        related: finding
            .other_places
            .iter()
            .map(|other| place(&other.file, other.line.map(|line| (line, line))))
            .collect(),
        severity: Some((finding.severity, finding.impact)),
        suppressed_by,
    }
}

pub(super) fn level(severity: FindingSeverity) -> &'static str {
    match severity {
        FindingSeverity::Critical | FindingSeverity::High => "error",
        FindingSeverity::Medium => "warning",
        FindingSeverity::Low | FindingSeverity::Info => "note",
    }
}

/// By the findings that were judged in other projects.
fn precision(rule: &SecurityRule) -> &'static str {
    match (rule.severity, rule.judged) {
        (FindingSeverity::Critical | FindingSeverity::High, _) => "high",
        (_, Some(judged)) if judged.right * 100 < judged.judged * 80 => "low",
        _ => "medium",
    }
}

/// A rule of the report, with what code-scanning services show of it.
pub(super) fn security_rule(rule: &SecurityRule) -> Value {
    let score = match rule.severity {
        FindingSeverity::Critical => "9.5",
        FindingSeverity::High => "8.0",
        FindingSeverity::Medium => "5.5",
        FindingSeverity::Low => "3.0",
        FindingSeverity::Info => "0.0",
    };
    let mut tags = vec!["security".to_owned(), rule.category.as_str().to_owned()];
    tags.extend(
        rule.cwe
            .as_ref()
            .map(|cwe| format!("external/cwe/{}", cwe.to_lowercase())),
    );
    let risk = if rule.risk.is_empty() { &rule.title } else { &rule.risk };
    let mut help = format!("{risk}\n\n**What to do**: {}\n", rule.remedy);
    if !rule.safe.is_empty() {
        let _ = write!(help, "\n**Never reported**: {}\n", rule.safe.join("; "));
    }
    json!({
        "id": rule.id,
        "name": rule.id,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": risk },
        "help": { "text": help.replace("**", ""), "markdown": help },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": {
            "tags": tags,
            "precision": precision(rule),
            "problem.severity": level(rule.severity).replace("note", "recommendation"),
            "security-severity": score,
        },
    })
}
