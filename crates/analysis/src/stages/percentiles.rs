//! Percentiles: the main figures among other projects.
//!
//! *What it looks at*: figures of the stages before it, and those of a sample of published projects
//! (`percentiles/sample.tsv`, written by `scripts/oracles/percentiles`). *Why it matters*: a figure alone has no scale.
//! *Limits*: the sample is small, of packages of registries, most of them well kept; its size is part of the section. Where
//! the sample has fewer than ten projects of the same language and about the same size, the size is ignored, and then the
//! language.
use repolens_core::report::{PercentileFigure, Percentiles, Report};

use super::{Outcome, Scratch, tenth};
use crate::facts::Facts;
use crate::language::LanguageId;

const SAMPLE: &str = include_str!("percentiles/sample.tsv");
/// The least number of projects in a group for a comparison.
const ENOUGH: usize = 10;
/// About the same size: up to this many times as large, or as small.
const ABOUT: f64 = 5.0;

/// One figure: its column, and what a higher value means.
struct Figure {
    name: &'static str,
    higher: &'static str,
    value: fn(&Report) -> Option<f64>,
}

/// In the order of the columns behind name, language and lines of code.
const FIGURES: &[Figure] = &[
    Figure {
        name: "averageCyclomatic",
        higher: "functions are more complex",
        value: |report| Some(report.complexity_metrics.as_ref()?.statistics.avg_cyclomatic),
    },
    Figure {
        name: "complexFunctions",
        higher: "a larger share of the functions is too complex",
        value: |report| {
            let statistics = &report.complexity_metrics.as_ref()?.statistics;
            Some(super::percent(
                statistics.high_complexity_count as f64,
                statistics.total_functions as f64,
            ))
        },
    },
    Figure {
        name: "duplication",
        higher: "more of the code is copied",
        value: |report| Some(report.duplication.as_ref()?.percentage),
    },
    Figure {
        name: "debt",
        higher: "more technical debt for its size",
        value: |report| report.grades.as_ref()?.maintainability.value,
    },
    Figure {
        name: "comments",
        higher: "more comments",
        // Of code only: a text in Markdown is no comment.
        value: |report| {
            let inputs = &report.grades.as_ref()?.documentation.inputs;
            let comments = inputs.iter().find(|input| input.name == "comments")?;
            comments.not_measured.is_none().then_some(comments.value)
        },
    },
    Figure {
        name: "readme",
        higher: "a more complete README",
        value: |report| Some(report.readme_analysis.as_ref()?.score),
    },
];

struct Project<'a> {
    language: &'a str,
    lines: u64,
    figures: Vec<Option<f64>>,
}

fn sample() -> Vec<Project<'static>> {
    let rows = SAMPLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    rows.filter_map(|line| {
        let mut columns = line.split('\t').skip(1);
        Some(Project {
            language: columns.next()?,
            lines: columns.next()?.parse().ok()?,
            figures: columns.map(|figure| figure.parse().ok()).collect(),
        })
    })
    .collect()
}

pub(super) fn run(_: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let (Some(languages), Some(lines)) = (&report.languages, &report.lines) else {
        return Outcome::Skipped("languages and lines are not known".to_owned());
    };
    if lines.total.code == 0 {
        return Outcome::Skipped("there is no code".to_owned());
    }
    let sample = sample();
    let (group, language, bounds) = group(&sample, &languages.primary, lines.total.code);
    let shown_language = language.map(|id| LanguageId::by_id(id).map_or(id, |id| id.get().name));
    let like = match (shown_language, bounds[1].is_some()) {
        (Some(language), true) => format!("{language} projects of about this size"),
        (Some(language), false) => format!("{language} projects"),
        (None, true) => "projects of about this size".to_owned(),
        (None, false) => "projects".to_owned(),
    };
    let figures = (0..).zip(FIGURES).filter_map(|(column, figure)| {
        let value = (figure.value)(report)?;
        let mut others: Vec<f64> = group
            .iter()
            .filter_map(|project| *project.figures.get(column)?)
            .collect();
        others.sort_by(f64::total_cmp);
        let median = others.get(others.len() / 2)?;
        let below = others.partition_point(|other| *other < value);
        let percentile = (below as f64 / others.len() as f64 * 100.0).round();
        Some(PercentileFigure {
            name: figure.name.to_owned(),
            value: tenth(value),
            percentile,
            median: tenth(*median),
            sentence: format!("{} than in {} {like}", figure.higher, share(percentile, others.len())),
        })
    });
    let figures = figures.collect();
    report.percentiles = Some(Percentiles {
        sample: group.len() as u64,
        language: language.map(str::to_owned),
        lines: bounds,
        figures,
    });
    Outcome::Ok
}

/// `none of the 25`, `40 % of 25`, `all 25`.
fn share(percentile: f64, projects: usize) -> String {
    match percentile as u64 {
        100 => format!("all {projects}"),
        part => format!("{part} % of {projects}"),
    }
}

type Group<'a> = (Vec<&'a Project<'a>>, Option<&'a str>, [Option<u64>; 2]);

/// The smallest group that has enough.
fn group<'a>(sample: &'a [Project<'a>], language: &'a str, lines: u64) -> Group<'a> {
    let from = (lines as f64 / ABOUT) as u64;
    let to = (lines as f64 * ABOUT) as u64;
    let alike = |project: &&Project<'_>| project.language == language;
    let about = |project: &&Project<'_>| (from..=to).contains(&project.lines);
    let both: Vec<_> = sample.iter().filter(alike).filter(about).collect();
    if both.len() >= ENOUGH {
        return (both, Some(language), [Some(from), Some(to)]);
    }
    let same: Vec<_> = sample.iter().filter(alike).collect();
    if same.len() >= ENOUGH {
        return (same, Some(language), [None, None]);
    }
    let sized: Vec<_> = sample.iter().filter(about).collect();
    if sized.len() >= ENOUGH {
        return (sized, None, [Some(from), Some(to)]);
    }
    (sample.iter().collect(), None, [None, None])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_sample_is_whole() {
        let rows = SAMPLE
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .count();
        let sample = sample();
        assert_eq!(sample.len(), rows);
        assert!(sample.len() >= 25, "{}", sample.len());
        for project in &sample {
            assert_eq!(project.figures.len(), FIGURES.len());
        }
    }

    #[test]
    fn a_group_has_enough_projects() {
        let sample = sample();
        for language in ["python", "rust", "none-such"] {
            for lines in [10, 10_000, 100_000_000] {
                assert!(group(&sample, language, lines).0.len() >= ENOUGH);
            }
        }
    }
}
