//! Actions around the code. For a registry's package, only those that apply to a package.

use repolens_core::report::{Action, ActionPlace, Grade, Priority, Report, TestSection};

use super::super::costs;
use super::super::published::may_be_release;
use super::{Candidate, many, place, published_by};
use crate::facts::Facts;

/// Lines of test code for each line of code from which the amount is no problem.
const FEW_TESTS: f64 = 0.2;
/// Lines of code from which a project needs tests at all.
const SMALL: u64 = 200;

fn candidate(benefit: f64, action: Action) -> Vec<Candidate> {
    vec![Candidate { action, benefit }]
}

pub(super) fn license(facts: &Facts, report: &Report) -> Vec<Candidate> {
    let found = report
        .licenses
        .as_ref()
        .is_none_or(|found| !found.files.is_empty() || !found.declared.is_empty());
    // Debian keeps them elsewhere, a crate's manifest is not read for it, and a README may have the text.
    let elsewhere = |path: &str| {
        let lower = path.to_ascii_lowercase();
        lower.ends_with("/copyright")
            || lower == "copyright"
            || lower.contains("license")
            || lower.contains("licence")
            || lower.contains("copying")
    };
    if found
        || matches!(published_by(report), Some("debian" | "crates.io"))
        || facts.files.iter().any(|file| elsewhere(&file.path))
    {
        return Vec::new();
    }
    if let Some(named) = in_source_only(report) {
        return named;
    }
    candidate(
        60.0,
        Action {
            id: "add-license".to_owned(),
            title: "Add a license".to_owned(),
            reason:
                "There is no license file and no manifest names a license: others may not use, change or share the code"
                    .to_owned(),
            places: Vec::new(),
            gain: "Others may use it".to_owned(),
            effort_minutes: costs::range(costs::LICENSE),
            done_when: "A file `LICENSE` is at the top, and the manifest names it".to_owned(),
            section: "licences".to_owned(),
        },
    )
}

/// The license is named by source files: it is known to readers of these, and neither to hosts nor to package managers.
fn in_source_only(report: &Report) -> Option<Vec<Candidate>> {
    let notices = &report.licenses.as_ref()?.notices;
    let (name, files) = notices.iter().max_by_key(|(_, files)| **files)?;
    Some(candidate(
        8.0,
        Action {
            id: "add-license-file".to_owned(),
            title: format!("Put the text of the license ({name}) into a file `LICENSE`"),
            reason: format!(
                "It is only in {}: hosts and package managers read a file at the top",
                many(*files, "source file or document", "source files and documents")
            ),
            places: Vec::new(),
            gain: "The license is shown where the project is found".to_owned(),
            effort_minutes: costs::range(costs::LICENSE_FILE),
            done_when: "A file `LICENSE` at the top has the text".to_owned(),
            section: "licences".to_owned(),
        },
    ))
}

pub(super) fn readme(_: &Facts, report: &Report) -> Vec<Candidate> {
    let Some(readme) = &report.readme_analysis else {
        return Vec::new();
    };
    let Some(path) = &readme.path else {
        if published_by(report) == Some("debian") {
            return Vec::new();
        }
        return no_readme();
    };
    // Where the README leads to the documentation, that has the command and the examples.
    let leads_on = readme
        .score_breakdown
        .breakdown
        .get("api")
        .is_some_and(|documentation| documentation.found);
    let is_shown = |section: &str| leads_on && matches!(section, "installation" | "usage");
    let urgent: Vec<_> = readme
        .suggestions
        .iter()
        .filter(|suggestion| suggestion.priority <= Priority::High && !is_shown(&suggestion.section))
        .collect();
    let Some(first) = urgent.first() else {
        return Vec::new();
    };
    let headings: Vec<&str> = urgent
        .iter()
        .filter_map(|suggestion| suggestion.heading.as_deref())
        .collect();
    let lacks: Vec<&str> = urgent.iter().map(|suggestion| suggestion.section.as_str()).collect();
    let title = if urgent.len() == 1 {
        format!("README: {}", lower_first(&first.message))
    } else {
        format!("README: add {}", lacks.join(" and "))
    };
    let ready = if headings.is_empty() {
        "`readmeAnalysis` does not ask for it any more".to_owned()
    } else {
        format!("{path} has a section such as `{}`", headings.join("`, `"))
    };
    candidate(
        20.0 + 8.0 * urgent.len() as f64,
        Action {
            id: "complete-readme".to_owned(),
            title,
            reason: format!(
                "{path} has {:.0} of 100 points; it lacks {}",
                readme.score,
                lacks.join(", ")
            ),
            places: vec![place(path, None)],
            gain: "A newcomer can start".to_owned(),
            effort_minutes: costs::range(costs::README_PART * urgent.len() as f64),
            done_when: ready,
            section: "readmeAnalysis".to_owned(),
        },
    )
}

fn no_readme() -> Vec<Candidate> {
    candidate(
        50.0,
        Action {
            id: "write-readme".to_owned(),
            title: "Write a README".to_owned(),
            reason: "There is none: a newcomer does not learn what this is and how to use it".to_owned(),
            places: Vec::new(),
            gain: "A newcomer can start".to_owned(),
            effort_minutes: costs::range(costs::README),
            done_when: "`readmeAnalysis.grade` is C or better".to_owned(),
            section: "readmeAnalysis".to_owned(),
        },
    )
}

pub(super) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

pub(super) fn tests(facts: &Facts, report: &Report) -> Vec<Candidate> {
    let (Some(section), Some(grades)) = (&report.tests, &report.grades) else {
        return Vec::new();
    };
    let code = report.lines.as_ref().map_or(0, |lines| lines.total.code);
    let is_measured = |name: &str| {
        grades
            .tests
            .inputs
            .iter()
            .find(|input| input.name == name && input.not_measured.is_none())
    };
    if grades.tests.grade.is_none() || code < SMALL {
        return Vec::new();
    }
    if is_measured("test_code").is_some() && section.ratio < FEW_TESTS {
        return more_tests(facts, report, section);
    }
    let Some(untested) = is_measured("tested_files").filter(|input| input.value < 50.0 && input.places_total > 0)
    else {
        return Vec::new();
    };
    let places: Vec<_> = untested
        .places
        .iter()
        .map(|untested| place(&untested.file, untested.line))
        .collect();
    let title = format!("Test {}", untested.places[0].file);
    let reason = format!(
        "No test imports it or is named after it, nor {}",
        many(untested.places_total - 1, "other file", "other files")
    );
    candidate(22.0, of_tests("test-file", title, reason, places, costs::TESTED_FILE))
}

/// Tests for the files where a fault is likeliest.
fn more_tests(facts: &Facts, report: &Report, section: &TestSection) -> Vec<Candidate> {
    // The archive of a release may leave them out.
    if section.test_files == 0 && may_be_release(facts, report) {
        return Vec::new();
    }
    let hot = report
        .hotspots
        .iter()
        .flat_map(|hotspots| &hotspots.files)
        .map(|file| &file.path);
    let risky = report
        .risk_scores
        .iter()
        .flat_map(|risk| &risk.file_risks)
        .map(|risk| &risk.file_path);
    let places: Vec<_> = hot.chain(risky).take(3).map(|path| place(path, None)).collect();
    let title = if section.test_files == 0 {
        "Write the first tests"
    } else {
        "Write more tests"
    };
    let first = places
        .first()
        .map_or_else(String::new, |place| format!(", beginning with {}", place.file));
    let reason = match section.ratio * 100.0 {
        0.0 => "There is no test code".to_owned(),
        lines if lines < 1.0 => "There is less than one line of test code for 100 lines of code".to_owned(),
        lines => format!(
            "{} of test code for 100 lines of code",
            many(lines.round() as u64, "line", "lines")
        ),
    };
    candidate(
        45.0,
        of_tests("write-tests", format!("{title}{first}"), reason, places, costs::TESTS),
    )
}

fn of_tests(id: &str, title: String, reason: String, places: Vec<ActionPlace>, minutes: f64) -> Action {
    Action {
        id: id.to_owned(),
        title,
        reason,
        places,
        gain: "Changes that break something are seen before users see them".to_owned(),
        effort_minutes: costs::range(minutes),
        done_when: "The grade of `tests` is better".to_owned(),
        section: "tests".to_owned(),
    }
}

pub(super) fn ci(facts: &Facts, report: &Report) -> Vec<Candidate> {
    let Some(section) = &report.tests else {
        return Vec::new();
    };
    let is_published = published_by(report).is_some() || may_be_release(facts, report);
    if is_published || section.test_files == 0 || section.ci_runs_tests == Some(true) {
        return Vec::new();
    }
    let (id, title, reason) = match section.ci.first() {
        None => (
            "set-up-ci",
            "Run the tests at each push".to_owned(),
            format!(
                "There are {}, and no configuration of a service that runs them",
                many(section.test_files, "test file", "test files")
            ),
        ),
        Some(service) => (
            "test-in-ci",
            format!("Run the tests in {service}"),
            "It is configured, but none of its steps has a command that is known to run tests".to_owned(),
        ),
    };
    candidate(
        30.0,
        Action {
            id: id.to_owned(),
            title,
            reason,
            places: Vec::new(),
            gain: "A broken change is seen before it is merged".to_owned(),
            effort_minutes: costs::range(costs::CI),
            done_when: "`tests.ciRunsTests` is true".to_owned(),
            section: "tests".to_owned(),
        },
    )
}

pub(super) fn dependencies(_: &Facts, report: &Report) -> Vec<Candidate> {
    let grade = report.grades.as_ref().map(|grades| &grades.dependencies);
    let open = grade.and_then(|grade| {
        grade
            .inputs
            .iter()
            .find(|input| input.name == "unbounded_versions" && input.value > input.threshold)
    });
    let Some(open) = open else {
        return Vec::new();
    };
    let names: Vec<&str> = open
        .places
        .iter()
        .map(|place| place.reason.split(' ').next().unwrap_or_default())
        .collect();
    candidate(
        15.0 + (open.places_total as f64).min(15.0),
        Action {
            id: "bound-dependencies".to_owned(),
            title: format!(
                "State which versions of {} are known to work",
                many(open.places_total, "dependency", "dependencies")
            ),
            reason: format!(
                "Any version is taken of {}: a new one may break the next installation",
                names.join(", ")
            ),
            places: open
                .places
                .first()
                .map(|first| place(&first.file, None))
                .into_iter()
                .collect(),
            gain: "An installation tomorrow gets what was tested today".to_owned(),
            effort_minutes: costs::range(costs::DEPENDENCY * open.places_total as f64),
            done_when: "Each has a lower bound, a range or an exact version".to_owned(),
            section: "dependencies".to_owned(),
        },
    )
}

/// Files for those who take part, of a project that others use.
pub(super) fn files(facts: &Facts, report: &Report) -> Vec<Candidate> {
    let Some(community) = &report.community else {
        return Vec::new();
    };
    let is_used = community.releases.is_some_and(|releases| releases > 0) || community.changelog.is_some();
    let weak = report
        .grades
        .as_ref()
        .is_some_and(|grades| grades.documentation.grade >= Some(Grade::C));
    let is_published = published_by(report).is_some() || may_be_release(facts, report);
    if is_published || !is_used || community.security_policy.is_some() {
        return Vec::new();
    }
    candidate(
        if weak { 10.0 } else { 8.0 },
        Action {
            id: "add-security-policy".to_owned(),
            title: "Explain where to report a vulnerability".to_owned(),
            reason: "There are releases and no `SECURITY.md`: a finder does not know where to report privately"
                .to_owned(),
            places: Vec::new(),
            gain: "Faults are reported in private first".to_owned(),
            effort_minutes: costs::range(costs::SECURITY_POLICY),
            done_when: "A file `SECURITY.md` names an address".to_owned(),
            section: "community".to_owned(),
        },
    )
}
