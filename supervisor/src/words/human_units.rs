//! Lengths of time and sizes as they are shown to people.

use std::time::Duration;

/// Formats a length of time: `350 ms`, `4.2 s`, `3 min 5 s`, `2 h 7 min`.
pub fn shown(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..60 => format!("{:.1} s", time.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// Formats a size: `312 MiB`.
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

    use super::{shown, shown_size};

    #[test]
    fn for_people() {
        assert_eq!(shown(Duration::from_millis(350)), "350 ms");
        assert_eq!(shown(Duration::from_millis(4249)), "4.2 s");
        assert_eq!(shown(Duration::from_secs(185)), "3 min 5 s");
        assert_eq!(shown(Duration::from_secs(7635)), "2 h 7 min");
        assert_eq!(shown_size(312 << 20), "312 MiB");
    }
}
