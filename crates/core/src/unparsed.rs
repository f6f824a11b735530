//! Texts that another program may have written, each with the type that it is parsed into.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::repo_url::RefusedUrl;
use crate::scan::branch::InvalidBranch;
use crate::{BranchName, RepoUrl, UrlPolicy};

/// The text of a `T` as a row or a job of the queue has it. Both may be of the older system, so it becomes a `T` only by
/// `parse`, under the rules of the program that uses it.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unparsed<T>(String, #[serde(skip)] PhantomData<fn() -> T>);

impl<T> Unparsed<T> {
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into(), PhantomData)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Unparsed<RepoUrl> {
    /// # Errors
    /// As [`RepoUrl::parse`].
    pub fn parse(&self, policy: &UrlPolicy) -> Result<RepoUrl, RefusedUrl> {
        RepoUrl::parse(&self.0, policy)
    }
}

impl Unparsed<BranchName> {
    /// The branch of a row; `None` for an empty text, which is the remote's default branch.
    #[must_use]
    pub fn of_column(text: String) -> Option<Self> {
        Some(text).filter(|text| !text.is_empty()).map(Self::new)
    }

    /// # Errors
    /// As [`BranchName::parse`].
    pub fn parse(&self) -> Result<BranchName, InvalidBranch> {
        BranchName::parse(&self.0)
    }
}

impl From<RepoUrl> for Unparsed<RepoUrl> {
    fn from(url: RepoUrl) -> Self {
        Self::new(url.as_str())
    }
}

impl From<BranchName> for Unparsed<BranchName> {
    fn from(name: BranchName) -> Self {
        Self::new(name)
    }
}

impl<T> AsRef<str> for Unparsed<T> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<T> Clone for Unparsed<T> {
    fn clone(&self) -> Self {
        Self::new(self.0.as_str())
    }
}

impl<T> PartialEq for Unparsed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Unparsed<T> {}

impl<T> fmt::Debug for Unparsed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> fmt::Display for Unparsed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<T> schemars::JsonSchema for Unparsed<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}
