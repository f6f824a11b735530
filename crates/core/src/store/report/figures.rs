//! The few figures of a report that have columns of their own, so that badges, trends and lists read no report.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::report::analyser_version;
use crate::store::report::headline::{Headline, HeadlineMembers, read};
use crate::{ScanId, ScanLimits};

/// The figures of a report that the columns `riskScores`, `readmeAnalysis`, `languageStats`, `dependencies` and
/// `summary` keep, and the version of the analyzer that made it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    pub scores: Option<Scores>,
    pub readme: Option<ReadmeFigures>,
    pub languages: Option<LanguageFigures>,
    pub dependencies: Option<DependencyFigures>,
    pub headline: Option<Headline>,
    /// See [`analyser_version`].
    pub analyser_version: Option<String>,
    /// How long each stage of the analysis took, in milliseconds; in no column.
    pub stages: Vec<(String, u64)>,
}

/// Figures of `riskScores`. Rows of the older system have the whole section in the column, which is read in the same
/// way.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    #[serde(default)]
    pub overall: Option<f64>,
    #[serde(default)]
    pub complexity: Option<f64>,
    #[serde(default)]
    pub maintainability: Option<f64>,
    #[serde(default)]
    pub security: Option<f64>,
}

/// Figures of `readmeAnalysis`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReadmeFigures {
    #[serde(default)]
    pub score: Option<f64>,
}

/// Figures of `languages`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LanguageFigures {
    #[serde(default)]
    pub primary: Option<String>,
    #[serde(default)]
    pub total_files: Option<u64>,
}

/// Figures of `dependencies.statistics`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DependencyFigures {
    #[serde(default)]
    pub total: Option<u64>,
    #[serde(default)]
    pub direct: Option<u64>,
    #[serde(default)]
    pub dev: Option<u64>,
    #[serde(default)]
    pub transitive: Option<u64>,
}

/// The members of a report that the figures are read from.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Members<'a> {
    #[serde(borrow)]
    risk_scores: Option<&'a RawValue>,
    #[serde(borrow)]
    readme_analysis: Option<&'a RawValue>,
    #[serde(borrow)]
    languages: Option<&'a RawValue>,
    #[serde(borrow)]
    dependencies: Option<&'a RawValue>,
    #[serde(borrow)]
    analyser: Option<&'a RawValue>,
    #[serde(borrow)]
    schema_version: Option<&'a RawValue>,
    #[serde(borrow)]
    lines: Option<&'a RawValue>,
    #[serde(borrow)]
    grades: Option<&'a RawValue>,
    #[serde(borrow)]
    actions: Option<&'a RawValue>,
    #[serde(borrow)]
    complexity_metrics: Option<&'a RawValue>,
    #[serde(borrow)]
    circular_dependencies: Option<&'a RawValue>,
    #[serde(borrow)]
    duplication: Option<&'a RawValue>,
    #[serde(borrow)]
    dead_code: Option<&'a RawValue>,
    #[serde(borrow)]
    security: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Dependencies {
    statistics: DependencyFigures,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Analyser {
    version: String,
    #[serde(default)]
    scan_limits: Option<ScanLimits>,
    #[serde(default)]
    stages: Vec<StageTime>,
}

#[derive(Deserialize)]
struct StageTime {
    name: String,
    ms: Option<u64>,
}

/// No name of a language or version is longer.
const MAX_NAME: usize = 60;

impl Figures {
    /// Reads them out of a report. What is missing or of another form is `None`: no report is refused for it.
    #[must_use]
    pub fn of(report: &[u8]) -> Self {
        let members: Members<'_> = serde_json::from_slice(report).unwrap_or_default();
        let schema = read::<u32>(members.schema_version).unwrap_or_default();
        let mut languages = read::<LanguageFigures>(members.languages);
        if let Some(languages) = &mut languages {
            languages.primary = languages.primary.take().filter(|name| sound(name));
        }
        let analyser = read::<Analyser>(members.analyser);
        let analyser_version = analyser
            .as_ref()
            .filter(|analyser| sound(&analyser.version))
            .map(|analyser| analyser_version(&analyser.version, schema, analyser.scan_limits.as_ref()));
        let stages = analyser.map_or(Vec::new(), |analyser| analyser.stages);
        Self {
            scores: read(members.risk_scores),
            readme: read(members.readme_analysis),
            languages,
            dependencies: read::<Dependencies>(members.dependencies).map(|section| section.statistics),
            headline: Headline::of(HeadlineMembers {
                lines: members.lines,
                grades: members.grades,
                actions: members.actions,
                complexity: members.complexity_metrics,
                cycles: members.circular_dependencies,
                duplication: members.duplication,
                dead_code: members.dead_code,
                security: members.security,
            }),
            stages: stages
                .into_iter()
                .filter_map(|stage| Some((stage.name, stage.ms?)))
                .collect(),
            analyser_version,
        }
    }
}

impl Figures {
    /// The content of `scan_versions.results`: these figures in the shape of a report, and the place of the report
    /// itself. The older system reads it, and its column is not nullable.
    pub(in crate::store) fn as_results(&self, scan_id: &ScanId, commit_sha: Option<&str>) -> Value {
        let mut results = Map::new();
        results.insert("scanId".into(), scan_id.as_str().into());
        results.insert("storedIn".into(), "scan_reports".into());
        if let Some(commit_sha) = commit_sha {
            results.insert("commitSha".into(), commit_sha.into());
        }
        let dependencies = column(self.dependencies.as_ref()).map(|statistics| json!({ "statistics": statistics }));
        for (name, section) in [
            ("languages", column(self.languages.as_ref())),
            ("riskScores", column(self.scores.as_ref())),
            ("readmeAnalysis", column(self.readme.as_ref())),
            ("dependencies", dependencies),
        ] {
            if let Some(section) = section {
                results.insert(name.into(), section);
            }
        }
        Value::Object(results)
    }
}

/// A database takes no NUL in a text.
fn sound(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len()) && !name.contains('\0')
}

/// As a JSON column keeps it.
pub(in crate::store) fn column<T: Serialize>(figures: Option<&T>) -> Option<Value> {
    // Numbers and short texts always serialize.
    figures.map(|figures| serde_json::to_value(figures).unwrap_or_else(|_| json!({})))
}

/// As it is read from a JSON column, of ours or of the older system.
pub(in crate::store) fn from_column<T: DeserializeOwned>(column: Option<Value>) -> Option<T> {
    serde_json::from_value(column?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_and_what_does_not_fit_is_left_out() {
        let report = br#"{"schemaVersion":1,"riskScores":{"overall":23.5,"level":"low","file_risks":[1]},
            "readmeAnalysis":{"score":70},"languages":{"primary":"rust","totalFiles":9},
            "dependencies":{"packages":[],"statistics":{"total":3}},"analyser":{"version":"0.1.0"},
            "lines":{"code":12},"grades":{"overall":{"grade":"B","value":61.5,"words":""}},"actions":[{"title":"Split it"}],
            "circularDependencies":{"total_cycles":2},"duplication":"none"}"#;
        let figures = Figures::of(report);
        let scores = figures.scores.as_ref().expect("scores");
        assert_eq!((scores.overall, scores.security), (Some(23.5), None));
        assert_eq!(figures.analyser_version.as_deref(), Some("0.1.0/1"));
        let id = ScanId::parse("s1").expect("an id");
        assert_eq!(
            figures.as_results(&id, Some("c0ffee")),
            json!({
                "scanId": "s1", "commitSha": "c0ffee", "storedIn": "scan_reports",
                "languages": { "primary": "rust", "totalFiles": 9 },
                "riskScores": { "overall": 23.5, "complexity": null, "maintainability": null, "security": null },
                "readmeAnalysis": { "score": 70.0 },
                "dependencies": { "statistics": { "total": 3, "direct": null, "dev": null, "transitive": null } },
            })
        );
        assert_eq!(
            Figures::default().as_results(&id, None),
            json!({ "scanId": "s1", "storedIn": "scan_reports" })
        );
        assert_eq!(figures.dependencies.expect("dependencies").total, Some(3));
        let headline = figures.headline.expect("a headline");
        assert_eq!((headline.grade.as_deref(), headline.points), (Some("B"), Some(61.5)));
        assert_eq!(
            (headline.lines_of_code, headline.first_action.as_deref()),
            (Some(12), Some("Split it"))
        );
        assert_eq!((headline.cycles, headline.copied_lines), (Some(2), None));
        let limited = br#"{"schemaVersion":1,"analyser":{"version":"0.1.0","scanLimits":{"timeoutSeconds":600,
            "maxRepoBytes":1,"maxFileBytes":2,"analysisMemoryBytes":3}}}"#;
        let version = Figures::of(limited).analyser_version;
        assert_eq!(version.as_deref(), Some("0.1.0/1/600-1-2-3"));
        for odd in [
            "{}",
            "[]",
            "{\"riskScores\":7,\"analyser\":{\"version\":\"a\\u0000b\"}}",
            "{\"riskScores\":1,\"riskScores\":2}",
        ] {
            assert_eq!(Figures::of(odd.as_bytes()), Figures::default(), "{odd}");
        }
    }
}
