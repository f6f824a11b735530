//! One connection that many tasks share, and what is logged when it breaks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use redis::Client;
use redis::aio::MultiplexedConnection;
use tracing::{info, warn};

use super::connection::{ANSWER_TIME, FLUSHES, client, connect, is_broken, is_flushed};
use super::{QueueError, check};
use crate::settings::RedisUrl;

/// One connection for ordinary commands, made at the first of them and anew after a fault.
pub(super) struct RedisLink {
    client: Client,
    current: tokio::sync::Mutex<Option<Numbered>>,
    pub(super) outage: Outage,
}

/// Why an operation was not done, or not answered.
pub(super) struct LinkError {
    pub(super) error: QueueError,
    /// The connection was not a new one: on a new one the operation may succeed.
    pub(super) retryable: bool,
}

#[derive(Clone)]
struct Numbered {
    number: u64,
    connection: MultiplexedConnection,
}

impl RedisLink {
    pub(super) fn new(url: &RedisUrl) -> Result<Self, QueueError> {
        Ok(Self {
            client: client(url)?,
            current: tokio::sync::Mutex::new(None),
            outage: Outage::new(url),
        })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Runs an operation on the connection, and once more on a new one where the connection broke while it was idle: the
    /// operation must be one that may be done twice.
    pub(super) async fn run<T, F>(&self, operation: impl Fn(MultiplexedConnection) -> F) -> Result<T, QueueError>
    where
        F: Future<Output = redis::RedisResult<T>>,
    {
        loop {
            match self.once(&operation).await {
                Ok(value) => return Ok(value),
                Err(failed) if failed.retryable => {}
                Err(failed) => return Err(failed.error),
            }
        }
    }

    /// Runs an operation that may not simply be done twice.
    pub(super) async fn once<T, F>(&self, operation: impl Fn(MultiplexedConnection) -> F) -> Result<T, LinkError>
    where
        F: Future<Output = redis::RedisResult<T>>,
    {
        let (current, fresh) = match self.current().await {
            Ok(current) => current,
            Err(error) => {
                self.outage.began(&error);
                return Err(LinkError {
                    error,
                    retryable: false,
                });
            }
        };
        let mut tries = 0;
        let answer = loop {
            match operation(current.connection.clone()).await {
                Err(error) if is_flushed(&error) && tries < FLUSHES => tries += 1,
                answer => break answer,
            }
        };
        match answer {
            Ok(value) => Ok(value),
            Err(error) if is_broken(&error) => {
                self.discard(current.number).await;
                let error = error.into();
                if fresh {
                    self.outage.began(&error);
                }
                Err(LinkError {
                    error,
                    retryable: !fresh,
                })
            }
            Err(error) => Err(LinkError {
                error: error.into(),
                retryable: false,
            }),
        }
    }

    async fn current(&self) -> Result<(Numbered, bool), QueueError> {
        let mut current = self.current.lock().await;
        if let Some(numbered) = &*current {
            return Ok((numbered.clone(), false));
        }
        let numbered = Numbered {
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            connection: connect(&self.client, Some(ANSWER_TIME)).await?,
        };
        *current = Some(numbered.clone());
        Ok((numbered, true))
    }

    /// Only the connection that broke: another task may have made a new one meanwhile.
    async fn discard(&self, number: u64) {
        let mut current = self.current.lock().await;
        if current.as_ref().is_some_and(|numbered| numbered.number == number) {
            *current = None;
        }
    }
}

static NUMBERS: AtomicU64 = AtomicU64::new(0);

/// Logs when Redis becomes unavailable and when it is back: one line each.
pub(super) struct Outage {
    url: RedisUrl,
    since: Mutex<Option<Instant>>,
}

impl Outage {
    pub(super) fn new(url: &RedisUrl) -> Self {
        Self {
            url: url.clone(),
            since: Mutex::new(None),
        }
    }

    pub(super) fn began(&self, error: &QueueError) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.is_none() {
            *since = Some(Instant::now());
            let (url, error) = (self.url.clone(), error.clone());
            // In a task of its own: the cause takes another connection, and no caller waits for it.
            tokio::spawn(async move {
                let error = check::explain(&url, error).await;
                warn!(server = %url, "{error}; trying again until it serves us");
            });
        }
    }

    pub(super) fn ended(&self) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(began) = since.take() {
            info!(server = %self.url, seconds = began.elapsed().as_secs(), "Redis is back");
        }
    }
}
