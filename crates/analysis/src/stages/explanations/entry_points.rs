//! The order in which entry points are named: those that the project is about first.

use std::cmp::Reverse;
use std::collections::HashMap;

use repolens_core::report::Report;

/// By weight: no scripts of a build, then files whose names mark them as the main one, then those nearest to the top, then
/// those that import most.
pub(super) fn by_weight<'a>(report: &Report, paths: &'a [String]) -> Vec<&'a String> {
    let name = report.summary.as_ref().and_then(|summary| summary.name.as_deref());
    let mut imports: HashMap<&str, usize> = HashMap::new();
    for edge in report.module_graph.iter().flat_map(|graph| &graph.edges) {
        *imports.entry(&edge.source).or_default() += 1;
    }
    let mut sorted: Vec<&String> = paths.iter().collect();
    sorted.sort_by_key(|path| {
        (
            is_of_build(path),
            !is_main(path, name),
            path.matches('/').count(),
            Reverse(imports.get(path.as_str()).copied().unwrap_or_default()),
            *path,
        )
    });
    sorted
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}

fn is_of_build(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "build.rs" | "setup.py" | "composer.json") || path.to_ascii_lowercase().contains("template")
}

fn is_main(path: &str, project: Option<&str>) -> bool {
    let stem = stem(path).to_ascii_lowercase();
    matches!(
        stem.as_str(),
        "main" | "__main__" | "__init__" | "index" | "lib" | "app" | "cli" | "server"
    ) || project.is_some_and(|project| {
        let project = project.rsplit('/').next().unwrap_or(project).to_ascii_lowercase();
        stem == project || stem == project.replace('-', "_")
    })
}

#[cfg(test)]
mod tests {
    use repolens_core::report::Summary;

    use super::*;

    #[test]
    fn the_main_files_come_first() {
        let report = Report {
            summary: Some(Summary {
                name: Some("three".to_owned()),
                ..Summary::default()
            }),
            ..Report::default()
        };
        let paths = [
            "build.rs",
            "src/ajax/index.ts",
            "src/crc64.c",
            "src/index.ts",
            "src/Three.js",
            "src/server.c",
        ];
        let paths = paths.map(str::to_owned);
        let sorted = by_weight(&report, &paths);
        assert_eq!(
            sorted,
            [
                "src/Three.js",
                "src/index.ts",
                "src/server.c",
                "src/ajax/index.ts",
                "src/crc64.c",
                "build.rs"
            ]
        );
    }
}
