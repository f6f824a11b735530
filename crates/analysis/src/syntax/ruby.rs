//! Ruby, by tree-sitter. Cyclomatic complexity as RuboCop's `Metrics/CyclomaticComplexity` counts: blocks given to
//! methods that iterate are loops, `rescue` counts once for each `begin`, `&.` once for each receiver.

use std::sync::OnceLock;

use tree_sitter::Node;

mod paths;

use super::tree::{BINARY, Context, Grammar, Private, Role, Roles, Shape, name_field};
use crate::facts::ImportKind;

pub(super) static GRAMMAR: Grammar = Grammar {
    language: || tree_sitter_ruby::LANGUAGE.into(),
    role,
    collects: &[
        "call",
        "class",
        "module",
        "assignment",
        "identifier",
        "binary",
        "constant",
        "scope_resolution",
    ],
    collect,
    and: &["&&", "and"],
    or: &["||", "or"],
    switch_head: &["value"],
    decisions,
    name: name_field,
    label: "",
    shape,
    field: None,
    binary: BINARY,
    catch_decides: false,
    closure_is_unit_at_top: false,
    roles: &ROLES,
    implicit_this: true,
    private: Private::Unknown,
    embedded: None,
    prepare: Some(prepare),
    unused_imports: None,
    mentions: &[],
};
static ROLES: Roles = OnceLock::new();

/// Makes `#` comments of `=begin` blocks: the grammar (0.23.1) ends them at an `=end` that is indented too.
fn prepare(text: &[u8]) -> Option<Vec<u8>> {
    let starts_line = |at: usize| at == 0 || text[at - 1] == b'\n';
    memchr::memmem::find(text, b"=begin")?;
    let mut prepared = text.to_vec();
    let (mut at, mut inside) = (0, false);
    while at < text.len() {
        let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |newline| at + newline);
        let line = &text[at..end];
        let is_sign = |sign: &[u8]| {
            line.strip_prefix(sign)
                .is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
        };
        inside |= starts_line(at) && is_sign(b"=begin");
        if inside {
            if let Some(first) = prepared[at..end].first_mut() {
                *first = b'#';
            }
            inside = !is_sign(b"=end");
        }
        at = end + 1;
    }
    Some(prepared)
}

/// Refuses what the grammar's scanner (0.23.1) ends the process at: it keeps the length of a here-document's name in a byte.
pub(super) fn check(text: &[u8]) -> Result<(), String> {
    const MAX: usize = 255;
    for at in memchr::memmem::find_iter(text, "<<") {
        let rest = text.get(at + 2..).unwrap_or_default();
        let rest = rest
            .strip_prefix(b"-")
            .or_else(|| rest.strip_prefix(b"~"))
            .unwrap_or(rest);
        let too_long = match rest.split_first() {
            Some((quote @ (b'\'' | b'"' | b'`'), name)) => {
                !name.iter().take(MAX + 1).any(|byte| byte == quote) && name.len() > MAX
            }
            _ => {
                rest.iter()
                    .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_' || !byte.is_ascii())
                    .take(MAX + 1)
                    .count()
                    > MAX
            }
        };
        if too_long {
            return Err("the name of a here-document is too long: lines are counted, but it is not parsed".to_owned());
        }
    }
    Ok(())
}

/// `def a; end` has no node for its body, and is a method anyway.
fn shape(node: Node<'_>) -> Shape<'_> {
    Shape {
        body: true,
        ..super::tree::shape(node)
    }
}

fn role(kind: &str) -> Role {
    match kind {
        "method" | "singleton_method" => Role::Function,
        "block" | "do_block" => Role::Closure,
        "class" | "module" => Role::Class { counted: true },
        "if" | "elsif" | "unless" | "if_modifier" | "unless_modifier" => Role::If,
        "while" | "until" | "for" | "while_modifier" | "until_modifier" => Role::Loop,
        "case" | "case_match" => Role::Switch,
        "when" | "in_clause" => Role::Case,
        "rescue" | "rescue_modifier" => Role::Catch,
        "conditional" => Role::Ternary,
        "binary" => Role::Binary,
        "parenthesized_statements" => Role::Parentheses,
        _ => Role::None,
    }
}

/// Methods of Ruby's collections whose block is a loop, as RuboCop lists them.
#[rustfmt::skip]
const ITERATING: &[&str] = &[
    "all?", "any?", "bsearch", "bsearch_index", "chain", "chunk", "chunk_while", "collect", "collect!",
    "collect_concat", "combination", "count", "cycle", "d_permutation", "delete_if", "detect", "drop", "drop_while",
    "each", "each_cons", "each_entry", "each_index", "each_key", "each_pair", "each_slice", "each_value",
    "each_with_index", "each_with_object", "entries", "fetch", "fetch_values", "filter", "filter_map", "find",
    "find_all", "find_index", "flat_map", "grep", "grep_v", "group_by", "has_key?", "inject", "keep_if", "lazy",
    "map", "map!", "max", "max_by", "merge", "merge!", "min", "min_by", "minmax", "minmax_by", "none?", "one?",
    "partition", "permutation", "product", "reduce", "reject", "reject!", "repeat", "repeated_combination",
    "reverse_each", "select", "select!", "slice_after", "slice_before", "slice_when", "sort", "sort!", "sort_by",
    "sum", "take", "take_while", "tally", "to_h", "transform_keys", "transform_keys!", "transform_values",
    "transform_values!", "uniq", "with_index", "with_object", "zip",
];

fn decisions(node: Node<'_>, _: Role) -> u32 {
    match node.kind() {
        "rescue_modifier" => 1,
        "body_statement" | "begin" | "block_body" => {
            let mut cursor = node.walk();
            u32::from(node.named_children(&mut cursor).any(|child| child.kind() == "rescue"))
        }
        "operator_assignment" => {
            let operator = node
                .child_by_field_name("operator")
                .map_or("", |operator| operator.kind());
            u32::from(matches!(operator, "||=" | "&&="))
        }
        _ => 0,
    }
}

fn collect(node: Node<'_>, context: &mut Context<'_>) {
    match node.kind() {
        "call" => call(node, context),
        "assignment" => {
            // A safe navigation of a variable that was set anew is a new decision.
            let name = context.field(node, "left").to_owned();
            context.seen.remove(&name);
        }
        "binary" => paths::add_search_path(node, context),
        "constant" | "scope_resolution" => constant(node, context),
        "identifier" => {
            let name = context.text(node);
            let bare = node
                .parent()
                .is_some_and(|parent| matches!(parent.kind(), "body_statement" | "then" | "do"));
            if bare {
                context.units.call(name);
            }
        }
        _ => {
            let name = context.field(node, "name");
            context.export(name, node);
        }
    }
}

/// A constant that the file reads: `User`, `Admin::UserPolicy`.
fn constant(node: Node<'_>, context: &mut Context<'_>) {
    let is_inner = node.parent().is_some_and(|parent| parent.kind() == "scope_resolution");
    let name = context.text(node);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_');
    if !is_inner && name.len() <= 200 && name.bytes().all(plain) {
        context.mentions.insert(name);
    }
}

fn call(node: Node<'_>, context: &mut Context<'_>) {
    let method = context.field(node, "method");
    let receiver = context.field(node, "receiver");
    let arguments = node.child_by_field_name("arguments");
    let has_block = node.child_by_field_name("block").is_some()
        || arguments.is_some_and(|list| {
            let mut cursor = list.walk();
            list.named_children(&mut cursor)
                .any(|child| child.kind() == "block_argument")
        });
    if has_block && ITERATING.contains(&method) {
        context.units.decide(1);
    }
    let safe = node
        .child_by_field_name("operator")
        .is_some_and(|operator| context.text(operator) == "&.");
    if safe {
        let variable = node
            .child_by_field_name("receiver")
            .is_some_and(|receiver| receiver.kind() == "identifier");
        if !variable || context.seen.insert(receiver.to_owned()) {
            context.units.decide(1);
        }
    }
    if receiver.is_empty() || receiver == "self" {
        context.units.call(method);
    }
    paths::add_search_path(node, context);
    if receiver.is_empty() && matches!(method, "require" | "require_relative" | "load" | "autoload") {
        let argument = arguments.and_then(|list| {
            let mut cursor = list.walk();
            list.named_children(&mut cursor).last()
        });
        let Some(path) = argument.and_then(|argument| paths::path(argument, context, 0)) else {
            return;
        };
        let relative = method == "require_relative" && !path.starts_with('.');
        let specifier = if relative { format!("./{path}") } else { path };
        let kind = if context.units.is_inside() || method == "autoload" {
            ImportKind::Dynamic
        } else {
            ImportKind::Static
        };
        context.import(&specifier, kind, node, Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::snapshot;

    #[test]
    fn a_here_document_whose_name_is_too_long_is_refused() {
        let long = "N".repeat(256);
        for start in ["", "-", "~"] {
            for (open, close) in [("", ""), ("'", "'"), ("\"", "\""), ("`", "")] {
                let text = format!("a = <<{start}{open}{long}{close}\n{long}\n");
                assert!(super::check(text.as_bytes()).is_err(), "{text}");
            }
        }
        let text = format!("a << \"{long}\"\n");
        assert!(super::check(text.as_bytes()).is_ok(), "no here-document");
        let most = "N".repeat(255);
        let shown = snapshot("ruby", &format!("a = <<{most}\ntext\n{most}\ndef f\nend\n"));
        assert!(shown.contains('f'), "the longest name is parsed: {shown}");
    }

    #[test]
    fn ruby() {
        insta::assert_snapshot!(snapshot(
            "ruby",
            r#"
require 'json'
require_relative "lib/a"

module Shapes
  class Shape < Base
    def area(a, b = 1, *rest)
      return 1 if a && b                 # +1, run +1
      @cache ||= {}
      rest.each do |x|                   # a loop for RuboCop
        if x > 1                         # +2
          next unless x                  # +3
        elsif a or b and x               # +1, two runs +2
          run
        else                             # +1
          if a then b end                # +3
        end
      end
      case a                             # +1
      when 1, 2 then 3
      when 4 then a ? 1 : 2              # +2
      else 5
      end
    rescue E => e                        # +1
      a&.b
      a&.c
    rescue F                             # +1
      area(1)                            # recursion +1
    end

    def self.make = new

    def loops
      x until done                       # +1
      y while a || b                     # +1, run +1
      z rescue nil                       # +1
      items.map(&:to_s)
    end
  end
end
"#
        ));
    }
}
