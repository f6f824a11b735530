//! Languages and lines.
//!
//! *What it looks at*: every file with a known language. *Why it matters*: what the repository is made of, and how much of
//! it people wrote here. *Limits*: a line with code of two languages (a handler in a tag) counts as the outer one.

use repolens_core::report::{ByName, Languages, LineCounts, Lines, Report};

use super::{Outcome, Scratch};
use crate::facts::Facts;
use crate::facts::FileFacts;
use crate::language::{FileLines, LanguageKind, Origin};

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let mut languages = Languages {
        total_files: facts.files.len() as u64,
        ..Languages::default()
    };
    let mut lines = Lines::default();
    let mut own: ByName<u64> = ByName::new();
    let mut built: ByName<u64> = ByName::new();
    for file in &facts.files {
        let Some(language) = file.language.map(crate::language::LanguageId::get) else {
            continue;
        };
        let counts = counts(file);
        *languages.languages.entry(language.id.to_owned()).or_default() += 1;
        let mut rest = counts;
        for (embedded, inner) in &file.embedded {
            let inner = of_lines(*inner);
            rest.code -= inner.code;
            rest.comments -= inner.comments;
            rest.blanks -= inner.blanks;
            let id = embedded.get().id;
            add(&mut lines, id, inner, file.origin);
            // Code in prose explains: it is no code of the product.
            let is_own =
                matches!(file.origin, Origin::Own | Origin::Documentation) && language.kind != LanguageKind::Prose;
            if is_own && embedded.get().kind == LanguageKind::Programming {
                *own.entry(id.to_owned()).or_default() += inner.code;
            }
        }
        add(&mut lines, language.id, rest, file.origin);
        lines.total.add(counts);
        match file.origin {
            Origin::Vendored => lines.vendored.add(counts),
            Origin::Generated => {
                lines.generated.add(counts);
                if language.kind == LanguageKind::Programming {
                    *built.entry(language.id.to_owned()).or_default() += rest.code;
                }
            }
            Origin::Own | Origin::Documentation => {
                if matches!(language.kind, LanguageKind::Programming | LanguageKind::Markup) {
                    *lines.bytes_by_language.entry(language.id.to_owned()).or_default() += file.bytes;
                }
                if language.kind == LanguageKind::Programming {
                    *own.entry(language.id.to_owned()).or_default() += rest.code;
                }
            }
        }
    }
    // A package may consist of what was built only.
    let primary = largest(&own).or_else(|| largest(&built));
    languages.primary = primary.map_or_else(|| "unknown".to_owned(), Clone::clone);
    report.languages = Some(languages);
    report.lines = Some(lines);
    Outcome::Ok
}

/// Counts lines of the language `id` in a file of `origin`.
fn add(lines: &mut Lines, id: &str, counts: LineCounts, origin: Origin) {
    lines.by_language.entry(id.to_owned()).or_default().add(counts);
    if matches!(origin, Origin::Own | Origin::Documentation) {
        lines.written_by_language.entry(id.to_owned()).or_default().add(counts);
    }
}

/// The language with the most lines; if two have the same number, the first by name.
fn largest(code: &ByName<u64>) -> Option<&String> {
    let with_code = code.iter().filter(|(_, code)| **code > 0);
    with_code.rev().max_by_key(|(_, code)| **code).map(|(name, _)| name)
}

fn counts(file: &FileFacts) -> LineCounts {
    LineCounts {
        files: 1,
        docstrings: file.docstrings.into(),
        ..of_lines(file.lines)
    }
}

fn of_lines(lines: FileLines) -> LineCounts {
    LineCounts {
        files: 0,
        code: lines.code.into(),
        comments: lines.comments.into(),
        blanks: lines.blanks.into(),
        docstrings: 0,
    }
}
