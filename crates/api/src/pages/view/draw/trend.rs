//! A figure over time, as a line with its first and last value.

use std::fmt::Write as _;

use crate::pages::view::text::{self, Html};

/// Points oldest first: the day and the value. At least two.
pub fn draw(title: &str, points: &[(String, f64)]) -> Html {
    const WIDTH: f64 = 376.0;
    const HEIGHT: f64 = 72.0;
    if points.len() < 2 {
        return Html::default();
    }
    let low = points.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
    let high = points.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
    // Small changes are drawn small: a tenth of the value is half of the height at most.
    let spare = (high.abs() * 0.2 - (high - low)).max(0.1) / 2.0;
    let (low, high) = (low - spare, high + spare);
    let at = |index: usize, value: f64| {
        let x = 8.0 + index as f64 * (WIDTH - 16.0) / (points.len() - 1) as f64;
        (x, HEIGHT - 20.0 - (value - low) / (high - low) * (HEIGHT - 36.0))
    };
    let path: Vec<String> = points
        .iter()
        .enumerate()
        .map(|(index, (_, value))| {
            let (x, y) = at(index, *value);
            format!("{x:.1} {y:.1}")
        })
        .collect();
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\"><path class=\"ax-strong\" d=\"M0 {}H{WIDTH}\"/><path class=\"trend-line\" d=\"M{}\"/>",
        text::plain(&format!("{title} over {} scans", points.len())),
        HEIGHT - 16.5,
        path.join("L")
    );
    for (index, (day, value)) in points.iter().enumerate() {
        let (x, y) = at(index, *value);
        write!(
            svg,
            "<circle class=\"f-accent\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\"><title>{}: {}</title></circle>",
            text::plain(day),
            text::decimal(*value)
        )
        .unwrap_or_default();
    }
    for (anchor, index, x) in [("start", 0, 0.0), ("end", points.len() - 1, WIDTH)] {
        write!(
            svg,
            "<text class=\"t-soft\" text-anchor=\"{anchor}\" x=\"{x}\" y=\"{}\">{}</text>",
            HEIGHT - 3.0,
            text::plain(&points[index].0)
        )
        .unwrap_or_default();
        write!(
            svg,
            "<text text-anchor=\"{anchor}\" x=\"{x}\" y=\"{:.1}\">{}</text>",
            (at(index, points[index].1).1 - 8.0).max(10.0),
            text::decimal(points[index].1)
        )
        .unwrap_or_default();
    }
    svg.push_str("</svg>");
    Html(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_needs_two_points() {
        assert_eq!(draw("x", &[("a".into(), 1.0)]).0, "");
        let Html(flat) = draw("x", &[("a".into(), 0.0), ("b".into(), 0.0)]);
        assert!(!flat.contains("NaN") && flat.contains("over 2 scans"), "{flat}");
    }
}
