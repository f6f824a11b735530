//! The page: lines in the width and style of the terminal.

use std::fmt::Write as _;

use repolens_log::is_dangerous;

use super::BOLD;

pub(super) struct Page {
    pub(super) out: String,
    pub(super) color: bool,
    pub(super) width: usize,
}

impl Page {
    /// One line from parts with their colors, cut to the width.
    pub(super) fn line(&mut self, parts: &[(&str, &str)]) {
        let mut room = self.width;
        for (color, text) in parts {
            let text = harmless(text);
            let length = text.chars().count();
            let shown: String = if length > room {
                text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
            } else {
                text
            };
            if room == 0 {
                break;
            }
            room -= length.min(room);
            if self.color && !color.is_empty() {
                let _ = write!(self.out, "\x1b[{color}m{shown}\x1b[0m");
            } else {
                self.out.push_str(&shown);
            }
        }
        while self.out.ends_with(' ') {
            self.out.pop();
        }
        self.out.push('\n');
    }

    pub(super) fn title(&mut self, text: &str) {
        self.out.push('\n');
        self.line(&[(BOLD, text)]);
    }

    /// Text over as many lines as it needs, at most `most`.
    pub(super) fn wrapped(&mut self, first: &str, text: &str, most: usize) {
        let indent = first.chars().count();
        let text = harmless(text);
        let mut line = first.to_owned();
        let mut lines = 0;
        let mut fresh = true;
        for word in text.split_whitespace() {
            if !fresh && line.chars().count() + 1 + word.chars().count() > self.width {
                lines += 1;
                if lines == most {
                    line.push('…');
                    break;
                }
                self.line(&[("", &line)]);
                line = " ".repeat(indent);
                fresh = true;
            }
            if !fresh {
                line.push(' ');
            }
            line.push_str(word);
            fresh = false;
        }
        self.line(&[("", &line)]);
    }
}

/// Spells out dangerous characters.
fn harmless(text: &str) -> String {
    if !text.contains(is_dangerous) {
        return text.to_owned();
    }
    text.chars().fold(String::new(), |mut out, c| {
        if is_dangerous(c) {
            let _ = write!(out, "{}", c.escape_unicode());
        } else {
            out.push(c);
        }
        out
    })
}
