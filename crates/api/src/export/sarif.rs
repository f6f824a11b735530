//! A report as SARIF 2.1.0, which code-scanning services read.

use repolens_core::report::FindingSeverity;
use serde_json::{Map, Value, json};

use super::{Excerpt, ExportedScan};

mod code;
mod security;

use code::{complexity, copies, cycles, dead_code};
use security::{security, security_rule};

mod upgrades;

/// The most results that services accept from one run; above it the run states that it was cut.
const MAX_RESULTS: usize = 5_000;

/// Id, short sentence, level.
const RULES: [(&str, &str, &str); 8] = [
    (
        "high-complexity",
        "A function is too complex to be changed safely",
        "warning",
    ),
    ("circular-import", "Files import each other in a circle", "warning"),
    ("unused-import", "An import is used nowhere", "note"),
    ("unused-export", "An export is imported nowhere", "note"),
    ("unused-function", "Nothing calls a private function", "note"),
    ("unused-file", "No entry point reaches a file", "note"),
    ("copied-code", "The same code is in several places", "note"),
    (
        upgrades::RULE,
        "A dependency has known vulnerabilities or leads to some",
        "warning",
    ),
];

pub fn write(about: &ExportedScan, excerpt: &Excerpt) -> Value {
    let mut results = Results::default();
    security(&mut results, excerpt);
    upgrades::results(&mut results, excerpt);
    complexity(&mut results, excerpt);
    cycles(&mut results, excerpt);
    dead_code(&mut results, excerpt);
    copies(&mut results, excerpt);

    let version = excerpt
        .analyser
        .get()
        .map_or("unknown", |analyser| analyser.version.as_str());
    let rules = rules(&results, excerpt);
    let mut run = json!({
        "tool": { "driver": { "name": "RepoLens", "version": version, "rules": rules } },
        "automationDetails": { "id": "repolens/" },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": { "SRCROOT": { "description": { "text": "The root of the repository" } } },
        "invocations": [invocation(&results, excerpt)],
        "results": results.list,
    });
    if about.repo_url.as_str().starts_with("http") {
        run["versionControlProvenance"] = json!([provenance(about)]);
    }
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    })
}

/// [`RULES`], and those of the section on security that have a result.
fn rules(results: &Results, excerpt: &Excerpt) -> Vec<Value> {
    let known = excerpt
        .security
        .get()
        .map(|section| section.rules.as_slice())
        .unwrap_or_default();
    let own = results.own_rules.iter().map(|id| {
        let described = known.iter().find(|rule| rule.id == *id);
        described.map_or_else(
            || rule(id, "Found by the security rules of the analysis", "warning"),
            security_rule,
        )
    });
    RULES
        .into_iter()
        .map(|(id, text, level)| rule(id, text, level))
        .chain(own)
        .collect()
}

/// The run of the analysis, with notes on what it did not check and what was left out.
fn invocation(results: &Results, excerpt: &Excerpt) -> Value {
    let mut invocation = json!({ "executionSuccessful": true });
    let mut notes: Vec<Value> = upgrades::not_checked(excerpt).into_iter().collect();
    if results.left_out > 0 {
        let text = format!("{} more results were left out", results.left_out);
        notes.push(json!({ "level": "warning", "message": { "text": text } }));
    }
    if !notes.is_empty() {
        invocation["toolExecutionNotifications"] = notes.into();
    }
    invocation
}

/// The repository and the commit that were analyzed.
fn provenance(about: &ExportedScan) -> Value {
    let mut provenance = json!({ "repositoryUri": about.repo_url, "mappedTo": { "uriBaseId": "SRCROOT" } });
    if let Some(commit) = &about.commit_sha {
        provenance["revisionId"] = commit.as_str().into();
    }
    if let Some(branch) = &about.branch {
        provenance["branch"] = branch.as_str().into();
    }
    provenance
}

fn rule(id: &str, text: &str, level: &str) -> Value {
    json!({ "id": id, "shortDescription": { "text": text }, "defaultConfiguration": { "level": level } })
}

#[derive(Default)]
struct Results {
    list: Vec<Value>,
    left_out: usize,
    /// Ids that are not in [`RULES`], in the order of their first result.
    own_rules: Vec<String>,
}

/// One result, before it is JSON.
struct Finding<'a> {
    rule: &'a str,
    level: &'a str,
    text: String,
    /// A text that stays the same when lines move.
    fingerprint: String,
    place: Value,
    related: Vec<Value>,
    /// As it is shown, and if the finding is true, where that is higher.
    severity: Option<(FindingSeverity, Option<FindingSeverity>)>,
    suppressed_by: Option<&'a str>,
}

impl Results {
    fn add(&mut self, finding: Finding<'_>) {
        if self.list.len() == MAX_RESULTS {
            self.left_out += 1;
            return;
        }
        let known = RULES.iter().position(|(id, ..)| *id == finding.rule);
        let index = known.unwrap_or_else(|| {
            let own = self
                .own_rules
                .iter()
                .position(|id| id == finding.rule)
                .unwrap_or_else(|| {
                    self.own_rules.push(finding.rule.to_owned());
                    self.own_rules.len() - 1
                });
            RULES.len() + own
        });
        let mut result = json!({
            "ruleId": finding.rule,
            "ruleIndex": index,
            "level": finding.level,
            "message": { "text": finding.text },
            "locations": [finding.place],
            "partialFingerprints": { "repolens/v1": finding.fingerprint },
        });
        if !finding.related.is_empty() {
            result["relatedLocations"] = finding.related.into();
        }
        if let Some((severity, impact)) = finding.severity {
            result["properties"] = json!({ "severity": severity.as_str() });
            if let Some(impact) = impact {
                result["properties"]["impact"] = impact.as_str().into();
            }
        }
        if let Some(by) = finding.suppressed_by {
            let is_comment = !by.starts_with('.');
            let kind = if is_comment { "inSource" } else { "external" };
            result["suppressions"] = json!([{ "kind": kind, "justification": by }]);
        }
        self.list.push(result);
    }
}

/// Lines are counted from 1: 0 is a line that is not known.
fn place(path: &str, lines: Option<(u64, u64)>) -> Value {
    let mut physical = Map::new();
    physical.insert(
        "artifactLocation".into(),
        json!({ "uri": uri(path), "uriBaseId": "SRCROOT" }),
    );
    if let Some((first, last)) = lines.filter(|(first, _)| *first > 0) {
        physical.insert(
            "region".into(),
            json!({ "startLine": first, "endLine": last.max(first) }),
        );
    }
    json!({ "physicalLocation": physical })
}

/// A relative reference: `./` where a first part with a colon would read as a scheme.
fn uri(path: &str) -> String {
    use std::fmt::Write as _;
    let mut uri = String::with_capacity(path.len());
    for byte in path.trim_start_matches('/').bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            other => write!(uri, "%{other:02X}").expect("a String takes everything"),
        }
    }
    uri
}
