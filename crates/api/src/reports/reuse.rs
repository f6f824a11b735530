//! Reuses the report of an earlier scan for another scan of the same commit.

use std::io::{self, Read as _};

use repolens_core::store::{Figures, Members, StoredReport};

/// The same bytes but for the members that name the scan and its branch.
///
/// # Errors
/// When the stored report cannot be unpacked or is no JSON object.
pub fn reuse_report(report: &StoredReport, scan_id: &str, branch: &str) -> io::Result<(StoredReport, Figures)> {
    let named = [
        ("scanId", serde_json::to_string(scan_id)?),
        ("branch", serde_json::to_string(branch)?),
    ];
    let renamed = with_members(report, &named)?;
    Ok((StoredReport::compress(&renamed)?, Figures::of(&renamed)))
}

/// The report with another value of one member, given as JSON; the same where it has no such member.
///
/// # Errors
/// When the stored report cannot be unpacked or is no JSON object.
pub fn with_member(report: &StoredReport, name: &str, json: String) -> io::Result<StoredReport> {
    StoredReport::compress(&with_members(report, &[(name, json)])?)
}

/// The report's bytes with other values of these members.
fn with_members(report: &StoredReport, changed: &[(&str, String)]) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    report.reader().read_to_end(&mut plain)?;
    let Members(members) = serde_json::from_slice(&plain).map_err(io::Error::other)?;
    let mut renamed = Vec::with_capacity(plain.len() + 256);
    renamed.push(b'{');
    for (index, (name, value)) in members.iter().enumerate() {
        if index > 0 {
            renamed.push(b',');
        }
        serde_json::to_writer(&mut renamed, name)?;
        renamed.push(b':');
        match changed.iter().find(|(member, _)| *member == name.as_str()) {
            Some((_, json)) => renamed.extend(json.as_bytes()),
            None => renamed.extend(value.get().as_bytes()),
        }
    }
    renamed.push(b'}');
    Ok(renamed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_of_the_scan_change() {
        let report = br#"{"schemaVersion":1,"scanId":"a","branch":"x","ast":{"files":[ 1.50 ]},"k\"":null}"#;
        let stored = StoredReport::compress(report).expect("compresses");
        let (renamed, _) = reuse_report(&stored, "b", "main").expect("a report");
        let mut plain = String::new();
        renamed.reader().read_to_string(&mut plain).expect("a sound report");
        assert_eq!(
            plain,
            r#"{"schemaVersion":1,"scanId":"b","branch":"main","ast":{"files":[ 1.50 ]},"k\"":null}"#
        );
        assert!(reuse_report(&StoredReport::compress(b"[]").expect("compresses"), "b", "m").is_err());
    }
}
