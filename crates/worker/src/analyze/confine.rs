//! The confinement of the analysis child, in force before it reads the first byte of a repository.
//!
//! By Landlock: writing anything, reading anything but the repository and the system's programs (with that, what the
//! worker's environment holds in `/proc`, other scans' clones and an embedded database), TCP, signals to other processes.
//! By seccomp: sockets of every kind, leaving the process group, and the system calls that attacks on a kernel begin with. The git that it starts
//! inherits both. Where the kernel or the container knows neither, the limits of the process are in force anyway.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use landlock::{
    Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetStatus, Scope, path_beneath_rules,
};
use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter,
};

use crate::process::landlock::NEWEST;

/// The folders of programs and their libraries, on all supported systems.
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
    // The number of cores.
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
];

/// The restrictions that the kernel enforces.
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
/// The kernel knows the confinement, and refuses it.
pub fn confine(repository: &Path, search_path: &str) -> anyhow::Result<Confined> {
    let files = confine_files(repository, search_path).context("failed to confine the analysis by Landlock")?;
    let calls = confine_calls().context("failed to confine the analysis by seccomp")?;
    Ok(Confined { files, calls })
}

fn confine_files(repository: &Path, search_path: &str) -> anyhow::Result<&'static str> {
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
    // A process that is started stays in the group that is killed as a whole.
    libc::SYS_setpgid,
    libc::SYS_setsid,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_mount_setattr,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_kexec_load,
    libc::SYS_open_by_handle_at,
];

/// Flags of `clone` that make a namespace: in its own namespace a user has rights that expose much of the kernel.
const NAMESPACES: &[libc::c_int] = &[
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWUTS,
];

/// x86-64 has a second set of calls, where the kernel is built with it: the same numbers with this bit…
#[cfg(target_arch = "x86_64")]
const X32: libc::c_long = 0x4000_0000;
/// …except for these: `ptrace`, `kexec_load`, `process_vm_readv`, `process_vm_writev`.
#[cfg(target_arch = "x86_64")]
const X32_ONLY: &[libc::c_long] = &[X32 | 521, X32 | 528, X32 | 539, X32 | 540];

type Rules = BTreeMap<libc::c_long, Vec<SeccompRule>>;

fn confine_calls() -> anyhow::Result<bool> {
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else {
        return Ok(false);
    };
    let filter = |rules: Rules, error: libc::c_int| -> anyhow::Result<BpfProgram> {
        let refuse = SeccompAction::Errno(error.unsigned_abs());
        Ok(SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch)?.try_into()?)
    };
    // The flags of `clone3` are in memory, which a filter cannot read. The C library takes this answer for that of an older
    // kernel and uses `clone`.
    let clone3 = filter(Rules::from([(libc::SYS_clone3, Vec::new())]), libc::ENOSYS)?;
    let refused = filter(refused()?, libc::EPERM)?;
    // A container may forbid the confinement: it is an additional protection only.
    Ok(apply_filter(&clone3).is_ok() && apply_filter(&refused).is_ok())
}

fn refused() -> anyhow::Result<Rules> {
    let mut rules: Rules = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    let namespaces = NAMESPACES.iter().map(|flag| {
        let flag = u64::from(flag.unsigned_abs());
        let is_set = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(flag), flag)?;
        SeccompRule::new(vec![is_set])
    });
    rules.insert(libc::SYS_clone, namespaces.collect::<Result<_, _>>()?);
    #[cfg(target_arch = "x86_64")]
    {
        let again: Vec<_> = rules.iter().map(|(call, rules)| (X32 | call, rules.clone())).collect();
        rules.extend(again);
        rules.extend(X32_ONLY.iter().map(|call| (*call, Vec::new())));
        rules.insert(X32 | libc::SYS_clone3, Vec::new());
    }
    Ok(rules)
}
