//! How often the findings of a rule were true in packages that no correction had seen, and the severity that this allows
//! (docs/accuracy.md, "Confidence of security rules").

use repolens_core::report::{Confidence, FindingSeverity, JudgedFindings};

/// The judged findings of high and critical severity of a rule: the first verdicts of `scripts/oracles/security-fresh.tsv`
/// and `security-unseen*.tsv`, which a test compares.
struct Measured {
    rule: &'static str,
    right: u32,
    judged: u32,
    /// Packages in which they were.
    packages: u32,
}

/// The fewest judged findings, and packages with one, that a severity above medium needs.
const ENOUGH: u32 = 5;
const ENOUGH_PACKAGES: u32 = 3;

/// The lowest share of true ones, in percent, of a severity above medium.
const SHARE: u32 = 80;

const fn measured(rule: &'static str, right: u32, judged: u32, packages: u32) -> Measured {
    Measured {
        rule,
        right,
        judged,
        packages,
    }
}

/// A rule without a row was not judged.
const MEASURED: &[Measured] = &[
    measured("aws-access-key", 0, 1, 1),
    measured("csharp-unsafe-deserialization", 0, 3, 2),
    measured("database-address", 0, 1, 1),
    measured("deceiving-characters", 0, 3, 2),
    measured("go-certificate-not-verified", 5, 13, 5),
    measured("go-host-key", 1, 1, 1),
    measured("go-shell-command", 2, 2, 2),
    measured("go-sql-injection", 1, 2, 1),
    measured("java-shell-command", 3, 5, 4),
    measured("java-sql-injection", 0, 3, 1),
    measured("javascript-certificate-not-verified", 2, 4, 3),
    measured("javascript-eval", 21, 41, 18),
    measured("javascript-shell-command", 8, 8, 6),
    measured("php-certificate-not-verified", 7, 7, 3),
    measured("php-echo-request", 13, 13, 6),
    measured("php-eval", 21, 25, 8),
    measured("php-shell-command", 34, 105, 14),
    measured("php-sql-injection", 5, 11, 7),
    measured("private-key", 2, 21, 8),
    measured("python-certificate-mode", 2, 3, 2),
    measured("python-certificate-not-verified", 1, 3, 2),
    measured("python-eval", 7, 9, 7),
    measured("python-shell-command", 24, 30, 17),
    measured("python-sql-injection", 18, 50, 10),
    measured("python-token-not-verified", 2, 2, 1),
    measured("python-yaml-load", 0, 1, 1),
    measured("ruby-certificate-not-verified", 1, 3, 3),
    measured("ruby-eval", 5, 7, 5),
    measured("ruby-shell-command", 44, 61, 17),
    measured("ruby-sql-injection", 0, 2, 2),
    measured("service-account-key", 0, 2, 2),
    measured("workflow-pwn-request", 1, 1, 1),
    measured("workflow-script-injection", 2, 3, 2),
];

impl Measured {
    const fn is_right(&self) -> bool {
        self.right * 100 >= self.judged * SHARE
    }

    const fn is_enough(&self) -> bool {
        self.judged >= ENOUGH && self.packages >= ENOUGH_PACKAGES
    }
}

fn row(rule: &str) -> Option<&'static Measured> {
    MEASURED.iter().find(|row| row.rule == rule)
}

/// Whether findings of the rule may be of high or critical severity. A proof by the value itself replaces judged findings,
/// where none of these contradicts it.
#[must_use]
pub fn is_earned(rule: &str, is_proven: bool) -> bool {
    row(rule).map_or(is_proven, |row| row.is_right() && (row.is_enough() || is_proven))
}

/// The severity and confidence that a finding is shown with, and its severity if it is true, where that is another one.
#[must_use]
pub fn shown(
    rule: &str,
    is_proven: bool,
    (severity, confidence): (FindingSeverity, Confidence),
) -> (FindingSeverity, Confidence, Option<FindingSeverity>) {
    if severity >= FindingSeverity::Medium || is_earned(rule, is_proven) {
        return (severity, confidence, None);
    }
    (FindingSeverity::Medium, Confidence::Low, Some(severity))
}

/// The judged findings of a rule.
#[must_use]
pub fn judged(rule: &str) -> Option<JudgedFindings> {
    row(rule).map(|row| JudgedFindings {
        judged: row.judged.into(),
        right: row.right.into(),
        packages: row.packages.into(),
    })
}
