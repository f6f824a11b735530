//! Lock files of ecosystems whose manifests are not read.

pub(super) mod conan;
pub(super) mod haskell;
pub(super) mod renv;
