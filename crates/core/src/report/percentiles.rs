//! `percentiles`: the main figures among repositories of the same language and size.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Percentiles {
    /// Repositories compared with.
    pub sample: u64,
    /// Language of the group; absent where the sample of the language is too small and all languages are taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Lines of code of the group's repositories, from and to (absent: no bound).
    pub lines: [Option<u64>; 2],
    pub figures: Vec<PercentileFigure>,
}

#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PercentileFigure {
    pub name: String,
    pub value: f64,
    /// Percent of the sample with a lower value.
    pub percentile: f64,
    pub median: f64,
    /// As `more complex than 80 % of 23 Python projects of this size`.
    pub sentence: String,
}
