//! Files and what is in them.
//!
//! *What it looks at*: own files of programming languages. *Why it matters*: where the code is, and which files are the
//! riskiest to change. *Limits*: counts are absent for files that were not parsed.

use repolens_core::report::{Ast, AstFile, AstSummary, FileEntry, Report, cap};

use super::{Outcome, Scratch, entry_points, risk};
use crate::facts::Facts;
use crate::facts::{FileFacts, ImportKind, Syntax};
use crate::ids::FileId;
use crate::language::LanguageKind;

mod symbols;

const MAX_FILES: usize = 20_000;
const MAX_ENTRY_POINTS: usize = 200;

pub(super) fn run(facts: &Facts, report: &mut Report, scratch: &mut Scratch) -> Outcome {
    let mut ast = Ast::default();
    let mut files = Vec::new();
    let mut listed: Vec<(FileId, AstFile)> = Vec::new();
    for (at, file) in FileId::enumerate(&facts.files).filter(|(_, file)| file.is_own()) {
        let Some(language) = file.language.map(crate::language::LanguageId::get) else {
            continue;
        };
        if language.kind != LanguageKind::Programming && file.syntax.is_none() {
            continue;
        }
        if let Some(syntax) = &file.syntax {
            add(&mut ast.summary, syntax);
        }
        let entry = entry(file, language.id);
        files.push(FileEntry {
            path: entry.path.clone(),
            language: entry.language.clone(),
            lines: entry.lines,
            lines_of_code: file.lines.code.into(),
            complexity: entry.complexity,
            risk_score: entry.risk_score,
        });
        listed.push((at, entry));
    }
    ast.total_files = listed.len() as u64;
    ast.truncated = cap(&mut listed, MAX_FILES) | cap(&mut files, MAX_FILES);
    ast.total_symbols = symbols::fill(facts, scratch, &mut listed);
    ast.files = listed.into_iter().map(|(_, file)| file).collect();
    ast.listed_symbols = ast.files.iter().map(|file| file.symbols.len() as u64).sum();
    let entry_points = entry_points::find(&facts.files);
    let paths = entry_points.iter().map(|at| facts.files[at.index()].path.clone());
    ast.entry_points = paths.take(MAX_ENTRY_POINTS).collect();
    let mut cut = Vec::new();
    if ast.truncated {
        cut.push(format!("the list of files ends after {MAX_FILES}"));
    }
    if ast.listed_symbols < ast.total_symbols {
        cut.push(format!(
            "{} of {} symbols are listed: at most {} of a file and {} in all, those of the riskiest files first",
            ast.listed_symbols,
            ast.total_symbols,
            symbols::MAX_OF_FILE,
            symbols::MAX_IN_ALL
        ));
    }
    report.files = files;
    report.ast = Some(ast);
    if cut.is_empty() {
        Outcome::Ok
    } else {
        Outcome::Truncated(cut.join("; "))
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
        symbols: Vec::new(),
    }
}
