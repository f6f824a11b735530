//! Places in layers, and lines through them.

use std::fmt::Write as _;

use super::layers::{kept, layers};
use super::spread::{Vertex, advance, spread};
use super::{FolderGraph, Node};
use crate::pages::view::text;

/// The drawing: places in layers, and lines through them.
pub(super) struct GraphLayout<'a> {
    graph: &'a FolderGraph,
    /// The layer of each place; the first ones are the folders.
    pub layer: Vec<usize>,
    pub width: Vec<f64>,
    pub x: Vec<f64>,
    pub rows: Vec<Vec<Vertex>>,
    pub lines: Vec<EdgeLine>,
}

pub(super) struct EdgeLine {
    pub from: usize,
    pub to: usize,
    pub imports: u64,
    pub upward: bool,
    /// From the upper layer to the lower one.
    chain: Vec<Vertex>,
}

pub(super) const STEP: f64 = 48.0;

pub(super) const HEIGHT: f64 = 26.0;

const WIDEST: f64 = 1_376.0;

impl<'a> GraphLayout<'a> {
    pub(super) fn new(graph: &'a FolderGraph) -> Self {
        let layer = layers(graph);
        let width = graph
            .nodes
            .iter()
            .map(|node| label(node).chars().map(advance).sum::<f64>() + 44.0)
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
        self.lines.push(EdgeLine {
            from,
            to,
            imports,
            upward,
            chain,
        });
    }

    /// Moves the places of each layer near to what they are joined with, above and below in turn.
    fn arrange(&mut self) {
        let mut near: [Vec<Vec<Vertex>>; 2] = [vec![Vec::new(); self.layer.len()], vec![Vec::new(); self.layer.len()]];
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
                let want = |place: Vertex| match near[place].as_slice() {
                    [] => self.x[place],
                    others => others.iter().map(|other| self.x[*other]).sum::<f64>() / others.len() as f64,
                };
                let mut row: Vec<(f64, Vertex)> = self.rows[index].iter().map(|place| (want(*place), *place)).collect();
                if sweep < 40 {
                    row.sort_by(|a, b| a.0.total_cmp(&b.0));
                }
                spread(&row, &self.width, &mut self.x);
                self.rows[index] = row.into_iter().map(|(_, place)| place).collect();
            }
        }
        let left = |place: Vertex| self.x[place] - self.width[place] / 2.0;
        let shift = (0..self.x.len()).map(left).fold(f64::INFINITY, f64::min) - 8.0;
        if shift.is_finite() {
            self.x.iter_mut().for_each(|x| *x -= shift);
        }
    }

    pub(super) fn total_width(&self) -> f64 {
        let right = |place: Vertex| self.x[place] + self.width[place] / 2.0;
        (0..self.x.len()).map(right).fold(100.0, f64::max).ceil() + 8.0
    }

    pub(super) fn path(&self, line: &EdgeLine, css: &str, marker: &str, thick: f64) -> (String, (f64, f64)) {
        let top = |place: Vertex| 8.0 + self.layer[place] as f64 * STEP;
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

pub(super) fn label(node: &Node) -> String {
    text::shortened_path(&node.name, 28)
}
