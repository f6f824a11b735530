//! The score: 100 minus fixed points for each finding outside of tests. One more finding never raises it.

use repolens_core::report::{FindingSeverity, SecurityScoreLine, SeverityTotals};

/// Points for each finding, and for all of a severity at most.
const COSTS: [(FindingSeverity, f64, Option<f64>); 5] = [
    (FindingSeverity::Critical, 65.0, None),
    (FindingSeverity::High, 30.0, None),
    (FindingSeverity::Medium, 6.0, Some(36.0)),
    (FindingSeverity::Low, 1.0, Some(12.0)),
    (FindingSeverity::Info, 0.0, None),
];

/// The lines, and what they leave of 100.
pub(crate) fn score(totals: &SeverityTotals) -> (Vec<SecurityScoreLine>, f64) {
    let mut left = 100.0;
    let mut lines = Vec::new();
    for (severity, each, at_most) in COSTS {
        let findings = totals.of(severity);
        if findings == 0 {
            continue;
        }
        let points = (findings as f64 * each).min(at_most.unwrap_or(100.0)).min(left);
        left -= points;
        lines.push(SecurityScoreLine {
            severity,
            findings,
            each,
            at_most,
            points,
        });
    }
    (lines, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_finding_never_raises_it() {
        let mut seen = 0;
        for critical in 0..3 {
            for high in 0..5 {
                for medium in 0..9 {
                    for low in 0..15 {
                        let totals = SeverityTotals {
                            critical,
                            high,
                            medium,
                            low,
                            info: 1,
                        };
                        let (lines, points) = score(&totals);
                        let sum: f64 = lines.iter().map(|line| line.points).sum();
                        assert!((100.0 - sum - points).abs() < 1e-9);
                        for severity in FindingSeverity::ALL {
                            let mut more = totals;
                            more.add(severity);
                            assert!(score(&more).1 <= points, "{totals:?} and one {severity:?}");
                            seen += 1;
                        }
                    }
                }
            }
        }
        assert!(seen > 1_000);
    }
}
