//! `analyser`: how the analysis went. Nothing is dropped in silence.

use crate::ScanLimits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Analyser {
    pub version: String,
    pub stages: Vec<Stage>,
    pub limits: LimitsUsed,
    /// Those of the whole scan, where a worker made it: clone, time and memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan_limits: Option<ScanLimits>,
    /// Sorted by path, at most 1,000.
    pub skipped_files: Vec<SkippedFile>,
    pub skipped_files_total: u64,
    pub truncated: bool,
    /// Missing where there is no code in a language that is parsed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Reading>,
}

/// How much of the own code was read by a parser. Figures about functions, imports and calls are of that part.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reading {
    /// Lines of code in languages that are parsed.
    pub code: u64,
    /// Those whose syntax the parser did not know, and all of the files that were not parsed.
    pub unread: u64,
    /// Files that were read in part or not at all; `skippedFiles` names them.
    pub files: u64,
    /// Percent of `code` that was read, rounded down.
    pub share: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Stage {
    pub name: String,
    /// Milliseconds, where the caller had a clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    pub status: StageStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StageStatus {
    Ok,
    Skipped,
    Failed,
    /// It reports, but reached a limit, which `reason` names.
    Truncated,
}

/// A file (or a folder, or a name) that was left out, in whole or in part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct SkippedFile {
    pub path: String,
    pub reason: String,
}

/// The limits that were enforced.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LimitsUsed {
    /// Bytes; larger files are not read.
    pub max_file_size: u64,
    /// Bytes; larger files are counted in lines, but not parsed.
    pub max_parse_size: u64,
    /// Bytes; a lock file may be this large.
    pub max_manifest_size: u64,
    pub max_files: u64,
    /// Bytes of all files together.
    pub max_total_size: u64,
    /// Brackets open at a time.
    pub max_nesting: u64,
    /// Seconds of processor time for parsing, all threads together; later files are counted in lines only.
    #[serde(default)]
    pub max_parse_seconds: u64,
    /// Seconds of processor time for each stage after parsing; the section of a longer one is left out.
    #[serde(default)]
    pub max_stage_seconds: u64,
}
