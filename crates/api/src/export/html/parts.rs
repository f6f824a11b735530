//! The parts of the page: headings, tables, bars.

use super::super::text::{html, thousands};

#[derive(Default)]
pub struct HtmlPage {
    pub body: String,
    /// `id` and title of each section, for the list of them.
    pub headings: Vec<(&'static str, &'static str)>,
}

/// A cell of a table.
pub enum Cell {
    /// Already escaped.
    Html(String),
    Number(String),
    /// 0 to 100, with its color's name.
    Bar(f64, &'static str),
}

/// The most rows of a table; the number of further rows is stated below it.
pub const MAX_ROWS: usize = 40;

impl HtmlPage {
    pub fn section(&mut self, id: &'static str, title: &'static str) {
        self.headings.push((id, title));
        self.body.push_str(&format!("<h2 id=\"{id}\">{title}</h2>\n"));
    }

    /// A paragraph of text that needs no escaping.
    pub fn paragraph(&mut self, html: &str) {
        self.body.push_str(&format!("<p>{html}</p>\n"));
    }

    /// A table with its caption; nothing where there are no rows. `total` is the true number of rows. A heading that
    /// begins with `#` is above numbers.
    pub fn table(&mut self, caption: &str, headings: &[&str], total: u64, rows: impl IntoIterator<Item = Vec<Cell>>) {
        let mut rows = rows.into_iter().take(MAX_ROWS).peekable();
        if rows.peek().is_none() {
            return;
        }
        let caption = html(caption);
        self.body.push_str(&format!(
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\n<table>\n<caption>{caption}</caption>\n<thead><tr>"
        ));
        for heading in headings {
            match heading.strip_prefix('#') {
                // Over pictures of the numbers beside them.
                None if heading.is_empty() => self.body.push_str("<td></td>"),
                Some(number) => self
                    .body
                    .push_str(&format!("<th scope=\"col\" class=\"n\">{number}</th>")),
                None => self.body.push_str(&format!("<th scope=\"col\">{heading}</th>")),
            }
        }
        self.body.push_str("</tr></thead>\n<tbody>\n");
        let mut shown = 0_u64;
        for row in rows {
            shown += 1;
            self.body.push_str("<tr>");
            for cell in row {
                match cell {
                    Cell::Html(text) => self.body.push_str(&format!("<td>{text}</td>")),
                    Cell::Number(text) => self.body.push_str(&format!("<td class=\"n\">{text}</td>")),
                    Cell::Bar(value, class) => self
                        .body
                        .push_str(&format!("<td class=\"b\">{}</td>", bar(value, class))),
                }
            }
            self.body.push_str("</tr>\n");
        }
        self.body.push_str("</tbody>\n</table>\n</div>\n");
        if total > shown {
            self.paragraph(&format!(
                "<span class=\"soft\">{} of {} are shown; the JSON report has the others.</span>",
                thousands(shown),
                thousands(total)
            ));
        }
    }
}

pub fn text(text: &str) -> Cell {
    Cell::Html(html(text))
}

pub fn code(text: &str) -> Cell {
    Cell::Html(format!("<code>{}</code>", html(text)))
}

pub fn place(path: &str, line: Option<u64>) -> Cell {
    match line {
        Some(line) => Cell::Html(format!("<code>{}:{line}</code>", html(path))),
        None => code(path),
    }
}

pub fn number(number: u64) -> Cell {
    Cell::Number(thousands(number))
}

/// One of the words that have a color; the word itself carries the meaning.
pub fn level(word: &str) -> Cell {
    let class = match word {
        "critical" | "high" | "medium" | "low" => word,
        _ => "soft",
    };
    Cell::Html(format!("<span class=\"level {class}\">{}</span>", html(word)))
}

/// A picture of the number beside it.
pub fn bar(value: f64, class: &str) -> String {
    let width = if value.is_finite() {
        value.clamp(0.0, 100.0)
    } else {
        0.0
    };
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\"><rect class=\"track\" width=\"100\" height=\"8\"/><rect class=\"fill {class}\" width=\"{width:.1}\" height=\"8\"/></svg>"
    )
}

/// A figure that is seen first.
pub fn card(label: &str, value: &str, note: &str, picture: &str) -> String {
    format!(
        "<li><span class=\"label\">{label}</span> <span class=\"value\">{value}</span> <span class=\"note\">{note}</span>{picture}</li>\n"
    )
}
