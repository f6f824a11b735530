//! The order of folders with few imports against it.

/// Starts with folders that import more than they are imported; then moves each to its cheapest place, until no move helps.
pub(super) fn order(weights: &[Vec<i64>]) -> Vec<usize> {
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
