//! The call graph of small projects, and the private functions that nothing calls.

use crate::project::{folder, open, report};
use repolens_analysis::{Options, inventory};
use repolens_core::report::Confidence;

/// `caller -> target`, and `?` where it is only likely.
fn edges(files: &[(&str, &str)]) -> Vec<String> {
    let folder = folder(files);
    let edges = inventory::calls(open(folder.path()), &Options::default()).expect("can be read");
    let mut shown: Vec<_> = edges
        .iter()
        .map(|edge| {
            let likely = if edge.exact { "" } else { " ?" };
            format!("{} -> {}{likely}", edge.caller, edge.target)
        })
        .collect();
    shown.sort();
    shown
}

/// Names of the functions that are told as unused.
fn unused(files: &[(&str, &str)]) -> Vec<String> {
    let dead = report(files).dead_code.expect("there is code");
    let sure = |confidence| if confidence == Confidence::High { "" } else { " ?" };
    dead.unused_functions
        .iter()
        .map(|unused| format!("{}:{}{}", unused.file, unused.function, sure(unused.confidence)))
        .collect()
}

#[test]
fn python() {
    insta::assert_snapshot!(
        edges(&[
            (
                "app/__init__.py",
                "from .core import Engine as Motor\nfrom . import tools\n"
            ),
            (
                "app/core.py",
                r#"
import app.tools
from app.tools import *

class Base:
    def __init__(self): self.setup()
    def setup(self): pass
    def run(self): self.hook()

class Engine(Base):
    def __init__(self):
        super().__init__()
        self.helper = app.tools.Helper()
    def hook(self): self.helper.help(); starred()
    @property
    def name(self): return self._name()
    def _name(self): return [x.only_here() for x in things]

def on_done(): pass

def start(callback=on_done):
    engine = Engine()
    engine.run()
    callback()
"#
            ),
            (
                "app/tools.py",
                "class Helper:\n    def help(self): pass\n    def only_here(self): pass\n\ndef starred(): pass\n"
            ),
            (
                "main.py",
                "from app import Motor, tools\nMotor().run()\ntools.starred()\nlen([])\n"
            ),
        ])
        .join("\n")
    );
}

#[test]
fn typescript() {
    insta::assert_snapshot!(
        edges(&[
            (
                "a.ts",
                r#"
import { helper as h, Base } from './b';
import * as ns from './b';
import fallback from './c';
const cjs = require('./d');
export class A extends Base {
  private dep: Dep;
  constructor(private other: Dep) { super(); this.init(); }
  init() { this.fromBase(); this.dep.go(); this.other.go(); later(); }
  arrow = () => { this.init(); };
}
class Dep { go() { h(); } }
function later() { ns.helper(); fallback(); cjs.one(); cjs.two(); }
const o = { m() { this.n(); }, n() {} };
function outer(callback) { callback(); inner(); function inner() { o.m(); } }
outer(later);
function Old() {}
Old.prototype.run = function () { this.walk(); };
Old.prototype.walk = function () {};
new Old().run();
unknown.fromBase2();
"#
            ),
            (
                "b.ts",
                "export { helper } from './e';\nexport class Base { fromBase() {} fromBase2() {} }\n"
            ),
            ("c.ts", "export default function () {}\n"),
            (
                "d.js",
                "function one() {}\nexports.two = function () {};\nmodule.exports.one = one;\n"
            ),
            ("e.ts", "export function helper() {}\n"),
        ])
        .join("\n")
    );
}

#[test]
fn other_languages() {
    insta::assert_snapshot!(
        edges(&[
            (
                "j/A.java",
                "package j;\npublic class A extends B {\n  private Dep dep = new Dep();\n  A(Dep d) { super(d); }\n  void run() { helper(); dep.go(); make().go(); up(); }\n  private void helper() { }\n  private Dep make() { return new Dep(); }\n}\nclass Dep { Dep() {} void go() {} }\n"
            ),
            ("j/B.java", "package j; class B { B(Dep d) {} void up() { below(); } }\n"),
            (
                "go.mod",
                "module example.com/m\n"
            ),
            (
                "g/a.go",
                "package main\nimport \"example.com/m/lib\"\ntype S struct { d *D }\ntype D struct {}\nfunc (d *D) Go() {}\nfunc (s *S) Run(x D) { s.d.Go(); x.Go(); s.other(); y := &D{}; y.Go(); lib.Do() }\nfunc main() { var s S; s.Run(D{}) }\n"
            ),
            ("g/b.go", "package main\nfunc helper() {}\nfunc (s *S) other() { helper() }\n"),
            ("lib/a.go", "package lib\nconst A = 1\n"),
            ("lib/b.go", "package lib\nfunc Do() {}\n"),
            (
                "r/main.rs",
                "mod util;\nuse util::helper;\nstruct S { d: D }\nstruct D;\nimpl D { fn go(&self) {} fn new() -> Self { D } }\nimpl S { fn run(&self, x: &D) { self.d.go(); x.go(); helper(); util::deep(); Self::stat(); let y = D::new(); y.go(); } fn stat() {} }\nfn main() { S { d: D }.run(&D); }\n"
            ),
            ("r/util.rs", "pub fn helper() {}\npub fn deep() {}\n"),
            (
                "rb/a.rb",
                "class A < Base\n  def run\n    helper(1)\n    self.other\n    b = Dep.new\n    b.go(1)\n    up()\n  end\n  def helper(x)\n    x\n  end\n  def other\n    1\n  end\nend\n"
            ),
            (
                "rb/b.rb",
                "class Base\n  def up\n    1\n  end\nend\nclass Dep\n  def go(x)\n    x\n  end\nend\n"
            ),
            (
                "c/a.c",
                "static int helper(int a) { return a; }\nint other(int);\nint main(void) { helper(1); return other(2); }\n"
            ),
            ("c/b.c", "int other(int x) { return x; }\n"),
            (
                "p/A.php",
                "<?php\nclass A extends B {\n  private Dep $d;\n  function run(Dep $x) { $this->helper(); $this->d->go(); $x->go(); self::stat(); parent::up(); }\n  private function helper() {}\n  static function stat() {}\n}\nclass B { function up() {} }\nclass Dep { function go() {} }\n"
            ),
            (
                "cs/a.cs",
                "class A { private D d = new D(); public void Run(D x) { Helper(); this.d.Go(); x.Go(); } private void Helper() {} }\nclass D { public void Go() {} }\n"
            ),
            (
                "k/a.kt",
                "package k\nclass A(private val d: Dep) {\n  fun run(x: Dep) {\n    helper()\n    x.go()\n    top()\n  }\n  private fun helper() {\n  }\n}\nclass Dep {\n  fun go() {\n  }\n}\nfun top() {\n}\n"
            ),
            (
                "s/a.swift",
                "class A {\n  let d: Dep = Dep()\n  func run(x: Dep) { helper(); d.go(); x.go(); top() }\n  private func helper() {}\n}\nclass Dep { func go() {} }\nfunc top() {}\n"
            ),
            (
                "sc/a.scala",
                "package sc\nclass A(d: Dep) extends B { def run(x: Dep): Unit = { helper(); d.go(); x.go(); up() }\n  private def helper(): Unit = {} }\nclass Dep { def go(): Unit = {} }\nclass B { def up(): Unit = {} }\n"
            ),
        ])
        .join("\n")
    );
}

#[test]
fn what_types_from_elsewhere_have_is_not_taken_for_the_only_method_of_that_name() {
    let found = edges(&[
        (
            "g/a.go",
            "package g\nimport \"testing\"\ntype B struct {}\nfunc (b *B) Launch() {}\nfunc TestA(t *testing.T) { t.Launch() }\nfunc Known(x any) { x.Launch() }\n",
        ),
        (
            "cs/a.cs",
            "class Version { public static bool FromText(string a) { return true; } public static bool TryParse(string a) { return true; } }\nclass C { void Foreign() { Int32.FromText(a); } void Common(x) { x.TryParse(a); } void Own() { Version.FromText(a); } }\n",
        ),
        (
            "k/a.kt",
            "package k\nclass Channel {\n  fun drainAll() {\n  }\n}\nfun foreign() {\n  ServiceLoader.load(x).drainAll()\n}\nfun known(x: Any) {\n  make(x).drainAll()\n}\n",
        ),
        (
            "r/a.rs",
            "struct S;\nimpl S { fn spin(&self) {} }\nfn unknown() { make().spin(); }\nfn own(y: S) { y.spin(); }\nfn foreign(y: Foreign) { y.spin(); }\n",
        ),
    ]);
    assert_eq!(
        found,
        [
            "cs/a.cs:C.Own -> cs/a.cs:Version.FromText",
            "g/a.go:Known -> g/a.go:B.Launch ?",
            "k/a.kt:known -> k/a.kt:Channel.drainAll ?",
            "r/a.rs:own -> r/a.rs:S.spin",
        ]
    );
}

#[test]
fn private_functions_that_nothing_calls() {
    assert_eq!(
        unused(&[
            (
                "a.py",
                "import b\ndef _dead(): _deader()\ndef _deader(): pass\ndef _used(): pass\ndef _by_name(): pass\n@b.register\ndef _registered(): pass\ndef public(): _used(); getattr(b, '_by_name')\nclass C:\n    def _m(self): pass\n    def _n(self): self._o()\n    def _o(self): pass\n    def __len__(self): pass\nclass D(b.Foreign):\n    def _hook(self): pass\n"
            ),
            (
                "by_name.py",
                "class E:\n    def _get_a(self): pass\n    def _put_a(self): pass\n    def _cut_a(self): pass\n    def _set_a(self): pass\n    def get(self, what): return getattr(self, '_get_' + what)()\n    def put(self, what): return getattr(self, f'_put_{what}')()\n    def cut(self, what): return getattr(self, '_cut_%s' % what)()\n"
            ),
            (
                "chain.py",
                "class I:\n    def _first(self): return self._second()\n    def _second(self): pass\n    def _handed(self): pass\n    def _read(self): pass\n    def go(self): return [map(self._handed, []), self._read]\n    def _gone(self): return self._handed() + self._read()\nclass J:\n    def run(self): return self._hook()\n    def _hook(self): pass\nclass K(J):\n    def _hook(self): pass\n"
            ),
            (
                "by_any_name.py",
                "class F:\n    def _get_a(self): pass\n    def get(self, what): return getattr(self, what)()\nclass G(F):\n    def _get_b(self): pass\nclass H:\n    def _nil_c(self): pass\n"
            ),
            (
                "b.ts",
                "export const a = 1;\nfunction dead() {}\nfunction used() {}\nfunction handed() {}\nexport function f() { used(); return handed; }\nconst early = () => late();\nconst late = () => {};\nexport const error = make(function Impl() { function inner() { below(); } const below = () => {}; early(inner); });\nclass C { #gone() {} #kept() {} m() { this.#kept(); } }\n"
            ),
            ("script.js", "function global() {}\n"),
            (
                "A.java",
                "class A {\n  private A() {}\n  private void dead() {}\n  private void used() {}\n  @Hook private void marked() {}\n  private void readObject(S s) {}\n  void f() { used(); }\n}\n"
            ),
            (
                "c.c",
                "static int dead(void) { return 1; }\nstatic int used(void) { return 1; }\nint f(void) { return used(); }\n"
            ),
            ("g/a.go", "package g\nfunc dead() {}\nfunc used() {}\n"),
            ("g/b.go", "package g\nfunc F() { x(used) }\n"),
            (
                "r.rs",
                "fn dead() {}\nfn used() {}\n#[no_mangle]\nfn marked() {}\nimpl T for S { fn required(&self) {} }\npub fn f() { m!(used); }\n"
            ),
            (
                "d.php",
                "<?php\nclass D { private function dead() {} private function used() {} function f() { return [$this, 'used']; } }\n"
            ),
            (
                "e.cs",
                "class E { private void Dead() {} private void Used() {} private E() {} void F() { x(Used); } }\n"
            ),
        ]),
        [
            "A.java:A.dead ?",
            "a.py:_dead ?",
            "a.py:_deader ?",
            "a.py:C._m ?",
            "a.py:C._n ?",
            "b.ts:dead ?",
            "b.ts:C.#gone ?",
            "by_any_name.py:H._nil_c ?",
            "by_name.py:E._set_a ?",
            "c.c:dead ?",
            "chain.py:I._first ?",
            "chain.py:I._second ?",
            "chain.py:I._gone ?",
            "d.php:D.dead ?",
            "e.cs:E.Dead ?",
            "g/a.go:dead ?",
            "r.rs:dead ?",
        ]
    );
}

#[test]
fn figures() {
    let report = report(&[(
        "a.py",
        "def a(): b(); b(); c()\ndef b(): c()\ndef c(): d()\ndef d(): c(); print(x.unknown())\nif __name__ == '__main__':\n    a()\n",
    )]);
    let graph = report.call_graph.expect("there are functions");
    assert_eq!(graph.total_functions, 4);
    let a = &graph.complexity_metrics["a.py:a"];
    assert_eq!(
        (a.calls_made, a.fan_in, a.fan_out, a.location.as_str()),
        (3, 1, 2, "a.py:1")
    );
    // `c` and `d` call each other: one step.
    assert_eq!(
        (
            a.depth,
            graph.complexity_metrics["a.py:c"].depth,
            graph.statistics.max_depth
        ),
        (2, 0, 2)
    );
    let statistics = &graph.statistics;
    assert_eq!(
        (statistics.calls, statistics.resolved_exact, statistics.external),
        (9, 7, 1)
    );
}

/// Chains and circles of any length end, and are not followed by calls of calls.
#[test]
fn long_chains_end() {
    let chain: String = (0..20_000).map(|at| format!("def f{at}(): f{}()\n", at + 1)).collect();
    let deep = report(&[("a.py", &chain)]).call_graph.expect("there are functions");
    assert_eq!(deep.statistics.max_depth, 19_999);
    let names: String = (0..20_000).map(|at| format!("x{} = x{at}\n", at + 1)).collect();
    let passed = report(&[(
        "a.py",
        &format!(
            "def f(): pass\nx0 = f\n{names}x20000()\nlong = f{}\n",
            ".a()".repeat(5_000)
        ),
    )]);
    assert_eq!(
        passed
            .call_graph
            .expect("there are functions")
            .statistics
            .resolved_exact,
        1
    );
}

/// `import a.*` brings in what the package has, not what its files import themselves.
#[test]
fn a_whole_package_is_seen_by_the_file_that_imports_it() {
    let edges = edges(&[
        (
            "app/Main.java",
            "package app;\nimport mid.*;\nclass Main { void f() { Middle.go(); Far.go(); } }\n",
        ),
        (
            "mid/Middle.java",
            "package mid;\nimport far.*;\npublic class Middle { public static void go() { Far.go(); } }\n",
        ),
        (
            "far/Far.java",
            "package far;\npublic class Far { public static void go() { } }\n",
        ),
    ]);
    assert_eq!(
        edges,
        [
            "app/Main.java:Main.f -> mid/Middle.java:Middle.go",
            "mid/Middle.java:Middle.go -> far/Far.java:Far.go",
        ]
    );
}
