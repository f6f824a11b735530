//! The command lines and the environment of git.

use std::ffi::OsString;
use std::path::Path;

use repolens_core::BranchName;
use repolens_core::settings::ScanLimits;

use super::credential::Header;
use super::fsck::UNTIDY;
use super::locate::Remote;
use crate::process::{ChildProgram, EVENTS_DESCRIPTOR, LandlockPolicy, ProcessLimits};
use crate::run::authorities;

/// Configuration on every command line. The machine's own is not read.
const CONFIG: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.symlinks=false",
    // A branch may be called `HEAD`.
    "core.warnAmbiguousRefs=false",
    "credential.helper=",
    "gc.auto=0",
    // The worker follows redirects itself, and vets each one.
    "http.followRedirects=false",
    "http.proxy=",
    "http.sslVerify=true",
    // No limit on how slow a server may be but the scan's time: while it prepares a large pack for minutes, it sends 5 bytes
    // every 5 s to keep the connection alive.
    "maintenance.auto=false",
    "protocol.version=2",
    "submodule.recurse=false",
    "transfer.bundleURI=false",
    // One thread and small caches: the memory of the machine is for the analysis.
    "core.bigFileThreshold=1m",
    "core.deltaBaseCacheLimit=16m",
    "core.packedGitLimit=8m",
    "core.packedGitWindowSize=1m",
    "pack.threads=1",
];

/// The other side of a clone from this disk, which does not see the configuration above. It would spend three quarters of
/// its time on making the pack a tenth smaller, for no network.
pub(super) const LOCAL_UPLOAD_PACK: &str = "--upload-pack=git -c core.deltaBaseCacheLimit=16m -c core.packedGitLimit=8m \
    -c core.packedGitWindowSize=1m -c pack.compression=1 -c pack.threads=1 -c pack.window=0 upload-pack";

/// When the objects of a clone are checked.
#[derive(Clone, Copy)]
pub(super) enum Check {
    /// While they arrive; the first fault stops the clone.
    OnArrival,
    /// With [`fsck_args`], once all have arrived.
    Afterwards,
}

pub(super) fn clone_args(
    remote: &Remote,
    branch: Option<&BranchName>,
    dir: &Path,
    limits: &ScanLimits,
    check: Check,
) -> Vec<OsString> {
    let mut args = config_for(remote);
    let on_arrival = matches!(check, Check::OnArrival);
    args.extend(["-c".into(), format!("transfer.fsckObjects={on_arrival}").into()]);
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
    if remote.url.is_file() {
        args.push(LOCAL_UPLOAD_PACK.into());
    }
    if let Some(branch) = branch {
        args.push(format!("--branch={branch}").into());
    }
    args.extend(["--".into(), remote.url.as_str().into(), dir.into()]);
    args
}

/// Checks all objects of the clone at `dir` but for what is only untidy.
pub(super) fn fsck_args(dir: &Path) -> Vec<OsString> {
    let mut args = in_repository(dir);
    args.extend(
        UNTIDY
            .iter()
            .flat_map(|id| ["-c".into(), format!("fsck.{id}=ignore").into()]),
    );
    // Strict as the check on arrival is: what git only warns of is an error.
    args.extend(["fsck", "--strict", "--no-dangling", "--no-progress", "--no-reflogs"].map(OsString::from));
    args
}

/// Prints the branches and tags of the remote, and what its `HEAD` names.
pub(super) fn refs_args(remote: &Remote) -> Vec<OsString> {
    let mut args = config_for(remote);
    args.extend(["ls-remote", "--symref", "--", remote.url.as_str()].map(OsString::from));
    args
}

/// Makes an empty repository.
pub(super) fn init_args(dir: &Path) -> Vec<OsString> {
    let mut args = config();
    args.extend(["init", "--quiet", "--bare", "--template=", "--"].map(OsString::from));
    args.push(dir.into());
    args
}

/// Fetches the newest commit of all branches or tags below `prefix`, without folders and files where the server can leave
/// them out, into the empty repository at `dir`.
pub(super) fn commits_args(remote: &Remote, dir: &Path, prefix: &str) -> Vec<OsString> {
    let mut args = config_for(remote);
    args.extend(["--git-dir".into(), dir.into()]);
    args.extend(
        [
            "fetch",
            "--quiet",
            "--depth=1",
            "--filter=tree:0",
            "--no-tags",
            "--no-recurse-submodules",
            "--no-write-fetch-head",
        ]
        .map(OsString::from),
    );
    if remote.url.is_file() {
        args.push(LOCAL_UPLOAD_PACK.into());
    }
    args.extend(["--".into(), remote.url.as_str().into()]);
    args.push(format!("+{prefix}*:{prefix}*").into());
    args
}

/// Prints `TYPE ID` for each object of the repository at `dir`.
pub(super) fn objects_args(dir: &Path) -> Vec<OsString> {
    let mut args = in_repository(dir);
    args.extend(
        [
            "cat-file",
            "--batch-all-objects",
            "--unordered",
            "--batch-check=%(objecttype) %(objectname)",
        ]
        .map(OsString::from),
    );
    args
}

/// Prints the newest of the commits `ids`, by the committer's date.
pub(super) fn newest_args(dir: &Path, ids: &[&str]) -> Vec<OsString> {
    let mut args = in_repository(dir);
    args.extend(["rev-list", "--no-walk=sorted", "--max-count=1"].map(OsString::from));
    args.extend(ids.iter().map(OsString::from));
    args
}

pub(super) fn in_repository(dir: &Path) -> Vec<OsString> {
    let mut args = config();
    args.extend(["--git-dir".into(), dir.into()]);
    args
}

/// Prints the commit of `HEAD`, then the full name of the branch that it names.
///
/// `dir` is a repository (`--git-dir`) or a folder in one (`-C`).
pub(super) fn head_args(option: &str, dir: &Path) -> Vec<OsString> {
    let mut args = config();
    args.extend([option.into(), dir.into()]);
    args.extend(["rev-parse", "HEAD^{commit}", "--symbolic-full-name", "HEAD"].map(OsString::from));
    args
}

pub(super) fn config_for(remote: &Remote) -> Vec<OsString> {
    let mut args = config();
    if let Some(pinned) = &remote.pinned {
        args.extend(["-c".into(), format!("http.curloptResolve={pinned}").into()]);
    }
    args
}

fn config() -> Vec<OsString> {
    let mut args: Vec<OsString> = CONFIG
        .iter()
        .flat_map(|setting| ["-c".into(), setting.into()])
        .collect();
    if let Some(bundle) = authorities::bundle() {
        let mut setting = OsString::from("http.sslCAInfo=");
        setting.push(bundle);
        args.extend(["-c".into(), setting]);
    }
    args
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
    pub(super) fn of(remote: &'a Remote) -> Self {
        match remote.url.port() {
            None => Self::Disk,
            Some(port) => Self::Network(port, remote.authorization.as_ref()),
        }
    }

    fn port(self) -> Option<u16> {
        match self {
            Self::Disk => None,
            Self::Network(port, _) => Some(port),
        }
    }
}

/// git with `args`, which may write only in `sandbox`.
pub(super) fn program<'a>(
    args: Vec<OsString>,
    reach: Reach<'_>,
    search_path: &OsString,
    sandbox: Option<&'a Path>,
    limits: &ScanLimits,
) -> ChildProgram<'a> {
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
        // Its messages are read, those in events above all.
        ("LC_ALL", "C".into()),
        ("GIT_TRACE2_EVENT", EVENTS_DESCRIPTOR.to_string().into()),
        ("GIT_TRACE2_EVENT_BRIEF", "1".into()),
        ("GIT_ALLOW_PROTOCOL", protocols.into()),
        ("GIT_ASKPASS", "true".into()),
        ("GIT_ATTR_NOSYSTEM", "1".into()),
        ("GIT_CONFIG_GLOBAL", "/dev/null".into()),
        ("GIT_CONFIG_NOSYSTEM", "1".into()),
        ("GIT_NO_LAZY_FETCH", "1".into()),
        ("GIT_NO_REPLACE_OBJECTS", "1".into()),
        ("GIT_TERMINAL_PROMPT", "0".into()),
    ]);
    ChildProgram {
        path: Path::new("git"),
        args,
        env,
        dir: sandbox.unwrap_or(Path::new("/")),
        events: true,
        limits: ProcessLimits {
            // It maps packs that are larger than its memory.
            address_space: None,
            // A small pack can hold a huge commit or folder. The analysis comes after it and has the same limit.
            data: Some(limits.analysis_memory_bytes),
            cpu_seconds: limits.timeout_seconds,
            // No file of a clone is larger than all of them may be.
            file_bytes: limits.max_repo_bytes,
            open_files: 256,
        },
        landlock: Some(LandlockPolicy {
            writes: sandbox,
            port: reach.port(),
        }),
    }
}
