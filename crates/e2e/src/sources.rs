//! Files of the sources.

use std::path::{Path, PathBuf};

/// The folder of the sources.
#[must_use]
pub fn root() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    crates
        .and_then(Path::parent)
        .expect("this package is in ROOT/crates")
        .to_owned()
}

/// A file of the sources, by its path from their root.
///
/// # Panics
/// Where it cannot be read.
#[must_use]
pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("cannot read `{path}`: {error}"))
}
