//! `hotspots`: facts from the history of the repository about its files and the people who change them.
//!
//! People appear by the name that their commits carry. E-mail addresses are never part of a report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hotspots {
    pub window: HistoryWindow,
    /// Worst first, at most 100: code files that change often and are complex.
    pub files: Vec<Hotspot>,
    /// Files that meet the conditions of a hotspot.
    pub files_total: u64,
    /// Functions of the hotspots by how often they changed, where they were counted (`analyze --function`); at most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<FunctionHotspot>,
    /// Files that change together, the strongest first, at most 100.
    pub coupling: Vec<ChangeCoupling>,
    pub coupling_total: u64,
    pub knowledge: Knowledge,
    pub age: CodeAge,
    /// Commits by month, oldest first.
    pub activity: Vec<MonthActivity>,
    /// Whether the hotspots hold the files that were repaired lately. Absent where no commit names a repair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_check: Option<SelfCheck>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

impl Hotspots {
    /// Whether there are commits enough to show who knows the code: an import of a finished work is one.
    #[must_use]
    pub fn show_people(&self) -> bool {
        const ENOUGH: u64 = 20;
        self.window.commits >= ENOUGH
    }
}

/// The commits that were counted.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryWindow {
    /// Author's date of the oldest counted commit, RFC 3339 in UTC.
    pub from: String,
    /// Author's date of the newest counted commit.
    pub to: String,
    /// Commits that count: neither merges, nor of bots, nor in `.git-blame-ignore-revs`.
    pub commits: u64,
    /// Older commits exist and were not read: the clone has no more, or a limit was reached.
    pub shallow: bool,
    /// Commits that were read, those before the window included (they count for knowledge and age only).
    pub commits_read: u64,
    pub merges: u64,
    pub bot_commits: u64,
    /// Commits named in `.git-blame-ignore-revs`.
    pub ignored_commits: u64,
}

impl HistoryWindow {
    /// A file that changed less often is no hotspot.
    pub const LEAST_COMMITS: u32 = 3;

    /// Whether a file of this history can be a hotspot at all: a snapshot of the code in one commit has none to find.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.commits >= u64::from(Self::LEAST_COMMITS)
    }
}

/// One file that changes often and is complex.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hotspot {
    pub path: String,
    /// Place in the list, from 1.
    pub rank: u64,
    /// 0 to 100: percentile rank by revisions times percentile rank by complexity, among the files that changed.
    pub score: f64,
    /// Counted commits of the window that changed the file, under its earlier names too.
    pub revisions: u64,
    /// Names that the file had before in the window, with the part of `revisions` under each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed_from: Vec<EarlierName>,
    /// People who changed it in the window.
    pub authors: u64,
    /// The person with the most commits to the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub main_author: Option<String>,
    /// That person's share of the file's commits, 0 to 1.
    pub main_author_share: f64,
    /// People with less than 5 % of the file's commits.
    pub minor_authors: u64,
    /// 0: one person made all changes; towards 1: many people made few each.
    pub fragmentation: f64,
    /// Author's date of the last change, RFC 3339 in UTC.
    pub last_changed: String,
    /// Days from the last change to the date of the analyzed commit.
    pub age_days: u64,
    /// Decisions in the file's functions (the sum of cyclomatic complexity less one each); absent where its language is
    /// not parsed: then lines of code take its place in `score`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complexity: Option<u64>,
    /// Lines of code.
    pub lines: u64,
    /// Commits whose subject names a repair.
    pub fixes: u64,
    /// Changes of the last 90 days against those of the 90 days before.
    pub trend: Trend,
    pub revisions_last_90_days: u64,
    pub revisions_90_days_before: u64,
}

#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EarlierName {
    pub path: String,
    pub revisions: u64,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Trend {
    Rising,
    #[default]
    Steady,
    Falling,
    /// The history that was read does not reach 180 days back.
    Unknown,
}

/// One function and how often it changed.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionHotspot {
    pub path: String,
    pub function: String,
    pub line: u64,
    pub revisions: u64,
    pub cyclomatic: u64,
    pub cognitive: u64,
    /// 0 to 100, as of a file, among the functions that were counted.
    pub score: f64,
}

/// Two files that change together.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeCoupling {
    pub a: String,
    pub b: String,
    /// Shared commits in percent of the mean of both files' commits.
    pub degree: f64,
    /// Commits that changed both.
    pub shared: u64,
    pub revisions_a: u64,
    pub revisions_b: u64,
    /// Fisher's exact test, one-sided: the probability of at least this many shared commits by chance.
    pub p_value: f64,
    /// One imports the other, or over one file between them.
    pub imports: bool,
    /// One is a test of the other.
    pub test_pair: bool,
    /// No import path and no test pair: the connection cannot be seen in the code. Only where both languages' imports are
    /// read.
    pub hidden: bool,
}

/// Knowledge of the code.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Knowledge {
    /// The fewest people without whom more than half of the files have no main author left.
    pub bus_factor: u64,
    /// Share of the files whose main author made no commit in the last 12 months, 0 to 1. Absent where the history that
    /// was read does not reach further back than that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_share: Option<f64>,
    /// Share of the files whose commits are all of one person, 0 to 1.
    pub single_author_share: f64,
    /// People with the most files first, at most 20.
    pub authors: Vec<Contributor>,
    pub authors_total: u64,
    /// People with a counted commit in the last 12 months.
    pub active_authors: u64,
    /// Files of former contributors, the most complex first, at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orphaned_files: Vec<String>,
}

/// One person, by name.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Contributor {
    pub name: String,
    pub commits: u64,
    /// Files of which this person is the main author.
    pub files: u64,
    /// Author's date of the last commit.
    pub last_commit: String,
    /// No commit in the last 12 months.
    pub former: bool,
}

/// How long code has not changed.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeAge {
    /// Days from a file's last change to the date of the analyzed commit. Files older than the history that was read
    /// count with its length.
    pub median_days: u64,
    /// Files that did not change in the history that was read.
    pub older_files: u64,
    /// By folder of the first two levels, the most lines first, at most 20.
    pub folders: Vec<FolderAge>,
}

#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FolderAge {
    pub folder: String,
    pub median_days: u64,
    pub files: u64,
    pub lines: u64,
}

#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MonthActivity {
    /// `YYYY-MM`.
    pub month: String,
    pub commits: u64,
    pub authors: u64,
}

/// Whether the hotspots hold the files that were repaired lately.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SelfCheck {
    /// Number of the worst files that were checked: the first tenth of the ranked files, at least 5.
    pub worst_files: u64,
    /// The number of them with a repair in the last 180 days.
    pub worst_fixed: u64,
    pub ranked_files: u64,
    pub ranked_fixed: u64,
    /// The worst files' rate of repairs over that of all ranked files.
    pub ratio: f64,
    pub sentence: String,
}
