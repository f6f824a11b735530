//! Raw strings with a delimiter of their own.

use super::super::Plain;

impl Plain<'_> {
    /// `r##" "##` of Rust, `##" "##` and `##""" """##` of Swift.
    pub(super) fn raw_hash(&mut self, at: usize) -> Option<usize> {
        if self.follows_word(at) && self.text[at] == b'r' && self.text.get(at.wrapping_sub(1)) != Some(&b'b') {
            return None;
        }
        let is_rust = self.text[at] == b'r';
        let hashes = self.count(at + usize::from(is_rust), b'#');
        let from = at + usize::from(is_rust) + hashes;
        if self.text.get(from) != Some(&b'"') || (hashes == 0 && !is_rust) {
            return None;
        }
        let quotes = if !is_rust && self.count(from, b'"') >= 3 { 3 } else { 1 };
        let close = [vec![b'"'; quotes], vec![b'#'; hashes]].concat();
        self.find(from + quotes, &close)
    }

    /// `R"x( )x"`, also behind an encoding prefix.
    pub(super) fn raw_cpp(&mut self, at: usize) -> Option<usize> {
        const LONGEST: usize = 16;
        let body = self.text[at..].strip_prefix(b"R\"")?;
        let length = body.iter().take(LONGEST + 1).position(|byte| *byte == b'(')?;
        let delimiter = &body[..length];
        let before = &self.text[self.start..at];
        let prefix = before.len()
            - before
                .iter()
                .rev()
                .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                .count();
        let is_prefix = matches!(&before[prefix..], b"" | b"u8" | b"u" | b"U" | b"L");
        if !is_prefix
            || delimiter
                .iter()
                .any(|byte| byte.is_ascii_whitespace() || matches!(byte, b')' | b'\\' | b'"'))
        {
            return None;
        }
        let close = [b")".as_slice(), delimiter, b"\""].concat();
        self.find(at + 3 + length, &close)
    }

    /// `@" "" "`, `$@" "`, `""" """`, `$$""" """`.
    pub(super) fn raw_csharp(&mut self, at: usize) -> Option<usize> {
        let signs = self.text[at..]
            .iter()
            .take_while(|byte| matches!(byte, b'@' | b'$'))
            .count();
        let from = at + signs;
        let quotes = self.count(from, b'"');
        if quotes >= 3 {
            let end = self.find(from + quotes, &vec![b'"'; quotes])?;
            return Some(end);
        }
        if quotes == 0 || !self.text[at..from].contains(&b'@') {
            return None;
        }
        let mut place = from + 1;
        loop {
            place = self.find(place, b"\"")?;
            if self.text.get(place) != Some(&b'"') {
                return Some(place);
            }
            place += 1;
        }
    }
}
