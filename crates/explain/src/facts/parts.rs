//! The members of a report that facts are made of. Everything else is skipped while it is read, so that a report of tens of
//! megabytes takes little memory; a member that is missing or of another form is as if it were not measured.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use repolens_core::report::Explanations;

/// The members, leniently read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Parts {
    #[serde(deserialize_with = "lenient")]
    pub repo_url: String,
    #[serde(deserialize_with = "lenient")]
    pub commit_sha: String,
    pub summary: Value,
    pub actions: Value,
    pub grades: Value,
    #[serde(deserialize_with = "lenient")]
    pub hotspots: HotspotPart,
    pub languages: Value,
    pub lines: Value,
    pub risk_scores: Value,
    #[serde(deserialize_with = "lenient")]
    pub readme_analysis: ReadmePart,
    pub tests: Value,
    #[serde(deserialize_with = "lenient")]
    #[serde(rename = "licences")]
    pub licenses: LicensePart,
    #[serde(deserialize_with = "lenient")]
    pub complexity_metrics: ComplexityPart,
    #[serde(deserialize_with = "lenient")]
    pub circular_dependencies: CyclePart,
    #[serde(deserialize_with = "lenient")]
    pub dead_code: StatisticsPart,
    #[serde(deserialize_with = "lenient")]
    pub duplication: DuplicationPart,
    #[serde(deserialize_with = "lenient")]
    pub dependencies: StatisticsPart,
    #[serde(deserialize_with = "lenient")]
    pub call_graph: StatisticsPart,
    #[serde(deserialize_with = "lenient")]
    pub security: SecurityPart,
    #[serde(deserialize_with = "lenient")]
    pub files: Vec<FilePart>,
    #[serde(deserialize_with = "lenient")]
    pub ast: AstPart,
    /// The text that was made without a model.
    #[serde(deserialize_with = "lenient")]
    pub explanations: Option<Explanations>,
}

/// The value, or its default where it has another form.
fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either<T> {
        Value(T),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Value(value) => value,
        Either::Other(_) => T::default(),
    })
}

/// A section of which only the figures are used.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct StatisticsPart {
    pub statistics: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HotspotPart {
    pub window: Value,
    pub files: Vec<Value>,
    pub coupling: Vec<Value>,
    pub knowledge: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReadmePart {
    pub grade: Value,
    pub score: Value,
    pub suggestions: Vec<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LicensePart {
    pub files: Vec<Value>,
    pub declared: Vec<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ComplexityPart {
    pub statistics: Value,
    pub high_complexity_functions: Vec<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CyclePart {
    pub total_cycles: Value,
    pub cycles: Vec<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DuplicationPart {
    pub percentage: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SecurityPart {
    pub totals: Value,
    pub findings: Vec<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FilePart {
    pub path: String,
    pub language: Value,
    pub lines: Value,
    pub complexity: Value,
    pub risk_score: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AstPart {
    pub entry_points: Vec<Value>,
}

impl Parts {
    /// # Errors
    /// The text is no JSON object.
    pub fn read(report: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(report)
    }

    /// Lines of a file in which a secret was found.
    #[must_use]
    pub fn secret_lines(&self, path: &str) -> Vec<usize> {
        let of_file = self
            .security
            .findings
            .iter()
            .filter(|it| it["file"].as_str() == Some(path));
        of_file
            .filter(|finding| finding["category"].as_str() == Some("secret"))
            .filter_map(|finding| finding["line"].as_u64().and_then(|line| usize::try_from(line).ok()))
            .collect()
    }
}
