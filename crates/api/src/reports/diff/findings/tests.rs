use serde_json::{Value, json};

use super::*;

fn findings(report: Value) -> Findings {
    let section = |name: &str| report.get(name).cloned().unwrap_or(Value::Null);
    let cycles: Option<CircularDependencies> = serde_json::from_value(section("cycles")).expect("cycles");
    let copies: Option<Duplication> = serde_json::from_value(section("copies")).expect("copies");
    let complexity: Option<ComparedComplexity> = serde_json::from_value(section("complexity")).expect("complexity");
    let security: Option<Security> = serde_json::from_value(section("security")).expect("security");
    Findings::of(&ComparedSections {
        cycles: cycles.as_ref(),
        copies: copies.as_ref(),
        dead: None,
        complexity: complexity.as_ref(),
        security: security.as_ref(),
    })
}

fn copies(list: Value) -> Value {
    let total = list.as_array().map_or(0, Vec::len);
    json!({ "percentage": 1.0, "duplicated_lines": 9, "clones": list, "clones_total": total })
}

#[test]
fn findings_are_known_again_though_their_lines_moved() {
    let copy = |tokens: u64, file: &str, line: u64| {
        json!({ "tokens": tokens, "lines": 9, "occurrences": [
            { "file": file, "startLine": line, "endLine": line + 9 }, { "file": "b.rs", "startLine": 1, "endLine": 9 },
        ] })
    };
    let first = findings(json!({ "copies": copies(json!([copy(50, "a.rs", 10), copy(60, "a.rs", 90)])) }));
    let second = findings(
        json!({ "copies": copies(json!([copy(50, "a.rs", 500), copy(50, "a.rs", 700), copy(70, "c.rs", 1)])) }),
    );
    let changes = changes(&first, &second);
    assert_eq!((changes.introduced_total, changes.resolved_total), (2, 1));
    let places: Vec<(&str, Option<u64>)> = changes
        .introduced
        .iter()
        .map(|finding| (finding.file.as_str(), finding.line))
        .collect();
    assert_eq!(places, [("a.rs", Some(700)), ("c.rs", Some(1))]);
    assert_eq!(
        changes.not_compared,
        [
            FindingKind::Security,
            FindingKind::Cycle,
            FindingKind::Complexity,
            FindingKind::Unused
        ]
    );
}

#[test]
fn a_list_that_was_cut_is_not_compared() {
    let section = |count: u64| {
        json!({ "complexity": { "statistics": { "highComplexityCount": count }, "highComplexityFunctions": [
            { "name": "f", "filePath": "a.rs", "cyclomatic": 30, "cognitive": 1 },
        ] } })
    };
    let none = json!({ "complexity": { "statistics": { "highComplexityCount": 0 }, "highComplexityFunctions": [] } });
    let whole = changes(&findings(none.clone()), &findings(section(1)));
    assert_eq!(whole.introduced_total, 1);
    let cut = changes(&findings(none), &findings(section(21)));
    assert_eq!(
        (
            cut.introduced_total,
            cut.not_compared.contains(&FindingKind::Complexity)
        ),
        (0, true)
    );
}

#[test]
fn the_gravest_is_first() {
    let security = |list: Value| findings(json!({ "security": { "findings": list } }));
    let finding = |severity: &str| json!({ "rule": "r", "severity": severity, "file": severity, "message": "m" });
    let after = security(json!([
        finding("low"),
        finding("critical"),
        finding("odd"),
        finding("high")
    ]));
    let introduced = changes(&security(json!([])), &after).introduced;
    let order: Vec<&str> = introduced.iter().map(|finding| finding.severity.as_str()).collect();
    assert_eq!(order, ["critical", "high", "low", "info"]);
}
