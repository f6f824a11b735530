//! Grades: A to E for six aspects and one for the whole.
//!
//! *What it looks at*: the results of the stages before it, each aspect in a file below. *Why it matters*: it shows at once
//! what is good and what is not, and every grade opens into the sum that it is. *Limits*: a formula, not a measurement; tests,
//! examples, vendored and generated code are outside; an input that was not measured is left out and marked so; shares and
//! averages, so that the size of a project does not decide.

use repolens_core::report::{AspectGrade, Grade, GradeInput, GradePlace, Grades, OverallGrade, Report};

use super::{Outcome, Scratch, tenth};
use crate::facts::Facts;
use crate::facts::FileFacts;
use crate::language::{LanguageKind, Origin};

mod change;
mod dependencies;
mod documentation;
mod maintainability;
mod security;
mod tests;

/// Shares of the aspects in the whole; those that were measured share what the others leave.
const SHARES: [(&str, f64); 6] = [
    ("maintainability", 0.35),
    ("security", 0.20),
    ("dependencies", 0.05),
    ("tests", 0.25),
    ("documentation", 0.05),
    ("change", 0.10),
];

/// The inputs of an aspect.
struct Measured<'a> {
    facts: &'a Facts,
    report: &'a Report,
    /// Code of the product that people write here: no tests, no examples.
    code: Vec<&'a FileFacts>,
    /// The registry's name, where this is no repository but a package.
    published_by: Option<&'a str>,
}

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let measured = Measured {
        facts,
        report,
        code: facts.files.iter().filter(|file| is_product(file)).collect(),
        published_by: report
            .community
            .as_ref()
            .and_then(|community| community.published_by.as_deref()),
    };
    let (maintainability, debt_minutes) = maintainability::grade(&measured);
    let mut grades = Grades {
        overall: OverallGrade::default(),
        maintainability,
        security: security::grade(&measured),
        dependencies: dependencies::grade(&measured),
        tests: tests::grade(&measured),
        documentation: documentation::grade(&measured),
        change: change::grade(&measured),
        debt_minutes,
    };
    share_out(&mut grades);
    grades.overall = overall(&grades);
    report.grades = Some(grades);
    Outcome::Ok
}

pub(super) fn is_product(file: &FileFacts) -> bool {
    let is_programming = |language: crate::language::LanguageId| language.get().kind == LanguageKind::Programming;
    file.origin == Origin::Own && !file.test && file.language.is_some_and(is_programming)
}

fn share_out(grades: &mut Grades) {
    let [a, b, c, d, e, f] = SHARES.map(|(_, share)| share);
    let aspects = [
        (&mut grades.maintainability, a),
        (&mut grades.security, b),
        (&mut grades.dependencies, c),
        (&mut grades.tests, d),
        (&mut grades.documentation, e),
        (&mut grades.change, f),
    ];
    let total: f64 = aspects
        .iter()
        .filter(|(aspect, _)| aspect.points.is_some())
        .map(|(_, share)| share)
        .sum();
    for (aspect, share) in aspects {
        aspect.share = if aspect.points.is_some() {
            thousandth(share / total)
        } else {
            0.0
        };
    }
}

fn overall(grades: &Grades) -> OverallGrade {
    let aspects = grades.aspects();
    let measured = || {
        aspects
            .iter()
            .filter_map(|(name, aspect)| Some((*name, aspect.points?, aspect.grade?, aspect.share)))
    };
    let total: f64 = measured().map(|(.., share)| share).sum();
    // Without code, security, dependencies and documents alone are no picture of the whole.
    let of_code = [&grades.maintainability, &grades.tests];
    if of_code.iter().all(|aspect| aspect.points.is_none()) {
        return OverallGrade {
            words: "Too little was measured for an overall grade".to_owned(),
            ..OverallGrade::default()
        };
    }
    let points = measured().map(|(_, points, _, share)| points * share).sum::<f64>() / total;
    let grade = Grade::of_points(points);
    let word = match grade {
        Grade::A => "In very good shape",
        Grade::B => "In good shape",
        Grade::C => "In fair shape",
        Grade::D => "Needs attention",
        Grade::E => "Needs a lot of attention",
    };
    let by_points = |a: &(&str, f64, Grade, f64), b: &(&str, f64, Grade, f64)| a.1.total_cmp(&b.1);
    let mut words = word.to_owned();
    if let (Some(best), Some(worst)) = (measured().max_by(by_points), measured().min_by(by_points))
        && best.2 != worst.2
    {
        words += &format!(
            "; best: {} ({}), weakest: {} ({})",
            title(best.0),
            best.2.as_str(),
            title(worst.0),
            worst.2.as_str()
        );
    }
    let missing: Vec<&str> = aspects
        .iter()
        .filter(|(_, aspect)| aspect.points.is_none())
        .map(|(name, _)| title(name))
        .collect();
    if !missing.is_empty() {
        words += &format!("; not measured: {}", missing.join(", "));
    }
    OverallGrade {
        grade: Some(grade),
        value: Some(tenth(points)),
        words,
    }
}

/// As people call the aspect.
fn title(name: &str) -> &str {
    match name {
        "change" => "change risk",
        other => other,
    }
}

/// An aspect of which nothing is known.
fn not_measured(unit: &str, reason: &str) -> AspectGrade {
    AspectGrade {
        unit: unit.to_owned(),
        not_measured: Some(reason.to_owned()),
        ..AspectGrade::default()
    }
}

/// One input of an aspect that is a weighted mean.
struct Term {
    input: GradeInput,
    /// 0 to 1, higher is better; `None`: not measured.
    part: Option<f64>,
    weight: f64,
}

impl Term {
    fn new(name: &str, weight: f64, description: &str) -> Self {
        Self {
            input: GradeInput {
                name: name.to_owned(),
                description: description.to_owned(),
                ..GradeInput::default()
            },
            part: None,
            weight,
        }
    }

    /// `value`, of which `threshold` is as good as it gets.
    fn higher_is_better(mut self, value: f64, threshold: f64) -> Self {
        (self.input.value, self.input.threshold) = (tenth(value), threshold);
        self.part = Some((value / threshold).clamp(0.0, 1.0));
        self
    }

    /// `value`, of which nothing is best, and `threshold` or more gives no points.
    fn lower_is_better(mut self, value: f64, threshold: f64) -> Self {
        (self.input.value, self.input.threshold) = (tenth(value), threshold);
        self.part = Some((1.0 - value / threshold).clamp(0.0, 1.0));
        self
    }

    /// `value`, of which `free` cost nothing, and `all` give no points.
    fn lower_is_better_from(mut self, value: f64, free: f64, all: f64) -> Self {
        (self.input.value, self.input.threshold) = (tenth(value), tenth(free));
        self.part = Some((1.0 - (value - free) / (all - free)).clamp(0.0, 1.0));
        self
    }

    fn yes_or_no(self, yes: bool) -> Self {
        self.higher_is_better(f64::from(u8::from(yes)), 1.0)
    }

    fn places(mut self, places: Vec<GradePlace>) -> Self {
        (self.input.places, self.input.places_total) = listed(places);
        self
    }

    fn not_measured(mut self, reason: &str) -> Self {
        self.input.not_measured = Some(reason.to_owned());
        self.part = None;
        self
    }
}

const PLACES: usize = 10;

/// The first few, and how many there are.
fn listed(mut places: Vec<GradePlace>) -> (Vec<GradePlace>, u64) {
    let total = places.len() as u64;
    places.truncate(PLACES);
    (places, total)
}

/// The mean of what was measured, in points.
fn weighted(terms: Vec<Term>, nothing: &str) -> AspectGrade {
    let total: f64 = terms
        .iter()
        .filter(|term| term.part.is_some())
        .map(|term| term.weight)
        .sum();
    let mut points = 0.0;
    let mut inputs = Vec::new();
    for mut term in terms {
        if let Some(part) = term.part {
            term.input.share = thousandth(term.weight / total);
            let contribution = part * term.weight / total * 100.0;
            term.input.contribution = tenth(contribution);
            points += contribution;
        }
        inputs.push(term.input);
    }
    if total <= 0.0 {
        return AspectGrade {
            inputs,
            ..not_measured("points", nothing)
        };
    }
    let points = points.clamp(0.0, 100.0);
    AspectGrade {
        grade: Some(Grade::of_points(points)),
        value: Some(tenth(points)),
        unit: "points".to_owned(),
        points: Some(tenth(points)),
        inputs,
        ..AspectGrade::default()
    }
}

fn thousandth(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0 + 0.0
}
