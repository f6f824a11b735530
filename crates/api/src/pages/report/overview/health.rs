//! How healthy the repository is: grades with the sums behind them, or the risk where a report has no grades.

use repolens_core::report::{AspectGrade, GradeInput, Grades, MIDDLING_PROJECT, RiskFactor, RiskScores};

use crate::pages::view::parts::GradeChip;
use crate::pages::view::place::Place;
use crate::pages::read::{Measurement, Sections};
use crate::pages::view::text::{self, Html};

pub enum HealthSummary {
    Grades {
        chip: GradeChip,
        words: String,
        /// The best and the weakest aspect, and those that were not measured.
        details: Vec<String>,
        debt: Option<String>,
        aspects: Vec<AspectRow>,
    },
    /// The risk, for a version without grades.
    Risk {
        overall: f64,
        level: &'static str,
        factors: Vec<FactorRow>,
        reason: String,
    },
    Not(String),
}

pub struct AspectRow {
    pub chip: GradeChip,
    pub title: String,
    pub why: Html,
    pub value: Option<String>,
    pub inputs: Vec<InputRow>,
}

pub struct InputRow {
    pub description: Html,
    pub value: String,
    pub threshold: String,
    pub contribution: String,
    pub share: String,
    pub places: Vec<Html>,
    pub others: u64,
    pub not_measured: Option<Html>,
}

pub struct FactorRow {
    pub title: String,
    pub score: f64,
    pub description: Html,
    pub value: f64,
    pub threshold: f64,
    pub weight: f64,
}

pub fn health(sections: &Sections, place: &Place) -> HealthSummary {
    match (sections.get::<Grades>("grades"), sections.get::<RiskScores>("riskScores")) {
        (Measurement::Is(grades), _) => HealthSummary::Grades {
            chip: GradeChip::large(grades.overall.grade.map(|grade| grade.as_str())),
            words: grades.overall.words.split("; ").take(1).collect(),
            details: grades.overall.words.split("; ").skip(1).map(capitalized).collect(),
            debt: (grades.debt_minutes > 0).then(|| text::minutes(grades.debt_minutes)),
            aspects: grades
                .aspects()
                .into_iter()
                .map(|(name, aspect)| of_aspect(name, aspect, place))
                .collect(),
        },
        (Measurement::Not(reason), Measurement::Is(risk)) => HealthSummary::Risk {
            overall: risk.overall,
            level: risk.level.as_str(),
            factors: risk.breakdown.iter().map(|(name, factor)| of_factor(name, factor)).collect(),
            reason,
        },
        (_, Measurement::Not(reason)) => HealthSummary::Not(reason),
    }
}

fn title(name: &str) -> String {
    text::language(&name.replace('_', "-"))
}

fn of_aspect(name: &str, aspect: &AspectGrade, place: &Place) -> AspectRow {
    let unit = match aspect.unit.as_str() {
        "percent" => "%".to_owned(),
        unit => format!(" {unit}"),
    };
    let measured = || {
        let inputs = aspect.inputs.iter().filter(|input| input.not_measured.is_none());
        inputs.filter(|input| input.name != MIDDLING_PROJECT)
    };
    // The debt of an input is what it costs; of points, those that are missing.
    let cost = |input: &GradeInput| match input.contribution {
        points if points < 0.0 => -points,
        percent if aspect.unit == "percent" => percent,
        points => input.share * 100.0 - points,
    };
    let costs = measured().filter(|input| cost(input) >= 0.1);
    let main = costs
        .max_by(|a, b| cost(a).total_cmp(&cost(b)))
        .or_else(|| measured().max_by(|a, b| a.share.total_cmp(&b.share)));
    AspectRow {
        chip: GradeChip::in_list(aspect.grade.map(|grade| grade.as_str())),
        title: title(name),
        why: match (&aspect.not_measured, main) {
            (Some(reason), _) => text::prose(&format!("Not graded: {}", reason.trim_end_matches('.'))),
            (None, Some(input)) => text::prose(&in_words(input)),
            (None, None) => Html::default(),
        },
        value: aspect.value.map(|value| format!("{}{unit}", text::decimal(value))),
        inputs: aspect.inputs.iter().map(|input| of_input(input, place)).collect(),
    }
}

/// An input and its value as one sentence: the description up to the rule by which it counts, and the value.
fn in_words(input: &GradeInput) -> String {
    let description = input.description.trim_end_matches('.');
    if input.name == "without_findings" {
        return "No finding".to_owned();
    }
    let (what, value) = match description.split_once(": ") {
        Some((what, "1 yes, 0 no")) => (what, if input.value > 0.0 { "yes" } else { "no" }.to_owned()),
        Some((what, _)) => (what, text::decimal(input.value)),
        None => match description.strip_suffix(", in percent") {
            Some(what) => (what, format!("{}%", text::decimal(input.value))),
            None => (description, text::decimal(input.value)),
        },
    };
    format!("{}: {value}", capitalized(what))
}

/// The text with a capital letter at its beginning.
pub fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).collect()
}

fn of_input(input: &GradeInput, place: &Place) -> InputRow {
    let shown = 3;
    InputRow {
        description: text::prose(&input.description),
        value: text::decimal(input.value),
        threshold: text::decimal(input.threshold),
        contribution: text::decimal(input.contribution),
        share: text::percent(input.share),
        places: input.places.iter().take(shown).map(|spot| place.at(&spot.file, spot.line)).collect(),
        others: input.places_total.saturating_sub(input.places.len().min(shown) as u64),
        not_measured: input.not_measured.as_deref().map(text::prose),
    }
}

fn of_factor(name: &str, factor: &RiskFactor) -> FactorRow {
    FactorRow {
        title: title(name),
        score: factor.score,
        description: text::prose(&factor.description),
        value: factor.value,
        threshold: factor.threshold,
        weight: factor.weight,
    }
}
