//! `setup.py`: the lists of packages that it writes out, in place or as a variable. Nothing of it is run, so what it reads or puts
//! together is not known.

use repolens_core::report::DependencyKind;

use super::{is_development, manifest, pep508};
use crate::manifests::Manifest;

/// The arguments of `setup()` that are lists of packages, and why those are needed.
const LISTS: [(&str, DependencyKind); 4] = [
    ("install_requires", DependencyKind::Runtime),
    ("tests_require", DependencyKind::Dev),
    ("setup_requires", DependencyKind::Dev),
    ("extras_require", DependencyKind::Optional),
];

pub(in crate::manifests) fn setup_script(text: &str) -> Result<Manifest, String> {
    let mut found = manifest();
    found.name = argument(text, "name").and_then(|value| literal(value).map(|(name, _)| name.to_owned()));
    let supported = argument(text, "python_requires").and_then(literal);
    found.supports_python(supported.map(|(range, _)| range));
    for (key, kind) in LISTS {
        let Some(value) = argument(text, key) else { continue };
        let list = if value.starts_with(['[', '(', '{']) {
            value
        } else {
            variable(text, value).unwrap_or_default()
        };
        for (key, item) in strings(list) {
            found.requirements.extend(pep508(item, false).map(|mut requirement| {
                requirement.kind = if is_development(key) { DependencyKind::Dev } else { kind };
                requirement
            }));
        }
    }
    Ok(found)
}

/// What follows `name=`, the first time outside of comments that it is an argument: after `(`, `,` or at the beginning of a line.
fn argument<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.match_indices(name).find_map(|(at, _)| {
        let before = text[..at].trim_end_matches([' ', '\t']);
        let line = before.rsplit('\n').next().unwrap_or_default();
        let rest = text[at + name.len()..].trim_start();
        let value = rest.strip_prefix('=').filter(|rest| !rest.starts_with('='))?;
        let is_argument = before.is_empty() || before.ends_with(['(', ',', '\n']);
        (is_argument && !line.contains('#')).then(|| value.trim_start())
    })
}

/// The value of the variable whose name `value` begins with, where that is a list.
fn variable<'t>(text: &'t str, value: &str) -> Option<&'t str> {
    let end = value.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let (name, rest) = value.split_at(end);
    // A call or a part of something is not the variable itself.
    if name.is_empty() || rest.trim_start_matches([' ', '\t']).starts_with(['(', '.', '[', '+']) {
        return None;
    }
    let assigned = |line: &str| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let start: usize = text
        .split_inclusive('\n')
        .take_while(|line| !assigned(line))
        .map(str::len)
        .sum();
    let value = text.get(start..)?.split_once('=')?.1.trim_start();
    value.starts_with(['[', '(', '{']).then_some(value)
}

/// The strings of the list that `text` begins with, each with the key above it (a string before a `:`), else an empty one.
fn strings(text: &str) -> Vec<(&str, &str)> {
    let (mut found, mut depth, mut rest, mut key) = (Vec::new(), 0_u32, text, "");
    while let Some(first) = rest.chars().next() {
        if let Some((value, after)) = literal(rest) {
            rest = after;
            if rest.trim_start().starts_with(':') {
                key = value;
            } else {
                found.push((key, value));
            }
            continue;
        }
        match first {
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            '#' => rest = &rest[rest.find('\n').unwrap_or(rest.len())..],
            _ => {}
        }
        if depth == 0 {
            break;
        }
        rest = rest.get(first.len_utf8().min(rest.len())..).unwrap_or_default();
    }
    found
}

/// The string that `text` begins with, and what follows it.
fn literal(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, after) = text[1..].split_once(quote)?;
    (!value.contains('\n')).then_some((value, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<String> {
        let found = setup_script(text).expect("it is never refused");
        let entry = |r: crate::manifests::Requirement| format!("{} {} {:?}", r.name, r.version, r.kind);
        found.requirements.into_iter().map(entry).collect()
    }

    #[test]
    fn lists_in_place_and_as_variables() {
        let text = "requires = [\n  'a>=2,<4',  # it's old\n  \"b\",\n]\nsetup(\n  name='x',\n  install_requires=requires,\n  tests_require=['c==1.0'],\n  extras_require={'socks': ['d!=1.5'], 'e': []},\n)\n";
        assert_eq!(setup_script(text).expect("read").name.as_deref(), Some("x"));
        assert_eq!(
            list(text),
            ["a >=2,<4 Runtime", "b  Runtime", "c 1.0 Dev", "d !=1.5 Optional"]
        );
        assert_eq!(
            list("setup(name='x', install_requires=('a', 'b'))"),
            ["a  Runtime", "b  Runtime"]
        );
    }

    #[test]
    fn computed_lists_are_not_known() {
        for text in [
            "setup(install_requires=read('requirements.txt'))",
            "r = open('f').read()\nsetup(install_requires=r)",
            "# install_requires=['a']\nsetup()",
            "setup(install_requires=",
            "setup(install_requires=['a",
            "setup(install_requires=[#",
            "é = 1\nsetup(install_requires=é)",
        ] {
            assert!(list(text).is_empty(), "{text}");
        }
        assert_eq!(list("setup(install_requires=['é', 'b'"), ["b  Runtime"]);
    }
}
