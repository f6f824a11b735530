//! A job as it is read from the queue.

use std::collections::HashMap;

use serde_json::Value as Json;

use crate::ScanId;
use crate::queue::KEPT_JOBS;
use crate::queue::scripts::Keep;

/// A job that this worker has taken.
pub(super) struct Job {
    pub(super) id: String,
    /// The token of its lock.
    pub(super) token: String,
    /// From the job's data, or its id.
    pub(super) scan_id: Option<ScanId>,
    /// The text with which it must fail without being run.
    pub(super) deferred: Option<String>,
    pub(super) attempts: u64,
    pub(super) kept_completed: Keep,
    pub(super) kept_failed: Keep,
}

impl Job {
    /// Members that cannot be read are left out: other programs write into this queue too.
    pub(super) fn new(id: String, token: String, fields: &HashMap<String, Vec<u8>>) -> Self {
        let json = |name: &str| -> Json {
            fields
                .get(name)
                .and_then(|text| serde_json::from_slice(text).ok())
                .unwrap_or_default()
        };
        let options = json("opts");
        let named = json("data")["scanId"]
            .as_str()
            .and_then(|text| ScanId::parse(text).ok());
        Self {
            scan_id: named.or_else(|| ScanId::parse(&id).ok()),
            deferred: fields
                .get("defa")
                .map(|text| String::from_utf8_lossy(text).into_owned()),
            attempts: options["attempts"].as_u64().unwrap_or(0),
            kept_completed: kept(&options["removeOnComplete"]),
            kept_failed: kept(&options["removeOnFail"]),
            id,
            token,
        }
    }

    /// The scan to work on, or the reason why there is none.
    pub(super) fn runnable(&self) -> Result<ScanId, String> {
        if let Some(reason) = &self.deferred {
            return Err(reason.clone());
        }
        self.scan_id
            .clone()
            .ok_or_else(|| "the job names no scan: expected `scanId` in its data".to_owned())
    }
}

/// How many finished jobs are kept by the job's option, but never all of them: the memory of a free Redis is small.
fn kept(option: &Json) -> Keep {
    let most = i64::try_from(KEPT_JOBS).unwrap_or(i64::MAX);
    let capped = |count: Option<i64>| Some(count.filter(|count| (0..most).contains(count)).unwrap_or(most));
    match option {
        Json::Bool(true) => Keep {
            age: None,
            count: Some(0),
        },
        Json::Number(count) => Keep {
            age: None,
            count: capped(count.as_i64()),
        },
        Json::Object(keep) => Keep {
            age: keep.get("age").and_then(Json::as_u64),
            count: capped(keep.get("count").and_then(Json::as_i64)),
        },
        _ => Keep {
            age: None,
            count: Some(most),
        },
    }
}
