//! Where repositories are cloned: a folder for each worker process, and in it a folder for each scan, which is removed when
//! the scan ends.
//!
//! A worker holds a lock on its folder as long as its process exists. So the next one can distinguish folders that were left
//! over from those of workers that run beside it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use repolens_core::ScanId;

/// Only folders of this name are ever removed: `SANDBOX_DIR` may be a folder that others use too.
const PREFIX: &str = "repolens-worker-";
const LOCK: &str = "lock";

/// The folder of this process. Removed when it is dropped.
#[derive(Debug)]
pub struct Sandboxes {
    dir: PathBuf,
    _lock: File,
}

impl Sandboxes {
    /// Makes the folder, after removing those of workers that have ended.
    ///
    /// # Errors
    /// `root` cannot be made or written to.
    pub fn open(root: &Path) -> anyhow::Result<Self> {
        let at = || format!("failed to use `{}` (`SANDBOX_DIR`)", root.display());
        fs::create_dir_all(root).with_context(at)?;
        // One at a time: a folder that was just made and is not locked yet must not be taken for a left-over.
        let turn = lock_file(&root.join(".repolens-worker.lock")).with_context(at)?;
        turn.lock().with_context(at)?;
        sweep(root).with_context(at)?;
        let dir = root.join(format!("{PREFIX}{}", uuid::Uuid::new_v4().simple()));
        make_private(&dir).with_context(at)?;
        let lock = lock_file(&dir.join(LOCK)).with_context(at)?;
        lock.lock().with_context(at)?;
        Ok(Self { dir, _lock: lock })
    }

    /// A new empty folder for one attempt at a scan.
    ///
    /// # Errors
    /// The disk is full, read-only or broken.
    pub fn create(&self, scan: &ScanId) -> io::Result<Sandbox> {
        let dir = self.dir.join(format!("{scan}-{}", uuid::Uuid::new_v4().simple()));
        make_private(&dir)?;
        Ok(Sandbox { dir, removed: false })
    }

    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

impl Drop for Sandboxes {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.dir) {
            tracing::warn!(dir = %self.dir.display(), "sandbox folder not removed: {error}");
        }
    }
}

/// The folder of one scan. [`Sandbox::remove`] it; dropping it tries once.
#[derive(Debug)]
pub struct Sandbox {
    dir: PathBuf,
    removed: bool,
}

impl Sandbox {
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Removes it. Retries for 2 s: processes that were just killed may still use it.
    pub async fn remove(mut self) {
        for _ in 0..100 {
            match remove(&self.dir) {
                Ok(()) => {
                    self.removed = true;
                    return;
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if self.removed {
            return;
        }
        if let Err(error) = remove(&self.dir) {
            tracing::error!(dir = %self.dir.display(), "sandbox not removed, the next start will: {error}");
        }
    }
}

/// Bytes on disk below `dir`. Files that are removed meanwhile count nothing; links are not followed.
#[must_use]
pub fn size_on_disk(dir: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(data) if data.is_dir() => size_on_disk(&entry.path()),
            // Blocks are of 512 bytes, whatever the file system's own are.
            Ok(data) => data.blocks() * 512,
            Err(_) => 0,
        })
        .sum()
}

/// Whether nothing can be written on the disk of `dir`. Where this is unknown, it is not.
#[must_use]
pub fn is_full(dir: &Path) -> bool {
    nix::sys::statvfs::statvfs(dir).is_ok_and(|disk| {
        // File systems without a fixed number of files return 0 for both.
        disk.blocks_available() == 0 || (disk.files() > 0 && disk.files_available() == 0)
    })
}

fn sweep(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) || !entry.file_type()?.is_dir() {
            continue;
        }
        let is_in_use = match File::open(entry.path().join(LOCK)) {
            Ok(lock) => matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
            Err(_) => false,
        };
        if !is_in_use {
            tracing::info!(dir = %entry.path().display(), "removing the folder of an earlier worker");
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn make_private(dir: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(dir)
}

fn lock_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .custom_flags(nix::libc::O_NOFOLLOW)
        .open(path)
}

fn remove(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(root: &Path) -> usize {
        fs::read_dir(root)
            .expect("readable")
            .flatten()
            .filter(|entry| entry.path().is_dir())
            .count()
    }

    #[test]
    fn left_overs_go_and_what_lives_stays() {
        let root = tempfile::tempdir().expect("a folder");
        let left_over = root.path().join(format!("{PREFIX}dead"));
        fs::create_dir_all(left_over.join("scan")).expect("made");
        fs::create_dir_all(root.path().join("of-another-program")).expect("made");

        let first = Sandboxes::open(root.path()).expect("opens");
        assert!(!left_over.exists(), "it is not locked");
        let second = Sandboxes::open(root.path()).expect("opens beside the first");
        assert!(first.dir().exists(), "its worker lives");
        assert_eq!(folders(root.path()), 3);

        drop((first, second));
        assert_eq!(folders(root.path()), 1, "only what is not ours is left");
    }

    #[tokio::test]
    async fn a_sandbox_is_private_and_goes() {
        let root = tempfile::tempdir().expect("a folder");
        let sandboxes = Sandboxes::open(root.path()).expect("opens");
        let sandbox = sandboxes.create(&ScanId::random()).expect("made");
        let dir = sandbox.dir().to_owned();
        assert_eq!(fs::metadata(&dir).expect("there").mode() & 0o777, 0o700);
        fs::write(dir.join("file"), vec![1; 10_000]).expect("written");
        assert!(size_on_disk(&dir) >= 10_000);
        sandbox.remove().await;
        assert!(!dir.exists());
    }

    #[test]
    fn a_folder_that_cannot_be_used_is_named() {
        let root = tempfile::tempdir().expect("a folder");
        let file = root.path().join("file");
        fs::write(&file, "").expect("written");
        let error = format!("{:#}", Sandboxes::open(&file).expect_err("a file is no folder"));
        assert!(error.contains("SANDBOX_DIR"), "{error}");
    }
}
