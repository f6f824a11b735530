//! Syntax trees to facts. One language is one file below; this is the list.
//!
//! JavaScript and TypeScript are read by oxc and Python by ruff's parser, which are exact and fast but end the process
//! on deep nesting: `nesting` checks first. All others are read by tree-sitter, which copes.

#[cfg(test)]
use crate::facts::Function;
use crate::facts::Syntax;
use crate::language::Span;
use crate::nesting;
use crate::options::Limits;
use crate::units::CognitiveRules;

mod c;
#[cfg(test)]
#[path = "syntax/tests/cognitive.rs"]
mod cognitive;
mod component;
mod csharp;
mod go;
#[cfg(test)]
#[path = "syntax/tests/hostile.rs"]
mod hostile;
mod java;
mod javascript;
mod kotlin;
mod php;
mod python;
mod ruby;
mod rust;
mod scala;
mod swift;
mod tree;

/// One language that is parsed.
#[derive(Debug, Clone, Copy)]
pub struct Parser {
    /// As in the language table.
    pub language: &'static str,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Native(fn(&str, &str, CognitiveRules) -> Result<Syntax, String>),
    Tree(&'static tree::Grammar),
    /// Markup with blocks of JavaScript and TypeScript.
    Component,
}

/// All of them. Adding one: its file, a line here, a snapshot.
pub const PARSERS: &[Parser] = &[
    Parser {
        language: "javascript",
        kind: Kind::Native(javascript::facts),
    },
    Parser {
        language: "typescript",
        kind: Kind::Native(javascript::facts),
    },
    Parser {
        language: "python",
        kind: Kind::Native(python::facts),
    },
    Parser {
        language: "java",
        kind: Kind::Tree(&java::GRAMMAR),
    },
    Parser {
        language: "go",
        kind: Kind::Tree(&go::GRAMMAR),
    },
    Parser {
        language: "rust",
        kind: Kind::Tree(&rust::GRAMMAR),
    },
    Parser {
        language: "ruby",
        kind: Kind::Tree(&ruby::GRAMMAR),
    },
    Parser {
        language: "c",
        kind: Kind::Tree(&c::C),
    },
    Parser {
        language: "cpp",
        kind: Kind::Tree(&c::CPP),
    },
    Parser {
        language: "csharp",
        kind: Kind::Tree(&csharp::GRAMMAR),
    },
    Parser {
        language: "php",
        kind: Kind::Tree(&php::GRAMMAR),
    },
    Parser {
        language: "kotlin",
        kind: Kind::Tree(&kotlin::GRAMMAR),
    },
    Parser {
        language: "swift",
        kind: Kind::Tree(&swift::GRAMMAR),
    },
    Parser {
        language: "scala",
        kind: Kind::Tree(&scala::GRAMMAR),
    },
    Parser {
        language: "vue",
        kind: Kind::Component,
    },
    Parser {
        language: "svelte",
        kind: Kind::Component,
    },
];

/// The parser of a language, where there is one.
#[must_use]
pub fn parser(language: &str) -> Option<&'static Parser> {
    PARSERS.iter().find(|parser| parser.language == language)
}

impl Parser {
    /// Reads a text that was not scanned before.
    #[cfg(test)]
    fn facts(&self, path: &str, text: &[u8], limits: &Limits, rules: CognitiveRules) -> Result<Syntax, String> {
        let language = crate::language::LanguageId::by_id(self.language).expect("in the table");
        let spans = crate::language::scan(language.get(), text).spans;
        self.facts_of(path, text, &spans, limits, rules)
    }

    /// Reads `text`, the file at `path`, whose comments and long strings are `spans`, as far as a scan sees them.
    ///
    /// # Errors
    /// A sentence for `analyser.skippedFiles`.
    pub fn facts_of(
        &self,
        path: &str,
        text: &[u8],
        spans: &[Span],
        limits: &Limits,
        rules: CognitiveRules,
    ) -> Result<Syntax, String> {
        if text.len() as u64 > limits.max_parse_size {
            return Err(format!(
                "larger than {} bytes: lines are counted, but it is not parsed",
                limits.max_parse_size
            ));
        }
        match self.kind {
            Kind::Native(facts) => {
                nesting::check(text, spans, limits.max_nesting)?;
                let text = String::from_utf8_lossy(text);
                facts(path, text.strip_prefix('\u{feff}').unwrap_or(&text), rules)
            }
            Kind::Tree(grammar) => {
                nesting::check(text, spans, limits.max_nesting)?;
                if self.language == "ruby" {
                    ruby::check(text)?;
                }
                tree::facts(grammar, self.language, path, text, rules)
            }
            Kind::Component => component::facts(path, &String::from_utf8_lossy(text), spans, limits.max_nesting, rules),
        }
    }
}

/// The form in which a test shows a language: each function with its figures, and the rest in a line each.
#[cfg(test)]
fn snapshot(language: &str, text: &str) -> String {
    use std::fmt::Write as _;
    let syntax = parser(language)
        .expect("a parser")
        .facts(
            &format!("a.{language}"),
            text.as_bytes(),
            &Limits::default(),
            CognitiveRules::PAPER,
        )
        .expect("parses");
    let mut shown = format!(
        "classes {}, errors {}, entry point {}\n",
        syntax.classes, syntax.errors, syntax.entry_point
    );
    for f in &syntax.functions {
        let Function {
            name,
            line,
            end_line,
            cyclomatic,
            cognitive,
            own_cognitive: _,
            parameters,
            nesting,
        } = f;
        let _ = writeln!(
            shown,
            "{name} {line}-{end_line} cyclomatic {cyclomatic} cognitive {cognitive} parameters {parameters} nesting {nesting}"
        );
    }
    for import in &syntax.imports {
        let names: Vec<_> = import
            .names
            .iter()
            .map(|name| format!("{} as {}", name.imported, name.local))
            .collect();
        let _ = writeln!(
            shown,
            "import {:?} {} at {} {}",
            import.kind,
            import.specifier,
            import.line,
            names.join(", ")
        );
    }
    for export in &syntax.exports {
        let _ = writeln!(shown, "export {} at {}", export.name, export.line);
    }
    shown
}

/// Byte offsets to 1-based lines.
#[derive(Debug)]
struct Lines(Vec<u32>);

impl Lines {
    fn new(text: &[u8]) -> Self {
        Self(
            memchr::memchr_iter(b'\n', text)
                .map(|at| u32::try_from(at).unwrap_or(u32::MAX))
                .collect(),
        )
    }

    fn of(&self, offset: u32) -> u32 {
        u32::try_from(self.0.partition_point(|&newline| newline < offset)).unwrap_or(u32::MAX - 1) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parser_has_a_language() {
        for parser in PARSERS {
            assert!(
                crate::language::LanguageId::by_id(parser.language).is_some(),
                "{}",
                parser.language
            );
        }
    }

    #[test]
    fn lines_are_one_based() {
        let lines = Lines::new(b"a\nbc\n\nd");
        assert_eq!([0, 1, 2, 4, 5, 6].map(|at| lines.of(at)), [1, 1, 2, 2, 3, 4]);
    }

    #[test]
    fn no_parser_dies_of_broken_text() {
        let samples: &[&[u8]] = &[
            b"",
            b"\0",
            b"\xff\xfe{",
            b"(((((",
            b"}}}",
            b"class",
            b"def f(",
            b"function(",
            b"fn main() { if",
        ];
        for parser in PARSERS {
            for text in samples {
                let _ = parser.facts("a", text, &Limits::default(), CognitiveRules::PAPER);
            }
        }
    }

    #[test]
    fn deep_text_is_refused_not_parsed() {
        for parser in PARSERS {
            let open = if matches!(parser.kind, Kind::Component) {
                "<script>"
            } else {
                ""
            };
            let deep = format!("{open}{}", "(".repeat(100_000));
            let reason = parser
                .facts("a", deep.as_bytes(), &Limits::default(), CognitiveRules::PAPER)
                .expect_err("too deep");
            assert!(reason.contains("nested"), "{reason}");
        }
    }
}
