//! A source tree in, a report out: no network, no database, no clock.
//!
//! [`SourceTree`] lists and reads the files of a git commit (as blobs, nothing is checked out) or of a folder; [`analyze`]
//! reads and parses each file once, in parallel, and runs the stages; [`text`](render::text) shows a report to a person.
//!
//! ```
//! use repolens_analysis::{Options, Silent, SourceTree, OpenOptions, analyze};
//!
//! # let folder = tempfile::tempdir()?;
//! # std::fs::write(folder.path().join("a.py"), "def f(x):\n    return 1 if x else 2\n")?;
//! let tree = SourceTree::open(folder.path(), &OpenOptions::default())?;
//! let report = analyze(tree, &Options::default(), &Silent)?;
//! assert_eq!(report.languages.as_ref().map(|languages| languages.primary.as_str()), Some("python"));
//! println!("{}", repolens_analysis::render::text(&report, &repolens_analysis::render::Style { color: false, width: 80 }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What only the caller knows (ids, addresses, times) it fills in afterwards with `Report::set_meta`.

mod budget;
mod calls;
mod configuration;
mod facts;
mod graph;
mod history;
mod ids;
pub mod inventory;
mod language;
mod license;
mod manifests;
mod nesting;
mod options;
mod pass;
pub mod render;
pub mod security;
mod source;
mod stages;
mod syntax;
mod units;

use repolens_core::report::{Analyser, LimitsUsed, Reading, Report, SCHEMA_VERSION, Stage, StageStatus, cap};

use history::credentials::EarlierFindings;
pub use manifests::python_version;
pub use options::{
    Clock, HISTORY_COMMITS, HistoryOptions, Limits, MAX_FILE_SIZE, MAX_FILES, MAX_MANIFEST_SIZE, MAX_NESTING,
    MAX_PARSE_SECONDS, MAX_PARSE_SIZE, MAX_STAGE_SECONDS, MAX_TOTAL_SIZE, Observer, Options, Silent,
};
pub use source::{Entry, Git, OpenError, OpenOptions, Reader, SourceTree};
pub use units::{CognitiveRules, Recursion};

/// The member `analyser.version` of every report.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The most files named in `analyser.skippedFiles`; the true number is a member beside it.
const MAX_SKIPPED: usize = 1_000;

/// What the files of a tree determine, and its history, which git reads while this process parses.
fn read(
    tree: SourceTree,
    options: &Options,
    observer: &dyn Observer,
) -> (Result<facts::Facts, OpenError>, history::HistoryState) {
    let source = history::prepare(&tree, &options.history);
    let earlier = history::earlier(&tree, &options.history);
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let earlier = earlier.map(|source| source.read()).unwrap_or_default();
            (history::read(source), earlier)
        });
        let mut facts = pass::run(tree, options, observer);
        let failed = |_| {
            let reason = "reading it failed".to_owned();
            let earlier = match options.history.credentials {
                Some(_) => EarlierFindings::Failed(reason.clone()),
                None => EarlierFindings::NotWanted,
            };
            (history::HistoryState::Failed(reason), earlier)
        };
        let (history, earlier) = reading.join().unwrap_or_else(failed);
        if let Ok(facts) = &mut facts {
            facts.earlier = earlier;
        }
        (facts, history)
    })
}

/// Analyses a tree. The report is the same, byte for byte, for the same tree and options at any number of threads, apart
/// from the stages' times where a clock is lent.
///
/// # Errors
/// The tree cannot be read at all; a file that cannot is no error, but named in the report.
pub fn analyze(tree: SourceTree, options: &Options, observer: &dyn Observer) -> Result<Report, OpenError> {
    let start = options.clock.as_ref().map(|clock| clock());
    let mut report = Report {
        schema_version: SCHEMA_VERSION,
        commit_sha: tree.commit.clone(),
        ..Report::default()
    };
    let mut truncated = tree.truncated.clone();
    let (facts, mut history) = read(tree, options, observer);
    let mut facts = facts?;
    if let history::HistoryState::Read(history) = &mut history {
        history.leave_out(&facts.pointers);
    }
    let ms = start
        .zip(options.clock.as_ref())
        .map(|(start, clock)| clock().saturating_sub(start).as_millis() as u64);
    if facts.unparsed > 0 {
        let reason = format!(
            "{} files were not parsed: the {} s of processor time for parsing were used up",
            facts.unparsed, options.limits.max_parse_seconds
        );
        truncated = Some(truncated.map_or_else(|| reason.clone(), |other| format!("{other}; {reason}")));
    }
    let mut skipped = facts.skipped.clone();
    let total = skipped.len() as u64;
    let capped = cap(&mut skipped, MAX_SKIPPED);
    let status = if truncated.is_some() {
        StageStatus::Truncated
    } else {
        StageStatus::Ok
    };
    report.analyser = Analyser {
        version: VERSION.to_owned(),
        stages: vec![Stage {
            name: "parse".to_owned(),
            ms,
            status,
            reason: truncated,
        }],
        limits: LimitsUsed::from(&options.limits),
        scan_limits: None,
        skipped_files: skipped,
        skipped_files_total: total,
        truncated: capped,
        reading: reading(&facts),
    };
    stages::run(&mut facts, history, &mut report, options, observer);
    Ok(report)
}

/// How much of the own code was read by a grammar, without what that did not know.
fn reading(facts: &facts::Facts) -> Option<Reading> {
    let mut reading = Reading::default();
    for file in facts.files.iter().filter(|file| file.is_own()) {
        let Some(language) = file.language.map(language::LanguageId::get) else {
            continue;
        };
        if syntax::parser(language.id).is_none() {
            continue;
        }
        let code = u64::from(file.lines.code);
        let unread = file
            .syntax
            .as_ref()
            .map_or(code, |syntax| u64::from(syntax.unread).min(code));
        reading.code += code;
        reading.unread += unread;
        reading.files += u64::from(file.syntax.as_ref().map_or(code > 0, |syntax| syntax.errors));
    }
    let share = (reading.code - reading.unread) as f64 / reading.code.max(1) as f64 * 100.0;
    // 100 % only where nothing is missing.
    reading.share = if reading.files == 0 {
        100.0
    } else {
        (share * 10.0).floor().min(999.0) / 10.0
    };
    (reading.code > 0).then_some(reading)
}
