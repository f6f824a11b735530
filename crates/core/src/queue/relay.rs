//! Carries the changes of a scan from the instance of the API that records them to those where clients watch the scan.
//!
//! An instance without watchers has no connection for this. While a scan is watched on no instance, its progress is published
//! only every 15 seconds. A message is a hint: a watcher reads the row at first and after each gap.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use backon::ExponentialBackoff;
use futures_util::StreamExt as _;
use tokio::sync::{Notify, broadcast};

use super::connection::CONNECT_TIME;
use super::link::RedisLink;
use super::{QueueError, retry_delays};
use crate::settings::RedisUrl;
use crate::{ScanId, net::backoff};

/// The relay of one instance of the API.
pub struct Relay {
    link: RedisLink,
    watched: Arc<Watched>,
    /// When progress was last published, of each scan that was not watched then.
    unwatched: Mutex<HashMap<ScanId, Instant>>,
}

/// A message to a watcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayEvent {
    /// A message as it was published.
    Message(Arc<str>),
    /// Messages may have been missed before this: read the row.
    Gap,
}

/// One watcher of one scan.
pub struct ScanWatch {
    scan_id: ScanId,
    receiver: broadcast::Receiver<RelayEvent>,
    watched: Arc<Watched>,
}

#[derive(Default)]
struct Watched {
    scans: Mutex<HashMap<ScanId, broadcast::Sender<RelayEvent>>>,
    changed: Notify,
}

const PREFIX: &str = "repolens:scan:";

impl Relay {
    /// Messages that a slow watcher may be behind before it receives a gap instead.
    const BEHIND: usize = 16;

    /// Progress of a scan that was not watched is published again after this.
    const UNWATCHED_INTERVAL: Duration = Duration::from_secs(15);

    /// Makes no connection yet.
    ///
    /// # Errors
    /// When the address cannot be used for a connection.
    pub fn new(url: &RedisUrl) -> Result<Self, QueueError> {
        Ok(Self {
            link: RedisLink::new(url)?,
            watched: Arc::default(),
            unwatched: Mutex::default(),
        })
    }

    /// Publishes progress, where the scan may be watched.
    ///
    /// # Errors
    /// When Redis is unavailable: watchers read the row at their next gap.
    pub async fn progress(&self, scan_id: &ScanId, message: &str) -> Result<(), QueueError> {
        let is_unwatched = self
            .unwatched()
            .get(scan_id)
            .is_some_and(|at| at.elapsed() < Self::UNWATCHED_INTERVAL);
        if is_unwatched {
            return Ok(());
        }
        if self.publish(scan_id, message).await? == 0 {
            self.unwatched().insert(scan_id.clone(), Instant::now());
        } else {
            self.unwatched().remove(scan_id);
        }
        Ok(())
    }

    /// Publishes the final status of a scan.
    ///
    /// # Errors
    /// When Redis is unavailable: watchers read the row at their next gap.
    pub async fn end(&self, scan_id: &ScanId, message: &str) -> Result<(), QueueError> {
        self.unwatched().remove(scan_id);
        self.publish(scan_id, message).await.map(|_| ())
    }

    async fn publish(&self, scan_id: &ScanId, message: &str) -> Result<usize, QueueError> {
        let mut publish = redis::cmd("PUBLISH");
        publish.arg(format!("{PREFIX}{scan_id}")).arg(message);
        let publish = &publish;
        let receivers = self
            .link
            .run(|mut connection| async move { publish.query_async(&mut connection).await })
            .await?;
        self.link.outage.ended();
        Ok(receivers)
    }

    /// Watches a scan until the [`ScanWatch`] is dropped. Its first event is a gap, once the subscription is made.
    #[must_use]
    pub fn watch(&self, scan_id: &ScanId) -> ScanWatch {
        let mut scans = self.watched.scans();
        let mut joined = true;
        let sender = scans.entry(scan_id.clone()).or_insert_with(|| {
            joined = false;
            broadcast::channel(Self::BEHIND).0
        });
        let receiver = sender.subscribe();
        if joined {
            // There is a subscription already, or will be soon. An unneeded gap costs the others one lookup of the row.
            let _ = sender.send(RelayEvent::Gap);
        }
        drop(scans);
        self.watched.changed.notify_one();
        ScanWatch {
            scan_id: scan_id.clone(),
            receiver,
            watched: Arc::clone(&self.watched),
        }
    }

    /// Receives messages for the watchers, until `stop` completes. One task of each instance runs this.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        tokio::select! {
            () = stop => {}
            never = self.receive() => match never {},
        }
    }

    async fn receive(&self) -> Infallible {
        let mut delays = retry_delays();
        loop {
            if self.watched.scans().is_empty() {
                self.watched.changed.notified().await;
                continue;
            }
            if let Err(error) = self.listen(&mut delays).await {
                self.link.outage.began(&error);
                backoff::wait(&mut delays).await;
            }
        }
    }

    /// Receives messages until there are no watchers.
    async fn listen(&self, delays: &mut ExponentialBackoff) -> Result<(), QueueError> {
        let late = || QueueError::Unavailable("connecting took longer than 2 s".to_owned());
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
                self.watched.notify(scan_id, RelayEvent::Gap);
            }
            listening = wanted;
            self.link.outage.ended();
            *delays = retry_delays();
            loop {
                tokio::select! {
                    () = self.watched.changed.notified() => break,
                    message = stream.next() => {
                        let Some(message) = message else {
                            return Err(QueueError::Unavailable("the connection was closed".to_owned()));
                        };
                        let scan_id = message.get_channel_name().strip_prefix(PREFIX).map(ScanId::parse);
                        if let (Some(Ok(scan_id)), Ok(text)) = (scan_id, message.get_payload::<String>()) {
                            self.watched.notify(&scan_id, RelayEvent::Message(text.into()));
                        }
                    }
                }
            }
        }
    }

    fn unwatched(&self) -> MutexGuard<'_, HashMap<ScanId, Instant>> {
        self.unwatched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ScanWatch {
    /// Waits for the next event.
    pub async fn next(&mut self) -> RelayEvent {
        match self.receiver.recv().await {
            Ok(heard) => heard,
            // Messages were lost: this watcher is too far behind. The sender lives as long as this watcher.
            Err(_) => RelayEvent::Gap,
        }
    }
}

impl Drop for ScanWatch {
    fn drop(&mut self) {
        let mut scans = self.watched.scans();
        // The receiver of this watch still counts.
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
    fn scans(&self) -> MutexGuard<'_, HashMap<ScanId, broadcast::Sender<RelayEvent>>> {
        self.scans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn notify(&self, scan_id: &ScanId, event: RelayEvent) {
        if let Some(sender) = self.scans().get(scan_id) {
            // An error means that no watcher is left.
            let _ = sender.send(event);
        }
    }
}
