//! Places whose findings are about a test, a fixture, an example or a demonstration, and not about the product.

use repolens_core::report::FindingCategory;

use super::rule::Rule;

/// Folders of tests, fixtures, examples and documents.
const FOLDERS: &[&str] = &[
    "test",
    "tests",
    "spec",
    "specs",
    "__tests__",
    "testing",
    "testdata",
    "e2e",
    "cypress",
    "fixture",
    "fixtures",
    "__fixtures__",
    "mock",
    "mocks",
    "__mocks__",
    "example",
    "examples",
    "sample",
    "samples",
    "sampledata",
    "demo",
    "demos",
    "demonstration",
    "demodata",
    "snakeoil",
    "doc",
    "docs",
    "documentation",
    "man",
    "manpages",
    "benchmark",
    "benchmarks",
    "bench",
    "benches",
    "stories",
    "t",
    "xt",
    "unit",
    "unittest",
    "unittests",
    "testcase",
    "testcases",
    "testfiles",
    "testrun",
    "testruns",
    "testsuite",
    "testsuites",
    "testutil",
    "testutils",
    "testcerts",
    "testkeys",
    "testsupport",
    "selftest",
    "selftests",
    "autotest",
    "regress",
    "fuzz",
    "fuzzing",
    "playground",
    "playgrounds",
    "tutorial",
    "tutorials",
    "docs_src",
    "cookbook",
    "quickstart",
    "quickstarts",
];

/// Words of the name of a folder that make it one of them: `test-data`, `sample_keys`, `integration-tests`.
const WORDS: &[&str] = &[
    "test", "tests", "testing", "sample", "samples", "example", "examples", "demo", "demos", "fixture", "fixtures",
    "mock", "mocks",
];

/// Words that end with `test` and have another meaning.
const NO_TESTS: &[&str] = &[
    "latest", "greatest", "fastest", "shortest", "lightest", "contest", "attest", "protest", "detest", "newest",
    "oldest",
];

/// Endings of documents and of files that are copied and then filled in.
const ENDINGS: &[&str] = &[
    ".example",
    ".sample",
    ".template",
    ".dist",
    ".tmpl",
    ".tpl",
    ".stories.tsx",
    ".stories.ts",
    ".stories.js",
    ".md",
    ".mdx",
    ".rst",
    ".adoc",
    ".pod",
    ".texi",
    ".texinfo",
];

/// Scripts that projects copy from the Linux kernel and from GNU, and run by hand.
const COPIED: &[&str] = &[
    "announce-gen",
    "bloat-o-meter",
    "checkpatch.pl",
    "config.guess",
    "config.sub",
    "get_maintainer.pl",
    "git-version-gen",
    "gitlog-to-changelog",
    "install-sh",
    "ltmain.sh",
    "useless-if-before-free",
];

/// Words in the name of a file with credentials that open nothing.
const DEMONSTRATION: &[&str] = &[
    "test", "tests", "testing", "demo", "demos", "example", "examples", "sample", "samples", "snakeoil", "dummy",
    "fake", "mock",
];

/// The same of a key that is made to be refused or tried.
const UNTRUSTED: &[&str] = &[
    "localhost",
    "selfsigned",
    "insecure",
    "invalid",
    "expired",
    "revoked",
    "untrusted",
    "alice",
    "bob",
    "mallory",
];

/// Words of which the names of keys consist that come with a library of C or C++: it is a program's user who deploys.
const OF_LIBRARIES: &[&str] = &[
    "ca",
    "cacert",
    "cakey",
    "cert",
    "certificate",
    "certs",
    "client",
    "dh",
    "dsa",
    "ec",
    "ecdsa",
    "ed",
    "ed25519",
    "host",
    "intermediate",
    "key",
    "keys",
    "param",
    "params",
    "pkey",
    "priv",
    "private",
    "privkey",
    "pub",
    "req",
    "root",
    "rsa",
    "server",
    "ssl",
    "tls",
    "user",
    "x",
];

/// Folders of a library of C or C++ that have such keys.
const FOLDERS_OF_LIBRARIES: &[&str] = &["apps", "cert", "certs", "ssl", "tls", "ca", "keys", "pki"];

/// Parts of the names of keys in chains of certificates that are made to be refused.
const REFUSED: &[&str] = &[
    "violation",
    "invalid",
    "expired",
    "revoked",
    "untrusted",
    "selfsigned",
    "self-signed",
    "notca",
    "badca",
    "wrongca",
    "wronghost",
    "mismatch",
];

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .map(|word| word.trim_matches(|c: char| c.is_ascii_digit()))
        .filter(|word| !word.is_empty())
}

fn is_folder(folder: &str) -> bool {
    let joined = ["test", "tests", "testing"]
        .iter()
        .any(|ending| folder.ends_with(ending) && folder.is_ascii() && !NO_TESTS.contains(&folder));
    FOLDERS.contains(&folder) || joined || is_compound(folder)
}

/// `test-data`, `sample_keys`: more than one word, the first or the last of which is of a test.
fn is_compound(folder: &str) -> bool {
    let mut words = words(folder);
    let Some(first) = words.next() else {
        return false;
    };
    WORDS.contains(&first) || WORDS.contains(&words.last().unwrap_or(first))
}

/// The ending of a key or a certificate; the path is in lowercase.
fn is_key(path: &str) -> bool {
    [".key", ".pem", ".crt", ".p12"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

/// Whether findings in the file at `path` are about a test, a fixture or an example, and not about the product.
#[must_use]
pub fn is_example(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    folders.split('/').any(is_folder)
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
        || COPIED.contains(&name)
        || is_manual(name)
        || name.contains(".example.")
        || name.contains(".sample.")
        || name.starts_with("test-")
        || name.starts_with("test_")
        || name.contains("mock")
        || name.contains("fixture")
        || (is_key(&lower) && (name.starts_with("test") || name.contains("localhost")))
}

/// `openssl.1`, `pam_unix.8.xml`: a page of the manual.
fn is_manual(name: &str) -> bool {
    let bare = name.trim_end_matches(".in").trim_end_matches(".xml");
    bare.rsplit_once('.').is_some_and(|(before, section)| {
        // No library and no version.
        !before.is_empty()
            && !before.ends_with(".so")
            && !before.ends_with(|c: char| c.is_ascii_digit())
            && matches!(section, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8")
    })
}

/// Whether a finding of `rule` in the file at `path` is about a credential that is made to be seen. `is_library_of_c`: most
/// of the project's code is C or C++, where keys of servers come with the sources to be tried.
#[must_use]
pub fn is_for_demonstration(rule: &Rule, path: &str, is_library_of_c: bool) -> bool {
    if rule.category != FindingCategory::Secret {
        return false;
    }
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let (stem, _) = name.rsplit_once('.').unwrap_or((name, ""));
    let has_word = |part: &str, list: &[&str]| words(part).any(|word| list.contains(&word));
    if has_word(stem, DEMONSTRATION) || folders.split('/').any(|folder| has_word(folder, DEMONSTRATION)) {
        return true;
    }
    let is_key = matches!(rule.id, "private-key" | "encrypted-private-key" | "key-store");
    let in_parts = |list: &[&str]| has_word(stem, list) || folders.split('/').any(|folder| has_word(folder, list));
    let is_refused = REFUSED.iter().any(|part| stem.contains(part));
    if is_key && (is_refused || in_parts(UNTRUSTED) || words(stem).any(is_folder)) {
        return true;
    }
    let is_generic = words(stem).all(|word| word.len() == 1 || OF_LIBRARIES.contains(&word));
    let is_kept_apart = folders.split('/').any(|folder| FOLDERS_OF_LIBRARIES.contains(&folder));
    is_key && is_library_of_c && (is_generic || is_kept_apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_names_of_examples() {
        for path in [
            "tests/a.py",
            "caddytest/a.key",
            "_fixture/certs/key.pem",
            "lib/test-data/a.json",
            "src/sample_keys/a.pem",
            "demos/bio/server.pem",
            "doc/man1/openssl.pod",
            "man/openssl.1",
            "src/pam_unix.8.xml",
            "regress/a.pem",
            "bld/bloat-o-meter",
            "config/settings.example.yml",
        ] {
            assert!(is_example(path), "{path}");
        }
        for path in [
            "src/a.py",
            "latest/a.py",
            "contest/a.py",
            "manager/a.py",
            "lib/libc.so.6",
            "tool-1.2.3",
            "src/testament/a.py",
        ] {
            assert!(!is_example(path), "{path}");
        }
    }

    #[test]
    fn keys_that_are_made_to_be_seen() {
        let key = super::super::rules()
            .find(|rule| rule.id == "private-key")
            .expect("a rule");
        let token = super::super::rules()
            .find(|rule| rule.id == "github-token")
            .expect("a rule");
        for path in [
            "ssl/snakeoil.key",
            "certs/test-server.pem",
            "keys/insecure_key",
            "pki/alice.key",
            "etc/demo.pem",
        ] {
            assert!(is_for_demonstration(key, path, false), "{path}");
        }
        for path in [
            "tools/oidc-test-env/a.yml",
            "gcs-fake-service-account.json",
            "src/demo.py",
            "dummy_config.ini",
        ] {
            assert!(is_for_demonstration(token, path, false), "{path}");
        }
        for path in ["pki/alice.key", "apps/server2.pem", "src/demonstrate.py"] {
            assert!(!is_for_demonstration(token, path, true), "{path}");
        }
        for path in [
            "apps/s512-key.pem",
            "apps/server2.pem",
            "ca-key.pem",
            "src/certs/x.h",
            "dh1024.pem",
        ] {
            assert!(is_for_demonstration(key, path, true), "{path}");
            assert!(!is_for_demonstration(key, path, false), "{path}");
        }
        for path in ["deploy/production.pem", "src/session.c", "config/id_rsa"] {
            assert!(!is_for_demonstration(key, path, true), "{path}");
        }
    }
}
