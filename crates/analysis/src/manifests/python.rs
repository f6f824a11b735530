//! Python: requirements files, `pyproject.toml` (PEP 621, PEP 735 groups, Poetry), `setup.cfg`, `Pipfile`, and the lock files of
//! pipenv, Poetry, uv and PDM.

use repolens_core::report::DependencyKind;

use super::{EntryPoint, Manifest};

mod locks;
pub(crate) mod markers;
mod pyproject;
mod requirements;
mod setup;
pub mod version;

pub(super) use locks::{pipfile_lock, toml_lock};
pub(super) use pyproject::{pipfile, pyproject};
use requirements::pep508;
pub(super) use requirements::{constraints, requirements_of};
pub(super) use setup::setup_script;

fn manifest() -> Manifest {
    Manifest::of("pypi")
}

/// The property of the versions of Python that a project supports.
pub(crate) const SUPPORTED_PYTHON: &str = "requires-python";

impl Manifest {
    fn supports_python(&mut self, range: Option<&str>) {
        let range = range.filter(|range| !range.is_empty());
        self.properties
            .extend(range.map(|range| (SUPPORTED_PYTHON.to_owned(), range.to_owned())));
    }
}

/// For development only, or needed at run time.
fn kind(dev: bool) -> DependencyKind {
    if dev {
        DependencyKind::Dev
    } else {
        DependencyKind::Runtime
    }
}

/// Words in the names of extras, and of files and folders of requirements, that are for the work on the project itself.
const DEVELOPMENT: &[&str] = &[
    "bench",
    "benchmark",
    "benchmarking",
    "benchmarks",
    "build",
    "ci",
    "codespell",
    "cov",
    "coverage",
    "dev",
    "develop",
    "development",
    "doc",
    "docs",
    "documentation",
    "format",
    "lint",
    "linting",
    "mypy",
    "precommit",
    "profiling",
    "pytest",
    "qa",
    "release",
    "style",
    "test",
    "testing",
    "tests",
    "tox",
    "types",
    "typing",
];

/// Whether a name is one of those for the work on the project itself: `tests`, `requirements/typing`, `dev-extra`.
fn is_development(name: &str) -> bool {
    let lower = name.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.any(|word| DEVELOPMENT.contains(&word))
}

/// Names as the index compares them: lower case, one dash for any run of `-`, `_`, `.`.
fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        let c = if matches!(c, '_' | '.') {
            '-'
        } else {
            c.to_ascii_lowercase()
        };
        if c != '-' || !normal.ends_with('-') {
            normal.push(c);
        }
    }
    normal
}

/// The files that `package.module:function [extra]` may be.
fn entry_point(text: &str) -> Option<EntryPoint> {
    let module = text.split([':', '[']).next().unwrap_or_default().trim();
    let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    module.split('.').all(is_name).then(|| {
        let path = module.replace('.', "/");
        let roots = ["", "src/", "lib/"];
        EntryPoint {
            paths: roots
                .iter()
                .flat_map(|root| [format!("{root}{path}.py"), format!("{root}{path}/__init__.py")])
                .collect(),
            ..EntryPoint::default()
        }
    })
}

/// The entry points in a `setup.py`: each string `name = module:function`. Nothing of it is run, so what it puts together is
/// not known.
#[must_use]
pub fn setup_py(text: &str) -> Vec<EntryPoint> {
    let strings = text.split(['"', '\'', '\n']);
    let pairs = strings.filter_map(|line| line.split_once('='));
    let is_command = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    let commands = pairs.filter(|(name, target)| is_command(name.trim()) && target.contains(':'));
    commands.filter_map(|(_, target)| entry_point(target)).collect()
}

pub(super) fn setup_cfg(text: &str) -> Result<Manifest, String> {
    let mut found = manifest();
    let (mut section, mut key) = (String::new(), String::new());
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            (section, key) = (name.to_owned(), String::new());
            continue;
        }
        let mut value = trimmed;
        if !line.starts_with([' ', '\t']) {
            let Some((name, rest)) = trimmed.split_once('=') else {
                continue;
            };
            (key, value) = (name.trim().to_owned(), rest.trim());
        }
        match (section.as_str(), key.as_str()) {
            ("metadata", "name") => found.name = Some(value.to_owned()),
            ("metadata", "description") => found.description = Some(value.to_owned()),
            ("metadata", "license") => found.license = Some(value.to_owned()),
            ("options", "python_requires") => found.supports_python(Some(value)),
            ("options", "install_requires") => found.requirements.extend(pep508(value, false)),
            ("options", "tests_require" | "setup_requires") => found.requirements.extend(pep508(value, true)),
            ("options.entry_points", _) => {
                let target = value.split_once('=').map(|(_, target)| target);
                found.entry_points.extend(target.and_then(entry_point));
            }
            ("options.extras_require", extra) => {
                let requirement = pep508(value, is_development(extra));
                found.requirements.extend(requirement.map(|mut requirement| {
                    if requirement.kind != DependencyKind::Dev {
                        requirement.kind = DependencyKind::Optional;
                    }
                    requirement
                }));
            }
            _ => {}
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::requirements::requirements;
    use super::*;
    use crate::manifests::Requirement;

    fn list(manifest: &Manifest) -> Vec<String> {
        let dev = |r: &Requirement| if r.is_dev() { " dev" } else { "" };
        manifest
            .requirements
            .iter()
            .map(|r| format!("{} {}{}", r.name, r.version, dev(r)))
            .collect()
    }

    #[test]
    fn requirements_files() {
        let text = "# c\nFlask_X[async]==2.0 # pinned\nb >= 1.0, <2 ; python_version < '3'\n-r other.txt\n./local\nc @ git+x\nd==1.0 --hash=sha256:0\ne\n";
        assert_eq!(
            list(&requirements(text, false)),
            ["flask-x 2.0", "b >=1.0,<2", "c ", "d 1.0", "e "]
        );
    }

    #[test]
    fn pyproject_in_both_dialects() {
        let text = "[project]\nname='a'\ndependencies=['x>1','y==2']\n[project.optional-dependencies]\ns=['z']\n[dependency-groups]\ndev=['t']\n";
        assert_eq!(list(&pyproject(text).expect("valid")), ["x >1", "y 2", "z ", "t  dev"]);
        let text = "[tool.poetry]\nname='a'\n[tool.poetry.dependencies]\npython='3'\nx='^1'\n[tool.poetry.group.dev.dependencies]\ny={version='2'}\n";
        assert_eq!(list(&pyproject(text).expect("valid")), ["x ^1", "y 2 dev"]);
        assert!(pyproject("[").is_err());
    }

    #[test]
    fn entry_points() {
        let first = |points: &[EntryPoint]| points.iter().map(|point| point.paths[0].clone()).collect::<Vec<_>>();
        let text = "[project.scripts]\na='pkg.cli:main'\n[project.gui-scripts]\nb='gui'\n[project.entry-points.'x.y']\nc='pkg.plug:P [extra]'\n\
                    [tool.poetry.scripts]\nd={reference='tool.d:run',type='console'}\n";
        let found = pyproject(text).expect("valid").entry_points;
        assert_eq!(first(&found), ["pkg/cli.py", "gui.py", "tool/d.py", "pkg/plug.py"]);
        let found = setup_cfg("[options.entry_points]\nconsole_scripts =\n    a = pkg.cli:main\n").expect("valid");
        assert_eq!(first(&found.entry_points), ["pkg/cli.py"]);
        let text = "setup(entry_points={'console_scripts': ['a-b = pkg.cli:main', \"c=d.e:f\"]}, url='https://x.y', x=lambda: 1)\n";
        assert_eq!(first(&setup_py(text)), ["pkg/cli.py", "d/e.py"]);
    }

    #[test]
    fn others() {
        let text = "[metadata]\nname = a\n[options]\ninstall_requires =\n    x>=1\n    y\n[options.extras_require]\ntests = z\n";
        assert_eq!(list(&setup_cfg(text).expect("valid")), ["x >=1", "y ", "z  dev"]);
        assert_eq!(
            list(&pipfile("[packages]\nx='*'\n[dev-packages]\ny='==1'\n").expect("valid")),
            ["y 1 dev", "x *"]
        );
        let lock = toml_lock(
            "[[package]]\nname='a'\nversion='1'\n[package.dependencies]\nB='>1'\n[[package]]\nname='b'\nversion='2'\n",
        )
        .expect("valid");
        assert_eq!(
            (list(&lock), lock.edges),
            (vec!["a 1".into(), "b 2".into()], vec![(0, 1)])
        );
    }
}
