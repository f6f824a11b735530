//! The file-level import graph that several stages share, and walks over it that no depth can overflow.

use repolens_core::report::EdgeKind;

/// One import, resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ImportEdge {
    pub source: u32,
    pub target: u32,
    pub kind: EdgeKind,
    /// It only declares the target as a part of the source (`mod name;` of Rust): reached, but not depended upon.
    pub declares: bool,
}

/// Which name of which import leads to which file: what the edges are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    pub source: u32,
    /// Index into the file's imports.
    pub import: u32,
    /// Index into the import's names; `ALL` for the import as a whole.
    pub name: u32,
    pub target: u32,
}

impl Link {
    pub(crate) const ALL: u32 = u32::MAX;
}

/// Files are numbered as in `Facts::files`.
#[derive(Debug, Default)]
pub(crate) struct ImportGraph {
    /// Sorted, each once.
    pub edges: Vec<ImportEdge>,
    /// Sorted.
    pub links: Vec<Link>,
}

impl ImportGraph {
    /// Where the names of one import lead.
    pub(crate) fn links_of(&self, source: u32, import: u32) -> &[Link] {
        let start = self
            .links
            .partition_point(|link| (link.source, link.import) < (source, import));
        let links = &self.links[start..];
        &links[..links.partition_point(|link| (link.source, link.import) == (source, import))]
    }
}

/// Edges by source, as a list of lists in two vectors.
#[derive(Debug)]
pub(crate) struct Adjacency {
    starts: Vec<u32>,
    targets: Vec<u32>,
}

impl Adjacency {
    /// Builds a graph of `nodes` nodes. Pairs need no order; targets keep theirs.
    pub(crate) fn new(nodes: usize, edges: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0u32; nodes + 1];
        for (source, _) in edges.clone() {
            starts[source as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut targets = vec![0; starts.last().copied().unwrap_or(0) as usize];
        for (source, target) in edges {
            let slot = &mut next[source as usize];
            targets[*slot as usize] = target;
            *slot += 1;
        }
        Self { starts, targets }
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(crate) fn of(&self, node: u32) -> &[u32] {
        let node = node as usize;
        &self.targets[self.starts[node] as usize..self.starts[node + 1] as usize]
    }

    /// The number of each node's strongly connected component. A component has a higher number than those it reaches.
    /// Tarjan's algorithm with its own stack.
    pub(crate) fn components(&self) -> Vec<u32> {
        const UNSEEN: u32 = u32::MAX;
        let nodes = self.len();
        let (mut index, mut low) = (vec![UNSEEN; nodes], vec![0u32; nodes]);
        let mut component = vec![UNSEEN; nodes];
        let (mut stack, mut work) = (Vec::new(), Vec::<(u32, usize)>::new());
        let (mut counter, mut found) = (0u32, 0u32);
        for root in 0..u32::try_from(nodes).unwrap_or(u32::MAX) {
            if index[root as usize] != UNSEEN {
                continue;
            }
            work.push((root, 0));
            while let Some((node, next)) = work.pop() {
                let at = node as usize;
                if next == 0 {
                    (index[at], low[at]) = (counter, counter);
                    counter += 1;
                    stack.push(node);
                }
                let targets = self.of(node);
                let child = (next..targets.len()).find(|&i| {
                    let target = targets[i] as usize;
                    if index[target] == UNSEEN {
                        return true;
                    }
                    if component[target] == UNSEEN {
                        low[at] = low[at].min(index[target]);
                    }
                    false
                });
                if let Some(i) = child {
                    work.push((node, i + 1));
                    work.push((targets[i], 0));
                    continue;
                }
                if low[at] == index[at] {
                    while let Some(member) = stack.pop() {
                        component[member as usize] = found;
                        if member == node {
                            break;
                        }
                    }
                    found += 1;
                }
                if let Some(&(parent, _)) = work.last() {
                    let parent = parent as usize;
                    low[parent] = low[parent].min(low[at]);
                }
            }
        }
        component
    }

    /// All nodes that can be reached from `starts`, themselves included.
    pub(crate) fn reach(&self, starts: impl IntoIterator<Item = u32>) -> Vec<bool> {
        let mut seen = vec![false; self.len()];
        let mut work: Vec<u32> = starts.into_iter().collect();
        while let Some(node) = work.pop() {
            if !std::mem::replace(&mut seen[node as usize], true) {
                work.extend(self.of(node).iter().filter(|&&target| !seen[target as usize]));
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
        let nodes = 200_000u32;
        let edges = (0..nodes).map(|node| (node, if node + 1 == nodes { 10 } else { node + 1 }));
        let component = Adjacency::new(nodes as usize, edges).components();
        assert!(component[10..].iter().all(|found| *found == component[10]));
        assert!(component[..10].iter().all(|found| *found > component[10]));
    }

    proptest! {
        #[test]
        fn components_are_mutual_reach(edges in proptest::collection::vec((0u32..12, 0u32..12), 0..40)) {
            let graph = Adjacency::new(12, edges.iter().copied());
            let component = graph.components();
            for a in 0..12u32 {
                let from_a = graph.reach([a]);
                for b in 0..12u32 {
                    let mutual = from_a[b as usize] && graph.reach([b])[a as usize];
                    prop_assert_eq!(mutual, component[a as usize] == component[b as usize]);
                }
                for &b in graph.of(a) {
                    prop_assert!(component[a as usize] >= component[b as usize]);
                }
            }
        }
    }
}
