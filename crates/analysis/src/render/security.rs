//! Findings about security: the score, and the places that are worst.

use repolens_core::report::{FindingSeverity, Report};

use super::structure::many;
use super::{DIM, Page, RED, YELLOW};

const FINDINGS: usize = 5;

pub(super) fn security(report: &Report, page: &mut Page) {
    let Some(section) = &report.security else {
        return;
    };
    page.title("Security");
    let totals = FindingSeverity::ALL
        .into_iter()
        .map(|severity| (section.totals.of(severity), severity))
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| format!("{count} {}", severity.as_str()));
    let mut totals: Vec<String> = totals.collect();
    if totals.is_empty() {
        totals.push("no finding outside of tests".to_owned());
    }
    if section.in_tests > 0 {
        totals.push(format!("{} in tests and examples", section.in_tests));
    }
    if section.suppressed_total > 0 {
        totals.push(format!("{} allowed", section.suppressed_total));
    }
    let score = section
        .score
        .map_or_else(String::new, |score| format!("score {score:.0} of 100; "));
    page.wrapped("  ", &format!("{score}{}", totals.join(", ")), 3);
    let own: Vec<_> = section.findings.iter().filter(|finding| !finding.in_test).collect();
    for finding in own.iter().take(FINDINGS) {
        let color = match finding.severity {
            FindingSeverity::Critical | FindingSeverity::High => RED,
            FindingSeverity::Medium => YELLOW,
            FindingSeverity::Low | FindingSeverity::Info => DIM,
        };
        let place = finding
            .line
            .map_or_else(|| finding.file.clone(), |line| format!("{}:{line}", finding.file));
        page.line(&[
            (color, &format!("  {:<9}", finding.severity.as_str())),
            ("", &format!("{place}  {}", finding.message)),
        ]);
    }
    if own.len() > FINDINGS {
        page.line(&[(
            DIM,
            &format!(
                "            and {}",
                many((own.len() - FINDINGS) as u64, "more finding", "more findings")
            ),
        )]);
    }
    let named: Vec<&str> = section.not_looked_at.iter().map(|entry| entry.what.as_str()).collect();
    page.wrapped("  Not looked at: ", &named.join(", "), 2);
}
