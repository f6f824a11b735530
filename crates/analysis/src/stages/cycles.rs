//! Cycles of imports.
//!
//! *What it looks at*: the module graph; a cycle is a group of files that all reach each other (a strongly connected
//! component), or a file that imports itself. *Why it matters*: none of them can be understood, tested or loaded alone.
//! *Limits*: of each group one shortest chain is shown, not every way round; Rust's `mod` declarations are no imports.

use std::collections::{BTreeMap, VecDeque};

use repolens_core::report::{CircularDependencies, Cycle, EdgeKind, Report, Severity, cap};

use super::{Outcome, Scratch, percent, tenth};
use crate::graph::{Adjacency, Graph};
use crate::scan::Facts;

const MAX_CYCLES: usize = 200;
const MAX_FILES: usize = 2_000;
/// From how many starts a shortest chain is looked for in one group: a larger group has many, and one is enough.
const MAX_STARTS: usize = 64;

pub(super) fn run(facts: &Facts, report: &mut Report, scratch: &mut Scratch) -> Outcome {
    let Some(graph) = scratch.graph.as_ref().filter(|_| report.module_graph.is_some()) else {
        return Outcome::Skipped("there is no module graph".to_owned());
    };
    let nodes = facts.files.len();
    let all = adjacency(graph, nodes, |_| true);
    let runtime = adjacency(graph, nodes, |kind| kind != EdgeKind::Type);
    let component = all.components();
    let runtime_component = runtime.components();
    let mut runtime_size = vec![0u32; nodes];
    for &number in &runtime_component {
        runtime_size[number as usize] += 1;
    }
    let path = |at: u32| facts.files[at as usize].path.clone();

    let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (at, &number) in (0u32..).zip(&component) {
        groups.entry(number).or_default().push(at);
    }
    groups.retain(|_, members| members.len() > 1 || all.of(members[0]).contains(&members[0]));
    let mut cycles: Vec<Cycle> = groups
        .values()
        .map(|members| {
            // A chain that also runs at run time is the one to break.
            let runs =
                |&at: &u32| runtime_size[runtime_component[at as usize] as usize] > 1 || runtime.of(at).contains(&at);
            let live: Vec<u32> = members.iter().copied().filter(runs).collect();
            let type_only = live.is_empty();
            let (graph, component, starts) = if type_only {
                (&all, &component, members)
            } else {
                (&runtime, &runtime_component, &live)
            };
            let chain = shortest(graph, component, starts);
            let length = chain.len().saturating_sub(1) as u64;
            Cycle {
                chain: chain.into_iter().map(path).collect(),
                length,
                group_size: members.len() as u64,
                type_only,
                severity: severity(length),
            }
        })
        .collect();
    cycles.sort_by(|a, b| {
        let order = |c: &Cycle| (c.type_only, c.severity, std::cmp::Reverse(c.group_size));
        order(a).cmp(&order(b)).then_with(|| a.chain.cmp(&b.chain))
    });
    let mut affected: Vec<String> = groups.values().flatten().map(|&at| path(at)).collect();
    affected.sort();
    let total = cycles.len() as u64;
    let affected_total = affected.len() as u64;
    let graph_nodes = facts.files.iter().filter(|file| file.syntax.is_some()).count() as f64;
    let cut = cap(&mut cycles, MAX_CYCLES) | cap(&mut affected, MAX_FILES);
    report.circular_dependencies = Some(CircularDependencies {
        has_circular_dependencies: total > 0,
        total_cycles: total,
        cycles,
        affected_files: affected,
        affected_files_total: affected_total,
        risk_score: tenth(percent(affected_total as f64, graph_nodes)),
    });
    if cut {
        Outcome::Truncated(format!("the lists end after {MAX_CYCLES} cycles and {MAX_FILES} files"))
    } else {
        Outcome::Ok
    }
}

fn adjacency(graph: &Graph, nodes: usize, keep: impl Fn(EdgeKind) -> bool + Copy) -> Adjacency {
    let edges = graph.edges.iter().filter(move |edge| keep(edge.kind) && !edge.declares);
    Adjacency::new(nodes, edges.map(|edge| (edge.source, edge.target)))
}

/// A shortest cycle through one of `starts`, inside of their components: a search by breadth from each.
fn shortest(graph: &Adjacency, component: &[u32], starts: &[u32]) -> Vec<u32> {
    let mut best: Vec<u32> = Vec::new();
    for &start in starts.iter().take(MAX_STARTS) {
        let mut came_from: BTreeMap<u32, u32> = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        let mut found = false;
        while let Some(node) = queue.pop_front() {
            for &next in graph.of(node) {
                if next == start {
                    let mut chain = vec![start];
                    let mut at = node;
                    while at != start {
                        chain.push(at);
                        at = came_from[&at];
                    }
                    chain.push(start);
                    chain.reverse();
                    if best.is_empty() || chain.len() < best.len() {
                        best = chain;
                    }
                    found = true;
                    break;
                }
                if component[next as usize] == component[start as usize] && !came_from.contains_key(&next) {
                    came_from.insert(next, node);
                    queue.push_back(next);
                }
            }
            if found {
                break;
            }
        }
        if best.len() <= 3 && !best.is_empty() {
            break;
        }
    }
    best
}

fn severity(length: u64) -> Severity {
    match length {
        0..=2 => Severity::High,
        3..=4 => Severity::Medium,
        _ => Severity::Low,
    }
}
