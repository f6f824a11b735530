//! A report as SARIF 2.1.0, which code-scanning services read.

use std::fmt::Write as _;

use repolens_core::report::{Cycle, FindingSeverity, SecurityFinding, SecurityRule};
use serde_json::{Map, Value, json};

use super::{About, Excerpt};

/// The most results that services accept from one run; above it the run states that it was cut.
const MAX_RESULTS: usize = 5_000;

/// Id, short sentence, level.
const RULES: [(&str, &str, &str); 7] = [
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
];

pub fn write(about: &About, excerpt: &Excerpt) -> Value {
    let mut results = Results::default();
    security(&mut results, excerpt);
    complexity(&mut results, excerpt);
    cycles(&mut results, excerpt);
    dead_code(&mut results, excerpt);
    copies(&mut results, excerpt);

    let mut rules: Vec<Value> = RULES
        .into_iter()
        .map(|(id, text, level)| rule(id, text, level))
        .collect();
    let known = excerpt
        .security
        .get()
        .map(|section| section.rules.as_slice())
        .unwrap_or_default();
    rules.extend(results.own_rules.iter().map(|id| {
        let described = known.iter().find(|rule| rule.id == *id);
        described.map_or_else(
            || rule(id, "Found by the security rules of the analysis", "warning"),
            security_rule,
        )
    }));
    let version = excerpt
        .analyser
        .get()
        .map_or("unknown", |analyser| analyser.version.as_str());
    let mut invocation = json!({ "executionSuccessful": true });
    if results.left_out > 0 {
        invocation["toolExecutionNotifications"] = json!([{
            "level": "warning",
            "message": { "text": format!("{} more results were left out", results.left_out) },
        }]);
    }
    let mut run = json!({
        "tool": { "driver": { "name": "RepoLens", "version": version, "rules": rules } },
        "automationDetails": { "id": "repolens/" },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": { "SRCROOT": { "description": { "text": "The root of the repository" } } },
        "invocations": [invocation],
        "results": results.list,
    });
    if about.repo_url.starts_with("http") {
        let mut provenance = json!({ "repositoryUri": about.repo_url, "mappedTo": { "uriBaseId": "SRCROOT" } });
        if let Some(commit) = &about.commit_sha {
            provenance["revisionId"] = commit.as_str().into();
        }
        if let Some(branch) = &about.branch {
            provenance["branch"] = branch.as_str().into();
        }
        run["versionControlProvenance"] = json!([provenance]);
    }
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    })
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
    severity: Option<FindingSeverity>,
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
        if let Some(severity) = finding.severity {
            result["properties"] = json!({ "severity": severity.as_str() });
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

fn security(results: &mut Results, excerpt: &Excerpt) {
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
        severity: Some(finding.severity),
        suppressed_by,
    }
}

fn level(severity: FindingSeverity) -> &'static str {
    match severity {
        FindingSeverity::Critical | FindingSeverity::High => "error",
        FindingSeverity::Medium => "warning",
        FindingSeverity::Low | FindingSeverity::Info => "note",
    }
}

/// A rule of the report, with what code-scanning services show of it.
fn security_rule(rule: &SecurityRule) -> Value {
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
            "precision": "high",
            "problem.severity": level(rule.severity).replace("note", "recommendation"),
            "security-severity": score,
        },
    })
}

fn complexity(results: &mut Results, excerpt: &Excerpt) {
    let functions = excerpt
        .complexity_metrics
        .get()
        .map(|metrics| metrics.high_complexity_functions.as_slice());
    for function in functions.unwrap_or_default() {
        results.add(Finding {
            rule: "high-complexity",
            level: "warning",
            text: format!(
                "`{}` has a cyclomatic complexity of {} and a cognitive one of {}: split it",
                function.name, function.cyclomatic, function.cognitive
            ),
            fingerprint: format!("{}:{}", function.file_path, function.name),
            place: place(&function.file_path, Some((function.line_number, function.end_line))),
            related: Vec::new(),
            severity: None,
            suppressed_by: None,
        });
    }
}

fn cycles(results: &mut Results, excerpt: &Excerpt) {
    let cycles = excerpt
        .circular_dependencies
        .get()
        .map(|section| section.cycles.as_slice());
    for cycle in cycles.unwrap_or_default() {
        let Some(first) = cycle.chain.first() else {
            continue;
        };
        results.add(Finding {
            rule: "circular-import",
            level: "warning",
            text: circle(cycle),
            fingerprint: cycle.chain.join("\n"),
            place: place(first, None),
            related: cycle
                .chain
                .iter()
                .skip(1)
                .take(20)
                .map(|file| place(file, None))
                .collect(),
            severity: None,
            suppressed_by: None,
        });
    }
}

fn circle(cycle: &Cycle) -> String {
    let mut text = format!("Files import each other in a circle: {}", cycle.chain.join(" → "));
    if let Some(import) = cycle.breaks.first() {
        let _ = write!(text, "; it is broken without {} → {}", import.source, import.target);
        if cycle.breaks_total > 1 {
            let _ = write!(text, " and {} more", cycle.breaks_total - 1);
        }
    }
    text
}

fn dead_code(results: &mut Results, excerpt: &Excerpt) {
    let Some(dead) = excerpt.dead_code.get() else {
        return;
    };
    for (file, imports) in &dead.unused_imports {
        for import in imports {
            results.add(Finding {
                rule: "unused-import",
                level: "note",
                text: format!(
                    "`{}` from `{}` is used nowhere in this file",
                    import.symbol, import.source
                ),
                fingerprint: format!("{file}:{}:{}", import.source, import.symbol),
                place: place(file, Some((import.line, import.line))),
                related: Vec::new(),
                severity: None,
                suppressed_by: None,
            });
        }
    }
    for (file, names) in &dead.unused_exports {
        for name in names {
            results.add(Finding {
                rule: "unused-export",
                level: "note",
                text: format!("`{name}` is exported and imported nowhere in this repository"),
                fingerprint: format!("{file}:{name}"),
                place: place(file, None),
                related: Vec::new(),
                severity: None,
                suppressed_by: None,
            });
        }
    }
    for unused in &dead.unused_functions {
        results.add(Finding {
            rule: "unused-function",
            level: "note",
            text: format!("Nothing calls the private function `{}`", unused.function),
            fingerprint: format!("{}:{}", unused.file, unused.function),
            place: place(&unused.file, Some((unused.line, unused.line))),
            related: Vec::new(),
            severity: None,
            suppressed_by: None,
        });
    }
    for file in &dead.unused_files {
        results.add(Finding {
            rule: "unused-file",
            level: "note",
            text: "No entry point of this repository reaches this file".to_owned(),
            fingerprint: file.clone(),
            place: place(file, None),
            related: Vec::new(),
            severity: None,
            suppressed_by: None,
        });
    }
}

fn copies(results: &mut Results, excerpt: &Excerpt) {
    let clones = excerpt.duplication.get().map(|section| section.clones.as_slice());
    for clone in clones.unwrap_or_default() {
        let mut places = clone
            .occurrences
            .iter()
            .map(|copy| place(&copy.file, Some((copy.start_line, copy.end_line))));
        let Some(first) = places.next() else {
            continue;
        };
        let files: Vec<&str> = clone.occurrences.iter().map(|copy| copy.file.as_str()).collect();
        results.add(Finding {
            rule: "copied-code",
            level: "note",
            text: format!("{} lines are in {} places", clone.lines, clone.occurrences.len()),
            fingerprint: format!("{}:{}", clone.tokens, files.join("\n")),
            place: first,
            related: places.take(20).collect(),
            severity: None,
            suppressed_by: None,
        });
    }
}
