//! What every rule has, whatever it reads.

use super::measured;
use repolens_core::report::{Confidence, FindingCategory, FindingSeverity, SecurityRule};

/// One rule. Its page of documentation is made of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable: it is in fingerprints, links and comments that allow a finding.
    pub id: &'static str,
    /// One phrase without a period.
    pub title: &'static str,
    pub category: FindingCategory,
    pub severity: FindingSeverity,
    pub confidence: Confidence,
    /// Number in the Common Weakness Enumeration.
    pub cwe: u16,
    /// Why it is a risk, in one sentence.
    pub risk: &'static str,
    /// What to do, in one sentence.
    pub remedy: &'static str,
    /// Forms that are never reported, for the page of documentation.
    pub safe: &'static [&'static str],
}

impl Rule {
    #[must_use]
    pub fn cwe(&self) -> Option<String> {
        (self.cwe > 0).then(|| format!("CWE-{}", self.cwe))
    }

    /// `severity`: the highest that its findings are shown with.
    #[must_use]
    pub fn public(&self, severity: FindingSeverity) -> SecurityRule {
        SecurityRule {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            category: self.category,
            severity,
            judged: measured::judged(self.id),
            cwe: self.cwe(),
            risk: self.risk.to_owned(),
            remedy: self.remedy.to_owned(),
            safe: self.safe.iter().map(|form| (*form).to_owned()).collect(),
        }
    }
}

/// A finding of one file, as it is kept until the stage writes the report. It holds no value of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawFinding {
    pub rule: &'static Rule,
    pub severity: FindingSeverity,
    pub confidence: Confidence,
    /// 1-based; 0 for the whole file.
    pub line: u32,
    /// 1-based, in characters; 0 where the line is not known.
    pub column: u32,
    pub message: Box<str>,
    /// The name or call that it is about, for the fingerprint: never a value.
    pub subject: Box<str>,
    /// Equal for the same value in another place; in memory only. 0: compared with none.
    pub value: u64,
    /// As detect-secrets names the value; in memory only.
    pub baseline: Option<Box<[u8; 20]>>,
    /// The comment that allows it.
    pub allowed_by: Option<&'static str>,
    /// In a test or a document inside of a source file, or a key that is published.
    pub in_test: bool,
    /// A checksum or structure of the value proves that it is one.
    pub is_proven: bool,
}
