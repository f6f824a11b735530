//! Files that are never judged, because they exist to be read, copied or compared.

/// Folders of examples, documentation, test data, benchmarks and templates.
const FOLDERS: &[&str] = &[
    "docs",
    "doc",
    "documentation",
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "tutorial",
    "tutorials",
    "playground",
    "playgrounds",
    "bench",
    "benches",
    "benchmark",
    "benchmarks",
    "perf",
    "fixture",
    "fixtures",
    "__fixtures__",
    "testdata",
    "test-data",
    "test_data",
    "mocks",
    "__mocks__",
    "stubs",
    "template",
    "templates",
    "tmpl",
    "boilerplate",
    "boilerplates",
    "skeleton",
    "skeletons",
    "scaffold",
    "scaffolds",
    "blueprints",
    "schematics",
    "snippets",
    "starter",
    "starters",
];

/// Whether dead code is reported in the file at `path`.
#[must_use]
pub fn is_judged(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    !folders.split('/').any(|folder| FOLDERS.contains(&folder))
}

#[cfg(test)]
mod tests {
    use super::is_judged;

    #[test]
    fn examples_and_templates_are_not_judged() {
        assert!(is_judged("src/a.ts") && is_judged("docs.py"));
        assert!(!is_judged("a/examples/b.py") && !is_judged("templates/js/src/a.ts"));
    }
}
