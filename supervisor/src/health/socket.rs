//! The socket at which the API answers health checks and nothing else.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use nix::unistd::mkdtemp;

/// Longest path of a socket, without the zero byte at its end (`sockaddr_un.sun_path`).
const LONGEST_PATH: usize = 107;

/// A path at which a socket can be made. A file there is removed when this is dropped.
#[derive(Debug)]
pub struct ProbeSocket {
    path: PathBuf,
    /// A folder that was made for it.
    folder: Option<PathBuf>,
}

impl ProbeSocket {
    /// Finds a path in the data folder. Where its name is too long, or its file system takes no sockets, the path is in a
    /// folder of our own among the temporary files.
    pub fn prepare(data_dir: &Path, temporary: &Path) -> io::Result<Self> {
        let path = std::path::absolute(data_dir)?.join("probe.sock");
        if try_out(&path).is_ok() {
            return Ok(Self { path, folder: None });
        }
        let folder = mkdtemp(&std::path::absolute(temporary)?.join("repolens-XXXXXX"))?;
        let socket = Self {
            path: folder.join("probe.sock"),
            folder: Some(folder),
        };
        try_out(&socket.path)?;
        Ok(socket)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for ProbeSocket {
    fn drop(&mut self) {
        // A file that is left is replaced by the next supervisor.
        let _left = fs::remove_file(&self.path);
        if let Some(folder) = &self.folder {
            let _left = fs::remove_dir(folder);
        }
    }
}

/// Makes a socket and removes it, and before it one that a killed API left.
fn try_out(path: &Path) -> io::Result<()> {
    if path.as_os_str().as_bytes().len() > LONGEST_PATH {
        return Err(ErrorKind::InvalidFilename.into());
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    drop(UnixListener::bind(path)?);
    fs::remove_file(path)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::net::UnixListener;

    use super::{LONGEST_PATH, ProbeSocket};

    #[test]
    fn it_is_in_the_data_folder_and_replaces_a_stale_one() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        drop(UnixListener::bind(folder.path().join("probe.sock")).expect("a stale socket"));
        let socket = ProbeSocket::prepare(folder.path(), folder.path()).expect("a path is found");
        assert_eq!(socket.path(), folder.path().join("probe.sock"));
        let listener = UnixListener::bind(socket.path()).expect("the path is free");
        drop(socket);
        assert!(fs::read_dir(folder.path()).expect("the folder").next().is_none());
        drop(listener);
    }

    #[test]
    fn a_data_folder_with_a_long_name_or_none_at_all_leads_to_a_temporary_one() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let long = temporary.path().join("x".repeat(LONGEST_PATH));
        fs::create_dir(&long).expect("a folder");
        for data_dir in [long.as_path(), &temporary.path().join("missing")] {
            let socket = ProbeSocket::prepare(data_dir, temporary.path()).expect("a path is found");
            assert!(socket.path().as_os_str().len() <= LONGEST_PATH);
            let listener = UnixListener::bind(socket.path()).expect("the path is free");
            drop(socket);
            drop(listener);
        }
        fs::remove_dir(long).expect("the folder is empty");
        assert!(fs::read_dir(temporary.path()).expect("the folder").next().is_none());
    }
}
