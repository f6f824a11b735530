//! Users: the supervisor gives up root, and the worker gets a user of its own, where the host lets them.

use caps::securebits::set_keepcaps;
use caps::{CapSet, Capability, CapsHashSet};
use nix::unistd::{Gid, Uid, geteuid, setgroups, setresgid, setresuid};
use repolens_log::Level;

/// The capabilities to start a process as another user, and to signal it afterwards.
const NEEDED: [Capability; 3] = [Capability::CAP_SETUID, Capability::CAP_SETGID, Capability::CAP_KILL];

/// A user and a group, by number; never root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User {
    pub uid: u32,
    pub gid: u32,
}

impl User {
    /// `UID` or `UID:GID`; without a group it is that of the same number.
    pub fn parse(text: &str) -> Option<Self> {
        let (uid, gid) = text.trim().split_once(':').unwrap_or((text.trim(), text.trim()));
        let number = |text: &str| text.parse::<u32>().ok().filter(|id| (1..u32::MAX).contains(id));
        Some(Self {
            uid: number(uid)?,
            gid: number(gid)?,
        })
    }
}

/// The result of settling the users.
#[derive(Debug, Default)]
pub struct SettledUsers {
    /// Whom the worker is started as; `None` is the supervisor's own user.
    pub worker: Option<User>,
    /// Lines for the log, which does not exist yet.
    pub notices: Vec<(Level, String)>,
}

/// Becomes `own` where this is root, and keeps of root's power only what it takes to start the worker as `worker`.
///
/// A refusal of the host is no fault: the worker then runs as the supervisor's user. It must be called while there is
/// one thread, because capabilities belong to a thread.
pub fn settle(own: Option<User>, worker: Option<User>) -> SettledUsers {
    let mut settled = SettledUsers::default();
    let (is_root, may) = (geteuid().is_root(), allowed());
    let can_change = [Capability::CAP_SETUID, Capability::CAP_SETGID]
        .iter()
        .all(|needed| may.contains(needed));
    settled.worker = worker.filter(|_| NEEDED.iter().all(|needed| may.contains(needed)));
    match own.filter(|_| is_root) {
        Some(own) if can_change => {
            if let Err(error) = become_user(own, settled.worker.is_some()) {
                settled.worker = None;
                settled
                    .notices
                    .push((Level::Warn, format!("cannot become user {}: {error}", own.uid)));
            }
        }
        Some(own) => settled.notices.push((
            Level::Warn,
            format!(
                "runs as root: to become user {} it needs the capabilities SETUID and SETGID, or to be started as that user",
                own.uid
            ),
        )),
        // Root by choice, or a user with capabilities from the host: these are for the supervisor alone.
        None if !is_root && settled.worker.is_some() => {
            if let Err(error) = keep(true) {
                settled.worker = None;
                settled
                    .notices
                    .push((Level::Warn, format!("cannot give up capabilities: {error}")));
            }
        }
        None => {}
    }
    match (settled.worker, worker) {
        (Some(user), _) => settled
            .notices
            .push((Level::Info, format!("The worker runs as user {}", user.uid))),
        (None, Some(user)) => settled.notices.push((
            Level::Debug,
            format!(
                "the worker runs as the API's user: for user {} the host must allow SETUID, SETGID and KILL",
                user.uid
            ),
        )),
        (None, None) => {}
    }
    settled
}

/// The capabilities in force. None where they cannot be read.
fn allowed() -> CapsHashSet {
    caps::read(None, CapSet::Effective).unwrap_or_default()
}

fn become_user(user: User, for_worker: bool) -> Result<(), Box<dyn std::error::Error>> {
    let (uid, gid) = (Uid::from_raw(user.uid), Gid::from_raw(user.gid));
    set_keepcaps(for_worker)?;
    // No group of root's stays, for us or for the worker.
    setgroups(&[])?;
    setresgid(gid, gid, gid)?;
    setresuid(uid, uid, uid)?;
    keep(for_worker)
}

/// Gives up all capabilities, or all but those that the worker's start takes. A program that is executed gets none.
fn keep(for_worker: bool) -> Result<(), Box<dyn std::error::Error>> {
    let kept: CapsHashSet = NEEDED.into_iter().filter(|_| for_worker).collect();
    caps::clear(None, CapSet::Ambient)?;
    caps::clear(None, CapSet::Inheritable)?;
    // In this order: what is permitted is never less than what is in force.
    caps::clear(None, CapSet::Effective)?;
    caps::set(None, CapSet::Permitted, &kept)?;
    caps::set(None, CapSet::Effective, &kept)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::User;

    #[test]
    fn a_user_is_a_number_and_never_root() {
        assert_eq!(User::parse("10002"), Some(User { uid: 10002, gid: 10002 }));
        assert_eq!(User::parse(" 10002:7 "), Some(User { uid: 10002, gid: 7 }));
        for wrong in ["", "0", "1:0", "root", "10002:", "-1", "4294967295"] {
            assert_eq!(User::parse(wrong), None, "{wrong}");
        }
    }
}
