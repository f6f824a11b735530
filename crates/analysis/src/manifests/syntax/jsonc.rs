//! JSON with comments and commas before a closing bracket (`bun.lock`, `deno.jsonc`).

use std::borrow::Cow;

/// The same text as plain JSON.
pub(in crate::manifests) fn plain(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let end = end_of_string(bytes, at);
                out.extend_from_slice(&bytes[at..end]);
                at = end;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => at = find(bytes, at, b"\n"),
            b'/' if bytes.get(at + 1) == Some(&b'*') => at = (find(bytes, at + 2, b"*/") + 2).min(bytes.len()),
            close @ (b']' | b'}') => {
                let kept = out.iter().rposition(|byte| !byte.is_ascii_whitespace());
                if let Some(last) = kept.filter(|last| out[*last] == b',') {
                    out.remove(last);
                }
                out.push(close);
                at += 1;
            }
            byte => {
                out.push(byte);
                at += 1;
            }
        }
    }
    // Whole characters were copied or left out.
    match String::from_utf8_lossy(&out) {
        Cow::Borrowed(_) => String::from_utf8(out).unwrap_or_default(),
        Cow::Owned(text) => text,
    }
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    memchr::memmem::find(rest, what).map_or(bytes.len(), |at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_last_commas_go() {
        let text = "{ // c\n \"a\": [1, /* x */ 2, ],\n \"b//\": \"\\\"/*\",\n}";
        let value: serde_json::Value = serde_json::from_str(&plain(text)).expect("JSON");
        assert_eq!(value, serde_json::json!({"a": [1, 2], "b//": "\"/*"}));
        for broken in ["\"", "/*", "/", "{\"a\\"] {
            let _ = plain(broken);
        }
    }
}
