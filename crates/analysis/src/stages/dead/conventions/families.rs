//! Frameworks and tools, with the files that they load by convention.

use super::Family;

mod pages;
mod servers;
mod tools;

/// All families. Adding one: a row of a table, and a case.
pub(super) fn all() -> impl Iterator<Item = &'static Family> {
    [pages::FAMILIES, servers::FAMILIES, tools::FAMILIES]
        .into_iter()
        .flatten()
}
