//! Markup: an apostrophe in text begins no string; strings are only in tags. The text between the tags of a script or a style
//! is in another language.

use super::super::signs::{Feature, Signs};
use super::super::spans::SpanKind;
use super::super::{Language, LanguageId};
use super::{Layout, Plain, note, part, quotes};
use crate::language::tags::{self, Tag};

pub(super) fn scan(language: &'static Language, text: &[u8], start: usize, end: usize, layout: &mut Layout) {
    let mut at = start;
    if language.signs.has(Feature::FrontMatter) {
        at = front_matter(text, start, end, layout);
    }
    let mut markup = Markup {
        language,
        text: &text[..end],
        start,
        layout,
        unclosed: Vec::new(),
        is_cut: false,
    };
    while at < end {
        if markup.language.signs.matters.has(text[at]) || text[at] == b'<' {
            at = markup.step(at).max(at + 1);
        } else {
            at += 1;
        }
    }
}

/// The text of PHP: markup but between `<?php` and `?>`.
pub(super) fn php(signs: &'static Signs, text: &[u8], start: usize, end: usize, layout: &mut Layout) {
    let mut at = start;
    while at < end {
        let open = memchr::memmem::find(&text[at..end], b"<?").map_or(end, |open| at + open);
        comments(text, at, open, layout);
        at = Plain::new(signs, text, open, end, layout).run();
    }
}

/// The comments of HTML in what a template writes out.
pub(crate) fn comments(text: &[u8], start: usize, end: usize, layout: &mut Layout) {
    let mut at = start;
    while let Some(open) = memchr::memmem::find(&text[at..end], b"<!--").map(|open| at + open) {
        let Some(close) = memchr::memmem::find(&text[open..end], b"-->") else {
            return;
        };
        at = open + close + 3;
        note(layout, text, open, at, SpanKind::Comment);
    }
}

/// A block of TypeScript between two lines of `---`.
fn front_matter(text: &[u8], start: usize, end: usize, layout: &mut Layout) -> usize {
    let body = &text[start..end];
    let Some(from) = body.strip_prefix(b"---\n").or_else(|| body.strip_prefix(b"---\r\n")) else {
        return start;
    };
    let from = end - from.len();
    let Some(close) = memchr::memmem::find(&text[from - 1..end], b"\n---") else {
        return start;
    };
    let close = from + close;
    if let Some(language) = LanguageId::by_id("typescript") {
        part(language, text, from.min(close), close, layout);
    }
    close + 3
}

struct Markup<'a> {
    language: &'static Language,
    text: &'a [u8],
    start: usize,
    layout: &'a mut Layout,
    /// Signs that are known not to occur from some place on.
    unclosed: Vec<&'static [u8]>,
    /// A script or style has no end: what follows is not searched for more.
    is_cut: bool,
}

impl Markup<'_> {
    fn step(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        let signs = &self.language.signs;
        if let Some(pair) = signs.block_comments.iter().find(|pair| rest.starts_with(pair.open)) {
            let Some(end) = self.close(at + pair.open.len(), pair.close) else {
                return at + pair.open.len();
            };
            note(self.layout, self.text, at, end, SpanKind::Comment);
            return end;
        }
        if let Some(sign) = signs.line_comments.iter().find(|sign| rest.starts_with(sign)) {
            let before = &self.text[self.start..at];
            let line = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
            if before[line..].trim_ascii().is_empty() {
                let end = at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                note(self.layout, self.text, at, end, SpanKind::Comment);
                return end;
            }
            return at + sign.len();
        }
        if rest.starts_with(b"<![CDATA[") {
            let end = self.close(at, b"]]>").unwrap_or(at + 1);
            note(self.layout, self.text, at, end, SpanKind::Text);
            return end;
        }
        if rest[0] == b'<' {
            return self.tag(at);
        }
        // Raw strings of Razor.
        match signs
            .strings
            .iter()
            .find(|pair| pair.open.len() > 1 && rest.starts_with(pair.open))
        {
            Some(pair) => quotes::line(self.text, at + pair.open.len(), pair.close, 0).unwrap_or(at + 1),
            None => at + 1,
        }
    }

    fn close(&mut self, from: usize, sign: &'static [u8]) -> Option<usize> {
        if self.unclosed.contains(&sign) {
            return None;
        }
        let found = memchr::memmem::find(&self.text[from..], sign);
        if found.is_none() {
            self.unclosed.push(sign);
        }
        found.map(|found| from + found + sign.len())
    }

    /// A tag, and the script or style that follows it.
    fn tag(&mut self, at: usize) -> usize {
        let Some(tag) = tags::tag(self.text, at) else {
            return at + 1;
        };
        let Some(language) = self.embedded(&tag).filter(|_| !self.is_cut) else {
            return tag.end;
        };
        let Some(end) = tags::end_tag(self.text, tag.end, tag.name) else {
            self.is_cut = true;
            return tag.end;
        };
        if let Some(language) = language {
            part(language, self.text, tag.end, end, self.layout);
        }
        end
    }

    /// The language of what a tag encloses, where that is no markup of the file's own; `Some(None)` where it is not known.
    fn embedded(&self, tag: &Tag<'_>) -> Option<Option<LanguageId>> {
        if tag.is_closed {
            return None;
        }
        let lang = tag.attribute("lang").filter(|lang| !lang.is_empty());
        let is_top = at_line_start(self.text, tag.start);
        match tag.name.to_ascii_lowercase().as_slice() {
            b"script" => Some(script(lang.or_else(|| tag.attribute("type")).unwrap_or_default())),
            b"style" => Some(LanguageId::by_name(lang.unwrap_or("css")).or_else(|| LanguageId::by_id("css"))),
            b"template" if is_top && lang.is_some_and(|lang| lang != "html") => {
                Some(lang.and_then(LanguageId::by_name))
            }
            b"i18n" if is_top && self.language.id == "vue" => Some(LanguageId::by_name(lang.unwrap_or("json"))),
            b"docs" if is_top && self.language.id == "vue" => Some(LanguageId::by_id("markdown")),
            _ => None,
        }
    }
}

fn at_line_start(text: &[u8], at: usize) -> bool {
    at == 0 || text.get(at - 1) == Some(&b'\n')
}

/// The language of a script by its `lang` or `type`.
fn script(kind: &str) -> Option<LanguageId> {
    let kind = kind.to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    match kind {
        ""
        | "module"
        | "text/javascript"
        | "application/javascript"
        | "text/babel"
        | "text/ecmascript"
        | "application/ecmascript"
        | "application/x-javascript"
        | "text/jsx" => LanguageId::by_id("javascript"),
        "importmap" | "speculationrules" => LanguageId::by_id("json"),
        _ if kind.ends_with("json") => LanguageId::by_id("json"),
        // Templates are markup that a script reads.
        "text/html" | "text/template" | "text/x-template" | "text/ng-template" => LanguageId::by_id("html"),
        _ => {
            let name = kind.rsplit('/').next().unwrap_or(kind);
            LanguageId::by_name(name.strip_prefix("x-").unwrap_or(name))
        }
    }
}
