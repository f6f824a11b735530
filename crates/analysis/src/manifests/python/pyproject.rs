//! `pyproject.toml` (PEP 621, PEP 735 groups, Poetry, uv, PDM, Hatch), and the `Pipfile`, which has the same tables.

use repolens_core::report::DependencyKind;
use toml::{Table, Value};

use super::requirements::pep508;
use super::{entry_point, is_development, kind, manifest, normal};
use crate::manifests::{Manifest, Requirement};

pub(in crate::manifests) fn pyproject(text: &str) -> Result<Manifest, String> {
    let root = toml_table(text)?;
    let mut found = manifest();
    let project = table(root.get("project"));
    let tool = table(root.get("tool"));
    let poetry = table(tool.get("poetry"));
    describe(&project, &poetry, &mut found);
    let dynamic = project.get("dynamic").and_then(Value::as_array).into_iter().flatten();
    found.partial = dynamic
        .filter_map(Value::as_str)
        .any(|name| name == "dependencies" || name == "optional-dependencies");
    strings(project.get("dependencies"), false, &mut found);
    let before = found.requirements.len();
    for (name, list) in &table(project.get("optional-dependencies")) {
        strings(Some(list), is_development(name), &mut found);
    }
    let extras = found.requirements[before..].iter_mut();
    for extra in extras.filter(|extra| extra.kind != DependencyKind::Dev) {
        extra.kind = DependencyKind::Optional;
    }
    for list in table(root.get("dependency-groups")).values() {
        strings(Some(list), true, &mut found);
    }
    tool_lists(&tool, &poetry, &mut found);
    mark_local(&tool, &mut found);
    keep_needed(&mut found);
    let supported = project
        .get("requires-python")
        .or_else(|| poetry.get("dependencies")?.get("python"));
    found.supports_python(supported.and_then(Value::as_str));
    commands(&project, &poetry, &mut found);
    Ok(found)
}

fn table(value: Option<&Value>) -> Table {
    value.and_then(Value::as_table).cloned().unwrap_or_default()
}

/// Name, description and license.
fn describe(project: &Table, poetry: &Table, found: &mut Manifest) {
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
}

/// The lists of Poetry, uv, PDM and Hatch.
fn tool_lists(tool: &Table, poetry: &Table, found: &mut Manifest) {
    poetry_table(&table(poetry.get("dependencies")), false, found);
    poetry_table(&table(poetry.get("dev-dependencies")), true, found);
    for (name, group) in &table(poetry.get("group")) {
        let dev = !matches!(name.as_str(), "main" | "prod");
        poetry_table(&table(group.get("dependencies")), dev, found);
    }
    strings(tool.get("uv").and_then(|uv| uv.get("dev-dependencies")), true, found);
    // PDM: lists by group. Hatch: a list of each environment.
    for list in table(tool.get("pdm").and_then(|pdm| pdm.get("dev-dependencies"))).values() {
        strings(Some(list), true, found);
    }
    for environment in table(tool.get("hatch").and_then(|hatch| hatch.get("envs"))).values() {
        for key in ["dependencies", "extra-dependencies"] {
            strings(environment.get(key), true, found);
        }
    }
}

/// Marks the parts of the same repository.
fn mark_local(tool: &Table, found: &mut Manifest) {
    let sources = table(tool.get("uv").and_then(|uv| uv.get("sources")));
    for requirement in &mut found.requirements {
        let source = sources
            .iter()
            .find(|(name, _)| normal(name) == requirement.name)
            .map(|(_, source)| source);
        let is_local = source.is_some_and(|source| source.get("workspace").is_some() || source.get("path").is_some());
        requirement.local |= is_local;
    }
}

/// A package of the main list is needed, whatever other list has it too.
fn keep_needed(found: &mut Manifest) {
    let mut seen: Vec<(String, DependencyKind)> = Vec::new();
    found.requirements.retain(|requirement| {
        let again = requirement.kind == DependencyKind::Dev
            && seen
                .iter()
                .any(|(name, kind)| *name == requirement.name && *kind != DependencyKind::Dev);
        seen.push((requirement.name.clone(), requirement.kind));
        !again
    });
}

/// The entry points of commands and plug-ins.
fn commands(project: &Table, poetry: &Table, found: &mut Manifest) {
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
            marker: environment(value),
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

/// The environments that a requirement is for, as one marker: `markers`, Poetry's `python` and `platform`, and the variables that
/// Pipenv has as keys of their own.
fn environment(value: &Value) -> Option<String> {
    let parts = value
        .as_table()?
        .iter()
        .filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)));
    let parts: Vec<String> = parts
        .flat_map(|(key, text)| match key {
            "markers" => vec![format!("({text})")],
            "platform" => vec![format!("sys_platform == '{text}'")],
            "python" => text.split(',').map(python_clause).collect(),
            "os_name"
            | "sys_platform"
            | "platform_machine"
            | "platform_system"
            | "platform_python_implementation"
            | "python_version"
            | "python_full_version"
            | "implementation_name" => vec![format!("{key} {text}")],
            _ => Vec::new(),
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

/// A clause of a range of Python's versions as a marker; of Poetry's own ones the lower bound.
fn python_clause(clause: &str) -> String {
    let clause = clause.trim();
    let end = clause.find(|c| !"<>=!~^".contains(c)).unwrap_or(clause.len());
    let (operator, version) = clause.split_at(end);
    let operator = match operator {
        "^" | "~" => ">=",
        "" => "==",
        operator => operator,
    };
    let key = if version.matches('.').count() < 2 {
        "python_version"
    } else {
        "python_full_version"
    };
    format!("{key} {operator} '{}'", version.trim())
}

pub(in crate::manifests) fn pipfile(text: &str) -> Result<Manifest, String> {
    let root = toml_table(text)?;
    let mut found = manifest();
    // Every other table is a category of the project's own.
    for (key, value) in root
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "requires" | "scripts" | "pipenv"))
    {
        if let Some(table) = value.as_table() {
            poetry_table(table, key != "packages", &mut found);
        }
    }
    keep_needed(&mut found);
    Ok(found)
}

fn toml_table(text: &str) -> Result<Table, String> {
    text.parse::<Table>().map_err(|error| error.message().to_owned())
}
