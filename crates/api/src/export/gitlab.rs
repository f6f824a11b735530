//! The findings as a code quality report of GitLab: what merge requests show beside the changed lines.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Excerpt, ExportedScan, sarif};

/// One entry for each result of the SARIF form that nothing suppresses.
pub fn write(about: &ExportedScan, excerpt: &Excerpt) -> Value {
    let sarif = sarif::write(about, excerpt);
    let results = sarif["runs"][0]["results"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let entries = results
        .iter()
        .filter(|result| result.get("suppressions").is_none())
        .map(entry);
    Value::Array(entries.collect())
}

fn entry(result: &Value) -> Value {
    let spot = &result["locations"][0]["physicalLocation"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let path = decoded(&text(&spot["artifactLocation"]["uri"]));
    let rule = text(&result["ruleId"]);
    // Without the line, so that a finding that moved is the same one.
    let known = [&rule, &path, &text(&result["partialFingerprints"]["repolens/v1"])]
        .map(String::as_str)
        .join("\0");
    json!({
        "description": result["message"]["text"],
        "check_name": rule,
        "fingerprint": hex::encode(&Sha256::digest(known)[..16]),
        "severity": severity(result),
        "location": { "path": path, "lines": { "begin": spot["region"]["startLine"].as_u64().unwrap_or(1) } },
    })
}

fn severity(result: &Value) -> &'static str {
    match (result["properties"]["severity"].as_str(), result["level"].as_str()) {
        (Some("critical"), _) => "blocker",
        (Some("high"), _) => "critical",
        (Some("medium"), _) | (None, Some("error" | "warning")) => "major",
        (Some("low"), _) | (None, _) => "minor",
        _ => "info",
    }
}

/// A path without its percent escapes.
fn decoded(uri: &str) -> String {
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let [first, tail @ ..] = rest {
        let pair = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = pair
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            .filter(|_| *first == b'%');
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded() {
        assert_eq!(decoded("a%20b/c%C3%A9.rs"), "a b/cé.rs");
        assert_eq!(decoded("100%"), "100%");
    }

    #[test]
    fn severities_are_those_of_gitlab() {
        for (result, expected) in [
            (
                json!({ "level": "error", "properties": { "severity": "critical" } }),
                "blocker",
            ),
            (
                json!({ "level": "error", "properties": { "severity": "high" } }),
                "critical",
            ),
            (json!({ "level": "note", "properties": { "severity": "info" } }), "info"),
            (json!({ "level": "warning" }), "major"),
            (json!({ "level": "note" }), "minor"),
        ] {
            assert_eq!(severity(&result), expected, "{result}");
        }
    }
}
