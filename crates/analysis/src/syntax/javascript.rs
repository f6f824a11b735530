//! JavaScript, TypeScript, JSX and TSX, by oxc. Cyclomatic complexity as ESLint's rule `complexity` counts (classic):
//! every function, arrow, method and accessor is a unit that adds nothing to the one around it; defaults, `?.`, `??` and
//! logical assignments are decisions.

use std::collections::{HashMap, HashSet};

use oxc_allocator::Allocator;
use oxc_ast::ast::*;
use oxc_ast_visit::{Visit, walk};
use oxc_parser::{ParseOptions, Parser};
use oxc_semantic::SemanticBuilder;
use oxc_span::{GetSpan, SourceType, Span};
use oxc_syntax::scope::ScopeFlags;

use super::Lines;
use crate::facts::{ImportedName, Syntax};
use crate::language::{Span as TextSpan, SpanKind};
use crate::security::code;
use crate::units::{CognitiveRules, Units, runs};

mod calls;
mod modules;
mod paths;

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
        let (unused, types) = imports_without_value(&parsed.program, text);
        let mut walk = Walk {
            lines: &lines,
            unused,
            types,
            units: Units::new(rules),
            syntax: Syntax {
                errors: !parsed.diagnostics.is_empty(),
                ..Syntax::default()
            },
            name: None,
            classes: Vec::new(),
            counted: false,
            numbers: HashMap::new(),
            taken: None,
            whole: modules::Whole::new(text),
            type_queries: Vec::new(),
            specifiers: HashSet::new(),
            public_at: public_at(&parsed.program, text),
            is_public: false,
            referenced: rustc_hash::FxHashSet::default(),
            default_name: None,
        };
        walk.units.declaring_is_free = !rules.nested_apart;
        walk.syntax.entry_point = parsed.program.hashbang.is_some();
        walk.references(&parsed.program);
        walk.visit_program(&parsed.program);
        walk.name_members();
        walk.keep_used_exports();
        walk.comments(&parsed.program);
        let Walk {
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
            &code::javascript::sites(&parsed.program),
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
        .filter(|(it, id)| !is_whole_package(it) && is_unused(id))
        .filter(|(_, id)| !is_documented(program, text, &id.name))
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

struct Walk<'l> {
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
    numbers: HashMap<u32, u32>,
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
    is_public: bool,
    /// Names that the file reads.
    referenced: rustc_hash::FxHashSet<compact_str::CompactString>,
    /// The file's own name of its default export.
    default_name: Option<compact_str::CompactString>,
}

/// `@public`, `@api`
fn public_at(program: &Program<'_>, text: &str) -> HashSet<u32> {
    let comments = program.comments.iter().filter(|comment| {
        let text = comment.span.source_text(text);
        let has = |tag: &str| {
            text.split_once(tag)
                .is_some_and(|(_, rest)| !rest.starts_with(char::is_alphanumeric))
        };
        text.starts_with("/**") && (has("@public") || has("@api"))
    });
    comments.map(|comment| comment.attached_to).collect()
}

impl Walk<'_> {
    fn line(&self, span: Span) -> u32 {
        self.lines.of(span.start)
    }

    fn open(&mut self, name: Option<String>, at: Span, whole: Span, parameters: usize) {
        let own = name.unwrap_or_default();
        let class = self.classes.last().filter(|class| !class.is_empty());
        let full = match (own.as_str(), class) {
            ("", _) => "<anonymous>".to_owned(),
            (own, Some(class)) => format!("{class}.{own}"),
            (own, None) => own.to_owned(),
        };
        let end = self.lines.of(whole.end.saturating_sub(1).max(whole.start));
        self.units.open(&full, &own, self.line(at), end, parameters);
        // Functions inside of a method belong to it, not to the class.
        self.classes.push(String::new());
    }

    fn close(&mut self) {
        self.classes.pop();
        self.units.close();
    }

    /// Walks an expression that may be a function, which then has this name.
    fn named(&mut self, name: Option<String>, expression: &Expression<'_>, walk: impl FnOnce(&mut Self)) {
        let takes = matches!(
            expression.get_inner_expression(),
            Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) | Expression::ClassExpression(_)
        );
        self.name = name.filter(|_| takes);
        walk(self);
        self.name = None;
    }

    fn loop_body<'a>(&mut self, body: &Statement<'a>)
    where
        Self: Visit<'a>,
    {
        self.units.nest();
        self.visit_statement(body);
        self.units.unnest();
    }

    fn branch<'a>(&mut self, it: &IfStatement<'a>, is_else_if: bool)
    where
        Self: Visit<'a>,
    {
        self.units.decide(1);
        if is_else_if {
            self.units.flat(1);
        } else {
            self.units.structural();
        }
        self.visit_expression(&it.test);
        self.loop_body(&it.consequent);
    }

    /// The cost of a sequence of logical operators.
    fn sequence(&self, it: &LogicalExpression<'_>) -> u32 {
        let operators = operators(it);
        if self.units.rules.or_counts {
            return runs(&operators);
        }
        let groups = operators.chunk_by(|a, b| a == b);
        let ands = groups.filter(|group| group[0] == LogicalOperator::And).count();
        u32::try_from(ands).unwrap_or(u32::MAX)
    }

    /// A class's field: its initialiser runs on its own, so it is a unit where it decides anything.
    fn field<'a>(&mut self, key: &PropertyKey<'a>, computed: bool, value: Option<&Expression<'a>>, whole: Span)
    where
        Self: Visit<'a>,
    {
        if computed {
            self.visit_property_key(key);
        }
        let Some(value) = value else { return };
        let name = property_name(key);
        self.open(name.clone(), key.span(), whole, 0);
        self.classes.pop();
        self.named(name, value, |walk| walk.visit_expression(value));
        self.units.close_if_it_decides();
    }
}

impl Walk<'_> {
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

impl<'a> Visit<'a> for Walk<'_> {
    fn visit_string_literal(&mut self, it: &StringLiteral<'a>) {
        self.path_literal(it);
    }

    fn visit_template_literal(&mut self, it: &TemplateLiteral<'a>) {
        self.path_template(it);
        walk::walk_template_literal(self, it);
    }

    fn visit_template_element(&mut self, it: &TemplateElement<'a>) {
        let (start, end) = (it.span.start, it.span.end);
        if self.lines.of(start) != self.lines.of(end) {
            self.syntax
                .spans
                .push(TextSpan::new(start as usize, end as usize, SpanKind::Text));
        }
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        let pending = self.name.take();
        if it.body.is_none() {
            return walk::walk_function(self, it, flags);
        }
        let (name, at) = match &it.id {
            Some(id) => (Some(id.name.to_string()), id.span),
            None => (pending, it.span),
        };
        self.open(
            name,
            at,
            it.span,
            it.params.items.len() + usize::from(it.params.rest.is_some()),
        );
        walk::walk_function(self, it, flags);
        self.close();
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        let name = self.name.take();
        self.open(
            name,
            it.span,
            it.span,
            it.params.items.len() + usize::from(it.params.rest.is_some()),
        );
        walk::walk_arrow_function_expression(self, it);
        self.close();
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        let pending = self.name.take();
        self.syntax.classes += 1;
        self.classes.push(
            it.id
                .as_ref()
                .map(|id| id.name.to_string())
                .or(pending)
                .unwrap_or_default(),
        );
        walk::walk_class(self, it);
        self.classes.pop();
    }

    fn visit_method_definition(&mut self, it: &MethodDefinition<'a>) {
        for decorator in &it.decorators {
            self.visit_decorator(decorator);
        }
        if it.computed {
            self.visit_property_key(&it.key);
        }
        if it.value.body.is_none() {
            return self.visit_function(&it.value, ScopeFlags::Function);
        }
        let params = &it.value.params;
        self.open(
            property_name(&it.key),
            it.key.span(),
            it.span,
            params.items.len() + usize::from(params.rest.is_some()),
        );
        walk::walk_function(self, &it.value, ScopeFlags::Function);
        self.close();
    }

    fn visit_property_definition(&mut self, it: &PropertyDefinition<'a>) {
        for decorator in &it.decorators {
            self.visit_decorator(decorator);
        }
        if let Some(annotation) = &it.type_annotation {
            self.visit_ts_type_annotation(annotation);
        }
        self.field(&it.key, it.computed, it.value.as_ref(), it.span);
    }

    fn visit_accessor_property(&mut self, it: &AccessorProperty<'a>) {
        for decorator in &it.decorators {
            self.visit_decorator(decorator);
        }
        self.field(&it.key, it.computed, it.value.as_ref(), it.span);
    }

    fn visit_static_block(&mut self, it: &StaticBlock<'a>) {
        self.open(Some("static".to_owned()), it.span, it.span, 0);
        walk::walk_static_block(self, it);
        self.classes.pop();
        self.units.close_if_it_decides();
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        self.visit_binding_pattern(&it.id);
        if let Some(annotation) = &it.type_annotation {
            self.visit_ts_type_annotation(annotation);
        }
        if let Some(init) = &it.init {
            let name = it.id.get_binding_identifier().map(|id| id.name.to_string());
            self.taken = modules::destructured(&it.id, init);
            self.whole.declares(&it.id, init);
            self.named(name, init, |walk| walk.visit_expression(init));
        }
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        if it.computed {
            self.visit_property_key(&it.key);
        }
        self.named(property_name(&it.key), &it.value, |walk| {
            walk.visit_expression(&it.value)
        });
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        if it.operator.is_logical() {
            self.units.decide(1);
        }
        self.commonjs_export(it);
        self.visit_assignment_target(&it.left);
        let name = match &it.left {
            AssignmentTarget::AssignmentTargetIdentifier(id) => Some(id.name.to_string()),
            AssignmentTarget::StaticMemberExpression(member) => Some(member.property.name.to_string()),
            _ => None,
        };
        self.named(name, &it.right, |walk| walk.visit_expression(&it.right));
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        // A loop: a chain of `else if` may be long.
        let mut link = it;
        self.branch(link, false);
        loop {
            match &link.alternate {
                None => return,
                Some(Statement::IfStatement(next)) => {
                    link = next;
                    self.branch(link, true);
                }
                Some(last) => {
                    self.units.flat(1);
                    return self.loop_body(last);
                }
            }
        }
    }

    fn visit_conditional_expression(&mut self, it: &ConditionalExpression<'a>) {
        self.units.decide(1);
        self.units.structural();
        self.visit_expression(&it.test);
        self.units.nest();
        self.visit_expression(&it.consequent);
        self.visit_expression(&it.alternate);
        self.units.unnest();
    }

    fn visit_for_statement(&mut self, it: &ForStatement<'a>) {
        self.units.decide(1);
        self.units.structural();
        if let Some(init) = &it.init {
            self.visit_for_statement_init(init);
        }
        for part in it.test.iter().chain(&it.update) {
            self.visit_expression(part);
        }
        self.loop_body(&it.body);
    }

    fn visit_for_in_statement(&mut self, it: &ForInStatement<'a>) {
        self.units.decide(1);
        self.units.structural();
        self.visit_for_statement_left(&it.left);
        self.visit_expression(&it.right);
        self.loop_body(&it.body);
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        self.units.decide(1);
        self.units.structural();
        self.visit_for_statement_left(&it.left);
        self.visit_expression(&it.right);
        self.loop_body(&it.body);
    }

    fn visit_while_statement(&mut self, it: &WhileStatement<'a>) {
        self.units.decide(1);
        self.units.structural();
        self.visit_expression(&it.test);
        self.loop_body(&it.body);
    }

    fn visit_do_while_statement(&mut self, it: &DoWhileStatement<'a>) {
        self.units.decide(1);
        self.units.structural();
        self.loop_body(&it.body);
        self.visit_expression(&it.test);
    }

    fn visit_switch_statement(&mut self, it: &SwitchStatement<'a>) {
        self.units.structural();
        self.visit_expression(&it.discriminant);
        self.units.nest();
        for case in &it.cases {
            self.units.decide(u32::from(case.test.is_some()));
            self.visit_switch_case(case);
        }
        self.units.unnest();
    }

    fn visit_catch_clause(&mut self, it: &CatchClause<'a>) {
        self.units.decide(1);
        self.units.structural();
        if let Some(param) = &it.param {
            self.visit_catch_parameter(param);
        }
        self.units.nest();
        self.visit_block_statement(&it.body);
        self.units.unnest();
    }

    fn visit_break_statement(&mut self, it: &BreakStatement<'a>) {
        self.units.flat(u32::from(it.label.is_some()));
    }

    fn visit_continue_statement(&mut self, it: &ContinueStatement<'a>) {
        self.units.flat(u32::from(it.label.is_some()));
    }

    fn visit_logical_expression(&mut self, it: &LogicalExpression<'a>) {
        let counted = std::mem::take(&mut self.counted);
        self.units.decide(1);
        let sequence = it.operator != LogicalOperator::Coalesce;
        if sequence && !counted {
            self.units.flat(self.sequence(it));
        }
        for side in [&it.left, &it.right] {
            self.counted = sequence && matches!(side, Expression::LogicalExpression(_)) && is_and_or(side);
            self.visit_expression(side);
            self.counted = false;
        }
    }

    fn visit_assignment_pattern(&mut self, it: &AssignmentPattern<'a>) {
        self.units.decide(1);
        walk::walk_assignment_pattern(self, it);
    }

    fn visit_formal_parameter(&mut self, it: &FormalParameter<'a>) {
        self.units.decide(u32::from(it.initializer.is_some()));
        walk::walk_formal_parameter(self, it);
    }

    fn visit_assignment_target_with_default(&mut self, it: &AssignmentTargetWithDefault<'a>) {
        self.units.decide(1);
        walk::walk_assignment_target_with_default(self, it);
    }

    fn visit_assignment_target_property_identifier(&mut self, it: &AssignmentTargetPropertyIdentifier<'a>) {
        self.units.decide(u32::from(it.init.is_some()));
        walk::walk_assignment_target_property_identifier(self, it);
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        self.units.decide(u32::from(it.optional));
        self.taken = modules::member(it);
        self.whole.member(&it.object, &it.property.name);
        self.own_export(it);
        walk::walk_static_member_expression(self, it);
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        self.whole.mention(it);
        if !self.specifiers.contains(&it.span.start) && !self.referenced.contains(it.name.as_str()) {
            self.referenced.insert(it.name.as_str().into());
        }
    }

    fn visit_ts_qualified_name(&mut self, it: &TSQualifiedName<'a>) {
        if let TSTypeName::IdentifierReference(id) = &it.left {
            self.whole.takes(id, &it.right.name);
        }
        walk::walk_ts_qualified_name(self, it);
    }

    fn visit_ts_type_query(&mut self, it: &TSTypeQuery<'a>) {
        if let TSTypeQueryExprName::IdentifierReference(id) = &it.expr_name {
            self.type_queries.push(id.name.to_string());
        }
        walk::walk_ts_type_query(self, it);
    }

    fn visit_computed_member_expression(&mut self, it: &ComputedMemberExpression<'a>) {
        self.units.decide(u32::from(it.optional));
        walk::walk_computed_member_expression(self, it);
    }

    fn visit_private_field_expression(&mut self, it: &PrivateFieldExpression<'a>) {
        self.units.decide(u32::from(it.optional));
        walk::walk_private_field_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        self.units.decide(u32::from(it.optional));
        match &it.callee {
            Expression::Identifier(id) => self.units.call(&id.name),
            Expression::StaticMemberExpression(member) if matches!(member.object, Expression::ThisExpression(_)) => {
                self.units.call(&member.property.name);
            }
            _ => {}
        }
        self.path_call(it);
        self.require(it);
        walk::walk_call_expression(self, it);
    }

    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        self.import_declaration(it);
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        self.dynamic_import(it);
        walk::walk_import_expression(self, it);
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        self.new_expression(it);
        walk::walk_new_expression(self, it);
    }

    fn visit_ts_import_type(&mut self, it: &TSImportType<'a>) {
        self.import_type(it);
        walk::walk_ts_import_type(self, it);
    }

    fn visit_ts_import_equals_declaration(&mut self, it: &TSImportEqualsDeclaration<'a>) {
        self.import_equals(it);
    }

    fn visit_export_declaration(&mut self, it: &ExportDeclaration<'a>) {
        self.export_declaration(it);
        walk::walk_export_declaration(self, it);
    }

    fn visit_ts_namespace_declaration(&mut self, it: &TSNamespaceDeclaration<'a>) {
        // The exports of a namespace are reached through the namespace.
        let exports = self.syntax.exports.len();
        walk::walk_ts_namespace_declaration(self, it);
        self.syntax.exports.truncate(exports);
    }

    fn visit_ts_external_module_declaration(&mut self, it: &TSExternalModuleDeclaration<'a>) {
        // An addition to another module is no export of this one.
        let exports = self.syntax.exports.len();
        walk::walk_ts_external_module_declaration(self, it);
        self.syntax.exports.truncate(exports);
    }

    fn visit_ts_global_declaration(&mut self, it: &TSGlobalDeclaration<'a>) {
        let exports = self.syntax.exports.len();
        walk::walk_ts_global_declaration(self, it);
        self.syntax.exports.truncate(exports);
    }

    fn visit_export_named_declaration(&mut self, it: &ExportNamedDeclaration<'a>) {
        self.export_names(it);
    }

    fn visit_export_from_declaration(&mut self, it: &ExportFromDeclaration<'a>) {
        self.export_from(it);
    }

    fn visit_export_all_declaration(&mut self, it: &ExportAllDeclaration<'a>) {
        self.export_all(it);
    }

    fn visit_export_default_declaration(&mut self, it: &ExportDefaultDeclaration<'a>) {
        self.default_name = match &it.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(it) => it.id.as_ref().map(|id| id.name.as_str().into()),
            ExportDefaultDeclarationKind::ClassDeclaration(it) => it.id.as_ref().map(|id| id.name.as_str().into()),
            _ => None,
        };
        self.export("default", it.span);
        self.name = Some("default".to_owned());
        walk::walk_export_default_declaration(self, it);
        self.name = None;
    }

    fn visit_ts_export_assignment(&mut self, it: &TSExportAssignment<'a>) {
        self.export("default", it.span);
        walk::walk_ts_export_assignment(self, it);
    }
}

fn property_name(key: &PropertyKey<'_>) -> Option<String> {
    match key {
        PropertyKey::PrivateIdentifier(id) => Some(format!("#{}", id.name)),
        _ => key.static_name().map(|name| name.to_string()),
    }
}

fn is_and_or(expression: &Expression<'_>) -> bool {
    matches!(expression, Expression::LogicalExpression(it) if it.operator != LogicalOperator::Coalesce)
}

/// The `&&` and `||` of a sequence from left to right. A loop: the tree may be deep to the left.
fn operators(it: &LogicalExpression<'_>) -> Vec<LogicalOperator> {
    enum Item<'t, 'a> {
        Node(&'t LogicalExpression<'a>),
        Operator(LogicalOperator),
    }
    let mut found = Vec::new();
    let mut stack = vec![Item::Node(it)];
    while let Some(item) = stack.pop() {
        match item {
            Item::Operator(operator) => found.push(operator),
            Item::Node(node) => {
                for (side, then) in [(&node.right, Some(node.operator)), (&node.left, None)] {
                    if let (Expression::LogicalExpression(inner), true) = (side, is_and_or(side)) {
                        stack.push(Item::Node(inner));
                    }
                    stack.extend(then.map(Item::Operator));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::syntax::snapshot;

    #[test]
    fn javascript() {
        insta::assert_snapshot!(snapshot(
            "javascript",
            r#"#!/usr/bin/env node
import a, { b as c, default as d } from './a';
import * as ns from 'pkg';
import 'side-effect';
export { x, y as z } from './b';
export * from './c';
export * as all from './d';
export { a };
export const one = 1, { two, three: [four = 4] } = c;
export default class Shape extends Base {
    #secret = a ?? b;
    static { if (a) b(); }
    field = () => a && b;
    constructor(a, { b = 1 } = {}, ...rest) { super(); }
    get area() { return this?.a?.[1]?.(); }
    area2(a) {
        if (a && b || c && (d || e)) {                 // +1, four runs: && || && ||
            for (const x of a) {                       // +2
                while (x) { if (x) continue outer; }   // +3, +4, +1
            }
        } else if (b) {                                // +1
            a ||= b;
        } else {                                       // +1
            try { x(); } catch { y(a ? b : c ? d : e); }  // +2, +3, +4
        }
        switch (a) { case 1: case 2: break; default: this.area2(); } // +1, recursion +1
    }
}
const load = async () => { const x = await import('./lazy'); const y = require('./cjs'); };
function outer() { return function () { if (a) { b(); } }; }  // 1 for each: outer only declares
module.exports.late = function late() {};
exports.two = 2;
"#
        ));
    }

    #[test]
    fn typescript() {
        insta::assert_snapshot!(snapshot(
            "typescript",
            r#"/// <reference path="globals.d.ts" />
/// <reference types="node" />
import type { A } from './types';
import { type B, C } from './mixed';
import { type D } from './only-types';
import fs = require('fs');
export type { A };
export interface I<T> { a: T extends string ? 1 : 2; f(): void }
export enum E { A }
export abstract class K { abstract m(): void; n(x?: number): typeof import('./typeof') { return x! as any; } }
declare function f(a: string): void;
export function f(a: any = 1): void { for (;;) { do { } while (a!.b?.c) } }
namespace N { export const inner = (x: number): x is 1 => x > 1 || x < 0; }
export = K;
"#
        ));
    }
}
