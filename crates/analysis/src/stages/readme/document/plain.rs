//! Documents in reStructuredText, AsciiDoc and plain text.

use super::{Document, is_badge};

/// reStructuredText, AsciiDoc, and plain text with underlined headings.
pub(super) fn plain(text: &str, asciidoc: bool) -> Document {
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
        // The address may be in the next line.
        let is_image = trimmed.contains("image:");
        document.badges += u64::from(is_image && (is_badge(trimmed) || trimmed.ends_with("::") && is_badge(next)));
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
        // One or two spaces set off a text; more are code.
        if !line.starts_with("   ") && !line.starts_with('\t') {
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
