//! The contents of manifests and lock files: packages, versions, licenses, and the packages that each brings along.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use askama::Template;
use repolens_core::report::{Dependencies, Licenses, LookupState, Package, VulnerabilitySeverity};

use super::hotspots::Missing;
use super::{Brief, Tab, View};
use crate::pages::view::parts::{self, Pager};
use crate::pages::view::place::Place;
use crate::pages::read::{Measurement, Sections};
use crate::pages::view::text::{self, Html, filters};

pub const TAB: Tab = Tab {
    key: "dependencies",
    title: "Dependencies",
    sections: &["dependencies", "licences"],
    brief_sections: &["dependencies"],
    choices: &["type", "kind", "q", "sort", "page"],
    brief,
    render,
};

const ROWS: usize = 100;
/// Nodes of the tree that are drawn.
const TREE: usize = 150;
const DEEPEST: usize = 4;
/// The same where a name was searched for, and fewer packages lead to it.
const DEEPEST_SEARCHED: usize = 8;
/// Rows of each list beside the packages.
const LISTED: usize = 50;

fn brief(sections: &Sections, place: &Place) -> Option<Brief> {
    let dependencies = match sections.get::<Dependencies>("dependencies") {
        Measurement::Is(dependencies) => dependencies,
        Measurement::Not(reason) => return Some(Brief::not_measured(&reason)),
    };
    let figures = &dependencies.statistics;
    Some(Brief {
        count: Some(figures.total),
        summary: match figures.total {
            0 => Html("No manifest names a package".to_owned()),
            _ => Html(format!(
                "{} named, {} for development, {}; {}",
                text::number(figures.direct),
                text::number(figures.dev),
                if is_transitive_known(&dependencies) {
                    format!("{} that come with others", text::number(figures.transitive))
                } else {
                    "<span class=\"unmeasured\">those that come with others not known</span>".to_owned()
                },
                known_vulnerabilities(&dependencies)
            )),
        },
        worst: dependencies.packages.iter().find(|package| package.direct).map(|package| place.link(&package.manifest)),
        missing: false,
    })
}

/// Only a lock file has the packages that come with others.
fn is_transitive_known(dependencies: &Dependencies) -> bool {
    dependencies.statistics.transitive > 0 || dependencies.roots.iter().any(|root| root.lock_file.is_some())
}

/// How many vulnerabilities are known, or that they were not checked.
fn known_vulnerabilities(dependencies: &Dependencies) -> String {
    match dependencies.vulnerabilities.as_ref().map(|known| (known.state, known.total)) {
        Some((LookupState::Complete, Some(total))) => {
            text::counted(total, "known vulnerability", "known vulnerabilities")
        }
        Some((LookupState::Incomplete, Some(total))) => {
            let total = text::counted(total, "known vulnerability", "known vulnerabilities");
            format!("{total}; <span class=\"unmeasured\">not all packages were checked</span>")
        }
        _ => "<span class=\"unmeasured\">vulnerabilities not checked</span>".to_owned(),
    }
}

#[derive(Template)]
#[template(path = "report/dependencies.html")]
struct Page<'a> {
    view: &'a View<'a>,
    dependencies: &'a Dependencies,
    transitive_known: bool,
    types: Vec<(&'a str, usize)>,
    rows: Vec<&'a Package>,
    matching: usize,
    pager: Pager,
    /// Packages with several versions.
    several: Vec<(&'a str, Vec<&'a str>)>,
    licenses: Vec<(String, u64)>,
    unknown_licenses: usize,
    tree: Vec<Branch<'a>>,
    tree_cut: bool,
    /// The tree has only what leads to the packages that were searched for.
    is_searched: bool,
    unresolved: usize,
    /// From a project to each package that came with others.
    paths: HashMap<String, String>,
}

impl Page<'_> {
    fn path(&self, package: &Package) -> Option<&String> {
        self.paths.get(&id(package)).filter(|_| !package.direct)
    }

    fn severity(&self, severity: &VulnerabilitySeverity) -> Html {
        match severity {
            VulnerabilitySeverity::Critical => parts::severity("critical"),
            VulnerabilitySeverity::High => parts::severity("high"),
            VulnerabilitySeverity::Medium => parts::severity("medium"),
            VulnerabilitySeverity::Low => parts::severity("low"),
            VulnerabilitySeverity::Unknown => Html("<span class=\"unmeasured\">unknown</span>".to_owned()),
        }
    }
}

fn id(package: &Package) -> String {
    format!("{}:{}@{}", package.r#type, package.name, package.version)
}

/// The shortest path from a direct dependency to each package.
fn paths(dependencies: &Dependencies) -> HashMap<String, String> {
    let mut below: HashMap<&str, Vec<&str>> = HashMap::new();
    for edge in &dependencies.graph.edges {
        below.entry(&edge.source).or_default().push(&edge.target);
    }
    let mut found: HashMap<String, String> = HashMap::new();
    let mut open: VecDeque<(&str, String)> = VecDeque::from([("root", String::new())]);
    while let Some((node, path)) = open.pop_front() {
        for target in below.get(node).into_iter().flatten() {
            if found.contains_key(*target) {
                continue;
            }
            let label = target.split_once(':').map_or(*target, |(_, label)| label);
            let path = if path.is_empty() { label.to_owned() } else { format!("{path} › {label}") };
            found.insert((*target).to_owned(), path.clone());
            open.push_back((target, path));
        }
    }
    found
}

/// One line of the tree.
struct Branch<'a> {
    depth: usize,
    label: &'a str,
    again: bool,
}

fn render(view: &View<'_>) -> askama::Result<String> {
    let dependencies = match view.sections.get::<Dependencies>("dependencies") {
        Measurement::Is(dependencies) => dependencies,
        Measurement::Not(reason) => {
            return Missing {
                title: "Dependencies",
                reason: &reason,
                hint: "",
            }
            .render();
        }
    };
    let packages = &dependencies.packages;
    let found = chosen(view, packages);
    let matching = found.len();
    let pager = view.pager(TAB.key, matching, ROWS);
    let mut types: BTreeMap<&str, usize> = BTreeMap::new();
    for package in packages {
        *types.entry(&package.r#type).or_default() += 1;
    }
    let words = searched(view);
    let leading = words.as_ref().map(|words| leading_to(&dependencies, words));
    let (tree, tree_cut) = tree(&dependencies, leading.as_ref());
    Page {
        view,
        types: types.into_iter().collect(),
        rows: found[pager.range()].to_vec(),
        matching,
        pager,
        several: several(packages),
        licenses: licenses(view.sections.get("licences").get()),
        unknown_licenses: packages.iter().filter(|package| package.license.is_none()).count(),
        tree,
        tree_cut,
        is_searched: words.is_some(),
        unresolved: packages.iter().filter(|package| !package.resolved).count(),
        paths: paths(&dependencies),
        transitive_known: is_transitive_known(&dependencies),
        dependencies: &dependencies,
    }
    .render()
}

/// What the names of packages must contain.
fn searched(view: &View<'_>) -> Option<String> {
    view.query.get("q").map(str::to_lowercase).filter(|words| !words.is_empty())
}

/// The packages whose names have the words, and those that lead to them.
fn leading_to<'a>(dependencies: &'a Dependencies, words: &str) -> HashSet<&'a str> {
    let graph = &dependencies.graph;
    let mut above: HashMap<&str, Vec<&str>> = HashMap::new();
    for edge in &graph.edges {
        above.entry(&edge.target).or_default().push(&edge.source);
    }
    let is_meant = |package: &&Package| package.name.to_lowercase().contains(words);
    let meant: HashSet<String> = dependencies.packages.iter().filter(is_meant).map(id).collect();
    let nodes = graph.nodes.iter().map(|node| node.id.as_str());
    let mut open: Vec<&str> = nodes.filter(|id| meant.contains(*id)).collect();
    let mut leading = HashSet::new();
    while let Some(node) = open.pop() {
        if leading.insert(node) {
            open.extend(above.get(node).into_iter().flatten());
        }
    }
    leading
}

/// The packages that the choices of the address leave, in the order that it asks for.
fn chosen<'a>(view: &View<'_>, packages: &'a [Package]) -> Vec<&'a Package> {
    let words = searched(view);
    let is_chosen = |package: &Package| {
        let kind = match view.query.get("kind") {
            Some("direct") => package.direct && !package.is_dev,
            Some("development") => package.is_dev,
            Some("indirect") => !package.direct,
            _ => true,
        };
        let of_type = view.query.get("type").is_none_or(|wanted| package.r#type == wanted);
        kind && of_type && words.as_ref().is_none_or(|words| package.name.to_lowercase().contains(words))
    };
    let mut found: Vec<&Package> = packages.iter().filter(|package| is_chosen(package)).collect();
    match view.query.get("sort") {
        Some("license") => found.sort_by(|a, b| a.license.cmp(&b.license)),
        Some("manifest") => found.sort_by(|a, b| a.manifest.cmp(&b.manifest)),
        _ => found.sort_by_key(|package| (!package.direct, package.is_dev)),
    }
    found
}

/// The most frequent licenses of the packages.
fn licenses(section: Option<&Licenses>) -> Vec<(String, u64)> {
    let counts = section.into_iter().flat_map(|section| &section.dependencies);
    let mut licenses: Vec<(String, u64)> = counts.map(|(name, count)| (name.clone(), *count)).collect();
    licenses.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    licenses.truncate(30);
    licenses
}

fn several(packages: &[Package]) -> Vec<(&str, Vec<&str>)> {
    let mut versions: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for package in packages.iter().filter(|package| package.resolved) {
        let known = versions.entry((&package.r#type, &package.name)).or_default();
        if !known.contains(&package.version.as_str()) {
            known.push(&package.version);
        }
    }
    let mut several: Vec<(&str, Vec<&str>)> = versions
        .into_iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|((_, name), versions)| (name, versions))
        .collect();
    several.sort_by_key(|(_, versions)| std::cmp::Reverse(versions.len()));
    several.truncate(20);
    several
}

/// The tree of packages, from the root down, of those in `only`; a package that was shown before is not opened again.
fn tree<'a>(dependencies: &'a Dependencies, only: Option<&HashSet<&str>>) -> (Vec<Branch<'a>>, bool) {
    let graph = &dependencies.graph;
    let labels: HashMap<&str, &str> = graph.nodes.iter().map(|node| (node.id.as_str(), node.label.as_str())).collect();
    let mut below: HashMap<&str, Vec<&str>> = HashMap::new();
    let is_drawn = |id: &str| only.is_none_or(|only| only.contains(id));
    for edge in graph.edges.iter().filter(|edge| is_drawn(&edge.target)) {
        below.entry(&edge.source).or_default().push(&edge.target);
    }
    let deepest = if only.is_some() { DEEPEST_SEARCHED } else { DEEPEST };
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    let mut open: Vec<(&str, usize)> = below.get("root").into_iter().flatten().rev().map(|id| (*id, 0)).collect();
    while let Some((id, depth)) = open.pop() {
        if out.len() >= TREE {
            return (out, true);
        }
        let again = !seen.insert(id) && below.contains_key(id);
        out.push(Branch {
            depth,
            label: labels.get(id).copied().unwrap_or(id),
            again,
        });
        if !again && depth < deepest {
            open.extend(below.get(id).into_iter().flatten().rev().map(|id| (*id, depth + 1)));
        }
    }
    (out, false)
}
