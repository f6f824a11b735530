//! Figures of the graph: the number of callers and callees, the depth, and the unreachable functions.

use std::collections::{BTreeMap, HashMap};

use repolens_core::report::{CallGraph, CallStatistics, CalledFunction, ComplexFunction, Confidence};

use super::index::{CallIndex, File, GlobalFunction, NodeId};
use super::solve::{Fate, Solver};
use crate::budget::spend;
use crate::calls::{Body, Definition};
use crate::facts::Facts;
use crate::graph::Adjacency;
use crate::ids::FileId;
use crate::language::{Origin, is_header};
use crate::stages::{References, UnusedFunction, dead, tenth};

mod reach;

use reach::{entries, reached};

pub(super) const MAX_LISTED: usize = 200;
const MAX_COMPLEX: usize = 20;

pub(super) struct Measured {
    pub section: CallGraph,
    /// A list of the section is cut.
    pub truncated: bool,
    pub unused: Vec<UnusedFunction>,
    pub references: HashMap<FileId, References>,
}

/// The call graph over named functions and the code of files, and what is counted for each node.
struct Nodes {
    graph: Adjacency<NodeId>,
    /// For each node itself, or the named function (or file) around an anonymous function.
    home: Vec<NodeId>,
    /// Callers outside of tests.
    fan_in: Vec<u32>,
    test_callers: Vec<u32>,
    depth: Vec<u32>,
    calls_made: Vec<u32>,
    /// Functions that have a name.
    named: Vec<GlobalFunction>,
}

pub(super) fn measure(
    facts: &Facts,
    index: &CallIndex<'_>,
    solver: &mut Solver<'_, '_>,
    low_confidence: bool,
) -> Measured {
    let nodes = Nodes::new(index, solver);
    let entries = entries(index, solver);
    let reached = reached(index, solver, &nodes, &entries);
    let unreachable: Vec<GlobalFunction> = nodes
        .named
        .iter()
        .copied()
        .filter(|at| !reached[at.index()] && is_judged(index, *at))
        .collect();
    let mains: Vec<GlobalFunction> = nodes.named.iter().copied().filter(|at| is_main(index, *at)).collect();
    let mut unused = unreachable
        .iter()
        .map(|at| {
            let (file, definition) = index.function(*at);
            UnusedFunction {
                file: index.file(file).at,
                name: index.name(*at),
                line: definition.line,
                callers: nodes.callers_with_itself(*at),
                documented: definition.documented,
                confidence: Confidence::Low,
            }
        })
        .collect();
    dead::functions::settle(facts, &mut unused, low_confidence);
    // Only the figures of the busiest functions are listed, by intent: `total_functions` is the true number.
    let truncated = unused.len() > MAX_LISTED || mains.len() > MAX_LISTED;
    let label = |of: &UnusedFunction| format!("{}:{}", facts.files[of.file.index()].path, of.name);
    let section = CallGraph {
        total_functions: nodes.named.len() as u64,
        entry_points: mains.len() as u64,
        unreachable_functions: unused.len() as u64,
        entry_point_list: mains
            .iter()
            .take(MAX_LISTED)
            .map(|at| index.label((*at).into()))
            .collect(),
        unreachable_function_list: unused.iter().take(MAX_LISTED).map(label).collect(),
        complexity_metrics: nodes.busiest(index),
        most_complex: nodes.crossroads(index),
        statistics: statistics(index, solver, &nodes, unused.len()),
    };
    Measured {
        section,
        truncated,
        unused,
        references: references(index, solver, &nodes),
    }
}

impl Nodes {
    fn new(index: &CallIndex<'_>, solver: &mut Solver<'_, '_>) -> Self {
        let count = index.nodes();
        // The calls of an anonymous function belong to the function around it.
        let home = homes(index);
        let mut pairs: Vec<(NodeId, NodeId)> = std::mem::take(&mut solver.edges)
            .into_iter()
            .map(|edge| (home[edge.caller.index()], home[edge.target.index()]))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        spend(count as u64 + pairs.len() as u64);
        let graph = Adjacency::new(count, pairs.iter().copied());
        let tests = tests(index);
        let mut fan_in = vec![0u32; count];
        let mut test_callers = vec![0u32; count];
        for &(source, target) in pairs.iter().filter(|(source, target)| source != target) {
            let of = match tests[source.index()] {
                true => &mut test_callers,
                false => &mut fan_in,
            };
            of[target.index()] += 1;
        }
        let is_named = |at: &GlobalFunction| home[at.index()] == (*at).into();
        Self {
            depth: depths(&graph),
            calls_made: calls_made(index, &home),
            named: (0..index.functions).map(GlobalFunction::new).filter(is_named).collect(),
            graph,
            home,
            fan_in,
            test_callers,
        }
    }

    fn callers(&self, at: GlobalFunction) -> u32 {
        self.fan_in[at.index()] + self.test_callers[at.index()]
    }

    fn callers_with_itself(&self, at: GlobalFunction) -> usize {
        let own = at.into();
        self.callers(at) as usize + usize::from(self.graph.of(own).contains(&own))
    }

    fn fan_out(&self, at: GlobalFunction) -> u64 {
        let own = at.into();
        self.graph.of(own).iter().filter(|target| **target != own).count() as u64
    }

    fn figures(&self, index: &CallIndex<'_>, at: GlobalFunction) -> CalledFunction {
        CalledFunction {
            calls_made: self.calls_made[at.index()].into(),
            fan_in: self.fan_in[at.index()].into(),
            test_callers: self.test_callers[at.index()].into(),
            fan_out: self.fan_out(at),
            depth: self.depth[at.index()].into(),
            location: location(index, at),
        }
    }

    /// The functions with the most callers and callees.
    fn busiest(&self, index: &CallIndex<'_>) -> BTreeMap<String, CalledFunction> {
        let weight = |at: &GlobalFunction| u64::from(self.fan_in[at.index()]) + self.fan_out(*at);
        let mut busiest = self.named.clone();
        busiest.sort_by_cached_key(|at| (std::cmp::Reverse(weight(at)), *at));
        busiest
            .iter()
            .take(MAX_LISTED)
            .rev() // Of overloads, which have one name, the busiest stays.
            .map(|at| (index.label((*at).into()), self.figures(index, *at)))
            .collect()
    }

    /// The functions with many callers and many callees.
    fn crossroads(&self, index: &CallIndex<'_>) -> Vec<ComplexFunction> {
        let product = |at: &GlobalFunction| u64::from(self.fan_in[at.index()]) * self.fan_out(*at);
        let mut crossroads = self.named.clone();
        crossroads.retain(|at| product(at) > 0);
        crossroads.sort_by_cached_key(|at| (std::cmp::Reverse(product(at)), *at));
        let listed = crossroads.iter().take(MAX_COMPLEX);
        let described = listed.map(|at| {
            let of = self.figures(index, *at);
            ComplexFunction {
                function: index.label((*at).into()),
                calls_made: of.calls_made,
                fan_in: of.fan_in,
                test_callers: of.test_callers,
                fan_out: of.fan_out,
                depth: of.depth,
                location: of.location,
            }
        });
        described.collect()
    }
}

fn statistics(index: &CallIndex<'_>, solver: &Solver<'_, '_>, nodes: &Nodes, unreachable: usize) -> CallStatistics {
    let named = &nodes.named;
    let fan_out = named.iter().map(|at| nodes.fan_out(*at)).sum::<u64>();
    let mut statistics = CallStatistics {
        average_fan_out: tenth(fan_out as f64 / named.len().max(1) as f64),
        max_depth: named.iter().map(|at| nodes.depth[at.index()]).max().unwrap_or(0).into(),
        unreachable_count: unreachable as u64,
        ..CallStatistics::default()
    };
    for (file, fates) in index.files.iter().zip(&solver.fates) {
        for (call, fate) in file.calls.calls.iter().zip(fates) {
            if call.implicit && *fate == Fate::Unresolved {
                continue;
            }
            statistics.calls += 1;
            match fate {
                Fate::Exact => statistics.resolved_exact += 1,
                Fate::Likely => statistics.resolved_likely += 1,
                Fate::External => statistics.external += 1,
                Fate::Unresolved => {}
            }
        }
    }
    statistics
}

/// Which nodes are tests: functions and code of test files, and tests inside of source files.
fn tests(index: &CallIndex<'_>) -> Vec<bool> {
    let mut tests = vec![false; index.nodes()];
    for (at, file) in index.numbered_files() {
        let facts = index.facts(at);
        tests[index.module_node(at).index()] = facts.test;
        for (number, function) in file.numbered_functions() {
            tests[number.index()] = facts.test || facts.is_test_line(function.line);
        }
    }
    tests
}

/// How many functions and files use what each file defines.
fn references(index: &CallIndex<'_>, solver: &Solver<'_, '_>, nodes: &Nodes) -> HashMap<FileId, References> {
    let mut users: Vec<_> = solver
        .made
        .iter()
        .map(|(class, caller)| (*class, nodes.home[caller.index()]))
        .collect();
    users.sort_unstable();
    users.dedup();
    spend(users.len() as u64);
    let mut of_class = solver.subclasses.clone();
    for (class, _) in users {
        of_class[class.index()] += 1;
    }
    let of_file = |file: &File<'_>| References {
        functions: file
            .numbered_functions()
            .map(|(function, _)| nodes.callers(function))
            .collect(),
        classes: file
            .numbered_classes()
            .map(|(class, _)| of_class[index.whole(class).index()])
            .collect(),
    };
    index.files.iter().map(|file| (file.at, of_file(file))).collect()
}

/// For each node itself, or the named function (or file) around an anonymous function.
fn homes(index: &CallIndex<'_>) -> Vec<NodeId> {
    let mut home: Vec<NodeId> = (0..index.nodes()).map(NodeId::new).collect();
    for (at, file) in index.numbered_files() {
        for (number, function) in file.numbered_functions() {
            if let Some(body) = named_body(&file.calls.functions, function) {
                home[number.index()] = index.node(at, body);
            }
        }
    }
    home
}

/// The code around an anonymous function that has a name; `None` for a named function, and where functions are nested too
/// deep.
fn named_body(functions: &[Definition], function: &Definition) -> Option<Body> {
    const DEEPEST: usize = 64;
    let mut around = function;
    let mut body = None;
    for _ in 0..DEEPEST {
        if !around.anonymous {
            return body;
        }
        body = Some(around.parent);
        match around.parent {
            Body::Module => return body,
            Body::Function(parent) => around = &functions[parent.index()],
        }
    }
    body.filter(|_| !around.anonymous)
}

/// The longest chain of calls below each node; functions that call each other in a circle are one step.
fn depths(graph: &Adjacency<NodeId>) -> Vec<u32> {
    let component = graph.components();
    let count = component.iter().max().map_or(0, |last| last.index() + 1);
    let mut depth = vec![0u32; count];
    let mut order: Vec<NodeId> = graph.nodes().collect();
    // A component that is reached has a lower number.
    order.sort_by_key(|at| component[at.index()]);
    for at in order {
        let own = component[at.index()];
        for target in graph.of(at) {
            let other = component[target.index()];
            if other != own {
                depth[own.index()] = depth[own.index()].max(depth[other.index()] + 1);
            }
        }
    }
    component.iter().map(|own| depth[own.index()]).collect()
}

fn calls_made(index: &CallIndex<'_>, home: &[NodeId]) -> Vec<u32> {
    let mut made = vec![0u32; index.nodes()];
    for (at, file) in index.numbered_files() {
        for call in file.calls.calls.iter().filter(|call| !call.implicit) {
            made[home[index.node(at, call.caller).index()].index()] += 1;
        }
    }
    made
}

fn is_main(index: &CallIndex<'_>, function: GlobalFunction) -> bool {
    let (file, definition) = index.function(function);
    let data = index.file(file);
    let facts = index.facts(file);
    let starts = facts.syntax.as_ref().is_some_and(|syntax| syntax.entry_point);
    starts && !facts.test && definition.parent == Body::Module && data.calls.name(definition.name) == "main"
}

/// `PATH:LINE`.
fn location(index: &CallIndex<'_>, function: GlobalFunction) -> String {
    let (file, definition) = index.function(function);
    format!("{}:{}", index.facts(file).path, definition.line)
}

/// Tests and what is not this project's own are not judged.
fn is_judged(index: &CallIndex<'_>, function: GlobalFunction) -> bool {
    let (file, _) = index.function(function);
    let facts = index.facts(file);
    // Files that include another one call the functions that it defines.
    let header = is_header(&facts.path) || index.is_included(file);
    facts.origin == Origin::Own
        && !facts.test
        && facts.is_judged()
        && !facts.is_test_line(index.function(function).1.line)
        && !header
        && facts.syntax.as_ref().is_some_and(|syntax| !syntax.errors)
}
