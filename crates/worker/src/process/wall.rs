//! A wall around a process that has to write and to reach the network, by Landlock: it writes below one folder and nowhere
//! else, connects to one port, and can neither signal nor look into processes beyond the wall (nor read, in `/proc`, what
//! the worker's environment holds).

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, NetPort, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetError, Scope, path_beneath_rules,
};

/// The newest that this was tried on; older kernels enforce what they know of it.
pub(crate) const NEWEST: ABI = ABI::V6;

/// What stays possible behind the wall. All can be read.
#[derive(Debug, Clone, Copy)]
pub struct Wall<'a> {
    /// Where files may be written, if anywhere.
    pub writes: Option<&'a Path>,
    /// The TCP port that may be connected to.
    pub port: Option<u16>,
}

impl Wall<'_> {
    /// The rules, for a process to take on. `None` where the kernel does not know Landlock: the limits still stand.
    ///
    /// # Errors
    /// The kernel knows how, and refuses.
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
