//! The call graph.
//!
//! *What it looks at*: calls in own code. The target of a call is found in its file, through imports, through `self` and
//! the classes above, through values that are passed and returned, or, in languages where that is right often enough, by
//! the name of a method that only one class has. *Why it matters*: a function with many callers must not break; one
//! without callers can be removed. *Limits*: calls of objects that a library made, of names computed at run time, and of
//! values with more than a few candidates have no target; the statistics count them. A function without a name counts as
//! part of the one around it.
//!
//! # The algorithm
//!
//! 1. **One file at a time** (`calls/builder.rs`, while the file's tree is walked): every expression that a call may hang
//!    on is a [`ValueExpr`](crate::calls::ValueExpr) in a table of the file, equal ones once. No file knows another one yet.
//! 2. **All files under one numbering** (`calls/index.rs`): files with calls (`SourceId`), functions (`GlobalFunction`),
//!    classes (`GlobalClass`) and names (`SymbolId`) are numbered through, with tables from names to what has them, and from
//!    imports to files.
//! 3. **From expressions to functions** (`calls/solve.rs`): the target of each call is evaluated to the few things that it
//!    may be: functions, classes, instances, modules. Each value is evaluated once; a value that hangs on itself is
//!    nothing yet while it is evaluated. A call that has a target passes its arguments to that target's parameters. What
//!    hangs on a parameter may grow by that, so those calls are evaluated again, in at most four rounds.
//! 4. **Figures** (`calls/measure.rs`): of a graph whose nodes (`NodeId`) are all functions and the code of each file:
//!    callers and callees of each function, the longest chain of calls, and the functions that neither an entry point nor
//!    the code of a file reaches.
//!
//! # An example
//!
//! ```python
//! # shapes.py                      # main.py
//! class Shape:                     from shapes import Square
//!     def area(self):
//!         return self.side()       def show(shape):
//!                                      shape.area()
//! class Square(Shape):
//!     def side(self): ...          show(Square())
//! ```
//!
//! `main.py` has three calls. The target of `show(…)` is `Function(show)`: an exact edge from the module to `show`. That of
//! `Square()` is `Import(shapes, Square)`, which the index leads to the class in `shapes.py`; its constructor is not
//! defined here, so there is no edge, but the result is an instance of `Square`, and it is passed to the parameter number 0 of
//! `show`. The target of `shape.area()` is `Member(Parameter(show, 0), area)`. In the first round the parameter may be
//! nothing yet, or already the instance, depending on the order of the calls; in the next one it is the instance.
//! `area` is searched in `Square`, then in `Shape`, the order that C3 gives: a likely edge from `show` to `Shape.area`,
//! likely because other calls may pass other things. In `shapes.py`, `self.side()` is `Member(This(Shape), side)`. `Shape`
//! has no `side`; the receiver is an object, which may be one of a class below, so `Square.side` is found: a likely edge.

use repolens_core::report::Report;
use serde::Serialize;

use super::{Outcome, Scratch};
use crate::facts::Facts;
use crate::graph::ImportGraph;

mod index;
mod measure;
mod solve;

use index::CallIndex;
use solve::{Confidence, Solver};

pub(super) fn run(facts: &Facts, report: &mut Report, scratch: &mut Scratch) -> Outcome {
    let Some(graph) = &scratch.graph else {
        return Outcome::Failed("the module graph that it follows is missing".to_owned());
    };
    let index = CallIndex::new(&facts.files, graph);
    if index.functions == 0 {
        scratch.unused_functions = Some(Vec::new());
        return Outcome::Skipped("there are no functions of a language whose calls are read".to_owned());
    }
    let mut solver = Solver::new(&index);
    solver.solve();
    let measured = measure::measure(facts, &index, &mut solver, scratch.low_confidence);
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
    /// Found because no other class has a method of that name.
    pub by_name: bool,
}

/// All edges, for a comparison with other tools.
pub(crate) fn edges(facts: &Facts, graph: &ImportGraph) -> Vec<CallEdge> {
    let index = CallIndex::new(&facts.files, graph);
    let mut solver = Solver::new(&index);
    solver.solve();
    let edges = solver.edges.iter();
    edges
        .map(|edge| CallEdge {
            caller: index.label(edge.caller),
            caller_line: index
                .function_of(edge.caller)
                .map_or(0, |caller| index.function(caller).1.line),
            target: index.label(edge.target.into()),
            line: index.function(edge.target).1.line,
            exact: edge.confidence == Confidence::Exact,
            by_name: edge.confidence == Confidence::ByName,
        })
        .collect()
}
