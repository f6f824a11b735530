//! Files and what is in them.
//!
//! *What it looks at*: own files of programming languages. *Why it matters*: where the code is, and which files are the
//! riskiest to change. *Limits*: counts are absent for files that were not parsed.

use repolens_core::report::{Ast, AstFile, AstSummary, FileEntry, Report, cap};

use super::{Outcome, Scratch, risk};
use crate::facts::{FileFacts, ImportKind, Syntax};
use crate::language::Kind;
use crate::scan::Facts;

const MAX_FILES: usize = 20_000;
const MAX_ENTRY_POINTS: usize = 200;

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let mut ast = Ast::default();
    for file in facts.files.iter().filter(|file| file.is_own()) {
        let Some(language) = file.language.map(crate::language::LanguageId::get) else {
            continue;
        };
        if language.kind != Kind::Programming && file.syntax.is_none() {
            continue;
        }
        if let Some(syntax) = &file.syntax {
            add(&mut ast.summary, syntax);
            if syntax.entry_point && !file.test && ast.entry_points.len() < MAX_ENTRY_POINTS {
                ast.entry_points.push(file.path.clone());
            }
        }
        ast.files.push(entry(file, language.id));
    }
    ast.total_files = ast.files.len() as u64;
    ast.truncated = cap(&mut ast.files, MAX_FILES);
    report.files = ast
        .files
        .iter()
        .map(|file| FileEntry {
            path: file.path.clone(),
            language: file.language.clone(),
            lines: file.lines,
            complexity: file.complexity,
            risk_score: file.risk_score,
        })
        .collect();
    let truncated = ast.truncated;
    report.ast = Some(ast);
    if truncated {
        Outcome::Truncated(format!("the list of files ends after {MAX_FILES}"))
    } else {
        Outcome::Ok
    }
}

fn add(summary: &mut AstSummary, syntax: &Syntax) {
    summary.total_functions += syntax.functions.len() as u64;
    summary.total_classes += u64::from(syntax.classes);
    summary.total_imports += imports(syntax);
    summary.total_exports += syntax.exports.len() as u64;
}

fn imports(syntax: &Syntax) -> u64 {
    syntax
        .imports
        .iter()
        .filter(|import| import.kind != ImportKind::Submodule)
        .count() as u64
}

fn entry(file: &FileFacts, language: &str) -> AstFile {
    let syntax = file.syntax.as_deref();
    AstFile {
        path: file.path.clone(),
        language: language.to_owned(),
        functions: syntax.map(|syntax| syntax.functions.len() as u64),
        classes: syntax.map(|syntax| syntax.classes.into()),
        imports: syntax.map(imports),
        exports: syntax.map(|syntax| syntax.exports.len() as u64),
        lines: file.line_count(),
        complexity: syntax.map(|syntax| {
            syntax
                .functions
                .iter()
                .map(|f| u64::from(f.cyclomatic))
                .max()
                .unwrap_or(0)
        }),
        risk_score: syntax.map(|_| risk::of_file(file).total()),
    }
}
