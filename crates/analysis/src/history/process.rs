//! Runs git for the history: its paths, and its limits.

use std::path::{Path, PathBuf};

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::source::Git;

/// Seconds of processor time of one `git log`.
const MAX_CPU_SECONDS: u64 = 60;
/// Bytes of memory of its own of one `git log`: a tree that unfolds to millions of entries ends it, and nothing else.
const MAX_DATA_BYTES: u64 = 192 * 1024 * 1024;

/// Where the repository keeps `name`, which in a second work tree is not below its own folder.
pub(super) fn absolute(git: &Git, dir: &Path, name: &str) -> Option<PathBuf> {
    let output = git
        .command(dir)
        .args(["rev-parse", "--path-format=absolute", "--git-path", name])
        .output()
        .ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    Some(path.trim_end_matches('\n').into()).filter(|_| output.status.success())
}

/// Limits a process that has just started. One that is gone already needs none.
pub(super) fn limit(id: u32) {
    let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) else {
        return;
    };
    let both = |most: u64| Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    let _ = prlimit(Some(pid), Resource::Cpu, both(MAX_CPU_SECONDS));
    let _ = prlimit(Some(pid), Resource::Data, both(MAX_DATA_BYTES));
}
