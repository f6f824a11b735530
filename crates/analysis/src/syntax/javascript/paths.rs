//! Texts of a module that are the paths of files: what it starts or reads, and not what it imports.

use oxc_ast::ast::*;
use oxc_span::GetSpan;

use super::FactsPass;

/// The most paths of one file.
const MAX_PATHS: usize = 200;

impl FactsPass<'_> {
    /// Notes where the specifier of an import is: it is no path of another kind.
    pub(super) fn note_specifier(&mut self, at: &impl GetSpan) {
        self.specifiers.insert(at.span().start);
    }

    /// `fork('./a/b.js')`: relative to the file, or to where the program is started.
    pub(super) fn path_literal(&mut self, it: &StringLiteral<'_>) {
        if !self.specifiers.contains(&it.span.start) && is_file(&it.value) && it.value.contains('/') {
            let below = it.value.trim_start_matches("./").trim_start_matches('/');
            self.load(if it.value.starts_with("../") {
                it.value.to_string()
            } else {
                format!("./{below}")
            });
            self.load(format!("/{below}"));
        } else if !self.specifiers.contains(&it.span.start) && is_module(&it.value) {
            // A file of any ending, or of a folder of this name.
            self.load(format!("{}.", it.value));
            self.load(format!("{}/index.", it.value));
        }
    }

    /// `path.join(__dirname, 'a', 'b.js')`, `require.resolve('./a')`.
    pub(super) fn path_call(&mut self, it: &CallExpression<'_>) {
        let name = match &it.callee {
            Expression::Identifier(id) => id.name.as_str(),
            Expression::StaticMemberExpression(member) => member.property.name.as_str(),
            _ => return,
        };
        if !matches!(name, "join" | "resolve") {
            return;
        }
        let literal = |argument: &Argument<'_>| match argument {
            Argument::StringLiteral(text) => Some(text.value.to_string()),
            _ => None,
        };
        let Some((first, rest)) = it.arguments.split_first() else {
            return;
        };
        if let (Some(path), true) = (literal(first), rest.is_empty()) {
            if name == "resolve" && path.starts_with('.') {
                self.load(path);
            }
            return;
        }
        let parts: Option<Vec<String>> = rest.iter().map(literal).collect();
        if let (true, Some(parts)) = (first.as_expression().is_some_and(is_own_folder), parts) {
            let path = parts.join("/");
            if is_file(&path) || path.rsplit('/').next().is_some_and(|name| !name.contains('.')) {
                self.load(format!("./{path}"));
            }
        }
    }

    /// `` `${__dirname}/a.js` ``
    pub(super) fn path_template(&mut self, it: &TemplateLiteral<'_>) {
        if let ([folder], [start, rest]) = (it.expressions.as_slice(), it.quasis.as_slice())
            && start.value.raw.is_empty()
            && is_own_folder(folder)
            && is_file(&rest.value.raw)
        {
            self.load(format!(".{}", rest.value.raw));
        }
    }

    fn load(&mut self, path: String) {
        if self.syntax.loads.len() < MAX_PATHS && path.len() > 2 {
            self.syntax.loads.push(path.into());
        }
    }
}

/// `__dirname`, `import.meta.dirname`.
fn is_own_folder(it: &Expression<'_>) -> bool {
    match it.get_inner_expression() {
        Expression::Identifier(id) => id.name == "__dirname",
        Expression::StaticMemberExpression(member) => {
            member.property.name == "dirname" && matches!(member.object, Expression::ImportMeta(_))
        }
        _ => false,
    }
}

/// `'./client-module'`: a module beside the file, which a framework loads.
fn is_module(text: &str) -> bool {
    const MAX_LENGTH: usize = 100;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/' | b'-' | b'_');
    let name = text.rsplit('/').next().unwrap_or_default();
    text.starts_with("./")
        && text.len() <= MAX_LENGTH
        && text.bytes().all(is_plain)
        && name.len() > 2
        && !name.contains('.')
}

fn is_file(text: &str) -> bool {
    let ending = text.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_code = matches!(
        ending,
        "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" | "vue" | "svelte"
    );
    is_code && text.len() <= 300 && !text.contains(['*', ' ', '\n', '<']) && !text.contains("://")
}
