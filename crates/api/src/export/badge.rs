//! A badge: the risk of a repository in one small picture.

use super::text::{html, score};
use repolens_core::report::RiskLevel;

/// The text of the right half and its color.
fn message(overall: Option<f64>) -> (String, &'static str) {
    match overall {
        None => ("not scanned".to_owned(), "#5f6368"),
        Some(risk) => {
            let level = RiskLevel::of(risk);
            let color = match level {
                RiskLevel::Low => "#1e7a34",
                RiskLevel::Medium => "#8a5a00",
                RiskLevel::High => "#b3261e",
            };
            (format!("{} {}", level.as_str(), score(risk)), color)
        }
    }
}

/// `None`: there is nothing to show.
pub fn write(overall: Option<f64>) -> String {
    const LABEL: &str = "code risk";
    let (message, color) = message(
        overall
            .filter(|risk| risk.is_finite())
            .map(|risk| risk.clamp(0.0, 100.0)),
    );
    let message = html(&message);
    // Letters of the font are 6.4 wide on average at this size.
    let width = |text: &str| 12 + (text.chars().count() as u32 * 13).div_ceil(2);
    let (left, right) = (width(LABEL), width(&message));
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
        label = LABEL,
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
        for risk in [
            None,
            Some(0.0),
            Some(29.94),
            Some(30.0),
            Some(100.0),
            Some(f64::NAN),
            Some(-1e300),
        ] {
            let badge = write(risk);
            assert!(badge.len() <= 2_000, "{}", badge.len());
            assert!(badge.starts_with("<svg") && badge.ends_with("</svg>"));
        }
        assert!(write(Some(12.5)).contains("low 12.5"));
        assert!(write(None).contains("not scanned"));
    }
}
