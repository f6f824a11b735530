//! The one-line summary of a scan in lists, and its comparison with the scan before it. Both are stored in a column when a
//! scan completes, so that no report is read for them.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// `None`: it was not measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Headline {
    /// A to E, of the whole.
    pub grade: Option<String>,
    /// 0 to 100, higher is better.
    pub points: Option<f64>,
    pub lines_of_code: Option<u64>,
    /// The action to do first.
    pub first_action: Option<String>,
    /// Functions over the limits of complexity.
    pub complex_functions: Option<u64>,
    pub cycles: Option<u64>,
    pub copied_lines: Option<u64>,
    /// Things that nothing uses.
    pub unused: Option<u64>,
    /// Those in tests and examples left out.
    pub security_findings: Option<u64>,
}

/// The members of a report that it is made from.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::store) struct HeadlineMembers<'a> {
    pub lines: Option<&'a RawValue>,
    pub grades: Option<&'a RawValue>,
    pub actions: Option<&'a RawValue>,
    pub complexity: Option<&'a RawValue>,
    pub cycles: Option<&'a RawValue>,
    pub duplication: Option<&'a RawValue>,
    pub dead_code: Option<&'a RawValue>,
    pub security: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Lines {
    code: u64,
}

#[derive(Deserialize)]
struct Grades {
    overall: Overall,
}

#[derive(Deserialize)]
struct Overall {
    grade: Option<String>,
    value: Option<f64>,
}

#[derive(Deserialize)]
struct Action {
    title: String,
}

#[derive(Deserialize)]
struct Complexity {
    statistics: ComplexityStatistics,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ComplexityStatistics {
    high_complexity_count: u64,
}

#[derive(Deserialize)]
struct Cycles {
    total_cycles: u64,
}

#[derive(Deserialize)]
struct Duplication {
    duplicated_lines: u64,
}

#[derive(Deserialize)]
struct Security {
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    #[serde(default)]
    in_test: bool,
}

/// No title of an action is longer.
const MAX_TITLE: usize = 200;

impl Headline {
    /// A member that is missing or of another form is `None`. If all are, there is no headline.
    pub(in crate::store) fn of(sections: HeadlineMembers<'_>) -> Option<Self> {
        let overall = read::<Grades>(sections.grades).map(|grades| grades.overall);
        let (grade, points) = overall.map_or((None, None), |overall| (overall.grade, overall.value));
        let actions = read::<Vec<Action>>(sections.actions);
        let headline = Self {
            grade: grade.filter(|grade| grade.len() == 1),
            points,
            lines_of_code: read::<Lines>(sections.lines).map(|lines| lines.code),
            first_action: actions
                .and_then(|actions| actions.into_iter().next())
                .map(|action| action.title.replace('\0', "").chars().take(MAX_TITLE).collect()),
            complex_functions: read::<Complexity>(sections.complexity)
                .map(|complexity| complexity.statistics.high_complexity_count),
            cycles: read::<Cycles>(sections.cycles).map(|cycles| cycles.total_cycles),
            copied_lines: read::<Duplication>(sections.duplication).map(|copies| copies.duplicated_lines),
            unused: read::<crate::report::DeadCode>(sections.dead_code).map(|dead| {
                let figures = &dead.statistics;
                dead.unused_functions_total()
                    + figures.total_unused_exports
                    + figures.total_unused_imports
                    + dead.unused_files.len() as u64
            }),
            security_findings: read::<Security>(sections.security)
                .map(|security| security.findings.iter().filter(|finding| !finding.in_test).count() as u64),
        };
        (headline != Self::default()).then_some(headline)
    }
}

/// Reads a member of a report; `None` where it is missing or of another form.
pub(in crate::store) fn read<T: DeserializeOwned>(section: Option<&RawValue>) -> Option<T> {
    serde_json::from_str(section?.get()).ok()
}
