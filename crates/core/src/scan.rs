//! A scan: its id, its status and the rule-book of how the status may change.

pub mod branch;
pub mod failure;
pub mod limits;

use std::fmt;

use serde::{Deserialize, Serialize};

/// How often a job is taken before its scan is given up as failed.
pub const MAX_ATTEMPTS: i32 = 3;

/// The id of a scan: 1 to 64 characters of `A–Z a–z 0–9 _ -`.
///
/// Ours are random UUIDs (122 random bits, because the id of an anonymous scan is all that a reader needs). Rows of the older
/// system have ids of other forms, which are just as valid. The id is also the id of the queue's job, and so a part of its key
/// in Redis: a number alone (BullMQ's form for jobs without an id) and the names of the queue's own keys are refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScanId(String);

impl ScanId {
    /// A new random id.
    #[must_use]
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().to_string())
    }

    /// # Errors
    /// When `text` is not of the form above.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let well_formed = (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if well_formed && !is_reserved_key(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId)
        }
    }

    /// The id of a row. It is not checked again: a row of another form can be shown, and no job is made of it.
    #[cfg(feature = "store")]
    pub(crate) fn stored(id: String) -> Self {
        Self(id)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Would a job of this id take the place of another one, or of a key of the queue itself?
fn is_reserved_key(text: &str) -> bool {
    /// The keys that BullMQ keeps beside the jobs; they differ from the jobs' keys in the last part only.
    const KEYS: [&str; 20] = [
        "active",
        "completed",
        "de",
        "delayed",
        "dn",
        "events",
        "failed",
        "id",
        "limiter",
        "marker",
        "meta",
        "metrics",
        "paused",
        "pc",
        "prioritized",
        "repeat",
        "stalled",
        "stalled-check",
        "wait",
        "waiting-children",
    ];
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // The last three are numbers to JavaScript.
    is_number || KEYS.contains(&text) || ["NaN", "Infinity", "-Infinity"].contains(&text)
}

/// A text that is no [`ScanId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidId;

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scan's id has 1 to 64 letters, digits, `-` or `_`, and is neither a number nor the name of a key of the queue")
    }
}

impl std::error::Error for InvalidId {}

impl TryFrom<String> for ScanId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::parse(&text)
    }
}

impl From<ScanId> for String {
    fn from(id: ScanId) -> Self {
        id.0
    }
}

impl fmt::Display for ScanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Proof that a worker holds a job. Created anew each time a job is taken; a worker with an older one has lost the job.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseToken(String);

impl LeaseToken {
    #[must_use]
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }

    /// A token as it came in a header: it is only ever compared with the one in the row.
    #[must_use]
    pub fn from_header(text: &str) -> Self {
        Self(text.to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LeaseToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LeaseToken(…)")
    }
}

/// Where a scan is. The wire form is in lower case; the column's is in upper case ([`ScanStatus::column`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(
    feature = "store",
    derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)
)]
#[cfg_attr(feature = "store", diesel(sql_type = crate::store::schema::ScanStatusColumn))]
pub enum ScanStatus {
    Queued,
    Processing,
    Completed,
    Failed,
    Cancelled,
}

impl ScanStatus {
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Processing,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The one rule on how a status may change.
    ///
    /// Only forward, with one way back: from processing to queued, when a lease ends or a worker gives the job back.
    #[must_use]
    pub fn can_become(self, next: Self) -> bool {
        use ScanStatus::{Cancelled, Completed, Failed, Processing, Queued};
        matches!(
            (self, next),
            (Queued, Processing | Cancelled) | (Processing, Queued | Completed | Failed | Cancelled)
        )
    }

    /// No status follows on this one.
    #[must_use]
    pub fn is_final(self) -> bool {
        !Self::ALL.into_iter().any(|next| self.can_become(next))
    }

    /// The spelling in the database and in the older members of the API.
    #[must_use]
    pub fn column(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Processing => "PROCESSING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// The statuses from which a scan may become `next`: what a conditional UPDATE names as where it comes from.
    #[must_use]
    pub fn before(next: Self) -> Vec<Self> {
        Self::ALL.into_iter().filter(|status| status.can_become(next)).collect()
    }

    /// The inverse of [`ScanStatus::column`].
    #[must_use]
    pub fn from_column(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.column() == text)
    }

    /// The spelling in JSON.
    #[must_use]
    pub fn wire(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_processing_scan_goes_back_and_only_to_queued() {
        for from in ScanStatus::ALL {
            for to in ScanStatus::ALL {
                let back = to == ScanStatus::Queued;
                if back {
                    assert_eq!(
                        from.can_become(to),
                        from == ScanStatus::Processing,
                        "{from:?} to {to:?}"
                    );
                }
                assert!(!(from == to && from.can_become(to)), "{from:?} to itself");
            }
        }
    }

    #[test]
    fn the_three_ends_are_final() {
        let ends: Vec<_> = ScanStatus::ALL.into_iter().filter(|status| status.is_final()).collect();
        assert_eq!(ends, [ScanStatus::Completed, ScanStatus::Failed, ScanStatus::Cancelled]);
    }

    #[test]
    fn column_and_wire_forms_agree_with_serde() {
        for status in ScanStatus::ALL {
            assert_eq!(ScanStatus::from_column(status.column()), Some(status));
            assert_eq!(
                serde_json::to_value(status).expect("a unit variant is a string"),
                status.wire()
            );
        }
    }

    #[test]
    fn ids_of_other_forms_are_refused() {
        for text in ["", "a b", "a:b", "../x", "ä", &"x".repeat(65)] {
            assert_eq!(ScanId::parse(text), Err(InvalidId), "{text}");
        }
        assert!(ScanId::parse(ScanId::random().as_str()).is_ok());
        assert!(ScanId::parse("clx8f2k9a0000v5h4").is_ok());
    }

    #[test]
    fn ids_that_the_queue_gives_or_uses_itself_are_refused() {
        for text in [
            "wait",
            "active",
            "meta",
            "stalled-check",
            "0",
            "4711",
            "-3",
            "007",
            "NaN",
        ] {
            assert_eq!(ScanId::parse(text), Err(InvalidId), "{text}");
        }
        for text in ["waits", "Wait", "-", "1-2", "4711a"] {
            assert!(ScanId::parse(text).is_ok(), "{text}");
        }
    }
}
