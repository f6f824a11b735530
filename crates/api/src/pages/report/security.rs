//! Findings about security, known vulnerabilities, and the practices of the project, as far as they were checked.

use askama::Template;
use repolens_core::report::{FindingSeverity, Security, SecurityFinding};

use super::hotspots::Missing;
use super::{Brief, Tab, View};
use crate::pages::view::parts::{self, Pager};
use crate::pages::view::place::Place;
use crate::pages::read::{Measurement, Sections};
use crate::pages::view::text::{self, Html, filters};

pub const TAB: Tab = Tab {
    key: "security",
    title: "Security",
    sections: &["security"],
    brief_sections: &["security"],
    choices: &["severity", "category", "tests", "q", "page"],
    brief,
    render,
};

const ROWS: usize = 100;

/// The most severe first.
const SEVERITIES: [FindingSeverity; 5] = FindingSeverity::ALL;

fn brief(sections: &Sections, place: &Place) -> Option<Brief> {
    let security = match sections.get::<Security>("security") {
        Measurement::Is(security) => security,
        Measurement::Not(reason) => return Some(Brief::not_measured(&reason)),
    };
    let own: Vec<&SecurityFinding> = security.findings.iter().filter(|finding| !finding.in_test).collect();
    let by_severity = by_severity(&security);
    let looked_up = security.vulnerabilities.as_ref().is_some_and(|known| known.looked_up);
    let vulnerabilities = match looked_up {
        true => {
            let known = security.vulnerabilities.as_ref().map_or(0, |known| known.list.len() as u64);
            text::counted(known, "known vulnerability", "known vulnerabilities")
        }
        false => "<span class=\"unmeasured\">vulnerabilities not checked</span>".to_owned(),
    };
    Some(Brief {
        count: Some(security.findings_total.saturating_sub(security.in_tests)),
        summary: Html(match by_severity.is_empty() {
            true => format!("No finding; {vulnerabilities}"),
            false => format!("{by_severity}; {vulnerabilities}"),
        }),
        worst: own.iter().min_by_key(|finding| finding.severity).map(|finding| place.at(&finding.file, finding.line)),
        missing: false,
    })
}

/// The findings outside of tests and examples, as `8 high, 10 medium`.
fn by_severity(security: &Security) -> String {
    let counts = SEVERITIES.iter().map(|severity| (security.totals.of(*severity), severity.as_str()));
    let parts: Vec<String> = counts
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| format!("{} {severity}", text::number(count)))
        .collect();
    parts.join(", ")
}

#[derive(Template)]
#[template(path = "report/security.html")]
struct Page<'a> {
    view: &'a View<'a>,
    security: &'a Security,
    /// Findings outside of tests and examples.
    own: u64,
    /// `8 high, 10 medium`.
    by_severity: String,
    counts: Vec<(&'static str, u64)>,
    categories: Vec<&'a str>,
    rows: Vec<&'a SecurityFinding>,
    matching: usize,
    pager: Pager,
}

impl Page<'_> {
    /// Whether the page has a description of the rule that a finding can link to.
    fn is_described(&self, rule: &str) -> bool {
        self.security.rules.iter().any(|known| known.id == rule)
    }
}

fn render(view: &View<'_>) -> askama::Result<String> {
    let security = match view.sections.get::<Security>("security") {
        Measurement::Is(security) => security,
        Measurement::Not(reason) => {
            return Missing {
                title: "Security",
                reason: &reason,
                hint: "This is no statement on whether the code is secure. Secrets, risky code, workflows and known vulnerabilities were not checked.",
            }
            .render();
        }
    };
    let words = view.query.get("q").map(str::to_lowercase);
    let with_tests = view.query.is("tests", "yes");
    let mut found: Vec<&SecurityFinding> = security
        .findings
        .iter()
        .filter(|finding| {
            let severity = view.query.get("severity").is_none_or(|wanted| finding.severity.as_str() == wanted);
            let category = view.query.get("category").is_none_or(|wanted| finding.category.as_str() == wanted);
            let named = |words: &String| {
                finding.file.to_lowercase().contains(words) || finding.message.to_lowercase().contains(words)
            };
            severity && category && (with_tests || !finding.in_test) && words.as_ref().is_none_or(named)
        })
        .collect();
    found.sort_by_key(|finding| (finding.in_test, finding.severity));
    let matching = found.len();
    let pager = view.pager(TAB.key, matching, ROWS);
    let mut categories: Vec<&str> = security.findings.iter().map(|finding| finding.category.as_str()).collect();
    categories.sort_unstable();
    categories.dedup();
    Page {
        view,
        own: security.findings_total.saturating_sub(security.in_tests),
        by_severity: by_severity(&security),
        counts: SEVERITIES
            .iter()
            .map(|severity| (severity.as_str(), security.totals.of(*severity)))
            .collect(),
        categories,
        rows: found[pager.range()].to_vec(),
        matching,
        pager,
        security: &security,
    }
    .render()
}
