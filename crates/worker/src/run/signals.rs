//! `SIGTERM` and `SIGINT`: no new job, the running ones are given back.

use anyhow::{Context as _, bail};
use tokio::signal::unix::{SignalKind, signal};

use crate::job::StopSender;

/// Asks for the stop at the first signal; ends with an error at the second, for whoever does not want to wait.
pub(super) async fn stop_on_signal(stop: StopSender) -> anyhow::Result<()> {
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
    tracing::info!("{name}: taking no new job, giving back what runs");
    stop.ask();
    let name = next().await;
    bail!("{name} again: stopped without giving jobs back");
}
