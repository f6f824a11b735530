//! Ratios as people write them, and lengths of time and sizes as they are shown.

use std::time::Duration;

use repolens_log::units::parse_duration;

/// A year is longer than anything that is meant, and far from where clocks overflow.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// `500ms`, `10s`, `2m`, `1h`, up to a year; a bare number is seconds.
pub fn duration(text: &str) -> Option<Duration> {
    parse_duration(text).filter(|time| *time <= LONGEST)
}

/// `8/2m`: so many in so much time. `off` and `0` are `Some(None)`.
pub fn rate(text: &str) -> Option<Option<(u32, Duration)>> {
    if matches!(text.trim(), "off" | "0") {
        return Some(None);
    }
    let (count, window) = text.split_once('/')?;
    let count: u32 = count.trim().parse().ok().filter(|count| (1..=1000).contains(count))?;
    let window = duration(window).filter(|window| !window.is_zero())?;
    Some(Some((count, window)))
}

/// A time for people: `350 ms`, `4.2 s`, `3 min 5 s`, `2 h 7 min`.
pub fn shown(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..60 => format!("{:.1} s", time.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// A size for people: `312 MiB`.
pub fn shown_size(bytes: u64) -> String {
    match bytes {
        0..1_048_576 => format!("{} KiB", bytes / 1024),
        1_048_576..10_485_760 => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
        _ => format!("{} MiB", bytes / 1_048_576),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{duration, rate, shown, shown_size};

    #[test]
    fn durations_end_somewhere() {
        assert_eq!(duration("366d"), Some(Duration::from_secs(366 * 86_400)));
        assert_eq!(duration("367d"), None);
    }

    #[test]
    fn rates() {
        assert_eq!(rate("8/2m"), Some(Some((8, Duration::from_secs(120)))));
        assert_eq!(rate("off"), Some(None));
        for text in ["0/2m", "8", "8/0s", "x/2m", "8/"] {
            assert_eq!(rate(text), None, "{text}");
        }
    }

    #[test]
    fn for_people() {
        assert_eq!(shown(Duration::from_millis(350)), "350 ms");
        assert_eq!(shown(Duration::from_millis(4249)), "4.2 s");
        assert_eq!(shown(Duration::from_secs(185)), "3 min 5 s");
        assert_eq!(shown(Duration::from_secs(7635)), "2 h 7 min");
        assert_eq!(shown_size(312 << 20), "312 MiB");
    }
}
