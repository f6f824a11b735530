//! Change against complexity: one point for each file, the first ten with their names.

use std::fmt::Write as _;

use crate::pages::view::text::{self, Html};

/// One file.
#[derive(Debug, Clone)]
pub struct QuadrantPoint {
    pub path: String,
    pub address: Option<String>,
    pub changes: u64,
    pub complexity: u64,
    pub lines: u64,
}

/// The two sizes in which it is drawn, so that its text keeps its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Wide,
    Narrow,
}

struct Frame {
    shape: Shape,
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    most: f64,
    highest: f64,
}

/// Both sizes; the style sheet shows the one that fits. `points` are in the order of their rank.
pub fn draw(points: &[QuadrantPoint]) -> Html {
    let mut html = String::new();
    for shape in [Shape::Wide, Shape::Narrow] {
        html.push_str(&one(points, shape));
    }
    Html(html)
}

impl Frame {
    fn new(points: &[QuadrantPoint], shape: Shape) -> Self {
        let most = points.iter().map(|point| point.changes).max().unwrap_or(1) as f64;
        let highest = points.iter().map(|point| point.complexity).max().unwrap_or(1).max(1) as f64;
        let (width, height, left, right, bottom) = match shape {
            Shape::Wide => (952.0, 480.0, 48.0, 8.0, 40.0),
            Shape::Narrow => (344.0, 420.0, 38.0, 4.0, 38.0),
        };
        Self {
            shape,
            width,
            height,
            left,
            right,
            top: 24.0,
            bottom,
            most,
            highest,
        }
    }

    fn x(&self, changes: f64) -> f64 {
        self.left + changes / (self.most * 1.08) * (self.width - self.left - self.right)
    }

    fn y(&self, complexity: f64) -> f64 {
        let share = complexity.sqrt() / (self.highest * 1.12).sqrt();
        self.base() - share * (self.base() - self.top)
    }

    fn base(&self) -> f64 {
        self.height - self.bottom
    }
}

fn one(points: &[QuadrantPoint], shape: Shape) -> String {
    let frame = Frame::new(points, shape);
    let (css, name) = match shape {
        Shape::Wide => ("not-narrow", "quadrant-wide"),
        Shape::Narrow => ("only-narrow", "quadrant-narrow"),
    };
    let mut svg = format!(
        "<svg class=\"{css}\" viewBox=\"0 0 {} {}\" role=\"group\" aria-labelledby=\"{name}-t {name}-d\"><title id=\"{name}-t\">Change against complexity</title><desc id=\"{name}-d\">{} To the right: changed more often. Upward: more complex. The marked ones are the first rows of the table.</desc>",
        frame.width,
        frame.height,
        text::count(points.len() as u64, "file") + "."
    );
    axes(&mut svg, &frame, points);
    let spots = spots(points, &frame);
    for (point, (x, y)) in points.iter().zip(&spots).skip(NAMED) {
        let radius = ((point.lines as f64).sqrt() / if shape == Shape::Wide { 5.0 } else { 7.0 }).clamp(2.5, 14.0);
        push(
            &mut svg,
            &format!(
                "<circle class=\"q-dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\"><title>{}</title></circle>",
                title(point)
            ),
        );
    }
    named(&mut svg, &frame, points, &spots);
    svg.push_str("</svg>");
    svg
}

const NAMED: usize = 10;

fn push(svg: &mut String, text: &str) {
    svg.push_str(text);
}

fn title(point: &QuadrantPoint) -> String {
    format!(
        "{}: {}, complexity {}, {}",
        text::plain(&point.path),
        text::count(point.changes, "commit"),
        text::number(point.complexity),
        text::counted(point.lines, "line of code", "lines of code")
    )
}

/// The middle of a sorted list.
fn median(mut values: Vec<u64>) -> f64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(1) as f64
}

fn axes(svg: &mut String, frame: &Frame, points: &[QuadrantPoint]) {
    let hot_x = frame.x(median(points.iter().map(|point| point.changes).collect()));
    let hot_y = frame.y(median(points.iter().map(|point| point.complexity).collect()));
    let (left, base, top, end) = (frame.left, frame.base(), frame.top, frame.width - frame.right);
    let mut out = format!(
        "<rect class=\"q-hot\" x=\"{hot_x:.1}\" y=\"{top}\" width=\"{:.1}\" height=\"{:.1}\"/><path class=\"ax-strong\" d=\"M{left} {top}V{base}H{end}\"/>",
        end - hot_x,
        (hot_y - top).max(0.0)
    );
    let step = step(frame.most, if frame.shape == Shape::Wide { 6.0 } else { 4.0 });
    let mut at = step;
    while at <= frame.most {
        let x = frame.x(at);
        write!(out, "<path class=\"ax\" d=\"M{x:.1} {top}V{base}\"/><text class=\"t-soft\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{}\">{at}</text>", base + 16.0).unwrap_or_default();
        at += step;
    }
    let mut last = base;
    for level in [
        5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0,
    ] {
        let y = frame.y(level);
        if level <= frame.highest && last - y > 16.0 {
            write!(out, "<path class=\"ax\" d=\"M{left} {y:.1}H{end}\"/><text class=\"t-soft\" text-anchor=\"end\" x=\"{}\" y=\"{:.1}\">{level}</text>", left - 6.0, y + 4.0).unwrap_or_default();
            last = y;
        }
    }
    write!(
        out,
        "<path class=\"ax-strong\" stroke-dasharray=\"4 3\" d=\"M{hot_x:.1} {top}V{base}M{left} {hot_y:.1}H{end}\"/>"
    )
    .unwrap_or_default();
    let notes = match frame.shape {
        Shape::Wide => ["complex, at rest: leave alone", "complex and busy: work here first"],
        Shape::Narrow => ["complex, at rest", "complex and busy"],
    };
    write!(out, "<text class=\"t-strong\" x=\"{left}\" y=\"14\">{}</text><text class=\"t-strong\" text-anchor=\"end\" x=\"{end}\" y=\"14\">{}</text>", notes[0], notes[1]).unwrap_or_default();
    write!(
        out,
        "<text class=\"t-soft\" text-anchor=\"middle\" x=\"{:.0}\" y=\"{}\">Commits in the window</text><text class=\"t-soft\" transform=\"rotate(-90)\" text-anchor=\"middle\" x=\"{:.0}\" y=\"12\">Decisions in its functions</text>",
        (left + end) / 2.0,
        frame.height - 6.0,
        -(base + top) / 2.0
    )
    .unwrap_or_default();
    push(svg, &out);
}

/// A round number so that about `parts` of them make up `whole`.
fn step(whole: f64, parts: f64) -> f64 {
    let rough = (whole / parts).max(1.0);
    let power = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|unit| unit * power)
        .find(|step| *step >= rough)
        .unwrap_or(rough)
}

/// Where the points are; the named ones are pushed apart, so that each can be read.
fn spots(points: &[QuadrantPoint], frame: &Frame) -> Vec<(f64, f64)> {
    let mut spots: Vec<(f64, f64)> = points
        .iter()
        .map(|point| (frame.x(point.changes as f64), frame.y(point.complexity as f64)))
        .collect();
    let named = NAMED.min(spots.len());
    for _ in 0..40 {
        for a in 0..named {
            for b in a + 1..named {
                let (dx, dy) = (spots[b].0 - spots[a].0, spots[b].1 - spots[a].1);
                let apart = dx.hypot(dy);
                if apart < 19.0 {
                    // Two at one place are pushed along a line that their numbers decide.
                    let (ux, uy) = if apart > 0.01 {
                        (dx / apart, dy / apart)
                    } else {
                        (1.0, (a + b) as f64 % 3.0 - 1.0)
                    };
                    let push = (19.0 - apart) / 2.0;
                    spots[a].0 -= ux * push;
                    spots[a].1 -= uy * push;
                    spots[b].0 += ux * push;
                    spots[b].1 += uy * push;
                }
            }
        }
    }
    let (low, high) = (frame.left + 10.0, frame.width - frame.right - 10.0);
    for spot in &mut spots {
        spot.0 = spot.0.clamp(low, high);
        spot.1 = spot.1.clamp(frame.top + 10.0, frame.base() - 3.0);
    }
    spots
}

/// A rectangle: left, top, right, bottom.
type Area = (f64, f64, f64, f64);

fn overlaps(a: &Area, b: &Area) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

fn named(svg: &mut String, frame: &Frame, points: &[QuadrantPoint], spots: &[(f64, f64)]) {
    let mut taken: Vec<Area> = spots
        .iter()
        .take(NAMED)
        .map(|(x, y)| (x - 9.0, y - 9.0, x + 9.0, y + 9.0))
        .collect();
    for (index, (point, (x, y))) in points.iter().zip(spots).take(NAMED).enumerate() {
        let mut label = String::new();
        if frame.shape == Shape::Wide {
            let name = text::shortened_path(&point.path, 34);
            let length = name.chars().count() as f64 * 6.2;
            for (anchor, lx, ly) in [
                ("start", x + 13.0, y + 4.0),
                ("end", x - 13.0, y + 4.0),
                ("middle", *x, y - 14.0),
                ("middle", *x, y + 23.0),
            ] {
                let from = match anchor {
                    "start" => lx,
                    "end" => lx - length,
                    _ => lx - length / 2.0,
                };
                let area = (from, ly - 11.0, from + length, ly + 3.0);
                let inside = from > frame.left && area.2 < frame.width - frame.right;
                if inside && !taken.iter().any(|other| overlaps(other, &area)) {
                    taken.push(area);
                    label = format!(
                        "<text class=\"q-name\" text-anchor=\"{anchor}\" x=\"{lx:.1}\" y=\"{ly:.1}\">{}</text>",
                        text::plain(&name)
                    );
                    break;
                }
            }
        }
        let mark = format!(
            "<circle class=\"q-mark hit\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"9\"><title>{}</title></circle><text class=\"q-num\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>{label}",
            title(point),
            y + 4.0,
            index + 1
        );
        match &point.address {
            Some(address) => push(svg, &format!("<a href=\"{}\">{mark}</a>", text::plain_address(address))),
            None => push(svg, &mark),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_leave_the_picture_or_become_markup() {
        let points: Vec<QuadrantPoint> = (0..30)
            .map(|number| QuadrantPoint {
                path: format!("src/<script>{number}\u{202e}.rs"),
                address: Some("/scan/s/file?path=a&b".into()),
                changes: 30 - number,
                complexity: number * number,
                lines: 10 * number,
            })
            .collect();
        let Html(svg) = draw(&points);
        assert!(!svg.contains("<script") && !svg.contains('\u{202e}') && !svg.contains("NaN"));
        assert_eq!(svg.matches("q-mark").count(), 20);
        assert!(svg.contains("path=a&amp;b"));
        assert!(!draw(&[]).0.contains("NaN"));
    }
}
