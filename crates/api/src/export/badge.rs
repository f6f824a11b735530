//! A badge: the grade of a repository in one small picture; of a report without grades, its risk.

use super::text::{html, score};
use repolens_core::report::{Grade, RiskLevel};

const GREEN: &str = "#1e7a34";
const BROWN: &str = "#8a5a00";
const RED: &str = "#b3261e";

/// The figure of a report that a badge shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BadgeFigure {
    /// The overall points of the grades, 0 to 100, higher is better.
    Points(f64),
    /// The overall risk, 0 to 100, lower is better.
    Risk(f64),
}

/// The text of the left half, that of the right half and its color.
fn message(figure: Option<BadgeFigure>) -> (&'static str, String, &'static str) {
    match figure {
        None => ("code grade", "not scanned".to_owned(), "#5f6368"),
        Some(BadgeFigure::Points(points)) => {
            let grade = Grade::of_points(points);
            let color = match grade {
                Grade::A | Grade::B => GREEN,
                Grade::C => BROWN,
                Grade::D | Grade::E => RED,
            };
            ("code grade", grade.as_str().to_owned(), color)
        }
        Some(BadgeFigure::Risk(risk)) => {
            let level = RiskLevel::of(risk);
            let color = match level {
                RiskLevel::Low => GREEN,
                RiskLevel::Medium => BROWN,
                RiskLevel::High => RED,
            };
            ("code risk", format!("{} {}", level.as_str(), score(risk)), color)
        }
    }
}

/// `None`: there is nothing to show.
pub fn write(figure: Option<BadgeFigure>) -> String {
    let figure = match figure {
        Some(BadgeFigure::Points(points)) if points.is_finite() => Some(BadgeFigure::Points(points.clamp(0.0, 100.0))),
        Some(BadgeFigure::Risk(risk)) if risk.is_finite() => Some(BadgeFigure::Risk(risk.clamp(0.0, 100.0))),
        _ => None,
    };
    let (label, message, color) = message(figure);
    let message = html(&message);
    // Letters of the font are 6.4 wide on average at this size.
    let width = |text: &str| 12 + (text.chars().count() as u32 * 13).div_ceil(2);
    let (left, right) = (width(label), width(&message));
    let all = left + right;
    let (left_middle, right_middle) = (left / 2, left + right / 2);
    format!(
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{all}" height="20" role="img" aria-label="{label}: {message}">"#,
            "<title>{label}: {message}</title>",
            r#"<clipPath id="r"><rect width="{all}" height="20" rx="3"/></clipPath>"#,
            r##"<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#3c4043"/>"##,
            r#"<rect x="{left}" width="{right}" height="20" fill="{color}"/></g>"#,
            r##"<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">"##,
            r#"<text x="{left_middle}" y="14" textLength="{left_text}">{label}</text>"#,
            r#"<text x="{right_middle}" y="14" textLength="{right_text}">{message}</text></g></svg>"#,
        ),
        all = all,
        label = label,
        message = message,
        left = left,
        right = right,
        color = color,
        left_middle = left_middle,
        right_middle = right_middle,
        left_text = left - 12,
        right_text = right - 12,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_plain() {
        let figures = [0.0, 29.94, 30.0, 100.0, f64::NAN, -1e300].into_iter();
        let all = figures.flat_map(|value| [Some(BadgeFigure::Points(value)), Some(BadgeFigure::Risk(value)), None]);
        for figure in all {
            let badge = write(figure);
            assert!(badge.len() <= 2_000, "{}", badge.len());
            assert!(badge.starts_with("<svg") && badge.ends_with("</svg>"));
        }
        assert!(write(Some(BadgeFigure::Risk(12.5))).contains("code risk: low 12.5"));
        assert!(write(Some(BadgeFigure::Points(72.0))).contains("code grade: B"));
        assert!(write(Some(BadgeFigure::Points(19.9))).contains("code grade: E"));
        assert!(write(Some(BadgeFigure::Points(f64::NAN))).contains("not scanned"));
        assert!(write(None).contains("not scanned"));
    }
}
