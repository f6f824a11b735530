//! The findings of all files: allowed ones apart, equal ones joined.

use std::collections::{BTreeMap, HashMap, HashSet};

use repolens_core::report::{
    FindingCategory, FindingPlace, FindingSeverity, Security, SecurityFinding, SuppressedFinding,
};

use super::super::modules::folder;
use super::configured::{self, Configured};
use super::copies::{Copies, Scripts, stem};
use super::{Allowed, finding, fingerprint, is_in_test, lines_of_code};
use crate::facts::{Facts, FileFacts};
use crate::history::credentials::{EarlierFinding, EarlierFindings};
use crate::language;
use crate::security::{self, RawFinding};

/// Of one rule in one file.
const MAX_OF_RULE: usize = 20;
const MAX_PLACES: usize = 20;

/// A place in a source, by which the same place in what was compiled from it is known: rule, name, stem of the file's name,
/// and which of several.
type InSource<'f> = (&'static str, &'f str, &'f str, u32);

/// What is known of the files so far.
pub(super) struct Collected<'f> {
    pub section: Security,
    pub used: BTreeMap<&'static str, &'static security::Rule>,
    /// Findings were left out of the list.
    pub shortened: bool,
    allowed: Allowed,
    configured: Configured<'f>,
    is_library_of_c: bool,
    copies: Copies<'f>,
    scripts: Scripts<'f>,
    /// Folders with [`MANY_KEYS`] private keys: chains of certificates to be tried.
    folders_of_keys: HashSet<&'f str>,
    /// Indices of findings, by the rule and the value.
    known: HashMap<(&'static str, u64), usize>,
    in_sources: HashMap<InSource<'f>, usize>,
}

impl<'f> Collected<'f> {
    pub fn of(facts: &'f Facts) -> Self {
        Self {
            section: Security::default(),
            used: BTreeMap::new(),
            shortened: false,
            allowed: Allowed::of(facts),
            configured: Configured::of(&facts.files),
            is_library_of_c: is_mostly_c(facts),
            copies: Copies::of(facts),
            scripts: Scripts::of(facts),
            folders_of_keys: folders_of_keys(facts),
            known: HashMap::new(),
            in_sources: HashMap::new(),
        }
    }

    pub fn add_file(&mut self, file: &'f FileFacts) {
        let is_test_file = is_in_test(file) || self.copies.has(&file.path);
        let mut ordinals: HashMap<(&str, &str), u32> = HashMap::new();
        let mut of_rule: HashMap<&str, usize> = HashMap::new();
        for raw in &file.security {
            let is_of_other = raw.rule.category == FindingCategory::Code && self.scripts.has(file);
            let in_test = is_test_file
                || is_of_other
                || raw.in_test
                || (is_private_key(raw) && self.folders_of_keys.contains(folder(&file.path)))
                || security::is_for_demonstration(raw.rule, &file.path, self.is_library_of_c);
            let ordinal = ordinals.entry((raw.rule.id, &raw.subject)).or_default();
            *ordinal += 1;
            let mut finding = finding(&file.path, raw, in_test, *ordinal);
            let by_linter = || self.configured.allows(raw.rule, &file.path).then_some(configured::NAME);
            if let Some(by) = self.allowed.by(file, raw).or_else(by_linter) {
                self.used.insert(raw.rule.id, raw.rule);
                self.suppress(finding, by);
                continue;
            }
            let source = (raw.rule.id, &*raw.subject, stem(&file.path), *ordinal);
            let is_compiled = file.compiled && raw.rule.category == FindingCategory::Code;
            let of_source = self.in_sources.get(&source).filter(|_| is_compiled);
            let same = self.known.get(&(raw.rule.id, raw.value)).filter(|_| raw.value > 0);
            if let Some(at) = same.or(of_source).copied() {
                self.add_place(at, finding);
                continue;
            }
            if is_compiled {
                // A bundle has code of other projects.
                finding.severity = finding.severity.max(FindingSeverity::Medium);
                finding.impact = None;
            }
            self.used.insert(raw.rule.id, raw.rule);
            self.count(&finding);
            let count = of_rule.entry(raw.rule.id).or_default();
            *count += 1;
            if *count > MAX_OF_RULE {
                self.shortened = true;
                continue;
            }
            self.add(raw, finding, source);
        }
    }

    /// Credentials that only earlier commits have.
    pub fn add_earlier(&mut self, earlier: &'f EarlierFindings) {
        let EarlierFindings::Read { findings, .. } = earlier else {
            return;
        };
        for EarlierFinding {
            commit,
            path,
            finding: raw,
        } in findings
        {
            let is_known = self.known.contains_key(&(raw.rule.id, raw.value))
                || self.allowed.baseline.has(path, raw.baseline.as_deref());
            if is_known {
                continue;
            }
            let in_test = language::is_test(path)
                || security::is_example(path)
                || raw.in_test
                || security::is_for_demonstration(raw.rule, path, self.is_library_of_c);
            let mut finding = finding(path, raw, in_test, 1);
            finding.fingerprint = fingerprint(raw.rule.id, &format!("{commit}:{path}"), &raw.subject, raw.line);
            finding.message += &format!(" in the earlier commit {}", &commit[..commit.len().min(10)]);
            // The line is one of those that the commit added.
            (finding.line, finding.column) = (None, None);
            finding.commit = Some(commit.clone());
            self.used.insert(raw.rule.id, raw.rule);
            self.count(&finding);
            self.known.insert((raw.rule.id, raw.value), self.section.findings.len());
            self.section.findings.push(finding);
        }
    }

    fn suppress(&mut self, finding: SecurityFinding, by: &str) {
        self.section.suppressed_total += 1;
        self.section.suppressed.push(SuppressedFinding {
            finding,
            suppressed_by: by.to_owned(),
        });
    }

    fn add_place(&mut self, at: usize, finding: SecurityFinding) {
        let first = &mut self.section.findings[at];
        first.other_places_total += 1;
        if first.other_places.len() < MAX_PLACES {
            first.other_places.push(FindingPlace {
                file: finding.file,
                line: finding.line,
            });
        }
    }

    fn count(&mut self, finding: &SecurityFinding) {
        self.section.findings_total += 1;
        match finding.in_test {
            true => self.section.in_tests += 1,
            false => self.section.totals.add(finding.severity),
        }
    }

    fn add(&mut self, raw: &RawFinding, finding: SecurityFinding, source: InSource<'f>) {
        let at = self.section.findings.len();
        if raw.value > 0 {
            self.known.insert((raw.rule.id, raw.value), at);
        }
        self.in_sources.entry(source).or_insert(at);
        self.section.findings.push(finding);
    }
}

fn is_private_key(raw: &RawFinding) -> bool {
    matches!(raw.rule.id, "private-key" | "encrypted-private-key")
}

/// Folders with at least this many files of private keys.
const MANY_KEYS: usize = 6;

fn folders_of_keys(facts: &Facts) -> HashSet<&str> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for file in facts
        .files
        .iter()
        .filter(|file| file.security.iter().any(is_private_key))
    {
        *counts.entry(folder(&file.path)).or_default() += 1;
    }
    counts.retain(|_, count| *count >= MANY_KEYS);
    counts.into_keys().collect()
}

/// Whether most of the product's code is C or C++.
fn is_mostly_c(facts: &Facts) -> bool {
    let product = facts.files.iter().filter(|file| super::super::grades::is_product(file));
    let in_c = product.filter(|file| file.language.is_some_and(|id| matches!(id.get().id, "c" | "cpp")));
    in_c.map(|file| u64::from(file.lines.code)).sum::<u64>() * 2 > lines_of_code(facts)
}
