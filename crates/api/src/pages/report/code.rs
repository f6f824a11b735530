//! The map of the code: where it is large, and where it is complex, risky or often changed.

use std::borrow::Cow;
use std::collections::HashMap;

use askama::Template;
use repolens_core::report::Hotspots;
use serde::Deserialize;

use super::hotspots::Missing;
use super::{Brief, Tab, View};
use crate::pages::view::draw::treemap::{self, Folder, Links, Scale};
use crate::pages::view::parts;
use crate::pages::view::place::Place;
use crate::pages::read::{Measurement, Sections};
use crate::pages::view::text::{self, Html, filters};

pub const TAB: Tab = Tab {
    key: "code",
    title: "Code map",
    sections: &["ast", "hotspots"],
    brief_sections: &["complexityMetrics"],
    choices: &["path", "color"],
    brief,
    render,
};

/// A file of `ast.files`, as far as pages need it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeFile<'a> {
    #[serde(borrow)]
    pub path: Cow<'a, str>,
    #[serde(borrow, default)]
    pub language: Cow<'a, str>,
    #[serde(default)]
    pub lines: u64,
    #[serde(default)]
    pub functions: Option<u64>,
    #[serde(default)]
    pub complexity: Option<u64>,
    #[serde(default)]
    pub risk_score: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CodeFiles<'a> {
    #[serde(borrow)]
    pub files: Vec<CodeFile<'a>>,
    pub total_files: u64,
    pub truncated: bool,
}

/// A figure by which the map is colored.
struct Color {
    key: &'static str,
    title: &'static str,
    /// Over its column in the table: of a folder it is that of its worst file.
    column: &'static str,
    scale: Scale,
}

impl Color {
    fn value(&self, file: &CodeFile<'_>, changes: &HashMap<&str, u64>) -> Option<u64> {
        match self.key {
            "risk" => file.risk_score.map(|risk| risk.round() as u64),
            "change" => changes.get(file.path.as_ref()).copied(),
            _ => file.complexity,
        }
    }
}

const COLORS: [Color; 3] = [
    Color {
        key: "complexity",
        title: "Complexity",
        column: "Highest complexity",
        scale: Scale {
            name: "highest cyclomatic complexity",
            steps: [6, 11, 21, 41],
        },
    },
    Color {
        key: "risk",
        title: "Risk",
        column: "Highest risk",
        scale: Scale {
            name: "risk of 100",
            steps: [20, 40, 60, 80],
        },
    },
    Color {
        key: "change",
        title: "Change",
        column: "Most commits",
        scale: Scale {
            name: "number of commits",
            steps: [3, 6, 11, 21],
        },
    },
];

fn brief(sections: &Sections, place: &Place) -> Option<Brief> {
    use repolens_core::report::ComplexityMetrics;
    let metrics = match sections.get::<ComplexityMetrics>("complexityMetrics") {
        Measurement::Is(metrics) => metrics,
        Measurement::Not(reason) => return Some(Brief::not_measured(&reason)),
    };
    let listed = metrics.high_complexity_functions.iter();
    let most = listed.max_by_key(|function| function.cyclomatic).filter(|most| most.cyclomatic == metrics.statistics.max_cyclomatic);
    Some(Brief {
        count: None,
        summary: Html(format!(
            "The highest cyclomatic complexity of a function is {}",
            text::number(metrics.statistics.max_cyclomatic)
        )),
        worst: most.map(|function| place.at(&function.file_path, function.line_number)),
        missing: false,
    })
}

#[derive(Template)]
#[template(path = "report/code.html")]
struct Page<'a> {
    view: &'a View<'a>,
    /// The folder that is shown, with the addresses of those above it.
    crumbs: Html,
    lines: u64,
    count: u64,
    colors: Vec<Choice>,
    legend: Vec<(char, String, usize)>,
    unmeasured: usize,
    map: Html,
    rows: Vec<Row>,
    more_rows: usize,
    figure: &'static str,
    column: &'static str,
    truncated: bool,
}

struct Choice {
    title: &'static str,
    address: String,
    current: bool,
}

struct Row {
    name: Html,
    lines: u64,
    share: f64,
    files: u64,
    worst: Option<u64>,
}

/// Rows of the table beside the map.
const ROWS: usize = 60;

struct MapLinks<'a>(&'a View<'a>);

impl Links for MapLinks<'_> {
    fn file(&self, path: &str) -> Option<String> {
        self.0.place.file(path)
    }

    fn folder(&self, path: &str) -> Option<String> {
        (!self.0.place.in_one_file).then(|| self.0.with(TAB.key, "path", path))
    }
}

fn render(view: &View<'_>) -> askama::Result<String> {
    let code = match view.sections.get::<CodeFiles<'_>>("ast") {
        Measurement::Is(code) if !code.files.is_empty() => code,
        Measurement::Is(_) => {
            return missing("Not measured: the repository has no code of its own in a programming language.");
        }
        Measurement::Not(reason) => return missing(&reason),
    };
    let hotspots = view.sections.get::<Hotspots>("hotspots");
    let changes: HashMap<&str, u64> = hotspots
        .get()
        .map(|hotspots| hotspots.files.iter().map(|file| (file.path.as_str(), file.revisions)).collect())
        .unwrap_or_default();
    let offered: Vec<&Color> = COLORS.iter().filter(|color| color.key != "change" || !changes.is_empty()).collect();
    let color = *offered.iter().find(|color| view.query.is("color", color.key)).unwrap_or(&offered[0]);
    let root = view.query.get("path").unwrap_or_default().trim_matches('/');
    let files = code.files.iter().map(|file| treemap::MapFile {
        path: &file.path,
        lines: file.lines,
        value: color.value(file, &changes),
    });
    let folder = Folder::of(files, root);
    if folder.count == 0 {
        return missing("Not shown: no file of the report is in this folder.");
    }
    let (legend, unmeasured) = legend(&folder, &color.scale);
    let (rows, more_rows) = rows(&folder, view);
    Page {
        view,
        crumbs: crumbs(view, &folder),
        lines: folder.lines,
        count: folder.count,
        colors: offered
            .iter()
            .map(|other| Choice {
                title: other.title,
                address: view.with(TAB.key, "color", other.key),
                current: other.key == color.key,
            })
            .collect(),
        legend,
        unmeasured,
        map: treemap::draw(&folder, &color.scale, &MapLinks(view), !view.place.in_one_file),
        rows,
        more_rows,
        figure: color.scale.name,
        column: color.column,
        truncated: code.truncated,
    }
    .render()
}

fn missing(reason: &str) -> askama::Result<String> {
    Missing {
        title: "Code map",
        reason,
        hint: "",
    }
    .render()
}

/// The number of files of each color with its range, and the number of those without the figure.
fn legend(folder: &Folder<'_>, scale: &Scale) -> (Vec<(char, String, usize)>, usize) {
    let mut counts = [0_usize; 5];
    let mut unmeasured = 0;
    let mut open = vec![folder];
    while let Some(folder) = open.pop() {
        open.extend(folder.folders.values());
        for (_, file) in &folder.files {
            match scale.color(file.value).to_digit(10) {
                Some(color) => counts[color as usize] += 1,
                None => unmeasured += 1,
            }
        }
    }
    let ranges = scale.ranges().into_iter().zip(counts).zip('0'..='4');
    let legend = ranges.map(|((range, files), color)| (color, range, files)).collect();
    (legend, unmeasured)
}

/// Folders first, both by size.
fn rows(folder: &Folder<'_>, view: &View<'_>) -> (Vec<Row>, usize) {
    let share = |lines: u64| lines as f64 / folder.lines.max(1) as f64;
    let mut folders: Vec<&Folder<'_>> = folder.folders.values().collect();
    folders.sort_by_key(|folder| std::cmp::Reverse(folder.lines));
    let mut files: Vec<&(&str, treemap::MapFile<'_>)> = folder.files.iter().collect();
    files.sort_by_key(|(_, file)| std::cmp::Reverse(file.lines));
    let total = folders.len() + files.len();
    let folders = folders.into_iter().map(|below| {
        let name = text::path(&format!("{}/", below.name));
        Row {
            name: match view.place.in_one_file {
                true => name,
                false => Html(format!(
                    "<a class=\"path\" href=\"{}\">{name}</a>",
                    text::plain_address(&view.with(TAB.key, "path", &below.path))
                )),
            },
            lines: below.lines,
            share: share(below.lines),
            files: below.count,
            worst: below.worst,
        }
    });
    let files = files.into_iter().map(|(_, file)| Row {
        name: view.place.link(file.path),
        lines: file.lines,
        share: share(file.lines),
        files: 1,
        worst: file.value,
    });
    let rows: Vec<Row> = folders.chain(files).take(ROWS).collect();
    let more = total - rows.len();
    (rows, more)
}

/// The path of the shown folder, each part a link to its map.
fn crumbs(view: &View<'_>, folder: &Folder<'_>) -> Html {
    let top = view.place.tab(TAB.key, &view.query.with("path", ""));
    if folder.path.is_empty() {
        return Html("the whole repository".to_owned());
    }
    let mut html = format!("<a href=\"{}\">all</a>/<wbr>", text::plain_address(&top));
    let mut from = 0;
    for (at, _) in folder.path.match_indices('/') {
        html.push_str(&format!(
            "<a href=\"{}\">{}</a>/<wbr>",
            text::plain_address(&view.with(TAB.key, "path", &folder.path[..at])),
            text::name(&folder.path[from..at])
        ));
        from = at + 1;
    }
    html.push_str(&text::name(&folder.path[from..]).0);
    html.push('/');
    Html(html)
}
