//! Packages of npm that tests use, each set installed once into the target folder.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::command;

/// `target/tmp`, where cargo has temporary files of integration tests.
fn target_folder() -> PathBuf {
    let program = std::env::current_exe().expect("a test knows its own path");
    let target = program.ancestors().nth(3).expect("target/PROFILE/deps/TEST");
    target.join("tmp")
}

/// The folder `name` with the packages of a `package.json`, and with these files beside them. The first run installs them;
/// later ones, and those of other tests, find them. Scripts of packages are not run, and nothing native is compiled.
pub(crate) fn installed(name: &str, packages: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = target_folder().join(name);
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    let lock = File::create(folder.join("lock")).expect("the target folder can be written");
    lock.lock().expect("the file can be locked");
    for (file, text) in files {
        put(&folder.join(file), text);
    }
    let stamp = folder.join("installed.json");
    if std::fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == packages) {
        return folder;
    }
    put(&folder.join("package.json"), packages);
    let output = command("npm")
        .args([
            "install",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--ignore-scripts",
            "--legacy-peer-deps",
        ])
        .current_dir(&folder)
        .output()
        .expect("`npm` is installed");
    assert!(
        output.status.success(),
        "npm install failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    put(&stamp, packages);
    folder
}

/// Only where it differs: another run may be reading it.
fn put(path: &Path, text: &str) {
    if !std::fs::read_to_string(path).is_ok_and(|there| there == text) {
        std::fs::write(path, text).expect("the target folder can be written");
    }
}
