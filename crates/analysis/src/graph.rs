//! The file-level import graph that several stages share, and walks over it that no depth can overflow.

use repolens_core::report::EdgeKind;

use crate::calls::{ImportId, Imported};
use crate::ids::{FileId, TableIndex, ids};

/// One import, resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ImportEdge {
    pub source: FileId,
    pub target: FileId,
    pub kind: EdgeKind,
    /// It only declares the target as a part of the source (`mod name;` of Rust): reached, but not depended upon.
    pub declares: bool,
}

/// Which name of which import leads to which file: what the edges are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    pub source: FileId,
    pub import: ImportId,
    pub name: Imported,
    pub target: FileId,
}

/// All imports between files of the repository.
#[derive(Debug, Default)]
pub(crate) struct ImportGraph {
    /// Sorted, each once.
    pub edges: Vec<ImportEdge>,
    /// Sorted.
    pub links: Vec<Link>,
}

impl ImportGraph {
    /// Where the names of one import lead.
    pub(crate) fn links_of(&self, source: FileId, import: ImportId) -> &[Link] {
        let start = self
            .links
            .partition_point(|link| (link.source, link.import) < (source, import));
        let links = &self.links[start..];
        &links[..links.partition_point(|link| (link.source, link.import) == (source, import))]
    }
}

ids! {
    /// A strongly connected component of a graph. It has a higher number than those that it reaches.
    ComponentId;
    /// The order in which nodes are first visited.
    Visit;
}

/// Edges by source, as a list of lists in two vectors. `Node` is the index of the table that the nodes are in.
#[derive(Debug)]
pub(crate) struct Adjacency<Node> {
    /// Where the targets of each node begin, and where those of the last one end.
    starts: Vec<u32>,
    targets: Vec<Node>,
}

impl<Node: TableIndex> Adjacency<Node> {
    /// Builds a graph of `nodes` nodes. Pairs need no order; targets keep theirs.
    pub(crate) fn new(nodes: usize, edges: impl Iterator<Item = (Node, Node)> + Clone) -> Self {
        let mut starts = vec![0u32; nodes + 1];
        for (source, _) in edges.clone() {
            starts[source.index() + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut targets = vec![Node::new(0); starts.last().copied().unwrap_or(0) as usize];
        for (source, target) in edges {
            let slot = &mut next[source.index()];
            targets[*slot as usize] = target;
            *slot += 1;
        }
        Self { starts, targets }
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(crate) fn nodes(&self) -> impl Iterator<Item = Node> + use<Node> {
        (0..self.len()).map(Node::new)
    }

    pub(crate) fn of(&self, node: Node) -> &[Node] {
        let node = node.index();
        &self.targets[self.starts[node] as usize..self.starts[node + 1] as usize]
    }

    /// The strongly connected component of each node. Tarjan's algorithm with its own stack.
    pub(crate) fn components(&self) -> Vec<ComponentId> {
        let nodes = self.len();
        let (mut visits, mut low) = (vec![None::<Visit>; nodes], vec![Visit::new(0); nodes]);
        let mut component = vec![None::<ComponentId>; nodes];
        let (mut stack, mut work) = (Vec::new(), Vec::<(Node, usize)>::new());
        let (mut visited, mut found) = (0, 0);
        for root in self.nodes() {
            if visits[root.index()].is_some() {
                continue;
            }
            work.push((root, 0));
            while let Some((node, next)) = work.pop() {
                let at = node.index();
                if next == 0 {
                    let visit = Visit::new(visited);
                    (visits[at], low[at]) = (Some(visit), visit);
                    visited += 1;
                    stack.push(node);
                }
                let targets = self.of(node);
                let child = (next..targets.len()).find(|&i| {
                    let target = targets[i].index();
                    let Some(visit) = visits[target] else {
                        return true;
                    };
                    if component[target].is_none() {
                        low[at] = low[at].min(visit);
                    }
                    false
                });
                if let Some(i) = child {
                    work.push((node, i + 1));
                    work.push((targets[i], 0));
                    continue;
                }
                if visits[at] == Some(low[at]) {
                    while let Some(member) = stack.pop() {
                        component[member.index()] = Some(ComponentId::new(found));
                        if member == node {
                            break;
                        }
                    }
                    found += 1;
                }
                if let Some(&(parent, _)) = work.last() {
                    let parent = parent.index();
                    low[parent] = low[parent].min(low[at]);
                }
            }
        }
        component.into_iter().flatten().collect()
    }

    /// All nodes that can be reached from `starts`, themselves included.
    pub(crate) fn reach(&self, starts: impl IntoIterator<Item = Node>) -> Vec<bool> {
        let mut seen = vec![false; self.len()];
        let mut work: Vec<Node> = starts.into_iter().collect();
        while let Some(node) = work.pop() {
            if !std::mem::replace(&mut seen[node.index()], true) {
                work.extend(self.of(node).iter().filter(|target| !seen[target.index()]));
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn components_of_a_long_cycle_and_a_tail() {
        let nodes = 200_000;
        let edges = (0..nodes).map(|node| (node, if node + 1 == nodes { 10 } else { node + 1 }));
        let edges = edges.map(|(a, b)| (FileId::new(a), FileId::new(b)));
        let component = Adjacency::new(nodes, edges).components();
        assert!(component[10..].iter().all(|found| *found == component[10]));
        assert!(component[..10].iter().all(|found| *found > component[10]));
    }

    proptest! {
        #[test]
        fn components_are_mutual_reach(edges in proptest::collection::vec((0usize..12, 0usize..12), 0..40)) {
            let graph = Adjacency::new(12, edges.iter().map(|(a, b)| (FileId::new(*a), FileId::new(*b))));
            let component = graph.components();
            for a in graph.nodes() {
                let from_a = graph.reach([a]);
                for b in graph.nodes() {
                    let mutual = from_a[b.index()] && graph.reach([b])[a.index()];
                    prop_assert_eq!(mutual, component[a.index()] == component[b.index()]);
                }
                for &b in graph.of(a) {
                    prop_assert!(component[a.index()] >= component[b.index()]);
                }
            }
        }
    }
}
