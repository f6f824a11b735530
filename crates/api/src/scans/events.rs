//! The watchers of scans, and the events that they receive.
//!
//! Each change of a scan in this process is published here. A watcher receives the latest state, not each one, so that a slow
//! one costs nothing. Changes by other processes arrive by [`EventRelay`], or when the watcher reads the row again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use repolens_core::store::ExplanationState;
use repolens_core::{ScanStatus, Usage, UsageGuard};
use serde_json::json;
use tokio::sync::watch;

use crate::scans::event_relay::EventRelay;
use crate::scans::scan_state::ScanState;

/// The event that follows `completed` where a language model was asked for a text: its id, and whether there is a text.
pub const EXPLAINED: &str = "completed.explanation";

/// That event in the format of server-sent events.
pub fn explanation_event(scan_id: &str, state: ExplanationState, failure: Option<&str>) -> String {
    let data = json!({ "scanId": scan_id, "status": state.name(), "failure": failure });
    format!("id: {EXPLAINED}\nevent: explanation\ndata: {data}\n\n")
}

/// Streams of one client, and of all clients.
pub const MAX_PER_CLIENT: usize = 20;
pub const MAX_STREAMS: usize = 1_500;

/// All watchers of this process.
#[derive(Default)]
pub struct Events {
    inner: Mutex<Inner>,
    streams: Arc<Usage<String>>,
    changes: AtomicU64,
    relay: Option<EventRelay>,
}

#[derive(Default)]
struct Inner {
    scans: HashMap<String, Watched>,
}

#[derive(Default)]
struct Watched {
    sender: watch::Sender<Option<ScanState>>,
    watchers: usize,
}

/// Why there is no stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    TooManyOfThisClient,
    TooMany,
}

impl Events {
    /// Without a `relay` there are no other instances.
    pub fn new(relay: Option<EventRelay>) -> Self {
        Self {
            inner: Mutex::default(),
            streams: Arc::default(),
            changes: AtomicU64::new(0),
            relay,
        }
    }

    pub fn relay(&self) -> Option<&EventRelay> {
        self.relay.as_ref()
    }

    /// Publishes the state to all watchers.
    pub fn publish(&self, scan_id: &str, state: ScanState) {
        self.changed();
        if let Some(relay) = &self.relay {
            relay.send(scan_id, state.clone());
        }
        if let Some(watched) = self.lock().scans.get(scan_id) {
            watched.sender.send_replace(Some(state));
        }
    }

    /// A scan was stored, or its status has changed.
    pub fn changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// How many such changes this process has seen.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Publishes progress; a member that is `None` keeps its value.
    pub fn progress(&self, scan_id: &str, progress: Option<u8>, stage: Option<&str>) {
        if let (Some(relay), Some(progress)) = (&self.relay, progress) {
            let mut state = ScanState::new(ScanStatus::Processing);
            state.progress = progress;
            state.stage = stage.map(str::to_owned);
            relay.send(scan_id, state);
        }
        if let Some(watched) = self.lock().scans.get(scan_id) {
            watched.sender.send_if_modified(|state| {
                let state = state.get_or_insert_with(|| ScanState::new(ScanStatus::Processing));
                // The scan may have finished between a heartbeat's answer and its publication.
                if state.status.is_final() {
                    return false;
                }
                state.status = ScanStatus::Processing;
                state.progress = progress.unwrap_or(state.progress);
                if let Some(stage) = stage {
                    state.stage = Some(stage.to_owned());
                }
                true
            });
        }
    }

    /// Begins to watch; it ends when the guard is dropped.
    pub fn watch(self: &Arc<Self>, scan_id: &str, client: &str) -> Result<Watch, Refused> {
        let check = |all: usize, own: usize| match () {
            () if all >= MAX_STREAMS => Err(Refused::TooMany),
            () if own >= MAX_PER_CLIENT => Err(Refused::TooManyOfThisClient),
            () => Ok(()),
        };
        let stream = self.streams.take(client.to_owned(), 1, check)?;
        let mut inner = self.lock();
        let watched = inner.scans.entry(scan_id.to_owned()).or_default();
        watched.watchers += 1;
        Ok(Watch {
            changes: watched.sender.subscribe(),
            scan_id: scan_id.to_owned(),
            _stream: stream,
            events: Arc::clone(self),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        // No code panics while it holds the lock, and the maps would be consistent anyway.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One watcher of one scan.
pub struct Watch {
    pub changes: watch::Receiver<Option<ScanState>>,
    pub scan_id: String,
    _stream: UsageGuard<String>,
    events: Arc<Events>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut inner = self.events.lock();
        // Counted under the lock: the receiver itself goes only afterwards, when another may be leaving too.
        if let Some(watched) = inner.scans.get_mut(&self.scan_id) {
            watched.watchers -= 1;
            if watched.watchers == 0 {
                inner.scans.remove(&self.scan_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_a_limit_of_streams_and_gives_them_back() {
        let events = Arc::new(Events::default());
        let mut held: Vec<Watch> = (0..MAX_PER_CLIENT)
            .map(|_| events.watch("scan", "client").expect("room"))
            .collect();
        assert_eq!(events.watch("scan", "client").err(), Some(Refused::TooManyOfThisClient));
        assert!(events.watch("scan", "other").is_ok());
        held.pop();
        assert!(events.watch("scan", "client").is_ok());
        drop(held);
        let inner = events.lock();
        assert_eq!(
            (inner.scans.len(), events.streams.total(), events.streams.keys()),
            (0, 0, 0)
        );
    }

    #[test]
    fn the_last_watcher_is_the_last_though_another_is_still_going() {
        let events = Arc::new(Events::default());
        let watch = events.watch("scan", "client").expect("room");
        // Another thread may still hold it for a moment after it has left.
        let going = watch.changes.clone();
        drop(watch);
        assert!(events.lock().scans.is_empty());
        drop(going);
    }

    #[test]
    fn progress_that_comes_late_takes_back_no_end() {
        let events = Arc::new(Events::default());
        let watch = events.watch("scan", "client").expect("room");
        events.publish("scan", ScanState::new(ScanStatus::Cancelled));
        events.progress("scan", Some(50), Some("parse"));
        let state = watch.changes.borrow().clone().expect("published");
        assert_eq!(state, ScanState::new(ScanStatus::Cancelled));
    }

    #[test]
    fn progress_keeps_members_that_it_does_not_set() {
        let events = Arc::new(Events::default());
        let watch = events.watch("scan", "client").expect("room");
        events.progress("scan", Some(10), Some("clone"));
        events.progress("scan", Some(20), None);
        let state = watch.changes.borrow().clone().expect("published");
        assert_eq!((state.progress, state.stage.as_deref()), (20, Some("clone")));
    }
}
