//! Small repositories with their dependencies: `dependencies/README.md` describes the format.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use repolens_analysis::{OpenOptions, Options, Silent, SourceTree, analyze};
use repolens_core::report::{DeclaredPackage, Dependencies};

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a switch of this test, no setting of the product"
)]
fn every_format_is_read_as_its_case_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dependencies");
    let update = std::env::var_os("UPDATE").is_some();
    let mut problems = Vec::new();
    let cases = cases(&folder);
    assert!(cases.len() > 30, "the cases are missing");
    for case in cases {
        let expected = case.join("expected.txt");
        let actual = dependencies(&case.join("input"));
        if update && !expected.exists() {
            fs::write(&expected, &actual).expect("it can be written");
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        if wanted != actual {
            problems.push(format!("{}\n--- wanted\n{wanted}--- found\n{actual}", case.display()));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn cases(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of cases can be read");
    let paths = entries.map(|entry| entry.expect("an entry can be read").path());
    let mut cases: Vec<_> = paths.filter(|path| path.join("input").is_dir()).collect();
    cases.sort();
    cases
}

fn dependencies(input: &Path) -> String {
    let tree = SourceTree::open(input, &OpenOptions::default()).expect("the input can be opened");
    let report = analyze(tree, &Options::default(), &Silent).expect("the input can be analyzed");
    let section = report.dependencies.expect("there are manifests");
    describe(&section)
}

fn describe(section: &Dependencies) -> String {
    let mut out = String::new();
    for package in &section.packages {
        let kind = format!("{:?}", package.kind).to_lowercase();
        let _ = write!(out, "{} {kind}", package.purl);
        let flags = [
            (package.direct, "direct".to_owned()),
            (package.is_dev, "dev-only".to_owned()),
            (package.optional, "optional-only".to_owned()),
            (!package.resolved, format!("wanted `{}`", package.version)),
        ];
        for (_, flag) in flags.iter().filter(|(set, _)| *set) {
            let _ = write!(out, " {flag}");
        }
        if let Some(license) = &package.license {
            let _ = write!(out, " license `{license}`");
        }
        let _ = writeln!(out, " in {}", package.manifest);
    }
    for edge in section.graph.edges.iter().filter(|edge| edge.source != "root") {
        let _ = writeln!(out, "{} -> {}", edge.source, edge.target);
    }
    for root in &section.roots {
        let _ = writeln!(
            out,
            "root {} ({} direct, {} reachable)",
            root.manifest,
            root.direct.len(),
            root.reachable
        );
    }
    let mut list = |title: &str, packages: &[DeclaredPackage]| {
        for package in packages {
            let _ = writeln!(
                out,
                "{title} {} {} ({})",
                package.name, package.version, package.manifest
            );
        }
    };
    list("declared, not locked:", &section.drift.declared_not_locked);
    list("locked, not declared:", &section.drift.locked_not_declared);
    for file in &section.unread {
        let _ = writeln!(out, "unread {}", file.path);
    }
    for file in &section.apart {
        let _ = writeln!(out, "apart {} {} ({})", file.reason, file.path, file.packages);
    }
    out
}
