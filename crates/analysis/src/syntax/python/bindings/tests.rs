use super::*;

fn unused(text: &str) -> Vec<String> {
    let parsed = ruff_python_parser::parse_module(text).expect("valid");
    let mut offsets: Vec<_> = unused_imports(text, &parsed.syntax().body).into_iter().collect();
    offsets.sort_unstable();
    let name = |at: u32| {
        text[at as usize..]
            .split([',', '\n', ')', '#'])
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    offsets.into_iter().map(name).collect()
}

#[test]
fn what_nothing_reads_is_unused() {
    assert_eq!(
        unused("import a\nimport b.c\nfrom d import e, f as g\nprint(e)\n"),
        ["a", "b.c", "f as g"]
    );
    assert_eq!(unused("def f():\n    import a\n    import b\n    return b\n"), ["a"]);
    assert_eq!(
        unused("import a\nclass C:\n    a = 1\n    def m(self): return a\n"),
        [""; 0]
    );
    assert_eq!(unused("import a\ndef f(a): return a\n"), ["a"]);
    assert_eq!(unused("import a\n[a for a in x]\n"), ["a"]);
    assert_eq!(unused("import a\ndef f():\n    return a\n"), [""; 0]);
}

#[test]
fn imports_that_are_unused_by_intent_are_not_reported() {
    assert_eq!(
        unused("from __future__ import annotations\nfrom a import b as b\nimport c as c\n"),
        [""; 0]
    );
    assert_eq!(unused("from a import b, c\n__all__ = ['b'] + ['c']\n"), [""; 0]);
    assert_eq!(
        unused("from a import b\n__all__ = []\n__all__.extend(['b'])\n"),
        [""; 0]
    );
    assert_eq!(
        unused("import a  # noqa\nimport b  # noqa: E501\nimport c  # noqa: E501,F401\n"),
        ["b"]
    );
    assert_eq!(unused("# flake8: noqa\nimport a\n"), [""; 0]);
}

#[test]
fn annotations_are_uses_quoted_or_not() {
    assert_eq!(
        unused("from a import T, U, V, W\nx: T = 1\ndef f(y: 'U') -> 'list[V]': pass\nz = cast('W', 1)\n"),
        [""; 0]
    );
    assert_eq!(unused("from a import T\nx: Literal['T'] = 1\n"), ["T"]);
    assert_eq!(unused("from a import T\nx = Optional['T']\n"), [""; 0]);
}

#[test]
fn rebinding_takes_over_the_uses() {
    assert_eq!(
        unused("try:\n    import json\nexcept ImportError:\n    json = None\n"),
        [""; 0]
    );
    assert_eq!(unused("import a\nprint(a)\nimport a\n"), [""; 0]);
    assert_eq!(unused("import e\ntry: pass\nexcept X as e: print(e)\n"), ["e"]);
    assert_eq!(unused("import a\ndel a\n"), [""; 0]);
    assert_eq!(unused("import a\na += 1\n"), [""; 0]);
    assert_eq!(
        unused("def f():\n    global a\n    import a\ndef g(): return a\n"),
        [""; 0]
    );
}
