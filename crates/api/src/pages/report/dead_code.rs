//! Unused code: functions, exports, imports and files, the surest first.

use askama::Template;
use repolens_core::report::{Confidence, DeadCode};

use super::hotspots::Missing;
use super::{Brief, Tab, View};
use crate::pages::view::parts::Pager;
use crate::pages::view::place::Place;
use crate::pages::read::{Measurement, Sections};
use crate::pages::view::text::{self, Html, filters};

pub const TAB: Tab = Tab {
    key: "dead-code",
    title: "Dead code",
    sections: &["deadCode"],
    brief_sections: &["deadCode"],
    choices: &["kind", "confidence", "q", "page"],
    brief,
    render,
};

const ROWS: usize = 100;

fn brief(sections: &Sections, place: &Place) -> Option<Brief> {
    let dead = match sections.get::<DeadCode>("deadCode") {
        Measurement::Is(dead) => dead,
        Measurement::Not(reason) => return Some(Brief::not_measured(&reason)),
    };
    let figures = &dead.statistics;
    let parts: Vec<String> = [
        (dead.unused_functions_total(), "function"),
        (figures.total_unused_exports, "export"),
        (figures.total_unused_imports, "import"),
        (dead.unused_files.len() as u64, "file"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, one)| text::count(count, one))
    .collect();
    Some(Brief {
        count: Some(total(&dead)),
        summary: match parts.is_empty() {
            true => Html("No unused code was found".to_owned()),
            false => Html(format!("Unused: {}", parts.join(", "))),
        },
        worst: rows(&dead).first().map(|row| place.at(row.file, row.line)),
        missing: false,
    })
}

fn total(dead: &DeadCode) -> u64 {
    let figures = &dead.statistics;
    dead.unused_functions_total()
        + figures.total_unused_exports
        + figures.total_unused_imports
        + dead.unused_files.len() as u64
}

#[derive(Clone)]
struct Row<'a> {
    kind: &'static str,
    name: Option<&'a str>,
    file: &'a str,
    line: Option<u64>,
    sure: bool,
}

/// All findings, functions first and then by kind; of each kind the sure ones first.
fn rows(dead: &DeadCode) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = dead
        .unused_functions
        .iter()
        .map(|function| Row {
            kind: "function",
            name: Some(&function.function),
            file: &function.file,
            line: Some(function.line),
            sure: function.confidence == Confidence::High,
        })
        .collect();
    rows.extend(dead.unused_files.iter().map(|file| Row {
        kind: "file",
        name: None,
        file,
        line: None,
        sure: !dead.less_sure.unused_files.contains(file),
    }));
    for (file, names) in &dead.unused_exports {
        let unsure = dead.less_sure.unused_exports.get(file);
        rows.extend(names.iter().map(|name| Row {
            kind: "export",
            name: Some(name),
            file,
            line: None,
            sure: !unsure.is_some_and(|unsure| unsure.contains(name)),
        }));
    }
    for (file, imports) in &dead.unused_imports {
        rows.extend(imports.iter().map(|import| Row {
            kind: "import",
            name: Some(&import.symbol),
            file,
            line: Some(import.line),
            sure: import.confidence == Confidence::High,
        }));
    }
    rows.sort_by_key(|row| !row.sure);
    rows
}

#[derive(Template)]
#[template(path = "report/dead_code.html")]
struct Page<'a> {
    view: &'a View<'a>,
    total: u64,
    kinds: Vec<(&'static str, &'static str, usize)>,
    rows: Vec<Row<'a>>,
    matching: usize,
    pager: Pager,
    truncated: bool,
    /// Languages in which none is judged.
    not_judged: String,
}

fn render(view: &View<'_>) -> askama::Result<String> {
    let dead = match view.sections.get::<DeadCode>("deadCode") {
        Measurement::Is(dead) => dead,
        Measurement::Not(reason) => {
            return Missing {
                title: "Dead code",
                reason: &reason,
                hint: "",
            }
            .render();
        }
    };
    let all = rows(&dead);
    let kinds = [("function", "Functions"), ("export", "Exports"), ("import", "Imports"), ("file", "Files")]
        .into_iter()
        .map(|(key, title)| (key, title, all.iter().filter(|row| row.kind == key).count()))
        .collect();
    let words = view.query.get("q").map(str::to_lowercase);
    let wanted = |row: &Row<'_>| {
        let kind = view.query.get("kind").is_none_or(|kind| row.kind == kind);
        let sure = !view.query.is("confidence", "high") || row.sure;
        let named = |words: &String| {
            let name = row.name.unwrap_or_default().to_lowercase();
            row.file.to_lowercase().contains(words) || name.contains(words)
        };
        kind && sure && words.as_ref().is_none_or(named)
    };
    let found: Vec<Row<'_>> = all.into_iter().filter(|row| wanted(row)).collect();
    let matching = found.len();
    let pager = view.pager(TAB.key, matching, ROWS);
    Page {
        view,
        total: total(&dead),
        kinds,
        rows: found[pager.range()].to_vec(),
        matching,
        pager,
        truncated: dead.truncated || dead.unused_functions_total() > dead.unused_functions.len() as u64,
        not_judged: dead.not_judged.join(", "),
    }
    .render()
}
