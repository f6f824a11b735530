//! Carries what happens to a scan from the instance of the API that learns of it to those where somebody watches.
//!
//! While nobody watches on an instance, it has no connection for this. While nobody watches on any, progress is published
//! only every 15 seconds. What is carried is a hint: whoever watches reads the row at first and after each gap.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use tokio::sync::{Notify, broadcast, watch};

use super::QueueError;
use super::connection::{Backoff, CONNECT_TIME, Link};
use super::consumer::{stopped, stopping};
use crate::ScanId;
use crate::settings::RedisUrl;

/// The relay of one instance of the API.
pub struct Relay {
    link: Link,
    watched: Arc<Watched>,
    /// When a scan was last published that nobody watched.
    unheard: Mutex<HashMap<ScanId, Instant>>,
}

/// What a watcher is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// As it was published.
    Message(Arc<str>),
    /// Something may have been missed before this: read the row.
    Gap,
}

/// One watcher of one scan.
pub struct Watch {
    scan_id: ScanId,
    receiver: broadcast::Receiver<Heard>,
    watched: Arc<Watched>,
}

#[derive(Default)]
struct Watched {
    scans: Mutex<HashMap<ScanId, broadcast::Sender<Heard>>>,
    changed: Notify,
}

const PREFIX: &str = "repolens:scan:";

impl Relay {
    /// Messages that a slow watcher may be behind before it is told of a gap instead.
    const BEHIND: usize = 16;

    /// A scan that nobody watched is published again after this.
    const UNHEARD_FOR: Duration = Duration::from_secs(15);

    /// Makes no connection yet.
    ///
    /// # Errors
    /// When the address cannot be used for a connection.
    pub fn new(url: &RedisUrl) -> Result<Self, QueueError> {
        Ok(Self {
            link: Link::new(url)?,
            watched: Arc::default(),
            unheard: Mutex::default(),
        })
    }

    /// Tells of progress, where somebody may be watching.
    ///
    /// # Errors
    /// When Redis is away: watchers read the row at their next gap.
    pub async fn progress(&self, scan_id: &ScanId, message: &str) -> Result<(), QueueError> {
        let unheard = self
            .unheard()
            .get(scan_id)
            .is_some_and(|at| at.elapsed() < Self::UNHEARD_FOR);
        if unheard {
            return Ok(());
        }
        if self.publish(scan_id, message).await? == 0 {
            self.unheard().insert(scan_id.clone(), Instant::now());
        } else {
            self.unheard().remove(scan_id);
        }
        Ok(())
    }

    /// Tells of a scan's end.
    ///
    /// # Errors
    /// When Redis is away: watchers read the row at their next gap.
    pub async fn end(&self, scan_id: &ScanId, message: &str) -> Result<(), QueueError> {
        self.unheard().remove(scan_id);
        self.publish(scan_id, message).await.map(|_| ())
    }

    async fn publish(&self, scan_id: &ScanId, message: &str) -> Result<usize, QueueError> {
        let mut publish = redis::cmd("PUBLISH");
        publish.arg(format!("{PREFIX}{scan_id}")).arg(message);
        let publish = &publish;
        let heard = self
            .link
            .run(|mut connection| async move { publish.query_async(&mut connection).await })
            .await?;
        self.link.outage.ended();
        Ok(heard)
    }

    /// Watches a scan until the [`Watch`] is dropped. The first thing it hears is a gap, when it is listening.
    #[must_use]
    pub fn watch(&self, scan_id: &ScanId) -> Watch {
        let mut scans = self.watched.scans();
        let mut joined = true;
        let sender = scans.entry(scan_id.clone()).or_insert_with(|| {
            joined = false;
            broadcast::channel(Self::BEHIND).0
        });
        let receiver = sender.subscribe();
        if joined {
            // It is being listened to already, or will be soon. A gap too many costs the others one look at the row.
            let _ = sender.send(Heard::Gap);
        }
        drop(scans);
        self.watched.changed.notify_one();
        Watch {
            scan_id: scan_id.clone(),
            receiver,
            watched: Arc::clone(&self.watched),
        }
    }

    /// Listens for those who watch, until `stop` becomes true. One task of each instance runs this.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let mut backoff = Backoff::new();
        while !stopping(&stop) {
            if self.watched.scans().is_empty() {
                tokio::select! {
                    () = self.watched.changed.notified() => continue,
                    () = stopped(&mut stop) => return,
                }
            }
            let listened = tokio::select! {
                listened = self.listen(&mut backoff) => listened,
                () = stopped(&mut stop) => return,
            };
            if let Err(error) = listened {
                self.link.outage.began(&error);
                tokio::select! {
                    () = backoff.wait() => {}
                    () = stopped(&mut stop) => return,
                }
            }
        }
    }

    /// Until nobody watches.
    async fn listen(&self, backoff: &mut Backoff) -> Result<(), QueueError> {
        let late = || QueueError::Away("connecting took longer than 2 s".to_owned());
        let connecting = tokio::time::timeout(CONNECT_TIME, self.link.client().get_async_pubsub());
        let (mut sink, mut stream) = connecting.await.map_err(|_| late())??.split();
        let mut listening: HashSet<ScanId> = HashSet::new();
        loop {
            let wanted: HashSet<ScanId> = self.watched.scans().keys().cloned().collect();
            if wanted.is_empty() {
                return Ok(());
            }
            for scan_id in listening.difference(&wanted) {
                sink.unsubscribe(format!("{PREFIX}{scan_id}")).await?;
            }
            for scan_id in wanted.difference(&listening) {
                sink.subscribe(format!("{PREFIX}{scan_id}")).await?;
                self.watched.tell(scan_id, Heard::Gap);
            }
            listening = wanted;
            self.link.outage.ended();
            *backoff = Backoff::new();
            loop {
                tokio::select! {
                    () = self.watched.changed.notified() => break,
                    message = stream.next() => {
                        let Some(message) = message else {
                            return Err(QueueError::Away("the connection was closed".to_owned()));
                        };
                        let scan_id = message.get_channel_name().strip_prefix(PREFIX).map(ScanId::parse);
                        if let (Some(Ok(scan_id)), Ok(text)) = (scan_id, message.get_payload::<String>()) {
                            self.watched.tell(&scan_id, Heard::Message(text.into()));
                        }
                    }
                }
            }
        }
    }

    fn unheard(&self) -> MutexGuard<'_, HashMap<ScanId, Instant>> {
        self.unheard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Waits for the next thing.
    pub async fn next(&mut self) -> Heard {
        match self.receiver.recv().await {
            Ok(heard) => heard,
            // Being behind is a gap. The sender lives as long as this watcher does.
            Err(_) => Heard::Gap,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut scans = self.watched.scans();
        // This one's receiver still counts.
        if scans
            .get(&self.scan_id)
            .is_some_and(|sender| sender.receiver_count() <= 1)
        {
            scans.remove(&self.scan_id);
            self.watched.changed.notify_one();
        }
    }
}

impl Watched {
    fn scans(&self) -> MutexGuard<'_, HashMap<ScanId, broadcast::Sender<Heard>>> {
        self.scans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, scan_id: &ScanId, heard: Heard) {
        if let Some(sender) = self.scans().get(scan_id) {
            // Nobody there any more: then nobody is to be told.
            let _ = sender.send(heard);
        }
    }
}
