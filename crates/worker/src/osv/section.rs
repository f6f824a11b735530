//! `dependencies.vulnerabilities` of what was found.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use repolens_core::report::{
    Dependencies, KnownVulnerabilities, KnownVulnerability, LookupState, NotLookedAt, Package, ScorecardCheck,
    Security, Upgrade, Vulnerabilities, Vulnerability, cap,
};
use repolens_core::text::timestamp;

use super::record::Record;
use super::{OsvMatches, OsvPackage, state, version, without_lookup};

const MAX_LISTED: usize = 1_000;
const MAX_UPGRADES: usize = 100;
/// Characters of a summary.
const MAX_SUMMARY: usize = 200;

pub(super) fn build(dependencies: &Dependencies, wanted: &[(OsvPackage, usize)], found: OsvMatches) -> Vulnerabilities {
    let graph = Graph::of(dependencies);
    let mut list: Vec<(Vulnerability, usize)> = Vec::new();
    for (package, at) in wanted {
        let Some(places) = found.hits.get(package) else {
            continue;
        };
        let records: Vec<&Record> = places.iter().map(|place| found.records[*place].as_ref()).collect();
        for group in merged(&records) {
            if let Some(vulnerability) = graph.vulnerability(&dependencies.packages[*at], *at, package, &group) {
                list.push((vulnerability, *at));
            }
        }
    }
    list.sort_by(|(a, _), (b, _)| {
        let rank = |one: &Vulnerability| (one.is_dev, std::cmp::Reverse(one.severity));
        rank(a)
            .cmp(&rank(b))
            .then_with(|| b.score.unwrap_or(0.0).total_cmp(&a.score.unwrap_or(0.0)))
            .then_with(|| (&a.r#type, &a.name, &a.version, &a.id).cmp(&(&b.r#type, &b.name, &b.version, &b.id)))
    });
    let mut upgrades = graph.upgrades(&list);
    cap(&mut upgrades, MAX_UPGRADES);
    let truncated = dependencies
        .truncated
        .then(|| "the report does not list all packages".to_owned());
    let unread = (!dependencies.unread.is_empty()).then(|| "a manifest or lock file could not be read".to_owned());
    let reason = found.problem.or(truncated).or(unread);
    let state = state(reason.as_ref(), found.complete);
    let is_known = state != LookupState::NotChecked;
    let total = list.len() as u64;
    let mut list: Vec<Vulnerability> = list.into_iter().map(|(vulnerability, _)| vulnerability).collect();
    cap(&mut list, MAX_LISTED);
    Vulnerabilities {
        state,
        reason,
        database_date: is_known.then(|| found.date.unwrap_or_else(|| timestamp::format(chrono::Utc::now()))),
        packages: is_known.then_some(found.complete),
        without_lookup: is_known.then(|| without_lookup(&dependencies.packages, wanted.len())),
        list: is_known.then_some(list),
        total: is_known.then_some(total),
        upgrades,
    }
}

/// Records a search in the section on security: what was searched leaves the list of omissions.
pub(super) fn record(security: &mut Security, section: &Vulnerabilities) {
    security.vulnerabilities = Some(known(section));
    let is_entry = |entry: &NotLookedAt| entry.what == NotLookedAt::KNOWN_VULNERABILITIES;
    match section.state {
        LookupState::NotChecked => {}
        LookupState::Incomplete => {
            for entry in security.not_looked_at.iter_mut().filter(|entry| is_entry(entry)) {
                "only some of the packages were checked".clone_into(&mut entry.reason);
            }
        }
        LookupState::Complete => {
            security.not_looked_at.retain(|entry| !is_entry(entry));
            let checks = security.scorecard.iter_mut();
            for check in checks.filter(|check| check.check == ScorecardCheck::VULNERABILITIES) {
                measure(check, section);
            }
        }
    }
}

/// Scorecard's arithmetic: ten points, less one for each vulnerability.
fn measure(check: &mut ScorecardCheck, section: &Vulnerabilities) {
    let ids: BTreeSet<&str> = section.list.iter().flatten().map(|one| one.id.as_str()).collect();
    check.score = Some(10_usize.saturating_sub(ids.len()) as f64);
    check.reason = match ids.len() {
        0 => "no known vulnerabilities".to_owned(),
        1 => "1 known vulnerability".to_owned(),
        count => format!("{count} known vulnerabilities"),
    };
    check.remedy = (!ids.is_empty()).then(|| "Upgrade the packages that have a fixed version".to_owned());
}

fn known(section: &Vulnerabilities) -> KnownVulnerabilities {
    let list = section.list.as_deref().unwrap_or_default();
    let entry = |one: &Vulnerability| KnownVulnerability {
        id: one.id.clone(),
        package: one.name.clone(),
        version: one.version.clone(),
        severity: format!("{:?}", one.severity).to_lowercase(),
        summary: one.summary.clone(),
        fixed: one.fixed.clone(),
    };
    KnownVulnerabilities {
        looked_up: section.state == LookupState::Complete || !list.is_empty(),
        database_date: section.database_date.clone(),
        list: list.iter().map(entry).collect(),
    }
}

/// Records of the same vulnerability: those that name each other, also by a third one.
fn merged<'r>(records: &[&'r Record]) -> Vec<Vec<&'r Record>> {
    let mut groups: Vec<(BTreeSet<&str>, Vec<&Record>)> = Vec::new();
    for record in records.iter().filter(|record| record.withdrawn.is_none()) {
        let mut ids: BTreeSet<&str> = record.aliases.iter().map(String::as_str).collect();
        ids.insert(&record.id);
        let mut members = vec![*record];
        let (same, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|(known, _)| !known.is_disjoint(&ids));
        groups = others;
        for (known, of_group) in same {
            ids.extend(known);
            members.extend(of_group);
        }
        groups.push((ids, members));
    }
    groups.into_iter().map(|(_, members)| members).collect()
}

/// How well known a database's id is.
fn rank(id: &str) -> (usize, &str) {
    let order = ["GHSA-", "CVE-", "PYSEC-", "RUSTSEC-", "GO-"];
    (
        order
            .iter()
            .position(|start| id.starts_with(start))
            .unwrap_or(order.len()),
        id,
    )
}

/// The lowest version that has the fix. The server's answer is that the records affect the version; the fix is in the range
/// that holds it.
fn first_fix(records: &[&Record], named: &OsvPackage) -> Option<String> {
    let hits = records
        .iter()
        .filter_map(|record| record.affects(named.ecosystem, &named.name, &named.version));
    hits.filter_map(|hit| hit.fixed)
        .min_by(|a, b| version::compare(named.ecosystem, a, b).unwrap_or(std::cmp::Ordering::Equal))
}

/// The summary of the record with this id, or of the first that has one.
fn summary(records: &[&Record], id: &str) -> String {
    let mut with_summary = records.iter().filter(|record| !record.summary.is_empty());
    let first = with_summary.clone().next();
    let record = with_summary.find(|record| record.id == id).or(first);
    record.map_or(String::new(), |record| {
        record.summary.chars().take(MAX_SUMMARY).collect()
    })
}

/// The graph of the report, with packages in place of ids.
struct Graph<'d> {
    dependencies: &'d Dependencies,
    /// By package: what needs it.
    needed_by: Vec<Vec<usize>>,
    /// Declared packages that no file imports.
    never_imported: BTreeSet<(&'d str, &'d str)>,
}

impl<'d> Graph<'d> {
    fn of(dependencies: &'d Dependencies) -> Self {
        let packages = &dependencies.packages;
        let ids: Vec<String> = packages
            .iter()
            .map(|package| format!("{}:{}@{}", package.r#type, package.name, package.version))
            .collect();
        let places: HashMap<&str, usize> = ids.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
        let mut needed_by = vec![Vec::new(); packages.len()];
        for edge in &dependencies.graph.edges {
            if let (Some(&source), Some(&target)) = (places.get(edge.source.as_str()), places.get(edge.target.as_str()))
            {
                needed_by[target].push(source);
            }
        }
        let never = &dependencies.usage.never_imported;
        Self {
            dependencies,
            needed_by,
            never_imported: never
                .iter()
                .map(|package| (package.r#type.as_str(), package.name.as_str()))
                .collect(),
        }
    }

    /// The direct dependencies that lead to a package, and the shortest path from one of them.
    fn ways(&self, at: usize) -> (Vec<usize>, Vec<usize>) {
        let mut next: HashMap<usize, Option<usize>> = HashMap::from([(at, None)]);
        let mut open = VecDeque::from([at]);
        let (mut direct, mut path) = (Vec::new(), Vec::new());
        while let Some(one) = open.pop_front() {
            if self.dependencies.packages[one].direct {
                if direct.is_empty() {
                    let steps = std::iter::successors(Some(one), |step| next.get(step).copied().flatten());
                    path = steps.collect();
                }
                direct.push(one);
            }
            for &above in &self.needed_by[one] {
                next.entry(above).or_insert_with(|| {
                    open.push_back(above);
                    Some(one)
                });
            }
        }
        (direct, path)
    }

    fn vulnerability(
        &self,
        package: &Package,
        at: usize,
        named: &OsvPackage,
        records: &[&Record],
    ) -> Option<Vulnerability> {
        let mut ids: BTreeSet<&str> = records.iter().map(|record| record.id.as_str()).collect();
        let id = ids.iter().copied().min_by_key(|id| rank(id))?;
        ids.extend(records.iter().flat_map(|record| &record.aliases).map(String::as_str));
        let (severity, score) = records
            .iter()
            .map(|record| record.severity())
            .max_by(|a, b| a.0.cmp(&b.0).then(a.1.unwrap_or(0.0).total_cmp(&b.1.unwrap_or(0.0))))?;
        let (direct, path) = self.ways(at);
        // Of other ecosystems than npm, a package that is not on the list may not have been judged.
        let is_measured = self.dependencies.usage.measured.contains(&package.r#type);
        let is_unused = |at: &usize| {
            let package = &self.dependencies.packages[*at];
            self.never_imported
                .contains(&(package.r#type.as_str(), package.name.as_str()))
        };
        Some(Vulnerability {
            id: id.to_owned(),
            aliases: ids
                .into_iter()
                .filter(|other| *other != id)
                .map(str::to_owned)
                .collect(),
            summary: summary(records, id),
            r#type: package.r#type.clone(),
            name: package.name.clone(),
            version: package.version.clone(),
            purl: package.purl.clone(),
            severity,
            score,
            fixed: first_fix(records, named),
            path: path
                .iter()
                .map(|at| {
                    let package = &self.dependencies.packages[*at];
                    format!("{}@{}", package.name, package.version)
                })
                .collect(),
            manifest: package.manifest.clone(),
            is_dev: package.is_dev,
            never_imported: (is_measured && !direct.is_empty())
                .then(|| direct.iter().all(is_unused))
                .filter(|unused| *unused || package.r#type == "npm"),
        })
    }

    fn upgrades(&self, list: &[(Vulnerability, usize)]) -> Vec<Upgrade> {
        let mut by_direct: BTreeMap<usize, Upgrade> = BTreeMap::new();
        let mut ways: HashMap<usize, Vec<usize>> = HashMap::new();
        for (vulnerability, at) in list {
            // What a project names itself is upgraded there, whatever else leads to it.
            let only = match ways.entry(*at).or_insert_with(|| self.ways(*at).0).as_slice() {
                _ if self.dependencies.packages[*at].direct => *at,
                &[only] => only,
                _ => continue,
            };
            let package = &self.dependencies.packages[only];
            let upgrade = by_direct.entry(only).or_insert_with(|| Upgrade {
                r#type: package.r#type.clone(),
                name: package.name.clone(),
                version: package.version.clone(),
                manifest: package.manifest.clone(),
                ..Upgrade::default()
            });
            // Of its own vulnerabilities, the highest fix is what fixes them all; without one there is none.
            if only == *at {
                let Some(fixed) = &vulnerability.fixed else { continue };
                let ecosystem = super::name::of(package).map_or("npm", |named| named.ecosystem);
                let is_higher = upgrade
                    .to
                    .as_ref()
                    .is_none_or(|known| version::compare(ecosystem, known, fixed) == Some(std::cmp::Ordering::Less));
                if is_higher {
                    upgrade.to = Some(fixed.clone());
                }
            }
            upgrade.fixes += 1;
            upgrade.severity = upgrade.severity.max(vulnerability.severity);
        }
        let mut upgrades: Vec<Upgrade> = by_direct.into_values().filter(|upgrade| upgrade.fixes > 0).collect();
        let rank = |upgrade: &Upgrade| (std::cmp::Reverse(upgrade.fixes), std::cmp::Reverse(upgrade.severity));
        upgrades.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.name.cmp(&b.name)));
        upgrades
    }
}
