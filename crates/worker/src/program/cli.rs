//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use repolens_core::ScanLimits;

/// `EX_USAGE` of sysexits.h.
pub const EXIT_USAGE: u8 = 64;

/// Processes scans of the RepoLens API, or analyzes a local folder.
///
/// Without a command it is the worker: it claims jobs from the API at `API_URL`, clones each repository into `SANDBOX_DIR`
/// and reports back. Its settings are environment variables (docs/settings.md).
///
/// To analyze a folder or repository of your own, no server or setting is needed:
///
///   repolens-worker analyze .
#[derive(Debug, Parser)]
#[command(name = "repolens-worker", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Analyze a folder or a git repository and print a report
    ///
    /// A folder is read as it is on disk, without what its `.gitignore` excludes; a bare repository is read at its
    /// `HEAD`. Nothing is executed, written or sent anywhere.
    ///
    /// Exit status: 0 done, 64 bad usage, 65 no readable source tree, 66 no such path, 74 the output cannot be written.
    #[command(visible_alias = "analyse")]
    Analyze(Box<AnalyzeArgs>),
    /// Make an index of known vulnerabilities from OSV's dumps
    #[command(subcommand)]
    Osv(OsvCommand),
    /// Check the settings of the worker and print the findings, one JSON object a line
    ///
    /// Exit status: 0, or 78 where the worker would not start.
    Check {
        /// Also try to reach the API
        #[arg(long)]
        connect: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum OsvCommand {
    /// Write the index, for `OSV_INDEX` and `analyze --osv-index`
    ///
    /// The dumps are at <https://osv-vulnerabilities.storage.googleapis.com>, one `all.zip` for each ecosystem. Withdrawn
    /// records and ecosystems without lock files that are read are left out.
    ///
    /// Exit status: 0 done, 65 no record could be read, 66 no such path, 74 the index cannot be written.
    Build {
        /// Archives, or folders with archives or records
        #[arg(required = true, value_name = "DIR|ZIP")]
        inputs: Vec<PathBuf>,
        /// The file to write; an existing one is replaced when the new one is complete
        #[arg(long, short, value_name = "FILE", default_value = "osv.index")]
        output: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// The folder or repository
    #[arg(default_value = ".")]
    pub path: PathBuf,

    /// A summary to read, or the whole report as JSON
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,

    /// How to show progress on stderr: a bar where it is a terminal, JSON lines, or not at all
    #[arg(long, value_enum, default_value_t = ProgressMode::Auto)]
    pub progress: ProgressMode,

    /// A commit, branch or tag to analyze, in place of the files on disk
    #[arg(long, value_name = "REVISION")]
    pub commit: Option<String>,

    /// Parser threads [default: one for each core]
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    pub threads: usize,

    /// Files larger than this many bytes are named and not read
    #[arg(long, value_name = "BYTES", default_value_t = repolens_analysis::MAX_FILE_SIZE)]
    pub max_file_size: u64,

    /// Commits of the history that are read at most, the newest first; 0: none
    #[arg(long, value_name = "COMMITS", default_value_t = repolens_analysis::HISTORY_COMMITS)]
    pub history_commits: u64,

    /// Also count how often each function of the ten worst hotspots changed, or of the files named (`--function=FILE`)
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub function: Option<Vec<String>>,

    /// Also search the lines that the newest commits added for credentials (`--history=COMMITS`; 1,000 by default)
    #[arg(long, value_name = "COMMITS", num_args = 0..=1, require_equals = true, default_missing_value = "1000")]
    pub history: Option<u64>,

    /// Search this index for known vulnerabilities (made by `osv build`)
    #[arg(long, value_name = "FILE")]
    pub osv_index: Option<PathBuf>,

    /// Do not parse this file (its path as in the report); may be given several times
    #[arg(long, value_name = "FILE")]
    pub skip: Vec<String>,

    /// Do not run this stage (its name as in `analyser.stages`); may be given several times
    #[arg(long, value_name = "STAGE")]
    pub skip_stage: Vec<String>,

    /// Processor time for parsing, all threads together; later files are counted in lines only
    #[arg(long, value_name = "SECONDS", default_value_t = repolens_analysis::MAX_PARSE_SECONDS)]
    pub max_parse_seconds: u64,

    /// Processor time of each stage after parsing; the section of a longer one is left out
    #[arg(long, value_name = "SECONDS", default_value_t = repolens_analysis::MAX_STAGE_SECONDS)]
    pub max_stage_seconds: u64,

    /// Also report dead code of kinds that were right in less than 90 % of the judged findings
    #[arg(long)]
    pub low_confidence: bool,

    /// With `--progress lines`: also name each file before it is parsed
    #[arg(long, hide = true)]
    pub name_files: bool,

    /// Confine the process to reading PATH first.
    #[arg(long, hide = true)]
    pub confined: bool,

    // Members of the report that the worker passes.
    /// Why there is no history.
    #[arg(long, hide = true)]
    pub history_problem: Option<String>,
    #[arg(long, hide = true)]
    pub scan_id: Option<String>,
    #[arg(long, hide = true)]
    pub repo_url: Option<String>,
    #[arg(long, hide = true)]
    pub branch: Option<String>,
    /// The limits of the whole scan, as JSON.
    #[arg(long, hide = true, value_parser = parse_limits)]
    pub scan_limits: Option<ScanLimits>,
    /// The time of the clone, which is added to the processing time.
    #[arg(long, hide = true, default_value_t = 0)]
    pub elapsed_ms: u64,
}

fn parse_limits(text: &str) -> Result<ScanLimits, serde_json::Error> {
    serde_json::from_str(text)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressMode {
    Auto,
    Lines,
    None,
}
