//! Which folder imports which, cycles of imports with what to cut, and files that belong together without an import.

mod connections;
mod folders;

use askama::Template;
use repolens_core::report::{BreakingImport, CircularDependencies, Cycle, Hotspots, Severity};

use super::hotspots::Missing;
use super::{Brief, Tab, View};
use folders::{DrawnModules, Folders, folders};
use crate::pages::view::parts;
use crate::pages::view::place::Place;
use crate::pages::read::{Measurement, Sections};
use crate::pages::view::text::{self, Html, filters};

pub const TAB: Tab = Tab {
    key: "architecture",
    title: "Architecture",
    sections: &["circularDependencies", "moduleGraph", "callGraph", "hotspots"],
    brief_sections: &["circularDependencies"],
    choices: &["in", "cycle", "cycles"],
    brief,
    render,
};

/// Cycles that are shown unless all are wanted.
const CYCLES: usize = 20;
/// Cuts of a cycle that are shown.
const CUTS: usize = 4;

fn brief(sections: &Sections, place: &Place) -> Option<Brief> {
    let cycles = match sections.get::<CircularDependencies>("circularDependencies") {
        Measurement::Is(cycles) => cycles,
        Measurement::Not(reason) => return Some(Brief::not_measured(&reason)),
    };
    let first = cycles.cycles.first().and_then(|cycle| cycle.chain.first());
    Some(Brief {
        count: Some(cycles.total_cycles),
        summary: Html(match cycles.total_cycles {
            0 => "No cycle of imports".to_owned(),
            total => format!(
                "{} of imports, {} in them",
                text::count(total, "cycle"),
                text::counted(cycles.affected_files_total, "file is", "files are")
            ),
        }),
        worst: first.map(|file| place.link(file)),
        missing: false,
    })
}

#[derive(Template)]
#[template(path = "report/architecture.html")]
struct Page<'a> {
    view: &'a View<'a>,
    cycles: Measurement<CircularDependencies>,
    all_cycles: bool,
    folders: Result<Folders, String>,
    hidden: Vec<(Html, Html, f64)>,
    connections: Html,
}

impl Page<'_> {
    fn severity(&self, cycle: &Cycle) -> Html {
        parts::severity(match cycle.severity {
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
        })
    }

    fn shown<'b>(&self, cycles: &'b CircularDependencies) -> &'b [Cycle] {
        let all = cycles.cycles.as_slice();
        if self.all_cycles { all } else { &all[..all.len().min(CYCLES)] }
    }

    fn cuts<'b>(&self, cycle: &'b Cycle) -> &'b [BreakingImport] {
        &cycle.breaks[..cycle.breaks.len().min(CUTS)]
    }
}

fn render(view: &View<'_>) -> askama::Result<String> {
    let cycles = view.sections.get::<CircularDependencies>("circularDependencies");
    let modules = view.sections.get::<DrawnModules<'_>>("moduleGraph");
    if let (Some(reason), Some(_)) = (modules.reason(), cycles.reason()) {
        return Missing {
            title: "Architecture",
            reason,
            hint: "",
        }
        .render();
    }
    let folders = match &modules {
        Measurement::Is(modules) => folders(view, modules),
        Measurement::Not(reason) => Err(reason.clone()),
    };
    let hotspots = view.sections.get::<Hotspots>("hotspots");
    let pairs = hotspots.get().map(|hotspots| hotspots.coupling.as_slice()).unwrap_or_default();
    Page {
        view,
        cycles,
        all_cycles: view.query.is("cycles", "all"),
        folders,
        hidden: pairs
            .iter()
            .filter(|pair| pair.hidden)
            .take(10)
            .map(|pair| (view.place.link(&pair.a), view.place.link(&pair.b), pair.degree))
            .collect(),
        connections: connections::render(view)?,
    }
    .render()
}
