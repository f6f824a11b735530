//! Parameters for which each call in the file gives a fixed text.

use super::words;

/// Calls that are read.
const MOST_CALLS: usize = 200;

/// Words in front of the name of a function where it is defined.
const DEFINING: &[&str] = &["def", "function", "func", "fn", "sub"];

/// Whether the name at `at` is that of a definition, and not of a call.
pub(super) fn is_definition(text: &str, at: usize, function: &str) -> bool {
    let line = text[..at].rsplit('\n').next().unwrap_or_default();
    let before = line.trim_end().trim_end_matches(['*', '&']).trim_end();
    let word = before
        .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
        .unwrap_or_default();
    if DEFINING.contains(&word) || (before.ends_with("self.") && before.trim_start().starts_with("def ")) {
        return true;
    }
    // A method of a class: `name(a, b) {`, `void name(String a) throws B {`.
    let is_plain = before
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | ' ' | '\t' | '<' | '>' | '[' | ']' | ','));
    let behind = text[at + function.len()..].trim_start();
    let Some((_, rest)) = words::arguments(behind).filter(|_| behind.starts_with('(') && is_plain) else {
        return false;
    };
    let is_statement = ["return", "await", "new", "throw", "else", "yield", "case"].contains(&word);
    let rest = rest.trim_start();
    !is_statement && (rest.starts_with('{') || rest.starts_with("throws"))
}

/// Whether each call of the function in its file gives a fixed text for the parameter `name`. Of a function that other files
/// can call, at least two are needed.
pub(super) fn all_give_fixed(text: &str, function: &str, start: usize, name: &str) -> bool {
    let behind = text[start + function.len()..].trim_start();
    let Some((parameters, _)) = words::arguments(behind).filter(|_| behind.starts_with('(')) else {
        return false;
    };
    let own = parameters.first().is_some_and(|first| matches!(*first, "self" | "cls"));
    let parameters = &parameters[usize::from(own)..];
    let Some(at) = parameters.iter().position(|parameter| named(parameter) == name) else {
        return false;
    };
    let has_fixed_default = parameters[at]
        .split_once('=')
        .is_some_and(|(_, value)| words::is_fixed(value));
    let mut count = 0;
    for call in words::occurrences(text, function).filter(|call| *call != start) {
        if is_definition(text, call, function) {
            continue;
        }
        // A mention without a call: it may be called by another name.
        let Some(given) = given(&text[call + function.len()..], at, name) else {
            return false;
        };
        let is_fixed = given.map_or(has_fixed_default, words::is_fixed);
        count += 1;
        if !is_fixed || count > MOST_CALLS {
            return false;
        }
    }
    count >= if is_private(text, function, start) { 1 } else { 2 }
}

/// The value that a call gives for a parameter; the inner `None` where it gives none.
fn given<'t>(behind: &'t str, at: usize, name: &str) -> Option<Option<&'t str>> {
    if !behind.starts_with('(') {
        // Ruby: `run 'a'`.
        let line = behind.strip_prefix(' ')?.lines().next().unwrap_or_default();
        let is_text = line.starts_with(['"', '\'']);
        return (is_text && at == 0).then(|| Some(line.split(" if ").next().unwrap_or(line).trim()));
    }
    let (list, _) = words::arguments(behind)?;
    if list
        .iter()
        .any(|given| given.starts_with(['*', '&']) || given.starts_with("..."))
    {
        return None;
    }
    let by_name = list.iter().find_map(|given| {
        let (key, value) = given.split_once(['=', ':'])?;
        (key.trim() == name).then_some(value)
    });
    Some(by_name.or_else(|| list.get(at).copied()))
}

/// The name of a parameter, without type and default.
fn named(parameter: &str) -> &str {
    let bare = parameter.split(['=', ':']).next().unwrap_or_default().trim();
    bare.rsplit([' ', '&']).next().unwrap_or(bare)
}

fn is_private(text: &str, function: &str, start: usize) -> bool {
    function.starts_with(['_', '#']) || words::line(text, start).contains("private ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(text: &str, function: &str, name: &str) -> bool {
        let start = words::occurrences(text, function)
            .find(|at| is_definition(text, *at, function))
            .expect("a definition");
        all_give_fixed(text, function, start, name)
    }

    #[test]
    fn each_caller_gives_a_fixed_text() {
        for (text, function, name) in [
            (
                "def run(self, what, x=1):\n  pass\nself.run('a')\nb.run(\"c\", x=2)\n",
                "run",
                "what",
            ),
            ("def _run(what):\n  pass\n_run('a')\n", "_run", "what"),
            ("def run(what='b'):\n  pass\nrun()\nrun(what='c')\n", "run", "what"),
            (
                "<?php class A { private function run($what) { } function b() { $this->run('a'); } }",
                "run",
                "$what",
            ),
            ("function run(what) { }\nrun('a'); run(`b`);", "run", "what"),
            (
                "class A {\n private void run(String what) { }\n void b() {\n run(\"a\"); } }",
                "run",
                "what",
            ),
            ("def run(what)\nend\nrun 'a'\nrun('b')\n", "run", "what"),
        ] {
            assert!(fixed(text, function, name), "{text}");
        }
        for (text, function, name) in [
            ("def run(what):\n  pass\nrun('a')\nrun(b)\n", "run", "what"),
            ("def run(what):\n  pass\nrun('a')\n", "run", "what"),
            ("def _run(what):\n  pass\n", "_run", "what"),
            ("def _run(what):\n  pass\n_run('a')\nhook = _run\n", "_run", "what"),
            ("def _run(what):\n  pass\n_run('a')\n_run(*b)\n", "_run", "what"),
            ("def _run(what):\n  pass\n_run(f'{b}')\n", "_run", "what"),
            ("def _run(what):\n  pass\n_run('a')\n", "_run", "other"),
        ] {
            assert!(!fixed(text, function, name), "{text}");
        }
    }
}
