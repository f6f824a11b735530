//! The layers of folders, and the imports that are drawn.

use super::FolderGraph;

/// The highest layer that the imports allow; a file without importers goes down to the layer above its imports.
pub(super) fn layers(graph: &FolderGraph) -> Vec<usize> {
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
pub(super) fn kept(graph: &FolderGraph) -> Vec<(usize, usize)> {
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
