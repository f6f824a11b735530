//! The command lines and the environment of git.

use std::ffi::OsString;
use std::path::Path;

use repolens_core::BranchName;
use repolens_core::settings::ScanLimits;

use super::credential::Header;
use super::locate::Place;
use crate::process::{Limits, Program, Wall};

/// Configuration that stands on every command line. The machine's own is not read.
const CONFIG: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.symlinks=false",
    "credential.helper=",
    "gc.auto=0",
    // Redirects are followed by us, each one vetted.
    "http.followRedirects=false",
    "http.proxy=",
    "http.sslVerify=true",
    // A server that sends less than 1,000 bytes/s for 30 s is given up.
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=30",
    "maintenance.auto=false",
    "protocol.version=2",
    "submodule.recurse=false",
    "transfer.bundleURI=false",
    "transfer.fsckObjects=true",
    // One thread and small caches: the memory of the machine is for the analysis.
    "core.bigFileThreshold=1m",
    "core.deltaBaseCacheLimit=16m",
    "core.packedGitLimit=8m",
    "core.packedGitWindowSize=1m",
    "pack.threads=1",
];

/// The other side of a clone from this disk, which does not see the configuration above. It would spend three quarters of
/// its time on making the pack a tenth smaller for a network that is not there.
const LOCAL_UPLOAD_PACK: &str = "--upload-pack=git -c core.deltaBaseCacheLimit=16m -c core.packedGitLimit=8m \
    -c core.packedGitWindowSize=1m -c pack.compression=1 -c pack.threads=1 -c pack.window=0 upload-pack";

pub(super) fn clone_args(place: &Place, branch: Option<&BranchName>, dir: &Path, limits: &ScanLimits) -> Vec<OsString> {
    let mut args = config_for(place);
    args.extend(
        [
            "clone",
            "--quiet",
            "--bare",
            "--depth=1",
            "--single-branch",
            "--no-tags",
            "--no-recurse-submodules",
            "--template=",
        ]
        .map(OsString::from),
    );
    args.push(format!("--filter=blob:limit={}", limits.max_file_bytes).into());
    if place.url.is_file() {
        args.push(LOCAL_UPLOAD_PACK.into());
    }
    if let Some(branch) = branch {
        args.push(format!("--branch={branch}").into());
    }
    args.extend(["--".into(), place.url.as_str().into(), dir.into()]);
    args
}

/// Prints the remote's branches: `ID<TAB>refs/heads/NAME`.
pub(super) fn branches_args(place: &Place) -> Vec<OsString> {
    let mut args = config_for(place);
    args.extend(["ls-remote", "--heads", "--", place.url.as_str()].map(OsString::from));
    args
}

/// Prints the commit of `HEAD`, then the full name of what it points to.
///
/// `dir` is a repository (`--git-dir`) or a folder in one (`-C`).
pub(super) fn head_args(option: &str, dir: &Path) -> Vec<OsString> {
    let mut args = config();
    args.extend([option.into(), dir.into()]);
    args.extend(["rev-parse", "HEAD^{commit}", "--symbolic-full-name", "HEAD"].map(OsString::from));
    args
}

fn config_for(place: &Place) -> Vec<OsString> {
    let mut args = config();
    if let Some(pinned) = &place.pinned {
        args.extend(["-c".into(), format!("http.curloptResolve={pinned}").into()]);
    }
    args
}

fn config() -> Vec<OsString> {
    CONFIG
        .iter()
        .flat_map(|setting| ["-c".into(), setting.into()])
        .collect()
}

/// Where git may take a repository from.
#[derive(Clone, Copy)]
pub(super) enum Reach<'a> {
    /// From this disk.
    Disk,
    /// Over the network: the one port that it connects to, and the header that carries a password where there is one.
    Network(u16, Option<&'a Header>),
}

impl<'a> Reach<'a> {
    pub(super) fn of(place: &'a Place) -> Self {
        match place.url.port() {
            None => Self::Disk,
            Some(port) => Self::Network(port, place.authorization.as_ref()),
        }
    }

    fn port(self) -> Option<u16> {
        match self {
            Self::Disk => None,
            Self::Network(port, _) => Some(port),
        }
    }
}

/// git with `args` in `sandbox`, where alone it may write.
pub(super) fn program<'a>(
    args: Vec<OsString>,
    reach: Reach<'_>,
    search_path: &OsString,
    sandbox: Option<&'a Path>,
    limits: &ScanLimits,
) -> Program<'a> {
    let protocols = match reach {
        Reach::Disk => "file",
        Reach::Network(..) => "https:http",
    };
    let mut env = match reach {
        Reach::Network(_, Some(header)) => header.environment(),
        Reach::Network(_, None) | Reach::Disk => Vec::new(),
    };
    env.extend([
        ("PATH", search_path.clone()),
        ("HOME", "/nonexistent".into()),
        // Its messages are read.
        ("LC_ALL", "C".into()),
        ("GIT_ALLOW_PROTOCOL", protocols.into()),
        ("GIT_ASKPASS", "true".into()),
        ("GIT_ATTR_NOSYSTEM", "1".into()),
        ("GIT_CONFIG_GLOBAL", "/dev/null".into()),
        ("GIT_CONFIG_NOSYSTEM", "1".into()),
        ("GIT_NO_LAZY_FETCH", "1".into()),
        ("GIT_NO_REPLACE_OBJECTS", "1".into()),
        ("GIT_TERMINAL_PROMPT", "0".into()),
    ]);
    Program {
        path: Path::new("git"),
        args,
        env,
        dir: sandbox.unwrap_or(Path::new("/")),
        limits: Limits {
            // It maps packs that are larger than its memory.
            address_space: None,
            // A small pack can hold a commit or a folder that is huge. The analysis comes after it and has the same.
            data: Some(limits.analysis_memory_bytes),
            cpu_seconds: limits.timeout_seconds,
            // No file of a clone is larger than all of them may be.
            file_bytes: limits.max_repo_bytes,
            open_files: 256,
        },
        wall: Some(Wall {
            writes: sandbox,
            port: reach.port(),
        }),
    }
}
