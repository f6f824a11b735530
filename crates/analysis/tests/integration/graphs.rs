//! Repositories whose files import, call and inherit from each other along a graph.
//!
//! One graph becomes the same repository in each language: along each edge a file imports the other (all of its names, or one
//! of them, or to hand it on), calls its function, makes an object of its class, and has its class above its own. Beside
//! that each file calls what it may not reach: a function of any other file, and one that is nowhere.

use std::fmt::Write as _;

/// Pairs of files; the number of files is given apart.
pub type Edges = Vec<(usize, usize)>;

/// The edges of a graph of a number of files.
pub type Shape = fn(usize) -> Edges;

pub const SHAPES: &[(&str, Shape)] = &[
    ("chain", chain),
    ("circle", circle),
    ("star", star),
    ("mutual star", mutual_star),
    ("diamonds", diamonds),
    ("diamonds in a circle", diamonds_in_a_circle),
    ("complete groups", complete_groups),
    ("tree", tree),
    ("everything below", everything_below),
];

pub const LANGUAGES: &[&str] = &[
    "python",
    "javascript",
    "typescript",
    "rust",
    "java",
    "kotlin",
    "scala",
    "go",
    "ruby",
    "c",
    "cpp",
    "csharp",
    "php",
    "swift",
];

fn chain(files: usize) -> Edges {
    (1..files).map(|file| (file - 1, file)).collect()
}

fn circle(files: usize) -> Edges {
    (0..files).map(|file| (file, (file + 1) % files)).collect()
}

/// All import one, and one imports all.
fn star(files: usize) -> Edges {
    let (middle, edge) = (files / 2, |file: &usize| *file != files / 2);
    let others = || (0..files).filter(edge);
    let inward = others().filter(|file| file % 2 == 0).map(|file| (file, middle));
    inward
        .chain(others().filter(|file| file % 2 == 1).map(|file| (middle, file)))
        .collect()
}

fn mutual_star(files: usize) -> Edges {
    (1..files).flat_map(|file| [(0, file), (file, 0)]).collect()
}

/// Pairs of files, each of which imports both of the next pair: the ways through double with every pair.
fn diamonds(files: usize) -> Edges {
    let pairs = files / 2;
    (1..pairs)
        .flat_map(|pair| {
            let (above, below) = (2 * (pair - 1), 2 * pair);
            [
                (above, below),
                (above, below + 1),
                (above + 1, below),
                (above + 1, below + 1),
            ]
        })
        .collect()
}

fn diamonds_in_a_circle(files: usize) -> Edges {
    let mut edges = diamonds(files);
    let last = files / 2 * 2 - 1;
    edges.extend([(last, 0), (last - 1, 1)]);
    edges
}

/// Groups of eight, all of which import each other, and the next group.
fn complete_groups(files: usize) -> Edges {
    let pairs = (0..files).flat_map(|a| (a / 8 * 8..a / 8 * 8 + 8).map(move |b| (a, b)));
    let inside = pairs.filter(|(a, b)| a != b && *b < files);
    inside.chain((8..files).map(|file| (file - 8, file))).collect()
}

fn tree(files: usize) -> Edges {
    (1..files).map(|file| ((file - 1) / 3, file)).collect()
}

/// Each file imports up to twelve of those behind it.
fn everything_below(files: usize) -> Edges {
    let pairs = (0..files).flat_map(|a| (a + 1..files).step_by(files / 12 + 1).map(move |b| (a, b)));
    pairs.collect()
}

/// What an import along the edge number `edge` asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    All,
    One,
    Reexport,
}

impl Asks {
    /// Each kind in turn, and stars more often: they are what is looked up without a name.
    fn of(edge: usize) -> Self {
        match edge % 4 {
            1 => Self::One,
            3 => Self::Reexport,
            _ => Self::All,
        }
    }
}

/// The repository of a graph in one language: paths and texts.
pub fn repository(language: &str, files: usize, edges: &Edges) -> Vec<(String, String)> {
    let mut targets = vec![Vec::new(); files];
    for (edge, &(source, target)) in edges.iter().enumerate() {
        targets[source].push((target, Asks::of(edge)));
    }
    let mut sources: Vec<_> = targets
        .iter()
        .enumerate()
        .map(|(file, targets)| source(language, file, files, targets))
        .collect();
    match language {
        "javascript" | "typescript" => {
            let ending = if language == "javascript" { "js" } else { "ts" };
            let manifest = format!("{{\"name\": \"graph\", \"main\": \"m0.{ending}\"}}");
            sources.push(("package.json".to_owned(), manifest));
        }
        "go" => sources.push(("go.mod".to_owned(), "module example.org/graph\n".to_owned())),
        "rust" => {
            let modules: String = (0..files).map(|file| format!("mod m{file};\n")).collect();
            sources.push(("src/lib.rs".to_owned(), modules));
            sources.push(("Cargo.toml".to_owned(), "[package]\nname = \"graph\"\n".to_owned()));
        }
        _ => {}
    }
    sources
}

fn source(language: &str, file: usize, files: usize, targets: &[(usize, Asks)]) -> (String, String) {
    let any = (file * 7 + 3) % files;
    let above = |separator: &str| {
        let names: Vec<_> = targets.iter().map(|(target, _)| format!("C{target}")).collect();
        names.join(separator)
    };
    let first_above = targets.first().map(|(target, _)| *target);
    let each = |line: fn(usize) -> String| -> String { targets.iter().map(|(target, _)| line(*target)).collect() };
    let mut text = String::new();
    let path = match language {
        "python" => {
            for (target, asks) in targets {
                let _ = match asks {
                    Asks::All => writeln!(text, "from m{target} import *"),
                    Asks::One => writeln!(text, "from m{target} import f{target}, C{target}"),
                    Asks::Reexport => writeln!(text, "import m{target}\nfrom m{target} import f{target} as g{file}"),
                };
            }
            let _ = write!(
                text,
                "class C{file}({}):\n    def go{file}(self, a):\n        self.go(); self.x = a(); return self.go{any}(a)\n    def go(self): return super().go()\n\ndef f{file}(h):\n{}    f{any}(lost{file}); h(f{file}); C{any}().go(); return h\n\nd = {{'a': f{file}, 'b': C{file}}}\nd['a'](d['b'])\n",
                above(", "),
                each(|to| format!("    f{to}(h); C{to}().go{to}(h)\n")),
            );
            format!("m{file}.py")
        }
        "javascript" | "typescript" => {
            let (ending, any_type) = if language == "javascript" {
                ("js", "")
            } else {
                ("ts", ": any")
            };
            for (target, asks) in targets {
                let _ = match asks {
                    Asks::All => writeln!(
                        text,
                        "export * from './m{target}';\nimport * as n{target} from './m{target}';"
                    ),
                    Asks::One => writeln!(text, "import {{ f{target}, C{target} }} from './m{target}';"),
                    Asks::Reexport => writeln!(
                        text,
                        "export {{ f{target} as g{file} }} from './m{target}';\nimport {{ C{target} }} from './m{target}';"
                    ),
                };
            }
            let extends = first_above.map_or(String::new(), |target| format!(" extends C{target}"));
            let _ = write!(
                text,
                "export class C{file}{extends} {{ go{file}(a{any_type}) {{ this.go(); return this.go{any}(a); }} go() {{ return 1; }} }}\nexport function f{file}(h{any_type}) {{\n{}  f{any}(lost{file}); h(f{file}); new C{any}().go(); return h;\n}}\nconst d = {{ a: f{file}, b: C{file} }};\nd.a(d.b);\n",
                each(|to| format!("  n{to}.f{to}(h); f{to}(h); new C{to}().go{to}(h);\n")),
            );
            format!("m{file}.{ending}")
        }
        "rust" => {
            for (target, asks) in targets {
                let _ = match asks {
                    Asks::All => writeln!(text, "pub use crate::m{target}::*;"),
                    Asks::One => writeln!(text, "use super::m{target}::{{f{target}, C{target}}};"),
                    Asks::Reexport => writeln!(text, "pub use crate::m{target}::f{target};\nuse crate::m{target}::*;"),
                };
            }
            let _ = write!(
                text,
                "pub struct C{file};\nimpl C{file} {{ pub fn new() -> Self {{ C{file} }} pub fn go{file}(&self, a: u8) -> u8 {{ self.go(); self.go{any}(a) }} fn go(&self) {{ f{any}(1); }} }}\npub fn f{file}(h: u8) -> u8 {{\n{}    f{any}(lost{file}(h)); C{any}::new().go(); h\n}}\n",
                each(|to| format!("    f{to}(h); C{to}::new().go{to}(h);\n")),
            );
            format!("src/m{file}.rs")
        }
        "java" | "kotlin" | "scala" => {
            let (end, star) = if language == "java" { (";", "*") } else { ("", "*") };
            let star = if language == "scala" { "_" } else { star };
            let _ = writeln!(text, "package p{file}{end}");
            for (target, asks) in targets {
                let _ = match asks {
                    Asks::All | Asks::Reexport => writeln!(text, "import p{target}.{star}{end}"),
                    Asks::One => writeln!(text, "import p{target}.C{target}{end}"),
                };
            }
            let _ = match language {
                "java" => {
                    let extends = first_above.map_or(String::new(), |target| format!(" extends C{target}"));
                    write!(
                        text,
                        "public class C{file}{extends} {{\n  int go{file}(int a) {{ return this.go{any}(a); }}\n  static int f{file}(int h) {{\n{}    return new C{any}().go{any}(lost{file}(h));\n  }}\n}}\n",
                        each(|to| format!("    C{to}.f{to}(h); new C{to}().go{to}(h);\n")),
                    )
                }
                "kotlin" => {
                    let extends = first_above.map_or(String::new(), |target| format!(" : C{target}()"));
                    write!(
                        text,
                        "open class C{file}{extends} {{\n  fun go{file}(a: Int): Int = this.go{any}(a)\n}}\nfun f{file}(h: Int): Int {{\n{}  return C{any}().go{any}(lost{file}(h))\n}}\n",
                        each(|to| format!("  f{to}(h); C{to}().go{to}(h)\n")),
                    )
                }
                _ => {
                    let extends = first_above.map_or(String::new(), |target| format!(" extends C{target}"));
                    write!(
                        text,
                        "class C{file}{extends} {{\n  def go{file}(a: Int): Int = this.go{any}(a)\n}}\nobject C{file} {{\n  def f{file}(h: Int): Int = {{\n{}    new C{any}().go{any}(lost{file}(h))\n  }}\n}}\n",
                        each(|to| format!("    C{to}.f{to}(h); new C{to}().go{to}(h)\n")),
                    )
                }
            };
            let ending = match language {
                "java" => "java",
                "kotlin" => "kt",
                _ => "scala",
            };
            format!("p{file}/C{file}.{ending}")
        }
        "go" => {
            let _ = writeln!(text, "package p{file}\n");
            for (target, asks) in targets {
                let dot = if *asks == Asks::All { ". " } else { "" };
                let _ = writeln!(text, "import {dot}\"example.org/graph/p{target}\"");
            }
            let above = each(|to| format!("\tp{to}.C{to}\n"));
            let _ = write!(
                text,
                "\ntype C{file} struct {{\n{above}}}\n\nfunc (c C{file}) Go{file}(a int) int {{ return c.Go{any}(a) }}\n\nfunc F{file}(h int) int {{\n{}\treturn F{any}(lost{file}(h))\n}}\n",
                each(|to| format!("\tp{to}.F{to}(h)\n\tF{to}(h)\n")),
            );
            format!("p{file}/m{file}.go")
        }
        "ruby" => {
            for (target, _) in targets {
                let _ = writeln!(text, "require_relative 'm{target}'");
            }
            let extends = first_above.map_or(String::new(), |target| format!(" < C{target}"));
            let _ = write!(
                text,
                "class C{file}{extends}\n  def go{file}(a)\n    self.go{any}(a)\n  end\nend\ndef f{file}(h)\n{}  f{any}(lost{file}(h))\nend\n",
                each(|to| format!("  f{to}(h)\n  C{to}.new.go{to}(h)\n")),
            );
            format!("m{file}.rb")
        }
        "c" => {
            for (target, _) in targets {
                let _ = writeln!(text, "#include \"m{target}.h\"");
            }
            let _ = write!(
                text,
                "static int g{file}(int h) {{ return lost{file}(h); }}\nint f{file}(int h) {{\n{}  return f{any}(g{file}(h));\n}}\n",
                each(|to| format!("  f{to}(h); g{to}(h);\n")),
            );
            format!("m{file}.h")
        }
        "cpp" => {
            for (target, _) in targets {
                let _ = writeln!(text, "#include \"m{target}.hpp\"");
            }
            let extends = if targets.is_empty() {
                String::new()
            } else {
                format!(" : public {}", above(", public "))
            };
            let _ = write!(
                text,
                "class C{file}{extends} {{ public: int go{file}(int a) {{ return this->go{any}(a); }} }};\ninline int f{file}(int h) {{\n{}  return f{any}(lost{file}(h));\n}}\n",
                each(|to| format!("  f{to}(h); C{to} c{to}; c{to}.go{to}(h);\n")),
            );
            format!("m{file}.hpp")
        }
        "csharp" => {
            for (target, asks) in targets {
                let global = if *asks == Asks::Reexport { "global " } else { "" };
                let _ = writeln!(text, "{global}using P{target};");
            }
            let extends = first_above.map_or(String::new(), |target| format!(" : C{target}"));
            let _ = write!(
                text,
                "namespace P{file} {{\n  public class C{file}{extends} {{\n    public int Go{file}(int a) {{ return this.Go{any}(a); }}\n    public static int F{file}(int h) {{\n{}      return Lost{file}(h);\n    }}\n  }}\n}}\n",
                each(|to| format!("      C{to}.F{to}(h); new C{to}().Go{to}(h);\n")),
            );
            format!("P{file}/C{file}.cs")
        }
        "php" => {
            let _ = writeln!(text, "<?php\nnamespace P{file};");
            for (target, _) in targets {
                let _ = writeln!(text, "use P{target}\\C{target};");
            }
            let extends = first_above.map_or(String::new(), |target| format!(" extends C{target}"));
            let _ = write!(
                text,
                "class C{file}{extends} {{\n  public function go{file}($a) {{ return $this->go{any}($a); }}\n  public static function f{file}($h) {{\n{}    return lost{file}($h);\n  }}\n}}\n",
                each(|to| format!("    C{to}::f{to}($h); (new C{to}())->go{to}($h);\n")),
            );
            format!("P{file}/C{file}.php")
        }
        _ => {
            let extends = first_above.map_or(String::new(), |target| format!(": C{target}"));
            let _ = write!(
                text,
                "class C{file}{extends} {{\n  func go{file}(a: Int) -> Int {{ return self.go{any}(a: a) }}\n}}\nfunc f{file}(h: Int) -> Int {{\n{}  return f{any}(h: lost{file}(h))\n}}\n",
                each(|to| format!("  _ = f{to}(h: h)\n  _ = C{to}().go{to}(a: h)\n")),
            );
            format!("m{file}.swift")
        }
    };
    (path, text)
}
