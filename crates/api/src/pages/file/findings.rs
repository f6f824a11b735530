//! Findings of all sections about one file.

use repolens_core::report::{CircularDependencies, DeadCode, Duplication, FunctionComplexity, Security};

use crate::pages::read::Sections;
use crate::pages::view::parts;
use crate::pages::view::place::Place;
use crate::pages::view::text::{self, Html};

/// A row of the table of findings.
pub(super) struct FileFinding {
    pub severity: Html,
    pub message: Html,
    pub lines: Html,
    pub effort: &'static str,
}

/// The findings of all sections about one file.
pub(super) fn findings(
    sections: &Sections,
    place: &Place,
    path: &str,
    functions: &[&FunctionComplexity],
) -> Vec<FileFinding> {
    let of = FindingsOf { place, path };
    let mut found = Vec::new();
    if let Some(security) = sections.get::<Security>("security").get() {
        of.security(security, &mut found);
    }
    of.complexity(functions, &mut found);
    if let Some(cycles) = sections.get::<CircularDependencies>("circularDependencies").get() {
        of.cycles(cycles, &mut found);
    }
    if let Some(copies) = sections.get::<Duplication>("duplication").get() {
        of.copies(copies, &mut found);
    }
    if let Some(dead) = sections.get::<DeadCode>("deadCode").get() {
        of.dead_code(dead, &mut found);
    }
    found.truncate(200);
    found
}

/// The file whose findings are collected.
struct FindingsOf<'a> {
    place: &'a Place,
    path: &'a str,
}

impl FindingsOf<'_> {
    fn line(&self, from: u64, to: Option<u64>) -> Html {
        match self.place.source(self.path, Some(from), to) {
            Some(address) => Html(format!(
                "<a class=\"path\" href=\"{}\" rel=\"noopener noreferrer\">{}</a>",
                text::plain_address(&address),
                lines(from, to)
            )),
            None => Html(lines(from, to)),
        }
    }

    fn security(&self, security: &Security, found: &mut Vec<FileFinding>) {
        let own = security.findings.iter().filter(|finding| finding.file == self.path);
        found.extend(own.map(|finding| FileFinding {
            severity: parts::severity(finding.severity.as_str()),
            message: text::prose(&finding.message),
            lines: finding.line.map_or_else(no_line, |at| self.line(at, None)),
            effort: "Security",
        }));
    }

    fn complexity(&self, functions: &[&FunctionComplexity], found: &mut Vec<FileFinding>) {
        found.extend(functions.iter().map(|function| {
            let is_high = function.cyclomatic > 20 || function.cognitive > 30;
            FileFinding {
                severity: parts::severity(if is_high { "high" } else { "medium" }),
                message: Html(format!(
                    "<code>{}</code> has a cyclomatic complexity of {} and a cognitive one of {}",
                    text::name(&function.name),
                    function.cyclomatic,
                    function.cognitive
                )),
                lines: self.line(function.line_number, Some(function.end_line)),
                effort: "Complexity",
            }
        }));
    }

    fn cycles(&self, cycles: &CircularDependencies, found: &mut Vec<FileFinding>) {
        let own = cycles
            .cycles
            .iter()
            .filter(|cycle| cycle.chain.iter().any(|file| file == self.path));
        found.extend(own.map(|cycle| FileFinding {
            severity: parts::severity("medium"),
            message: Html(format!(
                "It is in a cycle of imports of {}",
                text::count(cycle.group_size, "file")
            )),
            lines: no_line(),
            effort: "Architecture",
        }));
    }

    fn copies(&self, copies: &Duplication, found: &mut Vec<FileFinding>) {
        for copy in &copies.clones {
            let all = || copy.occurrences.iter().enumerate();
            for (index, here) in all().filter(|(_, here)| here.file == self.path) {
                let Some((_, other)) = all().find(|(other, _)| *other != index) else {
                    continue;
                };
                found.push(FileFinding {
                    severity: parts::severity("low"),
                    message: Html(format!(
                        "{} are also in {}",
                        text::count(copy.lines, "line"),
                        self.place
                            .lines(&other.file, Some(other.start_line), Some(other.end_line))
                    )),
                    lines: self.line(here.start_line, Some(here.end_line)),
                    effort: "Duplication",
                });
            }
        }
    }

    fn dead_code(&self, dead: &DeadCode, found: &mut Vec<FileFinding>) {
        let path = self.path;
        let mut add = |message: String, lines: Html| {
            found.push(FileFinding {
                severity: parts::severity("low"),
                message: Html(message),
                lines,
                effort: "Dead code",
            });
        };
        if dead.unused_files.iter().any(|file| file == path) {
            add("Nothing reaches this file".to_owned(), no_line());
        }
        for function in dead.unused_functions.iter().filter(|function| function.file == path) {
            add(
                format!("Nothing calls <code>{}</code>", text::name(&function.function)),
                self.line(function.line, None),
            );
        }
        for name in dead.unused_exports.get(path).into_iter().flatten() {
            add(format!("Nothing imports <code>{}</code>", text::name(name)), no_line());
        }
        for import in dead.unused_imports.get(path).into_iter().flatten() {
            add(
                format!("The import of <code>{}</code> is not used", text::name(&import.symbol)),
                self.line(import.line, None),
            );
        }
    }
}

fn no_line() -> Html {
    Html("<span class=\"soft\">–</span>".to_owned())
}

fn lines(from: u64, to: Option<u64>) -> String {
    match to {
        Some(to) if to > from => format!("{from}–{to}"),
        _ => from.to_string(),
    }
}
