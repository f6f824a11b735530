//! A repository whose files are stored as long chains of differences: git takes little memory to read them.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use repolens_analysis::{Git, OpenOptions, SourceTree};

const FILES: usize = 400;

/// Of each of them: all together are more than git's own 96 MiB for what differences build on.
const LINES: usize = 4_000;

#[test]
fn all_is_read_by_a_git_with_48_mib_of_its_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repository = folder.path().join("r.git");
    make(&repository);
    let limited = folder.path().join("git");
    fs::write(&limited, "#!/bin/sh\nulimit -d 49152 && exec git \"$@\"\n").expect("written");
    fs::set_permissions(&limited, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let git = Git {
        program: limited,
        ..Git::default()
    };
    let options = OpenOptions {
        git,
        ..OpenOptions::default()
    };
    let tree = SourceTree::open(&repository, &options).expect("opens");
    let mut reader = tree.reader().expect("git starts");
    let mut text = Vec::new();
    for entry in &tree.entries {
        text.clear();
        reader.read(entry, &mut text).expect("it is read");
        assert_eq!(text.len() as u64, entry.size, "{}", entry.path);
    }
    assert_eq!(tree.entries.len(), FILES);
}

/// Each file is the one before with a line changed, which is what git stores of it.
#[expect(
    clippy::disallowed_methods,
    reason = "git of the test itself, on a repository of the test"
)]
fn make(repository: &Path) {
    let git = |folder: &Path, arguments: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(folder).args(arguments);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        git
    };
    let parent = repository.parent().expect("it has a folder");
    let init = git(parent, &["init", "-q", "--bare", "-b", "main", "r.git"]).status();
    assert!(init.expect("git is installed").success());
    let mut import = git(repository, &["fast-import", "--quiet", "--depth=50"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("git is installed");
    let mut lines: Vec<String> = (0..LINES)
        .map(|line| format!("{:064x}\n", line * line * line))
        .collect();
    let mut stream = "commit refs/heads/main\ncommitter t <t@example.invalid> 1700000000 +0000\ndata 1\nm\n".to_owned();
    for file in 0..FILES {
        lines[file] = format!("{file:064x}\n");
        let text = lines.concat();
        write!(stream, "M 100644 inline f{file}.txt\ndata {}\n{text}\n", text.len()).expect("a String takes all");
    }
    let mut stdin = import.stdin.take().expect("a pipe");
    stdin.write_all(stream.as_bytes()).expect("git reads");
    drop(stdin);
    assert!(import.wait().expect("our own child").success());
}
