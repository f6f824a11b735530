//! The cost table: minutes that it takes to repair something. Technical debt is their sum, and the effort of an action is a
//! range around them. `docs/analysis.md` has the table.
//!
//! A function pays for what is its own: the lines and the cognitive complexity of functions within it are theirs, and of
//! nested functions that are too deep only the excess of the outer one counts.

use crate::facts::{FileFacts, Function};

/// The cost of a function: from a threshold on, once and for each unit above.
pub(super) struct FunctionCost {
    pub name: &'static str,
    pub description: &'static str,
    pub value: fn(&Own<'_>) -> u32,
    pub threshold: u32,
    once: f64,
    each: f64,
    /// The value includes that of the functions within.
    includes_inner: bool,
}

pub(super) const FUNCTION_COSTS: [FunctionCost; 5] = [
    FunctionCost {
        name: "hard_to_read_functions",
        description: "functions with a cognitive complexity above 15: 60 minutes, and 10 for each point above",
        value: |own| own.function.own_cognitive,
        threshold: 15,
        once: 60.0,
        each: 10.0,
        includes_inner: false,
    },
    FunctionCost {
        name: "hard_to_test_functions",
        description: "functions with a cyclomatic complexity above 10: 30 minutes, and 10 for each point above",
        value: |own| own.function.cyclomatic,
        threshold: 10,
        once: 30.0,
        each: 10.0,
        includes_inner: false,
    },
    FunctionCost {
        name: "long_functions",
        description: "functions of more than 80 lines: 60 minutes, and 1 for each line above",
        value: |own| own.lines,
        threshold: 80,
        once: 60.0,
        each: 1.0,
        includes_inner: false,
    },
    FunctionCost {
        name: "many_parameters",
        description: "functions with more than 7 parameters: 30 minutes, and 5 for each above",
        value: |own| own.function.parameters.into(),
        threshold: 7,
        once: 30.0,
        each: 5.0,
        includes_inner: false,
    },
    FunctionCost {
        name: "deep_nesting",
        description: "functions nested deeper than 4: 30 minutes, and 10 for each level above",
        value: |own| own.function.nesting.into(),
        threshold: 4,
        once: 30.0,
        each: 10.0,
        includes_inner: true,
    },
];

/// Lines of code from which a file is large, and minutes for each 100 above.
pub(super) const LARGE_FILE: u32 = 1_000;
const LARGE_FILE_ONCE: f64 = 240.0;
const LARGE_FILE_EACH_100: f64 = 60.0;
/// Each copied line.
pub(super) const COPIED_LINE: f64 = 3.0;
/// Each import that has to go so that a cycle is gone.
pub(super) const CYCLE_IMPORT: f64 = 60.0;
/// Each of these that nothing uses.
pub(super) const UNUSED_IMPORT: f64 = 2.0;
pub(super) const UNUSED_FUNCTION: f64 = 15.0;
pub(super) const UNUSED_FILE: f64 = 30.0;

// What follows is no debt of the code.
/// Each finding of a security rule, and each credential to revoke.
pub(super) const FINDING: f64 = 40.0;
pub(super) const CREDENTIAL: f64 = 30.0;
/// Two files that change together for no reason that the code shows.
pub(super) const HIDDEN_PAIR: f64 = 120.0;
/// A second person learns the files of one person; a maintainer is named.
pub(super) const SHARED_KNOWLEDGE: f64 = 600.0;
pub(super) const MAINTAINER: f64 = 120.0;
/// The first or more tests; the tests of one file.
pub(super) const TESTS: f64 = 480.0;
pub(super) const TESTED_FILE: f64 = 180.0;
/// A service is set up, or runs the tests too.
pub(super) const CI: f64 = 60.0;
pub(super) const README: f64 = 90.0;
pub(super) const README_PART: f64 = 30.0;
pub(super) const LICENSE: f64 = 30.0;
pub(super) const LICENSE_FILE: f64 = 10.0;
pub(super) const SECURITY_POLICY: f64 = 20.0;
/// Each dependency without a version.
pub(super) const DEPENDENCY: f64 = 10.0;

/// The minutes for a file of that many lines of code.
pub(super) fn large_file(lines: u32) -> Option<f64> {
    let above = lines.checked_sub(LARGE_FILE).filter(|above| *above > 0)?;
    Some(LARGE_FILE_ONCE + f64::from(above) / 100.0 * LARGE_FILE_EACH_100)
}

/// From half of the minutes to one and a half times as many: so exact is an estimate.
pub(super) fn range(minutes: f64) -> [u64; 2] {
    let round = |minutes: f64| {
        let step = if minutes < 30.0 { 1.0 } else { 5.0 };
        ((minutes / step).round() * step).max(1.0) as u64
    };
    [round(minutes * 0.5), round(minutes * 1.5)]
}

/// A function without those within it.
pub(super) struct Own<'a> {
    pub function: &'a Function,
    pub lines: u32,
    /// By `FUNCTION_COSTS`.
    pub minutes: [f64; FUNCTION_COSTS.len()],
    /// The function around it.
    parent: Option<usize>,
}

/// The functions of a file, in the order in which they begin, each with its own part.
pub(super) fn functions<'a>(list: impl IntoIterator<Item = &'a Function>) -> Vec<Own<'a>> {
    let mut all: Vec<Own<'_>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for function in list {
        while open.last().is_some_and(|at| !is_within(function, all[*at].function)) {
            open.pop();
        }
        let parent = open.last().copied();
        let lines = (function.end_line + 1).saturating_sub(function.line);
        if let Some(around) = parent.and_then(|at| all.get_mut(at)) {
            around.lines = around.lines.saturating_sub(lines);
        }
        open.push(all.len());
        all.push(Own {
            function,
            lines,
            minutes: [0.0; FUNCTION_COSTS.len()],
            parent,
        });
    }
    for (at, cost) in FUNCTION_COSTS.iter().enumerate() {
        // What the functions within pay together.
        let mut inner = vec![0.0; all.len()];
        for number in (0..all.len()).rev() {
            let whole = cost.minutes(&all[number]);
            let own = if cost.includes_inner {
                (whole - inner[number]).max(0.0)
            } else {
                whole
            };
            all[number].minutes[at] = own;
            if let Some(parent) = all[number].parent {
                inner[parent] += own + inner[number];
            }
        }
    }
    all
}

/// The minutes for a function and all within it.
pub(super) fn minutes_of(file: &FileFacts, function: &Function) -> f64 {
    let parts = functions(file.product_functions());
    let parts = parts
        .iter()
        .filter(|own| std::ptr::eq(own.function, function) || is_within(own.function, function));
    parts.flat_map(|own| own.minutes).sum()
}

fn is_within(inner: &Function, outer: &Function) -> bool {
    outer.line <= inner.line
        && inner.end_line <= outer.end_line
        && (outer.line, outer.end_line) != (inner.line, inner.end_line)
}

impl FunctionCost {
    fn minutes(&self, own: &Own<'_>) -> f64 {
        match (self.value)(own).checked_sub(self.threshold) {
            None | Some(0) => 0.0,
            Some(above) => self.once + self.each * f64::from(above),
        }
    }
}

#[cfg(test)]
mod tests;
