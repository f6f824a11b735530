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
        || [".test.", ".cy.", ".e2e."].iter().any(|part| name.contains(part))
        || is_spec(name)
        || stem.starts_with("test_")
        || ["_test", "_tests", "_unittest", "_unittests", "-unittest"]
            .iter()
            .any(|ending| stem.ends_with(ending))
        || stem == "conftest"
        || extension == "t"
        || (stem == "tests" && matches!(extension, "py" | "rs"))
        || (stem == "test" && folders.is_empty() && matches!(extension, "js" | "ts" | "mjs" | "cjs"))
        || (is_test_class(stem, extension) && extension != "md")
        || (matches!(extension, "scala" | "groovy") && is_spec_class(stem, extension))
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
    let has_cases = matches!(extension, "java" | "kt" | "scala" | "groovy" | "php" | "swift" | "cs");
    is_named("Test")
        || is_named("Tests")
        || (is_integration && matches!(extension, "java" | "kt"))
        || (has_cases && is_named("TestCase"))
}

/// `a_spec.lua`, `a-spec.ts`, `a.spec.js`.
pub(super) fn is_spec(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    stem.ends_with("_spec") || name.contains("-spec.") || name.contains(".spec.")
}

/// `ASpec.php`: a test in Scala and Groovy, and in these languages where the folder is one of specs.
pub(super) fn is_spec_class(stem: &str, extension: &str) -> bool {
    let has_classes = matches!(
        extension,
        "js" | "jsx" | "mjs" | "ts" | "tsx" | "php" | "groovy" | "scala" | "coffee"
    );
    has_classes && stem.len() > "Spec".len() && stem.ends_with("Spec")
}
