//! `grades`: A to E for six aspects, each with the sum that it is made of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The input of `maintainability` that is the same for every project, so that it explains no grade: code that is
/// added to each.
pub const MIDDLING_PROJECT: &str = "middling_project";

#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Grades {
    pub overall: OverallGrade,
    pub maintainability: AspectGrade,
    pub security: AspectGrade,
    pub dependencies: AspectGrade,
    pub tests: AspectGrade,
    pub documentation: AspectGrade,
    pub change: AspectGrade,
    /// Minutes to remove what `maintainability` counts.
    pub debt_minutes: u64,
}

impl Grades {
    /// The six aspects with their names, in the order in which they are shown.
    #[must_use]
    pub fn aspects(&self) -> [(&'static str, &AspectGrade); 6] {
        [
            ("maintainability", &self.maintainability),
            ("security", &self.security),
            ("dependencies", &self.dependencies),
            ("tests", &self.tests),
            ("documentation", &self.documentation),
            ("change", &self.change),
        ]
    }
}

#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverallGrade {
    /// Absent where no aspect was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// 0 to 100, higher is better: the mean of the measured aspects by their shares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// One sentence.
    pub words: String,
}

/// One aspect.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AspectGrade {
    /// Absent where the aspect was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// In `unit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// `points`: 0 to 100, higher is better; `percent`: debt of the cost of the code, lower is better.
    pub unit: String,
    /// 0 to 100, higher is better, whatever the unit: what `overall` takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
    /// Share in `overall`, 0 to 1; 0 where the aspect was not measured. The shares of all aspects add up to 1.
    pub share: f64,
    pub inputs: Vec<GradeInput>,
    /// Why there is no grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_measured: Option<String>,
}

/// One term of the sum behind a grade.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GradeInput {
    pub name: String,
    /// The measured quantity, in words with its unit.
    pub description: String,
    pub value: f64,
    /// From (or to) this value the input costs something.
    pub threshold: f64,
    /// Its contribution to the aspect's value, in the aspect's unit.
    pub contribution: f64,
    /// Share of the aspect, 0 to 1.
    pub share: f64,
    /// The files behind it, worst first, at most 10.
    pub places: Vec<GradePlace>,
    /// Places in all.
    pub places_total: u64,
    /// Why this input takes no part; its share is 0 then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_measured: Option<String>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct GradePlace {
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Grade {
    A,
    B,
    C,
    D,
    E,
}

impl Grade {
    /// The grade of 0 to 100 points: A from 80, B from 60, C from 40, D from 20.
    #[must_use]
    pub fn of_points(points: f64) -> Self {
        match points {
            p if p >= 80.0 => Self::A,
            p if p >= 60.0 => Self::B,
            p if p >= 40.0 => Self::C,
            p if p >= 20.0 => Self::D,
            _ => Self::E,
        }
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::E => "E",
        }
    }
}
