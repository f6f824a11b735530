//! Every unit of every file, for comparisons with other tools: the report names only the worst.

use serde::Serialize;

use crate::facts::FileFacts;
use crate::language::Origin;
pub use crate::stages::CallEdge;
use crate::units::CognitiveRules;
use crate::{OpenError, Options, Silent, SourceTree, pass, stages};

/// One file, with its lines and units.
#[derive(Debug, Serialize)]
pub struct FileUnits {
    pub path: String,
    pub language: Option<&'static str>,
    /// `own`, `documentation`, `vendored` or `generated`; only the first two are parsed.
    pub origin: &'static str,
    pub test: bool,
    pub bytes: u64,
    pub code: u32,
    pub comments: u32,
    pub blanks: u32,
    /// Part of `comments`: lines of documentation strings.
    pub docstrings: u32,
    /// The file was parsed, and the parser met nothing that is not of the language.
    pub parsed: bool,
    pub broken: bool,
    pub classes: u32,
    pub units: Vec<Unit>,
}

/// A function with both its complexities.
#[derive(Debug, Serialize)]
pub struct Unit {
    pub name: String,
    /// 1-based, of the name.
    pub line: u32,
    pub end: u32,
    pub cyclomatic: u32,
    pub cognitive: u32,
}

/// Reads and parses the tree as `analyze` does, and lists what was found, sorted by path.
///
/// # Errors
/// The tree cannot be read at all.
pub fn units(tree: SourceTree, options: &Options, rules: CognitiveRules) -> Result<Vec<FileUnits>, OpenError> {
    let facts = pass::run_by(rules, tree, options, &Silent)?;
    Ok(facts.files.iter().map(file).collect())
}

fn file(facts: &FileFacts) -> FileUnits {
    let units = facts.functions().iter().map(|function| Unit {
        name: function.name.to_string(),
        line: function.line,
        end: function.end_line,
        cyclomatic: function.cyclomatic,
        cognitive: function.cognitive,
    });
    FileUnits {
        path: facts.path.clone(),
        language: facts.language.map(|language| language.get().id),
        origin: match facts.origin {
            Origin::Own => "own",
            Origin::Documentation => "documentation",
            Origin::Vendored => "vendored",
            Origin::Generated => "generated",
        },
        test: facts.test,
        bytes: facts.bytes,
        code: facts.lines.code,
        comments: facts.lines.comments,
        blanks: facts.lines.blanks,
        docstrings: facts.docstrings,
        parsed: facts.syntax.is_some(),
        broken: facts.syntax.as_ref().is_some_and(|syntax| syntax.errors),
        classes: facts.syntax.as_ref().map_or(0, |syntax| syntax.classes),
        units: units.collect(),
    }
}

/// All edges of the call graph; the report has its figures only.
///
/// # Errors
/// The tree cannot be read at all.
pub fn calls(tree: SourceTree, options: &Options) -> Result<Vec<CallEdge>, OpenError> {
    let facts = pass::run(tree, options, &Silent)?;
    let mut report = repolens_core::report::Report::default();
    Ok(stages::call_edges(&facts, &mut report))
}
