//! A README as headings, what is below them, links and code blocks.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The parts of a document that are scored.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub title: Option<String>,
    pub first_paragraph: String,
    headings: Vec<Heading>,
    pub has_contents: bool,
    pub badges: u64,
    pub code_blocks: u64,
    pub links: u64,
    pub external_links: u64,
    pub lines: u64,
    pub characters: u64,
    /// Texts of code blocks and of code within a line, as far as they are kept.
    code: Vec<String>,
    /// Targets and texts of links and pictures, in lower case, as far as they are kept.
    link_words: Vec<String>,
    /// The text outside of code, in lower case, as far as it is kept.
    prose: String,
}

/// Code blocks, links and bytes of text that are kept for the classification.
const MAX_KEPT: usize = 500;
const MAX_BLOCK: usize = 4 * 1024;
const MAX_PROSE: usize = 64 * 1024;

#[derive(Debug)]
struct Heading {
    level: u8,
    text: String,
    has_text: bool,
}

/// Letters from which a paragraph describes something.
const LONG_PARAGRAPH: usize = 30;
/// Links into the document from which a list is a table of contents.
const CONTENTS: u64 = 4;

impl Document {
    pub(super) fn parse(path: &str, text: &str) -> Self {
        let lower = path.to_ascii_lowercase();
        let mut document = if lower.ends_with(".md") || lower.ends_with(".markdown") || is_markdown(&lower, text) {
            markdown(text)
        } else {
            plain(text, lower.ends_with(".adoc") || lower.ends_with(".asciidoc"))
        };
        document.lines = text.lines().count() as u64;
        document.characters = text.chars().count() as u64;
        document.title = document.headings.first().map(|heading| heading.text.clone());
        // A heading whose text is below its own sub-headings has text too.
        for at in (1..document.headings.len()).rev() {
            let (above, below) = document.headings.split_at_mut(at);
            let below = &below[0];
            if below.has_text
                && let Some(parent) = above.last_mut()
                && parent.level < below.level
            {
                parent.has_text = true;
            }
        }
        document
    }

    /// Whether a heading with something below it has one of the words. The title is no section.
    pub(super) fn has_section(&self, words: &[&str]) -> bool {
        self.headings
            .iter()
            .skip(1)
            .chain(self.headings.first().filter(|h| h.level > 1))
            .any(|heading| {
                let text = heading.text.to_lowercase();
                heading.has_text && words.iter().any(|word| starts_a_word(&text, word))
            })
    }

    /// Number of headings below the title.
    pub(super) fn sections(&self) -> usize {
        self.headings.len().saturating_sub(1)
    }

    /// Whether a line of code fits.
    pub(super) fn has_code(&self, fits: impl Fn(&str) -> bool) -> bool {
        self.code
            .iter()
            .flat_map(|code| code.lines())
            .any(|line| fits(line.trim()))
    }

    /// Whether a block has a line of code that is no command of `others`.
    pub(super) fn has_code_beside(&self, others: impl Fn(&str) -> bool) -> bool {
        let is_code = |line: &str| !line.is_empty() && !line.starts_with(['#', '/', '*']) && !others(line);
        let mut blocks = self.code.iter().filter(|code| code.contains('\n'));
        blocks.any(|code| code.lines().any(|line| is_code(line.trim())))
    }

    /// Whether the target or the text of a link or picture has one of the words.
    pub(super) fn links_to(&self, words: &[&str]) -> bool {
        self.link_words
            .iter()
            .any(|link| words.iter().any(|word| link.contains(word)))
    }

    /// Whether the text contains one of the phrases.
    pub(super) fn mentions(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.prose.contains(phrase))
    }

    fn keep_code(&mut self, text: &str) {
        if self.code.len() < MAX_KEPT && !text.is_empty() {
            self.code.push(text[..text.floor_char_boundary(MAX_BLOCK)].to_owned());
        }
    }

    fn keep_link(&mut self, text: &str) {
        if self.link_words.len() < 2 * MAX_KEPT && !text.is_empty() {
            self.link_words
                .push(text[..text.floor_char_boundary(300)].to_lowercase());
        }
    }

    fn keep_prose(&mut self, text: &str) {
        if self.prose.len() < MAX_PROSE {
            self.prose
                .push_str(&text[..text.floor_char_boundary(MAX_BLOCK)].to_lowercase());
            self.prose.push(' ');
        }
    }

    fn heading(&mut self, level: u8, text: &str) {
        self.headings.push(Heading {
            level,
            text: text.trim().to_owned(),
            has_text: false,
        });
    }

    fn text(&mut self) {
        if let Some(heading) = self.headings.last_mut() {
            heading.has_text = true;
        }
    }

    fn paragraph(&mut self, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        // A slogan as a second heading, a row of badges or a quotation may precede it.
        let is_long = text.chars().filter(|c| c.is_alphabetic()).count() >= LONG_PARAGRAPH;
        let most = if is_long { 3 } else { 1 };
        let better =
            self.first_paragraph.is_empty() || (is_long && self.first_paragraph.chars().count() < LONG_PARAGRAPH);
        if better && text.chars().any(char::is_alphabetic) && self.headings.len() <= most {
            self.first_paragraph = text;
        }
    }

    fn link(&mut self, target: &str) {
        self.keep_link(target);
        self.links += 1;
        self.external_links += u64::from(target.contains("://") || target.starts_with("mailto:"));
    }
}

/// A name without an extension, or `.txt`, is ambiguous: Markdown has fences, or headings that begin with `#`.
fn is_markdown(lower: &str, text: &str) -> bool {
    let is_open = lower.ends_with(".txt") || !lower.rsplit('/').next().unwrap_or(lower).contains('.');
    let mut lines = text.lines().take(200);
    is_open && lines.any(|line| line.starts_with("```") || line.starts_with("# ") || line.starts_with("## "))
}

fn starts_a_word(text: &str, word: &str) -> bool {
    text.match_indices(word)
        .any(|(at, _)| !text[..at].chars().next_back().is_some_and(char::is_alphanumeric))
}

fn is_badge(address: &str) -> bool {
    [
        "shields.io",
        "badge",
        "travis-ci",
        "/workflows/",
        "codecov",
        "coveralls",
        "circleci",
        "appveyor",
        ".svg",
    ]
    .iter()
    .any(|sign| address.contains(sign))
}

fn markdown(text: &str) -> Document {
    let mut document = Document::default();
    let (mut heading, mut paragraph) = (None::<(u8, String)>, None::<String>);
    let mut internal = 0;
    let (mut images, mut links) = (0u32, 0u32);
    let mut block = None::<String>;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_GFM) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => heading = Some((level as u8, String::new())),
            Event::End(TagEnd::Heading(_)) => {
                if let Some((level, text)) = heading.take() {
                    document.heading(level, &text);
                }
            }
            Event::Start(Tag::Paragraph) => paragraph = Some(String::new()),
            Event::End(TagEnd::Paragraph) => {
                if let Some(text) = paragraph.take() {
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
            Event::Html(html) | Event::InlineHtml(html) => inline_html(&html, &mut document),
            _ => {}
        }
    }
    document.has_contents = internal >= CONTENTS;
    document
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

/// reStructuredText, AsciiDoc, and plain text with underlined headings.
fn plain(text: &str, asciidoc: bool) -> Document {
    let mut document = Document::default();
    let lines: Vec<&str> = text.lines().collect();
    let mut levels: Vec<char> = Vec::new();
    let mut paragraph = String::new();
    let mut in_block = false;
    let mut block = String::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim_end();
        let next = lines.get(at + 1).map_or("", |next| next.trim_end());
        at += 1;
        if asciidoc && (line == "----" || line == "....") {
            in_block = !in_block;
            document.keep_code(&block);
            block.clear();
            document.code_blocks += u64::from(in_block);
            document.text();
            continue;
        }
        if in_block {
            block.push_str(line);
            block.push('\n');
            continue;
        }
        // Everything that is indented below a paragraph is code, or as good as code: an option's text holds no command.
        if line.starts_with([' ', '\t']) && !asciidoc {
            block.push_str(line.trim_start());
            block.push('\n');
        } else if !line.is_empty() && !block.is_empty() {
            document.keep_code(&block);
            block.clear();
        }
        let adoc_level = line.chars().take_while(|c| *c == '=').count();
        if asciidoc && (1..=6).contains(&adoc_level) && line[adoc_level..].starts_with(' ') {
            document.heading(u8::try_from(adoc_level).unwrap_or(6), &line[adoc_level..]);
            continue;
        }
        if let Some(sign) = underline(line, next).filter(|_| !asciidoc) {
            let level = levels.iter().position(|known| *known == sign).unwrap_or_else(|| {
                levels.push(sign);
                levels.len() - 1
            });
            document.heading(u8::try_from(level + 1).unwrap_or(u8::MAX), line);
            at += 1;
            continue;
        }
        plain_line(line, next, &mut document, &mut paragraph);
    }
    document.keep_code(&block);
    document.paragraph(&paragraph);
    document
}

fn plain_line(line: &str, next: &str, document: &mut Document, paragraph: &mut String) {
    let trimmed = line.trim();
    let only_signs = trimmed.len() > 2 && trimmed.bytes().all(|b| b.is_ascii_punctuation());
    if trimmed.is_empty() || only_signs {
        document.paragraph(paragraph);
        paragraph.clear();
        return;
    }
    let directive = trimmed.starts_with("..") || trimmed.starts_with(':') || trimmed.starts_with("image:");
    if directive {
        document.badges += u64::from((trimmed.contains("image:") || trimmed.contains("image::")) && is_badge(trimmed));
        if trimmed.starts_with(".. code") || trimmed.starts_with(".. sourcecode") || trimmed.starts_with(".. prompt") {
            document.code_blocks += 1;
            document.text();
        }
    } else {
        document.text();
        document.keep_prose(trimmed);
        for quoted in trimmed.split('`').skip(1).step_by(2) {
            document.keep_link(quoted);
            document.keep_code(quoted);
        }
        if !line.starts_with([' ', '\t']) {
            paragraph.push_str(trimmed);
            paragraph.push(' ');
        }
        document.code_blocks += u64::from(trimmed.ends_with("::") && next.trim().is_empty());
    }
    for (at, _) in trimmed
        .match_indices("http")
        .filter(|(at, _)| trimmed[*at..].contains("://"))
    {
        document.link(&trimmed[at..]);
    }
}

/// The sign of the line below, where that is an underline.
fn underline(line: &str, next: &str) -> Option<char> {
    let sign = next.chars().next()?;
    let whole = next.len() >= 3 && next.chars().all(|c| c == sign);
    let heading = !line.trim().is_empty() && !line.starts_with([' ', '\t']) && line.chars().any(char::is_alphanumeric);
    (whole && heading && "=-~^\"'`#*+:._".contains(sign) && next.chars().count() + 1 >= line.chars().count())
        .then_some(sign)
}
