//! Sections that are read in part.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::*;

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Section {
    whole: u64,
    ratio: f64,
    name: String,
    flag: bool,
    level: Level,
    note: Option<String>,
    #[serde(default)]
    more: Vec<Row>,
    by_name: BTreeMap<String, Row>,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
struct Row {
    file: String,
    line: u64,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Level {
    Low,
    #[default]
    Medium,
    High,
}

fn places(missing: &BTreeSet<String>) -> Vec<&str> {
    missing.iter().map(String::as_str).collect()
}

#[test]
fn other_types_are_read() {
    let (section, missing) = read::<Section>(&json!({
        "whole": ["a", "b"], "ratio": "0.5", "name": 7, "flag": 1, "level": " HIGH", "note": 3, "more": [{ "file": "a", "line": 2.6 }],
        "byName": { "x": { "file": "b", "line": "9" } }, "unknown": {},
    }))
    .expect("an object");
    let row = |file: &str, line| Row {
        file: file.to_owned(),
        line,
    };
    assert_eq!(
        section,
        Section {
            whole: 2,
            ratio: 0.5,
            name: "7".into(),
            flag: true,
            level: Level::High,
            note: Some("3".into()),
            more: vec![row("a", 3)],
            by_name: BTreeMap::from([("x".into(), row("b", 9))]),
        }
    );
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn what_is_not_there_is_named() {
    let (section, missing) = read::<Section>(&json!({
        "whole": -3, "ratio": null, "level": "severe", "more": [{ "file": "a" }, 7], "byName": { "x": null },
    }))
    .expect("an object");
    assert_eq!((section.whole, section.more.len(), section.by_name.len()), (0, 2, 1));
    assert!(section.ratio.is_nan() && section.note.is_none());
    assert_eq!(
        places(&missing),
        [
            "byName[]",
            "byName[].file",
            "byName[].line",
            "flag",
            "level",
            "more[]",
            "more[].file",
            "more[].line",
            "name",
            "ratio"
        ]
    );
    for odd in [json!(null), json!("none"), json!([1]), json!(7)] {
        assert!(read::<Section>(&odd).is_none(), "{odd}");
    }
}
