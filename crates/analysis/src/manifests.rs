//! Manifests and lock files: what a project calls itself, and what it needs. One format is one file below, and one line in
//! [`FORMATS`].

use std::collections::BTreeMap;

use repolens_core::report::DependencyKind;

mod apple;
mod automation;
mod cargo;
mod composer;
mod go;
mod hex;
mod javascript;
mod jvm;
mod lists;
mod nuget;
mod pub_dev;
mod python;
mod ruby;
mod syntax;

use apple::{carthage, cocoapods, swift};
use automation::{dockerfile, nix, workflows};
use javascript::{bun, deno, npm, pnpm, yarn};
use jvm::{gradle, maven, sbt};
use lists::{conan, haskell, renv};
use ruby::{bundler, gemspec};

pub(crate) use jvm::maven::{SCOPE, scope_kind};
pub(crate) use nuget::VERSIONS;
pub(crate) use python::{SUPPORTED_PYTHON, markers};
pub use python::{setup_py, version as python_version};
pub(crate) use syntax::range::fits;

/// One manifest or lock file.
#[derive(Debug, Default, PartialEq)]
pub struct Manifest {
    /// The name of its format, as in the documents.
    pub format: &'static str,
    /// It pins exact versions.
    pub is_lock: bool,
    /// The package URL's type of what it names.
    pub ecosystem: &'static str,
    pub name: Option<String>,
    pub description: Option<String>,
    pub license: Option<String>,
    pub requirements: Vec<Requirement>,
    /// Of lock files: which requirement needs which, as indices into `requirements`.
    pub edges: Vec<(usize, usize)>,
    /// Of lock files: the projects whose dependencies it pins, where it names them.
    pub roots: Vec<LockRoot>,
    /// Of lock files: which requirement a request such as `name@^1.0`, or a name alone, resolves to, where the format has them.
    pub resolves: BTreeMap<String, usize>,
    /// Versions by name that manifests in and below this folder take over.
    pub catalog: BTreeMap<String, String>,
    /// Values of `${name}` in a version.
    pub properties: BTreeMap<String, String>,
    /// Paths of other manifests that it takes over from, relative to its folder.
    pub includes: Vec<String>,
    /// First words of the commands that the package's scripts run.
    pub commands: Vec<String>,
    /// It is a program, and a part of what it needs is computed or is under a condition.
    pub partial: bool,
    /// Names of requirements that serve without an import, such as by a feature of theirs.
    pub spared: Vec<String>,
    /// What starts the program or is its public face.
    pub entry_points: Vec<EntryPoint>,
}

/// A project whose dependencies a lock file pins.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct LockRoot {
    /// Relative to the lock file's folder; `None` where only the name is known.
    pub folder: Option<String>,
    pub name: Option<String>,
    /// Its direct dependencies, as indices into `requirements`.
    pub direct: Vec<(usize, DependencyKind)>,
}

/// One thing that others can ask a package for.
#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryPoint {
    /// What they ask for: `.` for the package itself, `./part`; empty for a program.
    pub name: String,
    /// The files that it may be, relative to the manifest's folder; often built ones. `*` matches any text.
    pub paths: Vec<String>,
    /// A script of the package runs it, and users of the package do not.
    pub script: bool,
}

/// One package that is required or locked.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Requirement {
    pub name: String,
    /// As written, or exact where `resolved`.
    pub version: String,
    /// Why the project needs it. In a lock file: [`DependencyKind::Dev`] or [`DependencyKind::Optional`] where it is marked so.
    pub kind: DependencyKind,
    /// Named by the project itself. In a lock file: where the format has it.
    pub direct: bool,
    pub resolved: bool,
    pub license: Option<String>,
    /// Where it is not that of the manifest.
    pub ecosystem: Option<&'static str>,
    /// Where it comes from, if not from the registry: `git+URL#COMMIT`, an address, or a path.
    pub source: Option<String>,
    /// The name that code imports it by, where it is not `name`.
    pub alias: Option<String>,
    /// The environments that it is for, as written.
    pub marker: Option<String>,
    /// A part of the same repository.
    pub local: bool,
    /// Its version is that of the nearest catalog above.
    pub inherits: bool,
}

impl Requirement {
    /// A direct dependency of a manifest.
    fn wanted(name: impl Into<String>, version: impl Into<String>, kind: DependencyKind) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            kind,
            direct: true,
            ..Self::default()
        }
    }

    /// A package of a lock file.
    fn locked(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            resolved: true,
            ..Self::default()
        }
    }

    #[must_use]
    pub fn is_dev(&self) -> bool {
        self.kind == DependencyKind::Dev
    }
}

impl Manifest {
    fn of(ecosystem: &'static str) -> Self {
        Self {
            ecosystem,
            ..Self::default()
        }
    }

    fn lock_of(ecosystem: &'static str) -> Self {
        Self {
            is_lock: true,
            ..Self::of(ecosystem)
        }
    }

    /// Adds a requirement and returns its index.
    fn add(&mut self, requirement: Requirement) -> usize {
        self.requirements.push(requirement);
        self.requirements.len() - 1
    }
}

type Parse = fn(&str) -> Result<Manifest, String>;

/// Packages that are read of one file.
pub const MAX_REQUIREMENTS: usize = 50_000;

/// Which files are read, by name: the format's name and its parser. Adding one: its parser, a line here, a case in
/// `tests/dependencies`.
const FORMATS: &[(&str, &str, Parse)] = &[
    ("package.json", "npm", npm::package_json),
    ("package-lock.json", "npm lock file", npm::package_lock),
    ("npm-shrinkwrap.json", "npm lock file", npm::package_lock),
    ("yarn.lock", "Yarn lock file", yarn::lock),
    ("pnpm-lock.yaml", "pnpm lock file", pnpm::lock),
    ("pnpm-workspace.yaml", "pnpm workspace", pnpm::workspace),
    ("bun.lock", "Bun lock file", bun::lock),
    ("bun.lockb", "Bun lock file", bun::binary_lock),
    ("deno.json", "Deno", deno::settings),
    ("deno.jsonc", "Deno", deno::settings),
    ("deno.lock", "Deno lock file", deno::lock),
    ("Cargo.toml", "Cargo", cargo::manifest),
    ("Cargo.lock", "Cargo lock file", cargo::lock),
    ("go.mod", "Go modules", go::module),
    ("go.sum", "Go checksums", go::sums),
    ("pyproject.toml", "pyproject", python::pyproject),
    ("setup.cfg", "setuptools", python::setup_cfg),
    ("setup.py", "setuptools", python::setup_script),
    ("Pipfile", "Pipenv", python::pipfile),
    ("Pipfile.lock", "Pipenv lock file", python::pipfile_lock),
    ("poetry.lock", "Poetry lock file", python::toml_lock),
    ("uv.lock", "uv lock file", python::toml_lock),
    ("pdm.lock", "PDM lock file", python::toml_lock),
    ("pylock.toml", "Python lock file", python::toml_lock),
    ("Gemfile", "Bundler", bundler::gemfile),
    ("gems.rb", "Bundler", bundler::gemfile),
    ("Gemfile.lock", "Bundler lock file", bundler::lock),
    ("Gemfile.next.lock", "Bundler lock file", bundler::lock),
    ("gems.locked", "Bundler lock file", bundler::lock),
    ("composer.json", "Composer", composer::manifest),
    ("composer.lock", "Composer lock file", composer::lock),
    ("packages.lock.json", "NuGet lock file", nuget::lock),
    ("packages.config", "NuGet", nuget::packages_config),
    ("Directory.Packages.props", "NuGet central versions", nuget::project),
    ("Directory.Build.props", "NuGet", nuget::project),
    ("pom.xml", "Maven", maven::pom),
    ("gradle.lockfile", "Gradle lock file", gradle::lockfile),
    (
        "buildscript-gradle.lockfile",
        "Gradle lock file",
        gradle::buildscript_lockfile,
    ),
    ("libs.versions.toml", "Gradle version catalog", gradle::catalog),
    ("build.gradle", "Gradle", gradle::build_script),
    ("build.gradle.kts", "Gradle", gradle::build_script),
    ("settings.gradle", "Gradle", gradle::build_script),
    ("settings.gradle.kts", "Gradle", gradle::build_script),
    ("Package.swift", "Swift package", swift::package),
    ("Package.resolved", "Swift lock file", swift::resolved),
    ("Podfile", "CocoaPods", cocoapods::podfile),
    ("Podfile.lock", "CocoaPods lock file", cocoapods::lock),
    ("pubspec.yaml", "pub", pub_dev::manifest),
    ("pubspec.lock", "pub lock file", pub_dev::lock),
    ("mix.exs", "Mix", hex::project),
    ("mix.lock", "Mix lock file", hex::lock),
    ("build.sbt.lock", "sbt lock file", sbt::lock),
    ("Cartfile.resolved", "Carthage lock file", carthage::resolved),
    ("flake.lock", "Nix lock file", nix::flake),
    ("renv.lock", "renv lock file", renv::lock),
    ("conan.lock", "Conan lock file", conan::lock),
    ("stack.yaml.lock", "Stack lock file", haskell::stack),
    ("cabal.project.freeze", "Cabal lock file", haskell::freeze),
    ("action.yml", "GitHub action", workflows::action),
    ("action.yaml", "GitHub action", workflows::action),
];

/// Whether the file at `path` is one.
#[must_use]
pub fn is_manifest(path: &str) -> bool {
    format(path).is_some()
}

/// Reads a manifest; `None` where the file is none.
#[must_use]
pub fn parse(path: &str, text: &[u8]) -> Option<Result<Manifest, String>> {
    let (name, parse) = format(path)?;
    let text = String::from_utf8_lossy(text);
    let parsed = parse(text.strip_prefix('\u{feff}').unwrap_or(&text));
    Some(match parsed {
        Ok(manifest) if manifest.requirements.len() > MAX_REQUIREMENTS => Err(format!(
            "it names {} packages: not read, the limit is {MAX_REQUIREMENTS}",
            manifest.requirements.len()
        )),
        Ok(manifest) => Ok(Manifest {
            format: name,
            ..manifest
        }),
        Err(error) => Err(format!("cannot be read as a manifest: {error}")),
    })
}

fn format(path: &str) -> Option<(&'static str, Parse)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if let Some((_, format, parse)) = FORMATS.iter().find(|(known, ..)| *known == name) {
        return Some((format, *parse));
    }
    let folder = path.rsplit('/').nth(1).unwrap_or_default();
    let is_requirements = name.ends_with(".txt") || name.ends_with(".in");
    if name.ends_with(".txt") && name.contains("constraints") {
        return Some(("pip constraints", python::constraints));
    }
    if is_requirements && (name.contains("requirements") || folder == "requirements") {
        return Some(("pip requirements", python::requirements_of(path)));
    }
    if name.starts_with("pylock.") && name.ends_with(".toml") {
        return Some(("Python lock file", python::toml_lock));
    }
    if name.ends_with(".versions.toml") && folder == "gradle" {
        return Some(("Gradle version catalog", gradle::catalog));
    }
    if [".csproj", ".fsproj", ".vbproj"]
        .iter()
        .any(|ending| name.ends_with(ending))
    {
        return Some(("NuGet", nuget::project));
    }
    if name.ends_with(".gemspec") {
        return Some(("gem specification", gemspec::specification));
    }
    // The build of an sbt project is a project of its own.
    if name.ends_with(".sbt") && name.len() > ".sbt".len() || folder == "project" && name == "Dependencies.scala" {
        return Some(("sbt", sbt::build));
    }
    if path.contains(".github/workflows/") && (name.ends_with(".yml") || name.ends_with(".yaml")) {
        return Some(("GitHub workflow", workflows::workflow));
    }
    let is_dockerfile = name == "Dockerfile"
        || name == "Containerfile"
        || name.starts_with("Dockerfile.")
        || name.ends_with(".Dockerfile")
        || name.ends_with(".dockerfile");
    is_dockerfile.then_some(("Dockerfile", dockerfile::images as Parse))
}
