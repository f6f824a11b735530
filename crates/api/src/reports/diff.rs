//! The changes between two reports. Only the parts that are compared are kept of each: paths, packages, scores.

pub mod findings;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader};

use repolens_core::report::{CircularDependencies, DeadCode, Duplication, Security};
use repolens_core::store::StoredResults;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use findings::{FindingChanges, Findings};

/// Names in each list; the counts are of all.
const MAX_LISTED: usize = 200;
/// Functions and files that got worse or better most.
const MAX_CHANGED: usize = 20;

/// One side.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Side {
    #[serde(deserialize_with = "lenient")]
    risk_scores: Scores,
    #[serde(deserialize_with = "lenient")]
    ast: Ast,
    #[serde(deserialize_with = "lenient")]
    dependencies: Dependencies,
    #[serde(deserialize_with = "lenient")]
    complexity_metrics: Option<findings::ComparedComplexity>,
    #[serde(deserialize_with = "lenient")]
    circular_dependencies: Option<CircularDependencies>,
    #[serde(deserialize_with = "lenient")]
    duplication: Option<Duplication>,
    #[serde(deserialize_with = "lenient")]
    dead_code: Option<DeadCode>,
    #[serde(deserialize_with = "lenient")]
    security: Option<Security>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Scores {
    overall: Option<f64>,
    complexity: Option<f64>,
    maintainability: Option<f64>,
    security: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Ast {
    files: Vec<File>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct File {
    path: String,
    complexity: Option<f64>,
    risk_score: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Dependencies {
    packages: Vec<Package>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Package {
    name: String,
    r#type: String,
}

/// A section of another form is an empty one.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(json: D) -> Result<T, D::Error> {
    let raw = Box::<RawValue>::deserialize(json)?;
    Ok(serde_json::from_str(raw.get()).unwrap_or_default())
}

impl Side {
    /// The most complex ones.
    fn functions(&self) -> &[findings::ComparedFunction] {
        let metrics = self.complexity_metrics.as_ref();
        metrics
            .map(|metrics| metrics.high_complexity_functions.as_slice())
            .unwrap_or_default()
    }

    fn findings(&self) -> Findings {
        Findings::of(&findings::ComparedSections {
            cycles: self.circular_dependencies.as_ref(),
            copies: self.duplication.as_ref(),
            dead: self.dead_code.as_ref(),
            complexity: self.complexity_metrics.as_ref(),
            security: self.security.as_ref(),
        })
    }

    /// # Errors
    /// When the stored report cannot be unpacked or is no JSON object.
    pub fn read(results: &StoredResults) -> io::Result<Self> {
        match results {
            StoredResults::Report(report) => {
                let reader = BufReader::with_capacity(64 * 1024, report.reader());
                Self::deserialize(&mut serde_json::Deserializer::from_reader(reader)).map_err(io::Error::other)
            }
            StoredResults::Older(value) => Self::deserialize(value).map_err(io::Error::other),
        }
    }
}

/// The members of the answer that hold the changes from the first to the second.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Compared {
    deltas: Deltas,
    pub changes: Changes,
    /// The risk became lower.
    improved: bool,
    pub lists: Lists,
    /// Functions among the most complex of either side, by cognitive and cyclomatic complexity.
    pub functions: Moved<FunctionChange>,
    /// Files of both sides, by risk.
    pub files: Moved<FileChange>,
    /// Findings of one side that the other does not have.
    pub findings: FindingChanges,
}

/// The second minus the first, 0 where one of them has no such score.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Deltas {
    overall_risk: f64,
    complexity: f64,
    security: f64,
    maintainability: f64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    pub files_added: usize,
    pub files_removed: usize,
    pub dependencies_added: usize,
    pub dependencies_removed: usize,
}

/// The names behind the counts, sorted, the first 200 of each.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lists {
    pub files_added: Vec<String>,
    pub files_removed: Vec<String>,
    pub dependencies_added: Vec<Named>,
    pub dependencies_removed: Vec<Named>,
    /// A list has not all of them.
    pub truncated: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Named {
    pub r#type: String,
    pub name: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Moved<T> {
    /// The worst change first.
    pub worse: Vec<T>,
    /// The best change first.
    pub better: Vec<T>,
}

/// `null`: on that side it is not among the most complex functions, or not there.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionChange {
    pub name: String,
    pub file_path: String,
    pub before: Option<Complexity>,
    pub after: Option<Complexity>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Complexity {
    pub cyclomatic: u64,
    pub cognitive: u64,
}

impl Complexity {
    fn size(self) -> i64 {
        i64::try_from(self.cyclomatic.max(self.cognitive)).unwrap_or(i64::MAX)
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct FileChange {
    pub path: String,
    pub before: FileFigures,
    pub after: FileFigures,
}

#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileFigures {
    pub complexity: Option<f64>,
    pub risk_score: Option<f64>,
}

pub fn compare(first: &Side, second: &Side) -> Compared {
    let delta = |of: fn(&Scores) -> Option<f64>| match (of(&first.risk_scores), of(&second.risk_scores)) {
        (Some(a), Some(b)) => crate::handlers::tenth(b - a),
        _ => 0.0,
    };
    let deltas = Deltas {
        overall_risk: delta(|scores| scores.overall),
        complexity: delta(|scores| scores.complexity),
        security: delta(|scores| scores.security),
        maintainability: delta(|scores| scores.maintainability),
    };
    let mut truncated = false;
    let (files_added, mut added) = only(&paths(second), &paths(first), &mut truncated);
    let (files_removed, mut removed) = only(&paths(first), &paths(second), &mut truncated);
    let (dependencies_added, dependencies_plus) = only(&packages(second), &packages(first), &mut truncated);
    let (dependencies_removed, dependencies_minus) = only(&packages(first), &packages(second), &mut truncated);
    Compared {
        improved: deltas.overall_risk < 0.0,
        deltas,
        changes: Changes {
            files_added,
            files_removed,
            dependencies_added,
            dependencies_removed,
        },
        lists: Lists {
            files_added: added.drain(..).map(str::to_owned).collect(),
            files_removed: removed.drain(..).map(str::to_owned).collect(),
            dependencies_added: dependencies_plus.into_iter().map(named).collect(),
            dependencies_removed: dependencies_minus.into_iter().map(named).collect(),
            truncated,
        },
        functions: functions(first, second),
        files: files(first, second),
        findings: findings::changes(&first.findings(), &second.findings()),
    }
}

fn paths(side: &Side) -> BTreeSet<&str> {
    side.ast.files.iter().map(|file| file.path.as_str()).collect()
}

fn packages(side: &Side) -> BTreeSet<(&str, &str)> {
    let packages = side.dependencies.packages.iter();
    packages
        .map(|package| (package.r#type.as_str(), package.name.as_str()))
        .collect()
}

fn named((kind, name): (&str, &str)) -> Named {
    Named {
        r#type: kind.to_owned(),
        name: name.to_owned(),
    }
}

/// How many are in `these` and not in `those`, and the first of them.
fn only<T: Ord + Copy>(these: &BTreeSet<T>, those: &BTreeSet<T>, truncated: &mut bool) -> (usize, Vec<T>) {
    let count = these.difference(those).count();
    *truncated |= count > MAX_LISTED;
    (count, these.difference(those).take(MAX_LISTED).copied().collect())
}

fn functions(first: &Side, second: &Side) -> Moved<FunctionChange> {
    type Pair = (Option<Complexity>, Option<Complexity>);
    let mut pairs: BTreeMap<(&str, &str), Pair> = BTreeMap::new();
    let figures = |function: &findings::ComparedFunction| Complexity {
        cyclomatic: function.cyclomatic,
        cognitive: function.cognitive,
    };
    for function in first.functions() {
        pairs.entry((&function.file_path, &function.name)).or_default().0 = Some(figures(function));
    }
    for function in second.functions() {
        pairs.entry((&function.file_path, &function.name)).or_default().1 = Some(figures(function));
    }
    let changes = pairs.into_iter().map(|((file, name), (before, after))| {
        let size = |side: Option<Complexity>| side.map_or(0, Complexity::size);
        let change = FunctionChange {
            name: name.to_owned(),
            file_path: file.to_owned(),
            before,
            after,
        };
        ((size(after) - size(before)) as f64, change)
    });
    moved(changes)
}

fn files(first: &Side, second: &Side) -> Moved<FileChange> {
    let figures = |file: &File| FileFigures {
        complexity: file.complexity,
        risk_score: file.risk_score,
    };
    let before: BTreeMap<&str, &File> = first.ast.files.iter().map(|file| (file.path.as_str(), file)).collect();
    let changes = second.ast.files.iter().filter_map(|file| {
        let earlier = before.get(file.path.as_str())?;
        let change = file.risk_score? - earlier.risk_score?;
        let shown = FileChange {
            path: file.path.clone(),
            before: figures(earlier),
            after: figures(file),
        };
        Some((change, shown))
    });
    moved(changes)
}

fn moved<T>(changes: impl Iterator<Item = (f64, T)>) -> Moved<T> {
    let mut worse = Vec::new();
    let mut better = Vec::new();
    for (change, shown) in changes {
        if change > 0.0 {
            worse.push((change, shown));
        } else if change < 0.0 {
            better.push((-change, shown));
        }
    }
    // The sort is stable: equals keep the order of their names.
    let most = |mut list: Vec<(f64, T)>| {
        list.sort_by(|a, b| b.0.total_cmp(&a.0));
        list.into_iter().take(MAX_CHANGED).map(|(_, shown)| shown).collect()
    };
    Moved {
        worse: most(worse),
        better: most(better),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn side(value: serde_json::Value) -> Side {
        Side::read(&StoredResults::Older(value)).expect("an object")
    }

    #[test]
    fn what_changed_is_counted_and_named() {
        let function =
            |name: &str, size: u64| json!({ "name": name, "filePath": "a.rs", "cyclomatic": size, "cognitive": 1 });
        let first = side(json!({
            "riskScores": { "overall": 40.0, "security": 80.0 },
            "ast": { "files": [{ "path": "a.rs", "riskScore": 10.0 }, { "path": "b.rs", "riskScore": 50.0 }] },
            "dependencies": { "packages": [{ "name": "x", "type": "npm" }] },
            "complexityMetrics": { "highComplexityFunctions": [function("f", 20), function("g", 30)] },
        }));
        let second = side(json!({
            "riskScores": { "overall": 35.5 },
            "ast": { "files": [{ "path": "a.rs", "riskScore": 30.0 }, { "path": "c.rs", "riskScore": 90.0 }] },
            "dependencies": { "packages": [{ "name": "x", "type": "npm" }, { "name": "x", "type": "pypi" }] },
            "complexityMetrics": { "highComplexityFunctions": [function("f", 25), function("h", 12)] },
        }));
        let shown = serde_json::to_value(compare(&first, &second)).expect("plain data");
        assert_eq!(
            shown["deltas"],
            json!({ "overallRisk": -4.5, "complexity": 0.0, "security": 0.0, "maintainability": 0.0 })
        );
        assert_eq!(shown["improved"], true);
        assert_eq!(
            shown["changes"],
            json!({ "filesAdded": 1, "filesRemoved": 1, "dependenciesAdded": 1, "dependenciesRemoved": 0 })
        );
        assert_eq!(shown["lists"]["filesAdded"], json!(["c.rs"]));
        assert_eq!(
            shown["lists"]["dependenciesAdded"],
            json!([{ "type": "pypi", "name": "x" }])
        );
        let names: Vec<&str> = shown["functions"]["worse"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|f| f["name"].as_str())
            .collect();
        assert_eq!(names, ["h", "f"]);
        assert_eq!(shown["functions"]["better"][0]["after"], serde_json::Value::Null);
        assert_eq!(shown["files"]["worse"][0]["path"], "a.rs");
        let nothing = serde_json::to_value(compare(&side(json!({ "ast": 7 })), &side(json!({})))).expect("plain data");
        assert_eq!(nothing["improved"], false);
    }
}
