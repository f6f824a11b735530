//! Copies: the same lines at several places.

use askama::Template;
use repolens_core::report::{Clone as Copied, CloneOccurrence, Duplication};

use super::hotspots::Missing;
use super::{Brief, Tab, View};
use crate::pages::view::parts::Pager;
use crate::pages::view::place::Place;
use crate::pages::read::{Measurement, Sections};
use crate::pages::view::text::{self, Html, filters};

pub const TAB: Tab = Tab {
    key: "duplication",
    title: "Duplication",
    sections: &["duplication"],
    brief_sections: &["duplication"],
    choices: &["q", "page"],
    brief,
    render,
};

const ROWS: usize = 50;
/// Places of one copy that are shown.
const PLACES: usize = 6;

fn brief(sections: &Sections, place: &Place) -> Option<Brief> {
    let copies = match sections.get::<Duplication>("duplication") {
        Measurement::Is(copies) => copies,
        Measurement::Not(reason) => return Some(Brief::not_measured(&reason)),
    };
    let longest = copies.clones.first().and_then(|copy| copy.occurrences.first());
    Some(Brief {
        count: Some(copies.clones_total),
        summary: Html(format!(
            "{}, {}, {}% of the code",
            text::counted(copies.clones_total, "copy", "copies"),
            text::count(copies.duplicated_lines, "line"),
            text::decimal(copies.percentage)
        )),
        worst: longest.map(|longest| place.at(&longest.file, Some(longest.start_line))),
        missing: false,
    })
}

#[derive(Template)]
#[template(path = "report/duplication.html")]
struct Page<'a> {
    view: &'a View<'a>,
    copies: &'a Duplication,
    rows: Vec<&'a Copied>,
    matching: usize,
    pager: Pager,
}

impl Page<'_> {
    /// The places beside the first one, as many as are shown.
    fn others<'b>(&self, copy: &'b Copied) -> &'b [CloneOccurrence] {
        let others = copy.occurrences.get(1..).unwrap_or_default();
        &others[..others.len().min(PLACES)]
    }
}

fn render(view: &View<'_>) -> askama::Result<String> {
    let copies = match view.sections.get::<Duplication>("duplication") {
        Measurement::Is(copies) => copies,
        Measurement::Not(reason) => {
            return Missing {
                title: "Duplication",
                reason: &reason,
                hint: "",
            }
            .render();
        }
    };
    let words = view.query.get("q").map(str::to_lowercase);
    let found: Vec<&Copied> = copies
        .clones
        .iter()
        .filter(|copy| {
            words.as_ref().is_none_or(|words| copy.occurrences.iter().any(|place| place.file.to_lowercase().contains(words)))
        })
        .collect();
    let matching = found.len();
    let pager = view.pager(TAB.key, matching, ROWS);
    Page {
        view,
        rows: found[pager.range()].to_vec(),
        matching,
        pager,
        copies: &copies,
    }
    .render()
}
