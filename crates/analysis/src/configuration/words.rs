//! Words that may be paths, in files of any other form: YAML, TOML, HTML, shell scripts, Dockerfiles.

use super::{Setting, script};

/// Words with a `/` or an ending of code, each with the key that its line begins with (`key: …`, `key = …`).
pub(super) fn of(text: &str) -> Vec<Setting> {
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("//") || (line.starts_with('#') && !line.starts_with("#!")) {
            continue;
        }
        let key = key(line);
        let words = line.split(|c: char| c.is_whitespace() || "\"'`=,;:()<>[]|&{}".contains(c));
        // A folder may have a plain name: `functions = "lambdas"`.
        let names_folder = matches!(key, Some("functions" | "edge_functions"));
        let is_name = |word: &str| names_folder && Some(word) != key && word.len() > 1;
        for word in words.filter(|word| is_path(word) || is_name(word)) {
            found.push(Setting::new(key, word));
        }
    }
    found.extend(import_map(text));
    found
}

/// `key: …`, `- key: …` or `key = …`.
fn key(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(['-', ' ']);
    let (key, _) = line.split_once([':', '='])?;
    let key = key.trim().trim_matches(['"', '\'']);
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    (!key.is_empty() && key.chars().all(plain)).then_some(key)
}

fn is_path(word: &str) -> bool {
    const ENDINGS: &[&str] = &[".js", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".jsx", ".tsx", ".py"];
    word.len() > 2
        && word.len() <= 300
        && !word.starts_with("//")
        && (word.trim_start_matches('/').contains('/') || ENDINGS.iter().any(|ending| word.ends_with(ending)))
}

/// `<script type="importmap">`.
fn import_map(text: &str) -> Vec<Setting> {
    let Some((_, rest)) = text.split_once("importmap") else {
        return Vec::new();
    };
    let body = rest.split_once('>').and_then(|(_, rest)| rest.split_once("</script"));
    body.map_or_else(Vec::new, |(body, _)| script::of_json(body))
}
