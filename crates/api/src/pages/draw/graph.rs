//! Folders and the imports between them: an order with few imports against it, and a drawing in layers.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt::Write as _;

use crate::pages::text::{self, Html};

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
pub struct Graph {
    pub nodes: Vec<Node>,
    /// From and to, and how many imports.
    pub edges: BTreeMap<(usize, usize), u64>,
}

impl Graph {
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

/// Starts with folders that import more than they are imported; then moves each to its cheapest place, until no move helps.
fn order(weights: &[Vec<i64>]) -> Vec<usize> {
    let count = weights.len();
    let out = |node: usize| -> i64 { weights[node].iter().sum() };
    let into = |node: usize| -> i64 { weights.iter().map(|row| row[node]).sum() };
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|node| (into(*node) - out(*node), *node));
    for _ in 0..60 {
        let mut gained = false;
        for (node, own) in weights.iter().enumerate() {
            let Some(from) = order.iter().position(|other| *other == node) else {
                continue;
            };
            let (mut best, mut best_cost, mut cost) = (from, 0_i64, 0_i64);
            // To the front: what it passes comes behind it.
            for position in (0..from).rev() {
                let other = order[position];
                cost += weights[other][node] - own[other];
                if cost < best_cost {
                    (best, best_cost) = (position, cost);
                }
            }
            cost = 0;
            for (position, other) in order.iter().enumerate().skip(from + 1) {
                cost += own[*other] - weights[*other][node];
                if cost < best_cost {
                    (best, best_cost) = (position, cost);
                }
            }
            if best != from {
                let node = order.remove(from);
                order.insert(best, node);
                gained = true;
            }
        }
        if !gained {
            break;
        }
    }
    order
}

/// Where something is in the drawing: a folder, or where a long line passes through a layer.
type Place = usize;

/// The drawing: places in layers, and lines through them.
struct Layout<'a> {
    graph: &'a Graph,
    /// The layer of each place; the first ones are the folders.
    layer: Vec<usize>,
    width: Vec<f64>,
    x: Vec<f64>,
    rows: Vec<Vec<Place>>,
    lines: Vec<Line>,
}

struct Line {
    from: usize,
    to: usize,
    imports: u64,
    upward: bool,
    /// From the upper layer to the lower one.
    chain: Vec<Place>,
}

const GAP: f64 = 28.0;
const STEP: f64 = 48.0;
const HEIGHT: f64 = 26.0;
const WIDEST: f64 = 1_376.0;

impl<'a> Layout<'a> {
    fn new(graph: &'a Graph) -> Self {
        let layer = layers(graph);
        let width = graph
            .nodes
            .iter()
            .map(|node| label(node).chars().count() as f64 * 6.6 + 44.0)
            .collect();
        let depth = layer.iter().max().map_or(0, |deepest| deepest + 1);
        let mut layout = Self {
            graph,
            rows: vec![Vec::new(); depth],
            x: vec![0.0; layer.len()],
            layer,
            width,
            lines: Vec::new(),
        };
        for node in 0..graph.nodes.len() {
            layout.rows[layout.layer[node]].push(node);
        }
        for (from, to) in kept(graph) {
            layout.add(from, to, false);
        }
        for (from, to, _) in graph
            .upward()
            .into_iter()
            .filter(|(_, _, imports)| *imports > 1)
            .take(24)
        {
            layout.add(from, to, true);
        }
        layout.arrange();
        layout
    }

    /// A line with a place of its own in each layer that it passes, so that it crosses no folder.
    fn add(&mut self, from: usize, to: usize, upward: bool) {
        let (first, last) = if self.layer[from] < self.layer[to] {
            (from, to)
        } else {
            (to, from)
        };
        let mut chain = vec![first];
        for layer in self.layer[first] + 1..self.layer[last] {
            let place = self.layer.len();
            self.layer.push(layer);
            self.width.push(14.0);
            self.x.push(0.0);
            self.rows[layer].push(place);
            chain.push(place);
        }
        chain.push(last);
        let imports = self.graph.edges.get(&(from, to)).copied().unwrap_or_default();
        self.lines.push(Line {
            from,
            to,
            imports,
            upward,
            chain,
        });
    }

    /// Moves the places of each layer near to what they are joined with, above and below in turn.
    fn arrange(&mut self) {
        let mut near: [Vec<Vec<Place>>; 2] = [vec![Vec::new(); self.layer.len()], vec![Vec::new(); self.layer.len()]];
        for line in &self.lines {
            for pair in line.chain.windows(2) {
                near[0][pair[1]].push(pair[0]);
                near[1][pair[0]].push(pair[1]);
            }
        }
        for row in &self.rows {
            for (index, place) in row.iter().enumerate() {
                self.x[*place] = (index as f64 + 0.5) * WIDEST / row.len() as f64;
            }
        }
        for sweep in 0..60 {
            let down = sweep % 2 == 0;
            let near = &near[usize::from(!down)];
            for step in 0..self.rows.len() {
                let index = if down { step } else { self.rows.len() - 1 - step };
                let want = |place: Place| match near[place].as_slice() {
                    [] => self.x[place],
                    others => others.iter().map(|other| self.x[*other]).sum::<f64>() / others.len() as f64,
                };
                let mut row: Vec<(f64, Place)> = self.rows[index].iter().map(|place| (want(*place), *place)).collect();
                if sweep < 40 {
                    row.sort_by(|a, b| a.0.total_cmp(&b.0));
                }
                spread(&row, &self.width, &mut self.x);
                self.rows[index] = row.into_iter().map(|(_, place)| place).collect();
            }
        }
        let left = |place: Place| self.x[place] - self.width[place] / 2.0;
        let shift = (0..self.x.len()).map(left).fold(f64::INFINITY, f64::min) - 8.0;
        if shift.is_finite() {
            self.x.iter_mut().for_each(|x| *x -= shift);
        }
    }

    fn total_width(&self) -> f64 {
        let right = |place: Place| self.x[place] + self.width[place] / 2.0;
        (0..self.x.len()).map(right).fold(100.0, f64::max).ceil() + 8.0
    }

    fn path(&self, line: &Line, css: &str, marker: &str, thick: f64) -> (String, (f64, f64)) {
        let top = |place: Place| 8.0 + self.layer[place] as f64 * STEP;
        let mut points: Vec<(f64, f64)> = line
            .chain
            .iter()
            .map(|place| (self.x[*place], top(*place) + HEIGHT / 2.0))
            .collect();
        let last = points.len() - 1;
        points[0].1 += HEIGHT / 2.0;
        points[last].1 -= HEIGHT / 2.0;
        if line.upward {
            points.reverse();
            points[last].1 += 5.0;
        } else {
            points[last].1 -= 5.0;
        }
        let mut d = format!("M{:.1} {:.1}", points[0].0, points[0].1);
        for pair in points.windows(2) {
            let ((px, py), (qx, qy)) = (pair[0], pair[1]);
            let bend = (qy - py) / 2.0;
            write!(d, "C{px:.1} {:.1} {qx:.1} {:.1} {qx:.1} {qy:.1}", py + bend, qy - bend).unwrap_or_default();
        }
        let path = format!("<path class=\"{css}\" stroke-width=\"{thick}\" marker-end=\"url(#{marker})\" d=\"{d}\"/>");
        (path, points[last])
    }
}

fn label(node: &Node) -> String {
    text::shortened_path(&node.name, 28)
}

/// The highest layer that the imports allow; a file without importers goes down to the layer above its imports.
fn layers(graph: &Graph) -> Vec<usize> {
    let count = graph.nodes.len();
    let mut layer = vec![0; count];
    let mut imported = vec![false; count];
    for node in 0..count {
        for below in graph.below(node) {
            layer[below] = layer[below].max(layer[node] + 1);
            imported[below] = true;
        }
    }
    for node in 0..count {
        if !imported[node]
            && let Some(highest) = graph.below(node).map(|below| layer[below]).min()
        {
            layer[node] = highest - 1;
        }
    }
    layer
}

/// Imports along the order without those that follow from others.
fn kept(graph: &Graph) -> Vec<(usize, usize)> {
    let count = graph.nodes.len();
    let mut reach = vec![0_u64; count];
    for node in (0..count).rev() {
        for below in graph.below(node) {
            reach[node] |= 1 << below | reach[below];
        }
    }
    (0..count)
        .flat_map(|node| graph.below(node).map(move |below| (node, below)))
        .filter(|(node, below)| {
            !graph
                .below(*node)
                .any(|other| other != *below && reach[other] & (1 << below) != 0)
        })
        .collect()
}

/// Puts the places of a layer as near to where they want to be as their widths allow, in their order.
fn spread(row: &[(f64, Place)], width: &[f64], x: &mut [f64]) {
    struct Block {
        places: Vec<(f64, Place)>,
        /// The distance of each place from the first one.
        offsets: Vec<f64>,
        start: f64,
    }
    let half = |place: Place| width[place] / 2.0;
    let mut blocks: Vec<Block> = Vec::new();
    for (want, place) in row {
        blocks.push(Block {
            places: vec![(*want, *place)],
            offsets: vec![0.0],
            start: *want,
        });
        while let [.., a, b] = blocks.as_slice() {
            let end = |block: &Block| {
                let last = block.places.len() - 1;
                block.start + block.offsets[last] + half(block.places[last].1)
            };
            if end(a) + GAP <= b.start - half(b.places[0].1) {
                break;
            }
            // Two blocks that touch move as one, to the mean of what their places want.
            let Some(b) = blocks.pop() else {
                break;
            };
            let Some(a) = blocks.last_mut() else {
                break;
            };
            let (last, first) = (a.places[a.places.len() - 1].1, b.places[0].1);
            let from = a.offsets[a.offsets.len() - 1] + half(last) + GAP + half(first);
            a.offsets.extend(b.offsets.iter().map(|offset| from + offset));
            a.places.extend(b.places);
            let sum: f64 = a
                .places
                .iter()
                .zip(&a.offsets)
                .map(|((want, _), offset)| want - offset)
                .sum();
            a.start = sum / a.places.len() as f64;
        }
    }
    for block in blocks {
        for ((_, place), offset) in block.places.iter().zip(&block.offsets) {
            x[*place] = block.start + offset;
        }
    }
}

/// Draws the folders in layers. `ring` is a circle to show: nodes, the first one again at the end. `address` leads into a
/// folder.
pub fn draw(graph: &Graph, ring: &[usize], address: impl Fn(&Node) -> Option<String>) -> Html {
    let layout = Layout::new(graph);
    let (width, height) = (layout.total_width(), STEP * layout.rows.len() as f64 + 8.0);
    let in_ring = |from: usize, to: usize| ring.windows(2).any(|pair| pair == [from, to]);
    let mut body = String::new();
    let mut notes = String::new();
    let upward = layout.lines.iter().filter(|line| line.upward).count();
    // The chosen line is drawn last, on top.
    let mut lines: Vec<&Line> = layout.lines.iter().collect();
    lines.sort_by_key(|line| (in_ring(line.from, line.to), line.upward));
    for line in lines {
        let chosen = in_ring(line.from, line.to);
        let (css, marker, thick) = match (chosen, line.upward) {
            (true, _) => ("g-ring", "m-up", 2.0),
            (false, true) => ("g-up", "m-up", 1.25),
            (false, false) => ("g-edge", "m-edge", 1.0),
        };
        let (path, (x, y)) = layout.path(line, css, marker, thick);
        body.push_str(&path);
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
    for (index, node) in graph.nodes.iter().enumerate() {
        let (w, y) = (layout.width[index], 8.0 + layout.layer[index] as f64 * STEP);
        let left = layout.x[index] - w / 2.0;
        let css = if ring.contains(&index) {
            " class=\"g-cycle\""
        } else {
            ""
        };
        let drawn = format!(
            "<g{css}><rect class=\"g-node hit\" x=\"{left:.1}\" y=\"{y}\" width=\"{w:.1}\" height=\"{HEIGHT}\" rx=\"3\"><title>{}: {}</title></rect><text x=\"{:.1}\" y=\"{:.1}\">{}</text><text class=\"t-soft\" text-anchor=\"end\" x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
            text::plain(&node.name),
            text::count(node.lines, "line"),
            left + 8.0,
            y + 17.0,
            text::plain(&label(node)),
            left + w - 8.0,
            y + 17.0,
            index + 1
        );
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
    Html(format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"group\" aria-labelledby=\"graph-t graph-d\"><title id=\"graph-t\">Folders in layers</title><desc id=\"graph-d\">{}. Imports point downward; {} upward and are drawn in red. The matrix has every figure.</desc><defs>{MARKERS}</defs>{body}{notes}</svg>",
        text::count(graph.nodes.len() as u64, "folder"),
        text::counted(upward as u64, "pair imports", "pairs import"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(names: &[&str], edges: &[(usize, usize, u64)]) -> Graph {
        let nodes = names
            .iter()
            .map(|name| Node {
                name: (*name).to_owned(),
                lines: 10,
            })
            .collect();
        Graph::new(
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
            !draw(&super::Graph::new(Vec::new(), &BTreeMap::new()), &[], |_| None)
                .0
                .contains("NaN")
        );
    }
}
