//! Small projects in a temporary folder, and what is told of them.

use std::fs;
use std::path::Path;

use repolens_analysis::{OpenOptions, Options, Silent, SourceTree, analyze};
use repolens_core::report::Report;
use tempfile::TempDir;

/// A folder with these files: path and text.
pub fn folder(files: &[(&str, impl AsRef<[u8]>)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
        fs::write(path, text).expect("can be written");
    }
    folder
}

pub fn open(folder: &Path) -> SourceTree {
    SourceTree::open(folder, &OpenOptions::default()).expect("opens")
}

pub fn report(files: &[(&str, impl AsRef<[u8]>)]) -> Report {
    analyze(open(folder(files).path()), &Options::default(), &Silent).expect("can be read")
}
