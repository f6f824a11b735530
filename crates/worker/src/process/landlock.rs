//! Confinement by Landlock of a process that has to write and to reach the network: it writes below one folder and nowhere
//! else, connects to one port, and can neither signal nor trace processes outside of its domain (nor read, in `/proc`, the
//! worker's environment).

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, NetPort, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetError, Scope, path_beneath_rules,
};

/// The newest version that this was tested with; older kernels enforce the parts that they know.
pub(crate) const NEWEST: ABI = ABI::V6;

/// The access that stays allowed. All files can be read.
#[derive(Debug, Clone, Copy)]
pub struct LandlockPolicy<'a> {
    /// The folder below which files may be written.
    pub writes: Option<&'a Path>,
    /// The TCP port that may be connected to.
    pub port: Option<u16>,
}

impl LandlockPolicy<'_> {
    /// The rules, for a process to enforce on itself. `None` where the kernel does not know Landlock: the limits are in force
    /// anyway.
    ///
    /// # Errors
    /// The kernel knows Landlock, and refuses.
    pub(super) fn rules(&self) -> io::Result<Option<OwnedFd>> {
        self.try_rules().map_err(io::Error::other)
    }

    fn try_rules(&self) -> Result<Option<OwnedFd>, RulesetError> {
        let write: BitFlags<AccessFs> = AccessFs::from_write(NEWEST);
        let rules = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(write)?
            .handle_access(AccessNet::from_all(NEWEST))?
            .scope(Scope::from_all(NEWEST))?
            .create()?
            .add_rules(path_beneath_rules(self.writes, write))?
            .add_rules(path_beneath_rules(
                ["/dev/null"],
                AccessFs::WriteFile | AccessFs::Truncate,
            ))?
            .add_rules(
                self.port
                    .map(|port| Ok::<_, RulesetError>(NetPort::new(port, AccessNet::ConnectTcp))),
            )?;
        Ok(rules.into())
    }
}
