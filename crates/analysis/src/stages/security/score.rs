//! The score: 100 minus points for the findings outside of tests, by their number for the size of the code. One more
//! finding never raises it.

use repolens_core::report::{FindingSeverity, SecurityScoreLine, SeverityTotals};

/// Up to this many lines of code a finding costs its full points; in larger projects the density decides.
const LINES: f64 = 20_000.0;

struct Cost {
    severity: FindingSeverity,
    /// Points for each finding in a project of up to `LINES`.
    each: f64,
    /// Points of all findings together: at least, however large the project, and at most.
    at_least: Option<f64>,
    at_most: Option<f64>,
    /// One finding for each full number of lines of code costs nothing.
    free_lines: Option<u64>,
}

const COSTS: [Cost; 5] = [
    // At best grade D.
    cost(FindingSeverity::Critical, 65.0, Some(61.0), None, None),
    // At best grade B.
    cost(FindingSeverity::High, 30.0, Some(21.0), None, None),
    cost(FindingSeverity::Medium, 6.0, None, Some(36.0), Some(20_000)),
    cost(FindingSeverity::Low, 1.0, None, Some(12.0), Some(4_000)),
    cost(FindingSeverity::Info, 0.0, None, None, None),
];

const fn cost(
    severity: FindingSeverity,
    each: f64,
    at_least: Option<f64>,
    at_most: Option<f64>,
    free_lines: Option<u64>,
) -> Cost {
    Cost {
        severity,
        each,
        at_least,
        at_most,
        free_lines,
    }
}

/// The lines, and what they leave of 100, for a project of `code` lines of code.
pub(crate) fn score(totals: &SeverityTotals, code: u64) -> (Vec<SecurityScoreLine>, f64) {
    let scale = LINES / (code as f64).max(LINES);
    let mut left = 100.0;
    let mut lines = Vec::new();
    for cost in &COSTS {
        let findings = totals.of(cost.severity);
        if findings == 0 {
            continue;
        }
        let free = cost.free_lines.map_or(0, |lines| code / lines).min(findings);
        let each = cost.each * scale;
        let points = ((findings - free) as f64 * each)
            .max(cost.at_least.unwrap_or(0.0))
            .min(cost.at_most.unwrap_or(100.0))
            .min(left);
        left -= points;
        lines.push(SecurityScoreLine {
            severity: cost.severity,
            findings,
            free,
            each,
            at_least: cost.at_least,
            at_most: cost.at_most,
            points,
        });
    }
    (lines, left)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn totals(counts: [u64; 4]) -> SeverityTotals {
        let [critical, high, medium, low] = counts;
        SeverityTotals {
            critical,
            high,
            medium,
            low,
            info: 1,
        }
    }

    #[test]
    fn a_small_project_pays_in_full_and_a_large_one_by_density() {
        assert_eq!(score(&totals([0, 0, 0, 0]), 1_000_000).1, 100.0);
        assert_eq!(score(&totals([0, 0, 2, 3]), 1_000).1, 85.0);
        // As many for the size: no difference, and what every project of this size has is free.
        assert_eq!(score(&totals([0, 0, 50, 250]), 1_000_000).1, 100.0);
        assert_eq!(score(&totals([0, 0, 100, 0]), 1_000_000).1, 94.0);
        // However large: not A with a high finding, and D at best with a critical one.
        assert_eq!(score(&totals([0, 1, 0, 0]), 3_000_000).1, 79.0);
        assert_eq!(score(&totals([1, 0, 0, 0]), 3_000_000).1, 39.0);
        assert_eq!(score(&totals([2, 0, 0, 0]), 1_000).1, 0.0);
    }

    proptest! {
        #[test]
        fn one_more_finding_never_raises_it(
            counts in (0u64..3, 0u64..20, 0u64..200, 0u64..900),
            code in prop_oneof![0u64..50_000, 0u64..4_000_000],
        ) {
            let totals = totals([counts.0, counts.1, counts.2, counts.3]);
            let (lines, points) = score(&totals, code);
            let sum: f64 = lines.iter().map(|line| line.points).sum();
            prop_assert!((100.0 - sum - points).abs() < 1e-9);
            prop_assert!((0.0..=100.0).contains(&points));
            for severity in FindingSeverity::ALL {
                let mut more = totals;
                more.add(severity);
                prop_assert!(score(&more, code).1 <= points, "{totals:?} and one {severity:?}, {code} lines");
            }
        }
    }
}
