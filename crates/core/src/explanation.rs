//! Explanations that a language model writes: their targets, and the bodies of the worker endpoints.
//!
//! The API stores requests and texts; the key of a provider is in the worker alone. `docs/ai.md` has the whole way.

use serde::{Deserialize, Serialize};

use crate::report::Explanations;
use crate::{BranchName, RepoUrl, ScanId, Unparsed};

/// What is explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum ExplanationTarget {
    /// The whole report.
    Repository,
    /// One function of a file.
    Function {
        file: String,
        name: String,
    },
    File {
        file: String,
    },
    /// A group of files that import each other; named by one of them.
    Cycle {
        file: String,
    },
}

impl ExplanationTarget {
    /// The longest path or name.
    pub const LONGEST_NAME: usize = 1_000;

    /// The file whose source explains it.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Repository => None,
            Self::Function { file, .. } | Self::File { file } | Self::Cycle { file } => Some(file),
        }
    }

    /// The member with a path or name that is empty, too long or has control characters.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let is_bad = |text: &str| text.is_empty() || text.len() > Self::LONGEST_NAME || text.contains(char::is_control);
        match self {
            Self::Function { name, .. } if is_bad(name) => Some("/target/name"),
            target if target.file().is_some_and(is_bad) => Some("/target/file"),
            _ => None,
        }
    }

    /// As it is stored: the same target is the same text.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("names and paths always serialize")
    }
}

/// `POST /api/worker/explanations`: the worker of a scan asks for its text, before it delivers the report.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExplanationRequest {
    #[schemars(with = "String")]
    pub scan_id: ScanId,
}

/// `POST /api/worker/explanations/claim`, with a lease token in the header that the worker made.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExplanationClaim {
    pub worker_id: String,
    #[serde(default)]
    pub wait_ms: u64,
    /// How long the worker needs at most.
    pub lease_ms: u64,
}

/// A claimed explanation.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplanationJob {
    pub id: String,
    #[schemars(with = "String")]
    pub scan_id: ScanId,
    pub target: ExplanationTarget,
    /// The caller agrees that source code of the target is sent.
    pub with_source: bool,
    pub repo_url: Unparsed<RepoUrl>,
    pub branch: Option<Unparsed<BranchName>>,
    pub commit_sha: Option<String>,
    pub is_private: bool,
}

/// `PUT /api/worker/explanations/{id}`: what came of it.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExplanationResult {
    /// `None`: no provider wrote a text that passed the check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanations: Option<Explanations>,
    /// Why there is none: a code of `repolens-explain`, or `not-in-report`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    #[serde(default)]
    pub calls: Vec<ModelCall>,
}

/// One call of a model, for the metrics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModelCall {
    pub provider: String,
    /// `None`: it succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    #[serde(default)]
    pub prompt_tokens: u64,
    #[serde(default)]
    pub completion_tokens: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_bounded_and_stored_as_one_text() {
        let function = ExplanationTarget::Function {
            file: "a.py".into(),
            name: "f".into(),
        };
        assert_eq!(function.to_text(), r#"{"kind":"function","file":"a.py","name":"f"}"#);
        assert_eq!(function.fault(), None);
        let file = |file: &str| ExplanationTarget::File { file: file.into() };
        for name in ["", "a\nb", &"x".repeat(1_001)] {
            assert_eq!(file(name).fault(), Some("/target/file"), "{name}");
        }
        assert!(serde_json::from_str::<ExplanationTarget>(r#"{"kind":"file","file":"a","more":1}"#).is_err());
    }
}
