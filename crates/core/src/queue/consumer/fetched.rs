//! The answer of the scripts that take a job.

use std::collections::HashMap;
use std::time::Duration;

use redis::{FromRedisValue as _, Value};

use super::job::Job;
use crate::queue::scripts;

pub(super) enum Fetched {
    Job(Box<Job>),
    Nothing {
        /// A delayed job is due then, or a rate limit set by others ends.
        again_in: Option<Duration>,
    },
}

impl Fetched {
    /// Reads `{fields, id, milliseconds of a rate limit, due time of the next delayed job}`; the first two are 0 where there
    /// is no job. `token` is that of the call.
    pub(super) fn read(value: &Value, token: &str) -> Self {
        let Value::Array(parts) = value else {
            return Self::Nothing { again_in: None };
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
            return Self::Job(Box::new(Job::new(id, token.to_owned(), &fields)));
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds of this age are exact in 53 bits"
        )]
        let due_in = number(3) - scripts::now_ms() as f64;
        let wait_ms = match (number(2), number(3)) {
            (limited, _) if limited > 0.0 => Some(limited),
            (_, due) if due > 0.0 => Some(due_in.max(1.0)),
            _ => None,
        };
        Self::Nothing {
            again_in: wait_ms.map(|ms| Duration::from_secs_f64(ms / 1000.0)),
        }
    }
}
