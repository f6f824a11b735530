//! The call graph.
//!
//! *What it looks at*: calls in own code. The target of a call is found in its file, through imports, through `self` and
//! the classes above, through values that are passed and returned, or, where only one class has a method of that name,
//! by the name. *Why it matters*: a function with many callers must not break; one without callers can be removed.
//! *Limits*: calls of objects that a library made, of names computed at run time, and of values with more than a few
//! candidates have no target; the statistics count them. A function without a name counts as part of the one around it.

use repolens_core::report::Report;
use serde::Serialize;

use super::{Outcome, Scratch};
use crate::facts::Facts;
use crate::graph::Graph;

mod index;
mod measure;
mod solve;

use index::Index;
use solve::{Confidence, Solver};

pub(super) fn run(facts: &Facts, report: &mut Report, scratch: &mut Scratch) -> Outcome {
    let Some(graph) = &scratch.graph else {
        return Outcome::Failed("the module graph that it follows is missing".to_owned());
    };
    let index = Index::new(&facts.files, graph);
    if index.functions == 0 {
        scratch.unused_functions = Some(Vec::new());
        return Outcome::Skipped("there are no functions of a language whose calls are read".to_owned());
    }
    let mut solver = Solver::new(&index);
    solver.solve();
    let measured = measure::measure(&index, &mut solver);
    report.call_graph = Some(measured.section);
    scratch.unused_functions = Some(measured.unused);
    scratch.references = measured.references;
    if measured.truncated {
        Outcome::Truncated(format!("each list ends after {} functions", measure::MAX_LISTED))
    } else {
        Outcome::Ok
    }
}

/// One edge of the call graph. Functions are `PATH:NAME`, the code of a file outside of functions is `PATH`.
#[derive(Debug, Serialize)]
pub struct CallEdge {
    pub caller: String,
    /// Where the caller is defined; 0 for the code of a file.
    pub caller_line: u32,
    pub target: String,
    /// Where the target is defined.
    pub line: u32,
    /// Found by scope, import or class; else it is likely.
    pub exact: bool,
}

/// All edges, for a comparison with other tools.
pub(crate) fn edges(facts: &Facts, graph: &Graph) -> Vec<CallEdge> {
    let index = Index::new(&facts.files, graph);
    let mut solver = Solver::new(&index);
    solver.solve();
    let edges = solver.edges.iter();
    edges
        .map(|edge| CallEdge {
            caller: index.label(edge.caller),
            caller_line: if edge.caller < index.functions {
                index.function(edge.caller).1.line
            } else {
                0
            },
            target: index.label(edge.target),
            line: index.function(edge.target).1.line,
            exact: edge.confidence == Confidence::Exact,
        })
        .collect()
}
