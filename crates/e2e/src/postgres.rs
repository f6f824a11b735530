//! A PostgreSQL server of the test's own, on a free port of loopback.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, chown, geteuid};
use tempfile::TempDir;

use crate::free_port;

/// An empty server. Stopped, and its data removed, when dropped.
#[derive(Debug)]
pub struct Postgres {
    server: Child,
    port: u16,
    _folder: TempDir,
}

impl Postgres {
    /// Makes a cluster and starts it.
    ///
    /// # Panics
    /// Where PostgreSQL is not installed (`scripts/setup`), or does not start.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the test starts the server; its state can only be asked for"
    )]
    pub fn start() -> Self {
        let bin = programs();
        let folder = tempfile::tempdir().expect("a temporary folder");
        // It refuses to run as root.
        let user = geteuid().is_root().then(|| {
            User::from_name("postgres")
                .ok()
                .flatten()
                .expect("Debian's package makes the user")
        });
        if let Some(user) = &user {
            chown(folder.path(), Some(user.uid), Some(user.gid)).expect("root may");
        }
        let command = |name: &str| {
            let mut command = Command::new(bin.join(name));
            if let Some(user) = &user {
                command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
            }
            command.current_dir(folder.path()).stdin(Stdio::null());
            command
        };
        let data = folder.path().join("data");
        let made = command("initdb")
            .args([
                "--username=repolens",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
                "--pgdata",
            ])
            .arg(&data)
            .output()
            .expect("initdb starts");
        assert!(made.status.success(), "{made:?}");

        let port = free_port();
        let server = command("postgres")
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k", "", "-F"])
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.path().join("log")).expect("a log file"))
            .spawn()
            .expect("postgres starts");
        let postgres = Self {
            server,
            port,
            _folder: folder,
        };
        // The server's own word, on the last line of its file.
        let ready = || {
            let pid_file = std::fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            pid_file.lines().last().is_some_and(|line| line.trim() == "ready")
        };
        let start = Instant::now();
        while !ready() {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "PostgreSQL does not start: {}",
                std::fs::read_to_string(data.with_file_name("log")).unwrap_or_default()
            );
            thread::sleep(Duration::from_millis(50));
        }
        postgres
    }

    /// The address of the database `postgres`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://repolens@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Ends at once, its connections too; it may have ended already.
        let _ = kill(Pid::from_raw(self.server.id().cast_signed()), Signal::SIGQUIT);
        let _ = self.server.wait();
    }
}

/// Where the server programs are: on `PATH`, or where Debian puts them.
#[expect(clippy::disallowed_methods, reason = "where to look for programs")]
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    std::env::split_paths(&path)
        .chain(debian.map(|version| version.path().join("bin")))
        .find(|folder| folder.join("initdb").exists())
        .expect("PostgreSQL's server programs are installed: run `scripts/setup`")
}
