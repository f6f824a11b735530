//! All files of the report: sorted, searched and paged on the server.

use std::collections::BTreeMap;

use askama::Template;

use super::code::{CodeFile, CodeFiles};
use super::hotspots::Missing;
use super::{Brief, Tab, View};
use crate::pages::view::parts::Pager;
use crate::pages::view::place::Place;
use crate::pages::read::{Measurement, Sections};
use crate::pages::view::text::{self, Html, filters};

pub const TAB: Tab = Tab {
    key: "files",
    title: "Files",
    sections: &["ast", "languages"],
    brief_sections: &["languages"],
    choices: &["q", "language", "sort", "dir", "page"],
    brief,
    render,
};

const ROWS: usize = 100;

fn brief(sections: &Sections, place: &Place) -> Option<Brief> {
    use repolens_core::report::Languages;
    let languages = match sections.get::<Languages>("languages") {
        Measurement::Is(languages) => languages,
        Measurement::Not(reason) => return Some(Brief::not_measured(&reason)),
    };
    let skipped = sections.analyser().map_or(0, |analyser| analyser.skipped_files_total);
    let first = sections.analyser().and_then(|analyser| analyser.skipped_files.first());
    Some(Brief {
        count: None,
        summary: Html(format!(
            "{}; {} read in part or not at all",
            text::count(languages.total_files, "file"),
            text::number(skipped)
        )),
        worst: first.map(|file| place.link(&file.path)),
        missing: false,
    })
}

#[derive(Template)]
#[template(path = "report/files.html")]
struct Page<'a> {
    view: &'a View<'a>,
    rows: Vec<&'a CodeFile<'a>>,
    matching: usize,
    listed: usize,
    /// The number of the whole repository, where it is known.
    total: Option<u64>,
    languages: Vec<(&'a str, usize)>,
    pager: Pager,
    sort: &'static Column,
    descending: bool,
    truncated: bool,
}

struct Column {
    key: &'static str,
    title: &'static str,
    number: bool,
    compare: fn(&CodeFile<'_>, &CodeFile<'_>) -> std::cmp::Ordering,
}

const COLUMNS: [Column; 6] = [
    Column {
        key: "path",
        title: "File",
        number: false,
        compare: |a, b| a.path.cmp(&b.path),
    },
    Column {
        key: "language",
        title: "Language",
        number: false,
        compare: |a, b| a.language.cmp(&b.language),
    },
    Column {
        key: "lines",
        title: "Lines",
        number: true,
        compare: |a, b| a.lines.cmp(&b.lines),
    },
    Column {
        key: "functions",
        title: "Functions",
        number: true,
        compare: |a, b| a.functions.cmp(&b.functions),
    },
    Column {
        key: "complexity",
        title: "Highest complexity",
        number: true,
        compare: |a, b| a.complexity.cmp(&b.complexity),
    },
    Column {
        key: "risk",
        title: "Risk of 100",
        number: true,
        compare: |a, b| a.risk_score.unwrap_or(-1.0).total_cmp(&b.risk_score.unwrap_or(-1.0)),
    },
];

/// The riskiest come first.
const FIRST_SORT: usize = 5;

impl Page<'_> {
    fn columns(&self) -> &'static [Column] {
        &COLUMNS
    }

    /// The address that sorts by this column; once more turns the order around.
    fn sort_address(&self, column: &Column) -> String {
        let current = column.key == self.sort.key;
        // Numbers from the largest, names from the first letter.
        let descending = if current { !self.descending } else { column.number };
        let sorted = self.view.query.with("sort", column.key);
        let direction = if descending { "desc" } else { "asc" };
        let rest: Vec<&str> = sorted.split('&').filter(|pair| !pair.starts_with("dir=")).collect();
        self.view.place.tab(TAB.key, &format!("{}&dir={direction}", rest.join("&")))
    }
}

fn render(view: &View<'_>) -> askama::Result<String> {
    use repolens_core::report::Languages;
    let code = match view.sections.get::<CodeFiles<'_>>("ast") {
        Measurement::Is(code) => code,
        Measurement::Not(reason) => {
            return Missing {
                title: "Files",
                reason: &reason,
                hint: "",
            }
            .render();
        }
    };
    let words = view.query.get("q").map(str::to_lowercase);
    let mut found: Vec<&CodeFile<'_>> = code
        .files
        .iter()
        .filter(|file| {
            let language = view.query.get("language").is_none_or(|language| file.language == language);
            language && words.as_ref().is_none_or(|words| file.path.to_lowercase().contains(words))
        })
        .collect();
    let chosen = view.query.get("sort").and_then(|sort| COLUMNS.iter().find(|column| column.key == sort));
    let sort = chosen.unwrap_or(&COLUMNS[FIRST_SORT]);
    let descending = match view.query.get("dir") {
        Some("asc") => false,
        Some("desc") => true,
        _ => sort.number,
    };
    found.sort_by(|a, b| {
        let order = (sort.compare)(a, b);
        let order = if descending { order.reverse() } else { order };
        order.then_with(|| a.path.cmp(&b.path))
    });
    let matching = found.len();
    let pager = view.pager(TAB.key, matching, ROWS);
    let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &code.files {
        *languages.entry(&file.language).or_default() += 1;
    }
    let known = view.sections.get::<Languages>("languages");
    Page {
        view,
        rows: found[pager.range()].to_vec(),
        matching,
        listed: code.files.len(),
        total: known.get().map(|languages| languages.total_files),
        languages: languages.into_iter().collect(),
        pager,
        sort,
        descending,
        truncated: code.truncated,
    }
    .render()
}
