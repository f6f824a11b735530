//! The composition of the code: languages, lines, files, complexity, tests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ByName;

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Languages {
    /// The programming language with the most lines of code; `unknown` where there is none.
    pub primary: String,
    /// Files by language, in lower case.
    pub languages: ByName<u64>,
    /// Frameworks that the manifests name, sorted.
    pub frameworks: Vec<String>,
    /// All files of the tree, known language or not.
    pub total_files: u64,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineCounts {
    pub files: u64,
    pub code: u64,
    pub comments: u64,
    pub blanks: u64,
    /// Part of the comments: lines of documentation strings, which tokei counts as code by default.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub docstrings: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

impl LineCounts {
    /// Physical lines.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.code + self.comments + self.blanks
    }

    pub fn add(&mut self, other: Self) {
        self.files += other.files;
        self.code += other.code;
        self.comments += other.comments;
        self.blanks += other.blanks;
        self.docstrings += other.docstrings;
    }
}

/// Lines of all files that were counted; `vendored` and `generated` are parts of the total that no score uses.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lines {
    #[serde(flatten)]
    pub total: LineCounts,
    pub by_language: ByName<LineCounts>,
    /// `byLanguage` without vendored and generated files. Absent in reports of earlier versions.
    #[serde(default, skip_serializing_if = "ByName::is_empty")]
    pub written_by_language: ByName<LineCounts>,
    /// Copies of other projects' code.
    pub vendored: LineCounts,
    /// Written by programs, minified files among them.
    pub generated: LineCounts,
    /// Bytes by language of what people wrote here: programming and markup languages, vendored and generated files left
    /// out.
    pub bytes_by_language: ByName<u64>,
}

impl Lines {
    /// The lines of what people wrote here, by language: what a picture of the languages shows.
    #[must_use]
    pub fn written(&self) -> &ByName<LineCounts> {
        if self.written_by_language.is_empty() {
            &self.by_language
        } else {
            &self.written_by_language
        }
    }

    /// Lines of code that were generated or copied from other projects.
    #[must_use]
    pub fn not_written(&self) -> u64 {
        self.vendored.code + self.generated.code
    }
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ast {
    /// Files of programming languages, sorted by path; vendored and generated ones are left out.
    pub files: Vec<AstFile>,
    pub summary: AstSummary,
    /// Files that start a program or are the public interface of a package, according to the manifests and to the code
    /// itself. Sorted, at most 200.
    pub entry_points: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    pub total_files: u64,
    /// Functions, methods and classes of all files.
    #[serde(default)]
    pub total_symbols: u64,
    /// The number of them that are listed: at most 200 of a file and 20,000 in all, those of the riskiest files first.
    #[serde(default)]
    pub listed_symbols: u64,
}

/// Counts are absent where the file was not parsed: its language has no parser here, or it is named in
/// `analyser.skippedFiles`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AstFile {
    pub path: String,
    pub language: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub functions: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imports: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exports: Option<u64>,
    /// Physical lines.
    pub lines: u64,
    /// Highest cyclomatic complexity of its functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complexity: Option<u64>,
    /// 0 to 100, higher is riskier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_score: Option<f64>,
    /// Functions and methods in the order of the text, then classes; see [`Ast::listed_symbols`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub symbols: Vec<Symbol>,
}

/// A function, a method or a class.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Symbol {
    /// As in the code; a method has the name of its class before it.
    pub name: String,
    pub kind: SymbolKind,
    /// 1-based; absent for a class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Functions and files that call it; of a class: that make an object of it, and classes directly below it. Absent where the calls of its language are not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<u64>,
    /// Absent for a class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cyclomatic: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cognitive: Option<u64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SymbolKind {
    #[default]
    Function,
    Method,
    Class,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AstSummary {
    pub total_functions: u64,
    pub total_classes: u64,
    pub total_imports: u64,
    pub total_exports: u64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileEntry {
    pub path: String,
    pub language: String,
    /// Physical lines.
    pub lines: u64,
    /// Lines with code; one viewer reads it under this name.
    #[serde(default, rename = "lines_of_code")]
    pub lines_of_code: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complexity: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_score: Option<f64>,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComplexityMetrics {
    pub statistics: ComplexityStatistics,
    /// The worst 20.
    pub high_complexity_functions: Vec<FunctionComplexity>,
    /// The worst 20.
    pub file_summaries: Vec<FileComplexity>,
    /// 0 to 100: the share of functions that are too complex, see `docs/analysis.md`.
    pub risk_score: f64,
}

/// Averages are rounded to 0.1.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComplexityStatistics {
    pub total_functions: u64,
    pub avg_cyclomatic: f64,
    pub avg_cognitive: f64,
    pub max_cyclomatic: u64,
    pub max_cognitive: u64,
    /// Functions with a cyclomatic complexity above 10 or a cognitive one above 15.
    pub high_complexity_count: u64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionComplexity {
    pub name: String,
    pub file_path: String,
    pub line_number: u64,
    pub end_line: u64,
    pub cyclomatic: u64,
    pub cognitive: u64,
    pub parameters: u64,
    pub nesting: u64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileComplexity {
    pub path: String,
    pub function_count: u64,
    pub avg_cyclomatic: f64,
    pub avg_cognitive: f64,
    pub max_cyclomatic: u64,
    pub max_cognitive: u64,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestSection {
    pub test_files: u64,
    /// Lines of code in test files.
    pub test_lines: u64,
    /// Lines of test code for each line of other code, rounded to 0.01.
    pub ratio: f64,
    /// Test frameworks that manifests name or test files import, sorted.
    pub frameworks: Vec<String>,
    /// Continuous-integration services with a configuration file here, sorted.
    pub ci: Vec<String>,
    /// Whether one of them runs a command that is known to run tests. Absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci_runs_tests: Option<bool>,
}

/// Files that a project has for those who take part in it. `None`: not there.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Community {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contributing: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_policy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_of_conduct: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changelog: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue_templates: Option<String>,
    /// Configuration of a service that keeps dependencies up to date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dependency_updates: Option<String>,
    /// Tags that have the form of a version. Absent where the tags are not known: a scan fetches none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub releases: Option<u64>,
    /// The registry, where this is a package from one and no repository: `npm`, `pypi`, `crates.io`, `debian`. Files
    /// that a package leaves out are not reported as missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_by: Option<String>,
}
