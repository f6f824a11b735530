//! Python: requirements files, `pyproject.toml` (PEP 621, PEP 735 groups, Poetry), `setup.cfg`, `Pipfile`, and the lock files of
//! pipenv, Poetry, uv and PDM.

use std::collections::HashMap;

use serde_json::Value as Json;
use toml::{Table, Value};

use super::{EntryPoint, Manifest, Requirement};

fn manifest() -> Manifest {
    Manifest {
        ecosystem: "pypi",
        ..Manifest::default()
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
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(['#', '-', '.', '/']));
    Manifest {
        requirements: lines.filter_map(|line| pep508(line, dev)).collect(),
        ..manifest()
    }
}

/// `name[extra]>=1.0,<2; marker`, or `name @ address`.
fn pep508(text: &str, dev: bool) -> Option<Requirement> {
    let text = text.split(" --").next().unwrap_or_default();
    let (text, _marker) = text.split_once(';').unwrap_or((text, ""));
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
    Some(Requirement {
        name: normal(name),
        version: exact.map_or_else(|| rest.split_whitespace().collect(), str::to_owned),
        dev,
        direct: true,
        resolved: exact.is_some(),
        licence: None,
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
    found.licence = text_of("license").or_else(|| {
        project
            .get("license")
            .and_then(|licence| licence.get("text"))
            .and_then(Value::as_str)
            .map(str::to_owned)
    });
    strings(project.get("dependencies"), false, &mut found);
    for list in table(project.get("optional-dependencies")).values() {
        strings(Some(list), false, &mut found);
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
        found.requirements.push(Requirement {
            name: normal(name),
            version: exact.unwrap_or(version).to_owned(),
            dev,
            direct: true,
            resolved: exact.is_some(),
            licence: None,
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
            ("metadata", "license") => found.licence = Some(value.to_owned()),
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

pub(super) fn pipfile_lock(text: &str) -> Result<Manifest, String> {
    let root: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut found = Manifest {
        is_lock: true,
        ..manifest()
    };
    for (key, dev) in [("default", false), ("develop", true)] {
        for (name, package) in root.get(key).and_then(Json::as_object).into_iter().flatten() {
            let version = package
                .get("version")
                .and_then(Json::as_str)
                .unwrap_or_default()
                .trim_start_matches("==");
            found.requirements.push(locked(name, version, dev));
        }
    }
    Ok(found)
}

fn locked(name: &str, version: &str, dev: bool) -> Requirement {
    Requirement {
        name: normal(name),
        version: version.to_owned(),
        dev,
        direct: false,
        resolved: true,
        licence: None,
    }
}

/// Poetry, uv and PDM: `[[package]]` with `dependencies` as a table, a list of tables, or a list of requirements.
pub(super) fn toml_lock(text: &str) -> Result<Manifest, String> {
    let root = toml_table(text)?;
    let mut found = Manifest {
        is_lock: true,
        ..manifest()
    };
    let packages = root
        .get("package")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let own = |package: &Value| {
        package
            .get("source")
            .is_some_and(|source| source.get("virtual").is_some() || source.get("editable").is_some())
    };
    let mut index = HashMap::new();
    for package in packages.iter().filter(|package| !own(package)) {
        let text_of = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
        let dev = text_of("category") == "dev"
            || package.get("groups").and_then(Value::as_array).is_some_and(|groups| {
                !groups.is_empty()
                    && groups
                        .iter()
                        .all(|group| !matches!(group.as_str(), Some("main" | "default")))
            });
        index.insert(normal(text_of("name")), found.requirements.len());
        found
            .requirements
            .push(locked(text_of("name"), text_of("version"), dev));
    }
    for package in &packages {
        let name = normal(package.get("name").and_then(Value::as_str).unwrap_or_default());
        let from = index.get(&name).copied().filter(|_| !own(package));
        let wanted: Vec<String> = match package.get("dependencies") {
            Some(Value::Table(table)) => table.keys().map(|name| normal(name)).collect(),
            Some(Value::Array(list)) => list
                .iter()
                .filter_map(|item| match item {
                    Value::String(text) => pep508(text, false).map(|requirement| requirement.name),
                    _ => item.get("name").and_then(Value::as_str).map(normal),
                })
                .collect(),
            _ => Vec::new(),
        };
        for target in wanted.iter().filter_map(|name| index.get(name).copied()) {
            match from {
                Some(from) => found.edges.push((from, target)),
                None => found.requirements[target].direct = true,
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(manifest: &Manifest) -> Vec<String> {
        let dev = |r: &Requirement| if r.dev { " dev" } else { "" };
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
            ["flask-x 2.0", "b >=1.0,<2", "c @git+x", "d 1.0", "e "]
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
