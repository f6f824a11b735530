//! Cognitive complexity by the white paper, worked out by hand: the paper's own examples, and the places where naive
//! versions go wrong. A comment of the snippet gives the figure behind each increment; none was taken from a run.

use super::parser;
use crate::options::Limits;
use crate::units::CognitiveRules;

struct Snippet {
    what: &'static str,
    language: &'static str,
    /// The unit under test.
    unit: &'static str,
    cognitive: u32,
    source: &'static str,
}

const fn s(
    what: &'static str,
    language: &'static str,
    unit: &'static str,
    cognitive: u32,
    source: &'static str,
) -> Snippet {
    Snippet {
        what,
        language,
        unit,
        cognitive,
        source,
    }
}

#[rustfmt::skip]
const SNIPPETS: &[Snippet] = &[
    // The paper's examples.
    s("sum of primes", "java", "C.f", 7, "class C { int f(int max) { int total = 0;
        OUT: for (int i = 1; i <= max; ++i) {       // +1
            for (int j = 2; j < i; ++j) {           // +2
                if (i % j == 0) { continue OUT; }   // +3 +1
            }
            total += i;
        } return total; } }"),
    s("words", "java", "C.f", 1, r#"class C { String f(int number) { switch (number) {   // +1
        case 1: return "one"; case 2: return "a couple"; case 3: return "a few"; default: return "lots"; } } }"#),
    s("nesting in a try and its catch", "java", "C.f", 9, "class C { void f() { try {
        if (a) {                                    // +1
            for (int i = 0; i < 10; i++) {          // +2
                while (b) { }                       // +3
            } }
        } catch (E1 | E2 e) {                       // +1
            if (b) { }                              // +2
        } } }"),
    s("a lambda nests", "java", "C.f", 2, "class C { void f() { Runnable r = () -> { if (a) { } /* +2 */ }; } }"),
    s("overridden symbol", "java", "C.f", 19, "class C { M f(T t) {
        if (t.isUnknown()) { return U; }            // +1
        boolean unknown = false;
        for (S s : t.lookup()) {                    // +1
            if (s.isKind(MTH) && !s.isStatic()) {   // +2 +1
                if (canOverride(s)) {               // +3
                    Boolean o = check(s, t);
                    if (o == null) {                // +4
                        if (!unknown) { unknown = true; }   // +5
                    } else if (o) { return s; }     // +1
                } } }
        if (unknown) { return U; }                  // +1
        return null; } }"),
    s("add version", "java", "C.f", 35, "class C { void f(Entry entry, Txn txn) {
        while (true) {                              // +1
            try { synchronized (this) {
                if (frst != null) {                 // +2
                    if (frst.v() > entry.v()) { throw new R(); }    // +3
                    if (txn.isActive()) {           // +3
                        for (Entry e = frst; e != null; e = e.prev()) {   // +4
                            if (depends == TIMED_OUT) { throw new W(v); }   // +5
                            if (depends != 0 && depends != ABORTED) { throw new R(); }   // +5 +1
                        } } }
                entry.setPrevious(frst); break; }
            } catch (final WWRetry re) {            // +2
                try { if (depends != 0 && depends != ABORTED) { throw new R(); } }   // +3 +1
                catch (final Interrupted ie) { throw new P(ie); }   // +3
            } catch (final Interrupted ie) { throw new P(ie); }     // +2
        } } }"),
    s("ant pattern to regexp", "java", "C.f", 20, "class C { String f(String p) {
        int i = p.startsWith(A) || p.startsWith(B) ? 1 : 0;     // +1 +1
        while (i < p.length()) {                    // +1
            if (SPECIAL.indexOf(ch) != -1) { a(); } // +2
            else if (ch == '*') {                   // +1
                if (i + 1 < p.length() && p.charAt(i + 1) == '*') {       // +3 +1
                    if (i + 2 < p.length() && isSlash(p.charAt(i + 2))) { i += 2; }   // +4 +1
                    else { i += 1; }                // +1
                } else { b(); }                     // +1
            } else if (ch == '?') { c(); }          // +1
            else if (isSlash(ch)) { d(); }          // +1
            else { e(); }                           // +1
            i++;
        } return sb; } }"),
    s("save of a model", "javascript", "save", 20, "const m = { save: function (options, callback) {
        if (typeof options === 'function') { callback = options; }  // +1
        options || (options = {});                  // +1
        self._validate(self.toJSON(), function (err) {
            if (err) { callback && callback.call(null, err); return; }      // +2 +1
            self.sync(self.isNew() ? 'create' : 'update', options, function (err, response) {   // +2
                if (err) { self.fire(E, facade); }  // +3
                else {                              // +1
                    if (!self._saveEvent) { self._saveEvent = 1; }          // +4
                    if (response) { parsed = 1; }   // +4
                }
                callback && callback.apply(null, arguments);                // +1
            }); });
        return self; } };"),
    s("a decorator does not nest", "python", "f", 1, "
def f(a, b):
    def inner(func):
        if condition:       # +1
            print(b)
        func()
    return inner
"),
    s("what does more is no decorator", "python", "f", 2, "
def f(a, b):
    my_var = a * b
    def inner(func):
        if condition:       # +2
            print(b)
        func()
    return inner
"),
    s("a generator of decorators", "python", "f", 1, "
def f(a):
    def generator(func):
        def decorator(func):
            if condition:   # +1
                print(b)
            return func()
        return decorator
    return generator
"),
    s("an outer function that only declares", "javascript", "f", 1, "function f() { var foo; bar.myFun = function () { if (a) { } }; /* +1 */ }"),
    s("an outer function that decides", "javascript", "f", 3, "function f() { if (a) { } /* +1 */ bar.myFun = function () { if (a) { } }; /* +2 */ }"),
    s("three runs", "java", "C.f", 4, "class C { void f() { if (a && b && c || d || e && g) { } } }  // +1, && || && +3"),
    s("a negated group is a run of its own", "java", "C.f", 3, "class C { void f() { if (a && !(b && c)) { } } }  // +1 +1 +1"),
    // 1 and 2: else and its chains.
    s("the body of an else is deeper", "go", "f", 4, "package a\nfunc f() { if a {  /* +1 */ } else /* +1 */ { if b { /* +2 */ } } }"),
    s("a chain of else if stays flat", "javascript", "f", 7, "function f() { if (a) { /* +1 */ } else if (b) { /* +1 */ } else if (c) { /* +1 */ if (d) { /* +2 */ } } else if (e) { /* +1 */ } else { /* +1 */ } }"),
    s("a chain in Go", "go", "f", 6, "package a\nfunc f() { if a { /* +1 */ } else if b { /* +1 */ } else if c { /* +1 */ if d { /* +2 */ } } else { /* +1 */ } }"),
    s("a chain in Rust", "rust", "f", 6, "fn f() { if a { /* +1 */ } else if b { /* +1 */ } else if c { /* +1 */ if d { /* +2 */ } } else { /* +1 */ } }"),
    s("a chain in Java without braces", "java", "C.f", 4, "class C { void f() { if (a) x(); /* +1 */ else if (b) y(); /* +1 */ else if (c) z(); /* +1 */ else w(); /* +1 */ } }"),
    s("a chain in Ruby", "ruby", "f", 6, "def f\n if a # +1\n elsif b # +1\n elsif c # +1\n  if d then e end # +2\n else # +1\n end\nend"),
    s("a chain in Python", "python", "f", 6, "def f():\n if a: pass # +1\n elif b: pass # +1\n elif c: # +1\n  if d: pass # +2\n else: pass # +1\n"),
    s("an if in an else is no else if", "python", "f", 4, "def f():\n if a: pass # +1\n else: # +1\n  if b: pass # +2\n"),
    // 3 and 4: runs of operators.
    s("a run is counted by changes, not by its parent", "javascript", "f", 3, "function f() { return a || b && c || d; }  // || && ||"),
    s("parentheses are seen through", "javascript", "f", 3, "function f() { return a && (b || c) && d; }  // && || &&"),
    s("parentheses in Go", "go", "f", 3, "package a\nfunc f() bool { return a && (b || c) && d }"),
    s("parentheses in Rust", "rust", "f", 1, "fn f() -> bool { a && (b && c) && d }"),
    s("parentheses in Python", "python", "f", 3, "def f():\n return a and (b or c) and d\n"),
    s("words for operators in Ruby", "ruby", "f", 3, "def f\n x if a and b || c # +1, and || +2\nend"),
    s("a call's argument is another sequence", "javascript", "f", 2, "function f() { return a && g(b && c) }"),
    s("`not` breaks a run in Python", "python", "f", 2, "def f():\n return a and not (b and c)\n"),
    s("one operator in each statement", "rust", "f", 3, "fn f() { let x = a || b; let y = a || b; let z = a || b; }"),
    s("coalescing and optional chains are free", "typescript", "f", 0, "function f(a?: any) { return a?.b?.() ?? a!.c; }"),
    s("safe navigation and defaults are free", "ruby", "f", 0, "def f(a = 1)\n a&.b\n a ||= 2\nend"),
    s("a default and a logical assignment are free", "javascript", "f", 0, "function f(a = 1, { b = 2 } = {}) { a ||= b; a &&= b; a ??= b; }"),
    // 5: ternaries.
    s("a nested ternary", "javascript", "f", 3, "function f() { return a ? b : c ? d : e; }  // +1 +2"),
    s("the condition of a ternary is not nested", "java", "C.f", 2, "class C { int f() { return (a ? b : c) ? d : e; } }  // +1 +1"),
    s("a ternary in a loop's head is not nested", "javascript", "f", 2, "function f() { for (let i = a ? 0 : 1; i < 2; i++) { } }  // +1 +1"),
    s("a conditional expression of Python", "python", "f", 3, "def f():\n return a if b else (c if d else e) # +1 +2\n"),
    s("a ternary of Ruby", "ruby", "f", 3, "def f\n a ? b : (c ? d : e) # +1 +2\nend"),
    // 6: catch.
    s("each catch costs the same", "java", "C.f", 2, "class C { void f() { try { } catch (A a) { } catch (B b) { } finally { } } }"),
    s("a catch costs its outer nesting", "javascript", "f", 6, "function f() { if (a) { /* +1 */ try { } catch (e) { /* +2 */ if (b) { /* +3 */ } } finally { } } }"),
    s("a try does not nest", "python", "f", 3, "def f():\n try:\n  if a: pass # +1\n except A:  # +1\n  pass\n except B: # +1\n  pass\n finally:\n  pass\n"),
    s("a rescue", "ruby", "f", 4, "def f\n x if a # +1\nrescue A # +1\n y if b # +2\nend"),
    // 7: switches.
    s("cases are free and nest", "javascript", "f", 3, "function f() { switch (a) { /* +1 */ case 1: case 2: if (b) { /* +2 */ } break; default: } }"),
    s("a match of Python", "python", "f", 3, "def f():\n match a: # +1\n  case 1:\n   if b: pass # +2\n  case _:\n   pass\n"),
    s("a type switch and a select", "go", "f", 4, "package a\nfunc f() { switch a.(type) { /* +1 */ case int: select { /* +2 */ case <-b: } }; switch { /* +1 */ } }"),
    s("a match of Rust", "rust", "f", 4, "fn f() { match a { /* +1 */ 1 | 2 => 3, _ => if b { 1 } else { 2 }, /* +2, else +1 */ }; }"),
    s("a case of Ruby", "ruby", "f", 3, "def f\n case a # +1\n when 1, 2 then 3\n when 4\n  x if b # +2\n else 5\n end\nend"),
    s("an arrow switch", "java", "C.f", 3, "class C { int f() { return switch (a) { /* +1 */ case 1, 2 -> 3; default -> b ? 4 : 5; /* +2 */ }; } }"),
    // 8: Python.
    s("the else of loops and of try", "python", "f", 5, "def f():\n for a in b: pass # +1\n else: pass # +1\n try: pass\n except E: pass # +1\n else: # +1\n  x = 1\n while a: pass # +1\n"),
    s("comprehensions are free, what they decide is not", "python", "f", 1, "def f():\n return [a for a in b if a and c] # run +1\n"),
    s("a with does not nest", "python", "f", 1, "def f():\n with a as b:\n  if c: pass # +1\n"),
    s("a lambda of Python nests", "python", "f", 2, "def f():\n return lambda a: 1 if a else 2 # +2\n"),
    // 9 and 10: functions in functions.
    s("a nested function is reported on its own", "python", "inner", 1, "def f():\n x = 1\n def inner():\n  if a: pass # +1\n return x\n"),
    s("and is part of the outer one", "python", "f", 3, "def f():\n if x: pass # +1\n def inner():\n  if a: pass # +2\n return 1\n"),
    s("closures of Go", "go", "f", 3, "package a\nfunc f() { func() { if a { /* +2 */ } }(); if b { /* +1 */ } }"),
    s("closures of Rust", "rust", "f", 3, "fn f() { a.map(|b| if b { 1 } else { 2 }); }  // +2, else +1"),
    s("blocks of Ruby", "ruby", "f", 2, "def f\n a.each { |b| x if b } # +2\nend"),
    s("methods of anonymous classes", "java", "C.f", 6, "class C { void f() { if (a) { } /* +1 */ new Runnable() { public void run() { if (b) { } /* +2 */ if (c && d) { } /* +2 +1 */ } }; } }"),
    s("arrow functions", "typescript", "f", 3, "const f = (a: number): number => { if (a) { /* +1 */ } return [1].map((b) => b ? 1 : 2)[0]; /* +2 */ };"),
    // 11: recursion.
    s("a call of itself costs once", "java", "C.f", 2, "class C { int f(int a) { if (a > 1) { return f(a - 1) + f(a - 2); } return 1; } }  // +1, recursion +1"),
    s("a method of another object is no recursion", "go", "T.f", 0, "package a\nfunc (t T) f() { t.x.f(); f(); u.f() }"),
    s("a method through its receiver", "go", "T.f", 1, "package a\nfunc (t *T) f() { t.f() }"),
    s("a method through self", "rust", "T.f", 1, "impl T { fn f(&self) { self.f(); self.f() } }"),
    s("a method through this", "typescript", "T.f", 1, "class T { f(): void { this.f(); other.f(); } }"),
    // 12: expressions, jumps and loops.
    s("if let and its chain", "rust", "f", 2, "fn f() { if let Some(a) = b && c { } }  // +1, run +1"),
    s("the question mark is free", "rust", "f", 1, "fn f() -> R { a()?; while b()? { c()?; } Ok(()) }  // +1"),
    s("let else is an if that is not met", "rust", "f", 1, "fn f() { let Some(a) = b else { return }; }"),
    s("jumps to a label, and plain ones", "rust", "f", 5, "fn f() { 'a: loop { /* +1 */ while b { /* +2 */ break; } continue 'a; /* +1 */ } goto(); loop { /* +1 */ break } }"),
    s("goto and labels of Go", "go", "f", 4, "package a\nfunc f() {\nA:\n for { /* +1 */ for { /* +2 */ break }\n continue A /* +1 */ }\n}"),
    s("do while and for each", "java", "C.f", 3, "class C { void f() { do { for (int a : b) { /* +2 */ } } while (c); /* +1 */ } }"),
    s("for in and for of", "javascript", "f", 3, "function f() { for (const a in b) { /* +1 */ for (const c of d) { /* +2 */ } } }"),
    s("modifiers of Ruby", "ruby", "f", 3, "def f\n x unless a # +1\n y while b # +1\n z until c # +1\nend"),
    s("early returns are free", "go", "f", 2, "package a\nfunc f() int { if a { /* +1 */ return 1 }; if b { /* +1 */ return 2 }; return 3 }"),
];

#[test]
fn snippets_have_the_figures_that_were_worked_out_by_hand() {
    assert!(SNIPPETS.len() >= 60);
    let mut wrong = Vec::new();
    for snippet in SNIPPETS {
        let syntax = parser(snippet.language)
            .expect("a parser")
            .facts(
                "a",
                snippet.source.as_bytes(),
                &Limits::default(),
                CognitiveRules::PAPER,
            )
            .expect("parses");
        assert!(!syntax.errors, "`{}` is not of its language", snippet.what);
        let unit = syntax.functions.iter().find(|unit| &*unit.name == snippet.unit);
        let unit =
            unit.unwrap_or_else(|| panic!("`{}` has no `{}`: {:?}", snippet.what, snippet.unit, syntax.functions));
        if unit.cognitive != snippet.cognitive {
            wrong.push(format!(
                "{} ({}): {} by hand, {} counted",
                snippet.what, snippet.language, snippet.cognitive, unit.cognitive
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
