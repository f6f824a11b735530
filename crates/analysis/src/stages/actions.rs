//! Actions: what to do first.
//!
//! *What it looks at*: all sections before it. *Why it matters*: a list of a thousand findings is no plan. *Limits*: benefit
//! and effort are estimates by fixed rules; contents that a registry's package leaves out are not requested; at most ten.

use repolens_core::report::{Action, ActionPlace, Report};

use super::{Outcome, Scratch};
use crate::facts::Facts;

mod aside;
mod code;
mod people;
mod project;
mod security;

const LISTED: usize = 10;
const PLACES: usize = 5;
/// The most actions of one kind, so that one kind does not fill the list.
const OF_A_KIND: usize = 3;

/// Something to do, with what it is worth.
struct Candidate {
    action: Action,
    /// 0 to 100.
    benefit: f64,
}

type Find = fn(&Facts, &Report) -> Vec<Candidate>;

/// Where candidates come from; each gives the best first.
const SOURCES: &[Find] = &[
    security::findings,
    code::hotspots,
    code::functions,
    code::cycles,
    code::unused,
    code::copies,
    code::hidden_pairs,
    people::knowledge,
    project::license,
    project::readme,
    project::tests,
    project::ci,
    project::dependencies,
    project::files,
];

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let mut found: Vec<Candidate> = Vec::new();
    for source in SOURCES {
        for candidate in source(facts, report).into_iter().take(OF_A_KIND) {
            let id = &candidate.action.id;
            // A function may be the worst of a hotspot and of the whole.
            if !found.iter().any(|known| known.action.id == *id) {
                found.push(candidate);
            }
        }
    }
    found.sort_by(|a, b| {
        worth(b)
            .total_cmp(&worth(a))
            .then_with(|| a.action.id.cmp(&b.action.id))
    });
    report.actions = found
        .into_iter()
        .take(LISTED)
        .map(|candidate| {
            let mut action = candidate.action;
            action.places.truncate(PLACES);
            action
        })
        .collect();
    Outcome::Ok
}

/// Benefit for effort. Half an hour is what it takes to begin with anything.
fn worth(candidate: &Candidate) -> f64 {
    const BEGIN: f64 = 30.0;
    let [from, to] = candidate.action.effort_minutes;
    candidate.benefit / ((from + to) as f64 / 2.0 + BEGIN)
}

fn place(file: &str, line: Option<u64>) -> ActionPlace {
    ActionPlace {
        file: file.to_owned(),
        line,
    }
}

/// `1 file`, `2 files`.
fn many(count: u64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// Whether this is a package and no repository.
fn published_by(report: &Report) -> Option<&str> {
    report.community.as_ref()?.published_by.as_deref()
}
