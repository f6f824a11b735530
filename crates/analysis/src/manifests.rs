//! Manifests and lock files: what a project calls itself, and what it needs. One kind of manifest is one file below.

mod npm;
mod python;

pub use python::setup_py;

/// One manifest or lock file.
#[derive(Debug, Default, PartialEq)]
pub struct Manifest {
    /// It pins exact versions.
    pub is_lock: bool,
    /// The package URL's type of what it names.
    pub ecosystem: &'static str,
    pub name: Option<String>,
    pub description: Option<String>,
    pub licence: Option<String>,
    pub requirements: Vec<Requirement>,
    /// Of lock files: which requirement needs which, as indices into `requirements`.
    pub edges: Vec<(usize, usize)>,
    /// What starts the program or is its public face.
    pub entry_points: Vec<EntryPoint>,
}

/// One thing that others can ask a package for.
#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryPoint {
    /// What they ask for: `.` for the package itself, `./part`; empty for a program.
    pub name: String,
    /// The files that it may be, relative to the manifest's folder; often built ones. `*` may stand for any text.
    pub paths: Vec<String>,
    /// A script of the package runs it, and users of the package do not.
    pub script: bool,
}

/// One package that is asked for.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Requirement {
    pub name: String,
    /// As written, or exact where `resolved`.
    pub version: String,
    pub dev: bool,
    /// Named by the project itself. In a lock file: where it tells.
    pub direct: bool,
    pub resolved: bool,
    pub licence: Option<String>,
}

type Parse = fn(&str) -> Result<Manifest, String>;

/// Which files are read, by name. Adding one: its parser, a line here, a test.
const PARSERS: &[(&str, Parse)] = &[
    ("package.json", npm::package_json),
    ("package-lock.json", npm::package_lock),
    ("npm-shrinkwrap.json", npm::package_lock),
    ("pyproject.toml", python::pyproject),
    ("setup.cfg", python::setup_cfg),
    ("Pipfile", python::pipfile),
    ("Pipfile.lock", python::pipfile_lock),
    ("poetry.lock", python::toml_lock),
    ("uv.lock", python::toml_lock),
    ("pdm.lock", python::toml_lock),
];

/// Whether the file at `path` is one.
#[must_use]
pub fn is_manifest(path: &str) -> bool {
    parser(path).is_some()
}

/// Reads a manifest; `None` where the file is none.
#[must_use]
pub fn parse(path: &str, text: &[u8]) -> Option<Result<Manifest, String>> {
    let parse = parser(path)?;
    let text = String::from_utf8_lossy(text);
    Some(
        parse(text.strip_prefix('\u{feff}').unwrap_or(&text))
            .map_err(|error| format!("cannot be read as a manifest: {error}")),
    )
}

fn parser(path: &str) -> Option<Parse> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if let Some((_, parse)) = PARSERS.iter().find(|(known, _)| *known == name) {
        return Some(*parse);
    }
    let requirements = name.ends_with(".txt") && name.contains("requirements")
        || (name.ends_with(".txt") && path.rsplit('/').nth(1) == Some("requirements"));
    requirements.then_some(python::requirements_of(name))
}
