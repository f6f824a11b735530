//! The report's section of the linked packages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use repolens_core::report::purl;
use repolens_core::report::{
    Dependencies, DependencyEdge, DependencyGraph, DependencyGroup, DependencyKind, DependencyNode,
    DependencyStatistics, LicenseClass, LicenseConflict, Package, SeveralVersions, Vulnerabilities, cap,
};

use super::link::{Key, PackageGraph, id};
use super::{MAX_EDGES, MAX_PACKAGES};
use crate::facts::Facts;
use crate::license::class;

const ROOT: &str = "root";
/// How large nodes are drawn: from, to, and the root.
const NODE_SIZES: (u64, u64, u64) = (4, 12, 16);
const MAX_LISTED: usize = 500;
const MAX_DIRECT: usize = 1_000;

/// The section, and whether a list was cut.
pub(super) fn build(graph: PackageGraph) -> (Dependencies, bool) {
    let PackageGraph {
        packages,
        edges,
        direct,
        mut roots,
        mut drift,
        ..
    } = graph;
    let mut packages: Vec<Package> = packages
        .into_iter()
        .map(|(key, linked)| {
            let version = Some(key.2.as_str()).filter(|version| linked.resolved && !version.is_empty());
            Package {
                purl: purl::of(&key.0, &key.1, version, linked.source.as_deref()),
                is_dev: linked.is_dev,
                direct: direct.contains(&key),
                kind: linked.kind.unwrap_or_default(),
                optional: linked.optional,
                manifest: linked.manifests.into_iter().next().unwrap_or_default(),
                resolved: linked.resolved,
                license_class: linked.license.as_deref().map(class::of),
                license: linked.license,
                source: linked.source,
                r#type: key.0,
                name: key.1,
                version: key.2,
            }
        })
        .collect();
    let statistics = DependencyStatistics {
        total: packages.len() as u64,
        direct: packages.iter().filter(|package| package.direct).count() as u64,
        dev: packages.iter().filter(|package| package.is_dev).count() as u64,
        transitive: packages.iter().filter(|package| !package.direct).count() as u64,
    };
    let mut several = several(&packages);
    let mut truncated = cap(&mut packages, MAX_PACKAGES);
    truncated |= cap(&mut several, MAX_LISTED);
    truncated |= cap(&mut drift.declared_not_locked, MAX_LISTED);
    truncated |= cap(&mut drift.locked_not_declared, MAX_LISTED);
    truncated |= cap(&mut roots, MAX_LISTED);
    for root in &mut roots {
        truncated |= cap(&mut root.direct, MAX_DIRECT);
    }
    let (drawn, cut) = draw(&packages, &edges, &direct);
    (
        Dependencies {
            count: statistics.total,
            packages,
            graph: drawn,
            statistics,
            roots,
            drift,
            several,
            vulnerabilities: Some(Vulnerabilities {
                reason: Some("the analysis has no network: `OSV_URL` of the worker turns the lookup on".to_owned()),
                ..Vulnerabilities::default()
            }),
            ..Dependencies::default()
        },
        truncated | cut,
    )
}

fn several(packages: &[Package]) -> Vec<SeveralVersions> {
    let mut versions: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for package in packages.iter().filter(|package| package.resolved) {
        let known = versions.entry((&package.r#type, &package.name)).or_default();
        known.insert(&package.version);
    }
    let several = versions.into_iter().filter(|(_, versions)| versions.len() > 1);
    several
        .map(|((kind, name), versions)| SeveralVersions {
            r#type: kind.to_owned(),
            name: name.to_owned(),
            versions: versions.into_iter().map(str::to_owned).collect(),
        })
        .collect()
}

fn draw(packages: &[Package], edges: &BTreeSet<(Key, Key)>, direct: &BTreeSet<Key>) -> (DependencyGraph, bool) {
    let key_of = |package: &Package| (package.r#type.clone(), package.name.clone(), package.version.clone());
    let mut nodes = vec![node(ROOT.to_owned(), ROOT, ROOT, DependencyGroup::Root)];
    nodes.extend(packages.iter().map(|package| {
        let group = match (package.direct, package.is_dev) {
            (false, _) => DependencyGroup::Transitive,
            (true, true) => DependencyGroup::Development,
            (true, false) => DependencyGroup::Direct,
        };
        DependencyNode {
            is_dev: package.is_dev,
            ..node(id(&key_of(package)), &package.name, &package.r#type, group)
        }
    }));
    let known: BTreeSet<_> = nodes.iter().map(|node| node.id.as_str()).collect();
    let from_root = direct.iter().map(|key| (ROOT.to_owned(), id(key)));
    let between = edges.iter().map(|(from, to)| (id(from), id(to)));
    let mut edges: Vec<_> = from_root
        .chain(between)
        .filter(|(source, target)| known.contains(source.as_str()) && known.contains(target.as_str()))
        .map(|(source, target)| DependencyEdge {
            from: source.clone(),
            to: target.clone(),
            source,
            target,
        })
        .collect();
    let cut = cap(&mut edges, MAX_EDGES);
    let mut degrees: HashMap<&str, u64> = HashMap::new();
    for end in edges.iter().flat_map(|edge| [&edge.source, &edge.target]) {
        *degrees.entry(end).or_default() += 1;
    }
    for node in nodes.iter_mut().filter(|node| node.group != DependencyGroup::Root) {
        let edges = degrees.get(node.id.as_str()).copied().unwrap_or(0);
        node.size = (NODE_SIZES.0 + edges).min(NODE_SIZES.1);
    }
    (DependencyGraph { nodes, edges }, cut)
}

fn node(id: String, name: &str, kind: &str, group: DependencyGroup) -> DependencyNode {
    let color = match group {
        DependencyGroup::Root => "#475569",
        DependencyGroup::Direct => "#2563eb",
        DependencyGroup::Development => "#d97706",
        DependencyGroup::Transitive => "#94a3b8",
    };
    DependencyNode {
        id,
        label: name.to_owned(),
        name: name.to_owned(),
        r#type: kind.to_owned(),
        is_dev: false,
        group,
        size: if group == DependencyGroup::Root {
            NODE_SIZES.2
        } else {
            NODE_SIZES.0
        },
        color: color.to_owned(),
    }
}

/// Licenses of dependencies that may not go with that of the repository.
pub(super) fn licenses(dependencies: &mut Dependencies, facts: &Facts) {
    let of_files = facts
        .files
        .iter()
        .filter(|file| !file.path.contains('/'))
        .filter_map(|file| file.license.as_deref());
    let of_manifests = facts
        .files
        .iter()
        .filter(|file| !file.path.contains('/'))
        .filter_map(|file| {
            file.manifest
                .as_deref()
                .and_then(|manifest| manifest.license.as_deref())
        });
    let own = of_files
        .chain(of_manifests)
        .find(|id| class::of(id) == LicenseClass::Permissive);
    let Some(own) = own else { return };
    let may_conflict = |package: &&Package| {
        !package.is_dev
            && package.kind != DependencyKind::Build
            && matches!(
                package.license_class,
                Some(
                    LicenseClass::StrongCopyleft
                        | LicenseClass::NetworkCopyleft
                        | LicenseClass::SourceAvailable
                        | LicenseClass::None
                )
            )
    };
    let conflicts = dependencies.packages.iter().filter(may_conflict).filter_map(|package| {
        let license = package.license.clone()?;
        let class = package.license_class?;
        Some(LicenseConflict {
            message: class::sentence(class, &package.name, &license, own),
            r#type: package.r#type.clone(),
            name: package.name.clone(),
            version: package.version.clone(),
            license,
            class,
        })
    });
    dependencies.license_conflicts = conflicts.take(MAX_LISTED).collect();
}
