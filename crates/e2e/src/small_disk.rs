//! A disk of a few megabytes, to be filled.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use tempfile::TempDir;

/// A file system in memory of a fixed size, which only root can make. Taken off when dropped.
#[derive(Debug)]
pub struct SmallDisk {
    folder: TempDir,
}

const BALLAST: &str = "ballast";

impl SmallDisk {
    /// # Panics
    /// Where mounting is not allowed: tests that need it are ignored unless the feature `mounts` is on.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let size = format!("size={bytes}");
        mount(
            Some("tmpfs"),
            folder.path(),
            Some("tmpfs"),
            MsFlags::MS_NOSUID | MsFlags::MS_NODEV,
            Some(size.as_str()),
        )
        .expect("root may mount");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        Self { folder }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    #[must_use]
    pub fn text(&self) -> &str {
        self.path().to_str().expect("UTF-8")
    }

    /// Leaves not a byte of room.
    ///
    /// # Panics
    /// Where it fails in another way.
    pub fn fill(&self) {
        let mut ballast = File::create(self.path().join(BALLAST)).expect("a file");
        for length in [64 * 1024, 1] {
            let bytes = vec![0; length];
            loop {
                match ballast.write(&bytes) {
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("cannot fill the disk: {error}"),
                }
            }
        }
    }

    /// # Panics
    /// Where it was not filled.
    pub fn make_room(&self) {
        fs::remove_file(self.path().join(BALLAST)).expect("it is filled");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A process that still has a file open there keeps it until then.
        let _ = umount2(self.folder.path(), MntFlags::MNT_DETACH);
    }
}
