//! Results about functions, imports, dead code and copies.

use std::fmt::Write as _;

use repolens_core::report::Cycle;

use super::{Finding, Results, place};
use crate::export::Excerpt;

pub(super) fn complexity(results: &mut Results, excerpt: &Excerpt) {
    let functions = excerpt
        .complexity_metrics
        .get()
        .map(|metrics| metrics.high_complexity_functions.as_slice());
    for function in functions.unwrap_or_default() {
        results.add(Finding {
            rule: "high-complexity",
            level: "warning",
            text: format!(
                "`{}` has a cyclomatic complexity of {} and a cognitive one of {}: split it",
                function.name, function.cyclomatic, function.cognitive
            ),
            fingerprint: format!("{}:{}", function.file_path, function.name),
            place: place(&function.file_path, Some((function.line_number, function.end_line))),
            related: Vec::new(),
            severity: None,
            suppressed_by: None,
        });
    }
}

pub(super) fn cycles(results: &mut Results, excerpt: &Excerpt) {
    let cycles = excerpt
        .circular_dependencies
        .get()
        .map(|section| section.cycles.as_slice());
    for cycle in cycles.unwrap_or_default() {
        let Some(first) = cycle.chain.first() else {
            continue;
        };
        results.add(Finding {
            rule: "circular-import",
            level: "warning",
            text: circle(cycle),
            fingerprint: cycle.chain.join("\n"),
            place: place(first, None),
            related: cycle
                .chain
                .iter()
                .skip(1)
                .take(20)
                .map(|file| place(file, None))
                .collect(),
            severity: None,
            suppressed_by: None,
        });
    }
}

fn circle(cycle: &Cycle) -> String {
    let mut text = format!("Files import each other in a circle: {}", cycle.chain.join(" → "));
    if let Some(import) = cycle.breaks.first() {
        let _ = write!(text, "; it is broken without {} → {}", import.source, import.target);
        if cycle.breaks_total > 1 {
            let _ = write!(text, " and {} more", cycle.breaks_total - 1);
        }
    }
    text
}

pub(super) fn dead_code(results: &mut Results, excerpt: &Excerpt) {
    let Some(dead) = excerpt.dead_code.get() else {
        return;
    };
    for (file, imports) in &dead.unused_imports {
        for import in imports {
            results.add(Finding {
                rule: "unused-import",
                level: "note",
                text: format!(
                    "`{}` from `{}` is used nowhere in this file",
                    import.symbol, import.source
                ),
                fingerprint: format!("{file}:{}:{}", import.source, import.symbol),
                place: place(file, Some((import.line, import.line))),
                related: Vec::new(),
                severity: None,
                suppressed_by: None,
            });
        }
    }
    for (file, names) in &dead.unused_exports {
        for name in names {
            results.add(Finding {
                rule: "unused-export",
                level: "note",
                text: format!("`{name}` is exported and imported nowhere in this repository"),
                fingerprint: format!("{file}:{name}"),
                place: place(file, None),
                related: Vec::new(),
                severity: None,
                suppressed_by: None,
            });
        }
    }
    for unused in &dead.unused_functions {
        results.add(Finding {
            rule: "unused-function",
            level: "note",
            text: format!("Nothing calls the private function `{}`", unused.function),
            fingerprint: format!("{}:{}", unused.file, unused.function),
            place: place(&unused.file, Some((unused.line, unused.line))),
            related: Vec::new(),
            severity: None,
            suppressed_by: None,
        });
    }
    for file in &dead.unused_files {
        results.add(Finding {
            rule: "unused-file",
            level: "note",
            text: "No entry point of this repository reaches this file".to_owned(),
            fingerprint: file.clone(),
            place: place(file, None),
            related: Vec::new(),
            severity: None,
            suppressed_by: None,
        });
    }
}

pub(super) fn copies(results: &mut Results, excerpt: &Excerpt) {
    let clones = excerpt.duplication.get().map(|section| section.clones.as_slice());
    for clone in clones.unwrap_or_default() {
        let mut places = clone
            .occurrences
            .iter()
            .map(|copy| place(&copy.file, Some((copy.start_line, copy.end_line))));
        let Some(first) = places.next() else {
            continue;
        };
        let files: Vec<&str> = clone.occurrences.iter().map(|copy| copy.file.as_str()).collect();
        results.add(Finding {
            rule: "copied-code",
            level: "note",
            text: format!("{} lines are in {} places", clone.lines, clone.occurrences.len()),
            fingerprint: format!("{}:{}", clone.tokens, files.join("\n")),
            place: first,
            related: places.take(20).collect(),
            severity: None,
            suppressed_by: None,
        });
    }
}
