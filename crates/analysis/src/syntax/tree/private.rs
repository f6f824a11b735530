//! Private functions without a caller: only their own file (or package) can call them, and nothing in it names them.
//!
//! A name counts wherever its word occurs, in comments and texts too: precision before recall. A function that a framework
//! may find by its name or by a mark on it is left out.

use std::collections::HashMap;

use tree_sitter::Node;

use super::Context;

/// The mark of a private function in a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::syntax) enum Private {
    /// Its visibility is unknown, or calls by name are the custom.
    Unknown,
    /// The word `private` (or `fileprivate`) before it.
    Word,
    /// The same word; but methods are called by computed names, and by the traits of a class (PHP).
    WordUnlessComputed,
    /// `static` outside of a class: seen in its file only.
    Static,
    /// A name in lower case: seen in its folder only.
    LowerCase,
    /// No `pub`: seen in its crate only.
    NoPub,
}

impl Private {
    /// Other files may name it: all words of a file are kept.
    pub(super) fn is_shared(self) -> bool {
        matches!(self, Self::LowerCase | Self::NoPub)
    }
}

/// Names that are called without being named.
const HOOKS: &[&str] = &[
    "main",
    "Main",
    "init",
    "readObject",
    "writeObject",
    "readResolve",
    "writeReplace",
    "readObjectNoData",
    "finalize",
    // Forms of IntelliJ.
    "createUIComponents",
    "Awake",
    "Start",
    "Update",
    "FixedUpdate",
    "LateUpdate",
    "drop",
    "fmt",
];

/// Messages that Unity sends to scripts by their names.
const UNITY_MESSAGES: &[&str] = &[
    "Awake",
    "FixedUpdate",
    "LateUpdate",
    "Reset",
    "Start",
    "Update",
    "HasFrameBounds",
    "CreateGUI",
    "ShowButton",
    "OverrideGeneratedAudio",
];

impl Context<'_> {
    /// The text of a function before its body.
    fn head(&self, node: Node<'_>) -> &str {
        let end = node
            .child_by_field_name("body")
            .map_or(node.end_byte(), |body| body.start_byte());
        std::str::from_utf8(&self.text[node.start_byte()..end.max(node.start_byte())]).unwrap_or("")
    }

    /// Whether the function at `node` can be called from its file or package only, and is marked in no way.
    pub(super) fn is_private(&self, node: Node<'_>, name: &str, private: Private) -> bool {
        let head = self.head(node);
        let marked = head.contains('@') || head.trim_start().starts_with(['[', '#']) || head.contains("__attribute__");
        if name.is_empty() || HOOKS.contains(&name) || name.starts_with("__") || marked {
            return false;
        }
        if UNITY_MESSAGES.contains(&name) && memchr::memmem::find(self.text, b"Unity").is_some() {
            return false;
        }
        if node.kind().contains("constructor") || node.kind().contains("destructor") {
            return false;
        }
        let before_name = head.split(name).next().unwrap_or_default();
        let has = |word: &str| {
            before_name
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|part| part == word)
        };
        match private {
            Private::Unknown => false,
            Private::Word | Private::WordUnlessComputed => {
                let own = has("private") || has("fileprivate");
                let kept = ["override", "operator", "implicit", "extern", "external", "native"]
                    .iter()
                    .any(|word| has(word));
                // A class of a designer or a handler is wired in another file.
                let handler = name.starts_with("On") || (name.contains('_') && before_name.contains("void"));
                own && !kept && !handler && !is_inside(node, "trait_declaration")
            }
            Private::Static => {
                has("static") && !has("inline") && self.calls.class().is_none() && !self.is_disabled(node)
            }
            Private::LowerCase => name.starts_with(|c: char| c.is_lowercase()) && node.kind() != "func_literal",
            // By a `_` before its name it is meant to be unused: a check of types while it is compiled.
            Private::NoPub => !name.starts_with('_') && !has("pub") && !has("extern") && self.is_plain_rust(node),
        }
    }

    /// Whether the node is in a part that `#if 0` leaves out.
    fn is_disabled(&self, node: Node<'_>) -> bool {
        let mut at = node;
        while let Some(parent) = at.parent() {
            let is_alternative = parent.child_by_field_name("alternative") == Some(at);
            if parent.kind() == "preproc_if" && self.field(parent, "condition") == "0" && !is_alternative {
                return true;
            }
            at = parent;
        }
        false
    }

    /// Whether no other file sees the function at `node`, outside of a class.
    pub(super) fn is_file_only(&self, node: Node<'_>, name: &str) -> bool {
        let words: &[&str] = match self.language {
            "c" | "cpp" => &["static"],
            "kotlin" | "swift" => &["private", "fileprivate"],
            _ => return false,
        };
        let head = self.head(node);
        let before_name = head.split(name).next().unwrap_or_default();
        let mut parts = before_name.split(|c: char| !c.is_alphanumeric() && c != '_');
        self.calls.class().is_none() && !name.is_empty() && parts.any(|part| words.contains(&part))
    }

    /// In no trait, and without an attribute.
    fn is_plain_rust(&self, node: Node<'_>) -> bool {
        let mut before = node.prev_sibling();
        while let Some(sibling) = before {
            match sibling.kind() {
                "attribute_item" => return false,
                "line_comment" | "block_comment" => before = sibling.prev_sibling(),
                _ => break,
            }
        }
        let outer = node.parent().and_then(|list| list.parent());
        match outer {
            Some(outer) if outer.kind() == "impl_item" => outer.child_by_field_name("trait").is_none(),
            Some(outer) => outer.kind() != "trait_item",
            None => true,
        }
    }

    /// Marks the candidates that nothing in the file names but their own definitions.
    pub(super) fn settle_private(&mut self, private: Private) {
        let candidates = std::mem::take(&mut self.candidates);
        // Names that the preprocessor joins are no words of the text.
        let glued = private == Private::Static && memchr::memmem::find(self.text, b"##").is_some();
        let computed = (private == Private::WordUnlessComputed && calls_by_computed_names(self.text))
            || (private == Private::NoPub && calls_by_macro_names(self.text));
        if (candidates.is_empty() && !private.is_shared()) || glued || computed {
            return;
        }
        let any_case = private == Private::WordUnlessComputed;
        let written = |word: &[u8]| {
            if any_case {
                word.to_ascii_lowercase()
            } else {
                word.to_vec()
            }
        };
        let mut counts: HashMap<Vec<u8>, (u32, u32)> = HashMap::new();
        for (_, name) in &candidates {
            counts.entry(written(name.as_bytes())).or_default().0 += 1;
        }
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
        for word in self.text.split(|byte| !is_word(byte)).filter(|word| !word.is_empty()) {
            let count = if any_case {
                counts.get_mut(&word.to_ascii_lowercase())
            } else {
                counts.get_mut(word)
            };
            if let Some(count) = count {
                count.1 += 1;
            }
            if private.is_shared()
                && word.len() <= 64
                && let Ok(word) = std::str::from_utf8(word)
            {
                self.calls.name(word);
            }
        }
        for (function, name) in &candidates {
            if counts
                .get(&written(name.as_bytes()))
                .is_some_and(|(defined, named)| defined == named)
            {
                self.calls.definition(*function).entry = false;
            }
        }
    }
}

/// Whether a macro of a Rust file calls a function by a name that it is given, `$name(…)`, or puts together,
/// `[<write_ $type>](…)`.
fn calls_by_macro_names(text: &[u8]) -> bool {
    if memchr::memmem::find(text, b"[<").is_some() && memchr::memmem::find(text, b"paste!").is_some() {
        return true;
    }
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    memchr::memchr_iter(b'$', text).any(|at| {
        let rest = &text[at + 1..];
        let end = rest.iter().position(|byte| !is_word(byte)).unwrap_or(rest.len());
        end > 0 && rest[end..].trim_ascii_start().first() == Some(&b'(')
    })
}

/// Whether a PHP file may call a method whose name it does not spell: `$this->{…}()`, `$this->$name()`, `[$this, $name]`,
/// or a class of it uses a trait, which sees all of its methods.
fn calls_by_computed_names(text: &[u8]) -> bool {
    const SIGNS: &[&[u8]] = &[
        b"->{",
        b"->$",
        b"::{",
        b"::$",
        b"call_user_func",
        b"forward_static_call",
        b"ReflectionMethod",
        b"->getMethod",
        b"get_class_methods",
        b"method_exists",
        b"is_callable",
        b"$this, $",
        b"__CLASS__, $",
        b"::class, $",
        b"function __call",
        b"' .",
        b"\" .",
    ];
    let has = |sign: &[u8]| memchr::memmem::find(text, sign).is_some();
    let (pairs, calls) = SIGNS.split_at(SIGNS.len() - 2);
    // A name that is put together within an array of object and name.
    let put_together = (has(b"[$this, '") || has(b"[$this, \"") || has(b"::class, '") || has(b"__CLASS__, '"))
        && calls.iter().any(|sign| has(sign));
    pairs.iter().any(|sign| has(sign)) || put_together || uses_traits(text)
}

/// `use A, B;` below the top of a file: indented, and with no namespace's `{` alone around it.
fn uses_traits(text: &[u8]) -> bool {
    let class = [&b"class "[..], b"enum "]
        .iter()
        .filter_map(|word| memchr::memmem::find(text, word))
        .min();
    let body = class.map_or(&[][..], |at| &text[at..]);
    body.split(|byte| *byte == b'\n').any(|line| {
        let trimmed = line.trim_ascii_start();
        let named = trimmed.strip_prefix(b"use ").map(<[u8]>::trim_ascii_start);
        trimmed.len() < line.len() && named.is_some_and(|rest| rest.first().is_some_and(|byte| *byte != b'('))
    })
}

fn is_inside(node: Node<'_>, kind: &str) -> bool {
    let mut above = node.parent();
    while let Some(parent) = above {
        if parent.kind() == kind {
            return true;
        }
        above = parent.parent();
    }
    false
}
