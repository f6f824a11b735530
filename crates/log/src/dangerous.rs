//! The one set of characters that text of strangers may not put before a reader as they are.

/// Whether a character drives a terminal, begins a line, changes the direction of text, or is not visible at all: a name
/// with one of these could pretend to be another.
///
/// Sources: Unicode's control characters (Cc), line and paragraph separators, the bidirectional controls of UAX #9, and the
/// format characters (Cf) without a shape of their own, with the tags of the supplementary plane.
#[must_use]
pub fn is_dangerous(character: char) -> bool {
    match character {
        // C0, DEL and C1.
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        // Printable ASCII, before the ranges below.
        ' '..='~' => false,
        // Soft hyphen, Arabic letter mark, Hangul fillers, Mongolian vowel separator.
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{180e}' => true,
        // Zero-width characters and marks; separators, embeddings and overrides; joiners, invisible operators and isolates.
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        // Byte order mark, annotations, tags.
        '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::is_dangerous;

    #[test]
    fn what_changes_or_hides_text_is_in_the_set() {
        for character in "\x1b\n\r\t\0\x7f\u{9b}\u{85}\u{ad}\u{61c}\u{200b}\u{200d}\u{200f}\u{2028}\u{202e}\u{2060}\u{2066}\u{2069}\u{feff}\u{e0041}".chars() {
            assert!(is_dangerous(character), "{character:?}");
        }
        for character in "aZ09 ~é日本語🚀\u{fe0f}\u{301}—…\u{a0}".chars() {
            assert!(!is_dangerous(character), "{character:?}");
        }
    }

    proptest! {
        #[test]
        fn every_control_character_is_in_the_set(character: char) {
            prop_assert!(!character.is_control() || is_dangerous(character));
        }
    }
}
