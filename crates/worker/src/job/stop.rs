//! The wish that the worker stop: asked once, seen by everybody.

use tokio::sync::watch;

/// Sees the wish.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// Expresses the wish. It must live as long as the [`Stop`]s: when it is dropped, they take it as asked.
#[derive(Debug)]
pub struct StopSender(watch::Sender<bool>);

impl Stop {
    #[must_use]
    pub fn new() -> (StopSender, Self) {
        let (sender, receiver) = watch::channel(false);
        (StopSender(sender), Self(receiver))
    }

    /// Comes to an end when it is asked for; at once where it was already.
    pub async fn asked(&self) {
        // An error means that nobody is left who could ask: the process is ending.
        let _ = self.0.clone().wait_for(|asked| *asked).await;
    }

    /// For those who have their own way to wait for it.
    #[must_use]
    pub fn receiver(&self) -> watch::Receiver<bool> {
        self.0.clone()
    }

    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }
}

impl StopSender {
    pub fn ask(&self) {
        self.0.send_replace(true);
    }
}
