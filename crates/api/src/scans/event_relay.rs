//! Relays the events of scans to the other instances of the API, through Redis.
//!
//! An event is a hint: a watcher reads the row at the beginning, after each gap, and periodically.

use std::sync::Arc;

use repolens_core::ScanId;
use repolens_core::queue::{QueueError, Relay, ScanWatch};
use repolens_core::settings::RedisUrl;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, mpsc, watch};

use crate::scans::Scans;
use crate::scans::scan_state::ScanState;

/// States that wait for a slow Redis at most; more are dropped.
const MAX_PENDING: usize = 256;

pub struct EventRelay {
    relay: Relay,
    /// Marks the messages of this instance.
    instance: String,
    sender: mpsc::Sender<(ScanId, ScanState)>,
    receiver: Mutex<mpsc::Receiver<(ScanId, ScanState)>>,
}

#[derive(Serialize, Deserialize)]
struct Message {
    from: String,
    state: ScanState,
}

impl EventRelay {
    pub fn new(url: &RedisUrl) -> Result<Self, QueueError> {
        let (sender, receiver) = mpsc::channel(MAX_PENDING);
        Ok(Self {
            relay: Relay::new(url)?,
            instance: uuid::Uuid::new_v4().simple().to_string(),
            sender,
            receiver: Mutex::new(receiver),
        })
    }

    /// Sends the state to the other instances; does not wait.
    pub fn send(&self, scan_id: &str, state: ScanState) {
        if let Ok(scan_id) = ScanId::parse(scan_id)
            && self.sender.try_send((scan_id, state)).is_err()
        {
            tracing::debug!("Redis is slow: other instances see the change when they read the row");
        }
    }

    pub fn watch(&self, scan_id: &ScanId) -> ScanWatch {
        self.relay.watch(scan_id)
    }

    /// The state in a message of another instance; `None` for a message of this one, and for one that cannot be read.
    pub fn read(&self, text: &str) -> Option<ScanState> {
        let message: Message = serde_json::from_str(text).ok()?;
        (message.from != self.instance).then_some(message.state)
    }

    async fn publish(&self) {
        let mut receiver = self.receiver.lock().await;
        while let Some((scan_id, state)) = receiver.recv().await {
            let ended = state.status.is_final();
            let message = Message {
                from: self.instance.clone(),
                state,
            };
            let text = serde_json::to_string(&message).expect("texts and numbers always serialize");
            let sent = match ended {
                true => self.relay.end(&scan_id, &text).await,
                false => self.relay.progress(&scan_id, &text).await,
            };
            if let Err(error) = sent {
                tracing::debug!("other instances see the change when they read the row: {error}");
            }
        }
    }
}

/// Sends and receives events. Runs until `stopping` becomes true; ends at once where there is no Redis.
pub async fn run(scans: Arc<Scans>, mut stopping: watch::Receiver<bool>) {
    let Some(relay) = scans.events.relay() else {
        return;
    };
    let mut stop = stopping.clone();
    let listening = relay.relay.run(async move {
        // An error means that the sender is gone.
        let _ = stop.wait_for(|stop| *stop).await;
    });
    let publishing = async {
        tokio::select! {
            () = relay.publish() => {}
            // An error means that the sender is gone.
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    };
    tokio::join!(listening, publishing);
}
