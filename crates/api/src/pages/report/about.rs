//! How the analysis went: its steps, limits and versions, the files that were left out, and how figures are made.

use askama::Template;
use repolens_core::report::{Analyser, Stage, StageStatus};

use super::hotspots::Missing;
use super::{Brief, Tab, View};
use crate::pages::view::parts::Pager;
use crate::pages::view::place::Place;
use crate::pages::read::{Measurement, Sections};
use crate::pages::view::text::{self, Html, filters};

pub const TAB: Tab = Tab {
    key: "about",
    title: "About",
    sections: &["analyser", "schemaVersion"],
    brief_sections: &[],
    choices: &["page"],
    brief,
    render,
};

const ROWS: usize = 100;

fn brief(sections: &Sections, _: &Place) -> Option<Brief> {
    let Some(analyser) = sections.analyser() else {
        return Some(Brief::not_measured(&sections.why_not("analyser")));
    };
    let of = |status: StageStatus| analyser.stages.iter().filter(|stage| stage.status == status).count() as u64;
    let (ok, cut, failed) = (of(StageStatus::Ok), of(StageStatus::Truncated), of(StageStatus::Failed));
    let mut summary = format!("{} of {} ran to their end", text::number(ok), text::count(analyser.stages.len() as u64, "step"));
    if cut > 0 {
        summary.push_str(&format!(", {} cut short", text::number(cut)));
    }
    if failed > 0 {
        summary.push_str(&format!(", {} failed", text::number(failed)));
    }
    let skipped = of(StageStatus::Skipped);
    if skipped > 0 {
        summary.push_str(&format!(", {} left out", text::number(skipped)));
    }
    Some(Brief {
        summary: Html(summary),
        ..Brief::default()
    })
}

#[derive(Template)]
#[template(path = "report/about.html")]
struct Page<'a> {
    view: &'a View<'a>,
    analyser: &'a Analyser,
    schema_version: Option<u64>,
    limits: Vec<(&'static str, String)>,
    pager: Pager,
    skipped: Vec<(&'a str, &'a str)>,
}

/// The title of a step of the analysis, by the name of its stage.
pub fn step_title(stage: &str) -> String {
    match stage {
        "readme" => "README".to_owned(),
        "licences" => "Licenses".to_owned(),
        "community" => "Files of the project".to_owned(),
        "module-graph" => "Imports".to_owned(),
        "dependency-usage" => "Use of dependencies".to_owned(),
        "call-graph" => "Calls".to_owned(),
        "ast" => "Symbols of files".to_owned(),
        "percentiles" => "Comparison with other projects".to_owned(),
        "actions" => "What to do first".to_owned(),
        other => text::language(other),
    }
}

impl Page<'_> {
    fn title(&self, stage: &Stage) -> Html {
        text::name(&step_title(&stage.name))
    }

    fn status(&self, stage: &Stage) -> &'static str {
        match stage.status {
            StageStatus::Ok => "done",
            StageStatus::Skipped => "left out",
            StageStatus::Failed => "failed",
            StageStatus::Truncated => "in part",
        }
    }
}

fn render(view: &View<'_>) -> askama::Result<String> {
    let Some(analyser) = view.sections.analyser() else {
        let reason = match view.sections.get::<Analyser>("analyser") {
            Measurement::Not(reason) => reason,
            Measurement::Is(_) => String::new(),
        };
        return Missing {
            title: "About this analysis",
            reason: &reason,
            hint: "",
        }
        .render();
    };
    let limits = &analyser.limits;
    let bytes = |bytes: u64| match bytes {
        0..1_048_576 => format!("{} kB", text::number(bytes / 1_024)),
        _ => format!("{} MB", text::number(bytes / 1_048_576)),
    };
    let skipped = &analyser.skipped_files;
    let pager = view.pager(TAB.key, skipped.len(), ROWS);
    let range = pager.range();
    Page {
        view,
        schema_version: view.sections.get::<u64>("schemaVersion").get().copied(),
        limits: vec![
            ("Files", text::number(limits.max_files)),
            ("All files together", bytes(limits.max_total_size)),
            ("A file that is read", bytes(limits.max_file_size)),
            ("A file that is parsed", bytes(limits.max_parse_size)),
            ("A lock file", bytes(limits.max_manifest_size)),
            ("Brackets open at a time", text::number(limits.max_nesting)),
        ],
        skipped: skipped[range].iter().map(|file| (file.path.as_str(), file.reason.as_str())).collect(),
        pager,
        analyser,
    }
    .render()
}
