//! The checks of a case: each compares one value of a report with the expected one.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// `Err` describes what was expected and what the report has.
pub type Checked = Result<(), String>;

/// Evaluates one check, an object with one member: its kind.
pub fn evaluate(report: &Value, check: &Value) -> Checked {
    let members = check.as_object().expect("a check is an object");
    let (kind, want) = members.iter().next().expect("a check has a kind");
    assert_eq!(members.len(), 1, "a check has one member: {check}");
    compare(report, kind, want).map_err(|difference| format!("{kind}: {difference}"))
}

fn compare(report: &Value, kind: &str, want: &Value) -> Checked {
    match kind {
        "lines" => lines(report, want),
        "files" => same(want, &files_by_language(report, want)),
        "language" => language(report, want),
        "generated" | "vendored" => same(want, &or_zero(&report["lines"][kind]["files"])),
        "functions" => {
            let summaries = &report["complexityMetrics"]["fileSummaries"];
            members(want, row(summaries, "path", &want["path"]))
        }
        "calls" => calls(report, want),
        "edge" => present(want, &edges(report, length(want))),
        "no_edge" => absent(&json!([want]), &edges(report, length(want))),
        "unresolved" => same_set(want, &column(&report["moduleGraph"]["unresolved"], "specifier")),
        "external" => present(want, &column(&report["moduleGraph"]["external"], "package")),
        "external_not" => absent(&json!([want]), &column(&report["moduleGraph"]["external"], "package")),
        "cycles" => same(want, &or_zero(&report["circularDependencies"]["total_cycles"])),
        "dependency" => members(want, row(&report["dependencies"]["packages"], "name", &want["name"])),
        "unused_files" => same_set(want, &list(&report["deadCode"]["unused_files"])),
        "unused_files_not" => absent(want, &list(&report["deadCode"]["unused_files"])),
        "unused_exports" | "unused_imports" => same_set(&flat(want), &unused_names(report, kind)),
        "unused_exports_not" => absent(&flat(want), &unused_names(report, "unused_exports")),
        "unused_imports_not" => absent(&flat(want), &unused_names(report, "unused_imports")),
        "unused_functions" => same_set(want, &column(&report["deadCode"]["unused_functions"], "function")),
        "unused_functions_not" => unused_functions_not(report, want),
        "duplication" => duplication(report, want),
        "skipped" => present(want, &column(&report["analyser"]["skippedFiles"], "path")),
        "not_skipped" => absent(&json!([want]), &column(&report["analyser"]["skippedFiles"], "path")),
        "at" => at(report, want),
        "any" => any(report, want),
        _ => panic!("there is no check `{kind}`"),
    }
}

// Values of the report.

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// One member of each row.
fn column(rows: &Value, key: &str) -> Vec<Value> {
    let values: BTreeSet<_> = list(rows).iter().map(|row| text(&row[key])).collect();
    values.into_iter().map(Value::from).collect()
}

/// The first row with this value.
fn row(rows: &Value, key: &str, value: &Value) -> Value {
    list(rows)
        .into_iter()
        .find(|row| row[key] == *value)
        .unwrap_or_default()
}

/// Imports as `[source, target]` or, with length 3, as `[source, target, kind]`.
fn edges(report: &Value, length: usize) -> Vec<Value> {
    let edges = list(&report["moduleGraph"]["edges"]);
    let parts = |edge: &Value| ["source", "target", "kind"].map(|key| edge[key].clone())[..length].to_vec();
    edges.iter().map(|edge| Value::from(parts(edge))).collect()
}

/// Unused exports or imports as `file: name`.
fn unused_names(report: &Value, section: &str) -> Vec<Value> {
    flat(&report["deadCode"][section])
        .as_array()
        .cloned()
        .unwrap_or_default()
}

/// `{file: [name]}` as `["file: name"]`; a name may be an object with a `symbol`.
fn flat(names: &Value) -> Value {
    let empty = Map::new();
    let files = names.as_object().unwrap_or(&empty);
    let all = files.iter().flat_map(|(file, names)| {
        list(names).into_iter().map(move |name| {
            let name = name.get("symbol").unwrap_or(&name);
            Value::from(format!("{file}: {}", text(name)))
        })
    });
    Value::from(all.collect::<Vec<_>>())
}

fn files_by_language(report: &Value, want: &Value) -> Value {
    let languages = want.as_object().expect("files by language").keys();
    let by_language = &report["lines"]["byLanguage"];
    Value::Object(
        languages
            .map(|language| (language.clone(), or_zero(&by_language[language]["files"])))
            .collect(),
    )
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn or_zero(value: &Value) -> Value {
    if value.is_null() { json!(0) } else { value.clone() }
}

fn length(edge: &Value) -> usize {
    edge.as_array().expect("an edge is a list").len()
}

// Comparisons.

fn different(expected: impl std::fmt::Display, seen: impl std::fmt::Display) -> Checked {
    Err(format!("expected {expected}, seen {seen}"))
}

/// Compares values; `2` and `2.0` are the same number.
fn same(expected: &Value, seen: &Value) -> Checked {
    if is_same(expected, seen) {
        Ok(())
    } else {
        different(expected, seen)
    }
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| is_same(a, b)))
        }
        _ => a == b,
    }
}

fn same_set(expected: &Value, seen: &[Value]) -> Checked {
    let sorted = |values: &[Value]| {
        let mut values = values.to_vec();
        values.sort_by_key(ToString::to_string);
        Value::from(values)
    };
    same(&sorted(&list(expected)), &sorted(seen))
}

/// Compares only the members that are expected.
fn members(expected: &Value, mut seen: Value) -> Checked {
    let wanted = expected.as_object().expect("members");
    if let Some(seen) = seen.as_object_mut() {
        seen.retain(|key, _| wanted.contains_key(key));
    }
    same(expected, &seen)
}

fn present(expected: &Value, seen: &[Value]) -> Checked {
    if seen.contains(expected) {
        Ok(())
    } else {
        different(expected, Value::from(seen))
    }
}

fn absent(unwanted: &Value, seen: &[Value]) -> Checked {
    let found: Vec<_> = list(unwanted).into_iter().filter(|name| seen.contains(name)).collect();
    if found.is_empty() {
        Ok(())
    } else {
        different(format!("none of {unwanted}"), Value::from(found))
    }
}

// Checks that need more than one expression.

/// Lines of one language, or of the whole repository if no language is given.
fn lines(report: &Value, want: &Value) -> Checked {
    let section = &report["lines"];
    let mut seen = match want["language"].as_str() {
        Some(language) => section["byLanguage"][language].clone(),
        None => section.clone(),
    };
    if let (Some(seen), Some(language)) = (seen.as_object_mut(), want.get("language")) {
        seen.insert("language".to_owned(), language.clone());
    }
    members(want, seen)
}

fn language(report: &Value, want: &Value) -> Checked {
    let file = row(&report["files"], "path", &want["path"]);
    same(want, &json!({ "path": want["path"], "is": file["language"] }))
}

/// `fan_in` and `fan_out` of one function of the call graph, `file:name`.
fn calls(report: &Value, want: &Value) -> Checked {
    let name = want["function"].as_str().expect("a function");
    let functions = &report["callGraph"]["complexity_metrics"];
    let Some(mut seen) = functions.get(name).cloned() else {
        let names: Vec<_> = functions.as_object().into_iter().flat_map(Map::keys).collect();
        return different(name, format!("{names:?}"));
    };
    if let Some(seen) = seen.as_object_mut() {
        seen.insert("function".to_owned(), want["function"].clone());
    }
    members(want, seen)
}

/// A name matches with its type and without: `Door.Reset` is `Reset` too.
fn unused_functions_not(report: &Value, unwanted: &Value) -> Checked {
    let seen = column(&report["deadCode"]["unused_functions"], "function");
    let is_unwanted = |function: &Value| {
        let function = text(function);
        let last = function.rsplit('.').next().unwrap_or_default();
        list(unwanted).iter().any(|name| {
            let name = text(name);
            name == function || name == last || function.ends_with(&format!(".{name}"))
        })
    };
    let found: Vec<_> = seen.into_iter().filter(is_unwanted).collect();
    if found.is_empty() {
        Ok(())
    } else {
        different(format!("none of {unwanted}"), Value::from(found))
    }
}

/// The share of lines that are copies, in percent, within 0.1.
fn duplication(report: &Value, want: &Value) -> Checked {
    let seen = report["duplication"]["percentage"].as_f64().unwrap_or(0.0);
    let wanted = want["percentage"].as_f64().expect("a percentage");
    if (seen - wanted).abs() <= 0.1 {
        Ok(())
    } else {
        different(wanted, seen)
    }
}

/// The value at a JSON pointer: `{"path": "/tests/testFiles", "is": 3}`.
fn at(report: &Value, want: &Value) -> Checked {
    let pointer = want["path"].as_str().expect("a JSON pointer");
    same(&want["is"], report.pointer(pointer).unwrap_or(&Value::Null))
}

/// At least one of several checks holds.
fn any(report: &Value, checks: &Value) -> Checked {
    let mut differences = Vec::new();
    for check in list(checks) {
        match evaluate(report, &check) {
            Ok(()) => return Ok(()),
            Err(difference) => differences.push(difference),
        }
    }
    Err(differences.join(", or "))
}
