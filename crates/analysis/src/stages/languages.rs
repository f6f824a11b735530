//! Languages and lines.
//!
//! *What it looks at*: every file with a known language. *Why it matters*: what the repository is made of, and how much of
//! it people wrote here. *Limits*: code inside of other files (a script in an HTML page) counts as the outer language.

use repolens_core::report::{ByName, Languages, LineCounts, Lines, Report};

use super::{Outcome, Scratch};
use crate::facts::FileFacts;
use crate::language::{Kind, Origin};
use crate::scan::Facts;

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let mut languages = Languages {
        total_files: facts.files.len() as u64,
        ..Languages::default()
    };
    let mut lines = Lines::default();
    let mut own: ByName<u64> = ByName::new();
    for file in &facts.files {
        let Some(language) = file.language.map(crate::language::LanguageId::get) else {
            continue;
        };
        let counts = counts(file);
        *languages.languages.entry(language.id.to_owned()).or_default() += 1;
        lines.by_language.entry(language.id.to_owned()).or_default().add(counts);
        lines.total.add(counts);
        match file.origin {
            Origin::Vendored => lines.vendored.add(counts),
            Origin::Generated => lines.generated.add(counts),
            Origin::Own | Origin::Documentation => {
                if matches!(language.kind, Kind::Programming | Kind::Markup) {
                    *lines.bytes_by_language.entry(language.id.to_owned()).or_default() += file.bytes;
                }
                if language.kind == Kind::Programming {
                    *own.entry(language.id.to_owned()).or_default() += counts.code;
                }
            }
        }
    }
    // Of two with the same number of lines, the first by name.
    let largest = own
        .iter()
        .filter(|(_, code)| **code > 0)
        .rev()
        .max_by_key(|(_, code)| **code);
    languages.primary = largest.map_or_else(|| "unknown".to_owned(), |(name, _)| name.clone());
    report.languages = Some(languages);
    report.lines = Some(lines);
    Outcome::Ok
}

fn counts(file: &FileFacts) -> LineCounts {
    LineCounts {
        files: 1,
        code: file.lines.code.into(),
        comments: file.lines.comments.into(),
        blanks: file.lines.blanks.into(),
        docstrings: file.docstrings.into(),
    }
}
