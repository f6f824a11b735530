//! What a grammar takes for a function where it cannot read the code: after a macro, or a part that `#if` leaves out.

use tree_sitter::Node;

use super::Walk;

/// Words of C, C++, C# and Java that no function has as its name.
const WORDS: &[&str] = &[
    "if", "else", "for", "while", "do", "switch", "case", "return", "catch", "try",
];

/// Words of C and C++ only.
const C_WORDS: &[&str] = &[
    "sizeof",
    "goto",
    "namespace",
    "class",
    "struct",
    "union",
    "enum",
    "typedef",
    "new",
    "delete",
    "throw",
    "extern",
    "static",
    "inline",
    "template",
    "using",
    "defined",
];

impl Walk<'_> {
    /// Whether the function at `node` is none: one of C or C++ inside of another, or one with a word of the language as its name.
    pub(super) fn is_misread(&self, node: Node<'_>) -> bool {
        let is_c = matches!(self.context.language, "c" | "cpp");
        if !is_c && !matches!(self.context.language, "csharp" | "java") {
            return false;
        }
        let around = self.frames.iter().rev().find(|frame| frame.unit || frame.class);
        let name = (self.grammar.name)(node, &self.context).1;
        let name = name.as_str();
        (is_c && around.is_some_and(|frame| frame.unit)) || WORDS.contains(&name) || (is_c && C_WORDS.contains(&name))
    }
}
