//! Risk: one number for each file and for the whole, each point traceable.
//!
//! *What it looks at*: the results of the stages before it. *Why it matters*: where to start reading. *Limits*: a formula, not
//! a measurement; it does not consider the purpose of the code. The formula is in `docs/analysis.md`.

use repolens_core::report::{ByName, FileRisk, Report, RiskFactor, RiskLevel, RiskScores, cap};

use super::{Outcome, Scratch, complexity, percent, tenth};
use crate::facts::{Facts, FileFacts, Function};
use crate::language::{LanguageKind, Origin};

const MAX_FILES: usize = 20_000;
/// Lines of code from which a file is large.
const LARGE_FILE: u32 = 1_000;
/// Levels of nesting from which a function is deep.
const DEEP: u16 = 4;

/// The parts of a file's risk; they add up to at most 100.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct FileParts {
    /// 0 to 40: the highest cyclomatic complexity, from 5 to 40.
    pub cyclomatic: f64,
    /// 0 to 25: the highest cognitive complexity, from 5 to 60.
    pub cognitive: f64,
    /// 0 to 20: lines of code, from 200 to 1,500.
    pub size: f64,
    /// 0 to 15: the share of functions that are too complex.
    pub share: f64,
}

impl FileParts {
    pub(super) fn total(self) -> f64 {
        tenth(self.cyclomatic + self.cognitive + self.size + self.share)
    }
}

pub(super) fn of_file(file: &FileFacts) -> FileParts {
    let functions = file.functions();
    let part = |value: f64, from: f64, to: f64, points: f64| ((value - from) / (to - from)).clamp(0.0, 1.0) * points;
    let max = |value: fn(&crate::facts::Function) -> u32| functions.iter().map(value).max().map_or(0.0, f64::from);
    let high = functions
        .iter()
        .filter(|function| complexity::is_high(function))
        .count() as f64;
    FileParts {
        cyclomatic: part(max(|f| f.cyclomatic), 5.0, 40.0, 40.0),
        cognitive: part(max(|f| f.cognitive), 5.0, 60.0, 25.0),
        size: part(file.lines.code.into(), 200.0, 1500.0, 20.0),
        share: high / functions.len().max(1) as f64 * 15.0,
    }
}

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    // Examples are no code of the product.
    let is_code = |file: &&FileFacts| {
        file.origin == Origin::Own
            && !file.test
            && file
                .language
                .is_some_and(|language| language.get().kind == LanguageKind::Programming)
    };
    let code: Vec<_> = facts.files.iter().filter(is_code).collect();
    if code.is_empty() {
        return Outcome::Skipped("there is no code of a programming language".to_owned());
    }
    let breakdown = breakdown(&code, report);
    let weighted = |names: &[&str]| {
        let chosen = breakdown
            .iter()
            .filter(|(name, _)| names.is_empty() || names.contains(&name.as_str()));
        let (sum, weight) = chosen.fold((0.0, 0.0), |(sum, weight), (_, f)| {
            (sum + f.score * f.weight, weight + f.weight)
        });
        if weight > 0.0 { sum / weight } else { 0.0 }
    };
    let overall = tenth(weighted(&[]));
    let mut risks: Vec<_> = code
        .iter()
        .filter(|file| file.syntax.is_some())
        .map(|file| FileRisk {
            file_path: file.path.clone(),
            risk_score: tenth(of_file(file).total() / 10.0),
        })
        .collect();
    risks.sort_by(|a, b| {
        b.risk_score
            .total_cmp(&a.risk_score)
            .then_with(|| a.file_path.cmp(&b.file_path))
    });
    let total = risks.len() as u64;
    let truncated = cap(&mut risks, MAX_FILES);
    let scores = RiskScores {
        overall,
        complexity: tenth(weighted(&["high_complexity", "deep_nesting"])),
        maintainability: tenth(
            100.0 - weighted(&["high_complexity", "deep_nesting", "large_files", "no_documentation"]),
        ),
        security: report.security.as_ref().and_then(|section| section.score),
        level: RiskLevel::of(overall),
        file_risks: risks,
        file_risks_total: total,
        breakdown,
    };
    report.risk_scores_again = Some(scores.clone());
    report.risk_scores = Some(scores);
    if truncated {
        Outcome::Truncated(format!("`file_risks` ends after {MAX_FILES} files"))
    } else {
        Outcome::Ok
    }
}

/// The factors that apply here, by name.
#[derive(Default)]
struct Factors(ByName<RiskFactor>);

impl Factors {
    /// Adds a factor, whose `score` is cut to 0 to 100.
    fn add(&mut self, name: &str, weight: f64, [value, threshold, score]: [f64; 3], description: &str) {
        let factor = RiskFactor {
            score: tenth(score.clamp(0.0, 100.0)),
            value: tenth(value),
            threshold,
            weight,
            description: description.to_owned(),
        };
        self.0.insert(name.to_owned(), factor);
    }

    /// Adds a factor that has half its points at the threshold, and all at twice the threshold.
    fn add_above(&mut self, name: &str, weight: f64, value: f64, threshold: f64, description: &str) {
        self.add(name, weight, [value, threshold, value / threshold * 50.0], description);
    }
}

fn breakdown(code: &[&FileFacts], report: &Report) -> ByName<RiskFactor> {
    let mut factors = Factors::default();
    of_code(code, &mut factors);
    of_project(report, &mut factors);
    factors.0
}

/// Complex and nested functions, and large files.
fn of_code(code: &[&FileFacts], factors: &mut Factors) {
    let functions: Vec<_> = code.iter().flat_map(|file| file.functions()).collect();
    let share = |counts: fn(&Function) -> bool| {
        percent(
            functions.iter().filter(|f| counts(f)).count() as f64,
            functions.len() as f64,
        )
    };
    if !functions.is_empty() {
        let text = "functions with a cyclomatic complexity above 10 or a cognitive one above 15, in per cent";
        factors.add_above("high_complexity", 30.0, share(complexity::is_high), 5.0, text);
        let text = format!("functions nested deeper than {DEEP}, in per cent");
        factors.add_above("deep_nesting", 10.0, share(|f| f.nesting > DEEP), 2.0, &text);
    }
    let lines = || code.iter().map(|file| file.lines.code);
    let all: f64 = lines().map(f64::from).sum();
    let large: f64 = lines().filter(|lines| *lines > LARGE_FILE).map(f64::from).sum();
    let text = format!("lines of code in files of more than {LARGE_FILE}, in per cent of all");
    factors.add_above("large_files", 15.0, percent(large, all), 50.0, &text);
}

/// Tests, dependencies and the README.
fn of_project(report: &Report, factors: &mut Factors) {
    // A package that leaves its tests out is no evidence about them.
    let published = report
        .community
        .as_ref()
        .is_some_and(|community| community.published_by.is_some());
    if let Some(tests) = report.tests.as_ref().filter(|tests| tests.test_files > 0 || !published) {
        let value = tests.ratio * 100.0;
        let text = "lines of test code for 100 lines of other code (the size of the tests: nothing is run)";
        factors.add(
            "low_test_coverage",
            20.0,
            [value, 50.0, 100.0 - value / 50.0 * 100.0],
            text,
        );
    }
    if let Some(dependencies) = &report.dependencies {
        // Images and actions are where it is built.
        let shipped = dependencies.packages.iter().filter(|package| {
            package.direct && !package.is_dev && !matches!(&*package.r#type, "docker" | "githubactions")
        });
        let text = "direct dependencies, without those for development";
        factors.add_above("many_dependencies", 15.0, shipped.count() as f64, 50.0, text);
    }
    let readme = report.readme_analysis.as_ref();
    if let Some(readme) = readme.filter(|readme| readme.path.is_some() || !published) {
        let score = readme.score;
        factors.add(
            "no_documentation",
            10.0,
            [score, 70.0, 100.0 - score],
            "score of the README",
        );
    }
}
