//! Credentials in texts.
//!
//! *What it reads*: every text that the analysis reads, in one pass of an Aho-Corasick automaton over prefixes of token
//! formats and over names such as `password`; what is found is then compared with its form. *Why it matters*: a
//! credential in a repository is public to all who can read any clone of it. *Limits*: nothing is sent to a provider, so
//! a revoked token is found too; a value that no format and no name marks is not found. The value itself leaves this
//! module only as a hash in memory, by which equal values are joined.

use std::hash::Hasher as _;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use repolens_core::report::{Confidence, FindingSeverity};
use sha1::{Digest as _, Sha1};

use super::rule::{RawFinding, Rule};
use super::text::Text;

mod formats;
mod generic;
mod proof;
mod structured;
mod words;

use formats::Format;
pub use formats::all as formats;
pub use generic::{GENERIC_SECRET, HARD_CODED_PASSWORD};
use proof::Proof;
pub use structured::{PROVEN_BY_STRUCTURE, RULES as STRUCTURED};

/// Of one file.
const MAX_CANDIDATES: usize = 1_000;

/// What to do where a pattern occurs.
#[derive(Debug, Clone, Copy)]
enum Trigger {
    Format(&'static Format, &'static str),
    Structured(structured::Form),
    /// A name that credentials have.
    Name,
}

struct Search {
    automaton: AhoCorasick,
    triggers: Vec<Trigger>,
}

fn search() -> &'static Search {
    static SEARCH: OnceLock<Search> = OnceLock::new();
    SEARCH.get_or_init(|| {
        let mut patterns: Vec<&str> = Vec::new();
        let mut triggers = Vec::new();
        for format in formats() {
            for prefix in format.prefixes {
                patterns.push(prefix);
                triggers.push(Trigger::Format(format, prefix));
            }
        }
        for (pattern, form) in structured::PATTERNS {
            patterns.push(pattern);
            triggers.push(Trigger::Structured(*form));
        }
        for name in generic::NAMES {
            patterns.push(name);
            triggers.push(Trigger::Name);
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&patterns)
            .expect("a constant list of short patterns");
        Search { automaton, triggers }
    })
}

/// A credential, before overlapping ones are resolved.
#[derive(Debug)]
pub(super) struct Candidate {
    rule: &'static Rule,
    severity: FindingSeverity,
    confidence: Confidence,
    start: usize,
    end: usize,
    /// Of the value inside.
    value: (usize, usize),
    /// The more specific form wins.
    rank: u8,
    verified: bool,
    /// Its checksum is wrong, or it is an example: it is not reported, and no other rule reports it.
    refuted: bool,
    /// It is real, and made to be seen: a key that is published, or in a document.
    shown: bool,
    /// The name that the value is given to.
    name: Box<str>,
}

impl Candidate {
    fn new(rule: &'static Rule, start: usize, end: usize, rank: u8) -> Self {
        Self {
            rule,
            severity: rule.severity,
            confidence: rule.confidence,
            start,
            end,
            value: (start, end),
            rank,
            verified: false,
            refuted: false,
            shown: false,
            name: Box::default(),
        }
    }
}

/// How much of a file is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Forms of providers only: generated files.
    Forms,
    All,
}

/// Finds credentials in `text`.
pub fn find(text: &Text<'_>, depth: Depth, found: &mut Vec<RawFinding>) {
    let search = search();
    let bytes = text.bytes;
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut names_done = 0;
    for hit in search.automaton.find_overlapping_iter(bytes) {
        match search.triggers[hit.pattern().as_usize()] {
            Trigger::Format(format, prefix) => candidates.extend(of_format(text, hit.start(), format, prefix)),
            Trigger::Structured(form) => candidates.extend(structured::find(text, hit.start(), hit.end(), form)),
            Trigger::Name => {
                if depth == Depth::All
                    && hit.start() >= names_done
                    && let Some(candidate) = generic::find(text, hit.start(), hit.end(), &mut names_done)
                {
                    candidates.push(candidate);
                }
            }
        }
    }
    resolve(&mut candidates);
    candidates.truncate(MAX_CANDIDATES);
    let reported = candidates.into_iter().filter(|candidate| !candidate.refuted);
    found.extend(reported.map(|candidate| raw(text, candidate)));
}

/// The most specific of those that overlap.
fn resolve(candidates: &mut Vec<Candidate>) {
    candidates.sort_by_key(|it| (it.rank, std::cmp::Reverse(it.end - it.start), it.start, it.rule.id));
    let mut taken: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    candidates.retain(|it| {
        let before = taken.range(..it.end).next_back();
        let is_free = before.is_none_or(|(_, end)| *end <= it.start);
        if is_free {
            taken.insert(it.start, it.end);
        }
        is_free
    });
    candidates.sort_by_key(|it| it.start);
}

fn raw(text: &Text<'_>, candidate: Candidate) -> RawFinding {
    let value = &text.bytes[candidate.value.0..candidate.value.1];
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(value);
    let (line, column) = text.place(candidate.start);
    let suffix = if candidate.verified { " (format verified)" } else { "" };
    let message = match candidate.name.is_empty() {
        true => format!("{}{suffix}", candidate.rule.title),
        false => format!("{} in `{}`{suffix}", candidate.rule.title, candidate.name),
    };
    RawFinding {
        rule: candidate.rule,
        severity: candidate.severity,
        confidence: candidate.confidence,
        line,
        column,
        message: message.into(),
        subject: candidate.name,
        value: hasher.finish().max(1),
        baseline: Some(Box::new(Sha1::digest(value).into())),
        allowed_by: None,
        in_test: candidate.shown,
        is_proven: candidate.verified,
    }
}

/// A token of a provider's form.
fn of_format(text: &Text<'_>, start: usize, format: &'static Format, prefix: &'static str) -> Option<Candidate> {
    let bytes = text.bytes;
    let length = format.matched(&bytes[start..], prefix)?;
    let from = match format.before {
        Some((alphabet, min, max)) => {
            let run = bytes[..start]
                .iter()
                .rev()
                .take(max + 1)
                .take_while(|byte| alphabet.has(**byte))
                .count();
            // The longest that fits: one more character makes it another thing.
            if run < min || run > max {
                return None;
            }
            start - run
        }
        None => start,
    };
    // A prefix with a path or a name of its own needs no edge.
    let needs_edge = !prefix.contains(['/', '=']);
    if needs_edge && !is_left_edge(bytes, from) {
        return None;
    }
    let end = start + length;
    let token = std::str::from_utf8(&bytes[from..end]).ok()?;
    let body = &bytes[start + prefix.len()..end];
    let is_azure = format.rule.id == "azure-client-secret";
    if is_azure && !(token.as_bytes()[0].is_ascii_alphanumeric() && token.as_bytes()[3].is_ascii_digit()) {
        return None;
    }
    if words::entropy(body) < format.entropy.min(least_for(body.len())) || !has_context(text, from, format.context) {
        return None;
    }
    let proof = format.proof.map_or(Proof::Unknown, |proof| proof(token));
    let mut candidate = Candidate::new(&format.rule, from, end, 0);
    candidate.verified = proof == Proof::Verified;
    candidate.refuted = proof == Proof::Failed || words::is_placeholder(token, true);
    if format.rule.id == "google-api-key" && is_browser_key(text) {
        candidate.severity = FindingSeverity::Low;
    }
    if proof == Proof::Unknown && format.proof.is_some() {
        candidate.confidence = Confidence::Medium;
    }
    Some(candidate)
}

/// A short body cannot have the entropy of a long one.
fn least_for(length: usize) -> f64 {
    (length.max(2) as f64).log2() * 0.75
}

/// Firebase's configuration of web pages and telephones is public.
fn is_browser_key(text: &Text<'_>) -> bool {
    let name = text.path.rsplit('/').next().unwrap_or(text.path);
    matches!(
        name,
        "google-services.json" | "GoogleService-Info.plist" | "firebase_options.dart"
    ) || memchr::memmem::find(text.bytes, b"messagingSenderId").is_some()
}

/// Whether nothing in front of `start` belongs to the same word. An escape (`\n`, `%3D`) is no part of it.
pub(super) fn is_left_edge(bytes: &[u8], start: usize) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match &bytes[..start] {
        [] => true,
        [.., last] if !is_word(*last) => true,
        [.., b'\\', b'n' | b't' | b'r'] => true,
        [.., b'%', high, low] => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        _ => false,
    }
}

/// Whether the line, or the two before it, have one of the words.
fn has_context(text: &Text<'_>, at: usize, words: &[&str]) -> bool {
    if words.is_empty() {
        return true;
    }
    let start = (0..3).fold(at, |at, _| text.line_start(at).saturating_sub(1));
    let lines =
        String::from_utf8_lossy(&text.bytes[start.max(at.saturating_sub(400))..text.line_end(at).min(at + 400)]);
    let lines = lines.to_lowercase();
    words.iter().any(|word| lines.contains(word))
}
