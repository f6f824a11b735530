//! Text of strangers, made harmless for each form; and figures as people read them.

use std::fmt::Write as _;

use repolens_log::is_dangerous;

/// Line breaks become spaces; dangerous characters are spelled out.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => line.push(' '),
            c if is_dangerous(c) => write!(line, "<U+{:04X}>", u32::from(c)).expect("a String takes everything"),
            c => line.push(c),
        }
    }
    line
}

/// For HTML: between tags and inside a quoted attribute.
pub fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in one_line(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// Prose in Markdown: nothing in it is markup, a link, a mention of a person or a reference to an issue.
pub fn markdown(text: &str) -> String {
    /// A word joiner: not seen, and no place where a link or a mention goes on.
    const JOINER: char = '\u{2060}';
    let line = one_line(text);
    let mut safe = String::with_capacity(line.len() + 16);
    let mut rest = line.as_str();
    while let Some(c) = rest.chars().next() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '@' | '#' => {
                safe.push('\\');
                safe.push(c);
                safe.push(JOINER);
            }
            ':' if rest.starts_with("://") => {
                safe.push(':');
                safe.push(JOINER);
            }
            '.' if safe.to_ascii_lowercase().ends_with("www") => {
                safe.push(JOINER);
                safe.push('.');
            }
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '+' | '-' | '!' | '|' | '~' | '$' | '='
            | '^' => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    safe
}

/// A sentence in Markdown whose names are between backticks: they are code, the rest is prose.
pub fn markdown_sentence(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return markdown(text);
    }
    let parts = parts.iter().enumerate();
    parts
        .map(|(index, part)| {
            if index % 2 == 1 {
                markdown_code(part)
            } else {
                words(part)
            }
        })
        .collect()
}

/// A part of a sentence, with the blanks around it.
fn words(part: &str) -> String {
    let blank = |is: bool| if is { " " } else { "" };
    if part.trim().is_empty() {
        return blank(!part.is_empty()).to_owned();
    }
    let (before, behind) = (
        part.starts_with(char::is_whitespace),
        part.ends_with(char::is_whitespace),
    );
    format!("{}{}{}", blank(before), markdown(part.trim()), blank(behind))
}

/// A name or path in Markdown, as code: inside a table too.
pub fn markdown_code(text: &str) -> String {
    let line = one_line(text).replace('|', "\\|");
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if line.is_empty() || line.starts_with('`') || line.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{line}{pad}{fence}")
}

/// `1,234,567`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// One decimal, and none where it is zero.
pub fn score(number: f64) -> String {
    if !number.is_finite() {
        return "not measured".to_owned();
    }
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// The first seven digits.
pub fn short_commit(sha: &str) -> String {
    sha.chars().take(7).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_only_text() {
        assert_eq!(
            html("<script>'\"&\u{202e}\0\n"),
            "&lt;script&gt;&#39;&quot;&amp;&lt;U+202E&gt;&lt;U+0000&gt; "
        );
        let prose =
            markdown("[x](javascript:1) ![i](//e) <img> @team #1 https://e.example www.e.example `a` | *b*\n# h");
        for raw in [
            "](", "<img", "@team", "#1", "https://", "www.e", "`a`", " | ", "*b*", "\n",
        ] {
            let escaped = prose.replace(&format!("\\{raw}"), "");
            assert!(
                !escaped.contains(raw) || prose.contains(&format!("\\{raw}")),
                "{raw}: {prose}"
            );
        }
        assert!(
            !prose.contains("@team") && !prose.contains("https://") && !prose.contains('\n'),
            "{prose}"
        );
        assert_eq!(markdown_code("a`b``c|d"), "```a`b``c\\|d```");
        assert_eq!(markdown_code("`"), "`` ` ``");
    }

    #[test]
    fn figures() {
        assert_eq!(
            (thousands(0), thousands(999), thousands(1_234_567)),
            ("0".into(), "999".into(), "1,234,567".into())
        );
        assert_eq!((score(23.0), score(23.46)), ("23".into(), "23.5".into()));
    }
}
