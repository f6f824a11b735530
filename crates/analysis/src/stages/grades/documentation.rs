//! Documentation: the README, further documents, comments in the code, and the files that users and contributors need.

use repolens_core::report::AspectGrade;

use super::super::percent;
use super::{Measured, Term, weighted};

/// Score of the README that is as good as more.
const COMPLETE: f64 = 75.0;
/// Documents besides the README that are as good as more.
const ENOUGH_DOCUMENTS: f64 = 5.0;
/// Comment lines in percent of code and comments that are as good as more.
const ENOUGH_COMMENTS: f64 = 10.0;
/// Of license, changelog, contributing and security policy, as good as all.
const ENOUGH_FILES: f64 = 3.0;

pub(super) fn grade(measured: &Measured<'_>) -> AspectGrade {
    let readme = measured.report.readme_analysis.as_ref();
    let description = match readme {
        Some(readme) if readme.path.is_none() => "score of the README, of 100: there is none",
        _ => "score of the README, of 100",
    };
    let text = Term::new("readme", 0.5, description);
    let text = match readme {
        None => text.not_measured("no README was read"),
        Some(readme) if readme.path.is_none() => text.higher_is_better(0.0, COMPLETE),
        Some(readme) => text.higher_is_better(readme.score, COMPLETE),
    };
    let comments = Term::new("comments", 0.15, "lines of comments in percent of all lines with text");
    let (code, notes) = measured.code.iter().fold((0, 0), |(code, notes), file| {
        (
            code + u64::from(file.lines.code),
            notes + u64::from(file.lines.comments),
        )
    });
    let comments = if code == 0 {
        comments.not_measured("there is no code")
    } else {
        comments.higher_is_better(percent(notes as f64, (code + notes) as f64), ENOUGH_COMMENTS)
    };
    weighted(
        vec![text, documents(measured), comments, project_files(measured)],
        "nothing of it was measured",
    )
}

/// Larger projects document themselves there rather than in the README.
fn documents(measured: &Measured<'_>) -> Term {
    let documents = Term::new("documents", 0.2, "documents in folders for documentation");
    let files = &measured.facts.files;
    let found = files
        .iter()
        .filter(|file| file.is_own() && is_document(&file.path))
        .count();
    match measured.published_by {
        Some(registry) if found == 0 => documents.not_measured(&format!("a package of {registry} leaves them out")),
        _ => documents.higher_is_better(found as f64, ENOUGH_DOCUMENTS),
    }
}

/// A text of people for people, in a folder for such texts.
fn is_document(path: &str) -> bool {
    const FOLDERS: &[&str] = &["doc", "docs", "documentation", "guide", "guides", "man", "manual"];
    const ENDINGS: &[&str] = &[
        "adoc", "asciidoc", "html", "ipynb", "markdown", "md", "mdx", "org", "pod", "rst", "tex", "texi", "txt", "xml",
    ];
    let Some((folders, name)) = path.rsplit_once('/') else {
        return false;
    };
    let ending = name.rsplit('.').next().unwrap_or_default();
    let is_page = ending.len() == 1 && ending.starts_with(|c: char| c.is_ascii_digit());
    (is_page || ENDINGS.contains(&ending))
        && folders
            .split('/')
            .any(|folder| FOLDERS.contains(&folder.to_ascii_lowercase().as_str()))
}

fn project_files(measured: &Measured<'_>) -> Term {
    let files = Term::new(
        "project_files",
        0.15,
        "of license, changelog, contributing and security policy those that exist; 3 are enough",
    );
    match (&measured.report.community, measured.published_by) {
        (_, Some(registry)) => files.not_measured(&format!("a package of {registry} leaves most of them out")),
        (None, None) => files.not_measured("the stage that finds them failed"),
        (Some(community), None) => {
            let found = [
                &community.license,
                &community.changelog,
                &community.contributing,
                &community.security_policy,
            ];
            files.higher_is_better(found.iter().filter(|file| file.is_some()).count() as f64, ENOUGH_FILES)
        }
    }
}
