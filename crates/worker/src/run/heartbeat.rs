//! The sign of life for the supervisor: one byte on descriptor 0, `i` when idle, `b` when a job runs.
//!
//! It is sent from the runtime that does everything else, so that one which hangs is silent.

use std::future::pending;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::watch;

/// The supervisor expects one every 10 s.
const PERIOD: Duration = Duration::from_secs(4);

/// Beats as long as somebody listens, and at each change between idle and busy. Never comes to an end but by an error.
pub(super) async fn beat(wanted: bool, mut running: watch::Receiver<usize>) -> anyhow::Result<()> {
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
        let sign = if *running.borrow_and_update() > 0 { b"b" } else { b"i" };
        match io::Write::write(&mut &socket, sign) {
            Ok(_) => {}
            // The supervisor is behind with reading, and will see that we live.
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(error) => {
                tracing::warn!("the supervisor does not listen to heartbeats any more: {error}");
                return pending().await;
            }
        }
    }
}
