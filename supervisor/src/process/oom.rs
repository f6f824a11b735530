//! The order in which processes are killed when memory runs out.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};

const PATH: &str = "/proc/self/oom_score_adj";

/// Our own `oom_score_adj`, which a child gets at its birth.
///
/// It cannot be set from here later: a child that runs as another user has files in `/proc` that are not ours.
pub struct OomScore {
    own: i32,
    file: File,
}

impl OomScore {
    /// To be opened before this process changes its user or is undumpable, for then its files in `/proc` are root's.
    pub fn open() -> io::Result<Self> {
        Ok(Self {
            own: fs::read_to_string(PATH)?.trim().parse().unwrap_or(0),
            file: OpenOptions::new().write(true).open(PATH)?,
        })
    }

    /// Runs `start` so that the processes that it starts are killed before us. Neither raising the value nor restoring
    /// it needs a privilege.
    pub fn above_ours<T>(&mut self, above: i32, start: impl FnOnce() -> T) -> (T, io::Result<()>) {
        let raised = self.write((self.own + above).min(1000));
        let started = start();
        (started, raised.and(self.write(self.own)))
    }

    fn write(&mut self, value: i32) -> io::Result<()> {
        self.file.write_all(value.to_string().as_bytes())
    }
}
