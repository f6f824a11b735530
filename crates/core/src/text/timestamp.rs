//! The one format of timestamps: RFC 3339 in UTC, with milliseconds.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serializer;

/// `2026-01-22T18:05:55.000Z`
#[must_use]
pub fn format(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// For `#[serde(serialize_with = …)]`.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format(*time))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The log has no chrono; its times have the same form.
        #[test]
        fn the_log_has_the_same_format(milliseconds in 0..253_402_300_800_000_i64) {
            let time = DateTime::from_timestamp_millis(milliseconds).expect("a year up to 9999");
            prop_assert_eq!(format(time), repolens_log::timestamp(time.into()));
        }
    }
}
