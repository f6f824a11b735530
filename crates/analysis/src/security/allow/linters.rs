//! Comments that make linters leave a line alone. Each form is an entry of [`FORMS`]; [`super::codes`] has the
//! names under which the linters know a rule.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use repolens_core::report::FindingCategory;

use super::codes;
use crate::security::rule::{RawFinding, Rule};

/// Which lines a comment is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Its own line.
    Line,
    /// Its own line, and the lines behind it that the same call takes.
    Call,
    /// The lines of the call, or the line below where the comment is alone.
    LineOrNext,
    /// As before, and the whole function or file where it is at its head.
    Block,
    /// The next line.
    Next,
    /// From here to the comment that ends it.
    From(&'static str),
    /// The whole file.
    File,
}

/// How a comment lists what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    /// Behind `:` or `=`; without one it is about everything.
    Colon,
    /// All words up to ` -- `; without one it is about everything.
    Words,
    /// Codes of bandit or gosec among the words; without one it is about everything.
    Codes,
    /// In brackets; without them it is about everything.
    Brackets,
}

struct Form {
    /// In lower case.
    sign: &'static str,
    /// As the report names it.
    name: &'static str,
    scope: Scope,
    list: List,
    /// It may be behind other words of the comment.
    anywhere: bool,
}

const fn form(sign: &'static str, name: &'static str, scope: Scope, list: List) -> Form {
    Form {
        sign,
        name,
        scope,
        list,
        anywhere: false,
    }
}

/// As the report names the comments.
const EVIL: &str = "evil:true";
const PYLINT: &str = "pylint: disable";

/// Longer signs before those that they begin with.
const FORMS: &[Form] = &[
    form("flake8: noqa", "noqa", Scope::File, List::Colon),
    form("ruff: noqa", "noqa", Scope::File, List::Colon),
    form("noqa", "noqa", Scope::Call, List::Colon),
    form("nosec", "nosec", Scope::Call, List::Codes),
    form("pylint: disable-next", PYLINT, Scope::Next, List::Colon),
    form("pylint: disable", PYLINT, Scope::LineOrNext, List::Colon),
    form("pylint:disable", PYLINT, Scope::LineOrNext, List::Colon),
    form("gosec:disable", "gosec:disable", Scope::Block, List::Codes),
    form("nolintnextline", "NOLINT", Scope::Next, List::Brackets),
    form("nolintbegin", "NOLINT", Scope::From("nolintend"), List::Brackets),
    form("nolint:", "nolint", Scope::Block, List::Words),
    form("nolint", "nolint", Scope::Block, List::Brackets),
    form("eslint-disable-next-line", "eslint-disable", Scope::Next, List::Words),
    form("eslint-disable-line", "eslint-disable", Scope::Line, List::Words),
    form(
        "eslint-disable",
        "eslint-disable",
        Scope::From("eslint-enable"),
        List::Words,
    ),
    form("oxlint-disable-next-line", "oxlint-disable", Scope::Next, List::Words),
    form("oxlint-disable-line", "oxlint-disable", Scope::Line, List::Words),
    // What JSLint and JSHint call evil is `eval`.
    form("jslint evil:true", EVIL, Scope::From("jslint evil:false"), List::Words),
    form(
        "jslint evil: true",
        EVIL,
        Scope::From("jslint evil: false"),
        List::Words,
    ),
    form("jshint evil:true", EVIL, Scope::From("jshint evil:false"), List::Words),
    form(
        "jshint evil: true",
        EVIL,
        Scope::From("jshint evil: false"),
        List::Words,
    ),
    form("jshint ignore:line", "jshint ignore:line", Scope::Line, List::Words),
    form("jshint", "jshint", Scope::File, List::Words),
    form("biome-ignore", "biome-ignore", Scope::Next, List::Words),
    Form {
        anywhere: true,
        ..form("nosemgrep", "nosemgrep", Scope::LineOrNext, List::Colon)
    },
    Form {
        anywhere: true,
        ..form("nosonar", "NOSONAR", Scope::Line, List::Brackets)
    },
    Form {
        anywhere: true,
        ..form(
            "rubocop:disable",
            "rubocop:disable",
            Scope::From("rubocop:enable"),
            List::Words,
        )
    },
    form("phpcs:ignore", "phpcs:ignore", Scope::LineOrNext, List::Words),
    form(
        "phpcs:disable",
        "phpcs:disable",
        Scope::From("phpcs:enable"),
        List::Words,
    ),
    form("zizmor: ignore", "zizmor: ignore", Scope::Line, List::Brackets),
    form("hadolint ignore", "hadolint ignore", Scope::Next, List::Colon),
    // Ends of what `Scope::From` begins.
    form("eslint-enable", "", Scope::Line, List::Words),
    form("jslint evil:false", "", Scope::Line, List::Words),
    form("jslint evil: false", "", Scope::Line, List::Words),
    form("jshint evil:false", "", Scope::Line, List::Words),
    form("jshint evil: false", "", Scope::Line, List::Words),
    form("rubocop:enable", "", Scope::Line, List::Words),
    form("phpcs:enable", "", Scope::Line, List::Words),
    form("nolintend", "", Scope::Line, List::Brackets),
];

/// A comment of a linter in a file.
struct Comment<'t> {
    form: &'static Form,
    /// 0-based.
    line: usize,
    /// Nothing but the comment is in the line.
    is_alone: bool,
    /// `None`: everything.
    listed: Option<Vec<&'t str>>,
}

/// Comments of one file that are kept: a file with more has them for other reasons than security.
const MAX_COMMENTS: usize = 10_000;

/// Marks the findings that a linter's comment allows.
pub(super) fn mark(text: &[u8], lines: &[&[u8]], found: &mut [RawFinding]) {
    let comments = comments(text, lines);
    if comments.is_empty() {
        return;
    }
    for finding in found.iter_mut().filter(|it| it.line > 0 && it.allowed_by.is_none()) {
        let line = finding.line as usize - 1;
        finding.allowed_by = comments
            .iter()
            .find(|comment| comment.is_about(finding.rule) && comment.reaches(line, lines, &comments))
            .map(|comment| comment.form.name);
    }
}

fn comments<'t>(text: &[u8], lines: &[&'t [u8]]) -> Vec<Comment<'t>> {
    static SIGNS: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let signs = SIGNS.get_or_init(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(FORMS.iter().map(|form| form.sign))
            .ok()
    });
    let Some(signs) = signs.as_ref().filter(|signs| signs.is_match(text)) else {
        return Vec::new();
    };
    let with_signs = lines.iter().enumerate().filter(|(_, line)| signs.is_match(**line));
    with_signs
        .take(MAX_COMMENTS)
        .filter_map(|(at, line)| {
            let text = std::str::from_utf8(line).ok().filter(|text| text.len() <= 4_000)?;
            Some((at, text, text.to_ascii_lowercase()))
        })
        .flat_map(|(line, text, lower)| {
            let mut free = lower;
            let mut found = Vec::new();
            for form in FORMS {
                let Some(at) = free.find(form.sign) else { continue };
                let end = at + form.sign.len();
                if is_in_comment(&free[..at], form.anywhere) && is_whole(&free[end..], form) {
                    found.push(Comment {
                        form,
                        line,
                        is_alone: super::is_comment(text.as_bytes()),
                        listed: listed(&text[end..], form.list),
                    });
                    // `noqa` in `flake8: noqa` is no second comment.
                    free.replace_range(at..end, &" ".repeat(form.sign.len()));
                }
            }
            found
        })
        .collect()
}

/// Whether a comment begins right before a sign, or somewhere before it.
fn is_in_comment(before: &str, anywhere: bool) -> bool {
    const BEGINS: &[&str] = &["#", "//", "/*", "--", "<!--", "{#", ";"];
    if anywhere {
        return BEGINS.iter().any(|begin| before.contains(begin)) || before.trim().is_empty();
    }
    let before = before.trim_end().trim_end_matches('*').trim_end();
    before.is_empty() || before.ends_with('/') || BEGINS.iter().any(|begin| before.ends_with(begin))
}

/// A sign is no part of a longer word.
fn is_whole(behind: &str, form: &Form) -> bool {
    form.sign.ends_with(':') || !behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn listed(behind: &str, list: List) -> Option<Vec<&str>> {
    // `biome-ignore lint/security/noGlobalEval: why`, and `eslint-disable-line no-eval -- why` of the others.
    let reason = if list == List::Words { ": " } else { " -- " };
    let end = [reason, " -- ", " // ", " # ", "*/", "-->", "#}"]
        .iter()
        .filter_map(|end| behind.find(end))
        .min()
        .unwrap_or(behind.len());
    let behind = behind[..end].trim();
    let found = match list {
        List::Colon => words(behind.strip_prefix([':', '='])?),
        List::Words => words(behind),
        List::Codes => words(behind).into_iter().filter(|word| codes::is_code(word)).collect(),
        List::Brackets => words(behind.strip_prefix(['(', '['])?.split([')', ']']).next()?),
    };
    (!found.is_empty()).then_some(found)
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
        .map(|word| word.trim_matches([':', '"', '\'', '.']))
        .filter(|word| !word.is_empty())
        .collect()
}

/// `S602`: the other words behind `noqa:` are a reason.
fn is_flake8_code(word: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    digits.len() < word.len() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

impl Comment<'_> {
    fn is_about(&self, rule: &Rule) -> bool {
        let Some(listed) = &self.listed else {
            // A linter of style has no opinion on a credential or a container.
            return match self.form.name {
                "nosec" => true,
                "jshint" => false,
                EVIL => matches!(rule.id, "javascript-eval" | "javascript-timer-text"),
                "nosemgrep" | "NOSONAR" => rule.category != FindingCategory::Secret,
                _ => rule.category == FindingCategory::Code,
            };
        };
        listed.iter().any(|code| match self.form.name {
            "nosemgrep" => codes::is_like(rule, code),
            "noqa" => is_flake8_code(code) && codes::covers(rule, code),
            _ => codes::covers(rule, code),
        })
    }

    fn reaches(&self, line: usize, lines: &[&[u8]], comments: &[Comment<'_>]) -> bool {
        let is_above = self.line < line && lines[self.line + 1..line].iter().all(|line| super::is_comment(line));
        let is_in_call = || (line..=end_of_call(line, lines)).contains(&self.line);
        match self.form.scope {
            Scope::Line => self.line == line,
            Scope::Call => {
                is_in_call()
                    || (self.is_alone && is_above && self.form.name == "nosec" && is_go_like(lines[self.line]))
                    || (self.form.name == "nosec" && self.is_at_head(line, lines))
            }
            Scope::LineOrNext => is_in_call() || (self.is_alone && is_above),
            Scope::Block => self.line == line || (self.is_alone && is_above) || self.is_at_head(line, lines),
            Scope::Next => self.line < line && is_above && (self.is_alone || self.line + 1 == line),
            Scope::From(end) => {
                // At the end of a line of code RuboCop's is about this line.
                if !self.is_alone && self.form.name == "rubocop:disable" {
                    return self.line == line;
                }
                self.line <= line
                    && !comments
                        .iter()
                        .any(|it| it.form.sign == end && it.line > self.line && it.line < line && self.is_ended_by(it))
            }
            Scope::File => true,
        }
    }

    /// An end with a list ends what it lists.
    fn is_ended_by(&self, end: &Comment<'_>) -> bool {
        match (&self.listed, &end.listed) {
            (Some(own), Some(ended)) => own.iter().all(|code| ended.contains(code)),
            _ => true,
        }
    }

    /// In the first line of the Go function or file that the line is in, or alone above it.
    fn is_at_head(&self, line: usize, lines: &[&[u8]]) -> bool {
        let is_head = |at: usize| lines[at].starts_with(b"func ") || lines[at].starts_with(b"package ");
        let head = match (self.line..line).find(|at| !super::is_comment(lines[*at])) {
            Some(at) if is_head(at) && (self.is_alone || at == self.line) => at,
            _ => return false,
        };
        lines[head].starts_with(b"package ") || !lines[head + 1..line].iter().any(|line| line.starts_with(b"}"))
    }
}

/// Comments with two slashes, whose linters read the line above too.
fn is_go_like(line: &[u8]) -> bool {
    line.trim_ascii_start().starts_with(b"/")
}

/// The last line of a call that begins in a line: where its brackets are closed.
fn end_of_call(line: usize, lines: &[&[u8]]) -> usize {
    const MAX_LINES: usize = 60;
    let mut depth = 0i32;
    for (at, text) in lines.iter().enumerate().skip(line).take(MAX_LINES) {
        for byte in *text {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth -= 1,
                _ => {}
            }
        }
        if depth <= 0 {
            return at;
        }
    }
    line
}
