//! Community files.
//!
//! *What it looks at*: files that a project has for contributors, by the names and folders that hosts know, and tags in the
//! form of versions. *Why it matters*: people who find a fault or want to help need to know where to go. *Limits*: a
//! file is found by its name, not read; an organization may have one for all its repositories; a registry's package
//! leaves most of them out.

use repolens_core::report::{Community, Report};

use super::{Outcome, Scratch, published};
use crate::facts::Facts;
use crate::history::HistoryState;

pub(super) fn run(facts: &Facts, report: &mut Report, scratch: &mut Scratch) -> Outcome {
    let mut community = Community {
        published_by: published::registry(facts).map(|registry| registry.as_str().to_owned()),
        releases: match &scratch.history {
            HistoryState::Read(history) => history.releases,
            HistoryState::None(_) | HistoryState::Failed(_) => None,
        },
        ..Community::default()
    };
    for file in &facts.files {
        let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        let lower = name.to_ascii_lowercase();
        if let Some(slot) = slot(&mut community, folder, &lower)
            && slot.is_none()
        {
            *slot = Some(file.path.clone());
        }
    }
    report.community = Some(community);
    Outcome::Ok
}

/// The kind of the file, if it is one. Folders as GitHub and GitLab know them.
fn slot<'a>(community: &'a mut Community, folder: &str, name: &str) -> Option<&'a mut Option<String>> {
    if matches!(folder, ".github/ISSUE_TEMPLATE" | ".gitlab/issue_templates") {
        return Some(&mut community.issue_templates);
    }
    if !matches!(folder, "" | ".github" | ".gitlab" | "docs" | "doc") {
        return None;
    }
    let stem = name.split('.').next().unwrap_or(name).replace(['-', ' '], "_");
    let is_source = [".py", ".js", ".ts", ".rs", ".go", ".rb", ".java", ".c", ".h"]
        .iter()
        .any(|end| name.ends_with(end));
    let updates = matches!(
        name,
        "dependabot.yml"
            | "dependabot.yaml"
            | "renovate.json"
            | "renovate.json5"
            | ".renovaterc"
            | ".renovaterc.json"
            | ".pyup.yml"
            | ".scala-steward.conf"
    );
    match stem.as_str() {
        _ if updates => Some(&mut community.dependency_updates),
        _ if is_source => None,
        "contributing" => Some(&mut community.contributing),
        "security" => Some(&mut community.security_policy),
        "code_of_conduct" => Some(&mut community.code_of_conduct),
        "changelog" | "changes" | "history" | "news" | "release_notes" | "releases" => Some(&mut community.changelog),
        "issue_template" => Some(&mut community.issue_templates),
        _ if folder.is_empty() => {
            let first = name.split(['.', '-', '_']).next().unwrap_or(name);
            matches!(first, "license" | "licence" | "copying" | "unlicense").then_some(&mut community.license)
        }
        _ => None,
    }
}
