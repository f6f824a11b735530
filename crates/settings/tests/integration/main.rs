//! The documents' tables equal the table of settings, row by row and in order.

use repolens_settings::{flag_rows, setting_rows};

/// The rows of a document that begin like those of a table of settings.
fn rows<'a>(document: &'a str, begin: &str) -> Vec<&'a str> {
    document.lines().filter(|line| line.starts_with(begin)).collect()
}

fn assert_equal(path: &str, found: &[&str], expected: &[String]) {
    assert!(
        found == expected,
        "the table of `{path}` must be:\n\n{}\n",
        expected.join("\n")
    );
}

#[test]
fn settings_without_a_flag_and_those_of_the_children() {
    let found = rows(include_str!("../../../../docs/settings.md"), "| `");
    // A second table of the page, on values of one setting, has no names of variables.
    let found: Vec<&str> = found
        .into_iter()
        .filter(|row| row.matches(" | ").count() == 3)
        .collect();
    assert_equal("docs/settings.md", &found, &setting_rows());
}

#[test]
fn the_flags_of_the_supervisor() {
    let found = rows(include_str!("../../../../docs/supervisor.md"), "| `--");
    assert_equal("docs/supervisor.md", &found, &flag_rows());
}
