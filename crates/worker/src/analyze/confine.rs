//! What the analysis child gives up before it reads the first byte of a repository.
//!
//! By Landlock: writing anything, reading anything but the repository and the system's programs (with that, what the
//! worker's environment holds in `/proc`, other scans' clones and an embedded database), TCP, signals to other processes.
//! By seccomp: sockets of every kind, and the system calls that attacks on a kernel begin with. The git that it starts
//! inherits both. Where the kernel or the container knows neither, the limits of the process still stand.

use std::path::Path;

use anyhow::Context as _;
use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetStatus, Scope, path_beneath_rules,
};
use nix::libc;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

/// Programs and their libraries, on the systems that there are.
const SYSTEM: &[&str] = &[
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/nix/store",
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/etc/localtime",
    // How many cores there are.
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
];

/// How far it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confined {
    /// Landlock: `full`, `partial` (an older kernel) or `none`.
    pub files: &'static str,
    /// Seccomp.
    pub calls: bool,
}

/// Confines this thread and all that it starts from now on to reading `repository`. `search_path` is where git is.
///
/// # Errors
/// The kernel knows how, and refuses.
pub fn confine(repository: &Path, search_path: &str) -> anyhow::Result<Confined> {
    let files = confine_files(repository, search_path).context("failed to confine the analysis by Landlock")?;
    let calls = confine_calls().context("failed to confine the analysis by seccomp")?;
    Ok(Confined { files, calls })
}

fn confine_files(repository: &Path, search_path: &str) -> anyhow::Result<&'static str> {
    // The newest that this was tried on; older kernels enforce what they know of it.
    const NEWEST: ABI = ABI::V6;
    let read: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::ReadDir;
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .add_rules(path_beneath_rules([repository], read))?
        .add_rules(path_beneath_rules(SYSTEM, read | AccessFs::Execute))?
        .add_rules(path_beneath_rules(
            search_path.split(':').filter(|dir| dir.starts_with('/')),
            read | AccessFs::Execute,
        ))?
        .add_rules(path_beneath_rules(
            ["/dev/null"],
            AccessFs::ReadFile | AccessFs::WriteFile,
        ))?
        .add_rules(path_beneath_rules(["/dev/urandom", "/dev/zero"], AccessFs::ReadFile))?
        .restrict_self()?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => "full",
        RulesetStatus::PartiallyEnforced => "partial",
        RulesetStatus::NotEnforced => "none",
    })
}

/// Calls that neither an analysis nor git reading objects makes. They fail with `EPERM`.
const REFUSED: &[libc::c_long] = &[
    libc::SYS_socket,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_kexec_load,
    libc::SYS_open_by_handle_at,
];

fn confine_calls() -> anyhow::Result<bool> {
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else {
        return Ok(false);
    };
    let rules = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    let refuse = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let filter: BpfProgram = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch)?.try_into()?;
    // A container may forbid what is only for our own good.
    Ok(seccompiler::apply_filter(&filter).is_ok())
}
