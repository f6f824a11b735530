//! Members of the own object that are only given fixed texts: `self.table` with `table = 'a'` in each class of the file.

use super::words;

/// What the own object is called.
const OWN: &[&str] = &["self.", "cls.", "this.", "$this->", "self::", "static::", "@"];

/// Whether each assignment of a member in the file is of a fixed text, and there is one.
pub(super) fn is_fixed(text: &str, name: &str) -> bool {
    let Some(member) = OWN.iter().find_map(|own| name.strip_prefix(own)) else {
        return false;
    };
    let member = member.trim_start_matches('$');
    if member.is_empty() || member.contains(['.', '-', ':', '[', '(']) {
        return false;
    }
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut any = false;
    let all = text.match_indices(member).all(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + member.len()..]);
        if before.chars().next_back().is_some_and(is_part) || after.chars().next().is_some_and(is_part) {
            return true;
        }
        let Some(value) = assigned(after) else {
            return true;
        };
        any = true;
        is_own(before) && words::is_fixed(without_comment(value))
    });
    all && any
}

/// Whether a name behind this text is no member of another object.
fn is_own(before: &str) -> bool {
    let bare = before.trim_end_matches('$');
    let is_of_other = bare.ends_with('.') || bare.ends_with("->") || bare.ends_with("::");
    !is_of_other || OWN.iter().any(|own| bare.ends_with(own))
}

/// What is assigned right behind a name: ` = …`, `: str = …`, ` += …`.
fn assigned(after: &str) -> Option<&str> {
    let line = after.lines().next().unwrap_or_default();
    let typed = line
        .strip_prefix(':')
        .and_then(|rest| rest.find('=').map(|at| &rest[at..]));
    let rest = typed.unwrap_or(line).trim_start();
    let changed = ["+=", ".=", "<<", "||="]
        .iter()
        .find_map(|mark| rest.strip_prefix(mark));
    if let Some(value) = changed {
        return Some(value);
    }
    let value = rest.strip_prefix('=')?;
    (!value.starts_with(['=', '~', '>'])).then_some(value)
}

/// The value alone: without what is behind it in the line.
fn without_comment(value: &str) -> &str {
    let value = value.trim();
    let end = [" #", " //", ";"].iter().filter_map(|mark| value.find(mark)).min();
    value[..end.unwrap_or(value.len())].trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_with_fixed_texts() {
        for (text, name) in [
            (
                "class A:\n  name = None\nclass B(A):\n  name = 'session'\n",
                "self.name",
            ),
            (
                "class A:\n  table: str = 'a'  # x\n  def f(self): return self.table\n",
                "self.table",
            ),
            ("class A { private $table = 'a'; }", "$this->table"),
            ("class A\n  def initialize\n    @table = 'a'\n", "@table"),
            ("class A { constructor() { this.table = 'a'; } }", "this.table"),
        ] {
            assert!(is_fixed(text, name), "{text}");
        }
        for (text, name) in [
            (
                "class A:\n  def __init__(self, name):\n    self.name = name\n",
                "self.name",
            ),
            ("class A:\n  name = 'a'\n  def f(self, x): self.name = x\n", "self.name"),
            (
                "class A:\n  name = 'a'\n  def f(self, x): self.name += x\n",
                "self.name",
            ),
            ("class A: pass\n", "self.name"),
            ("b.name = 'a'\n", "self.name"),
            ("name = 'a'\n", "name"),
        ] {
            assert!(!is_fixed(text, name), "{text}");
        }
    }
}
