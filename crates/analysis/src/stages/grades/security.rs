//! Security: the score of the security stage, as the sum that it is.

use repolens_core::report::{AspectGrade, Grade, GradeInput, GradePlace, SecurityScoreLine};

use super::{Measured, listed, not_measured, tenth, thousandth};

pub(super) fn grade(measured: &Measured<'_>) -> AspectGrade {
    let Some(section) = &measured.report.security else {
        return not_measured("points", "the security stage did not finish");
    };
    let (Some(points), lines) = (section.score, &section.score_lines) else {
        return not_measured("points", "the security stage gave no score");
    };
    let lost: f64 = lines.iter().map(|line| line.points).sum();
    let mut inputs = vec![GradeInput {
        name: "without_findings".to_owned(),
        description: "points of a project without findings".to_owned(),
        value: 100.0,
        threshold: 0.0,
        contribution: 100.0,
        share: if lost > 0.0 { 0.0 } else { 1.0 },
        ..GradeInput::default()
    }];
    for line in lines {
        let places = section
            .findings
            .iter()
            .filter(|finding| !finding.in_test && finding.severity == line.severity)
            .map(|finding| GradePlace {
                file: finding.file.clone(),
                line: finding.line,
                reason: finding.rule.clone(),
            })
            .collect();
        let (places, _) = listed(places);
        inputs.push(GradeInput {
            name: format!("{}_findings", line.severity.as_str()),
            description: description(line),
            value: line.findings as f64,
            threshold: line.free as f64,
            contribution: tenth(-line.points),
            share: thousandth(if lost > 0.0 { line.points / lost } else { 0.0 }),
            places,
            places_total: line.findings,
            not_measured: None,
        });
    }
    AspectGrade {
        grade: Some(Grade::of_points(points)),
        value: Some(tenth(points)),
        unit: "points".to_owned(),
        points: Some(tenth(points)),
        inputs,
        ..AspectGrade::default()
    }
}

/// `findings of medium severity outside of tests: 3.2 points each at this size, 2 are free, 36 points at most`.
fn description(line: &SecurityScoreLine) -> String {
    let mut text = format!(
        "findings of {} severity outside of tests: {} points each in code of this size",
        line.severity.as_str(),
        (line.each * 100.0).round() / 100.0
    );
    if line.free > 0 {
        text += &format!(", {} of them usual and free", line.free);
    }
    if let Some(least) = line.at_least {
        text += &format!(", at least {least} points");
    }
    if let Some(most) = line.at_most {
        text += &format!(", at most {most} points");
    }
    text
}
