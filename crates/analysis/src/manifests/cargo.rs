//! Cargo: `Cargo.toml`, and `Cargo.lock` of versions 1 to 4. The manifests of the members, and not the lock file,
//! have what is for development or for a build script only.

use std::collections::HashMap;

use repolens_core::report::DependencyKind;
use toml::{Table, Value};

use super::{LockRoot, Manifest, Requirement};

const LISTS: [(&str, DependencyKind); 3] = [
    ("dependencies", DependencyKind::Runtime),
    ("build-dependencies", DependencyKind::Build),
    ("dev-dependencies", DependencyKind::Dev),
];

pub(super) fn manifest(text: &str) -> Result<Manifest, String> {
    let root = text.parse::<Table>().map_err(|error| error.message().to_owned())?;
    let mut manifest = Manifest::of("cargo");
    let package = root.get("package").and_then(Value::as_table);
    let text_of = |key: &str| {
        package
            .and_then(|package| package.get(key))
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    (manifest.name, manifest.description, manifest.license) =
        (text_of("name"), text_of("description"), text_of("license"));
    let workspace = root.get("workspace").and_then(Value::as_table);
    for (name, value) in table(workspace.and_then(|workspace| workspace.get("dependencies"))) {
        let requirement = requirement(name, value, DependencyKind::Runtime);
        // A member uses the name in the table, which may differ from the package's.
        let described = match (&requirement.source, requirement.local) {
            (_, true) => "path:".to_owned(),
            (Some(source), _) => source.clone(),
            _ => requirement.version.clone(),
        };
        manifest.catalog.insert(name.clone(), described);
        if requirement.name != *name {
            manifest.properties.insert(name.clone(), requirement.name);
        }
    }
    manifest.spared = spared(&root);
    add_lists(&root, None, &mut manifest);
    for (target, lists) in table(root.get("target")) {
        if let Some(lists) = lists.as_table() {
            add_lists(lists, Some(target), &mut manifest);
        }
    }
    Ok(manifest)
}

/// Crates that a feature names or that are declared with features, which may be all that is wanted of them, and those that
/// other tools are asked to spare.
fn spared(root: &Table) -> Vec<String> {
    let features = table(root.get("features")).flat_map(|(_, list)| list.as_array().into_iter().flatten());
    let mut found: Vec<String> = features
        .filter_map(Value::as_str)
        .map(|text| {
            let name = text.strip_prefix("dep:").unwrap_or(text);
            name.split(['/', '?']).next().unwrap_or(name).to_owned()
        })
        .collect();
    let with_features = table(root.get("dependencies")).filter(|(_, value)| value.get("features").is_some());
    found.extend(with_features.map(|(name, _)| name.clone()));
    let metadata = root.get("package").and_then(|package| package.get("metadata"));
    let lists = [
        ("cargo-machete", "ignored"),
        ("cargo-shear", "ignored"),
        ("cargo-udeps", "ignore"),
    ];
    for (tool, key) in lists {
        let list = metadata.and_then(|metadata| metadata.get(tool)?.get(key));
        let names = list
            .map(|list| list.get("normal").unwrap_or(list))
            .and_then(Value::as_array);
        found.extend(names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    }
    found
}

fn add_lists(lists: &Table, target: Option<&str>, manifest: &mut Manifest) {
    for (list, kind) in LISTS {
        // The older spelling has an underline.
        let older = list.replace('-', "_");
        for (name, value) in table(lists.get(list).or_else(|| lists.get(&older))) {
            let mut requirement = requirement(name, value, kind);
            requirement.marker = target.map(str::to_owned);
            manifest.requirements.push(requirement);
        }
    }
}

fn table(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_table).into_iter().flatten()
}

fn requirement(name: &str, value: &Value, kind: DependencyKind) -> Requirement {
    let text_of = |key: &str| value.get(key).and_then(Value::as_str);
    let is_set = |key: &str| value.get(key).and_then(Value::as_bool) == Some(true);
    let version = value.as_str().or_else(|| text_of("version")).unwrap_or_default();
    let exact = version
        .strip_prefix('=')
        .map(str::trim)
        .filter(|version| !version.contains(','));
    let kind = if is_set("optional") && kind == DependencyKind::Runtime {
        DependencyKind::Optional
    } else {
        kind
    };
    let real = text_of("package");
    Requirement {
        resolved: exact.is_some(),
        alias: real.map(|_| name.to_owned()),
        source: text_of("git").map(|git| format!("git+{git}")),
        local: text_of("path").is_some(),
        inherits: is_set("workspace"),
        ..Requirement::wanted(real.unwrap_or(name), exact.unwrap_or(version), kind)
    }
}

pub(super) fn lock(text: &str) -> Result<Manifest, String> {
    let root = text.parse::<Table>().map_err(|error| error.message().to_owned())?;
    let mut manifest = Manifest::lock_of("cargo");
    let packages = root
        .get("package")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    // Version 1 has the package of the folder apart.
    let packages: Vec<&Value> = packages.iter().chain(root.get("root")).collect();
    let mut by_name: HashMap<&str, Vec<(&Value, usize)>> = HashMap::new();
    let mut own = HashMap::new();
    for (position, package) in packages.iter().enumerate() {
        let text_of = |key: &str| package.get(key).and_then(Value::as_str);
        let name = text_of("name").ok_or("a package has no name")?;
        let Some(source) = text_of("source") else { continue };
        let is_registry = source.starts_with("registry+") || source.starts_with("sparse+");
        let at = manifest.add(Requirement {
            source: (!is_registry).then(|| source.to_owned()),
            ..Requirement::locked(name, text_of("version").unwrap_or_default())
        });
        by_name.entry(name).or_default().push((package, at));
        own.insert(position, at);
    }
    for (position, package) in packages.iter().enumerate() {
        let wants = package
            .get("dependencies")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let targets: Vec<usize> = wants
            .filter_map(Value::as_str)
            .filter_map(|want| find(&by_name, want))
            .collect();
        match own.get(&position) {
            Some(&at) => manifest.edges.extend(targets.into_iter().map(|target| (at, target))),
            None => manifest.roots.push(LockRoot {
                folder: None,
                name: package.get("name").and_then(Value::as_str).map(str::to_owned),
                direct: targets
                    .into_iter()
                    .map(|target| (target, DependencyKind::Runtime))
                    .collect(),
            }),
        }
    }
    Ok(manifest)
}

/// The package that `name [version] [(source)]` is.
fn find(by_name: &HashMap<&str, Vec<(&Value, usize)>>, want: &str) -> Option<usize> {
    let mut words = want.split(' ');
    let named = by_name.get(words.next()?)?;
    let version = words.next();
    let source = words.next().map(|source| source.trim_matches(['(', ')']));
    let is = |package: &Value, key: &str, wanted: Option<&str>| {
        wanted.is_none_or(|wanted| package.get(key).and_then(Value::as_str) == Some(wanted))
    };
    let mut fitting = named.iter().filter(|(package, _)| is(package, "version", version));
    let exact = fitting.clone().find(|(package, _)| is(package, "source", source));
    exact.or_else(|| fitting.next()).map(|(_, at)| *at)
}
