//! The pages of the rules in `docs/rules` are made of the tables of the rules.
//!
//! `WRITE_RULE_PAGES=1 cargo test -p repolens-analysis --test integration rule_pages` writes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use repolens_analysis::security::{Rule, has_proof, measured, rules};
use repolens_core::report::FindingSeverity;

const WIDTH: usize = 118;

/// Text in lines of at most [`WIDTH`] characters.
fn wrapped(text: &str, indent: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always one");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("{indent}{word}"));
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

/// What was judged, and what follows for the severity.
fn confidence(rule: &Rule) -> Option<String> {
    let is_severe = rule.severity < FindingSeverity::Medium;
    let judged = measured::judged(rule.id).map(|it| {
        format!(
            "{} of {} findings in {} other projects were true",
            it.right, it.judged, it.packages
        )
    });
    let can_be_proven = has_proof(rule) && measured::is_earned(rule.id, true);
    let limit = match (is_severe, measured::is_earned(rule.id, false), can_be_proven) {
        (false, ..) => None,
        (_, true, _) => Some(format!("shown with {} severity", rule.severity.as_str())),
        (.., true) => Some(format!(
            "shown with {} severity where its checksum or structure proves it, otherwise with medium severity and low \
             confidence",
            rule.severity.as_str()
        )),
        _ => Some("shown with medium severity and low confidence".to_owned()),
    };
    match (judged, limit) {
        (Some(judged), Some(limit)) => Some(format!("**Confidence**: {judged}, so it is {limit}.")),
        (Some(judged), None) => Some(format!("**Confidence**: {judged}.")),
        (None, Some(limit)) => Some(format!(
            "**Confidence**: no finding in other projects was judged, so it is {limit}."
        )),
        (None, None) => None,
    }
}

fn page(rule: &Rule) -> String {
    let mut text = format!("# {}\n\n", rule.title);
    let cwe = rule.cwe().map_or_else(String::new, |cwe| format!(" · {cwe}"));
    text += &format!(
        "`{}` · {} · {}{cwe}\n\n",
        rule.id,
        rule.category.as_str(),
        rule.severity.as_str()
    );
    text += &format!("{}\n\n", wrapped(rule.risk, ""));
    if let Some(sentence) = confidence(rule) {
        text += &format!("{}\n\n", wrapped(&sentence, ""));
    }
    text += &format!("{}\n", wrapped(&format!("**What to do**: {}.", rule.remedy), ""));
    if !rule.safe.is_empty() {
        text += "\nNever reported:\n\n";
        for form in rule.safe {
            text += &format!("{}\n", wrapped(&format!("- {form}"), "  "));
        }
    }
    text + &format!(
        "\nA comment `repolens:allow {}` in the line, or in the line above, allows a finding.\n",
        rule.id
    )
}

fn index() -> String {
    let mut text =
        "# Rules of the security section\n\nMade of the tables in `crates/analysis/src/security`.\n".to_owned();
    for category in ["secret", "code", "workflow", "configuration"] {
        text += &format!("\n## {}{}\n\n", category[..1].to_uppercase(), &category[1..]);
        let mut list: Vec<_> = rules().filter(|rule| rule.category.as_str() == category).collect();
        list.sort_by_key(|rule| rule.id);
        for rule in list {
            let entry = format!(
                "- [`{0}`]({0}.md): {1} ({2})",
                rule.id,
                rule.title,
                rule.severity.as_str()
            );
            text += &format!("{}\n", wrapped(&entry, "  "));
        }
    }
    text
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a switch of this test, no setting of the product"
)]
fn every_rule_has_its_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    let mut expected: BTreeMap<String, String> = rules().map(|rule| (format!("{}.md", rule.id), page(rule))).collect();
    expected.insert("README.md".to_owned(), index());
    if std::env::var("WRITE_RULE_PAGES").is_ok() {
        fs::create_dir_all(&folder).expect("the folder");
        for (name, text) in &expected {
            fs::write(folder.join(name), text).expect("a page is written");
        }
    }
    let entries = fs::read_dir(&folder).expect("docs/rules can be read");
    let found: BTreeMap<String, String> = entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a page can be read"))
        })
        .collect();
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected), "write them with WRITE_RULE_PAGES=1");
    for (name, text) in &expected {
        assert_eq!(
            &found[name], text,
            "docs/rules/{name}: write it with WRITE_RULE_PAGES=1"
        );
    }
}
