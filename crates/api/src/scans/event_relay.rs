//! What happens to a scan is told to the other instances of the API too, through Redis, for those who watch there.
//!
//! What is carried is a hint: a watcher reads the row at first, after each gap, and every now and then.

use std::sync::Arc;

use repolens_core::ScanId;
use repolens_core::queue::{QueueError, Relay, ScanWatch};
use repolens_core::settings::RedisUrl;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, mpsc, watch};

use crate::app::App;
use crate::scans::events::State;

/// States that may wait for a slow Redis; more of them are not carried.
const MAX_UNTOLD: usize = 256;

pub struct Live {
    relay: Relay,
    /// Tells our own messages from those of others.
    instance: String,
    told: mpsc::Sender<(ScanId, State)>,
    to_tell: Mutex<mpsc::Receiver<(ScanId, State)>>,
}

#[derive(Serialize, Deserialize)]
struct Message {
    from: String,
    state: State,
}

impl Live {
    pub fn new(url: &RedisUrl) -> Result<Self, QueueError> {
        let (told, to_tell) = mpsc::channel(MAX_UNTOLD);
        Ok(Self {
            relay: Relay::new(url)?,
            instance: uuid::Uuid::new_v4().simple().to_string(),
            told,
            to_tell: Mutex::new(to_tell),
        })
    }

    /// Does not wait.
    pub fn tell(&self, scan_id: &str, state: State) {
        if let Ok(scan_id) = ScanId::parse(scan_id)
            && self.told.try_send((scan_id, state)).is_err()
        {
            tracing::debug!("Redis is slow: other instances see the change with their next look at the row");
        }
    }

    pub fn watch(&self, scan_id: &ScanId) -> ScanWatch {
        self.relay.watch(scan_id)
    }

    /// What another instance said; `None` for what this one said itself, or what is not ours.
    pub fn read(&self, text: &str) -> Option<State> {
        let message: Message = serde_json::from_str(text).ok()?;
        (message.from != self.instance).then_some(message.state)
    }

    async fn publish(&self) {
        let mut to_tell = self.to_tell.lock().await;
        while let Some((scan_id, state)) = to_tell.recv().await {
            let ended = state.status.is_final();
            let message = Message {
                from: self.instance.clone(),
                state,
            };
            let text = serde_json::to_string(&message).expect("texts and numbers always serialise");
            let told = match ended {
                true => self.relay.end(&scan_id, &text).await,
                false => self.relay.progress(&scan_id, &text).await,
            };
            if let Err(error) = told {
                tracing::debug!("other instances see the change with their next look at the row: {error}");
            }
        }
    }
}

/// Carries what is said to and fro. Runs until `stopping` becomes true; ends at once where there is no Redis.
pub async fn run(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    let Some(live) = app.scans.events.live() else {
        return;
    };
    let mut stop = stopping.clone();
    let listening = live.relay.run(async move {
        // An error means that the sender is gone.
        let _ = stop.wait_for(|stop| *stop).await;
    });
    let telling = async {
        tokio::select! {
            () = live.publish() => {}
            // An error means that the sender is gone.
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    };
    tokio::join!(listening, telling);
}
