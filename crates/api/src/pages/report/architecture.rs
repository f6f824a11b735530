//! Which folder imports which, cycles of imports with what to cut, and files that belong together without an import.

mod connections;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use askama::Template;
use repolens_core::report::{BreakingImport, CircularDependencies, Cycle, Hotspots, Severity};
use serde::Deserialize;

use super::hotspots::Missing;
use super::{Brief, Tab, View};
use crate::pages::import::Import;
use crate::pages::draw::graph::{self, Graph, MAX_NODES, Node};
use crate::pages::draw::treemap::{File, Folder};
use crate::pages::parts;
use crate::pages::place::Place;
use crate::pages::read::{Measured, Sections};
use crate::pages::text::{self, Html, filters};

pub const TAB: Tab = Tab {
    key: "architecture",
    title: "Architecture",
    sections: &["circularDependencies", "moduleGraph", "callGraph", "hotspots"],
    brief_sections: &["circularDependencies"],
    choices: &["in", "cycle", "cycles"],
    brief,
    render,
};

/// Cycles that are shown unless all are wanted.
const CYCLES: usize = 20;
/// Cuts of a cycle that are shown.
const CUTS: usize = 4;

fn brief(sections: &Sections, place: &Place) -> Option<Brief> {
    let cycles = match sections.get::<CircularDependencies>("circularDependencies") {
        Measured::Is(cycles) => cycles,
        Measured::Not(reason) => return Some(Brief::not_measured(&reason)),
    };
    let first = cycles.cycles.first().and_then(|cycle| cycle.chain.first());
    Some(Brief {
        count: Some(cycles.total_cycles),
        summary: Html(match cycles.total_cycles {
            0 => "No cycle of imports".to_owned(),
            total => format!(
                "{} of imports, {} in them",
                text::count(total, "cycle"),
                text::counted(cycles.affected_files_total, "file is", "files are")
            ),
        }),
        worst: first.map(|file| place.link(file)),
        missing: false,
    })
}

#[derive(Debug, Deserialize)]
struct Module<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(default)]
    lines: u64,
}

/// `moduleGraph`, as far as it is drawn.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Modules<'a> {
    #[serde(borrow)]
    nodes: Vec<Module<'a>>,
    #[serde(borrow)]
    edges: Vec<Import<'a>>,
    truncated: bool,
}

#[derive(Template)]
#[template(path = "report/architecture.html")]
struct Page<'a> {
    view: &'a View<'a>,
    cycles: Measured<CircularDependencies>,
    all_cycles: bool,
    folders: Result<Folders, String>,
    hidden: Vec<(Html, Html, f64)>,
    connections: Html,
}

/// The folders as they are shown.
struct Folders {
    crumbs: Html,
    graph: Graph,
    rows: Vec<MatrixRow>,
    upward: Vec<Upward>,
    picture: Html,
    imports: u64,
    against: u64,
    later: usize,
    truncated: bool,
}

impl Folders {
    /// Whether the matrix and the graph need the whole width of the page.
    fn is_wide(&self) -> bool {
        const COLUMNS_BESIDE_OTHERS: usize = 25;
        self.graph.nodes.len() > COLUMNS_BESIDE_OTHERS
    }
}

struct MatrixRow {
    name: Html,
    cells: Vec<Cell>,
}

struct Cell {
    css: &'static str,
    imports: u64,
}

struct Upward {
    from: Html,
    to: Html,
    imports: u64,
    address: String,
    chosen: bool,
}

impl Page<'_> {
    fn severity(&self, cycle: &Cycle) -> Html {
        parts::severity(match cycle.severity {
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
        })
    }

    fn shown<'b>(&self, cycles: &'b CircularDependencies) -> &'b [Cycle] {
        let all = cycles.cycles.as_slice();
        if self.all_cycles { all } else { &all[..all.len().min(CYCLES)] }
    }

    fn cuts<'b>(&self, cycle: &'b Cycle) -> &'b [BreakingImport] {
        &cycle.breaks[..cycle.breaks.len().min(CUTS)]
    }
}

fn render(view: &View<'_>) -> askama::Result<String> {
    let cycles = view.sections.get::<CircularDependencies>("circularDependencies");
    let modules = view.sections.get::<Modules<'_>>("moduleGraph");
    if let (Some(reason), Some(_)) = (modules.reason(), cycles.reason()) {
        return Missing {
            title: "Architecture",
            reason,
            hint: "",
        }
        .render();
    }
    let folders = match &modules {
        Measured::Is(modules) => folders(view, modules),
        Measured::Not(reason) => Err(reason.clone()),
    };
    let hotspots = view.sections.get::<Hotspots>("hotspots");
    let pairs = hotspots.get().map(|hotspots| hotspots.coupling.as_slice()).unwrap_or_default();
    Page {
        view,
        cycles,
        all_cycles: view.query.is("cycles", "all"),
        folders,
        hidden: pairs
            .iter()
            .filter(|pair| pair.hidden)
            .take(10)
            .map(|pair| (view.place.link(&pair.a), view.place.link(&pair.b), pair.degree))
            .collect(),
        connections: connections::render(view)?,
    }
    .render()
}

/// A folder with all below it, or the files directly in it.
struct Part {
    path: String,
    direct: bool,
    lines: u64,
}

impl Part {
    fn name(&self) -> String {
        match (self.path.as_str(), self.direct) {
            ("", _) => "top".to_owned(),
            (path, true) => format!("{path}/*"),
            (path, false) => path.to_owned(),
        }
    }
}

/// The folders below `top`, the largest ones opened as long as there is room.
fn parts_of(top: &Folder<'_>) -> Vec<Part> {
    let own = |folder: &Folder<'_>| {
        let lines = folder.files.iter().map(|(_, file)| file.lines).sum();
        (!folder.files.is_empty()).then(|| Part {
            path: folder.path.clone(),
            direct: true,
            lines,
        })
    };
    let mut closed: Vec<Part> = own(top).into_iter().collect();
    let mut open: Vec<&Folder<'_>> = top.folders.values().collect();
    // The largest is the last.
    open.sort_by_key(|folder| folder.lines);
    let mut whole: Vec<&Folder<'_>> = Vec::new();
    let least = top.lines / 50;
    while let Some(folder) = open.pop() {
        let more = folder.folders.len() + usize::from(!folder.files.is_empty());
        let room = MAX_NODES.saturating_sub(closed.len() + open.len() + whole.len());
        if folder.folders.is_empty() || folder.lines < least || more > room {
            whole.push(folder);
            continue;
        }
        closed.extend(own(folder));
        open.extend(folder.folders.values());
        open.sort_by_key(|folder| folder.lines);
    }
    closed.extend(whole.into_iter().map(|folder| Part {
        path: folder.path.clone(),
        direct: false,
        lines: folder.lines,
    }));
    closed.sort_by_key(|part| std::cmp::Reverse(part.lines));
    closed.truncate(MAX_NODES);
    closed.sort_by(|a, b| a.path.cmp(&b.path).then(a.direct.cmp(&b.direct)));
    closed
}

/// In which part a file is.
struct Finder<'a> {
    whole: HashMap<&'a str, usize>,
    direct: HashMap<&'a str, usize>,
}

impl<'a> Finder<'a> {
    fn new(parts: &'a [Part]) -> Self {
        let of = |direct: bool| {
            let chosen = parts.iter().enumerate().filter(move |(_, part)| part.direct == direct);
            chosen.map(|(index, part)| (part.path.as_str(), index)).collect()
        };
        Self {
            whole: of(false),
            direct: of(true),
        }
    }

    fn find(&self, file: &str) -> Option<usize> {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        if let Some(part) = self.direct.get(folder) {
            return Some(*part);
        }
        let mut above = folder;
        loop {
            if let Some(part) = self.whole.get(above) {
                return Some(*part);
            }
            above = above.rsplit_once('/')?.0;
        }
    }
}

fn folders(view: &View<'_>, modules: &Modules<'_>) -> Result<Folders, String> {
    let root = view.query.get("in").unwrap_or_default().trim_matches('/');
    let files = modules.nodes.iter().map(|node| File {
        path: &node.id,
        lines: node.lines,
        value: None,
    });
    let top = Folder::of(files, root);
    if top.count == 0 {
        return Err(match root {
            "" => "Not measured: no imports of these languages are read.".to_owned(),
            _ => "Not shown: no file of the report is in this folder.".to_owned(),
        });
    }
    let parts = parts_of(&top);
    let finder = Finder::new(&parts);
    let mut edges: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    let mut later = 0;
    for import in &modules.edges {
        let (Some(from), Some(to)) = (finder.find(&import.source), finder.find(&import.target)) else {
            continue;
        };
        if !import.at_load_time() {
            later += 1;
        } else if from != to {
            *edges.entry((from, to)).or_default() += 1;
        }
    }
    let opens: HashMap<String, String> = parts
        .iter()
        .filter(|part| !part.direct)
        .map(|part| (part.name(), part.path.clone()))
        .collect();
    let nodes = parts
        .iter()
        .map(|part| Node {
            name: part.name(),
            lines: part.lines,
        })
        .collect();
    let graph = Graph::new(nodes, &edges);
    let against = graph.upward();
    let chosen: Option<usize> = view.query.get("cycle").and_then(|number| number.parse().ok());
    let ring = chosen
        .and_then(|number| against.get(number.checked_sub(1)?))
        .and_then(|(from, to, _)| Some((*from, graph.way(*to, *from)?)))
        .map(|(from, way)| std::iter::once(from).chain(way).collect::<Vec<usize>>())
        .unwrap_or_default();
    let address = |node: &Node| match opens.get(&node.name) {
        Some(path) if !view.place.in_one_file => Some(view.place.tab(TAB.key, &format!("in={}", text::in_query(path)))),
        _ => None,
    };
    let linked = |node: &Node, shown: &str| match address(node) {
        Some(address) => Html(format!(
            "<a class=\"path\" href=\"{}\">{}</a>",
            text::plain_address(&address),
            text::path(shown)
        )),
        None => Html(format!("<span class=\"path\">{}</span>", text::path(shown))),
    };
    Ok(Folders {
        crumbs: crumbs(view, root),
        rows: matrix(&graph, &linked),
        upward: against
            .iter()
            .take(30)
            .enumerate()
            .map(|(index, (from, to, imports))| Upward {
                from: linked(&graph.nodes[*from], &graph.nodes[*from].name),
                to: linked(&graph.nodes[*to], &graph.nodes[*to].name),
                imports: *imports,
                address: view.with(TAB.key, "cycle", &(index + 1).to_string()),
                chosen: chosen == Some(index + 1),
            })
            .collect(),
        picture: graph::draw(&graph, &ring, address),
        imports: graph.edges.values().sum(),
        against: against.iter().map(|(_, _, imports)| imports).sum(),
        later,
        truncated: modules.truncated,
        graph,
    })
}

fn matrix(graph: &Graph, linked: &dyn Fn(&Node, &str) -> Html) -> Vec<MatrixRow> {
    graph
        .nodes
        .iter()
        .enumerate()
        .map(|(from, node)| MatrixRow {
            name: linked(node, &text::end_of_path(&node.name)),
            cells: (0..graph.nodes.len())
                .map(|to| {
                    let imports = graph.edges.get(&(from, to)).copied().unwrap_or_default();
                    let css = match (imports, to.cmp(&from)) {
                        (_, std::cmp::Ordering::Equal) => "self",
                        (0, _) => "",
                        (1..5, std::cmp::Ordering::Greater) => "w1",
                        (5..20, std::cmp::Ordering::Greater) => "w2",
                        (_, std::cmp::Ordering::Greater) => "w3",
                        (1..5, _) => "w1 up",
                        (5..20, _) => "w2 up",
                        (_, _) => "w3 up",
                    };
                    Cell { css, imports }
                })
                .collect(),
        })
        .collect()
}

fn crumbs(view: &View<'_>, root: &str) -> Html {
    if root.is_empty() {
        return Html::default();
    }
    let link = |path: &str, shown: &str| {
        let query = if path.is_empty() { String::new() } else { format!("in={}", text::in_query(path)) };
        let address = text::plain_address(&view.place.tab(TAB.key, &query));
        format!("<a class=\"path\" href=\"{address}\">{shown}</a>")
    };
    let mut html = format!("in {}/<wbr>", link("", "all"));
    let mut from = 0;
    for (at, _) in root.match_indices('/') {
        html.push_str(&link(&root[..at], &text::name(&root[from..at]).0));
        html.push_str("/<wbr>");
        from = at + 1;
    }
    html.push_str(&format!("<span class=\"path\">{}</span>", text::name(&root[from..])));
    Html(html)
}
