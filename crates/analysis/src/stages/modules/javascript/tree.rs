//! The file system of the module resolver: the files of the scan.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use oxc_resolver::{FileMetadata, FileSystem, ResolveError};

use crate::budget::spend;

/// The tree, mounted at `/` for the resolver.
pub(super) struct Tree {
    /// Path to text, of the few files whose text is needed.
    pub(super) files: HashMap<String, Option<String>>,
    pub(super) folders: BTreeSet<String>,
}

impl Tree {
    pub(super) fn key(path: &Path) -> String {
        path.to_string_lossy()
            .trim_start_matches('/')
            .trim_end_matches('/')
            .to_owned()
    }

    pub(super) fn missing() -> io::Error {
        io::Error::from(io::ErrorKind::NotFound)
    }
}

impl FileSystem for Tree {
    fn new() -> Self {
        Self {
            files: HashMap::new(),
            folders: BTreeSet::new(),
        }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read_to_string(path).map(String::into_bytes)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        self.files
            .get(&Self::key(path))
            .cloned()
            .flatten()
            .ok_or_else(Self::missing)
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        spend(1);
        let key = Self::key(path);
        if self.files.contains_key(&key) {
            Ok(FileMetadata::new(true, false, false))
        } else if key.is_empty() || self.folders.contains(&key) {
            Ok(FileMetadata::new(false, true, false))
        } else {
            Err(Self::missing())
        }
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.metadata(path)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        Err(ResolveError::from(io::Error::new(
            io::ErrorKind::InvalidInput,
            path.display().to_string(),
        )))
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }
}
