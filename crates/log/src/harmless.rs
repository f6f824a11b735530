//! Text that cannot drive a terminal or forge a line.
//!
//! Log lines hold text of repositories, which is hostile: escape sequences could repaint a terminal, a newline could
//! forge a line, and bidirectional controls could display a line in another order than it has.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::is_dangerous;

/// Makes the characters of [`is_dangerous`] visible (`\x1b`, `\u{202e}`). Tabs stay.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if is_plain(text.as_bytes()) || !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        push_harmless(&mut shown, character);
    }
    Cow::Owned(shown)
}

/// [`harmless()`] for bytes; what is not UTF-8 becomes U+FFFD.
pub fn harmless_bytes(bytes: &[u8]) -> Cow<'_, str> {
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => harmless(text),
        Cow::Owned(text) => Cow::Owned(harmless(&text).into_owned()),
    }
}

/// Whether the bytes are printable ASCII and tabs alone, as in almost every line. It is quick: it checks blocks without a
/// branch for every byte, so that the compiler can use vector instructions.
pub fn is_plain(bytes: &[u8]) -> bool {
    bytes
        .chunks(256)
        .all(|block| !block.iter().fold(false, |odd, byte| odd | is_odd(*byte)))
}

#[inline]
fn is_odd(byte: u8) -> bool {
    (byte.wrapping_sub(0x20) > 0x5e) & (byte != b'\t')
}

fn push_harmless(shown: &mut String, character: char) {
    if !is_harmful(character) {
        shown.push(character);
        return;
    }
    let written = match character {
        '\n' => shown.write_str("\\n"),
        '\r' => shown.write_str("\\r"),
        '\0'..='\u{ff}' => write!(shown, "\\x{:02x}", u32::from(character)),
        _ => write!(shown, "\\u{{{:x}}}", u32::from(character)),
    };
    written.expect("writing to a `String` cannot fail");
}

/// A tab is harmless in a line.
fn is_harmful(character: char) -> bool {
    character != '\t' && is_dangerous(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{harmless, harmless_bytes, is_harmful, is_plain};

    #[test]
    fn escapes_are_visible() {
        assert_eq!(harmless("a\x1b[31mred\x07"), "a\\x1b[31mred\\x07");
        assert_eq!(harmless("one\r\ntwo"), "one\\r\\ntwo");
        assert_eq!(harmless("\u{9b}31m"), "\\x9b31m");
        assert_eq!(harmless("user\u{202e}nimda"), "user\\u{202e}nimda");
        assert_eq!(harmless("naïve 日本語 🚀\t."), "naïve 日本語 🚀\t.");
    }

    #[test]
    fn broken_utf8_is_replaced() {
        assert_eq!(harmless_bytes(b"a\xffb\xc3"), "a\u{fffd}b\u{fffd}");
        assert_eq!(harmless_bytes(b"\xff\x1b"), "\u{fffd}\\x1b");
    }

    proptest! {
        #[test]
        fn nothing_harmful_is_left(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let shown = harmless_bytes(&bytes);
            prop_assert!(!shown.chars().any(is_harmful));
            prop_assert_eq!(harmless(&shown), shown.clone());
        }

        #[test]
        fn is_plain_agrees_with_its_definition(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let plain = bytes.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
            prop_assert_eq!(is_plain(&bytes), plain);
        }
    }
}
