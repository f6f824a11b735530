//! Lines of YAML with their keys: as much of the language as rules need, in one pass, for texts of any form.

/// One line with a key, or a line of a block of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YamlLine<'t> {
    /// 1-based.
    pub number: usize,
    pub indent: usize,
    /// It begins an entry of a list.
    pub item: bool,
    /// Empty for text.
    pub key: &'t str,
    /// Of a text: the text.
    pub value: &'t str,
    /// The key whose block of text this line belongs to.
    pub block_of: Option<&'t str>,
}

/// The lines that are neither empty nor comments.
pub fn parse(text: &str) -> Vec<YamlLine<'_>> {
    let mut lines = Vec::new();
    let mut block: Option<(usize, &str)> = None;
    for (at, raw) in text.lines().enumerate() {
        let content = raw.trim_start();
        let indent = raw.len() - content.len();
        if content.is_empty() {
            continue;
        }
        if let Some((outer, key)) = block {
            if indent > outer {
                lines.push(YamlLine {
                    number: at + 1,
                    indent,
                    item: false,
                    key: "",
                    value: content,
                    block_of: Some(key),
                });
                continue;
            }
            block = None;
        }
        if content.starts_with('#') {
            continue;
        }
        let (item, rest, indent) = match content.strip_prefix("- ") {
            Some(rest) => (
                true,
                rest.trim_start(),
                indent + content.len() - rest.trim_start().len(),
            ),
            None => (content == "-", content, indent),
        };
        let (key, value) = match split(rest) {
            Some((key, value)) => (key, value),
            None => ("", without_comment(rest)),
        };
        if value.starts_with(['|', '>']) && value.len() <= 3 {
            block = Some((indent, key));
        }
        lines.push(YamlLine {
            number: at + 1,
            indent,
            item,
            key,
            value,
            block_of: None,
        });
    }
    lines
}

/// `key: value`, without quotes around either.
fn split(text: &str) -> Option<(&str, &str)> {
    let (key, value) = match text.find(": ") {
        Some(at) => (&text[..at], &text[at + 2..]),
        None => (text.trim_end().strip_suffix(':')?, ""),
    };
    let key = key.trim().trim_matches(['"', '\'']);
    let is_key = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '$'));
    is_key.then(|| (key, without_comment(value)))
}

fn without_comment(value: &str) -> &str {
    let value = value.trim();
    if value.starts_with('#') {
        return "";
    }
    let value = value.find(" #").map_or(value, |at| value[..at].trim_end());
    let is_quoted = |quote: char| value.len() >= 2 && value.starts_with(quote) && value.ends_with(quote);
    if is_quoted('"') || is_quoted('\'') {
        &value[1..value.len() - 1]
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_values_and_blocks() {
        let lines = parse(
            "on: push # x\nsteps:\n  - uses: a/b@v1\n  - run: |\n      echo 1\n      # no comment\n    name: \"x\"\n",
        );
        let shown: Vec<_> = lines
            .iter()
            .map(|line| (line.number, line.indent, line.item, line.key, line.value, line.block_of))
            .collect();
        assert_eq!(
            shown,
            [
                (1, 0, false, "on", "push", None),
                (2, 0, false, "steps", "", None),
                (3, 4, true, "uses", "a/b@v1", None),
                (4, 4, true, "run", "|", None),
                (5, 6, false, "", "echo 1", Some("run")),
                (6, 6, false, "", "# no comment", Some("run")),
                (7, 4, false, "name", "x", None),
            ]
        );
    }
}
