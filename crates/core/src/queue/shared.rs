//! Rate limits and idempotency keys that all instances of the API share.

use std::sync::LazyLock;
use std::time::Duration;

use deadpool_redis::{Manager, Pool, PoolError, Runtime};
use redis::{AsyncConnectionConfig, Script};

use super::QueueError;
use super::connection::{self, CONNECT_TIME};
use crate::ScanId;
use crate::settings::RedisUrl;

/// A small pool of connections for short commands.
#[derive(Clone)]
pub struct Shared {
    pool: Pool,
}

/// How much of a request is within the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedAllowance {
    pub granted: u64,
    /// How many more are allowed in this window.
    pub remaining: u64,
    /// When the window ends.
    pub resets_in: Duration,
}

/// The state of an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// Used for the first time: the scan is to be made, with the given id.
    First,
    /// The same request was made before: this is its scan.
    Repeated(ScanId),
    /// The key was used for another request.
    Different,
}

/// Returns the count in this window, and the milliseconds that are left of it.
static COUNT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local count = redis.call('INCRBY', KEYS[1], ARGV[2]) \
         if count == tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end \
         return { count, redis.call('PTTL', KEYS[1]) }",
    )
});

impl Shared {
    /// Connections of one instance.
    const CONNECTIONS: usize = 4;

    /// Makes no connection yet.
    ///
    /// # Errors
    /// When the address cannot be used for a connection.
    pub fn new(url: &RedisUrl) -> Result<Self, QueueError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIME))
            .set_response_timeout(Some(Duration::from_secs(1)));
        let manager = Manager::new_with_config(connection::info(url)?, config)?;
        let pool = Pool::builder(manager)
            .max_size(Self::CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(Duration::from_secs(1)))
            .create_timeout(Some(Duration::from_secs(1)))
            .recycle_timeout(Some(Duration::from_secs(1)))
            .build()
            .map_err(|error| QueueError::Refused(error.to_string()))?;
        Ok(Self { pool })
    }

    /// Counts `wanted` for `key`, of which `limit` are allowed in each `window`.
    ///
    /// # Errors
    /// When Redis is unavailable.
    pub async fn allow(
        &self,
        key: &str,
        wanted: u64,
        limit: u64,
        window: Duration,
    ) -> Result<SharedAllowance, QueueError> {
        let mut connection = self.connection().await?;
        let window_ms = u64::try_from(window.as_millis()).unwrap_or(u64::MAX).max(1);
        let (count, left_ms): (u64, i64) = COUNT
            .key(format!("repolens:limit:{key}"))
            .arg(window_ms)
            .arg(wanted)
            .invoke_async(&mut connection)
            .await?;
        Ok(SharedAllowance {
            granted: wanted.saturating_sub(count.saturating_sub(limit)),
            remaining: limit.saturating_sub(count),
            resets_in: Duration::from_millis(u64::try_from(left_ms).unwrap_or(window_ms)),
        })
    }

    /// Claims an idempotency key for `time`. `fingerprint` identifies the request, `scan_id` the scan that it would create.
    ///
    /// # Errors
    /// When Redis is unavailable.
    pub async fn claim(
        &self,
        key: &str,
        fingerprint: &str,
        scan_id: &ScanId,
        time: Duration,
    ) -> Result<Claimed, QueueError> {
        let mut connection = self.connection().await?;
        let key = format!("repolens:once:{key}");
        let value = format!("{scan_id} {fingerprint}");
        // Twice, for the case that the key of another request expires in between.
        for _ in 0..2 {
            let set: Option<String> = redis::cmd("SET")
                .arg(&key)
                .arg(&value)
                .arg("NX")
                .arg("PX")
                .arg(u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1))
                .query_async(&mut connection)
                .await?;
            if set.is_some() {
                return Ok(Claimed::First);
            }
            let known: Option<String> = redis::cmd("GET").arg(&key).query_async(&mut connection).await?;
            let Some(known) = known else { continue };
            return Ok(match known.split_once(' ') {
                Some((id, print)) if print == fingerprint => {
                    ScanId::parse(id).map_or(Claimed::Different, Claimed::Repeated)
                }
                _ => Claimed::Different,
            });
        }
        Err(QueueError::Refused(
            "an idempotency key expires as fast as it is set".to_owned(),
        ))
    }

    /// Takes a claim back where the scan could not be made.
    ///
    /// # Errors
    /// When Redis is unavailable.
    pub async fn forget(&self, key: &str) -> Result<(), QueueError> {
        let mut connection = self.connection().await?;
        Ok(redis::cmd("DEL")
            .arg(format!("repolens:once:{key}"))
            .exec_async(&mut connection)
            .await?)
    }

    pub(super) async fn connection(&self) -> Result<deadpool_redis::Connection, QueueError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => error.into(),
            other => QueueError::Unavailable(other.to_string()),
        })
    }
}
