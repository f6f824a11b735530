//! Source trees: one tiny repository for each way in which one can be odd or hostile. Real git, real files.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use repolens_analysis::{Limits, OpenError, OpenOptions, Options, Silent, SourceTree, analyze};
use repolens_core::report::Report;
use tempfile::TempDir;

#[expect(
    clippy::disallowed_methods,
    reason = "git of the test itself, on repositories of the test"
)]
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.invalid",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_DATE", "2024-01-01T00:00:00Z")
        .env("GIT_COMMITTER_DATE", "2024-01-01T00:00:00Z")
        .output()
        .expect("git is installed");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A work tree with these files, committed.
fn repository(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
        fs::write(path, text).expect("can be written");
    }
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "-A", "-f"]);
    git(folder.path(), &["commit", "-q", "--allow-empty", "-m", "one"]);
    folder
}

fn bare(work: &TempDir) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    git(
        folder.path(),
        &["clone", "-q", "--bare", work.path().to_str().expect("UTF-8"), "r.git"],
    );
    folder
}

fn open(path: &Path) -> Result<SourceTree, OpenError> {
    SourceTree::open(path, &OpenOptions::default())
}

fn paths(tree: &SourceTree) -> Vec<&str> {
    tree.entries.iter().map(|entry| entry.path.as_str()).collect()
}

fn report(path: &Path) -> Report {
    analyze(open(path).expect("opens"), &Options::default(), &Silent).expect("can be read")
}

fn skipped(report: &Report) -> Vec<String> {
    report
        .analyser
        .skipped_files
        .iter()
        .map(|file| format!("{}: {}", file.path, file.reason))
        .collect()
}

#[test]
fn a_folder_and_its_bare_clone_are_the_same_tree() {
    let work = repository(&[
        ("a.py", b"def f():\n    pass\n"),
        ("b/c.js", b"export const a = 1;\n"),
        ("README.md", b"# A\n"),
    ]);
    let clone = bare(&work);
    let (folder, commit) = (
        open(work.path()).expect("opens"),
        open(&clone.path().join("r.git")).expect("opens"),
    );
    assert_eq!(paths(&folder), ["README.md", "a.py", "b/c.js"]);
    assert_eq!(paths(&folder), paths(&commit));
    assert_eq!(commit.name, "r");
    assert_eq!(
        commit.commit.as_deref(),
        Some(git(work.path(), &["rev-parse", "HEAD"]).as_str())
    );
    let (a, b) = (report(work.path()), report(&clone.path().join("r.git")));
    assert_eq!(
        serde_json::to_value(&a.ast).expect("plain"),
        serde_json::to_value(&b.ast).expect("plain")
    );
    assert_eq!(
        serde_json::to_value(&a.lines).expect("plain"),
        serde_json::to_value(&b.lines).expect("plain")
    );
}

#[test]
fn a_work_tree_is_read_from_disk_and_a_commit_on_demand() {
    let work = repository(&[("a.py", b"x = 1\n")]);
    fs::write(work.path().join("new.py"), "y = 2\n").expect("can be written");
    assert_eq!(paths(&open(work.path()).expect("opens")), ["a.py", "new.py"]);
    let options = OpenOptions {
        commit: Some("main".into()),
        ..OpenOptions::default()
    };
    assert_eq!(
        paths(&SourceTree::open(work.path(), &options).expect("opens")),
        ["a.py"]
    );
    let options = OpenOptions {
        commit: Some("--upload-pack=x".into()),
        ..OpenOptions::default()
    };
    assert!(matches!(
        SourceTree::open(work.path(), &options),
        Err(OpenError::Unreadable(_))
    ));
}

#[test]
fn what_is_no_tree_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = |result: Result<SourceTree, OpenError>| result.expect_err("is no tree").to_string();
    assert!(matches!(open(&folder.path().join("none")), Err(OpenError::NotFound(_))));
    fs::write(folder.path().join("file"), "x").expect("can be written");
    assert!(text(open(&folder.path().join("file"))).contains("is a file"));
    git(folder.path(), &["init", "-q", "--bare", "empty.git"]);
    assert!(text(open(&folder.path().join("empty.git"))).contains("no commit yet"));
    let options = OpenOptions {
        commit: Some("main".into()),
        ..OpenOptions::default()
    };
    fs::create_dir(folder.path().join("plain")).expect("can be made");
    assert!(text(SourceTree::open(&folder.path().join("plain"), &options)).contains("no git repository"));
}

#[test]
fn an_empty_tree_is_a_report() {
    let empty = tempfile::tempdir().expect("a temporary folder");
    let report = report(empty.path());
    assert_eq!(
        report
            .languages
            .map(|languages| (languages.primary, languages.total_files)),
        Some(("unknown".into(), 0))
    );
    let repository = repository(&[]);
    let clone = bare(&repository);
    assert!(paths(&open(&clone.path().join("r.git")).expect("opens")).is_empty());
}

#[test]
fn links_and_submodules_are_named_and_not_followed() {
    let secret = tempfile::tempdir().expect("a temporary folder");
    fs::write(secret.path().join("secret.py"), "x = 1\n").expect("can be written");
    let work = repository(&[("a.py", b"x = 1\n")]);
    symlink(secret.path(), work.path().join("farm")).expect("can be made");
    symlink("/etc/passwd", work.path().join("passwd.py")).expect("can be made");
    symlink(".", work.path().join("loop")).expect("can be made");
    for at in 0..50 {
        symlink("../a.py", work.path().join(format!("link{at}.py"))).expect("can be made");
    }
    let commit = git(work.path(), &["rev-parse", "HEAD"]);
    git(work.path(), &["add", "-A", "-f"]);
    git(
        work.path(),
        &[
            "update-index",
            "--add",
            "--cacheinfo",
            &format!("160000,{commit},module"),
        ],
    );
    git(work.path(), &["commit", "-q", "-m", "two"]);
    let clone = bare(&work);
    for (path, more) in [(work.path().to_owned(), 0), (clone.path().join("r.git"), 1)] {
        let report = report(&path);
        assert_eq!(
            report.languages.as_ref().map(|languages| languages.total_files),
            Some(1)
        );
        assert_eq!(report.analyser.skipped_files_total, 53 + more);
        assert!(skipped(&report).contains(&"passwd.py: a symbolic link: not followed".to_owned()));
        assert_eq!(
            skipped(&report)
                .iter()
                .filter(|line| line.contains("submodule"))
                .count() as u64,
            more
        );
    }
}

#[test]
fn odd_names_are_read_and_shown() {
    let work = repository(&[
        ("-x.py", b"x = 1\n"),
        ("new\nline.py", b"y = 1\n"),
        ("sp ace/\"q\".py", b"z = 1\n"),
        ("\u{e9}.py", b"z = 1\n"),
    ]);
    fs::write(work.path().join(OsStr::from_bytes(b"bad\xff.py")), "v = 1\n").expect("can be written");
    git(work.path(), &["add", "-A", "-f"]);
    git(work.path(), &["commit", "-q", "-m", "two"]);
    let clone = bare(&work);
    for path in [work.path().to_owned(), clone.path().join("r.git")] {
        let report = report(&path);
        let files: Vec<_> = report
            .files
            .iter()
            .map(|file| (file.path.as_str(), file.lines))
            .collect();
        let expected = [
            ("-x.py", 1),
            ("bad\u{fffd}.py", 1),
            ("new\nline.py", 1),
            ("sp ace/\"q\".py", 1),
            ("\u{e9}.py", 1),
        ];
        assert_eq!(files, expected);
        assert_eq!(
            skipped(&report),
            ["bad\u{fffd}.py: its name is not UTF-8: it is shown with replacement characters"]
        );
    }
}

#[test]
fn limits_hold_and_are_told() {
    let large = b"x = 1\n".repeat(1000);
    let work = repository(&[
        ("a.py", b"x = 1\n"),
        ("b.py", &large),
        ("c.py", b"y = 1\n"),
        ("d.py", b"z = 1\n"),
    ]);
    let limits = Limits {
        max_file_size: 1000,
        max_files: 3,
        ..Limits::default()
    };
    let options = OpenOptions {
        limits: limits.clone(),
        ..OpenOptions::default()
    };
    let clone = bare(&work);
    let tree = SourceTree::open(&clone.path().join("r.git"), &options).expect("opens");
    assert_eq!(paths(&tree), ["a.py", "b.py", "c.py"]);
    let report = analyze(
        tree,
        &Options {
            limits,
            ..Options::default()
        },
        &Silent,
    )
    .expect("can be read");
    assert_eq!(skipped(&report), ["b.py: larger than 1000 bytes: not read"]);
    let parse = serde_json::to_value(&report.analyser.stages[0]).expect("plain");
    assert_eq!(
        (parse["status"].as_str(), parse["reason"].as_str()),
        (Some("truncated"), Some("more than 3 files: the rest is left out"))
    );
    let limits = Limits {
        max_total_size: 10,
        ..Limits::default()
    };
    let options = OpenOptions {
        limits,
        ..OpenOptions::default()
    };
    let tree = SourceTree::open(work.path(), &options).expect("opens");
    assert!(tree.truncated.is_some_and(|reason| reason.contains("10 bytes")));
}

#[test]
fn ignored_files_of_a_folder_are_left_out() {
    let work = repository(&[("a.py", b"x = 1\n")]);
    fs::write(work.path().join(".gitignore"), "out/\n*.log.py\n").expect("can be written");
    fs::create_dir(work.path().join("out")).expect("can be made");
    fs::write(work.path().join("out/b.py"), "x = 1\n").expect("can be written");
    fs::write(work.path().join("c.log.py"), "x = 1\n").expect("can be written");
    assert_eq!(paths(&open(work.path()).expect("opens")), [".gitignore", "a.py"]);
}

#[test]
fn hostile_files_cost_only_themselves() {
    // Indented lines: what has none counts as minified, and is not parsed at all.
    let deep = format!("if (x)\n    y;\n{}", "(".repeat(100_000));
    let long = format!("x = '{}'\n", "a".repeat(400_000));
    let chain = format!("if (x)\n    y;\nconst a = {}1;\n", "1+".repeat(60_000));
    let braces = "function a() {\n    ".repeat(3_000);
    let work = repository(&[
        ("ok.py", b"def f():\n    return 1\n"),
        ("deep.py", deep.as_bytes()),
        ("deep.js", deep.as_bytes()),
        ("deep.go", deep.as_bytes()),
        ("chain.js", chain.as_bytes()),
        ("braces.ts", braces.as_bytes()),
        ("long.py", long.as_bytes()),
        ("binary.py", b"x = 1\n\0\0"),
        ("wide.py", b"\xff\xfex\0"),
        ("latin.py", b"# \xe9\nx = 1\n"),
        ("empty.rs", b""),
        ("package.json", b"{ not json"),
        ("package-lock.json", "[".repeat(10_000).as_bytes()),
    ]);
    let report = report(work.path());
    let names: Vec<_> = report
        .analyser
        .skipped_files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "binary.py",
            "braces.ts",
            "chain.js",
            "deep.go",
            "deep.js",
            "deep.py",
            "package-lock.json",
            "package.json"
        ],
        "{:#?}",
        report.analyser.skipped_files
    );
    assert_eq!(report.ast.map(|ast| ast.summary.total_functions), Some(1));
    assert!(
        report
            .analyser
            .stages
            .iter()
            .all(|stage| serde_json::to_value(stage.status).is_ok_and(|s| s != "failed"))
    );
}

#[test]
fn a_file_to_skip_is_counted_and_named() {
    let work = repository(&[("a.py", b"def f():\n    pass\n"), ("b.py", b"def g():\n    pass\n")]);
    let options = Options {
        skip: [("a.py".to_owned(), "it ended the parser".to_owned())].into(),
        ..Options::default()
    };
    let report = analyze(open(work.path()).expect("opens"), &options, &Silent).expect("can be read");
    assert_eq!(skipped(&report), ["a.py: it ended the parser"]);
    let lines = report.lines.expect("counted");
    assert_eq!(
        (lines.total.code, report.ast.expect("parsed").summary.total_functions),
        (4, 1)
    );
}

#[test]
fn blobs_that_a_filter_left_out_are_named() {
    let large = b"x = 1\n".repeat(5000);
    let work = repository(&[("a.py", b"x = 1\n"), ("large.py", &large)]);
    git(work.path(), &["config", "uploadpack.allowFilter", "true"]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let address = format!("file://{}", work.path().display());
    git(
        folder.path(),
        &["clone", "-q", "--bare", "--filter=blob:limit=1k", &address, "r.git"],
    );
    let report = report(&folder.path().join("r.git"));
    assert_eq!(
        skipped(&report),
        ["large.py: not in the clone: larger than what is fetched"]
    );
    assert_eq!(report.languages.map(|languages| languages.total_files), Some(1));
}
