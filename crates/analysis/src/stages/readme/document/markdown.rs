//! Markdown, with the HTML in it.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{CONTENTS, Document, MAX_BLOCK, is_badge};

pub(super) fn markdown(text: &str) -> Document {
    let mut document = Document::default();
    let (mut heading, mut paragraph) = (None::<(u8, String)>, None::<String>);
    let mut internal = 0;
    let (mut images, mut links) = (0u32, 0u32);
    let (mut block, mut page) = (None::<String>, String::new());
    // `> [!NOTE]`: a remark that describes no project.
    let mut in_alert = false;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_GFM) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => heading = Some((level as u8, String::new())),
            Event::End(TagEnd::Heading(_)) => {
                if let Some((level, text)) = heading.take() {
                    document.heading(level, &text);
                }
            }
            Event::Start(Tag::BlockQuote(Some(_))) => in_alert = true,
            Event::End(TagEnd::BlockQuote(Some(_))) => in_alert = false,
            Event::Start(Tag::Paragraph) => paragraph = Some(String::new()),
            Event::End(TagEnd::Paragraph) => {
                if let Some(text) = paragraph.take().filter(|_| !in_alert) {
                    document.paragraph(&text);
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                internal += u64::from(dest_url.starts_with('#'));
                links += 1;
                document.link(&dest_url);
            }
            Event::End(TagEnd::Link) => links = links.saturating_sub(1),
            Event::Start(Tag::Image { dest_url, .. }) => {
                images += 1;
                document.keep_link(&dest_url);
                document.badges += u64::from(is_badge(&dest_url));
            }
            Event::End(TagEnd::Image) => images = images.saturating_sub(1),
            Event::Start(Tag::CodeBlock(_)) => {
                document.code_blocks += 1;
                document.text();
                block = Some(String::new());
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some(text) = block.take() {
                    document.keep_code(&text);
                }
            }
            Event::Text(text) if block.is_some() => {
                if let Some(block) = block.as_mut().filter(|block| block.len() < MAX_BLOCK) {
                    block.push_str(&text);
                }
            }
            Event::Text(text) | Event::Code(text) if heading.is_none() && images + links > 0 => {
                document.keep_link(&text);
                document.keep_prose(&text);
                if images == 0 {
                    document.text();
                    if let Some(paragraph) = &mut paragraph {
                        paragraph.push_str(&text);
                    }
                }
            }
            Event::Code(text) if heading.is_none() => {
                document.keep_code(&text);
                document.text();
                if let Some(paragraph) = &mut paragraph {
                    paragraph.push_str(&text);
                }
            }
            Event::Text(text) | Event::Code(text) => match (&mut heading, images) {
                (Some((_, title)), _) => title.push_str(&text),
                // The words of a picture describe the picture.
                (None, 1..) => {}
                (None, 0) => {
                    document.text();
                    document.keep_prose(&text);
                    if let Some(paragraph) = &mut paragraph {
                        paragraph.push_str(&text);
                    }
                }
            },
            Event::SoftBreak | Event::HardBreak => {
                if let Some(paragraph) = &mut paragraph {
                    paragraph.push(' ');
                }
            }
            Event::Html(html) => {
                if page.len() < MAX_BLOCK {
                    page.push_str(&html);
                }
                inline_html(&html, &mut document);
            }
            Event::End(TagEnd::HtmlBlock) => paragraphs(&std::mem::take(&mut page), &mut document),
            Event::InlineHtml(html) => inline_html(&html, &mut document),
            _ => {}
        }
    }
    document.has_contents = internal >= CONTENTS;
    document
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
