//! Markdown, with the HTML in it.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{CONTENTS, Document, MAX_BLOCK, is_badge};

pub(super) fn markdown(text: &str) -> Document {
    let mut reader = Reader::default();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_GFM) {
        reader.event(event);
    }
    reader.document.has_contents = reader.internal >= CONTENTS;
    reader.document
}

#[derive(Default)]
struct Reader {
    document: Document,
    heading: Option<(u8, String)>,
    paragraph: Option<String>,
    block: Option<String>,
    /// A block of HTML.
    page: String,
    /// Links into the document.
    internal: u64,
    /// Those around the text.
    images: u32,
    links: u32,
    /// `> [!NOTE]`: a remark that describes no project.
    in_alert: bool,
}

impl Reader {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text, false),
            Event::Code(text) => self.text(&text, true),
            Event::SoftBreak | Event::HardBreak => self.add(" "),
            Event::Html(html) => {
                if self.page.len() < MAX_BLOCK {
                    self.page.push_str(&html);
                }
                inline_html(&html, &mut self.document);
            }
            Event::InlineHtml(html) => inline_html(&html, &mut self.document),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => self.heading = Some((level as u8, String::new())),
            Tag::BlockQuote(Some(_)) => self.in_alert = true,
            Tag::Paragraph => self.paragraph = Some(String::new()),
            Tag::Link { dest_url, .. } => {
                self.internal += u64::from(dest_url.starts_with('#'));
                self.links += 1;
                self.document.link(&dest_url);
            }
            Tag::Image { dest_url, .. } => {
                self.images += 1;
                self.document.keep_link(&dest_url);
                self.document.badges += u64::from(is_badge(&dest_url));
            }
            Tag::CodeBlock(_) => {
                self.document.code_blocks += 1;
                self.document.text();
                self.block = Some(String::new());
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                if let Some((level, text)) = self.heading.take() {
                    self.document.heading(level, &text);
                }
            }
            TagEnd::BlockQuote(Some(_)) => self.in_alert = false,
            TagEnd::Paragraph => {
                if let Some(text) = self.paragraph.take().filter(|_| !self.in_alert) {
                    self.document.paragraph(&text);
                }
            }
            TagEnd::Link => self.links = self.links.saturating_sub(1),
            TagEnd::Image => self.images = self.images.saturating_sub(1),
            TagEnd::CodeBlock => {
                if let Some(text) = self.block.take() {
                    self.document.keep_code(&text);
                }
            }
            TagEnd::HtmlBlock => paragraphs(&std::mem::take(&mut self.page), &mut self.document),
            _ => {}
        }
    }

    /// A text, or code within a line.
    fn text(&mut self, text: &str, is_code: bool) {
        if let Some(block) = self.block.as_mut().filter(|_| !is_code) {
            if block.len() < MAX_BLOCK {
                block.push_str(text);
            }
            return;
        }
        if let Some((_, title)) = &mut self.heading {
            title.push_str(text);
            return;
        }
        let is_linked = self.images + self.links > 0;
        if is_linked {
            self.document.keep_link(text);
        } else if is_code {
            self.document.keep_code(text);
        }
        if is_linked || !is_code {
            self.document.keep_prose(text);
        }
        // The words of a picture describe the picture.
        if self.images == 0 {
            self.document.text();
            self.add(text);
        }
    }

    fn add(&mut self, text: &str) {
        if let Some(paragraph) = &mut self.paragraph {
            paragraph.push_str(text);
        }
    }
}

/// The paragraphs of a block of HTML. Cells of a table are pictures of sponsors and the like.
fn paragraphs(html: &str, document: &mut Document) {
    let lower = html.to_ascii_lowercase();
    if lower.contains("<td") {
        return;
    }
    for (start, _) in lower.match_indices("<p") {
        if lower[start + 2..].starts_with(['>', ' ', '\n']) {
            let end = lower[start..].find("</p").map_or(lower.len(), |at| start + at);
            document.paragraph(&without_tags(html.get(start..end).unwrap_or_default()));
        }
    }
}

/// Headings, pictures and links that are written as HTML.
fn inline_html(html: &str, document: &mut Document) {
    let lower = html.to_ascii_lowercase();
    for level in 1..=3u8 {
        let Some(start) = lower.find(&format!("<h{level}")) else {
            continue;
        };
        let Some(open) = lower[start..].find('>').map(|at| start + at + 1) else {
            continue;
        };
        let end = lower[open..].find("</h").map_or(lower.len(), |at| open + at);
        let text = without_tags(html.get(open..end).unwrap_or_default());
        document.heading(level, if text.trim().is_empty() { "(picture)" } else { &text });
    }
    document.keep_prose(&without_tags(html));
    for (tag, attribute) in [("<img", "src="), ("<a ", "href=")] {
        for (at, _) in lower.match_indices(tag) {
            let rest = html.get(at..).unwrap_or_default();
            let rest = rest.split('>').next().unwrap_or_default();
            let target = rest
                .split_once(attribute)
                .map_or("", |(_, value)| value.trim_start_matches(['"', '\'']));
            let target = target.split(['"', '\'', ' ']).next().unwrap_or_default();
            match tag {
                "<img" => {
                    document.keep_link(target);
                    document.badges += u64::from(is_badge(target));
                }
                _ => document.link(target),
            }
        }
    }
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text
}
