//! The findings of the sites of a file.

use std::hash::{Hash as _, Hasher as _};
use std::sync::OnceLock;

use repolens_core::report::{Confidence, FindingSeverity};
use rustc_hash::{FxHashMap, FxHasher};

use super::{CodeRule, Site, last, rules, sql};
use crate::security::rule::RawFinding;
use crate::security::text::Text;

mod open;

type Index = FxHashMap<(&'static str, &'static str), Vec<&'static CodeRule>>;

/// Rules by language and last part of the name.
fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index = Index::default();
        for rule in rules::all() {
            for language in rule.languages {
                for name in rule.names {
                    let list: &mut Vec<&CodeRule> = index.entry((*language, last(name))).or_default();
                    if !list.iter().any(|known| known.rule.id == rule.rule.id) {
                        list.push(rule);
                    }
                }
            }
        }
        index
    })
}

/// The weakness of the rules about command lines.
const COMMAND: u16 = 78;

/// The weakness of the rules about objects that are read.
const OBJECTS: u16 = 502;

/// Whether a script is the output of Emscripten, which has functions to make functions, or a library as it is published:
/// its first comment has its version and its license.
fn is_built_script(bytes: &[u8]) -> bool {
    const HEAD: usize = 500;
    let marks: [&[u8]; 4] = [
        b"asmLibraryArg",
        b"embind__requireFunction",
        b"___wasm_call_ctors",
        b"wasmBinaryFile",
    ];
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let comment = head
        .trim_start()
        .strip_prefix("/*")
        .and_then(|rest| rest.split("*/").next());
    let is_published = comment.is_some_and(|comment| {
        let is_license = comment.contains("license") || comment.contains("copyright");
        let is_version = |word: &str| {
            let numbers = word.trim_start_matches('v').split(['.', '-']);
            numbers.clone().count() >= 3
                && numbers
                    .take(3)
                    .all(|number| number.parse::<u32>().is_ok_and(|it| it < 1_000))
        };
        is_license && comment.split_whitespace().any(is_version)
    });
    is_published || marks.iter().any(|mark| memchr::memmem::find(bytes, mark).is_some())
}

/// Whether a file of C# with a formatter only writes by it, reads what it wrote into memory itself, or decides on the classes
/// that it reads.
fn reads_no_object(bytes: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(bytes, word).is_some();
    let is_copy = has(b"new MemoryStream()") && has(b".Serialize(");
    !has(b"Deserialize") || has(b"Binder =") || is_copy
}

/// A longer line was written by a program, which may have put the code of other projects into it.
const LONG_LINE: usize = 1_000;

/// Findings of a file whose names are searched in its text, which costs a pass over it for each.
const MOST_SEARCHES: usize = 60;

/// Of one file.
const MAX_FINDINGS: usize = 1_000;

/// The findings of the sites of one file.
pub fn findings(language: &'static str, path: &str, bytes: &[u8], sites: &[Site]) -> Vec<RawFinding> {
    let text = Text { path, bytes, language };
    let mut found: Vec<RawFinding> = Vec::new();
    let mut copies = FxHashMap::default();
    let mut is_built = None;
    let mut searches = 0;
    for site in sites {
        if found.len() >= MAX_FINDINGS {
            break;
        }
        let Some(rules) = index().get(&(language, last(&site.name))) else {
            continue;
        };
        for rule in rules {
            let is_named = rule.names.iter().any(|name| is_named(&site.name, name));
            if !is_named || !(rule.holds)(site) {
                continue;
            }
            searches += 1;
            if searches <= MOST_SEARCHES && open::is_settled(&text, site, rule.rule.cwe) {
                continue;
            }
            let (line, column) = text.place(site.at.min(bytes.len()));
            let is_made = language == "javascript" && *is_built.get_or_insert_with(|| is_built_script(bytes));
            let is_less = is_less_severe(&text, site, rule.rule.cwe, is_made);
            let (severity, confidence) = if is_less {
                (FindingSeverity::Medium, Confidence::Medium)
            } else {
                (rule.rule.severity, rule.rule.confidence)
            };
            let shown: String = site
                .name
                .trim_start_matches(['=', ':', '.'])
                .trim_start_matches("own:")
                .chars()
                .take(60)
                .collect();
            found.push(RawFinding {
                rule: &rule.rule,
                severity,
                confidence,
                line,
                column,
                message: format!(
                    "{} (`{}`)",
                    rule.rule.title,
                    shown.split_whitespace().collect::<Vec<_>>().join(" ")
                )
                .into(),
                subject: shown.into(),
                value: copy(&text, rule.rule.id, line, &mut copies),
                baseline: None,
                allowed_by: None,
                in_test: false,
                is_proven: false,
            });
        }
    }
    found
}

fn is_less_severe(text: &Text<'_>, site: &Site, cwe: u16, is_made: bool) -> bool {
    let is_kind = match cwe {
        // The structure of a statement has no placeholder, and is seldom a visitor's.
        sql::CWE => is_migration(text.path) || site.builds_no_value_of_sql(text.language),
        COMMAND => site.builds_only_the_program(),
        OBJECTS => text.language == "csharp" && reads_no_object(text.bytes),
        _ => is_made,
    };
    is_kind || text.line(site.at.min(text.bytes.len())).len() > LONG_LINE
}

/// Steps that change a database once, when a developer runs them.
fn is_migration(path: &str) -> bool {
    let folders = path
        .rsplit_once('/')
        .map_or("", |(folders, _)| folders)
        .to_ascii_lowercase();
    let is_folder = |folder: &str| matches!(folder, "migrate" | "migrations" | "migration" | "upgrades" | "alembic");
    folders.split('/').any(is_folder)
}

/// Whether a site has a name of a rule: as it is, or from a `.` on. `=.query` is no call of `.query`.
fn is_named(site: &str, name: &str) -> bool {
    let is_end = match name.strip_prefix("=") {
        Some(member) => member.starts_with('.') && site.starts_with('=') && site.ends_with(member),
        None => name.starts_with('.') && !site.starts_with(['=', ':', '@']) && site.ends_with(name),
    };
    site == name || is_end
}

/// The same for a place of a file and the same place in a copy of it (`src/a.js` and `dist/a.mjs`): the name of the file
/// without its ending, the line with the ones around it, and which of several such lines it is.
fn copy(text: &Text<'_>, rule: &str, line: u32, copies: &mut FxHashMap<u64, u32>) -> u64 {
    let stem = text.name().split('.').next().unwrap_or_default();
    let from = (line as usize).saturating_sub(2);
    let lines = text.bytes.split(|byte| *byte == b'\n').skip(from).take(3);
    let mut hasher = FxHasher::default();
    (stem, rule).hash(&mut hasher);
    lines.for_each(|line| line.trim_ascii().hash(&mut hasher));
    let ordinal = copies.entry(hasher.finish()).or_default();
    *ordinal += 1;
    ordinal.hash(&mut hasher);
    hasher.finish().max(1)
}
