//! `SIGTERM` and `SIGINT`: no new job is claimed, the running ones are given back.

use anyhow::{Context as _, bail};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Cancels `stop` at the first signal; fails at the second, which asks not to wait for the jobs.
pub(super) async fn stop_on_signal(stop: CancellationToken) -> anyhow::Result<()> {
    let listen = |kind| signal(kind).context("failed to listen for signals");
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut next = async || {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        }
    };
    let name = next().await;
    tracing::info!("{name}: no new job is claimed, running jobs are given back");
    stop.cancel();
    let name = next().await;
    bail!("{name} again: stopped without giving jobs back");
}
