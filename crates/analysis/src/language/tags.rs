//! Tags of HTML and of what is like it.

/// An opening tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'t> {
    pub name: &'t [u8],
    pub start: usize,
    /// Behind its `>`.
    pub end: usize,
    /// `<a />`.
    pub is_closed: bool,
    attributes: &'t [u8],
}

/// Bytes and strings that a tag has at most: what is not closed within them is none.
const MAX_STEPS: usize = 1024;

/// The opening tag at `at`; `None` where there is none, or where it has no end.
#[must_use]
pub fn tag(text: &[u8], at: usize) -> Option<Tag<'_>> {
    let rest = text[at..].strip_prefix(b"<")?;
    let length = rest
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.'))
        .count();
    if length == 0 || !rest[0].is_ascii_alphabetic() {
        return None;
    }
    let from = at + 1 + length;
    let mut place = from;
    let mut braces = 0usize;
    let mut steps = 0;
    while place < text.len() && steps < MAX_STEPS {
        steps += 1;
        match text[place] {
            b'>' if braces == 0 && text[place - 1] != b'=' => {
                let attributes = &text[from..place];
                return Some(Tag {
                    name: &text[at + 1..from],
                    start: at,
                    end: place + 1,
                    is_closed: attributes.ends_with(b"/"),
                    attributes,
                });
            }
            // Another tag begins: this one was none.
            b'<' if braces == 0
                && text
                    .get(place + 1)
                    .is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!')) =>
            {
                return None;
            }
            quote @ (b'"' | b'\'') if braces > 0 || matches!(text[place - 1], b'=' | b' ' | b'\t' | b'\n') => {
                let close = memchr::memchr(quote, &text[place + 1..])?;
                place += close + 1;
            }
            // An expression of Svelte, Astro or JSX.
            b'{' => braces += 1,
            b'}' => braces = braces.saturating_sub(1),
            _ => {}
        }
        place += 1;
    }
    None
}

/// Where the closing tag of this name begins.
#[must_use]
pub fn end_tag(text: &[u8], from: usize, name: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(&text[from..], b"</")
        .map(|at| from + at)
        .find(|&at| {
            let rest = &text[at + 2..];
            rest.len() >= name.len()
                && rest[..name.len()].eq_ignore_ascii_case(name)
                && rest
                    .get(name.len())
                    .is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'>')
        })
}

impl<'t> Tag<'t> {
    /// The value of an attribute, empty where it has none.
    #[must_use]
    pub fn attribute(&self, wanted: &str) -> Option<&'t str> {
        let mut rest = self.attributes;
        loop {
            let start = rest
                .iter()
                .position(|byte| !byte.is_ascii_whitespace() && *byte != b'/')?;
            rest = &rest[start..];
            let length = rest
                .iter()
                .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'/'))
                .unwrap_or(rest.len());
            let (name, behind) = rest.split_at(length);
            let (value, behind) = value(behind);
            if name.eq_ignore_ascii_case(wanted.as_bytes()) {
                return std::str::from_utf8(value).ok();
            }
            rest = if length == 0 && behind.len() == rest.len() {
                &rest[1..]
            } else {
                behind
            };
        }
    }
}

/// A value behind its `=`, and what follows it.
fn value(text: &[u8]) -> (&[u8], &[u8]) {
    let Some(rest) = text.trim_ascii_start().strip_prefix(b"=") else {
        return (&[], text);
    };
    let rest = rest.trim_ascii_start();
    match rest.first() {
        Some(quote @ (b'"' | b'\'')) => {
            let end = memchr::memchr(*quote, &rest[1..]).map_or(rest.len(), |end| end + 1);
            (&rest[1..end], rest.get(end + 1..).unwrap_or_default())
        }
        _ => rest.split_at(rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_end_where_they_do() {
        let end = |text: &str| tag(text.as_bytes(), 0).map(|tag| tag.end);
        assert_eq!(end("<a>"), Some(3));
        assert_eq!(end("<a b='>' c=\">\">x"), Some(15));
        assert_eq!(end("<a on:click={() => b > c}>"), Some(26));
        assert_eq!(end("<a b=it's>x"), Some(10));
        assert_eq!(end("<a b <c>"), None);
        assert_eq!(end("< a>"), None);
        assert_eq!(end("<a b='"), None);
        assert_eq!(end("<1>"), None);
    }

    #[test]
    fn attributes_have_values() {
        let text = b"<script lang = 'ts' setup src=a.js data-x=\"a b\"/>";
        let tag = tag(text, 0).expect("a tag");
        assert!(tag.is_closed);
        assert_eq!(tag.attribute("lang"), Some("ts"));
        assert_eq!(tag.attribute("setup"), Some(""));
        assert_eq!(tag.attribute("src"), Some("a.js"));
        assert_eq!(tag.attribute("DATA-x"), Some("a b"));
        assert_eq!(tag.attribute("type"), None);
    }

    #[test]
    fn closing_tags_are_found() {
        assert_eq!(end_tag(b"a </scripted> </SCRIPT>", 0, b"script"), Some(14));
        assert_eq!(end_tag(b"a </b>", 0, b"script"), None);
    }
}
