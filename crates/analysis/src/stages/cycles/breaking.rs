//! Which imports to take out so that files no longer import each other in a circle.
//!
//! The fewest are hard to find (the minimum feedback arc set, which is NP-complete). So: the greedy order of Eades, Lin and
//! Smyth (1993), by weight; the imports that run against it are enough. Then, the dearest first, each is put back that closes
//! no circle with what is left.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::budget::spend;
use crate::ids::FileId;

/// An import costs more than any names it brings: first as few imports as can be, of these the ones with the fewest names.
const IMPORT: i64 = 1 << 32;

/// The most edges visited while imports of all groups are put back; above it, more imports are suggested than are needed.
pub(super) const PATIENCE: usize = 20_000_000;

/// The names that a file imports from another. A module as a whole is more than any number of its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ImportedNames {
    Count(u32),
    Whole,
}

impl ImportedNames {
    /// The number of names; `None` for a module as a whole.
    pub(super) fn count(self) -> Option<u32> {
        match self {
            Self::Count(count) => Some(count),
            Self::Whole => None,
        }
    }

    /// These and more names.
    pub(super) fn with(self, more: Self) -> Self {
        match (self, more) {
            (Self::Count(count), Self::Count(more)) => Self::Count(count.saturating_add(more)),
            _ => Self::Whole,
        }
    }

    fn weight(self) -> i64 {
        IMPORT + i64::from(self.count().unwrap_or(u32::MAX))
    }
}

/// `(source, target)` of the imports to take out of `edges`, which are `(source, target, names)`, each pair once.
pub(super) fn imports_to_take_out(
    edges: &[(FileId, FileId, ImportedNames)],
    patience: &mut usize,
) -> Vec<(FileId, FileId)> {
    let (mut out, rest): (Vec<_>, Vec<_>) = edges.iter().partition(|(source, target, _)| source == target);
    let numbers: BTreeMap<FileId, usize> = rest
        .iter()
        .flat_map(|&(source, target, _)| [source, target])
        .collect::<BTreeSet<FileId>>()
        .into_iter()
        .zip(0..)
        .collect();
    let local: Vec<Local> = rest
        .iter()
        .map(|(source, target, names)| Local {
            source: numbers[source],
            target: numbers[target],
            weight: names.weight(),
        })
        .collect();
    let place = greedy_order(numbers.len(), &local);
    let mut forward = vec![Vec::new(); numbers.len()];
    let mut against = Vec::new();
    for (at, edge) in local.iter().enumerate() {
        if place[edge.source] < place[edge.target] {
            forward[edge.source].push(edge.target);
        } else {
            against.push(at);
        }
    }
    against.sort_by_key(|&at| (std::cmp::Reverse(local[at].weight), at));
    for at in against {
        let Local { source, target, .. } = local[at];
        if leads_to(&forward, target, source, patience) == Some(false) {
            forward[source].push(target);
        } else {
            out.push(rest[at]);
        }
    }
    out.sort_by_key(|&(source, target, names)| (names, source, target));
    out.into_iter().map(|(source, target, _)| (source, target)).collect()
}

struct Local {
    source: usize,
    target: usize,
    weight: i64,
}

/// The place of each node in an order that has little weight against it.
fn greedy_order(nodes: usize, edges: &[Local]) -> Vec<usize> {
    let (mut outward, mut inward) = (vec![Vec::new(); nodes], vec![Vec::new(); nodes]);
    // The weights of the remaining outgoing and incoming edges.
    let mut weights = vec![(0i64, 0i64); nodes];
    for edge in edges {
        outward[edge.source].push((edge.target, edge.weight));
        inward[edge.target].push((edge.source, edge.weight));
        weights[edge.source].0 += edge.weight;
        weights[edge.target].1 += edge.weight;
    }
    // Sinks first, then sources, then by how much more goes out than comes in.
    let rank = |(out, inn): (i64, i64)| match (out, inn) {
        (0, _) => (0, 0),
        (_, 0) => (1, 0),
        _ => (2, inn - out),
    };
    let mut left: BTreeSet<_> = (0..nodes).map(|node| (rank(weights[node]), node)).collect();
    let (mut begin, mut end) = (Vec::new(), VecDeque::new());
    while let Some(((kind, _), node)) = left.pop_first() {
        if kind == 0 {
            end.push_front(node);
        } else {
            begin.push(node);
        }
        for (&(other, weight), is_inward) in
            (inward[node].iter().map(|pair| (pair, true))).chain(outward[node].iter().map(|pair| (pair, false)))
        {
            if left.remove(&(rank(weights[other]), other)) {
                let (out, inn) = &mut weights[other];
                *(if is_inward { out } else { inn }) -= weight;
                left.insert((rank(weights[other]), other));
            }
        }
    }
    let mut place = vec![0; nodes];
    for (at, node) in begin.into_iter().chain(end).enumerate() {
        place[node] = at;
    }
    place
}

/// Whether a path leads from `from` to `to`; `None` where patience ended first.
fn leads_to(graph: &[Vec<usize>], from: usize, to: usize, patience: &mut usize) -> Option<bool> {
    let mut seen = BTreeSet::from([from]);
    let mut work = vec![from];
    while let Some(node) = work.pop() {
        if node == to {
            return Some(true);
        }
        spend(graph[node].len() as u64 + 1);
        *patience = patience.checked_sub(graph[node].len() + 1)?;
        work.extend(graph[node].iter().copied().filter(|&next| seen.insert(next)));
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::graph::Adjacency;

    fn imports_to_take_out(edges: &[(u32, u32, u32)]) -> Vec<(u32, u32)> {
        let file = |number: u32| FileId::new(number as usize);
        let edges: Vec<_> = edges
            .iter()
            .map(|&(source, target, names)| (file(source), file(target), ImportedNames::Count(names)))
            .collect();
        let number = |file: FileId| file.index() as u32;
        super::imports_to_take_out(&edges, &mut PATIENCE.clone())
            .into_iter()
            .map(|(source, target)| (number(source), number(target)))
            .collect()
    }

    #[test]
    fn the_cheaper_of_two() {
        assert_eq!(imports_to_take_out(&[(3, 7, 5), (7, 3, 2)]), [(7, 3)]);
        assert_eq!(
            imports_to_take_out(&[(4, 4, 1)]),
            [(4, 4)],
            "a file that imports itself"
        );
    }

    #[test]
    fn one_import_that_all_circles_share() {
        // Three circles through `0 -> 1`, which brings more names than the others do.
        let edges = [
            (0, 1, 9),
            (1, 2, 1),
            (1, 3, 1),
            (1, 4, 1),
            (2, 0, 1),
            (3, 0, 1),
            (4, 0, 1),
        ];
        assert_eq!(imports_to_take_out(&edges), [(0, 1)]);
    }

    #[test]
    fn files_that_all_import_each_other_end() {
        let all = |source| {
            (0..200)
                .filter(move |target| *target != source)
                .map(move |target| (source, target, 1))
        };
        let edges: Vec<_> = (0..200).flat_map(all).collect();
        assert_eq!(imports_to_take_out(&edges).len(), edges.len() / 2);
    }

    proptest! {
        #[test]
        fn without_them_there_is_no_circle_and_with_each_there_is(
            pairs in proptest::collection::btree_set((0u32..9, 0u32..9), 0..40), names in 0u32..5,
        ) {
            let edges: Vec<_> = pairs.iter().map(|&(a, b)| (a, b, (a + names) % 5)).collect();
            let out = imports_to_take_out(&edges);
            let circular = |left: &[(u32, u32)]| {
                let component = Adjacency::new(9, left.iter().map(|&(a, b)| (FileId::new(a as usize), FileId::new(b as usize)))).components();
                left.iter().any(|&(a, b)| component[a as usize] == component[b as usize])
            };
            let left: Vec<_> = pairs.iter().copied().filter(|pair| !out.contains(pair)).collect();
            prop_assert!(!circular(&left));
            for &back in &out {
                let with: Vec<_> = left.iter().copied().chain([back]).collect();
                prop_assert!(circular(&with), "{back:?} need not go");
            }
        }
    }
}
