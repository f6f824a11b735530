//! Text of strangers and figures, as pages show them. What is returned here is escaped already.

pub mod filters;

use std::borrow::Cow;
use std::fmt::{self, Display, Write as _};

use askama::filters::HtmlSafe;
use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use repolens_core::text::timestamp;
use repolens_log::is_dangerous;

use crate::export::text::thousands;

/// Characters of a name; longer ones are shortened in the middle, so that ten of them do not fill a page.
const LONGEST: usize = 160;
/// The same of a sentence or two.
const LONGEST_WORDS: usize = 2_000;
/// The same of several paragraphs.
const LONGEST_TEXT: usize = 8_000;

/// HTML that was made here and needs no escaping.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(pub String);

impl Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// One character, escaped. Those that are not seen or that turn text around are shown as their code.
fn push(html: &mut String, c: char) {
    match c {
        '&' => html.push_str("&amp;"),
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        '"' => html.push_str("&quot;"),
        '\'' => html.push_str("&#39;"),
        c if is_dangerous(c) => write!(html, "<span class=\"ctl\">U+{:04X}</span>", u32::from(c)).unwrap_or_default(),
        c => html.push(c),
    }
}

/// The text without its middle, where it has more than `longest` characters.
fn shortened(text: &str, longest: usize) -> (&str, Option<&str>) {
    let mut indices = text.char_indices();
    let Some((end, _)) = indices.nth(longest / 3 * 2) else {
        return (text, None);
    };
    match text.char_indices().rev().nth(longest / 3) {
        Some((start, _)) if start > end => (&text[..end], Some(&text[start..])),
        _ => (text, None),
    }
}

/// The same as one text, not escaped.
fn cut(text: &str, longest: usize) -> String {
    let (head, tail) = shortened(text, longest);
    tail.map_or_else(|| head.to_owned(), |tail| format!("{head}…{tail}"))
}

fn marked(text: &str, breaks: bool, longest: usize) -> Html {
    let mut html = String::with_capacity(text.len() + 32);
    html.push_str("<bdi>");
    let (head, tail) = shortened(text, longest);
    for part in [Some(head), tail].into_iter().flatten() {
        if Some(part) == tail && tail.is_some() {
            html.push('…');
        }
        let mut rest = part.chars().peekable();
        while let Some(c) = rest.next() {
            push(&mut html, c);
            if breaks && c == '/' && rest.peek().is_some() {
                html.push_str("<wbr>");
            }
        }
    }
    html.push_str("</bdi>");
    Html(html)
}

/// A name from a repository.
pub fn name(text: &str) -> Html {
    marked(text, false, LONGEST)
}

/// A sentence or two from a repository.
pub fn words(text: &str) -> Html {
    let mut html = "<bdi>".to_owned();
    push_words(&mut html, &cut(text, LONGEST_WORDS));
    html.push_str("</bdi>");
    Html(html)
}

/// Text whose long words are shortened.
fn push_words(html: &mut String, text: &str) {
    for word in text.split_inclusive(' ') {
        cut(word, LONGEST).chars().for_each(|c| push(html, c));
    }
}

/// A path from a repository: it may break after its slashes.
pub fn path(text: &str) -> Html {
    marked(text, true, LONGEST)
}

/// The same at any length.
pub fn whole_path(text: &str) -> Html {
    marked(text, true, usize::MAX)
}

/// As the text of a drawing or the value of an attribute.
pub fn plain(text: &str) -> String {
    crate::export::text::html(&cut(text, LONGEST))
}

/// As the text of an option: not escaped, on one line, and shortened.
pub fn one_line(text: &str) -> String {
    cut(&crate::export::text::one_line(text), LONGEST)
}

/// An address as the value of an attribute.
pub fn plain_address(address: &str) -> String {
    crate::export::text::html(address)
}

/// The last part of a path, with its folder where both fit into `fit` characters.
pub fn shortened_path(path: &str, fit: usize) -> String {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or_default();
    let with_folder = parts.next().map(|folder| format!("{folder}/{name}"));
    match with_folder {
        Some(both) if both.chars().count() <= fit => both,
        _ if name.chars().count() <= fit => name.to_owned(),
        _ => name.chars().take(fit.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// A sentence of ours with names between backticks, which become code.
pub fn prose(text: &str) -> Html {
    let mut html = String::with_capacity(text.len() + 32);
    for (index, part) in text.split('`').enumerate() {
        let last = index == text.matches('`').count();
        // An odd backtick is only a backtick.
        let code = index % 2 == 1 && !last;
        if code {
            html.push_str("<code>");
            html.push_str(&marked(part, false, LONGEST).0);
            html.push_str("</code>");
        } else {
            if index % 2 == 1 {
                html.push('`');
            }
            push_words(&mut html, part);
        }
    }
    Html(html)
}

/// Text of several lines, with code between backticks: a paragraph for each line.
pub fn paragraphs(text: &str) -> Html {
    let whole = cut(text, LONGEST_TEXT);
    let lines = whole.lines().map(str::trim).filter(|line| !line.is_empty());
    Html(lines.map(|line| format!("<p>{}</p>", prose(line))).collect())
}

/// The end of a long path, for places with little room: paths differ there.
pub fn end_of_path(path: &str) -> Cow<'_, str> {
    const LONGEST: usize = 36;
    let Some((cut, _)) = path.char_indices().rev().nth(LONGEST) else {
        return path.into();
    };
    let end = &path[cut..];
    format!("…{}", end.find('/').map_or(end, |at| &end[at..])).into()
}

/// As part of an address: everything but letters, digits and `-_.~/` is encoded.
pub fn in_query(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                encoded.push(char::from(byte))
            }
            byte => write!(encoded, "%{byte:02X}").unwrap_or_default(),
        }
    }
    encoded
}

/// `1,234`.
pub fn number(number: u64) -> String {
    thousands(number)
}

/// `1 file`, `1,234 files`.
pub fn count(number: u64, one: &str) -> String {
    counted(number, one, &format!("{one}s"))
}

/// The same where the plural is irregular.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// One decimal, and none where it is zero.
pub fn decimal(number: f64) -> String {
    crate::export::text::score(number)
}

/// Two decimals, and none where they are zero.
pub fn decimal_2(number: f64) -> String {
    let text = format!("{number:.2}");
    text.strip_suffix(".00").map_or_else(|| text.clone(), str::to_owned)
}

/// A share of 0 to 1 as a percentage.
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    match value {
        v if v > 0.0 && v < 1.0 => "under 1%".to_owned(),
        v => format!("{}%", v.round()),
    }
}

/// How long something took or takes.
pub fn duration(ms: u64) -> String {
    match ms {
        0 => "under 1 ms".to_owned(),
        1..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
        _ => format!("{} h {} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
    }
}

/// An effort in minutes of working time.
pub fn minutes(minutes: u64) -> String {
    match minutes {
        0..60 => format!("{minutes} min"),
        60..4_800 if minutes.is_multiple_of(60) => format!("{} h", minutes / 60),
        60..600 => format!("{} h {} min", minutes / 60, minutes % 60),
        600..4_800 => format!("{} h", (minutes + 30) / 60),
        _ => format!("{} working days", thousands(minutes / 480)),
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `28 Nov 2026`.
pub fn day(time: &DateTime<Utc>) -> String {
    let month = usize::try_from(time.month0()).ok().and_then(|month| MONTHS.get(month));
    format!("{} {} {}", time.day(), month.copied().unwrap_or_default(), time.year())
}

/// The day of a time in RFC 3339.
pub fn day_of(time: &str) -> String {
    match DateTime::parse_from_rfc3339(time) {
        Ok(time) => day(&time.to_utc()),
        Err(_) => "an unknown day".to_owned(),
    }
}

/// A `<time>` element: `28 Nov 2026, 16:17 UTC`.
pub fn moment(time: &DateTime<Utc>) -> Html {
    Html(format!(
        "<time datetime=\"{}\">{}, {:02}:{:02} UTC</time>",
        timestamp::format(*time),
        day(time),
        time.hour(),
        time.minute()
    ))
}

/// A `<time>` element: the age, and the date once that is more precise.
pub fn ago(time: &DateTime<Utc>, now: &DateTime<Utc>) -> Html {
    let seconds = (*now - *time).num_seconds().max(0);
    let shown = match seconds {
        0..60 => "just now".to_owned(),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..86_400 => format!("{} h ago", seconds / 3_600),
        86_400..172_800 => "yesterday".to_owned(),
        172_800..604_800 => format!("{} days ago", seconds / 86_400),
        _ => day(time),
    };
    Html(format!(
        "<time datetime=\"{}\">{shown}</time>",
        timestamp::format(*time)
    ))
}

/// Names of the languages as people write them.
pub fn language(name: &str) -> String {
    let known = match name {
        "c" => "C",
        "cpp" => "C++",
        "csharp" => "C#",
        "css" => "CSS",
        "csv" => "CSV",
        "html" => "HTML",
        "ini" => "INI",
        "javascript" => "JavaScript",
        "json" => "JSON",
        "jsx" => "JSX",
        "php" => "PHP",
        "plain-text" => "Plain text",
        "po-file" => "Translations (gettext)",
        "restructuredtext" => "reStructuredText",
        "scss" => "SCSS",
        "sql" => "SQL",
        "svg" => "SVG",
        "toml" => "TOML",
        "tsx" => "TSX",
        "typescript" => "TypeScript",
        "xml" => "XML",
        "yaml" => "YAML",
        other => {
            let mut letters = other.chars();
            return match letters.next() {
                Some(first) => first
                    .to_uppercase()
                    .chain(letters)
                    .collect::<String>()
                    .replace('-', " "),
                None => "Unknown".to_owned(),
            };
        }
    };
    known.to_owned()
}

#[cfg(test)]
mod tests;
