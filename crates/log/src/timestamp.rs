//! UTC times as `2026-01-22T18:05:55.123Z`.

use std::time::{SystemTime, UNIX_EPOCH};

/// The length in bytes of what [`timestamp`] returns, for the years 0 to 9999.
pub const TIMESTAMP_LEN: usize = 24;

/// The time in UTC with milliseconds. A time before 1970 is shown as 1970.
pub fn timestamp(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (year, month, day) = civil_date(days);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        second / 3600,
        second / 60 % 60,
        second % 60,
        since.subsec_millis()
    )
}

/// Year, month and day of a number of days since 1970-01-01, by Howard Hinnant's `civil_from_days`.
fn civil_date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{TIMESTAMP_LEN, timestamp};

    #[test]
    fn known_times_are_right() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00.123Z"),
            (951_782_399, "2000-02-28T23:59:59.123Z"),
            (951_782_400, "2000-02-29T00:00:00.123Z"),
            (1_769_105_155, "2026-01-22T18:05:55.123Z"),
            (4_107_542_400, "2100-03-01T00:00:00.123Z"),
        ] {
            let shown = timestamp(UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_millis(123));
            assert_eq!(shown, expected);
            assert_eq!(shown.len(), TIMESTAMP_LEN);
        }
    }
}
