//! Which files are tests, by the conventions of the languages.

/// Whether a file is a test, by the conventions of the languages.
#[must_use]
pub fn is_test(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, extension) = (
        name.split('.').next().unwrap_or(name),
        name.rsplit('.').next().unwrap_or_default(),
    );
    let is_folder = |folder: &str| is_test_folder(folder) || (folder == "Test" && name.ends_with(".php"));
    // Below other folders, `testing` is what a library offers to the tests of its users; `t` is Perl's and git's.
    path.starts_with("testing/")
        || path.starts_with("t/")
        || folders.split('/').any(is_folder)
        || is_test_of_gradle(folders)
        || [".test.", ".spec.", "-spec.", ".cy.", ".e2e."]
            .iter()
            .any(|part| name.contains(part))
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_spec")
        || stem == "conftest"
        || extension == "t"
        || (stem == "tests" && matches!(extension, "py" | "rs"))
        || (stem == "test" && matches!(extension, "js" | "ts" | "mjs" | "cjs" | "jsx" | "tsx"))
        || (is_test_class(stem, extension) && extension != "md")
}

fn is_test_folder(folder: &str) -> bool {
    matches!(
        folder,
        "test"
            | "tests"
            | "Tests"
            | "__tests__"
            | "__test__"
            | "testdata"
            | "testdir"
            | "e2e"
            | "cypress"
            | "integration-tests"
            | "androidTest"
    ) || folder.ends_with(".Tests")
}

/// A source set of Gradle: `src/integrationTest`.
fn is_test_of_gradle(folders: &str) -> bool {
    let mut parts = folders.split('/');
    parts.any(|part| part == "src")
        && parts
            .next()
            .is_some_and(|set| set.ends_with("Test") && set.len() > "Test".len())
}

/// Names of classes with tests: `ParserTest`, `ParserTestCase`, `ParserIT`, `ParserSpec`.
fn is_test_class(stem: &str, extension: &str) -> bool {
    let is_named = |ending: &str| stem.len() > ending.len() && stem.ends_with(ending);
    // `AuditIT`, and not `AUDIT`.
    let is_integration = stem
        .strip_suffix("IT")
        .is_some_and(|rest| rest.ends_with(|last: char| last.is_lowercase() || last.is_ascii_digit()));
    let by_language = match extension {
        "java" | "kt" => &["TestCase"][..],
        "scala" | "groovy" => &["TestCase", "Spec"][..],
        "php" | "swift" | "cs" => &["TestCase"][..],
        _ => &[][..],
    };
    is_named("Test")
        || is_named("Tests")
        || (is_integration && matches!(extension, "java" | "kt"))
        || by_language.iter().any(|ending| is_named(ending))
}
