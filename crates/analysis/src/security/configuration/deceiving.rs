//! Characters that change the order in which code is shown (CVE-2021-42574).

use repolens_core::report::{FindingCategory::Code, FindingSeverity};

use super::{Report, Rule, row};
use FindingSeverity::{High, Low};

pub static RULES: [Rule; 1] = [row(
    "deceiving-characters",
    "Characters change the order in which code is shown",
    Code,
    High,
    1007,
    "A reviewer sees other code than the compiler.",
    "Remove the characters, or write them as escapes",
    &[
        "texts and translations",
        "escapes such as `\\u202e`",
        "three or more of them side by side, which is a list of characters",
    ],
)];

/// Languages of texts, in which such characters are written as letters are.
const TEXTS: &[&str] = &[
    "",
    "markdown",
    "plain-text",
    "json",
    "restructuredtext",
    "asciidoc",
    "po-file",
    "html",
    "svg",
    "xml",
    "tex",
    "css",
    "yaml",
];

pub fn find(report: &mut Report<'_, '_>) {
    // All of them begin with these two bytes, or with the next pair.
    let bytes = report.text.bytes;
    if TEXTS.contains(&report.text.language) {
        return;
    }
    let (mut last_line, mut line, mut counted) = (0, 1, 0);
    let mut list_end = 0;
    for at in memchr::memchr_iter(0xE2, bytes) {
        if !is_one(bytes, at) || at < list_end {
            continue;
        }
        // Three side by side change nothing that is shown between them: they are a list of such characters.
        let run = (0..).take_while(|number| is_one(bytes, at + 3 * number)).count();
        if run > 2 {
            list_end = at + 3 * run;
            continue;
        }
        line += memchr::memchr_iter(b'\n', &bytes[counted..at]).count();
        counted = at;
        if line == last_line {
            continue;
        }
        last_line = line;
        let is_alone = at.checked_sub(1).is_some_and(|before| {
            let (before, after) = (bytes[before], bytes.get(at + 3 * run));
            matches!(before, b'\'' | b'"' | b'`') && after == Some(&before)
        });
        let severity = if is_translation(report.text.path) || is_alone || is_in_long_line(bytes, at) {
            Low
        } else {
            High
        };
        report.add_with(
            &RULES[0],
            severity,
            line,
            "",
            "The order of characters is changed by an invisible character".to_owned(),
        );
    }
}

fn is_translation(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    [
        "locale",
        "i18n",
        "l10n",
        "lang",
        "translation",
        "messages",
        "bidi",
        "unicode",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

/// Whether no reviewer reads the line: code that a program made.
fn is_in_long_line(bytes: &[u8], at: usize) -> bool {
    const LONG: usize = 1_000;
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |before| before + 1);
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |after| at + after);
    end - start > LONG
}

fn is_one(bytes: &[u8], at: usize) -> bool {
    matches!(
        bytes.get(at..at + 3),
        Some([0xE2, 0x80, 0xAA..=0xAE] | [0xE2, 0x81, 0xA6..=0xA9])
    )
}
