//! Imports whose name occurs nowhere else in their file.
//!
//! A word counts wherever it occurs, in comments (`{@link A}`, `@var A`) and texts too: precision before recall.

use std::collections::HashMap;
use std::ops::Range;

use tree_sitter::Node;

use super::Context;
use crate::calls::{ImportId, ImportedNameId};
use crate::facts::{ImportKind, ImportedName};
use crate::language::{Span, SpanKind};

/// How a language's imports are judged.
#[derive(Debug, Clone, Copy)]
pub(in crate::syntax) struct UnusedImports {
    /// Names are the same in capitals and in small letters (PHP).
    pub any_case: bool,
    /// An import may begin with what another brings in (Scala, Rust).
    pub in_imports: bool,
    /// The kind of a whole declaration.
    pub declaration: &'static str,
    /// Whether this one can only be used by its name. The node is the whole declaration.
    pub judged: fn(Node<'_>, &Context<'_>, &ImportedName) -> bool,
}

/// One name that an import brings in.
#[derive(Debug)]
pub(super) struct ImportCandidate {
    import: ImportId,
    name: ImportedNameId,
    /// The start of the declaration around it.
    declaration: usize,
    /// A comment names it.
    in_comment: bool,
}

impl Context<'_> {
    /// Remembers the last import, of which `node` is a part, where its names can be judged.
    pub(super) fn import_candidates(&mut self, node: Node<'_>) {
        let Some(rules) = self.unused_imports else { return };
        let mut declaration = node;
        while declaration.kind() != rules.declaration {
            match declaration.parent() {
                Some(parent) => declaration = parent,
                None => return,
            }
        }
        if self.declarations.last() != Some(&declaration.byte_range()) {
            self.declarations.push(declaration.byte_range());
        }
        // A macro may use its tokens in any way, and the end of a broken one is unknown.
        let Some(import) = self.syntax.imports.last() else {
            return;
        };
        if !self.embedded_in.is_empty() || declaration.has_error() || import.kind.is_reexport() {
            return;
        }
        for (at, name) in ImportedNameId::enumerate(&import.names) {
            let named = !matches!(&*name.local, "" | "*" | "_");
            if named && (rules.judged)(declaration, self, name) {
                self.import_candidates.push(ImportCandidate {
                    import: ImportId::new(self.syntax.imports.len() - 1),
                    name: at,
                    declaration: declaration.start_byte(),
                    in_comment: false,
                });
            }
        }
    }

    /// Marks the imports that nothing names, and those that only comments name (`{@link A}`): these are for documentation.
    pub(super) fn settle_imports(&mut self) {
        let Some(rules) = self.unused_imports else { return };
        let candidates = std::mem::take(&mut self.import_candidates);
        let word_of = |word: &str| {
            let word = word.trim_matches('`').trim_start_matches("r#");
            if rules.any_case {
                word.to_lowercase()
            } else {
                word.to_owned()
            }
        };
        let mut open: HashMap<String, Vec<ImportCandidate>> = HashMap::new();
        for candidate in candidates {
            let name = &self.syntax.imports[candidate.import.index()].names[candidate.name.index()];
            open.entry(word_of(&name.local)).or_default().push(candidate);
        }
        if open.is_empty() {
            return;
        }
        self.declarations.sort_unstable_by_key(|range| range.start);
        let mut ahead = self.declarations.iter().peekable();
        for (at, word) in words(self.text) {
            while ahead.next_if(|range| range.end <= at).is_some() {}
            let inside = ahead
                .peek()
                .filter(|range| range.contains(&at))
                .map(|range| range.start);
            if inside.is_some() && !rules.in_imports {
                continue;
            }
            let Ok(word) = std::str::from_utf8(word) else { continue };
            let found = if rules.any_case {
                open.get_mut(&word.to_lowercase())
            } else {
                open.get_mut(word)
            };
            let Some(candidates) = found else { continue };
            if is_in_comment(&self.syntax.spans, at) {
                let named = candidates
                    .iter_mut()
                    .filter(|candidate| inside != Some(candidate.declaration));
                named.for_each(|candidate| candidate.in_comment = true);
            } else {
                candidates.retain(|candidate| inside == Some(candidate.declaration));
            }
        }
        self.mark_imports(open.into_values().flatten());
    }

    /// Marks what no code of the file names.
    fn mark_imports(&mut self, candidates: impl Iterator<Item = ImportCandidate>) {
        let mut documented: HashMap<ImportId, usize> = HashMap::new();
        for candidate in candidates {
            if candidate.in_comment {
                *documented.entry(candidate.import).or_default() += 1;
            } else {
                self.syntax.imports[candidate.import.index()].names[candidate.name.index()].unused = true;
            }
        }
        let is_loaded_by_use = matches!(self.language, "java" | "kotlin" | "scala" | "php");
        for (import, names) in documented.into_iter().filter(|_| is_loaded_by_use) {
            let import = &mut self.syntax.imports[import.index()];
            if import.names.len() == names && import.kind == ImportKind::Static {
                import.kind = ImportKind::Type;
            }
        }
    }
}

/// `spans` are in the order of the text.
fn is_in_comment(spans: &[Span], at: usize) -> bool {
    let after = spans.partition_point(|span| span.start as usize <= at);
    let mut around = spans[..after].iter().rev().take(4);
    around.any(|span| span.kind == SpanKind::Comment && at < span.end as usize)
}

/// The words of a text, each with its place. `$` belongs to none.
fn words(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].iter().position(is_word)?;
        let length = text[at..]
            .iter()
            .position(|byte| !is_word(byte))
            .unwrap_or(text.len() - at);
        let word = (at, &text[at..at + length]);
        at += length;
        Some(word)
    })
}

/// Ranges of declarations, in the order they are met; those of embedded text come between.
pub(super) type Declarations = Vec<Range<usize>>;
