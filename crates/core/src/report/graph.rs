//! How the code hangs together: modules, cycles, dead code, calls, copies.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ByName;

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModuleGraph {
    pub nodes: Vec<ModuleNode>,
    /// Sorted by source, then target; at most 50,000.
    pub edges: Vec<ModuleEdge>,
    pub edges_total: u64,
    /// Imports that should lead to a file of this repository and do not; at most 1,000.
    pub unresolved: Vec<UnresolvedImport>,
    pub unresolved_total: u64,
    /// Imports of packages; at most 20,000.
    pub external: Vec<ExternalImport>,
    pub external_total: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ModuleNode {
    /// The path.
    pub id: String,
    pub language: String,
    pub lines: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ModuleEdge {
    pub source: String,
    pub target: String,
    pub kind: EdgeKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EdgeKind {
    Static,
    Reexport,
    Dynamic,
    /// Only for types: gone at run time.
    Type,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct UnresolvedImport {
    pub file: String,
    pub specifier: String,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ExternalImport {
    pub file: String,
    pub package: String,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct CircularDependencies {
    pub has_circular_dependencies: bool,
    /// Groups of files that reach each other (strongly connected components) by imports that run when the files are loaded.
    pub total_cycles: u64,
    /// The shortest chain of each group, at most 200: those that are broken by the fewest imports first.
    pub cycles: Vec<Cycle>,
    /// Groups that exist only by other imports, at most 200. No file of them is in one of `cycles`.
    #[serde(default)]
    pub apart: Vec<Cycle>,
    #[serde(default)]
    pub apart_total: u64,
    /// Sorted, at most 2,000.
    pub affected_files: Vec<String>,
    pub affected_files_total: u64,
    /// 0 to 100: the share of the files that are in a cycle.
    pub risk_score: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Cycle {
    /// `a, b, …, a`.
    pub chain: Vec<String>,
    /// Files in the chain.
    pub length: u64,
    /// Files of the whole group.
    pub group_size: u64,
    #[serde(default)]
    pub kind: CycleKind,
    /// The cycle is gone when type-only imports are left out.
    pub type_only: bool,
    pub severity: Severity,
    /// Imports to take out so that no circle is left in the group, those with the fewest names first; at most 20. They are
    /// enough and none of them can stay, but there may be a smaller set.
    #[serde(default)]
    pub breaks: Vec<BreakingImport>,
    #[serde(default)]
    pub breaks_total: u64,
}

/// When the imports of a cycle run.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CycleKind {
    /// When the files are loaded.
    #[default]
    Load,
    /// One of them waits until a function is called, or the program is started.
    Deferred,
    /// One of them is for types only.
    Type,
    /// Never: the modules of one Rust crate, and the files of one package or namespace (Java, Kotlin, Scala, C#, Go), are
    /// compiled as one.
    Crate,
    /// One of the files is a test.
    Test,
    /// A file imports itself.
    Itself,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BreakingImport {
    pub source: String,
    pub target: String,
    /// How many names of the target the source imports. `None`: the module as a whole, or the language imports no names.
    pub names: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    High,
    Medium,
    Low,
}

impl Confidence {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct DeadCode {
    pub has_dead_code: bool,
    /// Names by file, sorted.
    pub unused_exports: ByName<Vec<String>>,
    pub unused_imports: ByName<Vec<UnusedImport>>,
    /// Files that no entry point reaches.
    pub unused_files: Vec<String>,
    /// Private functions that nothing calls, the surest first; at most 500.
    #[serde(default)]
    pub unused_functions: Vec<UnusedFunction>,
    /// The unused exports and files with medium confidence; the others have high confidence.
    #[serde(default)]
    pub less_sure: LessSure,
    /// The unused exports and files with low confidence: only with `analyze --low-confidence`.
    #[serde(default, skip_serializing_if = "LessSure::is_empty")]
    pub least_sure: LessSure,
    pub statistics: DeadCodeStatistics,
    /// 0 to 100.
    pub risk_score: f64,
    /// Languages with a tenth of the code and more in which no dead code is judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_judged: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct UnusedImport {
    pub symbol: String,
    pub source: String,
    pub line: u64,
    #[serde(default)]
    pub confidence: Confidence,
}

impl DeadCode {
    /// How many functions are unused. Older reports have the list alone.
    #[must_use]
    pub fn unused_functions_total(&self) -> u64 {
        let listed = self.unused_functions.len() as u64;
        self.statistics.total_unused_functions.max(listed)
    }
}

/// Exports and files of one confidence.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LessSure {
    /// Names by file, sorted.
    pub unused_exports: ByName<Vec<String>>,
    pub unused_files: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct UnusedFunction {
    pub confidence: Confidence,
    pub file: String,
    pub line: u64,
    pub function: String,
}

impl LessSure {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.unused_exports.is_empty() && self.unused_files.is_empty()
    }
}

/// How sure a finding is: how many of its class were right, among those that were judged (docs/accuracy.md).
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// At least 98 %.
    #[default]
    High,
    /// At least 90 %.
    Medium,
    /// Fewer, or none was judged: only reported where the caller wants it.
    Low,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct DeadCodeStatistics {
    pub total_exports: u64,
    pub total_unused_exports: u64,
    pub unused_export_percentage: f64,
    pub total_imports: u64,
    pub total_unused_imports: u64,
    pub unused_import_percentage: f64,
    #[serde(default)]
    pub total_unused_functions: u64,
    pub affected_files: u64,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct CallGraph {
    pub total_functions: u64,
    /// Functions that start the program.
    pub entry_points: u64,
    /// Private functions that nothing leads to.
    pub unreachable_functions: u64,
    /// `PATH:NAME`, at most 200.
    #[serde(rename = "entryPointList")]
    pub entry_point_list: Vec<String>,
    /// `PATH:NAME`, at most 200.
    #[serde(rename = "unreachableFunctionList")]
    pub unreachable_function_list: Vec<String>,
    /// By `PATH:NAME`: the 200 functions with the most calls in and out.
    pub complexity_metrics: ByName<CalledFunction>,
    /// The 20 with the highest fan-in times fan-out.
    pub most_complex: Vec<ComplexFunction>,
    pub statistics: CallStatistics,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct CalledFunction {
    pub calls_made: u64,
    /// Functions and files that call it, without tests.
    pub fan_in: u64,
    /// Tests that call it.
    #[serde(default)]
    pub test_callers: u64,
    pub fan_out: u64,
    pub depth: u64,
    /// `PATH:LINE`.
    pub location: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ComplexFunction {
    pub function: String,
    pub calls_made: u64,
    /// Functions and files that call it, without tests.
    pub fan_in: u64,
    /// Tests that call it.
    #[serde(default)]
    pub test_callers: u64,
    pub fan_out: u64,
    pub depth: u64,
    pub location: String,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct CallStatistics {
    pub average_fan_out: f64,
    pub max_depth: u64,
    pub unreachable_count: u64,
    /// Calls that were seen.
    pub calls: u64,
    /// Calls of what is not in this repository: the language's own, libraries, classes without a constructor.
    #[serde(default)]
    pub external: u64,
    /// Calls whose target was found in this repository by scope, import or class.
    pub resolved_exact: u64,
    /// Calls whose target hangs on a value that is passed, on a class below, or on a method's name that only one class has.
    pub resolved_likely: u64,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Duplication {
    /// Lines with a copy elsewhere, in per cent of all compared lines, rounded to 0.1.
    pub percentage: f64,
    pub duplicated_lines: u64,
    /// Largest first, at most 100.
    pub clones: Vec<Clone>,
    pub clones_total: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Clone {
    pub tokens: u64,
    pub lines: u64,
    /// Lines of its longest part that closes every bracket that it opens, so that it can be moved as it is.
    #[serde(default, rename = "wholeLines")]
    pub whole_lines: u64,
    pub occurrences: Vec<CloneOccurrence>,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CloneOccurrence {
    pub file: String,
    pub start_line: u64,
    pub end_line: u64,
}
