//! Takes the next job, and reads what the script says.

use std::collections::{HashMap, HashSet};
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use redis::{FromRedisValue as _, Value};
use tracing::info;

use super::super::connection::Failed;
use super::super::held::Job;
use super::super::{QueueError, script};
use super::Core;

/// What there was.
pub(in super::super) enum Fetched {
    Job(Box<Job>),
    Nothing {
        /// A delayed job is due then, or a rate limit set by others ends.
        again_in: Option<Duration>,
    },
}

impl Core {
    pub(super) async fn take(&self) -> Result<Fetched, QueueError> {
        loop {
            self.give_back_unanswered().await?;
            // Another one for each try, which tells its job from those of tries before.
            let token = uuid::Uuid::new_v4().to_string();
            match self.try_take(&token).await {
                Ok(value) => return Ok(fetched(&value, &token)),
                Err(failed) => {
                    if matches!(failed.error, QueueError::Away(_)) {
                        self.is_unanswered(&token);
                    }
                    if !failed.again {
                        return Err(failed.error);
                    }
                }
            }
        }
    }

    async fn try_take(&self, token: &str) -> Result<Value, Failed> {
        let options = script::packed(&script::TakeOptions {
            token,
            lock_duration: u64::try_from(self.timing.lock.as_millis()).unwrap_or(u64::MAX),
            name: &self.name,
        });
        let keys = &self.keys;
        let mut call = script::MOVE_TO_ACTIVE.prepare_invoke();
        call.key(keys.wait())
            .key(keys.active())
            .key(keys.prioritized())
            .key(keys.events())
            .key(keys.stalled())
            .key(keys.limiter())
            .key(keys.delayed())
            .key(keys.paused())
            .key(keys.meta())
            .key(keys.pc())
            .key(keys.marker())
            .arg(keys.key_prefix())
            .arg(script::now_ms())
            .arg(options);
        let call = &call;
        self.link
            .once(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await
    }

    /// A call with this token was not answered: Redis may have done it all the same, and taken a job that nobody has.
    pub(in super::super) fn is_unanswered(&self, token: &str) {
        self.unanswered().insert(token.to_owned());
    }

    /// Gives back the jobs that were taken by calls whose answers did not come. Asks nothing where there were none.
    pub(super) async fn give_back_unanswered(&self) -> Result<(), QueueError> {
        let tokens = self.unanswered().clone();
        if tokens.is_empty() {
            return Ok(());
        }
        let active = self.keys.active();
        let ids: Vec<String> = self
            .link
            .run(|mut connection| {
                let mut list = redis::cmd("LRANGE");
                list.arg(&active).arg(0).arg(-1);
                async move { list.query_async(&mut connection).await }
            })
            .await?;
        for id in ids {
            let lock = format!("{}:lock", self.keys.job_key(&id));
            let owner: Option<String> = self
                .link
                .run(|mut connection| {
                    let mut get = redis::cmd("GET");
                    get.arg(&lock);
                    async move { get.query_async(&mut connection).await }
                })
                .await?;
            if let Some(token) = owner.filter(|owner| tokens.contains(owner)) {
                info!(job = %id, "the job was taken by a call that was not answered: it is given back");
                self.give_back(&id, &token).await?;
            }
        }
        self.unanswered().retain(|token| !tokens.contains(token));
        Ok(())
    }

    /// A negative number: the job is no longer this worker's.
    pub(in super::super) async fn give_back(&self, id: &str, token: &str) -> Result<i64, QueueError> {
        let keys = &self.keys;
        let mut call = script::MOVE_ACTIVE_TO_WAIT.prepare_invoke();
        call.key(keys.active())
            .key(keys.wait())
            .key(keys.stalled())
            .key(keys.paused())
            .key(keys.meta())
            .key(keys.limiter())
            .key(keys.prioritized())
            .key(keys.marker())
            .key(keys.events())
            .arg(id)
            .arg(token)
            .arg(keys.job_key(id));
        let call = &call;
        self.link
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await
    }

    fn unanswered(&self) -> MutexGuard<'_, HashSet<String>> {
        self.unanswered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads `{fields, id, milliseconds of a rate limit, due time of the next delayed job}`; the first two are 0 where there
/// is no job.
pub(in super::super) fn fetched(value: &Value, token: &str) -> Fetched {
    let Value::Array(parts) = value else {
        return Fetched::Nothing { again_in: None };
    };
    let number = |at: usize| {
        parts
            .get(at)
            .and_then(|part| f64::from_redis_value_ref(part).ok())
            .unwrap_or(0.0)
    };
    if let (Some(fields @ (Value::Array(_) | Value::Map(_))), Some(Value::BulkString(id))) =
        (parts.first(), parts.get(1))
    {
        let fields: HashMap<String, Vec<u8>> = HashMap::from_redis_value_ref(fields).unwrap_or_default();
        let id = String::from_utf8_lossy(id).into_owned();
        return Fetched::Job(Box::new(Job::new(id, token.to_owned(), &fields)));
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of this age are exact in 53 bits"
    )]
    let due_in = number(3) - script::now_ms() as f64;
    let wait_ms = match (number(2), number(3)) {
        (limited, _) if limited > 0.0 => Some(limited),
        (_, due) if due > 0.0 => Some(due_in.max(1.0)),
        _ => None,
    };
    Fetched::Nothing {
        again_in: wait_ms.map(|ms| Duration::from_secs_f64(ms / 1000.0)),
    }
}
