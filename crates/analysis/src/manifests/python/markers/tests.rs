use super::{MarkerValue, Undefined, may_hold, parse};

/// Environments as JSON, then markers and the verdict of the `packaging` library on each: `scripts/oracles/markers`.
const EVALUATIONS: &str = include_str!("evaluations.txt");

type Environment = serde_json::Map<String, serde_json::Value>;

fn value(environment: &Environment, key: &str) -> Option<MarkerValue> {
    Some(match environment.get(key)? {
        serde_json::Value::String(text) => MarkerValue::Text(text.clone()),
        list => MarkerValue::Set(serde_json::from_value(list.clone()).expect("names")),
    })
}

/// The lines of a table that are not as they are here, and the number of evaluations.
fn differing(table: &str) -> (Vec<String>, usize) {
    let (heads, rows): (Vec<&str>, Vec<&str>) = table.lines().partition(|line| line.starts_with('{'));
    let environments: Vec<Environment> = heads
        .iter()
        .map(|line| serde_json::from_str(line).expect("an environment"))
        .collect();
    let (mut wrong, mut evaluations) = (Vec::new(), 0);
    for row in rows {
        let (expected, text) = row.split_once('\t').expect("results and a marker");
        let found: String = match parse(text) {
            None => "invalid".to_owned(),
            Some(marker) => environments
                .iter()
                .map(|environment| match marker.holds(&|key| value(environment, key)) {
                    Ok(true) => '+',
                    Ok(false) => '-',
                    Err(Undefined) => '?',
                })
                .collect(),
        };
        evaluations += environments.len();
        if found != expected {
            wrong.push(format!("{text}: {found}, not {expected}"));
        }
    }
    (wrong, evaluations)
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the table that `scripts/oracles/markers` makes"
)]
fn every_evaluation_is_that_of_the_library() {
    let (wrong, evaluations) = differing(EVALUATIONS);
    assert_eq!(wrong, [""; 0]);
    assert!(evaluations >= 3_000, "{evaluations}");
    if let Some(more) = std::env::var_os("MARKERS_TABLE") {
        let (wrong, evaluations) = differing(&std::fs::read_to_string(more).expect("a table"));
        assert_eq!(wrong, [""; 0], "of {evaluations}");
    }
}

#[test]
fn what_is_not_known_of_the_environment_may_be() {
    for (marker, supported, expected) in [
        ("python_version < '3'", ">=3.8", false),
        ("python_version < '3'", ">=2.7", true),
        ("python_version < '3.9' and sys_platform == 'win32'", ">=3.8", true),
        ("python_version < '3.8' and sys_platform == 'win32'", ">=3.8", false),
        ("python_version < '3.8' or sys_platform == 'win32'", ">=3.8", true),
        ("python_full_version < '3.8.1'", ">=3.8", true),
        ("python_full_version <= '3.7.99'", "^3.8", false),
        ("python_version >= '4'", ">=3.8", false),
        ("python_version == '3.11'", ">=3.8,!=3.11.*", false),
        ("python_version == '2.7'", ">=2.7, !=3.0.*, !=3.1.*", true),
        ("python_version < '3.10'", "~3.9 || ^3.12", true),
        ("extra == 'docs'", ">=3.8", true),
        ("implementation_name == 'pypy'", "", true),
        ("no marker", ">=3.8", true),
        ("python_version < '3'", "no range", true),
    ] {
        assert_eq!(may_hold(marker, supported), expected, "{marker} for {supported}");
    }
}

#[test]
fn parentheses_within_parentheses_are_bounded() {
    let nested = |depth: usize| format!("{}os_name == 'nt'{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(40)).is_some());
    assert!(parse(&nested(100_000)).is_none());
}
