//! Hotspots: code that changes often and is complex, and further results from the history.
//!
//! *What it looks at*: the commits of the 12 months before the analyzed one, at least the newest 100 (`history`), together
//! with the complexity and the imports of the files as they are now. *Why it matters*: work on a file that is hard to
//! change and changes often pays off first. *Limits*: merges, bots, vendored and generated files do not count; a change
//! counts once, however large; complexity is that of today; a person is a name and the addresses used with it.

use chrono::DateTime;
use repolens_core::report::{HistoryWindow, Hotspot, Hotspots, MonthActivity, Report, SelfCheck, Trend, cap};

use super::{Outcome, Scratch, tenth};
use crate::facts::Facts;
use crate::facts::FileFacts;
use crate::history::{DAY, FileChanges, History, HistoryState, PersonId, WINDOW_COMMITS, WINDOW_DAYS};
use crate::language::LanguageKind;

mod age;
mod coupling;
mod functions;
mod knowledge;
pub(crate) mod rank;

use rank::percentile_ranks;

const LISTED: usize = 100;
const MONTHS: usize = 60;
/// A hotspot changed at least this often,
const MIN_REVISIONS: u32 = HistoryWindow::LEAST_COMMITS;
/// and has at least this many decisions, or, where its language is not parsed, lines of code.
const MIN_COMPLEXITY: u64 = 10;
const MIN_LINES: u64 = 100;
/// The part of the ranked files that the self-check takes for the worst: one in this many.
const WORST_SHARE: usize = 10;
const WORST_LEAST: usize = 5;

pub(super) fn run(facts: &Facts, report: &mut Report, scratch: &mut Scratch) -> Outcome {
    let history = match std::mem::take(&mut scratch.history) {
        HistoryState::Read(history) => history,
        HistoryState::None(reason) => return Outcome::Skipped(reason),
        HistoryState::Failed(reason) => return Outcome::Failed(reason),
    };
    let ranked = ranked(facts, &history);
    let mut files: Vec<Hotspot> = ranked
        .iter()
        .filter(|ranked| ranked.is_hot())
        .zip(1..)
        .map(|(ranked, rank)| hotspot(ranked, rank, &history))
        .collect();
    let files_total = files.len() as u64;
    let mut truncated = cap(&mut files, LISTED);
    let (coupling, coupling_total) = coupling::coupling(facts, &history, scratch.graph.as_ref());
    truncated |= (coupling.len() as u64) < coupling_total;
    let (functions, problem) = functions::functions(facts, &ranked, &history);
    report.hotspots = Some(Hotspots {
        window: window(&history),
        files,
        files_total,
        functions,
        coupling,
        coupling_total,
        knowledge: knowledge::knowledge(facts, &history),
        age: age::age(facts, &history),
        activity: activity(&history),
        self_check: self_check(&ranked, &history),
        truncated,
    });
    let reason = history.truncated.clone().or(problem);
    scratch.history = HistoryState::Read(history);
    reason.map_or(Outcome::Ok, Outcome::Truncated)
}

/// Code that people write here and that is no test.
pub(super) fn is_code(file: &FileFacts) -> bool {
    let is_programming = |language: crate::language::LanguageId| language.get().kind == LanguageKind::Programming;
    file.is_own() && !file.test && file.language.is_some_and(is_programming)
}

/// The decisions in a file's functions: what cyclomatic complexity counts, without the 1 that each function begins with.
pub(super) fn decisions(file: &FileFacts) -> Option<u64> {
    let functions = &file.syntax.as_ref()?.functions;
    Some(
        functions
            .iter()
            .map(|function| u64::from(function.cyclomatic.saturating_sub(1)))
            .sum(),
    )
}

/// A code file that changed in the window.
pub(super) struct Ranked<'a> {
    pub file: &'a FileFacts,
    pub changes: &'a FileChanges,
    pub decisions: Option<u64>,
    /// 0 to 100.
    pub score: f64,
}

impl Ranked<'_> {
    pub(super) fn is_hot(&self) -> bool {
        let complex = match self.decisions {
            Some(decisions) => decisions >= MIN_COMPLEXITY,
            None => u64::from(self.file.lines.code) >= MIN_LINES,
        };
        complex && self.changes.revisions >= MIN_REVISIONS
    }
}

/// Code files that changed in the window, the worst first.
pub(super) fn ranked<'a>(facts: &'a Facts, history: &'a History) -> Vec<Ranked<'a>> {
    let changed = facts
        .files
        .iter()
        .zip(&history.files)
        .filter(|(file, changes)| is_code(file) && changes.revisions > 0);
    let mut ranked: Vec<Ranked<'_>> = changed
        .map(|(file, changes)| Ranked {
            file,
            changes,
            decisions: decisions(file),
            score: 0.0,
        })
        .collect();
    score(&mut ranked, |changes| changes.revisions);
    ranked
}

/// Scores and sorts by the product of two percentile ranks.
fn score(ranked: &mut [Ranked<'_>], revisions: impl Fn(&FileChanges) -> u32) {
    let often: Vec<u64> = ranked.iter().map(|ranked| revisions(ranked.changes).into()).collect();
    let complex = complexity_ranks(ranked);
    for ((ranked, often), complex) in ranked.iter_mut().zip(percentile_ranks(&often)).zip(complex) {
        ranked.score = often * complex * 100.0;
    }
    let weight = |ranked: &Ranked<'_>| u64::from(revisions(ranked.changes)) * ranked.decisions.unwrap_or(0);
    ranked.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| weight(b).cmp(&weight(a)))
            .then_with(|| a.file.path.cmp(&b.file.path))
    });
}

/// By decisions among the files that were parsed, by lines of code among the others.
fn complexity_ranks(ranked: &[Ranked<'_>]) -> Vec<f64> {
    let mut ranks = vec![0.0; ranked.len()];
    for parsed in [true, false] {
        let chosen: Vec<usize> = (0..ranked.len())
            .filter(|at| ranked[*at].decisions.is_some() == parsed)
            .collect();
        let values: Vec<u64> = chosen
            .iter()
            .map(|at| ranked[*at].decisions.unwrap_or(ranked[*at].file.lines.code.into()))
            .collect();
        for (at, rank) in chosen.into_iter().zip(percentile_ranks(&values)) {
            ranks[at] = rank;
        }
    }
    ranks
}

fn hotspot(ranked: &Ranked<'_>, rank: u64, history: &History) -> Hotspot {
    let changes = ranked.changes;
    let total = f64::from(changes.revisions.max(1));
    let share = |commits: u32| f64::from(commits) / total;
    let in_window = || changes.authors.iter().filter(|by| by.in_window > 0);
    let main = in_window().max_by_key(|by| (by.in_window, std::cmp::Reverse(by.author)));
    let last = changes.last_changed.unwrap_or(history.today);
    Hotspot {
        path: ranked.file.path.clone(),
        rank,
        score: tenth(ranked.score),
        revisions: changes.revisions.into(),
        renamed_from: changes.earlier_names(),
        authors: in_window().count() as u64,
        main_author: main.map(|by| history.people[by.author.index()].clone()),
        main_author_share: hundredth(main.map_or(0.0, |by| share(by.in_window))),
        minor_authors: in_window().filter(|by| share(by.in_window) < 0.05).count() as u64,
        fragmentation: hundredth(1.0 - in_window().map(|by| share(by.in_window).powi(2)).sum::<f64>()),
        last_changed: date(last),
        age_days: history.days_since(last),
        complexity: ranked.decisions,
        lines: ranked.file.lines.code.into(),
        fixes: changes.fixes.into(),
        trend: trend(changes, history),
        revisions_last_90_days: changes.last_90_days.into(),
        revisions_90_days_before: changes.before_90_days.into(),
    }
}

fn trend(changes: &FileChanges, history: &History) -> Trend {
    if history.cut_off && history.days_since(history.oldest) < 180 {
        return Trend::Unknown;
    }
    let (now, before) = (changes.last_90_days, changes.before_90_days);
    // Half as many again, and at least two.
    let more = |a: u32, b: u32| 2 * a > 3 * b && a >= b + 2;
    match () {
        () if more(now, before) => Trend::Rising,
        () if more(before, now) => Trend::Falling,
        () => Trend::Steady,
    }
}

fn window(history: &History) -> HistoryWindow {
    let all = || history.commits.iter().filter(|commit| commit.in_window);
    HistoryWindow {
        from: date(window_start(history)),
        to: date(all().map(|commit| commit.time).max().unwrap_or(history.today)),
        commits: all().count() as u64,
        shallow: history.cut_off,
        commits_read: history.commits_read,
        merges: history.merges,
        bot_commits: history.bot_commits,
        ignored_commits: history.ignored_commits,
    }
}

/// The oldest date of the window. A single commit whose clock was far behind, among many others, does not move it.
fn window_start(history: &History) -> i64 {
    let times = || {
        history
            .commits
            .iter()
            .filter(|commit| commit.in_window)
            .map(|commit| commit.time)
    };
    let in_year = || times().filter(|time| history.today.saturating_sub(*time) <= WINDOW_DAYS * DAY);
    let oldest = if in_year().count() as u64 >= WINDOW_COMMITS {
        in_year().min()
    } else {
        times().min()
    };
    oldest.unwrap_or(history.today)
}

fn activity(history: &History) -> Vec<MonthActivity> {
    let start = window_start(history);
    let mut commits: Vec<(String, PersonId)> = history
        .commits
        .iter()
        .filter(|commit| commit.in_window && commit.time >= start)
        .map(|commit| (date(commit.time)[..7].to_owned(), commit.author))
        .collect();
    commits.sort_unstable();
    let mut months: Vec<MonthActivity> = Vec::new();
    let mut last = None;
    for (month, author) in commits {
        if months.last().is_none_or(|known| known.month != month) {
            months.push(MonthActivity {
                month,
                ..MonthActivity::default()
            });
            last = None;
        }
        if let Some(month) = months.last_mut() {
            month.commits += 1;
            month.authors += u64::from(last.replace(author) != Some(author));
        }
    }
    let surplus = months.len().saturating_sub(MONTHS);
    months.drain(..surplus);
    months
}

/// Whether the files that would have been named 180 days ago were repaired since then.
fn self_check(now: &[Ranked<'_>], history: &History) -> Option<SelfCheck> {
    if !history
        .commits
        .iter()
        .any(|commit| commit.in_window && history.days_since(commit.time) >= 180)
    {
        return None;
    }
    let changed_before = now.iter().filter(|ranked| ranked.changes.before_180_days > 0);
    let mut before: Vec<Ranked<'_>> = changed_before.map(|ranked| Ranked { score: 0.0, ..*ranked }).collect();
    score(&mut before, |changes| changes.before_180_days);
    let fixed = |ranked: &[Ranked<'_>]| {
        ranked
            .iter()
            .filter(|ranked| ranked.changes.fixes_last_180_days > 0)
            .count()
    };
    let worst = &before[..(before.len().div_ceil(WORST_SHARE)).max(WORST_LEAST).min(before.len())];
    let (worst_fixed, ranked_fixed) = (fixed(worst), fixed(&before));
    if ranked_fixed == 0 || worst.len() == before.len() {
        return None;
    }
    let rate = |part: usize, whole: usize| part as f64 / whole as f64;
    let ratio = tenth(rate(worst_fixed, worst.len()) / rate(ranked_fixed, before.len()));
    Some(SelfCheck {
        worst_files: worst.len() as u64,
        worst_fixed: worst_fixed as u64,
        ranked_files: before.len() as u64,
        ranked_fixed: ranked_fixed as u64,
        ratio,
        sentence: format!(
            "Of the {} worst files of 180 days ago, {worst_fixed} had a fix since: {ratio} times the rate of all {} files",
            worst.len(),
            before.len()
        ),
    })
}

/// RFC 3339 in UTC; a date that no calendar has is the nearest that one has.
fn date(seconds: i64) -> String {
    const LAST: i64 = 253_402_300_799;
    let time = DateTime::from_timestamp(seconds.clamp(0, LAST), 0).unwrap_or_default();
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn hundredth(value: f64) -> f64 {
    (value * 100.0).round() / 100.0 + 0.0
}
