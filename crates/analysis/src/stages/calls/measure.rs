//! Figures of the graph: the number of callers and callees, the depth, and the unreachable functions.

use std::collections::{BTreeSet, HashMap};

use repolens_core::report::{CallGraph, CallStatistics, CalledFunction, ComplexFunction};
use rustc_hash::FxHashSet as HashSet;

use super::index::{Family, File, Index};
use super::solve::{Fate, Solver, Thing};
use crate::budget::spend;
use crate::calls::{Definition, Value};
use crate::graph::Adjacency;
use crate::language::{Origin, is_header};
use crate::stages::{References, UnusedFunction, tenth};
use crate::wiring::Wired;

pub(super) const MAX_LISTED: usize = 200;
const MAX_COMPLEX: usize = 20;

pub(super) struct Measured {
    pub section: CallGraph,
    /// A list of the section is cut.
    pub truncated: bool,
    pub unused: Vec<UnusedFunction>,
    pub references: HashMap<u32, References>,
}

pub(super) fn measure(index: &Index<'_>, solver: &mut Solver<'_, '_>) -> Measured {
    let nodes = index.functions as usize + index.files.len();
    // The calls of an anonymous function belong to the function around it.
    let home: Vec<u32> = homes(index);
    let mut pairs: Vec<(u32, u32)> = std::mem::take(&mut solver.edges)
        .into_iter()
        .map(|edge| (home[edge.caller as usize], home[edge.target as usize]))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    spend(nodes as u64 + pairs.len() as u64);
    let graph = Adjacency::new(nodes, pairs.iter().copied());
    let tests = tests(index, nodes);
    let mut fan_in = vec![0u32; nodes];
    let mut test_callers = vec![0u32; nodes];
    for &(source, target) in pairs.iter().filter(|(source, target)| source != target) {
        let of = match tests[source as usize] {
            true => &mut test_callers,
            false => &mut fan_in,
        };
        of[target as usize] += 1;
    }
    let depth = depths(&graph);
    drop(pairs);
    let calls_made = calls_made(index, &home, nodes);
    let entries = entries(index, solver);
    let reached = reached(index, solver, &graph, &home, &entries);

    let callers = |at: u32| fan_in[at as usize] + test_callers[at as usize];
    let named: Vec<u32> = (0..index.functions).filter(|at| home[*at as usize] == *at).collect();
    let fan_out = |at: u32| graph.of(at).iter().filter(|target| **target != at).count() as u64;
    let figures = |at: u32| CalledFunction {
        calls_made: calls_made[at as usize].into(),
        fan_in: fan_in[at as usize].into(),
        test_callers: test_callers[at as usize].into(),
        fan_out: fan_out(at),
        depth: depth[at as usize].into(),
        location: location(index, at),
    };
    let mut busiest = named.clone();
    let weight = |at: &u32| u64::from(fan_in[*at as usize]) + fan_out(*at);
    busiest.sort_by_cached_key(|at| (std::cmp::Reverse(weight(at)), *at));
    let complexity_metrics = busiest
        .iter()
        .take(MAX_LISTED)
        .rev() // Of overloads, which have one name, the busiest stays.
        .map(|at| (index.label(*at), figures(*at)))
        .collect();
    let mut crossroads = named.clone();
    let product = |at: &u32| u64::from(fan_in[*at as usize]) * fan_out(*at);
    crossroads.retain(|at| product(at) > 0);
    crossroads.sort_by_cached_key(|at| (std::cmp::Reverse(product(at)), *at));
    let most_complex = crossroads
        .iter()
        .take(MAX_COMPLEX)
        .map(|at| {
            let of = figures(*at);
            ComplexFunction {
                function: index.label(*at),
                calls_made: of.calls_made,
                fan_in: of.fan_in,
                test_callers: of.test_callers,
                fan_out: of.fan_out,
                depth: of.depth,
                location: of.location,
            }
        })
        .collect();
    let unreachable: Vec<u32> = named
        .iter()
        .copied()
        .filter(|at| !reached[*at as usize] && is_judged(index, *at))
        .collect();
    let mains: Vec<u32> = named.iter().copied().filter(|at| is_main(index, *at)).collect();
    let mut statistics = CallStatistics {
        average_fan_out: tenth(named.iter().map(|at| fan_out(*at)).sum::<u64>() as f64 / named.len().max(1) as f64),
        max_depth: named.iter().map(|at| depth[*at as usize]).max().unwrap_or(0).into(),
        unreachable_count: unreachable.len() as u64,
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
    let unused = unreachable
        .iter()
        .map(|at| {
            let (file, definition) = index.function(*at);
            UnusedFunction {
                file: index.files[file as usize].at,
                name: index.name(*at),
                line: definition.line,
                never_named: callers(*at) == 0,
            }
        })
        .collect();
    // Only the figures of the busiest functions are listed, by intent: `total_functions` is the true number.
    let truncated = unreachable.len() > MAX_LISTED || mains.len() > MAX_LISTED;
    let label = |list: &[u32]| list.iter().take(MAX_LISTED).map(|at| index.label(*at)).collect();
    let section = CallGraph {
        total_functions: named.len() as u64,
        entry_points: mains.len() as u64,
        unreachable_functions: unreachable.len() as u64,
        entry_point_list: label(&mains),
        unreachable_function_list: label(&unreachable),
        complexity_metrics,
        most_complex,
        statistics,
    };
    Measured {
        section,
        truncated,
        unused,
        references: references(index, solver, &callers, &home),
    }
}

/// Which nodes are tests: functions and code of test files, and tests inside of source files.
fn tests(index: &Index<'_>, nodes: usize) -> Vec<bool> {
    let mut tests = vec![false; nodes];
    for (at, file) in (0u32..).zip(&index.files) {
        let facts = index.facts(at);
        tests[(index.functions + at) as usize] = facts.test;
        for (number, function) in (file.functions..).zip(&file.calls.functions) {
            tests[number as usize] = facts.test || facts.is_test_line(function.line);
        }
    }
    tests
}

/// How many functions and files use what each file defines.
fn references(
    index: &Index<'_>,
    solver: &Solver<'_, '_>,
    callers: &dyn Fn(u32) -> u32,
    home: &[u32],
) -> HashMap<u32, References> {
    let mut users: Vec<(u32, u32)> = solver
        .made
        .iter()
        .map(|(class, caller)| (*class, home[*caller as usize]))
        .collect();
    users.sort_unstable();
    users.dedup();
    spend(users.len() as u64);
    let mut of_class = solver.subclasses.clone();
    for (class, _) in users {
        of_class[class as usize] += 1;
    }
    let of_file = |file: &File<'_>| References {
        functions: (file.functions..)
            .zip(&file.calls.functions)
            .map(|(function, _)| callers(function))
            .collect(),
        classes: (file.classes..)
            .zip(&file.calls.classes)
            .map(|(class, _)| of_class[index.whole(class) as usize])
            .collect(),
    };
    index.files.iter().map(|file| (file.at, of_file(file))).collect()
}

/// For each function itself, or the named function (or file) around an anonymous one.
fn homes(index: &Index<'_>) -> Vec<u32> {
    let mut home: Vec<u32> = (0..index.functions + index.files.len() as u32).collect();
    for (at, file) in (0u32..).zip(&index.files) {
        for (number, function) in file.calls.functions.iter().enumerate() {
            let mut at_function = number;
            let mut around = function;
            let mut steps = 0;
            while around.anonymous && steps < 64 {
                if around.parent == crate::calls::MODULE {
                    home[file.functions as usize + number] = index.functions + at;
                    break;
                }
                at_function = around.parent as usize;
                around = &file.calls.functions[at_function];
                steps += 1;
            }
            if !around.anonymous {
                home[file.functions as usize + number] = file.functions + at_function as u32;
            }
        }
    }
    home
}

/// The longest chain of calls below each node; functions that call each other in a circle are one step.
fn depths(graph: &Adjacency) -> Vec<u32> {
    let component = graph.components();
    let count = component.iter().max().map_or(0, |last| *last as usize + 1);
    let mut depth = vec![0u32; count];
    let mut order: Vec<u32> = (0..u32::try_from(graph.len()).unwrap_or(u32::MAX)).collect();
    // A component that is reached has a lower number.
    order.sort_by_key(|at| component[*at as usize]);
    for at in order {
        let own = component[at as usize];
        for &target in graph.of(at) {
            let other = component[target as usize];
            if other != own {
                depth[own as usize] = depth[own as usize].max(depth[other as usize] + 1);
            }
        }
    }
    component.iter().map(|own| depth[*own as usize]).collect()
}

fn calls_made(index: &Index<'_>, home: &[u32], nodes: usize) -> Vec<u32> {
    let mut made = vec![0u32; nodes];
    for (at, file) in (0u32..).zip(&index.files) {
        for call in file.calls.calls.iter().filter(|call| !call.implicit) {
            made[home[index.caller(at, call.caller) as usize] as usize] += 1;
        }
    }
    made
}

fn is_main(index: &Index<'_>, function: u32) -> bool {
    let (file, definition) = index.function(function);
    let data = &index.files[file as usize];
    let facts = index.facts(file);
    let starts = facts.syntax.as_ref().is_some_and(|syntax| syntax.entry_point);
    starts && !facts.test && definition.parent == crate::calls::MODULE && data.calls.name(definition.name) == "main"
}

fn location(index: &Index<'_>, function: u32) -> String {
    let (file, definition) = index.function(function);
    format!("{}:{}", index.facts(file).path, definition.line)
}

/// Tests and what is not this project's own are not judged.
fn is_judged(index: &Index<'_>, function: u32) -> bool {
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

/// The functions that run or may be called from outside: the code of files, exported and registered functions, and
/// those whose name is read from an unknown object.
fn entries(index: &Index<'_>, solver: &mut Solver<'_, '_>) -> Vec<u32> {
    let named: HashSet<u32> = index.named_elsewhere();
    let shared = index.files_by_name();
    // `getattr(self, "_step_" + name)` may ask it of a class that another file defines.
    let beginnings: HashSet<&str> = index
        .files
        .iter()
        .flat_map(|file| file.calls.beginnings.iter().map(|beginning| &**beginning))
        .collect();
    let lengths: BTreeSet<usize> = beginnings.iter().map(|beginning| beginning.len()).collect();
    // Only what is outside of functions can be named by other files.
    let is_outer = |function: &Definition| function.class.is_some() || function.parent == crate::calls::MODULE;
    let wired = Wired::of(index.all_facts());
    let generating = generating_crates(index);
    let mut entries: Vec<u32> = (index.functions..index.functions + index.files.len() as u32).collect();
    for (at, file) in (0u32..).zip(&index.files) {
        let test = index.facts(at).test;
        for (number, function) in (file.functions..).zip(&file.calls.functions) {
            let name = file.syms[function.name as usize];
            let elsewhere = match file.family {
                // A template may name a method of the value that it shows.
                Family::Go | Family::Rust => {
                    generating.contains(crate_of(&index.facts(at).path))
                        || shared.get(&(file.family, name)).is_some_and(|files| *files > 1)
                        || (!function.entry && wired.names(file.at, file.calls.name(function.name)))
                }
                Family::Python | Family::Script => {
                    named.contains(&name)
                        || (is_outer(function) && wired.names(file.at, file.calls.name(function.name)))
                }
                // Nothing in the only file that can call it has its name; markup and other parts of its class may.
                _ => !function.entry && wired.names(file.at, file.calls.name(function.name)),
            };
            let mut foreign = || {
                function
                    .class
                    .is_some_and(|class| solver.has_foreign_base(index.whole(file.classes + class)))
            };
            // The name that a class of a library calls by convention: `__attach`.
            let own_name = file.calls.name(function.name);
            let is_hook = match file.family {
                Family::Python => true,
                Family::Script => own_name.starts_with("__"),
                _ => false,
            };
            let by_beginning = file.family == Family::Python
                && is_outer(function)
                && lengths
                    .range(..=own_name.len())
                    .any(|end| own_name.get(..*end).is_some_and(|start| beginnings.contains(start)));
            if test || function.entry || elsewhere || by_beginning || (is_hook && foreign()) {
                entries.push(number);
            }
        }
    }
    entries
}

/// The folders of Rust crates that include code which their build generates: it may call any function of theirs.
fn generating_crates<'f>(index: &Index<'f>) -> HashSet<&'f str> {
    let (Some(folder), Some(include)) = (index.sym("OUT_DIR"), index.sym("include")) else {
        return HashSet::default();
    };
    let including = index
        .files
        .iter()
        .filter(|file| file.family == Family::Rust && file.syms.contains(&folder) && file.syms.contains(&include));
    let facts = index.all_facts();
    including
        .map(|file| facts[file.at as usize].path.as_str())
        .filter(|path| !path.ends_with("build.rs"))
        .map(crate_of)
        .collect()
}

/// The folder of the crate that a file is of; another language's file is of none.
fn crate_of(path: &str) -> &str {
    match path.strip_prefix("src/") {
        Some(_) => "src",
        None => path.split_once("/src/").map_or(path, |(folder, _)| folder),
    }
}

/// Functions that are reached by calls, or by a mention in what is reached.
fn reached(
    index: &Index<'_>,
    solver: &mut Solver<'_, '_>,
    graph: &Adjacency,
    home: &[u32],
    entries: &[u32],
) -> Vec<bool> {
    let starts = entries.iter().map(|at| home[*at as usize]);
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for node in 0..u32::try_from(graph.len()).unwrap_or(u32::MAX) {
        pairs.extend(graph.of(node).iter().map(|target| (node, *target)));
    }
    for at in 0..index.files.len() as u32 {
        for &(function, value) in &index.files[at as usize].calls.mentions {
            let caller = home[index.caller(at, function) as usize];
            for thing in solver.eval(at, value).things {
                if let Thing::Function(target) | Thing::Bound(target) = thing {
                    pairs.push((caller, home[target as usize]));
                }
            }
        }
    }
    for (at, file) in (0u32..).zip(&index.files) {
        // A member of a function, as `f.toString()`, is a use of it.
        let bases = file.calls.values.iter().filter_map(|value| match value {
            Value::Member(base, _) if file.family == Family::Script => Some(*base),
            _ => None,
        });
        for base in bases {
            for thing in solver.eval(at, base).things {
                if let Thing::Function(target) | Thing::Bound(target) = thing {
                    pairs.push((index.functions + at, home[target as usize]));
                }
            }
        }
    }
    let all = Adjacency::new(graph.len(), pairs.iter().copied());
    all.reach(starts)
}
