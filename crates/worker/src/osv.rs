//! Known vulnerabilities of the packages of a report, by an OSV server (`OSV_URL`) or an index of its data (`OSV_INDEX`).
//!
//! Runs in the worker, which has the network, after the analysis child, which has none. A failure costs the section
//! `dependencies.vulnerabilities` only: its state and reason name what was not checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use repolens_core::report::{Dependencies, LookupState, Package, Report, Security};
use serde_json::value::RawValue;
use tokio::time::Instant;

mod build;
mod client;
mod index;
mod name;
pub mod record;
mod section;
pub mod version;

pub use build::{Built, build};
pub use client::Osv;
pub use index::OsvIndex;

/// The source of known vulnerabilities.
#[derive(Debug)]
pub enum VulnerabilitySource {
    Server(Osv),
    /// The file of an index. It is opened for each report, so that a newer one is used without a restart.
    Index(PathBuf),
}

impl VulnerabilitySource {
    async fn find(&self, packages: &[OsvPackage], deadline: Instant) -> OsvMatches {
        match self {
            Self::Server(server) => server.find(packages, deadline).await,
            Self::Index(path) => {
                let (path, packages) = (path.clone(), packages.to_vec());
                let lookup = tokio::task::spawn_blocking(move || index::find(&path, &packages));
                match tokio::time::timeout_at(deadline, lookup).await {
                    Ok(Ok(found)) => found,
                    Ok(Err(error)) => OsvMatches::failed(error.to_string()),
                    Err(_) => OsvMatches::failed("the time for the lookup is over".to_owned()),
                }
            }
        }
    }
}

/// Time for all requests of one report.
const BUDGET: Duration = Duration::from_secs(90);

/// A package as OSV names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OsvPackage {
    pub ecosystem: &'static str,
    pub name: String,
    pub version: String,
}

/// The report with `dependencies.vulnerabilities` filled in; the report as it is where it has no such section.
pub async fn add_vulnerabilities(source: &VulnerabilitySource, report: Vec<u8>, deadline: Instant) -> Vec<u8> {
    match with_section(source, &report, deadline).await {
        Ok(Some(changed)) => changed,
        Ok(None) => report,
        Err(error) => {
            tracing::error!("vulnerabilities not added to the report: {error}");
            report
        }
    }
}

async fn with_section(
    source: &VulnerabilitySource,
    report: &[u8],
    deadline: Instant,
) -> Result<Option<Vec<u8>>, serde_json::Error> {
    let mut members: Members<'_> = serde_json::from_slice(report)?;
    let Some((_, raw)) = members.0.iter_mut().find(|(name, _)| name == "dependencies") else {
        return Ok(None);
    };
    let mut dependencies: Dependencies = serde_json::from_str(raw.get())?;
    let wanted = wanted(&dependencies);
    let packages = distinct(&wanted);
    let started = Instant::now();
    let found = source.find(&packages, deadline.min(started + BUDGET)).await;
    tracing::info!(
        packages = packages.len(),
        records = found.records.len(),
        complete = found.problem.is_none(),
        ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "vulnerabilities checked"
    );
    let section = section::build(&dependencies, &wanted, found);
    dependencies.vulnerabilities = Some(section.clone());
    *raw = std::borrow::Cow::Owned(serde_json::value::to_raw_value(&dependencies)?);
    if let Some((_, raw)) = members.0.iter_mut().find(|(name, _)| name == "security") {
        let mut security: Security = serde_json::from_str(raw.get())?;
        section::record(&mut security, &section);
        *raw = std::borrow::Cow::Owned(serde_json::value::to_raw_value(&security)?);
    }
    serde_json::to_vec(&members).map(Some)
}

/// Adds the vulnerabilities that an index has to a report.
pub fn add_from_index(path: &Path, report: &mut Report) {
    let Some(dependencies) = &mut report.dependencies else {
        return;
    };
    let wanted = wanted(dependencies);
    let found = index::find(path, &distinct(&wanted));
    let section = section::build(dependencies, &wanted, found);
    if let Some(security) = &mut report.security {
        section::record(security, &section);
    }
    dependencies.vulnerabilities = Some(section);
}

/// The packages that the source may know, with their places in the report.
fn wanted(dependencies: &Dependencies) -> Vec<(OsvPackage, usize)> {
    let packages = dependencies.packages.iter().enumerate();
    packages
        .filter_map(|(at, package)| Some((name::of(package)?, at)))
        .collect()
}

fn distinct(wanted: &[(OsvPackage, usize)]) -> Vec<OsvPackage> {
    let mut packages: Vec<OsvPackage> = wanted.iter().map(|(package, _)| package.clone()).collect();
    packages.sort();
    packages.dedup();
    packages
}

/// Packages that cannot be checked.
fn without_lookup(packages: &[Package], checked: usize) -> u64 {
    packages.len().saturating_sub(checked) as u64
}

/// The state of a lookup that ended with this problem.
fn state(problem: Option<&String>, checked: u64) -> LookupState {
    match problem {
        None => LookupState::Complete,
        Some(_) if checked == 0 => LookupState::NotChecked,
        Some(_) => LookupState::Incomplete,
    }
}

/// The members of a JSON object in their order, as text.
struct Members<'r>(Vec<(String, std::borrow::Cow<'r, RawValue>)>);

impl<'de: 'r, 'r> serde::Deserialize<'de> for Members<'r> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Vec<(String, std::borrow::Cow<'de, RawValue>)>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    members.push((name, std::borrow::Cow::Borrowed(value)));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Visitor).map(Members)
    }
}

impl serde::Serialize for Members<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value.as_ref())))
    }
}

/// What was found: records by package, and why something is missing.
#[derive(Debug, Default)]
pub struct OsvMatches {
    /// Places in `records` by package.
    pub hits: BTreeMap<OsvPackage, Vec<usize>>,
    pub records: Vec<std::sync::Arc<record::Record>>,
    /// Packages whose answer is complete.
    pub complete: u64,
    pub problem: Option<String>,
    /// The day of the data; `None`: today's.
    pub date: Option<String>,
}

impl OsvMatches {
    fn failed(problem: String) -> Self {
        Self {
            problem: Some(problem),
            ..Self::default()
        }
    }
}
