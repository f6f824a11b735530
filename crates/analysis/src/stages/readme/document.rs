//! A README as headings, what is below them, links and code blocks.

mod markdown;
mod plain;

use markdown::markdown;
use plain::plain;

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
    /// Whether `first_paragraph` is below the title or a heading such as `Description`.
    is_described: bool,
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

impl Heading {
    /// Whether the section is about what the project is.
    fn describes(&self) -> bool {
        let text = self.text.to_lowercase();
        let plain = text.trim_matches(|c: char| !c.is_alphabetic());
        matches!(
            plain,
            "description"
                | "short description"
                | "project description"
                | "about"
                | "about the project"
                | "about this project"
                | "overview"
                | "introduction"
                | "summary"
        ) || plain.starts_with("what is ")
            || plain.starts_with("what's ")
    }
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

    /// Whether a heading with something below it has a word that begins as one of `words`, or is one of `whole`. The title is
    /// no section.
    pub(super) fn has_section(&self, words: &[&str], whole: &[&str]) -> bool {
        self.headings
            .iter()
            .skip(1)
            .chain(self.headings.first().filter(|h| h.level > 1))
            .any(|heading| {
                let text = heading.text.to_lowercase().replace('&', "and");
                // Numbers, signs and pictures beside the words decorate it.
                let plain = text.trim_matches(|c: char| !c.is_alphabetic());
                heading.has_text && (words.iter().any(|word| starts_a_word(&text, word)) || whole.contains(&plain))
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
        let text = without_remarks(&text);
        // A slogan as a second heading, a row of badges or a quotation may precede it.
        let is_long = text.chars().filter(|c| c.is_alphabetic()).count() >= LONG_PARAGRAPH;
        let is_below_title = self.headings.len() <= 1;
        // A section that describes the project precedes what the first sections after the title have.
        let describes = is_below_title || self.headings.last().is_some_and(Heading::describes);
        if is_long && describes && !self.is_described {
            self.is_described = true;
            text.clone_into(&mut self.first_paragraph);
            return;
        }
        let most = if is_long { 3 } else { 1 };
        let better =
            self.first_paragraph.is_empty() || (is_long && self.first_paragraph.chars().count() < LONG_PARAGRAPH);
        if better && text.chars().any(char::is_alphabetic) && self.headings.len() <= most {
            text.clone_into(&mut self.first_paragraph);
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

/// A paragraph without its first sentences that are about the document or lead elsewhere, and describe no project.
fn without_remarks(paragraph: &str) -> &str {
    const DOCUMENTS: [&str; 8] = [
        "readme",
        "document",
        "documentation",
        "file",
        "page",
        "guide",
        "text",
        "wiki",
    ];
    const STARTS: [&str; 20] = [
        "you can find ",
        "you are reading ",
        "you're reading ",
        "more information",
        "more details",
        "more documentation",
        "more detailed ",
        "for more ",
        "for further ",
        "for full ",
        "for detailed ",
        "for documentation",
        "for the latest ",
        "please see ",
        "please read ",
        "please refer ",
        "see also ",
        "read this in ",
        "note that ",
        "copyright ",
    ];
    const LABELS: [&str; 7] = ["note", "warning", "important", "notice", "attention", "caution", "tip"];
    let mut rest = paragraph;
    loop {
        let lower = rest.to_lowercase();
        let mut words = lower
            .split_whitespace()
            .map(|word| word.trim_end_matches(['.', ',', ':', '!']));
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let is_label = LABELS.contains(&first) && lower[first.len()..].starts_with([':', '!']);
        let is_about_document = first == "this"
            && (DOCUMENTS.contains(&second) || second == "is" && words.nth(1).is_some_and(|word| word == "readme"));
        if !(is_label || is_about_document || STARTS.iter().any(|start| lower.starts_with(start))) {
            return rest;
        }
        rest = rest.find(". ").map_or("", |end| rest[end + 1..].trim_start());
    }
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
