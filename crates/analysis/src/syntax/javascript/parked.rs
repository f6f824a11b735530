//! Imports that are commented out: a feature is parked, and what it would use is kept for it.

use oxc_ast::ast::Program;

/// The names that imports in comments would bring in, and the relative paths of their modules. Sorted.
pub(super) fn parked(program: &Program<'_>, text: &str) -> Vec<Box<str>> {
    let mut found = Vec::new();
    for comment in &program.comments {
        let rest = &text[comment.span.end as usize..];
        let text = comment.content_span().source_text(text);
        if is_list(text) && is_inside_of_import(rest) {
            found.extend(
                text.split([',', ' ', '\n'])
                    .map(str::trim)
                    .filter(|name| !name.is_empty())
                    .map(Into::into),
            );
            continue;
        }
        if !text.contains("import") && !text.contains("require(") {
            continue;
        }
        for line in text.split(['\n', ';']) {
            of_line(line.trim_start_matches([' ', '*', '/', '\t']), &mut found);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// `import { a, b as c } from './d'`, `const { a } = require('./d')`, also behind words such as `TODO:`.
fn of_line(line: &str, found: &mut Vec<Box<str>>) {
    let parts = line
        .split_once(" from ")
        .or_else(|| line.split_once("require("))
        .filter(|(before, _)| before.contains("import ") || before.contains('='));
    let Some((before, after)) = parts else { return };
    let Some(path) = quoted(after).filter(|path| path.starts_with('.')) else {
        return;
    };
    found.push(path.into());
    let names = match before.split_once('{').and_then(|(_, rest)| rest.split_once('}')) {
        Some((names, _)) => names,
        None => return,
    };
    let imported = |part: &str| {
        let first = part
            .trim()
            .trim_start_matches("type ")
            .split([' ', ':'])
            .next()?
            .to_owned();
        (!first.is_empty()).then_some(first)
    };
    found.extend(names.split(',').filter_map(imported).map(String::into_boxed_str));
}

/// Only names and commas: `/*, elastic */`.
fn is_list(text: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c.is_whitespace() || matches!(c, ',' | '_' | '$');
    text.contains(char::is_alphabetic) && text.chars().all(is_part)
}

/// Whether the text behind a comment goes on as `} from './a'` or `} = require('./a')`.
fn is_inside_of_import(rest: &str) -> bool {
    let Some((inner, after)) = rest.split_once('}') else {
        return false;
    };
    let after = after.trim_start();
    !inner.contains([';', '{', '('])
        && (after.starts_with("from ") || after.trim_start_matches(['=', ' ']).starts_with("require("))
}

/// The text in quotes at the beginning.
fn quoted(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
    text[1..].split_once(quote).map(|(inner, _)| inner)
}
