//! The history in a few lines: the worst files, the files that change together without a reason in the code, and the
//! people who know them.

use repolens_core::report::{Hotspots, Report, Trend};

use super::structure::many;
use super::{DIM, Page, YELLOW, grouped};

/// Lines shown of each kind.
const FILES: usize = 5;
const PAIRS: usize = 3;

pub(super) fn hotspots(report: &Report, page: &mut Page) {
    let Some(hotspots) = &report.hotspots else {
        return;
    };
    page.title("Hotspots");
    let window = &hotspots.window;
    let text = format!(
        "  {} from {} to {}; changed often and complex:",
        many(window.commits, "commit", "commits"),
        day(&window.from),
        day(&window.to)
    );
    page.line(&[("", &text)]);
    for file in hotspots.files.iter().take(FILES) {
        let trend = match file.trend {
            Trend::Rising => " ↑",
            Trend::Falling => " ↓",
            Trend::Steady | Trend::Unknown => "",
        };
        let figures = format!("  {:>5} changes{trend:<2} ", grouped(file.revisions));
        let more = format!(
            "  {}, {}",
            many(file.complexity.unwrap_or(file.lines), "decision", "decisions"),
            many(file.authors, "author", "authors")
        );
        page.line(&[(YELLOW, &figures), ("", &file.path), (DIM, &more)]);
    }
    if hotspots.files.is_empty() {
        page.line(&[(DIM, "    none: no complex file changed three times")]);
    }
    for pair in hotspots.coupling.iter().filter(|pair| pair.hidden).take(PAIRS) {
        let figures = format!("  {:>5.0} % together ", pair.degree);
        let text = format!("{} and {}", pair.a, pair.b);
        page.line(&[("", &figures), ("", &text), (DIM, "  no import between them")]);
    }
    // One import of a finished work shows nothing about who knows it.
    if hotspots.show_people() {
        people(hotspots, page);
    }
}

fn people(hotspots: &Hotspots, page: &mut Page) {
    let knowledge = &hotspots.knowledge;
    let mut text = format!(
        "  Without {} more than half of the files would have no author left ({} in the last 12 months)",
        many(knowledge.bus_factor, "person", "people"),
        many(knowledge.active_authors, "author", "authors")
    );
    if let Some(share) = knowledge.former_share.filter(|share| *share > 0.0) {
        text += &format!("; {:.0} % are of people who left", share * 100.0);
    }
    page.wrapped("  ", text.trim_start(), 3);
}

/// The day of a time in RFC 3339.
fn day(time: &str) -> &str {
    time.get(..10).unwrap_or(time)
}
