//! The grades, and the sums that they are.

use repolens_core::report::{AspectGrade, Grade, GradeInput, GradePlace, MIDDLING_PROJECT, Report};

use super::page::Page;
use super::{DIM, GREEN, RED, YELLOW, grouped};

/// Files behind an input that are named.
const PLACES: usize = 2;

pub(super) fn grades(report: &Report, page: &mut Page) {
    let Some(grades) = &report.grades else { return };
    let overall = grades.overall.grade;
    page.wrapped(&format!("  {}  ", letter(overall)), &grades.overall.words, 3);
    for (name, aspect) in grades.aspects() {
        page.line(&[
            ("", &format!("     {name:<16}")),
            (color(aspect.grade), letter(aspect.grade)),
            (DIM, &format!("  {}", figure(aspect))),
        ]);
    }
}

/// Why an aspect has no grade.
pub(super) fn not_measured<'r>(report: &'r Report, name: &str) -> Option<&'r str> {
    let aspects = report.grades.as_ref()?.aspects();
    let (_, aspect) = aspects.into_iter().find(|(of, _)| *of == name)?;
    aspect.not_measured.as_deref().filter(|_| aspect.grade.is_none())
}

/// Each input of each grade: value, limit, what it counts, its share, and the first files behind it.
pub(super) fn sums(report: &Report, page: &mut Page) {
    let Some(grades) = &report.grades else { return };
    let is_graded = |aspect: &AspectGrade| aspect.grade.is_some();
    if !grades.aspects().iter().any(|(_, aspect)| is_graded(aspect)) {
        return;
    }
    page.title("How the grades add up");
    for (name, aspect) in grades.aspects().into_iter().filter(|(_, aspect)| is_graded(aspect)) {
        page.line(&[("", &format!("  {name:<24}")), (DIM, "   value   limit  counts  share")]);
        for input in &aspect.inputs {
            of_input(input, page);
        }
    }
}

fn of_input(input: &GradeInput, page: &mut Page) {
    let name = match input.name.as_str() {
        MIDDLING_PROJECT => "added to every project".to_owned(),
        name => name.replace('_', " "),
    };
    let name = format!("    {name:<22}");
    if let Some(reason) = &input.not_measured {
        page.line(&[("", &name), (DIM, &format!("  not measured: {reason}"))]);
        return;
    }
    let figures = format!(
        "{:>8} {:>7} {:>7.1} {:>5.0}%  ",
        short(input.value),
        short(input.threshold),
        input.contribution,
        input.share * 100.0
    );
    let mut places: Vec<String> = input.places.iter().take(PLACES).map(place).collect();
    let more = input.places_total.saturating_sub(places.len() as u64);
    if more > 0 {
        places.push(format!("{} more", grouped(more)));
    }
    page.line(&[("", &name), ("", &figures), (DIM, &places.join(", "))]);
}

fn place(place: &GradePlace) -> String {
    let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("{}{line}", place.file)
}

/// A whole number without a point.
fn short(value: f64) -> String {
    if value.fract() == 0.0 && value >= 0.0 {
        grouped(value as u64)
    } else {
        format!("{value:.1}")
    }
}

fn figure(aspect: &AspectGrade) -> String {
    match (aspect.value, &aspect.not_measured) {
        (Some(value), _) if aspect.unit == "percent" => format!("technical debt: {value:.1} % of the cost of the code"),
        (Some(value), _) => format!("{value:.0} of 100"),
        (None, reason) => reason.clone().unwrap_or_default(),
    }
}

fn letter(grade: Option<Grade>) -> &'static str {
    grade.map_or("–", Grade::as_str)
}

fn color(grade: Option<Grade>) -> &'static str {
    match grade {
        Some(Grade::A | Grade::B) => GREEN,
        Some(Grade::C) => YELLOW,
        Some(Grade::D | Grade::E) => RED,
        None => DIM,
    }
}
