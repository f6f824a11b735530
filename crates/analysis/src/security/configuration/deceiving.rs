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
    &["texts and translations", "escapes such as `\\u202e`"],
)];

pub fn find(report: &mut Report<'_, '_>) {
    // All of them begin with these two bytes, or with the next pair.
    let bytes = report.text.bytes;
    let is_code = !matches!(
        report.text.language,
        "" | "markdown"
            | "plain-text"
            | "json"
            | "restructuredtext"
            | "asciidoc"
            | "po-file"
            | "html"
            | "svg"
            | "xml"
            | "tex"
            | "css"
            | "yaml"
    );
    if !is_code {
        return;
    }
    let (mut last_line, mut line, mut counted) = (0, 1, 0);
    for at in memchr::memchr_iter(0xE2, bytes) {
        let is_one = matches!(
            bytes.get(at + 1..at + 3),
            Some([0x80, 0xAA..=0xAE] | [0x81, 0xA6..=0xA9])
        );
        if !is_one {
            continue;
        }
        line += memchr::memchr_iter(b'\n', &bytes[counted..at]).count();
        counted = at;
        if line == last_line {
            continue;
        }
        last_line = line;
        let lower = report.text.path.to_ascii_lowercase();
        let is_translation = [
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
        .any(|word| lower.contains(word));
        let severity = if is_translation { Low } else { High };
        report.add_with(
            &RULES[0],
            severity,
            line,
            "",
            "The order of characters is changed by an invisible character".to_owned(),
        );
    }
}
