//! Which folder imports which: the matrix, the picture, and the imports against the order.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::TAB;
use crate::pages::view::draw::graph::{self, FolderGraph, MAX_NODES, Node};
use crate::pages::view::draw::treemap::{MapFile, Folder};
use crate::pages::read::import::ModuleImport;
use crate::pages::report::View;
use crate::pages::view::text::{self, Html};

#[derive(Debug, Deserialize)]
pub struct DrawnModule<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(default)]
    lines: u64,
}

/// `moduleGraph`, as far as it is drawn.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DrawnModules<'a> {
    #[serde(borrow)]
    nodes: Vec<DrawnModule<'a>>,
    #[serde(borrow)]
    edges: Vec<ModuleImport<'a>>,
    truncated: bool,
}

/// The folders as they are shown.
pub struct Folders {
    pub crumbs: Html,
    pub graph: FolderGraph,
    pub rows: Vec<MatrixRow>,
    pub upward: Vec<Upward>,
    pub picture: Html,
    pub imports: u64,
    pub against: u64,
    pub later: usize,
    pub truncated: bool,
}

impl Folders {
    /// Whether the matrix and the graph need the whole width of the page.
    pub fn is_wide(&self) -> bool {
        const COLUMNS_BESIDE_OTHERS: usize = 25;
        self.graph.nodes.len() > COLUMNS_BESIDE_OTHERS
    }
}

pub struct MatrixRow {
    pub name: Html,
    pub cells: Vec<MatrixCell>,
}

pub struct MatrixCell {
    pub css: &'static str,
    pub imports: u64,
}

pub struct Upward {
    pub from: Html,
    pub to: Html,
    pub imports: u64,
    pub address: String,
    pub chosen: bool,
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

pub fn folders(view: &View<'_>, modules: &DrawnModules<'_>) -> Result<Folders, String> {
    let root = view.query.get("in").unwrap_or_default().trim_matches('/');
    let files = modules.nodes.iter().map(|node| MapFile {
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
    let (edges, later) = imports_between(&parts, &modules.edges);
    let nodes = parts.iter().map(|part| Node {
        name: part.name(),
        lines: part.lines,
    });
    let graph = FolderGraph::new(nodes.collect(), &edges);
    let against = graph.upward();
    let chosen: Option<usize> = view.query.get("cycle").and_then(|number| number.parse().ok());
    let links = FolderLinks::new(view, &parts);
    Ok(Folders {
        crumbs: crumbs(view, root),
        rows: matrix(&graph, &|node| links.html(node, &text::end_of_path(&node.name))),
        upward: against
            .iter()
            .take(30)
            .enumerate()
            .map(|(index, (from, to, imports))| Upward {
                from: links.html(&graph.nodes[*from], &graph.nodes[*from].name),
                to: links.html(&graph.nodes[*to], &graph.nodes[*to].name),
                imports: *imports,
                address: view.with(TAB.key, "cycle", &(index + 1).to_string()),
                chosen: chosen == Some(index + 1),
            })
            .collect(),
        picture: graph::draw(&graph, &ring(&graph, &against, chosen), |node| links.address(node)),
        imports: graph.edges.values().sum(),
        against: against.iter().map(|(_, _, imports)| imports).sum(),
        later,
        truncated: modules.truncated,
        graph,
    })
}

/// The imports between the parts at load time, by their places in the list, and the number of those that run later.
fn imports_between(parts: &[Part], imports: &[ModuleImport<'_>]) -> (BTreeMap<(usize, usize), u64>, usize) {
    let finder = Finder::new(parts);
    let mut edges: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    let mut later = 0;
    for import in imports {
        let (Some(from), Some(to)) = (finder.find(&import.source), finder.find(&import.target)) else {
            continue;
        };
        if !import.at_load_time() {
            later += 1;
        } else if from != to {
            *edges.entry((from, to)).or_default() += 1;
        }
    }
    (edges, later)
}

/// The cycle that the chosen import against the order closes: its nodes, the first one again at the end.
fn ring(graph: &FolderGraph, against: &[(usize, usize, u64)], chosen: Option<usize>) -> Vec<usize> {
    let import = chosen.and_then(|number| against.get(number.checked_sub(1)?));
    import
        .and_then(|(from, to, _)| Some((*from, graph.way(*to, *from)?)))
        .map(|(from, way)| std::iter::once(from).chain(way).collect())
        .unwrap_or_default()
}

/// The addresses of the parts that can be opened.
struct FolderLinks<'a> {
    view: &'a View<'a>,
    /// The path of a folder by its name in the graph.
    paths: HashMap<String, String>,
}

impl<'a> FolderLinks<'a> {
    fn new(view: &'a View<'a>, parts: &[Part]) -> Self {
        let folders = parts.iter().filter(|part| !part.direct);
        Self {
            view,
            paths: folders.map(|part| (part.name(), part.path.clone())).collect(),
        }
    }

    fn address(&self, node: &Node) -> Option<String> {
        let path = self.paths.get(&node.name)?;
        let place = self.view.place;
        (!place.in_one_file).then(|| place.tab(TAB.key, &format!("in={}", text::in_query(path))))
    }

    fn html(&self, node: &Node, shown: &str) -> Html {
        let name = text::path(shown);
        match self.address(node) {
            Some(address) => Html(format!(
                "<a class=\"path\" href=\"{}\">{name}</a>",
                text::plain_address(&address)
            )),
            None => Html(format!("<span class=\"path\">{name}</span>")),
        }
    }
}

fn matrix(graph: &FolderGraph, linked: &dyn Fn(&Node) -> Html) -> Vec<MatrixRow> {
    graph
        .nodes
        .iter()
        .enumerate()
        .map(|(from, node)| MatrixRow {
            name: linked(node),
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
                    MatrixCell { css, imports }
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
