//! The paths that a `package.json` offers (`exports`) or names for itself (`imports`): the most exact key holds, then
//! the longest pattern. Built paths are replaced by their source.

use serde_json::Value;

/// The paths that `key` (`./part`, `#part`) may be, in the order of the conditions.
pub(super) fn targets(map: &Value, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Some(map) = map.as_object() else {
        if key == "." {
            paths(map, "", &mut found);
        }
        return found;
    };
    let is_conditions = !map.keys().any(|key| key.starts_with(['.', '#']));
    if is_conditions {
        if key == "." {
            map.values().for_each(|value| paths(value, "", &mut found));
        }
        return found;
    }
    if let Some(value) = map.get(key) {
        paths(value, "", &mut found);
        return found;
    }
    let fits = |pattern: &str| {
        let (before, after) = pattern
            .split_once('*')
            .or_else(|| pattern.ends_with('/').then_some((pattern, "")))?;
        let group = key.strip_prefix(before)?.strip_suffix(after)?;
        Some((before.len(), group.to_owned()))
    };
    let best = map.iter().filter_map(|(pattern, value)| Some((fits(pattern)?, value)));
    if let Some(((_, group), value)) = best.max_by_key(|((length, _), _)| *length) {
        paths(value, &group, &mut found);
    }
    found
}

/// All paths of a value, with `*` (or the end of a folder) replaced by the text that it matched.
fn paths(value: &Value, group: &str, found: &mut Vec<String>) {
    match value {
        Value::String(path) if path.contains('*') => found.push(path.replace('*', group)),
        Value::String(path) if path.ends_with('/') => found.push(format!("{path}{group}")),
        Value::String(path) => found.push(path.clone()),
        Value::Object(map) => map.values().for_each(|inner| paths(inner, group, found)),
        Value::Array(list) => list.iter().for_each(|inner| paths(inner, group, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_exact_key_holds() {
        let map: Value = serde_json::from_str(
            r##"{"./*":"./src/*.ts","./a/*":{"import":"./dist/a/*.js","types":"./dist/a/*.d.ts"},"./theme":"./t.ts","#x/*":["./x/*"]}"##,
        )
        .expect("valid");
        assert_eq!(targets(&map, "./b"), ["./src/b.ts"]);
        assert_eq!(targets(&map, "./a/c"), ["./dist/a/c.js", "./dist/a/c.d.ts"]);
        assert_eq!(targets(&map, "./theme"), ["./t.ts"]);
        assert_eq!(targets(&map, "#x/y"), ["./x/y"]);
        assert!(targets(&map, ".").is_empty());
        assert_eq!(targets(&Value::from("./main.js"), "."), ["./main.js"]);
    }
}
