//! Python: requirements files, `pyproject.toml` (PEP 621, PEP 735 groups, Poetry), `setup.cfg`, `Pipfile`, and the lock files of
//! pipenv, Poetry, uv and PDM.

use repolens_core::report::DependencyKind;
use toml::{Table, Value};

use super::{EntryPoint, Manifest, Requirement};

mod locks;
mod setup;

pub(super) use setup::setup_script;

pub(super) use locks::{pipfile_lock, toml_lock};

fn manifest() -> Manifest {
    Manifest::of("pypi")
}

/// For development only, or needed at run time.
fn kind(dev: bool) -> DependencyKind {
    if dev {
        DependencyKind::Dev
    } else {
        DependencyKind::Runtime
    }
}

/// A requirements file; one for tests, documentation or development by its name.
pub(super) fn requirements_of(name: &str) -> fn(&str) -> Result<Manifest, String> {
    let dev = ["dev", "test", "doc", "lint", "ci", "build"]
        .iter()
        .any(|word| name.contains(word));
    if dev {
        |text| Ok(requirements(text, true))
    } else {
        |text| Ok(requirements(text, false))
    }
}

fn requirements(text: &str, dev: bool) -> Manifest {
    let joined = text.replace("\\\n", " ").replace("\\\r\n", " ");
    let lines = joined
        .lines()
        .map(|line| line.split(" #").next().unwrap_or_default().trim());
    let mut found = manifest();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let option = line.split(['=', ' ']).next().unwrap_or_default();
        let value = line[option.len()..].trim_start_matches(['=', ' ']);
        match option {
            "-r" | "--requirement" => found.includes.push(value.to_owned()),
            // A constraint installs nothing: it sets the version of what another requirement installs.
            "-c" | "--constraint" => found.includes.push(format!("constraint:{value}")),
            "-e" | "--editable" => found.requirements.extend(address(value, dev)),
            option if option.starts_with('-') => {}
            _ if line.starts_with(['.', '/']) => {}
            _ => found
                .requirements
                .extend(pep508(line, dev).or_else(|| address(line, dev))),
        }
    }
    found
}

/// A file of constraints: exact versions for what others ask for.
pub(super) fn constraints(text: &str) -> Result<Manifest, String> {
    let read = requirements(text, false);
    let exact = read.requirements.into_iter().filter(|requirement| requirement.resolved);
    Ok(Manifest {
        catalog: exact
            .map(|requirement| (requirement.name, requirement.version))
            .collect(),
        includes: read.includes,
        ..manifest()
    })
}

/// `git+https://host/name@reference#egg=name`; the name is in the fragment, or the last part of the path.
fn address(text: &str, dev: bool) -> Option<Requirement> {
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    let path = address.split_once("://")?.1;
    let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg="));
    let last = path
        .split('@')
        .next()
        .unwrap_or(path)
        .trim_end_matches('/')
        .rsplit('/')
        .next()?;
    let name = egg.map_or(last.trim_end_matches(".git"), |egg| {
        egg.split('[').next().unwrap_or(egg)
    });
    (!name.is_empty()).then(|| Requirement {
        source: Some(address.to_owned()),
        ..Requirement::wanted(normal(name), "", kind(dev))
    })
}

/// `name[extra]>=1.0,<2; marker`, or `name @ address`.
fn pep508(text: &str, dev: bool) -> Option<Requirement> {
    let text = text.split(" --").next().unwrap_or_default();
    let (text, marker) = text
        .split_once(" ;")
        .or_else(|| text.split_once(';'))
        .unwrap_or((text, ""));
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = rest.trim();
    let rest = rest
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .map_or(rest, |(_, rest)| rest)
        .trim();
    let rest = rest
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or(rest);
    let known = rest.is_empty() || rest.starts_with(['=', '<', '>', '!', '~', '@']);
    if name.is_empty() || !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || !known {
        return None;
    }
    let exact = rest
        .strip_prefix("==")
        .map(|v| v.trim_start_matches('=').trim())
        .filter(|v| !v.contains([',', '*']));
    let source = rest.strip_prefix('@').map(|address| address.trim().to_owned());
    let version = exact.map_or_else(|| rest.split_whitespace().collect(), str::to_owned);
    Some(Requirement {
        resolved: exact.is_some(),
        marker: Some(marker.trim().to_owned()).filter(|marker| !marker.is_empty()),
        version: if source.is_some() { String::new() } else { version },
        source,
        ..Requirement::wanted(normal(name), "", kind(dev))
    })
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

fn toml_table(text: &str) -> Result<Table, String> {
    text.parse::<Table>().map_err(|error| error.message().to_owned())
}

pub(super) fn pyproject(text: &str) -> Result<Manifest, String> {
    let root = toml_table(text)?;
    let mut found = manifest();
    let empty = Table::new();
    let table = |value: Option<&Value>| value.and_then(Value::as_table).cloned().unwrap_or_default();
    let project = root.get("project").and_then(Value::as_table).unwrap_or(&empty);
    let tool = table(root.get("tool"));
    let poetry = table(tool.get("poetry"));
    let text_of = |key: &str| {
        project
            .get(key)
            .or(poetry.get(key))
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    (found.name, found.description) = (text_of("name"), text_of("description"));
    found.license = text_of("license").or_else(|| {
        project
            .get("license")
            .and_then(|license| license.get("text"))
            .and_then(Value::as_str)
            .map(str::to_owned)
    });
    strings(project.get("dependencies"), false, &mut found);
    let before = found.requirements.len();
    for list in table(project.get("optional-dependencies")).values() {
        strings(Some(list), false, &mut found);
    }
    for extra in &mut found.requirements[before..] {
        extra.kind = DependencyKind::Optional;
    }
    for list in table(root.get("dependency-groups")).values() {
        strings(Some(list), true, &mut found);
    }
    poetry_table(&table(poetry.get("dependencies")), false, &mut found);
    poetry_table(&table(poetry.get("dev-dependencies")), true, &mut found);
    for (name, group) in &table(poetry.get("group")) {
        let dev = !matches!(name.as_str(), "main" | "prod");
        poetry_table(&table(group.get("dependencies")), dev, &mut found);
    }
    strings(
        tool.get("uv").and_then(|uv| uv.get("dev-dependencies")),
        true,
        &mut found,
    );
    // PDM: lists by group. Hatch: a list of each environment.
    for list in table(tool.get("pdm").and_then(|pdm| pdm.get("dev-dependencies"))).values() {
        strings(Some(list), true, &mut found);
    }
    for environment in table(tool.get("hatch").and_then(|hatch| hatch.get("envs"))).values() {
        for key in ["dependencies", "extra-dependencies"] {
            strings(environment.get(key), true, &mut found);
        }
    }
    // A part of the same repository.
    let sources = table(tool.get("uv").and_then(|uv| uv.get("sources")));
    for requirement in &mut found.requirements {
        let source = sources
            .iter()
            .find(|(name, _)| normal(name) == requirement.name)
            .map(|(_, source)| source);
        let is_local = source.is_some_and(|source| source.get("workspace").is_some() || source.get("path").is_some());
        requirement.local |= is_local;
    }
    // A package of the main list is needed, whatever other list has it too.
    let mut seen: Vec<(String, DependencyKind)> = Vec::new();
    found.requirements.retain(|requirement| {
        let again = requirement.kind == DependencyKind::Dev
            && seen
                .iter()
                .any(|(name, kind)| *name == requirement.name && *kind != DependencyKind::Dev);
        seen.push((requirement.name.clone(), requirement.kind));
        !again
    });
    let plugins = table(project.get("entry-points"));
    let tables = ["scripts", "gui-scripts"].map(|key| table(project.get(key)));
    let tables = tables.into_iter().chain([table(poetry.get("scripts"))]);
    for commands in tables.chain(plugins.values().filter_map(Value::as_table).cloned()) {
        // Poetry has tables too: `name = { reference = "module:function" }`.
        let texts = commands.values().filter_map(|value| {
            value
                .as_str()
                .or_else(|| value.get("reference").and_then(Value::as_str))
        });
        found.entry_points.extend(texts.filter_map(entry_point));
    }
    Ok(found)
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

fn strings(list: Option<&Value>, dev: bool, found: &mut Manifest) {
    let items = list
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    found.requirements.extend(items.filter_map(|item| pep508(item, dev)));
}

/// Poetry's and pipenv's tables: `name = "^1.0"` or `name = { version = "…" }`.
fn poetry_table(table: &Table, dev: bool, found: &mut Manifest) {
    for (name, value) in table.iter().filter(|(name, _)| *name != "python") {
        let version = value
            .as_str()
            .or_else(|| value.get("version").and_then(Value::as_str))
            .unwrap_or("*");
        let exact = version
            .strip_prefix("==")
            .filter(|version| !version.contains([',', '*']));
        let is_optional = value.get("optional").and_then(Value::as_bool) == Some(true);
        let git = value.get("git").and_then(Value::as_str).map(|git| format!("git+{git}"));
        found.requirements.push(Requirement {
            resolved: exact.is_some(),
            local: value.get("path").is_some(),
            source: git,
            ..Requirement::wanted(
                normal(name),
                exact.unwrap_or(version),
                if is_optional && !dev {
                    DependencyKind::Optional
                } else {
                    kind(dev)
                },
            )
        });
    }
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
            ("options", "install_requires") => found.requirements.extend(pep508(value, false)),
            ("options", "tests_require" | "setup_requires") => found.requirements.extend(pep508(value, true)),
            ("options.entry_points", _) => {
                let target = value.split_once('=').map(|(_, target)| target);
                found.entry_points.extend(target.and_then(entry_point));
            }
            ("options.extras_require", _) => found.requirements.extend(pep508(value, true)),
            _ => {}
        }
    }
    Ok(found)
}

pub(super) fn pipfile(text: &str) -> Result<Manifest, String> {
    let root = toml_table(text)?;
    let mut found = manifest();
    for (key, dev) in [("packages", false), ("dev-packages", true)] {
        if let Some(table) = root.get(key).and_then(Value::as_table) {
            poetry_table(table, dev, &mut found);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ["x *", "y 1 dev"]
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
