//! How healthy the repository is: summary, risk, README, licenses, explanations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ByName;

/// The facts that a person wants first.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The project's name, from its manifest or its README.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The project's own description: from the manifest, or the first paragraph of the README.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub primary_language: String,
    pub files: u64,
    pub lines_of_code: u64,
    pub functions: u64,
    pub dependencies: u64,
    pub health: RiskLevelSummary,
    /// The three files with the highest risk.
    pub worst: Vec<WorstPlace>,
    /// The advice, the most urgent first, at most five.
    pub advice: Vec<String>,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RiskLevelSummary {
    /// `riskScores.overall`; absent where there is no code to score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<RiskLevel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readme_grade: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Place")]
pub struct WorstPlace {
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    pub reason: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct RiskScores {
    /// 0 to 100, higher is riskier.
    pub overall: f64,
    /// 0 to 100, higher is riskier.
    pub complexity: f64,
    /// 0 to 100, higher is better.
    pub maintainability: f64,
    /// 0 to 100, higher is better; absent while no security stage runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<f64>,
    pub level: RiskLevel,
    pub breakdown: ByName<RiskFactor>,
    /// Own code files that were parsed and are no tests, the riskiest first, at most 20,000.
    pub file_risks: Vec<FileRisk>,
    /// How many there are.
    #[serde(default)]
    pub file_risks_total: u64,
}

/// Low below 30, medium below 60, high from there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RiskLevel {
    #[default]
    Low,
    Medium,
    High,
}

impl RiskLevel {
    #[must_use]
    pub fn of(score: f64) -> Self {
        match score {
            s if s < 30.0 => Self::Low,
            s if s < 60.0 => Self::Medium,
            _ => Self::High,
        }
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct RiskFactor {
    /// 0 to 100, higher is riskier.
    pub score: f64,
    pub value: f64,
    pub threshold: f64,
    /// Its share in `overall`.
    pub weight: f64,
    pub description: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct FileRisk {
    pub file_path: String,
    /// 0 to 10.
    pub risk_score: f64,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ReadmeAnalysis {
    /// The file that was read; absent where there is no README.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// 0 to 100, the same as `score`.
    pub quality_score: f64,
    pub score: f64,
    /// A to F.
    pub grade: String,
    pub score_breakdown: ReadmeScore,
    pub suggestions: Vec<Suggestion>,
    pub statistics: ReadmeStatistics,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ReadmeScore {
    pub score: f64,
    pub raw_score: u64,
    pub max_score: u64,
    pub breakdown: ByName<SectionScore>,
    pub grade: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct SectionScore {
    pub score: u64,
    pub max: u64,
    pub found: bool,
    /// The same as `found`, under the name that one viewer reads.
    #[serde(default)]
    pub present: bool,
    /// The same as `max`.
    #[serde(default)]
    pub weight: u64,
    #[serde(default)]
    pub r#type: SectionType,
}

/// How much a section of the README is missed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SectionType {
    /// From ten points on.
    Required,
    #[default]
    Optional,
    /// Points for contents outside sections: examples and links.
    Bonus,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Suggestion {
    pub priority: Priority,
    pub section: String,
    pub message: String,
    /// Points of `score` (0 to 100) that it is worth, rounded to 0.1.
    #[serde(deserialize_with = "points")]
    pub impact: f64,
    /// To copy into the README, where a heading is what is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
}

/// Reads a number; a text, as reports had it up to schema version 1, is read as 0.
fn points<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Points {
        Number(f64),
        Text(serde::de::IgnoredAny),
    }
    Ok(match Points::deserialize(deserializer)? {
        Points::Number(number) => number,
        Points::Text(_) => 0.0,
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    Critical,
    High,
    Medium,
    Low,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ReadmeStatistics {
    pub total_lines: u64,
    pub total_characters: u64,
    pub code_blocks: u64,
    pub links: ReadmeLinks,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ReadmeLinks {
    pub total_links: u64,
    pub has_links: bool,
    pub external_links: u64,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Licenses {
    /// License files, sorted by path.
    pub files: Vec<License>,
    /// The licenses that the manifests declare, sorted.
    pub declared: Vec<String>,
    /// Number of source files and documents by the license that their text names, without tests and copies of other projects.
    #[serde(default)]
    pub notices: ByName<u64>,
    /// Number of packages by license, of those whose license a lock file or manifest states.
    pub dependencies: ByName<u64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct License {
    pub path: String,
    /// SPDX identifier or expression; absent where the text is none that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spdx: Option<String>,
}

/// The report in words, by a model or put together from the figures.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Explanations {
    pub summary: String,
    pub overview: String,
    #[serde(rename = "risk_analysis")]
    pub risk_analysis: String,
    /// `openrouter`, `gemini`, `openai-compatible` or `fallback`: put together from the figures, without a model.
    pub provider: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// `low`, `medium` or `high`; of `fallback`: how much of the code could be read.
    pub confidence: String,
    #[serde(default)]
    pub chapters: Vec<Chapter>,
    /// The version of the prompt; absent where no model wrote the text.
    #[serde(default, rename = "promptVersion", skip_serializing_if = "Option::is_none")]
    pub prompt_version: Option<u32>,
    /// How many sentences of the model passed the check; absent where no model wrote the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentences: Option<SentenceCheck>,
}

/// Each number, path and name of a sentence has to occur in the facts that it names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SentenceCheck {
    /// Sentences that the model wrote.
    pub checked: u64,
    /// Those that passed; the others are not shown.
    pub kept: u64,
}

impl SentenceCheck {
    /// The sentence that is shown with every text of a model.
    #[must_use]
    pub fn words(&self) -> String {
        format!(
            "{} of {} sentences checked against the report's facts and kept.",
            self.kept, self.checked
        )
    }
}

/// A part of the explanations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chapter {
    pub title: String,
    /// Plain text; paragraphs and items of a list are lines.
    pub content: String,
}
