//! The state that the tasks of one consumer share.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bullmq::QueueKeys;
use tokio::sync::Notify;

use super::Timing;
use crate::queue::link::RedisLink;
use crate::queue::{QueueError, scripts};
use crate::settings::RedisUrl;

pub(super) struct ConsumerSession {
    pub(super) link: RedisLink,
    pub(super) keys: QueueKeys,
    /// The worker's name.
    pub(super) name: String,
    pub(super) timing: Timing,
    /// Jobs that this worker has.
    pub(super) active: AtomicUsize,
    /// The last finished job left nothing else to do.
    pub(super) drained: AtomicBool,
    /// The tokens of calls that may have taken a job without an answer.
    unanswered: Mutex<HashSet<String>>,
    /// Wakes the check for stalled jobs.
    pub(super) check_stalled: Notify,
}

impl ConsumerSession {
    pub(super) fn new(url: &RedisUrl, worker_id: &str, timing: Timing) -> Result<Self, QueueError> {
        Ok(Self {
            link: RedisLink::new(url)?,
            keys: scripts::keys(),
            name: worker_id.to_owned(),
            timing,
            active: AtomicUsize::new(0),
            drained: AtomicBool::new(false),
            unanswered: Mutex::default(),
            check_stalled: Notify::new(),
        })
    }

    /// Counts a job of this worker until the guard is dropped.
    pub(super) fn count_active(&self) -> ActiveGuard<'_> {
        self.active.fetch_add(1, Ordering::SeqCst);
        ActiveGuard(&self.active)
    }

    /// Remembers that a call with this token was not answered: Redis may have done it anyway, and taken a job that no
    /// worker knows of.
    pub(super) fn mark_unanswered(&self, token: &str) {
        self.unanswered().insert(token.to_owned());
    }

    pub(super) fn unanswered(&self) -> MutexGuard<'_, HashSet<String>> {
        self.unanswered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A call of a script that may take the next job, with the keys that all of them have.
    pub(super) fn prepare_take<'s>(&self, script: &'s redis::Script) -> redis::ScriptInvocation<'s> {
        let keys = &self.keys;
        let mut call = script.prepare_invoke();
        call.key(keys.wait())
            .key(keys.active())
            .key(keys.prioritized())
            .key(keys.events())
            .key(keys.stalled())
            .key(keys.limiter())
            .key(keys.delayed())
            .key(keys.paused())
            .key(keys.meta())
            .key(keys.pc());
        call
    }

    pub(super) fn lock_ms(&self) -> u64 {
        u64::try_from(self.timing.lock.as_millis()).unwrap_or(u64::MAX)
    }
}

pub(super) struct ActiveGuard<'a>(&'a AtomicUsize);

impl Drop for ActiveGuard<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
