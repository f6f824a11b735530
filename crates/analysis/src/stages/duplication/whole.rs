//! The part of a copy that can become a function: it closes every bracket that it opens.

use repolens_core::report::Clone as Copied;

use crate::facts::FileFacts;
use crate::language::{CLOSED, OPENED, Tokens};

/// Longer copies are compared with themselves line by line up to here.
const MAX_LINES: usize = 2_000;

/// Lines of the longest such part of the copy's first place.
pub(super) fn lines(files: &[FileFacts], tokens: &[Tokens], clone: &Copied) -> u64 {
    let Some(first) = clone.occurrences.first() else {
        return 0;
    };
    let Ok(file) = files.binary_search_by(|file| file.path.as_str().cmp(&first.file)) else {
        return 0;
    };
    let skip = usize::try_from(first.start_line.saturating_sub(1)).unwrap_or(usize::MAX);
    let count = usize::try_from(first.end_line + 1 - first.start_line).unwrap_or(usize::MAX);
    let lines = tokens[file].marks.split(|mark| *mark == 0).skip(skip).take(count);
    longest(lines.map(Line::of).take(MAX_LINES).collect::<Vec<_>>().as_slice())
}

/// Brackets of a line: the depth behind it, and the least depth within, relative to that before it.
#[derive(Clone, Copy)]
struct Line {
    behind: i64,
    least: i64,
}

impl Line {
    fn of(marks: &[u8]) -> Self {
        let mut line = Self { behind: 0, least: 0 };
        for mark in marks {
            line.behind += i64::from(OPENED.contains(mark)) - i64::from(CLOSED.contains(mark));
            line.least = line.least.min(line.behind);
        }
        line
    }
}

fn longest(lines: &[Line]) -> u64 {
    let mut best = 0;
    for start in 0..lines.len() {
        if lines.len() - start <= best {
            break;
        }
        let mut depth = 0;
        for (length, line) in (1..).zip(&lines[start..]) {
            if depth + line.least < 0 {
                break;
            }
            depth += line.behind;
            if depth == 0 {
                best = best.max(length);
            }
        }
    }
    best as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&[u8]]) -> u64 {
        longest(&lines.iter().map(|line| Line::of(line)).collect::<Vec<_>>())
    }

    #[test]
    fn a_part_closes_what_it_opens() {
        let (open, close, other): (&[u8], &[u8], &[u8]) = (&[9, 3], &[6], &[9, 1, 9, 4]);
        assert_eq!(of(&[open, other, close]), 3);
        // The end of one block, and the beginning of the next.
        assert_eq!(of(&[other, close, open, other, other]), 2);
        assert_eq!(of(&[other, close, open, other, close, other]), 4);
        // } else {
        assert_eq!(of(&[other, &[6, 9, 3], other]), 1);
        assert_eq!(of(&[]), 0);
    }
}
