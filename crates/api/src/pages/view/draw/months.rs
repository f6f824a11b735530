//! Commits by month, as bars.

use std::fmt::Write as _;

use crate::pages::view::text::Html;

const NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `YYYY-MM` as words.
pub fn name(month: &str) -> String {
    let parts = month.split_once('-');
    let known = parts.and_then(|(year, month)| {
        let index: usize = month.parse().ok()?;
        Some(format!(
            "{} {}",
            NAMES.get(index.checked_sub(1)?)?,
            year.parse::<u16>().ok()?
        ))
    });
    known.unwrap_or_else(|| "unknown".to_owned())
}

/// The bars of the last months, oldest first: `YYYY-MM` and how many.
pub fn draw(id: &str, months: &[(String, u64)]) -> Html {
    let shown = &months[months.len().saturating_sub(12)..];
    let most = shown.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let mut svg = format!(
        "<svg viewBox=\"0 0 376 84\" role=\"img\" aria-labelledby=\"{id}-t\"><title id=\"{id}-t\">Commits by month; the table has the figures</title><path class=\"ax-strong\" d=\"M0 64.5H376\"/>"
    );
    for (index, (month, count)) in shown.iter().enumerate() {
        let (x, height) = (2.0 + index as f64 * 31.0, *count as f64 / most as f64 * 50.0);
        let name = name(month);
        write!(
            svg,
            "<rect class=\"f-accent\" x=\"{x}\" y=\"{:.1}\" width=\"25\" height=\"{height:.1}\"><title>{name}: {count}</title></rect><text class=\"t-soft\" text-anchor=\"middle\" x=\"{}\" y=\"80\">{}</text>",
            64.0 - height,
            x + 12.5,
            name.chars().next().unwrap_or(' ')
        )
        .unwrap_or_default();
        if *count == most {
            write!(
                svg,
                "<text text-anchor=\"middle\" x=\"{}\" y=\"{:.1}\">{count}</text>",
                x + 12.5,
                60.0 - height
            )
            .unwrap_or_default();
        }
    }
    svg.push_str("</svg>");
    Html(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_names() {
        assert_eq!(name("2026-11"), "November 2026");
        for odd in ["2026-13", "2026-00", "x", "<b>-11", ""] {
            assert_eq!(name(odd), "unknown", "{odd}");
        }
        assert!(!draw("m", &[("2026-01".into(), 0)]).0.contains("NaN"));
    }
}
