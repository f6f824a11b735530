//! Takes the next job, and reads what the script says.

use std::collections::HashMap;
use std::time::Duration;

use redis::{FromRedisValue as _, Value};

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
        let token = uuid::Uuid::new_v4().to_string();
        let options = script::packed(&script::TakeOptions {
            token: &token,
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
        let value: Value = self
            .link
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await?;
        Ok(fetched(&value, &token))
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
