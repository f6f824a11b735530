//! Folders and the imports between them: an order with few imports against it, and a drawing in layers.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt::Write as _;

use crate::pages::view::text::{self, Html};

mod layers;
mod layout;
mod order;
mod spread;

use layout::{EdgeLine, GraphLayout, HEIGHT, STEP, label};
use order::order;

/// More are not drawn: a picture of them would show nothing.
pub const MAX_NODES: usize = 40;

/// A folder, or the files directly in one.
#[derive(Debug, Clone)]
pub struct Node {
    pub name: String,
    pub lines: u64,
}

/// Folders in their order, and the imports between them. Positions count from 0 in that order.
#[derive(Debug)]
pub struct FolderGraph {
    pub nodes: Vec<Node>,
    /// From and to, and how many imports.
    pub edges: BTreeMap<(usize, usize), u64>,
}

impl FolderGraph {
    /// Puts the nodes into the order with the fewest imports against it that is found. At most [`MAX_NODES`] of them.
    pub fn new(mut nodes: Vec<Node>, edges: &BTreeMap<(usize, usize), u64>) -> Self {
        nodes.truncate(MAX_NODES);
        let count = nodes.len();
        let mut weights = vec![vec![0_i64; count]; count];
        for ((from, to), imports) in edges {
            if from != to && *from < count && *to < count {
                weights[*from][*to] = i64::try_from(*imports).unwrap_or(i64::MAX / 4_096);
            }
        }
        let order = order(&weights);
        let mut at = vec![0; count];
        for (position, node) in order.iter().enumerate() {
            at[*node] = position;
        }
        let mut placed: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
        Self {
            nodes: order.iter().filter_map(|node| placed[*node].take()).collect(),
            edges: edges
                .iter()
                .filter(|((from, to), _)| from != to && *from < count && *to < count)
                .map(|((from, to), imports)| ((at[*from], at[*to]), *imports))
                .collect(),
        }
    }

    /// Imports against the order, the most first.
    pub fn upward(&self) -> Vec<(usize, usize, u64)> {
        let mut upward: Vec<(usize, usize, u64)> = self
            .edges
            .iter()
            .filter(|((from, to), _)| from > to)
            .map(|((from, to), imports)| (*from, *to, *imports))
            .collect();
        upward.sort_by_key(|(from, to, imports)| (std::cmp::Reverse(*imports), *from, *to));
        upward
    }

    fn below(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        self.edges
            .range((node, node + 1)..(node + 1, 0))
            .map(|((_, to), _)| *to)
    }

    /// The shortest way from one to another along imports, both ends included.
    pub fn way(&self, from: usize, to: usize) -> Option<Vec<usize>> {
        let mut before: HashMap<usize, usize> = HashMap::new();
        let mut open = VecDeque::from([from]);
        while let Some(node) = open.pop_front() {
            if node == to {
                let mut way = vec![to];
                while let Some(node) = before.get(way.last()?).filter(|_| way.last() != Some(&from)) {
                    way.push(*node);
                }
                way.reverse();
                return Some(way);
            }
            for ((_, next), _) in self.edges.range((node, 0)..(node + 1, 0)) {
                if *next != from && !before.contains_key(next) {
                    before.insert(*next, node);
                    open.push_back(*next);
                }
            }
        }
        None
    }
}

/// Draws the folders in layers. `ring` is a cycle to show: nodes, the first one again at the end. `address` leads into a
/// folder.
pub fn draw(graph: &FolderGraph, ring: &[usize], address: impl Fn(&Node) -> Option<String>) -> Html {
    let layout = GraphLayout::new(graph);
    let (width, height) = (layout.total_width(), STEP * layout.rows.len() as f64 + 8.0);
    let (mut body, notes) = lines(&layout, ring);
    for (index, node) in graph.nodes.iter().enumerate() {
        let drawn = folder(&layout, index, node, ring.contains(&index));
        match address(node) {
            Some(address) => write!(
                body,
                "<a href=\"{}\" tabindex=\"-1\">{drawn}</a>",
                text::plain_address(&address)
            )
            .unwrap_or_default(),
            None => body.push_str(&drawn),
        }
    }
    const MARKERS: &str = "<marker id=\"m-edge\" viewBox=\"0 0 8 8\" refX=\"4\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"m-edge\" d=\"M0 0 8 4 0 8z\"/></marker><marker id=\"m-up\" viewBox=\"0 0 8 8\" refX=\"4\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"m-up\" d=\"M0 0 8 4 0 8z\"/></marker>";
    let upward = layout.lines.iter().filter(|line| line.upward).count();
    Html(format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"group\" aria-labelledby=\"graph-t graph-d\"><title id=\"graph-t\">Folders in layers</title><desc id=\"graph-d\">{}. Imports point downward; {} upward and are drawn in red. The matrix has every figure.</desc><defs>{MARKERS}</defs>{body}{notes}</svg>",
        text::count(graph.nodes.len() as u64, "folder"),
        text::counted(upward as u64, "pair imports", "pairs import"),
    ))
}

/// The lines, the chosen ones last, on top; and the numbers of imports at those that point upward.
fn lines(layout: &GraphLayout<'_>, ring: &[usize]) -> (String, String) {
    let in_ring = |line: &EdgeLine| ring.windows(2).any(|pair| pair == [line.from, line.to]);
    let (mut paths, mut notes) = (String::new(), String::new());
    let mut lines: Vec<&EdgeLine> = layout.lines.iter().collect();
    lines.sort_by_key(|line| (in_ring(line), line.upward));
    for line in lines {
        let (css, marker, thick) = match (in_ring(line), line.upward) {
            (true, _) => ("g-ring", "m-up", 2.0),
            (false, true) => ("g-up", "m-up", 1.25),
            (false, false) => ("g-edge", "m-edge", 1.0),
        };
        let (path, (x, y)) = layout.path(line, css, marker, thick);
        paths.push_str(&path);
        if line.upward {
            write!(
                notes,
                "<text class=\"g-count\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                x + 6.0,
                y + 9.0,
                line.imports
            )
            .unwrap_or_default();
        }
    }
    (paths, notes)
}

/// The rectangle of one folder.
fn folder(layout: &GraphLayout<'_>, index: usize, node: &Node, in_ring: bool) -> String {
    let (w, y) = (layout.width[index], 8.0 + layout.layer[index] as f64 * STEP);
    let left = layout.x[index] - w / 2.0;
    let css = if in_ring { " class=\"g-cycle\"" } else { "" };
    format!(
        "<g{css}><rect class=\"g-node hit\" x=\"{left:.1}\" y=\"{y}\" width=\"{w:.1}\" height=\"{HEIGHT}\" rx=\"3\"><title>{}: {}</title></rect><text x=\"{:.1}\" y=\"{:.1}\">{}</text><text class=\"t-soft\" text-anchor=\"end\" x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
        text::plain(&node.name),
        text::count(node.lines, "line"),
        left + 8.0,
        y + 17.0,
        text::plain(&label(node)),
        left + w - 8.0,
        y + 17.0,
        index + 1
    )
}

#[cfg(test)]
mod tests {
    use super::layers::{kept, layers};
    use super::*;

    fn graph(names: &[&str], edges: &[(usize, usize, u64)]) -> FolderGraph {
        let nodes = names
            .iter()
            .map(|name| Node {
                name: (*name).to_owned(),
                lines: 10,
            })
            .collect();
        FolderGraph::new(
            nodes,
            &edges
                .iter()
                .map(|(from, to, imports)| ((*from, *to), *imports))
                .collect(),
        )
    }

    #[test]
    fn what_imports_comes_first() {
        let graph = graph(
            &["utils", "app", "models", "views"],
            &[(1, 3, 5), (3, 2, 9), (2, 0, 4), (3, 0, 2), (0, 2, 1), (1, 1, 7)],
        );
        let names: Vec<&str> = graph.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["app", "views", "models", "utils"]);
        assert_eq!(graph.upward(), [(3, 2, 1)]);
        assert_eq!(graph.way(2, 2), Some(vec![2]));
        assert_eq!(graph.way(0, 3), Some(vec![0, 1, 3]));
        assert_eq!(graph.way(3, 0), None);
        assert_eq!(
            kept(&graph),
            [(0, 1), (1, 2), (2, 3)],
            "views to utils follows from the others"
        );
        assert_eq!(layers(&graph), [0, 1, 2, 3]);
    }

    #[test]
    fn drawings_hold_what_strangers_name() {
        let names: Vec<String> = (0..50).map(|number| format!("<b>{number}\u{202e}/x\"y")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let edges: Vec<(usize, usize, u64)> = (0..50)
            .flat_map(|a| (0..50).map(move |b| (a, b, ((a * 7 + b * 3) % 5) as u64)))
            .filter(|(_, _, imports)| *imports > 0)
            .collect();
        let graph = graph(&names, &edges);
        assert_eq!(graph.nodes.len(), MAX_NODES);
        let Html(svg) = draw(&graph, &[0, 1, 0], |_| Some("/a?b=1&c=2".into()));
        assert!(!svg.contains("<b>") && !svg.contains('\u{202e}') && !svg.contains("NaN") && svg.contains("&amp;c"));
        assert!(
            !draw(&super::FolderGraph::new(Vec::new(), &BTreeMap::new()), &[], |_| None)
                .0
                .contains("NaN")
        );
    }
}
