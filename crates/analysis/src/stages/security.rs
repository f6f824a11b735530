//! Security.
//!
//! *What it looks at*: what `crate::security` found in each file, the names of all files, and the files by which
//! scanners know what is allowed. *Why it matters*: a credential or an injection that is found here need not be found by
//! somebody else. *Limits*: one file at a time and no data flow; `notLookedAt` lists what no rule covers; tests, fixtures
//! and examples count one level lower, and outside of the score.

use repolens_core::report::{FindingSeverity, KnownVulnerabilities, NotLookedAt, Report, SecurityFinding};
use sha2::{Digest as _, Sha256};

use super::{Outcome, Scratch};
use crate::facts::{Facts, FileFacts};
use crate::history::credentials::EarlierFindings;
use crate::language::Origin;
use crate::security::{self, Baseline, Ignored, RawFinding, Rule, measured};
use collected::Collected;

mod collected;
mod configured;
mod copies;
mod score;
mod scorecard;

const MAX_FINDINGS: usize = 2_000;
const MAX_SUPPRESSED: usize = 500;

const IGNORE_FILE: &str = ".gitleaksignore";
const BASELINE: &str = ".secrets.baseline";

pub(super) fn reads_text_of(path: &str) -> bool {
    matches!(path, IGNORE_FILE | BASELINE) || scorecard::is_policy(path)
}

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    // Findings of the product first, so that a value is reported there, and of sources before what was compiled from them.
    let mut files: Vec<&FileFacts> = facts.files.iter().filter(|file| !file.security.is_empty()).collect();
    files.sort_by_key(|file| (is_in_test(file), file.compiled));
    let mut collected = Collected::of(facts);
    for file in files {
        collected.add_file(file);
    }
    collected.add_earlier(&facts.earlier);
    let Collected {
        mut section,
        used,
        shortened,
        ..
    } = collected;
    section.vulnerabilities = Some(KnownVulnerabilities::default());
    section.not_looked_at = not_looked_at(facts);
    section.findings.sort_by(|a, b| {
        (a.in_test, a.severity, a.impact(), &a.file, a.line, a.column, &a.rule).cmp(&(
            b.in_test,
            b.severity,
            b.impact(),
            &b.file,
            b.line,
            b.column,
            &b.rule,
        ))
    });
    let is_cut = repolens_core::report::cap(&mut section.findings, MAX_FINDINGS)
        | repolens_core::report::cap(&mut section.suppressed, MAX_SUPPRESSED);
    section.truncated = shortened || is_cut;
    section.rules = used
        .values()
        .map(|rule| rule.public(severity_of(rule, &section.findings)))
        .collect();
    section.scorecard = scorecard::checks(facts, report, &section.findings);
    let (lines, points) = score::score(&section.totals, lines_of_code(facts));
    section.score_lines = lines;
    section.score = Some(points);
    report.security = Some(section);
    Outcome::Ok
}

/// The severity of a rule: the highest of its findings where it has not earned its own.
fn severity_of(rule: &Rule, findings: &[SecurityFinding]) -> FindingSeverity {
    let (least, ..) = measured::shown(rule.id, false, (rule.severity, rule.confidence));
    let found = findings.iter().filter(|finding| finding.rule == rule.id);
    found
        .map(|finding| finding.severity)
        .min()
        .map_or(least, |severity| severity.min(least))
}

/// Lines of code of the product, which findings are compared with.
pub(super) fn lines_of_code(facts: &Facts) -> u64 {
    let product = facts.files.iter().filter(|file| super::grades::is_product(file));
    product.map(|file| u64::from(file.lines.code)).sum()
}

fn is_in_test(file: &FileFacts) -> bool {
    file.test || file.origin == Origin::Documentation || security::is_example(&file.path)
}

fn finding(path: &str, raw: &RawFinding, in_test: bool, ordinal: u32) -> SecurityFinding {
    let known = |place: u32| (place > 0).then(|| u64::from(place));
    let (severity, confidence, impact) = measured::shown(raw.rule.id, raw.is_proven, (raw.severity, raw.confidence));
    SecurityFinding {
        rule: raw.rule.id.to_owned(),
        category: raw.rule.category,
        severity: if in_test {
            // No test is of high severity.
            severity.lowered().max(FindingSeverity::Medium)
        } else {
            severity
        },
        impact: impact.filter(|_| !in_test),
        confidence,
        cwe: raw.rule.cwe(),
        file: path.to_owned(),
        commit: None,
        line: known(raw.line),
        column: known(raw.column),
        message: raw.message.to_string(),
        remedy: raw.rule.remedy.to_owned(),
        fingerprint: fingerprint(raw.rule.id, path, &raw.subject, ordinal),
        in_test,
        other_places: Vec::new(),
        other_places_total: 0,
    }
}

/// Made of what is public: the rule, the path, a name, and which of several it is.
fn fingerprint(rule: &str, path: &str, subject: &str, ordinal: u32) -> String {
    let mut sum = Sha256::new();
    for part in [rule, path, subject, &ordinal.to_string()] {
        sum.update(part.as_bytes());
        sum.update([0]);
    }
    hex::encode(&sum.finalize()[..16])
}

/// What the repository allows by files.
#[derive(Debug, Default)]
struct Allowed {
    ignored: Ignored,
    baseline: Baseline,
}

impl Allowed {
    fn of(facts: &Facts) -> Self {
        let text = |path: &str| {
            let at = facts.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
            facts.files[at].text.as_deref()
        };
        Self {
            ignored: text(IGNORE_FILE).map(Ignored::read).unwrap_or_default(),
            baseline: text(BASELINE).map(Baseline::read).unwrap_or_default(),
        }
    }

    fn by(&self, file: &FileFacts, raw: &RawFinding) -> Option<&'static str> {
        let is_ignored = || self.ignored.has(&file.path, raw.line);
        let is_known = || self.baseline.has(&file.path, raw.baseline.as_deref());
        raw.allowed_by
            .or_else(|| is_ignored().then_some(IGNORE_FILE))
            .or_else(|| is_known().then_some(BASELINE))
    }
}

fn not_looked_at(facts: &Facts) -> Vec<NotLookedAt> {
    let entry = |what: &str, reason: &str| NotLookedAt {
        what: what.to_owned(),
        reason: reason.to_owned(),
    };
    let mut list = vec![
        entry(NotLookedAt::KNOWN_VULNERABILITIES, "no database was queried"),
        entry(
            "flow of data between functions",
            "server-side request forgery, open redirects, path traversal and missing authorization need it",
        ),
        entry("validity of credentials", "nothing is sent to a provider"),
        entry(
            "calls of Kotlin, Scala and Swift",
            "there are no rules for them; credentials are found in every language",
        ),
    ];
    match &facts.earlier {
        EarlierFindings::NotWanted => {
            list.push(entry("history", "only the files of the analyzed commit were searched"));
        }
        EarlierFindings::Read { commits, .. } => {
            let reason =
                format!("only the lines that the {commits} newest commits added were searched, for credentials");
            list.push(entry("older history", &reason));
        }
        EarlierFindings::Failed(reason) => list.push(entry("history", reason)),
    }
    let vendored = facts
        .files
        .iter()
        .filter(|file| file.origin == Origin::Vendored)
        .count();
    if vendored > 0 {
        list.push(entry(
            "vendored files",
            &format!("{vendored} files are copies of other projects"),
        ));
    }
    list
}
