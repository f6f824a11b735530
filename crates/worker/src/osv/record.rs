//! Records of the OSV schema, and whether they affect a version.

use std::cmp::Ordering;

use repolens_core::report::VulnerabilitySeverity;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::version;

/// The parts of a record that are read; others are ignored.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Record {
    pub id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub modified: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub details: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub severity: Vec<OsvSeverity>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub affected: Vec<Affected>,
    #[serde(skip_serializing_if = "Value::is_null")]
    pub database_specific: Value,
}

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct OsvSeverity {
    pub r#type: String,
    pub score: String,
}

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Affected {
    #[serde(skip_serializing_if = "PackageName::is_empty")]
    pub package: PackageName,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<Range>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub severity: Vec<OsvSeverity>,
}

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct PackageName {
    pub name: String,
    pub ecosystem: String,
}

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Range {
    pub r#type: String,
    pub events: Vec<Event>,
}

/// One of the members is set.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Event {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduced: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_affected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
}

/// A version that a record affects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hit {
    /// The lowest version above it that a range names as fixed.
    pub fixed: Option<String>,
}

impl Record {
    /// Whether the record affects the version of a package.
    #[must_use]
    pub fn affects(&self, ecosystem: &str, name: &str, version: &str) -> Option<Hit> {
        if self.withdrawn.is_some() {
            return None;
        }
        let of_package = self.affected.iter().filter(|affected| {
            // A suffix such as `:12` is the release of a distribution.
            let of = affected.package.ecosystem.split(':').next().unwrap_or_default();
            of == ecosystem && same_name(ecosystem, &affected.package.name, name)
        });
        let mut hit: Option<Hit> = None;
        for affected in of_package {
            let is_listed = affected.versions.iter().any(|listed| {
                listed == version || version::compare(ecosystem, listed, version) == Some(Ordering::Equal)
            });
            let in_ranges: Vec<&Range> = affected.ranges_of(ecosystem, version).collect();
            if !is_listed && in_ranges.is_empty() {
                continue;
            }
            // A version that is only listed has the next fix of any range.
            let ranges = if in_ranges.is_empty() {
                affected.ranges.iter().collect()
            } else {
                in_ranges
            };
            let fixed = ranges
                .iter()
                .filter(|range| range.r#type != "GIT")
                .flat_map(|range| &range.events)
                .filter_map(|event| event.fixed.as_deref())
                .filter(|fixed| version::compare(ecosystem, fixed, version) == Some(Ordering::Greater))
                .min_by(|a, b| version::compare(ecosystem, a, b).unwrap_or(Ordering::Equal));
            let known = hit.get_or_insert_with(Hit::default);
            known.fixed = known.fixed.take().or_else(|| fixed.map(str::to_owned));
        }
        hit
    }

    /// Drops the text that is never shown.
    pub fn shorten(&mut self) {
        self.details = String::new();
    }

    /// The severity by the highest score of its vectors, else by the database's own word.
    #[must_use]
    pub fn severity(&self) -> (VulnerabilitySeverity, Option<f64>) {
        let vectors = self
            .severity
            .iter()
            .chain(self.affected.iter().flat_map(|affected| &affected.severity));
        let score = vectors
            .filter_map(|severity| score(&severity.score))
            .max_by(f64::total_cmp);
        let severity = match score {
            Some(score) if score >= 9.0 => VulnerabilitySeverity::Critical,
            Some(score) if score >= 7.0 => VulnerabilitySeverity::High,
            Some(score) if score >= 4.0 => VulnerabilitySeverity::Medium,
            Some(score) if score > 0.0 => VulnerabilitySeverity::Low,
            _ => match self
                .database_specific
                .get("severity")
                .and_then(Value::as_str)
                .unwrap_or_default()
            {
                "CRITICAL" => VulnerabilitySeverity::Critical,
                "HIGH" => VulnerabilitySeverity::High,
                "MODERATE" | "MEDIUM" => VulnerabilitySeverity::Medium,
                "LOW" => VulnerabilitySeverity::Low,
                _ => VulnerabilitySeverity::Unknown,
            },
        };
        (severity, score.filter(|score| *score > 0.0))
    }
}

/// The score of a CVSS vector of any version.
fn score(vector: &str) -> Option<f64> {
    vector.parse::<cvss::Cvss>().ok().map(|vector| vector.score())
}

impl PackageName {
    fn is_empty(&self) -> bool {
        self.name.is_empty()
    }
}

impl Affected {
    /// Whether a range includes the version.
    fn holds(&self, ecosystem: &str, version: &str) -> bool {
        self.ranges_of(ecosystem, version).next().is_some()
    }

    /// The ranges that hold a version.
    fn ranges_of<'a>(&'a self, ecosystem: &'a str, version: &'a str) -> impl Iterator<Item = &'a Range> {
        let holds = move |range: &&Range| range.r#type != "GIT" && range.holds(ecosystem, version);
        self.ranges.iter().filter(holds)
    }

    /// Drops what an answer does not need: commits, and versions that a range holds too.
    pub(super) fn shorten(&mut self, ecosystem: &str) {
        self.package = PackageName::default();
        self.ranges.retain(|range| range.r#type != "GIT");
        let versions = std::mem::take(&mut self.versions);
        let unheld = |version: &String| !self.holds(ecosystem, version);
        self.versions = versions.into_iter().filter(unheld).collect();
    }
}

fn same_name(ecosystem: &str, a: &str, b: &str) -> bool {
    a == b || comparable(ecosystem, a) == comparable(ecosystem, b)
}

/// A name as its ecosystem compares them.
pub(super) fn comparable(ecosystem: &str, name: &str) -> String {
    match ecosystem {
        "PyPI" => {
            let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
            parts.collect::<Vec<_>>().join("-").to_ascii_lowercase()
        }
        "NuGet" | "Packagist" => name.to_ascii_lowercase(),
        _ => name.to_owned(),
    }
}

impl Range {
    /// Whether the version is between an `introduced` event and its end.
    fn holds(&self, ecosystem: &str, version: &str) -> bool {
        // Ranges of type SEMVER are compared as semantic versions, whatever the ecosystem.
        let order = if self.r#type == "SEMVER" { "npm" } else { ecosystem };
        let compare = |text: &str| match text {
            "0" => Some(Ordering::Less),
            text => version::compare(order, text, version),
        };
        let mut events: Vec<(&str, u8)> = Vec::new();
        for event in &self.events {
            let all = [
                (&event.introduced, 0),
                (&event.fixed, 1),
                (&event.last_affected, 2),
                (&event.limit, 3),
            ];
            let set = all
                .into_iter()
                .filter_map(|(text, kind)| Some((text.as_deref()?, kind)));
            // What is no version has no place in the order.
            events.extend(set.filter(|(text, _)| compare(text).is_some()));
        }
        if version::compare(order, version, version).is_none() {
            return false;
        }
        let of = |text: &str, other: &str| match (text, other) {
            ("0", "0") => Ordering::Equal,
            ("0", _) => Ordering::Less,
            (_, "0") => Ordering::Greater,
            _ => version::compare(order, text, other).unwrap_or(Ordering::Equal),
        };
        events.sort_by(|a, b| of(a.0, b.0).then(a.1.cmp(&b.1)));
        let mut is_affected = false;
        for (text, kind) in events {
            match (kind, compare(text)) {
                (0, Some(Ordering::Less | Ordering::Equal)) => is_affected = true,
                (1 | 3, Some(Ordering::Less | Ordering::Equal)) | (2, Some(Ordering::Less)) => is_affected = false,
                _ => {}
            }
        }
        is_affected
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Records and versions, a line each: ecosystem, ranges (`;` between them), listed versions, and versions with `no`, `yes`
    /// or the version that fixes them. `scripts/oracles/versions` checks them by the ecosystems' own implementations.
    const AFFECTED: &str = include_str!("affected.txt");

    fn record(value: Value) -> Record {
        serde_json::from_value(value).expect("a record")
    }

    fn of_line(ecosystem: &str, ranges: &str, listed: &str) -> Record {
        let event = |text: &str| {
            let (kind, version) = text.trim().split_once(' ').expect("an event and a version");
            json!({ kind: version })
        };
        let range = |text: &str| {
            let events: Vec<Value> = text.split(',').map(event).collect();
            json!({ "type": "ECOSYSTEM", "events": events })
        };
        let texts = ranges.split(';').filter(|text| !text.trim().is_empty());
        let ranges: Vec<Value> = texts.map(range).collect();
        let versions: Vec<&str> = listed.split_whitespace().collect();
        record(
            json!({ "id": "X", "affected": [{ "package": { "ecosystem": ecosystem, "name": "a" }, "ranges": ranges, "versions": versions }] }),
        )
    }

    #[test]
    fn every_evaluation_is_as_listed() {
        let mut count = 0;
        for line in AFFECTED.lines() {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            let record = of_line(parts[0], parts[1], parts[2]);
            for expected in parts[3].split(", ") {
                let (version, verdict) = expected.split_once(' ').expect("a version and a verdict");
                let found = match record.affects(parts[0], "a", version) {
                    None => "no".to_owned(),
                    Some(Hit { fixed: None }) => "yes".to_owned(),
                    Some(Hit { fixed: Some(fixed) }) => format!("fix {fixed}"),
                };
                assert_eq!(found, verdict, "{version}: {line}");
                count += 1;
            }
        }
        assert!(count >= 200, "{count}");
    }

    #[test]
    fn events_that_are_no_versions_have_no_place() {
        let events: Vec<Value> = (0..60)
            .map(|at| match at % 3 {
                0 => json!({ "introduced": format!("{}.0.0", 60 - at) }),
                1 => json!({ "fixed": "unknown" }),
                _ => json!({ "fixed": format!("{}.5.0", 62 - at) }),
            })
            .collect();
        let record = record(
            json!({ "id": "X", "affected": [{ "package": { "ecosystem": "npm", "name": "a" }, "ranges": [{ "type": "SEMVER", "events": events }] }] }),
        );
        assert!(record.affects("npm", "a", "30.2.0").is_some() && record.affects("npm", "a", "31.0.0").is_none());
    }

    #[test]
    fn ranges_and_versions_affect() {
        let one = |events: Value, versions: Value| {
            record(json!({"id": "X", "affected": [
                {"package": {"ecosystem": "npm", "name": "a"}, "ranges": [{"type": "SEMVER", "events": events}], "versions": versions},
                {"package": {"ecosystem": "npm", "name": "b"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}
            ]}))
        };
        let two_ranges = one(
            json!([{"fixed": "1.2.3"}, {"introduced": "0"}, {"introduced": "2.0.0"}, {"fixed": "2.1.0"}]),
            json!([]),
        );
        for (version, fixed) in [
            ("0.0.1", Some(Some("1.2.3"))),
            ("1.2.3-rc.1", Some(Some("1.2.3"))),
            ("1.2.3", None),
            ("1.9.0", None),
            ("2.0.0", Some(Some("2.1.0"))),
            ("2.1.0", None),
        ] {
            let hit = two_ranges.affects("npm", "a", version);
            assert_eq!(hit.as_ref().map(|hit| hit.fixed.as_deref()), fixed, "{version}");
        }
        let last = one(
            json!([{"introduced": "1.0.0"}, {"last_affected": "1.5.0"}]),
            json!(["0.9.0"]),
        );
        for (version, is) in [("1.5.0", true), ("1.5.1", false), ("0.9.0", true), ("0.9.1", false)] {
            assert_eq!(last.affects("npm", "a", version).is_some(), is, "{version}");
        }
        assert!(last.affects("npm", "c", "1.0.0").is_none() && last.affects("PyPI", "a", "1.0.0").is_none());
        assert!(
            last.affects("npm", "b", "1.0.0").is_some(),
            "one record is for several packages"
        );
        let limit = one(json!([{"introduced": "0"}, {"limit": "3.0.0"}]), json!([]));
        assert!(limit.affects("npm", "a", "2.9.9").is_some() && limit.affects("npm", "a", "3.0.0").is_none());
        let mut gone = two_ranges;
        gone.withdrawn = Some("2024-01-01T00:00:00Z".to_owned());
        assert!(gone.affects("npm", "a", "0.0.1").is_none());
    }

    #[test]
    fn severities_are_those_of_the_vectors() {
        let of = |severity: Value, word: &str| {
            record(json!({"severity": severity, "database_specific": {"severity": word}})).severity()
        };
        let v3 = json!([{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]);
        assert_eq!(of(v3, "LOW"), (VulnerabilitySeverity::Critical, Some(9.8)));
        let v4 =
            json!([{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N"}]);
        assert_eq!(of(v4, "").0, VulnerabilitySeverity::Medium);
        assert_eq!(of(json!([]), "MODERATE"), (VulnerabilitySeverity::Medium, None));
        assert_eq!(
            of(json!([{"type": "CVSS_V3", "score": "nonsense"}]), ""),
            (VulnerabilitySeverity::Unknown, None)
        );
    }
}
