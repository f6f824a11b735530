//! Documentation: the README, comments in the code, and the files that users and contributors need.

use repolens_core::report::AspectGrade;

use super::super::percent;
use super::{Measured, Term, not_measured, weighted};

/// Score of the README that is as good as more.
const COMPLETE: f64 = 75.0;
/// Comment lines in percent of code and comments that are as good as more.
const ENOUGH: f64 = 15.0;

pub(super) fn grade(measured: &Measured<'_>) -> AspectGrade {
    let Some(readme) = &measured.report.readme_analysis else {
        return not_measured("points", "the stage that reads the README failed");
    };
    let text = Term::new("readme", 0.6, "score of the README, of 100");
    let text = match (&readme.path, measured.published_by) {
        (None, Some("debian")) => text.not_measured("a package of debian leaves it out"),
        _ => text.higher_is_better(readme.score, COMPLETE),
    };
    let comments = Term::new("comments", 0.2, "lines of comments in percent of all lines with text");
    let (code, notes) = measured.code.iter().fold((0, 0), |(code, notes), file| {
        (
            code + u64::from(file.lines.code),
            notes + u64::from(file.lines.comments),
        )
    });
    let comments = if code == 0 {
        comments.not_measured("there is no code")
    } else {
        comments.higher_is_better(percent(notes as f64, (code + notes) as f64), ENOUGH)
    };
    let files = Term::new(
        "project_files",
        0.2,
        "of license, changelog, contributing and security policy those that exist, of 4",
    );
    let files = match (&measured.report.community, measured.published_by) {
        (_, Some(registry)) => files.not_measured(&format!("a package of {registry} leaves most of them out")),
        (None, None) => files.not_measured("the stage that finds them failed"),
        (Some(community), None) => {
            let found = [
                &community.license,
                &community.changelog,
                &community.contributing,
                &community.security_policy,
            ];
            files.higher_is_better(found.iter().filter(|file| file.is_some()).count() as f64, 4.0)
        }
    };
    weighted(vec![text, comments, files], "nothing of it was measured")
}
