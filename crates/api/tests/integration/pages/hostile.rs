//! Reports whose every name was chosen to do harm: markup, text that turns around, 4,000 characters, and very many files.

use serde_json::{Value, json};

use super::{page, tabs};
use crate::exports::{complete, report};
use crate::support::{Api, Database};

crate::both! {
    names_are_only_names_on_every_tab,
    a_hundred_thousand_files_are_paged,
}

/// Members whose text is a name or a sentence of the repository.
const NAMES: [&str; 15] = [
    "path",
    "file",
    "filePath",
    "source",
    "target",
    "title",
    "description",
    "reason",
    "author",
    "symbol",
    "from",
    "to",
    "version",
    "message",
    "text",
];
/// Times that the first entry of each list is repeated.
const REPEATS: usize = 60;

/// 4,000 characters in components of 250 behind markup.
fn name(number: usize) -> String {
    let component = "n".repeat(250);
    let folders = vec![component; 16].join("/");
    format!("{number}\"><script>alert(1)</script><img src=x onerror=alert(1)>\u{202e}'{{{{7*7}}}}/{folders}.ts")
}

/// Replaces every name below `value`, and makes lists of objects long.
fn poison(value: &mut Value, count: &mut usize) {
    match value {
        Value::Array(list) => {
            if let Some(first) = list.first().filter(|first| first.is_object()).cloned() {
                list.extend(std::iter::repeat_n(first, REPEATS));
            }
            list.iter_mut().for_each(|entry| poison(entry, count));
        }
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(text) if NAMES.contains(&key.as_str()) => {
                        *count += 1;
                        *text = name(*count);
                    }
                    // The names of the steps are the analysis's own; times of the history are read as such.
                    _ if matches!(key.as_str(), "analyser" | "window") => {}
                    member => poison(member, count),
                }
            }
        }
        _ => {}
    }
}

/// The text between the tags.
fn seen(html: &str) -> String {
    let parts = html.split('<').filter_map(|part| part.split_once('>'));
    parts.map(|(_, text)| text).collect()
}

async fn names_are_only_names_on_every_tab(database: Database) {
    let api = Api::start(&database);
    let mut hostile = report();
    let mut count = 0;
    poison(&mut hostile, &mut count);
    assert!(count > 500, "{count} names");
    hostile["actions"] = json!([{ "id": name(1), "title": name(2), "reason": name(3),
        "places": [{ "file": name(4), "line": 1 }], "gain": name(5), "effortMinutes": [1, 2], "doneWhen": name(6),
        "section": name(7) }]);
    let id = complete(&api, hostile).await;
    let overview = page(&api, &format!("/scan/{id}"), 200).await;
    assert!(overview.contains("&lt;script&gt;"), "names are shown: {overview}");
    let tabs = tabs(&overview, &id);
    assert!(tabs.len() > 8, "{tabs:?}");
    for path in tabs {
        let html = page(&api, &path, 200).await;
        for never in ["<script>alert", "<img src=x", "\u{202e}"] {
            assert!(!html.contains(never), "{path} has `{never}`");
        }
        // Addresses keep the whole name; what is seen is shortened.
        let seen = seen(&html);
        if let Some(at) = seen.find(&"n".repeat(240)) {
            let before: String = seen[..at].chars().rev().take(200).collect();
            let before: String = before.chars().rev().collect();
            panic!("{path}: a long name is not shortened after `{before}`");
        }
    }
}

async fn a_hundred_thousand_files_are_paged(database: Database) {
    let api = Api::start(&database);
    let mut many = report();
    let file = |at: usize| {
        json!({ "path": format!("folder-{}/file-{at:06}.ts", at / 1_000), "language": "typescript", "lines": 1,
            "functions": 1, "complexity": at % 50, "riskScore": at % 100 })
    };
    many["ast"]["files"] = (0..100_000).map(file).collect();
    many["ast"]["totalFiles"] = json!(100_000);
    let id = complete(&api, many).await;
    let overview = page(&api, &format!("/scan/{id}"), 200).await;
    for path in tabs(&overview, &id) {
        let html = page(&api, &path, 200).await;
        assert!(html.len() < 400_000, "{path}: {} bytes", html.len());
    }
    let first = page(&api, &format!("/scan/{id}/files?sort=path"), 200).await;
    assert!(first.contains("100,000") && first.contains("file-000099.ts"), "{first}");
    assert!(!first.contains("file-000100.ts"), "a page has 100 rows");
    let last = page(&api, &format!("/scan/{id}/files?sort=path&page=1000"), 200).await;
    assert!(last.contains("file-099999.ts"), "{last}");
    let found = page(&api, &format!("/scan/{id}/files?q=file-099999"), 200).await;
    assert!(
        seen(&found).contains("file-099999.ts") && !seen(&found).contains("file-000001.ts"),
        "{found}"
    );
    let file = page(&api, &format!("/scan/{id}/file?path=folder-7/file-007001.ts"), 200).await;
    assert!(seen(&file).contains("file-007001.ts"), "{file}");
}
