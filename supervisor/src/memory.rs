//! The container's memory: its limit, what is used, and how often the kernel killed for it. cgroup v2 and v1.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the figures of our cgroup are.
#[derive(Debug)]
pub struct Cgroup {
    version: Version,
    /// Our own group.
    directory: PathBuf,
    /// Where the hierarchy begins, as far as we can see.
    root: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// The memory use of the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryUsage {
    /// Without the part of the page cache that the kernel would drop first.
    pub working_set: u64,
}

impl Cgroup {
    /// Finds our memory group below `root`, usually `/sys/fs/cgroup`.
    pub fn find(root: &Path) -> Option<Self> {
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        Self::find_by(root, &own)
    }

    fn find_by(root: &Path, own: &str) -> Option<Self> {
        let paths = |controller: &str| {
            own.lines().find_map(|line| {
                let mut parts = line.splitn(3, ':').skip(1);
                let controllers = parts.next()?;
                let path = parts.next()?;
                controllers
                    .split(',')
                    .any(|name| name == controller)
                    .then(|| path.trim_start_matches('/').to_owned())
            })
        };
        // In a container the path is often that of the host, while the mount shows our group as the root.
        let candidates = [
            (Version::Two, root.to_owned(), paths("")),
            (Version::One, root.join("memory"), paths("memory")),
        ];
        candidates.into_iter().find_map(|(version, root, path)| {
            let directories = path.map(|path| root.join(path)).into_iter().chain([root.clone()]);
            let directory = directories
                .into_iter()
                .find(|directory| directory.join(version.usage_file()).is_file())?;
            Some(Self {
                version,
                directory,
                root,
            })
        })
    }

    /// The lowest limit of our group and those above it, in bytes.
    pub fn limit(&self) -> Option<u64> {
        let file = match self.version {
            Version::Two => "memory.max",
            Version::One => "memory.limit_in_bytes",
        };
        self.directory
            .ancestors()
            .take_while(|directory| directory.starts_with(&self.root))
            .filter_map(|directory| read_number(&directory.join(file)))
            // v1 writes "no limit" as the largest multiple of a page.
            .filter(|limit| *limit < 1 << 60)
            .min()
    }

    pub fn usage(&self) -> Option<MemoryUsage> {
        let used = read_number(&self.directory.join(self.version.usage_file()))?;
        let reclaimable = match self.version {
            Version::Two => "inactive_file",
            Version::One => "total_inactive_file",
        };
        let cache = read_keyed(&self.directory.join("memory.stat"), reclaimable).unwrap_or(0);
        Some(MemoryUsage {
            working_set: used.saturating_sub(cache),
        })
    }

    /// The highest use ever.
    pub fn peak(&self) -> Option<u64> {
        let file = match self.version {
            Version::Two => "memory.peak",
            Version::One => "memory.max_usage_in_bytes",
        };
        read_number(&self.directory.join(file))
    }

    /// How many processes of the group the kernel has killed because memory was used up.
    pub fn oom_kills(&self) -> Option<u64> {
        let file = match self.version {
            Version::Two => "memory.events",
            Version::One => "memory.oom_control",
        };
        read_keyed(&self.directory.join(file), "oom_kill")
    }
}

impl Version {
    const fn usage_file(self) -> &'static str {
        match self {
            Self::Two => "memory.current",
            Self::One => "memory.usage_in_bytes",
        }
    }
}

/// The part of a container's memory that one analysis may use: all but what the API, the worker and git need.
pub fn analysis_budget(limit: u64) -> u64 {
    const MIB: u64 = 1 << 20;
    let for_the_others = (limit / 4).clamp(160 * MIB, 1024 * MIB);
    limit.saturating_sub(for_the_others).max(128 * MIB)
}

fn read_number(file: &Path) -> Option<u64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// The number behind a key in a file of `key number` lines.
fn read_keyed(file: &Path, key: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    text.lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Cgroup, MemoryUsage, analysis_budget};

    fn write(root: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            let file = root.join(name);
            fs::create_dir_all(file.parent().expect("a file has a folder")).expect("a folder can be made");
            fs::write(file, text).expect("a file can be written");
        }
    }

    #[test]
    fn version_two() {
        let root = tempfile::tempdir().expect("a temporary folder");
        write(
            root.path(),
            &[
                ("a/memory.max", "536870912\n"),
                ("a/b/memory.max", "max\n"),
                ("a/b/memory.current", "300000000\n"),
                ("a/b/memory.stat", "anon 1\nfile 9\ninactive_file 100000000\n"),
                (
                    "a/b/memory.events",
                    "low 0\nhigh 0\nmax 5\noom 4\noom_kill 3\noom_group_kill 0\n",
                ),
                ("a/b/memory.peak", "400000000\n"),
            ],
        );
        let group = Cgroup::find_by(root.path(), "0::/a/b\n").expect("the group exists");
        assert_eq!(group.limit(), Some(536_870_912));
        assert_eq!(
            group.usage(),
            Some(MemoryUsage {
                working_set: 200_000_000
            })
        );
        assert_eq!(group.oom_kills(), Some(3));
        assert_eq!(group.peak(), Some(400_000_000));
    }

    #[test]
    fn version_one_with_the_path_of_the_host() {
        let root = tempfile::tempdir().expect("a temporary folder");
        write(
            root.path(),
            &[
                ("memory/memory.limit_in_bytes", "9223372036854771712\n"),
                ("memory/memory.usage_in_bytes", "1000\n"),
                ("memory/memory.stat", "cache 9\ntotal_inactive_file 400\n"),
                (
                    "memory/memory.oom_control",
                    "oom_kill_disable 0\nunder_oom 0\noom_kill 7\n",
                ),
            ],
        );
        let group =
            Cgroup::find_by(root.path(), "9:name=systemd:/\n4:memory:/docker/abc\n0::/\n").expect("the group exists");
        assert_eq!(group.limit(), None);
        assert_eq!(group.usage(), Some(MemoryUsage { working_set: 600 }));
        assert_eq!(group.oom_kills(), Some(7));
    }

    #[test]
    fn no_cgroups_at_all() {
        let root = tempfile::tempdir().expect("a temporary folder");
        assert!(Cgroup::find_by(root.path(), "0::/\n").is_none());
    }

    #[test]
    fn the_budget_leaves_room_for_the_others() {
        assert_eq!(analysis_budget(512 << 20), 352 << 20);
        assert_eq!(analysis_budget(8 << 30), 7 << 30);
        assert_eq!(analysis_budget(200 << 20), 128 << 20);
    }
}
