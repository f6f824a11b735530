//! An import of `moduleGraph.edges`, as pages read it.

use std::borrow::Cow;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct ModuleImport<'a> {
    #[serde(borrow)]
    pub source: Cow<'a, str>,
    #[serde(borrow)]
    pub target: Cow<'a, str>,
    #[serde(borrow, default)]
    pub kind: Cow<'a, str>,
}

impl ModuleImport<'_> {
    /// Whether it is done when the file is loaded: not by a function that runs later, and not for types alone.
    pub fn at_load_time(&self) -> bool {
        matches!(self.kind.as_ref(), "static" | "reexport" | "")
    }
}
