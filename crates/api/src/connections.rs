//! How many connections may be open, and how long one whose client does not read.

use std::any::Any;

use actix_web::rt::net::TcpStream;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::socket::{setsockopt, sockopt};

/// Those beyond wait in the kernel until others are closed.
const MOST: u64 = 4_000;

/// Files for what is not a connection of a client: the database, Redis, GitHub, webhooks, the event loops.
const OWN_FILES: u64 = 128;

/// A client that takes nothing of its answer for so long has gone, or means to stay for ever.
const DEAF_AFTER_MS: u32 = 60_000;

/// Makes room for as many connections as there may be, and returns how many that is.
///
/// A shell allows 1,024 open files where its user could have many more. At that limit nothing could be taken any more, not
/// even a connection to the database.
pub fn make_room() -> usize {
    let (mut files, highest) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((1_024, 1_024));
    let wanted = MOST + OWN_FILES;
    if files < wanted {
        let more = wanted.min(highest);
        match setrlimit(Resource::RLIMIT_NOFILE, more, highest) {
            Ok(()) => files = more,
            Err(error) => tracing::debug!("the number of open files stays {files}: {error}"),
        }
    }
    let most = files.saturating_sub(OWN_FILES).clamp(64, MOST);
    if most < MOST {
        tracing::warn!(
            "only {files} files may be open (`ulimit -n`): {most} connections at a time; with {wanted} it would be {MOST}"
        );
    }
    usize::try_from(most).expect("it is at most 4,000")
}

/// What is set on each connection when it is taken.
pub fn taken(connection: &dyn Any) {
    if let Some(stream) = connection.downcast_ref::<TcpStream>()
        && let Err(error) = setsockopt(stream, sockopt::TcpUserTimeout, &DEAF_AFTER_MS)
    {
        tracing::debug!("a connection without a limit on how long its client may not read: {error}");
    }
}
