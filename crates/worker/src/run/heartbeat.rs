//! The heartbeat for the supervisor: one byte on descriptor 0, `i` when idle, `b` when a job runs.
//!
//! It is sent from the runtime that does everything else, so that a runtime which hangs is silent.

use std::future::pending;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::watch;

/// The supervisor expects one every 10 s.
const PERIOD: Duration = Duration::from_secs(4);

/// Sends it at intervals and at each change between idle and busy, as long as the supervisor listens. It returns only with an
/// error.
pub(super) async fn send(wanted: bool, mut running: watch::Receiver<usize>) -> anyhow::Result<()> {
    if !wanted {
        return pending().await;
    }
    let socket = io::stdin()
        .as_fd()
        .try_clone_to_owned()
        .context("failed to use descriptor 0 as the heartbeat socket (`REPOLENS_HEARTBEAT=1`)")?;
    let socket = UnixStream::from(socket);
    socket
        .set_nonblocking(true)
        .context("failed to use descriptor 0 as the heartbeat socket (`REPOLENS_HEARTBEAT=1`)")?;
    let mut ticks = tokio::time::interval(PERIOD);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            changed = running.changed() => if changed.is_err() { return pending().await },
        }
        let byte = if *running.borrow_and_update() > 0 { b"b" } else { b"i" };
        match io::Write::write(&mut &socket, byte) {
            Ok(_) => {}
            // The supervisor is behind with reading: there are unread bytes.
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(error) => {
                tracing::warn!("the supervisor does not read heartbeats any more: {error}");
                return pending().await;
            }
        }
    }
}
