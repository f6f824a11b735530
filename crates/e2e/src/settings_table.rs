//! What an operator may set: the table of `docs/settings.md`, and the supervisor's own variables.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program;

/// A row of `docs/settings.md`.
#[derive(Debug, Clone)]
pub struct Setting {
    pub name: String,
    /// The default, where it is one literal value.
    pub default: Option<String>,
    pub api: bool,
    pub worker: bool,
    pub secret: bool,
}

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

/// The rows of `docs/settings.md`.
///
/// # Panics
/// Where the table is not as it is written.
#[must_use]
pub fn settings() -> Vec<Setting> {
    let document = read("docs/settings.md");
    let rows: Vec<Setting> = document
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.strip_prefix("| `")?.split('|').map(str::trim).collect();
            let (name, rest) = cells[0].split_once('`').expect("a name in backticks");
            let literal = cells[1].strip_prefix('`').and_then(|cell| cell.strip_suffix('`'));
            Some(Setting {
                name: name.to_owned(),
                default: literal.filter(|literal| !literal.contains('`')).map(str::to_owned),
                api: cells[2].contains("API"),
                worker: cells[2].contains("worker"),
                secret: rest.contains("secret"),
            })
        })
        .collect();
    assert!(rows.len() > 20, "the table of settings has been found: {rows:?}");
    rows
}

/// The variables of the supervisor's own flags, and those of its log, out of its `--help`.
///
/// # Panics
/// Where it does not answer.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the test asks the program itself")]
pub fn supervisor_variables() -> BTreeSet<String> {
    let help = Command::new(program("repolens-supervisor"))
        .arg("--help")
        .output()
        .expect("it starts");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    help.split("[env: ")
        .skip(1)
        .filter_map(|rest| rest.split(['=', ']']).next())
        .map(str::to_owned)
        .chain(help.contains("NO_SIGNS").then(|| "NO_SIGNS".to_owned()))
        .collect()
}
