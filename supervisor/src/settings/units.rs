//! Durations, sizes and small ratios as people write them.

use std::time::Duration;

/// `500ms`, `10s`, `2m`, `1h`; a bare number is seconds.
pub fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let seconds = match unit {
        "ms" => number / 1000.0,
        "" | "s" | "sec" => number,
        "m" | "min" => number * 60.0,
        "h" => number * 3600.0,
        "d" => number * 86_400.0,
        _ => return None,
    };
    // A year is longer than anything that is meant, and far from where clocks overflow.
    (seconds <= 366.0 * 86_400.0).then(|| Duration::from_secs_f64(seconds))
}

/// `300MiB` and `300M` (powers of 1024), `300MB` (powers of 1000); a bare number is bytes.
pub fn size(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "kb" => 1000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        _ => return None,
    };
    let bytes = number * factor as f64;
    (bytes < 9e15).then_some(bytes as u64)
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

fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    Some((number, text[end..].trim()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{duration, rate, shown, shown_size, size};

    #[test]
    fn durations() {
        for (text, milliseconds) in [
            ("500ms", 500),
            ("10s", 10_000),
            ("1.5m", 90_000),
            ("2h", 7_200_000),
            ("7", 7000),
            ("0", 0),
        ] {
            assert_eq!(duration(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "s", "-1s", "10 parsecs", "1e9", "1..2s", "999999999d"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_and_rates() {
        assert_eq!(size("300MiB"), Some(300 << 20));
        assert_eq!(size("300m"), Some(300 << 20));
        assert_eq!(size("1GB"), Some(1_000_000_000));
        assert_eq!(size("many"), None);
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
