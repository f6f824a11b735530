//! Lengths of time, sizes and rates as people write them: `90s`, `10m`, `1GiB`, `300MB`, `5/min`.

use std::time::Duration;

/// A century: longer than any sensible value, and far from where clocks overflow.
const LONGEST: Duration = Duration::from_secs(36_525 * 86_400);

/// A number of events in a length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub count: u32,
    pub per: Duration,
}

/// `500ms`, `90s`, `10m`, `2h`, `1d`, up to a century; a number alone means seconds.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let time = Duration::try_from_secs_f64(number * seconds(unit)?).ok()?;
    (time <= LONGEST).then_some(time)
}

/// `5/min`, `10/s`, `1000/h`, `8/2m`: at least one event, in a time that is not zero.
#[must_use]
pub fn parse_rate(text: &str) -> Option<Rate> {
    let (count, per) = text.split_once('/')?;
    let count = count.trim().parse().ok().filter(|count| *count > 0)?;
    let per = per.trim();
    let per = match seconds(per).filter(|_| !per.is_empty()) {
        Some(seconds) => Duration::from_secs_f64(seconds),
        None => parse_duration(per)?,
    };
    (!per.is_zero()).then_some(Rate { count, per })
}

/// `1`, `true`, `yes`, `on` or `0`, `false`, `no`, `off`.
#[must_use]
pub fn parse_flag(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "ms" => 0.001,
        "" | "s" | "sec" | "second" => 1.0,
        "m" | "min" | "minute" => 60.0,
        "h" | "hour" => 3_600.0,
        "d" | "day" => 86_400.0,
        _ => return None,
    })
}

/// `300MB` (powers of 1,000), `1GiB` and `512M` (powers of 1,024); a number alone means bytes. The case does not matter.
#[must_use]
pub fn parse_size(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        _ => return None,
    };
    let bytes = number * factor as f64;
    // Above 2^53 a float would no longer be exact, and no disk is that large.
    (bytes < 9e15).then_some(bytes as u64)
}

fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().ok()?;
    number.is_finite().then_some((number, unit.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(parse_duration("10m"), Some(Duration::from_secs(600)));
        assert_eq!(parse_duration("1.5 h"), Some(Duration::from_secs(5_400)));
        assert_eq!(parse_duration("90"), Some(Duration::from_secs(90)));
        assert_eq!(parse_duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse_duration("36525d"), Some(LONGEST));
        for bad in [
            "36526d",
            "",
            "m",
            "-1s",
            "10 parsecs",
            "1e400s",
            "1.2.3s",
            "99999999999999999999d",
        ] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn rates() {
        let rate = |count, seconds| {
            Some(Rate {
                count,
                per: Duration::from_secs(seconds),
            })
        };
        assert_eq!(parse_rate("5/min"), rate(5, 60));
        assert_eq!(parse_rate("10/s"), rate(10, 1));
        assert_eq!(parse_rate("1000 / hour"), rate(1000, 3600));
        assert_eq!(parse_rate("8/2m"), rate(8, 120));
        assert_eq!(parse_rate("8/120"), rate(8, 120));
        for bad in [
            "5",
            "0/min",
            "5/year",
            "-1/s",
            "many",
            "8/",
            "8/0s",
            "/min",
            "5/min/min",
        ] {
            assert_eq!(parse_rate(bad), None, "{bad}");
        }
    }

    #[test]
    fn flags() {
        for (text, expected) in [
            ("1", Some(true)),
            ("Yes", Some(true)),
            (" off ", Some(false)),
            ("2", None),
            ("", None),
        ] {
            assert_eq!(parse_flag(text), expected, "{text}");
        }
    }

    #[test]
    fn sizes() {
        assert_eq!(parse_size("1GiB"), Some(1 << 30));
        assert_eq!(parse_size("2 mib"), Some(2 << 20));
        assert_eq!(parse_size("300MB"), Some(300_000_000));
        assert_eq!(parse_size("512M"), Some(512 << 20));
        assert_eq!(parse_size("42"), Some(42));
        for bad in ["", "MB", "-1", "1 XB", "99999999999GiB"] {
            assert_eq!(parse_size(bad), None, "{bad}");
        }
    }
}
