//! Text of a repository without characters that are invisible or change how the rest reads.

use repolens_log::is_dangerous;

/// Whether a character is a control, has no width, changes the direction of text, or is one of Unicode's tags, with which
/// text can be hidden from people and not from programs.
#[must_use]
pub fn is_invisible(character: char) -> bool {
    // Beyond the one set: what only changes the shape of the character before it, in which text can be hidden too.
    is_dangerous(character)
        || matches!(
            character,
            '\u{34f}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0080}'..='\u{e0fff}'
        )
}

/// The text in one line of at most `most` characters: white space is one space, invisible characters are left out.
#[must_use]
pub fn one_plain_line(text: &str, most: usize) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !is_invisible(*c))
        .collect();
    let line = spaced
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// The same between backticks, as a path or a name is shown; a backtick in it is an apostrophe.
#[must_use]
pub fn as_code(text: &str) -> String {
    format!("`{}`", one_plain_line(text, MAX_NAME).replace('`', "'"))
}

/// Characters of a path or a name that are shown.
const MAX_NAME: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_left_out() {
        assert_eq!(one_plain_line("a\u{202e}b\u{200b}c\r\n\td\u{e0041}", 10), "abc d");
        assert_eq!(one_plain_line("a\u{2028}b\u{85}c", 10), "a b c");
        assert_eq!(one_plain_line("abcdef", 3), "abc…");
        assert_eq!(as_code("a`\nb"), "`a' b`");
    }
}
