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

#[test]
fn the_table_of_traps_names_every_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dependencies");
    let table = fs::read_to_string(folder.join("README.md")).expect("the table can be read");
    let named = |case: &PathBuf| {
        let name = case.file_name().expect("a case has a name").to_string_lossy();
        table.contains(&format!("`{name}`"))
    };
    let missing: Vec<_> = cases(&folder).into_iter().filter(|case| !named(case)).collect();
    assert!(missing.is_empty(), "not in the table: {missing:?}");
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

/// The files that are named as not read, of a folder with these.
fn unread(files: &[(&str, String)]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    let tree = SourceTree::open(folder.path(), &OpenOptions::default()).expect("the input can be opened");
    let report = analyze(tree, &Options::default(), &Silent).expect("the input can be analyzed");
    let section = report.dependencies.expect("there are manifests");
    let mut found: Vec<String> = section.unread.into_iter().map(|file| file.path).collect();
    found.sort();
    found
}

#[test]
fn bombs_are_named_and_not_expanded() {
    const DEEP: usize = 100_000;
    let nested = |open: &str, close: &str| open.repeat(DEEP) + &close.repeat(DEEP);
    let mut laughs = "lockfileVersion: '9.0'\na: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (above, name) in "abcdefgh".chars().zip("bcdefghi".chars()) {
        let _ = writeln!(laughs, "{name}: &{name} [{}*{above}]", format!("*{above}, ").repeat(8));
    }
    laughs.push_str("packages: *i\n");
    let files = [
        ("aliases/pnpm-lock.yaml", laughs.clone()),
        ("aliases/pubspec.lock", laughs.clone()),
        ("aliases/yarn.lock", format!("__metadata:\n  version: 8\n{laughs}")),
        ("aliases/Podfile.lock", laughs),
        (
            "yaml/pnpm-lock.yaml",
            format!("lockfileVersion: '9.0'\npackages: {}", nested("[", "]")),
        ),
        ("yaml/pubspec.yaml", format!("dependencies: {}", nested("{a: ", "}"))),
        ("toml/Cargo.lock", format!("version = 4\nx = {}", nested("[", "]"))),
        (
            "toml/pyproject.toml",
            format!(
                "[project]\nname = 'a'\nx = {}1{}",
                "{a = ".repeat(DEEP),
                "}".repeat(DEEP)
            ),
        ),
        ("toml/uv.lock", format!("[{}a]\nx = 1\n", "a.".repeat(DEEP))),
        (
            "json/package-lock.json",
            format!("{{\"dependencies\": {}}}", nested("{\"a\": ", "}")),
        ),
        ("json/package.json", format!("{{\"exports\": {}}}", nested("[", "]"))),
        ("json/composer.lock", nested("[", "]")),
        ("json/deno.lock", format!("{{\"npm\": {}}}", nested("[", "]"))),
        ("json/bun.lock", format!("{{\"packages\": {}}}", nested("[", "]"))),
        ("json/Package.resolved", nested("[", "]")),
        ("json/build.sbt.lock", nested("[", "]")),
        ("json/conan.lock", nested("[", "]")),
        ("json/flake.lock", format!("{{\"nodes\": {}}}", nested("[", "]"))),
        (
            "json/renv.lock",
            format!("{{\"Packages\": {}}}", nested("{\"a\": ", "}")),
        ),
        ("yaml/stack.yaml.lock", format!("packages: {}", nested("[", "]"))),
        ("xml/pom.xml", nested("<project>", "</project>")),
        ("xml/a.csproj", nested("<Project>", "</Project>")),
        ("mix/mix.lock", format!("%{{\n  \"a\": {}\n}}", nested("[", "]"))),
    ];
    let mut wanted: Vec<_> = files.iter().map(|(path, _)| (*path).to_owned()).collect();
    wanted.sort();
    assert_eq!(unread(&files), wanted);
}

#[test]
fn a_lock_file_that_is_none_is_named() {
    let conflict = "<<<<<<< HEAD\nthis is (not) a lock file {\n=======\n>>>>>>> other\n";
    let names = [
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "bun.lock",
        "deno.lock",
        "Cargo.lock",
        "go.mod",
        "Pipfile.lock",
        "poetry.lock",
        "uv.lock",
        "pdm.lock",
        "pylock.toml",
        "Gemfile.lock",
        "gems.locked",
        "composer.lock",
        "packages.lock.json",
        "gradle.lockfile",
        "Package.resolved",
        "Podfile.lock",
        "pubspec.lock",
        "mix.lock",
        "build.sbt.lock",
        "pom.xml",
        "x.csproj",
        "packages.config",
        "Cartfile.resolved",
        "cabal.project.freeze",
        "conan.lock",
        "flake.lock",
        "renv.lock",
        "stack.yaml.lock",
    ];
    let files: Vec<_> = names.iter().map(|name| (*name, conflict.to_owned())).collect();
    let mut wanted: Vec<_> = names.map(str::to_owned).to_vec();
    wanted.sort();
    assert_eq!(unread(&files), wanted);
}

#[test]
fn fifty_thousand_packages_are_read_and_more_are_named() {
    let lock = |count: usize| {
        let mut text = "version = 4\n".to_owned();
        for at in 0..count {
            let next = (at * 7 + 1) % count;
            let _ = writeln!(
                text,
                "[[package]]\nname = \"p{at}\"\nversion = \"1.0.0\"\nsource = \"registry+https://example.org/index\"\ndependencies = [\"p{next}\"]"
            );
        }
        text
    };
    assert!(unread(&[("Cargo.lock", lock(50_000))]).is_empty());
    assert_eq!(unread(&[("Cargo.lock", lock(50_001))]), ["Cargo.lock"]);
}

#[test]
fn entities_of_xml_are_not_expanded() {
    let mut text = "<!DOCTYPE project [\n<!ENTITY a \"1111111111\">\n".to_owned();
    for (above, name) in "abcdefgh".chars().zip("bcdefghi".chars()) {
        let _ = writeln!(text, "<!ENTITY {name} \"{}\">", format!("&{above};").repeat(10));
    }
    text.push_str(
        "<!ENTITY outside SYSTEM \"file:///etc/hostname\">\n]>\n<project><dependencies><dependency><groupId>org.example</groupId>\
         <artifactId>a&outside;</artifactId><version>1&i;</version></dependency></dependencies></project>\n",
    );
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("pom.xml"), text).expect("it can be written");
    let found = dependencies(folder.path());
    assert!(
        found.starts_with("pkg:maven/org.example/a%26outside%3B@1%26i%3B runtime"),
        "{found}"
    );
}
