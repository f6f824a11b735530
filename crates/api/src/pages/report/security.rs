//! Findings about security, known vulnerabilities, and the practices of the project, as far as they were looked for.

use askama::Template;
use serde::Deserialize;

use super::hotspots::Missing;
use super::{Brief, Tab, View};
use crate::pages::parts::{self, Pager};
use crate::pages::place::Place;
use crate::pages::read::{Measured, Sections};
use crate::pages::text::{self, Html, filters};

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

/// `security`, read leniently: its parts come one after the other.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Security {
    findings: Vec<Finding>,
    scorecard: Vec<Check>,
    vulnerabilities: Option<Vulnerabilities>,
}

/// One finding. A secret's value is never part of a report.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Finding {
    rule: String,
    category: String,
    severity: String,
    confidence: String,
    cwe: Option<serde_json::Value>,
    file: String,
    line: Option<u64>,
    message: String,
    remedy: Option<String>,
    in_test: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Check {
    check: String,
    score: Option<f64>,
    reason: String,
    remedy: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Vulnerabilities {
    looked_up: bool,
    database_date: Option<String>,
    list: Vec<Vulnerability>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Vulnerability {
    id: String,
    package: String,
    version: String,
    severity: String,
    summary: String,
    fixed: Option<String>,
}

/// The gravest first.
const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "info"];

fn rank(severity: &str) -> usize {
    SEVERITIES.iter().position(|known| *known == severity).unwrap_or(SEVERITIES.len())
}

impl Finding {
    /// `CWE-79`, whether it is told as a number or as a text.
    fn cwe(&self) -> Option<String> {
        let text = match self.cwe.as_ref()? {
            serde_json::Value::Number(number) => format!("CWE-{number}"),
            serde_json::Value::String(text) => text.clone(),
            _ => return None,
        };
        Some(text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(12).collect())
    }
}

fn brief(sections: &Sections, place: &Place) -> Option<Brief> {
    let security = match sections.get::<Security>("security") {
        Measured::Is(security) => security,
        Measured::Not(reason) => return Some(Brief::not_measured(&reason)),
    };
    let own: Vec<&Finding> = security.findings.iter().filter(|finding| !finding.in_test).collect();
    let parts: Vec<String> = SEVERITIES
        .iter()
        .map(|severity| (own.iter().filter(|finding| finding.severity == *severity).count(), severity))
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| format!("{count} {severity}"))
        .collect();
    let looked_up = security.vulnerabilities.as_ref().is_some_and(|known| known.looked_up);
    let vulnerabilities = match looked_up {
        true => {
            let known = security.vulnerabilities.as_ref().map_or(0, |known| known.list.len() as u64);
            text::counted(known, "known vulnerability", "known vulnerabilities")
        }
        false => "<span class=\"unmeasured\">vulnerabilities not looked up</span>".to_owned(),
    };
    Some(Brief {
        count: Some(own.len() as u64),
        said: Html(match parts.is_empty() {
            true => format!("No finding; {vulnerabilities}"),
            false => format!("{}; {vulnerabilities}", parts.join(", ")),
        }),
        worst: own.iter().min_by_key(|finding| rank(&finding.severity)).map(|finding| place.at(&finding.file, finding.line)),
        missing: false,
    })
}

#[derive(Template)]
#[template(path = "report/security.html")]
struct Page<'a> {
    view: &'a View<'a>,
    security: &'a Security,
    counts: Vec<(&'static str, usize)>,
    categories: Vec<&'a str>,
    rows: Vec<&'a Finding>,
    matching: usize,
    in_tests: usize,
    pager: Pager,
}

fn render(view: &View<'_>) -> askama::Result<String> {
    let security = match view.sections.get::<Security>("security") {
        Measured::Is(security) => security,
        Measured::Not(reason) => {
            return Missing {
                title: "Security",
                reason: &reason,
                hint: "Nothing is said here about whether the code is secure. Secrets, risky code, workflows and known vulnerabilities were not looked for.",
            }
            .render();
        }
    };
    let words = view.query.get("q").map(str::to_lowercase);
    let with_tests = view.query.is("tests", "yes");
    let mut found: Vec<&Finding> = security
        .findings
        .iter()
        .filter(|finding| {
            let severity = view.query.get("severity").is_none_or(|wanted| finding.severity == wanted);
            let category = view.query.get("category").is_none_or(|wanted| finding.category == wanted);
            let named = |words: &String| {
                finding.file.to_lowercase().contains(words) || finding.message.to_lowercase().contains(words)
            };
            severity && category && (with_tests || !finding.in_test) && words.as_ref().is_none_or(named)
        })
        .collect();
    found.sort_by_key(|finding| rank(&finding.severity));
    let matching = found.len();
    let pager = Pager::new(matching, ROWS, view.query.page(), |page| view.with(TAB.key, "page", &page.to_string()));
    let mut categories: Vec<&str> = security.findings.iter().map(|finding| finding.category.as_str()).collect();
    categories.sort_unstable();
    categories.dedup();
    Page {
        view,
        counts: SEVERITIES
            .iter()
            .map(|severity| {
                let of = |finding: &&Finding| finding.severity == *severity && !finding.in_test;
                (*severity, security.findings.iter().filter(of).count())
            })
            .collect(),
        categories,
        rows: found[pager.range(matching, ROWS)].to_vec(),
        matching,
        in_tests: security.findings.iter().filter(|finding| finding.in_test).count(),
        pager,
        security: &security,
    }
    .render()
}
