use super::*;

fn kinds(files: &[(&str, &str)], path: &str) -> Kinds {
    let mut attributes = Attributes::default();
    for (folder, text) in files {
        assert_eq!(attributes.add(folder, text.as_bytes()), 0);
    }
    attributes.of(path)
}

#[test]
fn the_nearest_folder_and_the_last_line_decide() {
    let files = [
        ("", "*.js linguist-generated\n/lib/*.js -linguist-generated\n"),
        (
            "lib/old",
            "*.js linguist-vendored\nkeep.js !linguist-vendored linguist-generated=false\n",
        ),
    ];
    let generated = |path| kinds(&files, path).generated;
    assert_eq!(generated("a.js"), Some(true));
    assert_eq!(generated("lib/a.js"), Some(false));
    assert_eq!(generated("lib/old/a.js"), Some(true));
    assert_eq!(kinds(&files, "lib/old/a.js").vendored, Some(true));
    assert_eq!(kinds(&files, "lib/old/keep.js").vendored, None);
    assert_eq!(generated("lib/old/keep.js"), Some(false));
}

#[test]
fn macros_of_the_topmost_folder() {
    let files = [
        (
            "",
            "[attr]made linguist-generated -linguist-documentation\n*.out made\nb.out -made\n",
        ),
        ("sub", "[attr]ours linguist-vendored\n*.c ours\n"),
    ];
    let of = |path| kinds(&files, path);
    assert_eq!(
        (of("a.out").generated, of("a.out").documentation),
        (Some(true), Some(false))
    );
    assert_eq!(of("b.out").generated, None, "`-made` takes the macro back");
    assert_eq!(of("sub/a.c").vendored, None);
}

#[test]
fn quoted_patterns_and_lines_that_are_none() {
    let files = [(
        "",
        "# a comment\n\"with space.c\" linguist-vendored\n\"t\\303\\244.c\" linguist-vendored\n!a.c linguist-vendored\n\
             folder/ linguist-vendored\nb.c linguist-vendored not/a/name\n  c.c\tlinguist-vendored  \r\n",
    )];
    let vendored = |path| kinds(&files, path).vendored;
    assert_eq!(vendored("with space.c"), Some(true));
    assert_eq!(vendored("tä.c"), Some(true));
    assert_eq!(vendored("sub/c.c"), Some(true));
    for path in ["a.c", "!a.c", "folder/d.c", "b.c"] {
        assert_eq!(vendored(path), None, "{path}");
    }
}

#[test]
fn a_rule_among_too_many_that_begin_alike_is_reported() {
    let rules: String = (0..MAX_ALIKE + 3)
        .map(|number| format!("a*{number} linguist-vendored\n"))
        .collect();
    assert_eq!(Attributes::default().add("", rules.as_bytes()), 3);
}
