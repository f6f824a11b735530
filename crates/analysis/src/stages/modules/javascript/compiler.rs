//! `tsconfig.json` as the resolver can read it: a base that is not in the repository (a package, a file that a build makes)
//! does not cost the options that are.

use std::collections::HashMap;

use crate::facts::FileFacts;
use crate::stages::modules::{folder, join, normalize};

fn is_one(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    (name.starts_with("tsconfig") || name.starts_with("jsconfig")) && name.ends_with(".json")
}

/// The text of a file, for the resolver. `packages`: those of the workspace, name to folder.
pub(super) fn text_of(
    file: &FileFacts,
    has: impl Fn(&str) -> bool,
    packages: &HashMap<String, String>,
) -> Option<String> {
    let text = file.text.as_deref()?;
    let all: Vec<&str> = file
        .settings
        .iter()
        .filter(|setting| setting.keys.len() == 1 && setting.key() == "extends")
        .map(|setting| setting.value.as_str())
        .collect();
    if !is_one(&file.path) || all.is_empty() {
        return Some(text.to_owned());
    }
    let bases: Vec<Option<String>> = all
        .iter()
        .map(|base| base_of(&file.path, base, &has, packages))
        .collect();
    let readable: Vec<String> = bases.into_iter().flatten().map(|path| format!("\"/{path}\"")).collect();
    replaced(text, &readable.join(", ")).or_else(|| Some(text.to_owned()))
}

/// The path of what is extended, where it is a file of the repository.
fn base_of(path: &str, base: &str, has: &impl Fn(&str) -> bool, packages: &HashMap<String, String>) -> Option<String> {
    let place = if base.starts_with('.') {
        normalize(folder(path), base)?
    } else {
        let parts = if base.starts_with('@') { 2 } else { 1 };
        let end = base.match_indices('/').nth(parts - 1).map_or(base.len(), |(at, _)| at);
        let home = packages.get(&base[..end])?;
        join(home, base[end..].trim_start_matches('/'))
    };
    let place = place.trim_end_matches('/');
    let candidates = [
        place.to_owned(),
        format!("{place}.json"),
        format!("{place}/tsconfig.json"),
    ];
    candidates.into_iter().find(|path| has(path))
}

/// The text with another list behind `"extends":`.
fn replaced(text: &str, list: &str) -> Option<String> {
    let key = text.find("\"extends\"")?;
    let colon = key + text[key..].find(':')?;
    let value = colon + 1 + text[colon + 1..].find(|c: char| !c.is_whitespace())?;
    let end = match text.as_bytes()[value] {
        b'[' => value + text[value..].find(']')? + 1,
        b'"' => value + 1 + text[value + 1..].find('"')? + 1,
        _ => return None,
    };
    Some(format!("{}[{list}]{}", &text[..value], &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_are_replaced() {
        assert_eq!(
            replaced("{ \"extends\": \"a/b\", \"x\": 1 }", "").as_deref(),
            Some("{ \"extends\": [], \"x\": 1 }")
        );
        assert_eq!(
            replaced("{\"extends\":[\"a\",\n\"b\"]}", "\"/b.json\"").as_deref(),
            Some("{\"extends\":[\"/b.json\"]}")
        );
    }
}
