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
        || is_integration_test(folders, extension)
        || [".test.", ".cy.", ".e2e."].iter().any(|part| name.contains(part))
        || is_spec(name)
        || stem.starts_with("test_")
        || ["_test", "_tests", "_unittest", "_unittests", "-unittest"]
            .iter()
            .any(|ending| stem.ends_with(ending))
        || stem == "conftest"
        || extension == "t"
        || (stem == "tests" && matches!(extension, "py" | "rs"))
        || (stem == "test" && matches!(extension, "js" | "ts" | "mjs" | "cjs" | "jsx" | "tsx"))
        || (is_test_class(stem, extension) && extension != "md")
        || (matches!(extension, "scala" | "groovy") && is_spec_class(stem, extension))
        || (is_test_program(stem, folders) && matches!(extension, "c" | "cc" | "cpp" | "cxx"))
}

/// Whether a file of another name uses a test framework and defines tests.
#[must_use]
pub fn defines_tests(language: &str, text: &[u8]) -> bool {
    let (frameworks, tests): (&[&str], &[&str]) = match language {
        "c" | "cpp" => (
            &[
                "catch2/",
                "catch.hpp\"",
                "catch_amalgamated.hpp",
                "gtest/gtest.h",
                "gmock/gmock.h",
                "doctest.h",
                "boost/test/",
            ],
            &[
                "TEST_CASE(",
                "SCENARIO(",
                "TEST(",
                "TEST_F(",
                "TEST_P(",
                "TYPED_TEST(",
                "BOOST_AUTO_TEST_CASE(",
                "BOOST_FIXTURE_TEST_CASE(",
            ],
        ),
        "java" | "kotlin" => (
            &[
                "import org.junit.",
                "import org.testng.",
                "import io.kotest.core.spec",
                "import org.spekframework",
            ],
            &["@Test", "@ParameterizedTest", "class "],
        ),
        "csharp" => (
            &[
                "using NUnit.Framework",
                "using Xunit",
                "using Microsoft.VisualStudio.TestTools",
            ],
            &["[Test]", "[TestCase(", "[Fact", "[Theory", "[TestMethod]"],
        ),
        "swift" => (&["import XCTest", "import Testing"], &["func test", "@Test"]),
        _ => return false,
    };
    let has = |mark: &&str| memchr::memmem::find(text, mark.as_bytes()).is_some();
    let begins = |line: &[u8]| {
        let line = line.trim_ascii_start();
        let found = tests.iter().find(|mark| line.starts_with(mark.as_bytes()));
        // Of Kotest and Spek, a class with a kind of specification above it.
        found.is_some_and(|mark| *mark != "class " || memchr::memmem::find(line, b"Spec").is_some())
    };
    frameworks.iter().any(has) && text.split(|byte| *byte == b'\n').any(begins)
}

/// Programs of C and C++ that test: `test.c` at the top, `xmltest.cpp`. Words that only end so are none.
fn is_test_program(stem: &str, folders: &str) -> bool {
    const WORDS: &[&str] = &[
        "attest",
        "brightest",
        "contest",
        "detest",
        "fastest",
        "greatest",
        "highest",
        "latest",
        "lightest",
        "protest",
        "shortest",
        "smartest",
        "tightest",
    ];
    let ends = |endings: [&str; 2]| {
        endings
            .iter()
            .any(|ending| stem.len() > ending.len() && stem.ends_with(ending))
    };
    let plain = stem.trim_end_matches('s');
    (matches!(stem, "test" | "tests") && folders.is_empty())
        || (ends(["test", "tests"]) && !WORDS.iter().any(|word| plain.ends_with(word)))
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
            | "regress"
            | "e2e"
            | "cypress"
            | "integration-tests"
            | "androidTest"
    ) || folder.ends_with(".Tests")
}

/// What tests need beside them: no tests, and no code of the product either.
#[must_use]
pub fn is_test_support(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "__mocks__",
        "__fixtures__",
        "__snapshots__",
        "fixtures",
        "cassettes",
        "stubs",
    ];
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').any(|folder| FOLDERS.contains(&folder))
}

/// Maven's `src/it`. Elsewhere a folder of that name holds texts in Italian.
fn is_integration_test(folders: &str, extension: &str) -> bool {
    let is_code = matches!(
        extension,
        "java" | "kt" | "scala" | "groovy" | "go" | "rs" | "py" | "rb"
    );
    let is_one = folders == "it" || folders.starts_with("it/") || format!("/{folders}/").contains("/src/it/");
    is_code && is_one
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
