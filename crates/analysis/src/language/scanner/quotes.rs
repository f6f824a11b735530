//! Strings between quotes.

/// The length of a character in single quotes; 1, the quote alone, where there is none: `'a` of Rust, `1'000` of C.
pub(super) fn character(rest: &[u8]) -> usize {
    const LONGEST: usize = 14;
    let body = &rest[1..];
    if body.first() == Some(&b'\\') {
        // Behind the escaped byte, which may be a quote: `'\''`, `'\u{1f600}'`.
        let close = body
            .iter()
            .take(LONGEST)
            .skip(2)
            .position(|byte| matches!(byte, b'\'' | b'\n'));
        return close
            .filter(|close| body[close + 2] == b'\'')
            .map_or(1, |close| close + 4);
    }
    let first = body[..body.len().min(4)].utf8_chunks().next();
    let width = first
        .map_or("", |chunk| chunk.valid())
        .chars()
        .next()
        .map_or(0, char::len_utf8);
    if width > 0 && body[0] != b'\n' && body.get(width) == Some(&b'\'') {
        width + 2
    } else {
        1
    }
}

/// The place behind a string that ends with its line, where the closing quote is missing too; an escaped line's end goes
/// on. `None` where it is no string but a stray quote.
pub(super) fn line(text: &[u8], from: usize, close: &[u8], escape: u8) -> Option<usize> {
    let mut at = from;
    while at < text.len() {
        let byte = text[at];
        if text[at..].starts_with(close) {
            return Some(at + close.len());
        } else if byte == escape {
            at += if text[at + 1..].starts_with(b"\r\n") { 3 } else { 2 };
        } else if byte == b'\n' {
            return None;
        } else {
            at += 1;
        }
    }
    None
}

/// The place behind a string of any number of lines.
pub(super) fn long(text: &[u8], from: usize, close: &[u8], escape: u8) -> Option<usize> {
    let mut at = from;
    while at < text.len() {
        at += memchr::memchr2(escape, close[0], &text[at..])?;
        if text[at..].starts_with(close) {
            return Some(at + close.len());
        }
        at += if text[at] == escape { 2 } else { 1 };
    }
    None
}

/// The place behind a string of SQL. In some dialects `\'` is a quote in it, in others the string ends there: it does where
/// no word follows.
pub(super) fn sql(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr(b'\'', text.get(at..)?)?;
        let escapes = text[from..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        let next = text.get(at + 1).copied().unwrap_or(b'\n');
        let goes_on = next.is_ascii_alphanumeric() || next >= 0x80 || matches!(next, b'\'' | b'"' | b'\\');
        if next == b'\'' && escapes % 2 == 0 {
            at += 2;
        } else if escapes % 2 == 1 && goes_on {
            at += 1;
        } else {
            return Some(at + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters() {
        for (text, length) in [
            ("'a' b", 3),
            ("'\"'", 3),
            ("'\\''", 4),
            ("'\\u{1f600}'", 11),
            ("'é'", 4),
            ("'a, 'b", 1),
            ("'000;", 1),
            ("'", 1),
            ("'\\", 1),
            ("'\n'", 1),
        ] {
            assert_eq!(character(text.as_bytes()), length, "{text}");
        }
    }

    #[test]
    fn strings_of_a_line_end_with_it() {
        assert_eq!(line(b"a\" b", 0, b"\"", b'\\'), Some(2));
        assert_eq!(line(b"a\\\" b\n\"", 0, b"\"", b'\\'), None);
        assert_eq!(line(b"a\\\nb\" c", 0, b"\"", b'\\'), Some(5));
        assert_eq!(line(b"a\\", 0, b"\"", b'\\'), None);
    }

    #[test]
    fn strings_of_sql() {
        assert_eq!(sql(b"it''s' x", 0), Some(6));
        assert_eq!(sql(b"\\', 'b'", 0), Some(2));
        assert_eq!(sql(b"it\\'s' x", 0), Some(6));
        assert_eq!(sql(b"open", 0), None);
    }
}
