//! Actions that keep knowledge in the project.

use repolens_core::report::{Action, Report};

use super::super::costs;
use super::{Candidate, place};
use crate::facts::Facts;

/// Authors of the last year from which a project has another person to ask.
const TEAM: u64 = 3;
/// Share of a file's commits from which one person alone knows it.
const ALONE: f64 = 0.8;
/// Changes of a file that a second person should know.
const OFTEN: u64 = 10;

pub(super) fn knowledge(_: &Facts, report: &Report) -> Vec<Candidate> {
    let Some(hotspots) = &report.hotspots else {
        return Vec::new();
    };
    let knowledge = &hotspots.knowledge;
    if knowledge.active_authors < TEAM {
        return Vec::new();
    }
    let mut found = Vec::new();
    let alone: Vec<_> = hotspots
        .files
        .iter()
        .filter(|file| file.main_author_share >= ALONE && file.revisions >= OFTEN)
        .collect();
    if let (true, Some(first)) = (knowledge.bus_factor == 1, alone.first()) {
        found.push(Candidate {
            action: Action {
                id: "share-knowledge".to_owned(),
                title: "Have a second person work on the files that one person changes".to_owned(),
                reason: format!(
                    "Without one person more than half of the files would have no author left; {:.0} % of the {} changes of {} are that of one person",
                    first.main_author_share * 100.0,
                    first.revisions,
                    first.path
                ),
                places: alone.iter().map(|file| place(&file.path, None)).collect(),
                gain: "The project can go on without one person".to_owned(),
                effort_minutes: costs::range(costs::SHARED_KNOWLEDGE),
                done_when: "The bus factor is 2 or more".to_owned(),
                section: "hotspots".to_owned(),
            },
            benefit: 35.0,
        });
    }
    let orphaned: Vec<_> = hotspots
        .files
        .iter()
        .filter(|file| knowledge.orphaned_files.contains(&file.path))
        .collect();
    if let Some(first) = orphaned.first() {
        found.push(Candidate {
            action: Action {
                id: "adopt-files".to_owned(),
                title: format!("Name a maintainer of {}", first.path),
                reason: format!(
                    "It changed {} times, and the person who made most of its changes made none in 12 months",
                    first.revisions
                ),
                places: orphaned.iter().map(|file| place(&file.path, None)).collect(),
                gain: "Questions on it have an answer".to_owned(),
                effort_minutes: costs::range(costs::MAINTAINER),
                done_when: "`CODEOWNERS` or the file's header names a person who is still active".to_owned(),
                section: "hotspots".to_owned(),
            },
            benefit: 18.0,
        });
    }
    found
}
