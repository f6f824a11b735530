//! JavaScript, TypeScript, JSX and TSX, by oxc. Cyclomatic complexity as ESLint's rule `complexity` counts (classic):
//! every function, arrow, method and accessor is a unit that adds nothing to the one around it; defaults, `?.`, `??` and
//! logical assignments are decisions.
//!
//! # Passes
//!
//! A program is parsed once and traversed by four passes, in this order:
//!
//! | pass | collects | why it is a pass of its own |
//! | --- | --- | --- |
//! | oxc's `SemanticBuilder` ([`imports_without_value`]) | which imported names are used, and how | a name may be used before and behind its import, in scopes that hide it; only files with imports need it |
//! | [`FactsPass`] (`visit.rs`) | function units, imports, exports, comments, templates | it goes through the text from the top to the end |
//! | `CallsPass` (`calls/visit.rs`) | definitions, and the values that calls hang on | it reads the body of a function after the code around it, and needs the numbers of the imports |
//! | `SitesPass` (`security/code/javascript/visit.rs`) | calls and assignments that security rules judge | only files with a word of a rule need it; it has two rounds, because a value may be assigned behind its use |

use std::collections::{HashMap, HashSet};

use oxc_allocator::Allocator;
use oxc_ast::ast::*;
use oxc_ast_visit::Visit;
use oxc_parser::{ParseOptions, Parser};
use oxc_semantic::SemanticBuilder;
use oxc_span::{SourceType, Span};

use super::Lines;
use crate::calls::ImportId;
use crate::facts::{ImportedName, Syntax};
use crate::language::{Span as TextSpan, SpanKind};
use crate::security::code;
use crate::units::{CognitiveRules, Units};

mod calls;
mod modules;
mod parked;
mod paths;
mod units;
mod visit;

/// # Errors
/// A sentence for the report.
pub(super) fn facts(path: &str, text: &str, rules: CognitiveRules) -> Result<Syntax, String> {
    let lines = Lines::new(text.as_bytes());
    let allocator = Allocator::default();
    for source_type in source_types(path) {
        let options = ParseOptions {
            preserve_parens: false,
            allow_return_outside_function: true,
            ..ParseOptions::default()
        };
        let parsed = Parser::new(&allocator, text, source_type).with_options(options).parse();
        if parsed.panicked {
            continue;
        }
        let mut walk = FactsPass::new(text, &lines, &parsed.program, rules);
        walk.syntax.errors = !parsed.diagnostics.is_empty();
        walk.syntax.unread = u32::try_from(parsed.diagnostics.len()).unwrap_or(u32::MAX);
        walk.units.declaring_is_free = !rules.nested_apart;
        walk.syntax.entry_point = parsed.program.hashbang.is_some();
        walk.references(&parsed.program);
        walk.visit_program(&parsed.program);
        walk.name_members();
        walk.keep_used_exports();
        walk.comments(&parsed.program);
        walk.syntax.mentions = parked::parked(&parsed.program, text);
        let FactsPass {
            units,
            mut syntax,
            numbers,
            type_queries,
            ..
        } = walk;
        syntax.functions = units.finish();
        syntax.risks = code::findings(
            "javascript",
            path,
            text.as_bytes(),
            &code::javascript::sites(&parsed.program, text),
        );
        syntax.calls = calls::calls(&lines, &parsed.program, &numbers, &type_queries);
        return Ok(syntax);
    }
    Err("its syntax is broken: lines are counted, but it is not parsed".to_owned())
}

/// The offsets of imported names that are neither read nor exported nor used as a type, and of those that are used as types
/// only: TypeScript leaves both out of the program, unless `verbatimModuleSyntax` is set.
fn imports_without_value(program: &Program<'_>, text: &str) -> (HashSet<u32>, HashSet<u32>) {
    let all = || {
        let imports = program.body.iter().filter_map(|statement| match statement {
            Statement::ImportDeclaration(it) => Some(it),
            _ => None,
        });
        imports.flat_map(|it| {
            it.specifiers
                .iter()
                .flatten()
                .map(move |specifier| (it, specifier.local()))
        })
    };
    if all().next().is_none() {
        return (HashSet::new(), HashSet::new());
    }
    let semantic = SemanticBuilder::new().with_build_nodes(false).build(program).semantic;
    let scoping = semantic.scoping();
    let is_unused = |id: &BindingIdentifier<'_>| {
        id.symbol_id
            .get()
            .is_some_and(|symbol| scoping.symbol_is_unused(symbol))
    };
    // JSX compiles to a call of a factory that the text does not name.
    let jsx = program.source_type.is_jsx() && (text.contains("/>") || text.contains("</"));
    let is_factory = |name: &str| jsx && (matches!(name, "React" | "h" | "Fragment") || text.contains("@jsx"));
    // All of a package may be imported for what loading it does.
    let unused = all()
        .filter(|(it, id)| !is_whole_package(it) && is_unused(id) && !is_explained(program, text, it))
        .filter(|(it, id)| !is_documented(program, text, &id.name) && !is_augmented(text, &it.source.value))
        .filter(|(_, id)| !is_factory(&id.name) && !is_exempt(text, id.span.start as usize))
        .map(|(_, id)| id.span.start)
        .collect();
    // Decorators may keep the types of parameters at run time.
    let is_decorated = || text.contains("(@") || text.lines().any(|line| line.trim_start().starts_with('@'));
    if !program.source_type.is_typescript() || is_decorated() {
        return (unused, HashSet::new());
    }
    let is_type = |id: &BindingIdentifier<'_>| {
        id.symbol_id.get().is_some_and(|symbol| {
            let mut uses = scoping.get_resolved_references(symbol).peekable();
            uses.peek().is_some() && uses.all(|used| !used.flags().is_value() || used.flags().is_value_as_type())
        })
    };
    let types = all()
        .filter(|(_, id)| is_type(id) && !is_factory(&id.name))
        .map(|(_, id)| id.span.start);
    (unused, types.collect())
}

/// Whether a comment above the import gives the reason for it: `// must remain here`, `// do not remove`.
fn is_explained(program: &Program<'_>, text: &str, it: &ImportDeclaration<'_>) -> bool {
    const REASONS: &[&str] = &[
        "must remain",
        "do not remove",
        "don't remove",
        "keep this",
        "side effect",
        "side-effect",
    ];
    let mut above = program
        .comments
        .iter()
        .filter(|comment| comment.attached_to == it.span.start);
    above.any(|comment| {
        let text = comment.span.source_text(text).to_lowercase();
        REASONS.iter().any(|reason| text.contains(reason))
    })
}

/// `declare module 'vue/types/vue'` adds to a package, which the file has to import for that.
fn is_augmented(text: &str, package: &str) -> bool {
    text.match_indices("declare module ").any(|(at, sign)| {
        let rest = text[at + sign.len()..].trim_start_matches(['\'', '"']);
        rest.strip_prefix(package)
            .is_some_and(|rest| rest.starts_with(['\'', '"', '/']))
    })
}

/// `import * as bootstrap from 'bootstrap'`
fn is_whole_package(it: &ImportDeclaration<'_>) -> bool {
    let specifiers = it.specifiers.as_ref().map_or(&[][..], |list| list.as_slice());
    let is_namespace = |specifier: &ImportDeclarationSpecifier<'_>| {
        matches!(specifier, ImportDeclarationSpecifier::ImportNamespaceSpecifier(_))
    };
    !it.source.value.starts_with('.') && !it.import_kind.is_type() && specifiers.iter().any(is_namespace)
}

/// A documentation comment names it: `{@link Name}`, `@param {Name} a`, `@see Name`.
fn is_documented(program: &Program<'_>, text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let comments = program.comments.iter().filter(|comment| comment.is_block());
    let mut comments = comments.map(|comment| comment.span.source_text(text));
    comments.any(|comment| {
        comment.starts_with("/**")
            && comment.contains('@')
            && comment.match_indices(name).any(|(at, _)| {
                let (before, after) = (&comment[..at], &comment[at + name.len()..]);
                let whole = !before.ends_with(is_word) && !after.starts_with(is_word);
                let line = before.rsplit('\n').next().unwrap_or_default();
                whole && (line.contains('{') || line.contains('@'))
            })
    })
}

/// Comments of ESLint, oxlint and Biome that allow an unused import: for the file, or for the line at `offset`.
fn is_exempt(text: &str, offset: usize) -> bool {
    if !text.contains("lint-disable") && !text.contains("biome-ignore") {
        return false;
    }
    let covers = |line: &str, sign: &str| {
        let rules = line.split_once(sign).map(|(_, rest)| rest.trim_start());
        rules.is_some_and(|rules| rules.starts_with(['*', '-']) || rules.is_empty() || rules.contains("unused"))
    };
    let whole =
        |line: &str| (covers(line, "lint-disable") && !line.contains("-line")) || covers(line, "biome-ignore-all");
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let own = text[start..].lines().next().unwrap_or_default();
    let above = text[..start].lines().next_back().unwrap_or_default();
    covers(own, "lint-disable-line")
        || covers(above, "lint-disable-next-line")
        || (above.contains("biome-ignore") && above.contains("noUnusedImports"))
        || text.lines().any(whole)
}

/// How to read a file, the likeliest first.
fn source_types(path: &str) -> Vec<SourceType> {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let js = SourceType::unambiguous().with_jsx(true);
    match name.rsplit('.').next().unwrap_or_default() {
        "ts" | "mts" | "cts" if name.contains(".d.") => vec![SourceType::d_ts(), SourceType::ts()],
        "ts" | "mts" | "cts" => vec![SourceType::ts(), SourceType::tsx()],
        "tsx" => vec![SourceType::tsx()],
        "mjs" => vec![SourceType::mjs().with_jsx(true)],
        "cjs" => vec![SourceType::cjs().with_jsx(true), js],
        // Types in a `.js` file are Flow's; TypeScript's grammar reads most of them.
        _ => vec![js, SourceType::script().with_jsx(true), SourceType::tsx()],
    }
}

struct FactsPass<'l> {
    lines: &'l Lines,
    /// The positions of the names of unused imports.
    unused: HashSet<u32>,
    /// The positions of imported names that are only types.
    types: HashSet<u32>,
    units: Units,
    syntax: Syntax,
    /// The name of the function that comes next.
    name: Option<String>,
    classes: Vec<String>,
    /// The runs of the logical operation that comes next are counted already.
    counted: bool,
    /// The import at each offset.
    numbers: HashMap<u32, ImportId>,
    /// The members that are taken from the `require` that comes next, where they are not all of it.
    taken: Option<Vec<ImportedName>>,
    /// Names that are bound to whole modules.
    whole: modules::Whole,
    /// Names in type queries: `typeof a`.
    type_queries: Vec<String>,
    /// Offsets of the specifiers of imports, and of what only exports something.
    specifiers: HashSet<u32>,
    /// Offsets of statements whose comment marks them as public.
    public_at: HashSet<u32>,
    /// Places of exports that are constants.
    constants: Vec<usize>,
    is_public: bool,
    /// Names that the file reads.
    referenced: rustc_hash::FxHashSet<compact_str::CompactString>,
    /// The file's own name of its default export.
    default_name: Option<compact_str::CompactString>,
}

impl<'l> FactsPass<'l> {
    fn new(text: &str, lines: &'l Lines, program: &Program<'_>, rules: CognitiveRules) -> Self {
        let (unused, types) = imports_without_value(program, text);
        Self {
            lines,
            unused,
            types,
            units: Units::new(rules),
            syntax: Syntax::default(),
            name: None,
            classes: Vec::new(),
            counted: false,
            numbers: HashMap::new(),
            taken: None,
            whole: modules::Whole::new(text),
            type_queries: Vec::new(),
            specifiers: HashSet::new(),
            public_at: public_at(program, text),
            constants: Vec::new(),
            is_public: false,
            referenced: rustc_hash::FxHashSet::default(),
            default_name: None,
        }
    }
}

/// `@public`, `@api`, "exported for testing"
fn public_at(program: &Program<'_>, text: &str) -> HashSet<u32> {
    let comments = program.comments.iter().filter(|comment| {
        let text = comment.span.source_text(text);
        let has = |tag: &str| {
            text.split_once(tag)
                .is_some_and(|(_, rest)| !rest.starts_with(char::is_alphanumeric))
        };
        let is_for_tests = [
            "for test",
            "for unit test",
            "testing only",
            "testing purposes",
            "used in tests",
        ]
        .iter()
        .any(|words| text.contains(words));
        is_for_tests || (text.starts_with("/**") && (has("@public") || has("@api")))
    });
    comments.map(|comment| comment.attached_to).collect()
}

impl FactsPass<'_> {
    fn line(&self, span: Span) -> u32 {
        self.lines.of(span.start)
    }
}

impl FactsPass<'_> {
    /// Comments, beside the templates that the walk has found.
    fn comments(&mut self, program: &Program<'_>) {
        let hashbang = program.hashbang.iter().map(|hashbang| hashbang.span);
        let comments = hashbang.chain(program.comments.iter().map(|comment| comment.span));
        self.syntax
            .spans
            .extend(comments.map(|span| TextSpan::new(span.start as usize, span.end as usize, SpanKind::Comment)));
        self.syntax
            .spans
            .sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    }
}

fn property_name(key: &PropertyKey<'_>) -> Option<String> {
    match key {
        PropertyKey::PrivateIdentifier(id) => Some(format!("#{}", id.name)),
        _ => key.static_name().map(|name| name.to_string()),
    }
}

#[cfg(test)]
mod tests;
