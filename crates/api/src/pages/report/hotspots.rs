//! Files that change often and are complex, files that change together, and who knows the code.

use askama::Template;
use repolens_core::report::{ChangeCoupling, HistoryWindow, Hotspot, Hotspots, Trend};

use super::{Brief, Tab, View};
use crate::pages::view::draw::{months, quadrant};
use crate::pages::view::parts::{self, Pager};
use crate::pages::view::place::Place;
use crate::pages::read::{Measurement, Sections};
use crate::pages::view::text::{self, Html, filters};

pub const TAB: Tab = Tab {
    key: "hotspots",
    title: "Hotspots",
    sections: &["hotspots"],
    brief_sections: &["hotspots"],
    choices: &["folder", "sort", "page"],
    brief,
    render,
};

const ROWS: usize = 50;

fn brief(sections: &Sections, place: &Place) -> Option<Brief> {
    let hotspots = match sections.get::<Hotspots>("hotspots") {
        Measurement::Is(hotspots) => hotspots,
        Measurement::Not(reason) => return Some(Brief::not_measured(&reason)),
    };
    if !hotspots.window.is_enough() {
        return Some(Brief::not_measured(&too_short(&hotspots)));
    }
    Some(Brief {
        count: Some(hotspots.files_total),
        summary: Html(format!(
            "{} often and {} complex, of {}",
            text::counted(hotspots.files_total, "file changes", "files change"),
            if hotspots.files_total == 1 { "is" } else { "are" },
            text::count(hotspots.window.commits, "commit")
        )),
        worst: hotspots.files.first().map(|file| place.link(&file.path)),
        missing: false,
    })
}

/// Why a history of one or two commits has no hotspots.
pub fn too_short(hotspots: &Hotspots) -> String {
    format!(
        "The history has only {}: a hotspot is a file that changed in at least {}",
        text::count(hotspots.window.commits, "commit"),
        HistoryWindow::LEAST_COMMITS
    )
}

#[derive(Template)]
#[template(path = "report/hotspots.html")]
struct Page<'a> {
    view: &'a View<'a>,
    hotspots: &'a Hotspots,
    window: String,
    picture: Html,
    folders: Vec<String>,
    rows: Vec<&'a Hotspot>,
    matching: usize,
    pager: Pager,
    columns: Vec<(&'static str, &'static str, bool)>,
    hidden: Vec<&'a ChangeCoupling>,
    months: Vec<(String, u64)>,
    bars: Html,
}

impl Page<'_> {
    fn too_short(&self) -> String {
        too_short(self.hotspots)
    }

    fn trend(&self, file: &Hotspot) -> &'static str {
        match file.trend {
            Trend::Rising => "rising",
            Trend::Steady => "steady",
            Trend::Falling => "falling",
            Trend::Unknown => "not known",
        }
    }

    fn sorted_by(&self, key: &str) -> bool {
        self.view.query.get("sort").unwrap_or("rank") == key
    }
}

#[derive(Template)]
#[template(path = "report/missing.html")]
pub struct Missing<'a> {
    pub title: &'a str,
    pub reason: &'a str,
    pub hint: &'a str,
}

fn render(view: &View<'_>) -> askama::Result<String> {
    let hotspots = match view.sections.get::<Hotspots>("hotspots") {
        Measurement::Is(hotspots) => hotspots,
        Measurement::Not(reason) => {
            return Missing {
                title: "Hotspots",
                reason: &reason,
                hint: "Hotspots need the history of the repository: files that change often and are complex cost the most.",
            }
            .render();
        }
    };
    let folder = view.query.get("folder").unwrap_or_default();
    let inside = |path: &str| folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let mut files: Vec<&Hotspot> = hotspots.files.iter().filter(|file| inside(&file.path)).collect();
    let picture = quadrant::draw(&points(&files, view.place));
    match view.query.get("sort") {
        Some("commits") => files.sort_by_key(|file| std::cmp::Reverse(file.revisions)),
        Some("complexity") => files.sort_by_key(|file| std::cmp::Reverse(file.complexity)),
        Some("lines") => files.sort_by_key(|file| std::cmp::Reverse(file.lines)),
        Some("authors") => files.sort_by_key(|file| std::cmp::Reverse(file.authors)),
        Some("path") => files.sort_by(|a, b| a.path.cmp(&b.path)),
        _ => {}
    }
    let matching = files.len();
    let pager = view.pager(TAB.key, matching, ROWS);
    let rows = files[pager.range()].to_vec();
    let months: Vec<(String, u64)> = hotspots.activity.iter().map(|month| (month.month.clone(), month.commits)).collect();
    Page {
        view,
        window: format!("{} to {}", text::day_of(&hotspots.window.from), text::day_of(&hotspots.window.to)),
        picture,
        folders: folders(&hotspots.files),
        rows,
        matching,
        pager,
        columns: vec![
            ("rank", "Rank", true),
            ("path", "File", false),
            ("commits", "Commits", true),
            ("complexity", "Decisions", true),
            ("lines", "Lines", true),
            ("authors", "Authors", true),
        ],
        hidden: hotspots.coupling.iter().filter(|pair| pair.hidden).take(12).collect(),
        bars: months::draw("months", &months),
        months,
        hotspots: &hotspots,
    }
    .render()
}

fn points(files: &[&Hotspot], place: &Place) -> Vec<quadrant::QuadrantPoint> {
    files
        .iter()
        .filter_map(|file| {
            Some(quadrant::QuadrantPoint {
                path: file.path.clone(),
                address: place.file(&file.path),
                changes: file.revisions,
                complexity: file.complexity?,
                lines: file.lines,
            })
        })
        .collect()
}

/// The folders at the top in which there are hotspots.
fn folders(files: &[Hotspot]) -> Vec<String> {
    let mut folders: Vec<String> = files
        .iter()
        .filter_map(|file| file.path.split_once('/'))
        .map(|(folder, _)| folder.to_owned())
        .collect();
    folders.sort();
    folders.dedup();
    folders.truncate(100);
    folders
}
