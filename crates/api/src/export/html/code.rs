//! The page's sections on the code: its lines, its structure, what is unused or copied, what it depends on.

use repolens_core::report::{ComplexityMetrics, Confidence, Cycle, Lines};

use super::super::Excerpt;
use super::super::excerpt::CallGraphExcerpt;
use super::super::text::{html, score, thousands};
use super::parts::{Cell, HtmlPage, code, level, number, place, text};

pub fn write(page: &mut HtmlPage, excerpt: &Excerpt) {
    code_of(page, excerpt);
    structure(page, excerpt);
    dead_code(page, excerpt);
    duplication(page, excerpt);
    dependencies(page, excerpt);
}

fn code_of(page: &mut HtmlPage, excerpt: &Excerpt) {
    if excerpt.lines.get().is_none() && excerpt.complexity_metrics.get().is_none() {
        return;
    }
    page.section("code", "Code");
    if let Some(lines) = excerpt.lines.get() {
        lines_by_language(page, lines);
    }
    if let Some(tests) = excerpt.tests.get() {
        let mut sentence = format!(
            "{} test files; {} lines of test code for each line of other code.",
            thousands(tests.test_files),
            tests.ratio
        );
        for (what, names) in [
            ("Test frameworks", &tests.frameworks),
            ("Continuous integration", &tests.ci),
        ] {
            if !names.is_empty() {
                sentence.push_str(&format!(" {what}: {}.", html(&names.join(", "))));
            }
        }
        page.paragraph(&sentence);
    }
    if let Some(metrics) = excerpt.complexity_metrics.get() {
        complexity(page, metrics);
    }
}

fn lines_by_language(page: &mut HtmlPage, lines: &Lines) {
    let mut languages: Vec<_> = lines.written().iter().filter(|(_, lines)| lines.files > 0).collect();
    languages.sort_by(|a, b| b.1.code.cmp(&a.1.code).then(a.0.cmp(b.0)));
    let all = languages.iter().map(|(_, lines)| lines.code).sum::<u64>().max(1) as f64;
    page.table(
        "Lines by language",
        &["Language", "#Files", "#Code", "", "#Comments", "#Blank"],
        languages.len() as u64,
        languages.into_iter().map(|(name, lines)| {
            vec![
                text(name),
                number(lines.files),
                number(lines.code),
                Cell::Bar(lines.code as f64 / all * 100.0, ""),
                number(lines.comments),
                number(lines.blanks),
            ]
        }),
    );
}

fn complexity(page: &mut HtmlPage, metrics: &ComplexityMetrics) {
    let statistics = &metrics.statistics;
    page.paragraph(&format!(
        "{} functions; cyclomatic complexity {} on average and {} at most, cognitive complexity {} and {}.",
        thousands(statistics.total_functions),
        score(statistics.avg_cyclomatic),
        thousands(statistics.max_cyclomatic),
        score(statistics.avg_cognitive),
        thousands(statistics.max_cognitive)
    ));
    page.table(
        "The most complex functions",
        &[
            "Function",
            "Place",
            "#Cyclomatic",
            "#Cognitive",
            "#Parameters",
            "#Nesting",
        ],
        statistics
            .high_complexity_count
            .max(metrics.high_complexity_functions.len() as u64),
        metrics.high_complexity_functions.iter().map(|function| {
            vec![
                code(&function.name),
                place(&function.file_path, Some(function.line_number)),
                number(function.cyclomatic),
                number(function.cognitive),
                number(function.parameters),
                number(function.nesting),
            ]
        }),
    );
}

fn structure(page: &mut HtmlPage, excerpt: &Excerpt) {
    if excerpt.circular_dependencies.get().is_none()
        && excerpt.call_graph.get().is_none()
        && excerpt.module_graph.get().is_none()
    {
        return;
    }
    page.section("structure", "Structure");
    if let Some(modules) = excerpt.module_graph.get() {
        page.paragraph(&format!(
            "{} files with {} imports of each other and {} of packages; {} imports lead nowhere.",
            thousands(modules.nodes.len() as u64),
            thousands(modules.edges_total),
            thousands(modules.external_total),
            thousands(modules.unresolved_total)
        ));
        page.table(
            "Imports that lead nowhere",
            &["File", "Import"],
            modules.unresolved_total.max(modules.unresolved.len() as u64),
            modules
                .unresolved
                .iter()
                .map(|import| vec![code(&import.file), code(&import.specifier)]),
        );
    }
    if let Some(cycles) = excerpt.circular_dependencies.get() {
        if cycles.cycles.is_empty() {
            page.paragraph("No file imports itself by way of others.");
        }
        page.table(
            "Circular imports",
            &["Severity", "#Files", "Chain", "Broken without", "#Imports"],
            cycles.total_cycles,
            cycles.cycles.iter().map(cycle_row),
        );
    }
    if let Some(calls) = excerpt.call_graph.get() {
        call_graph(page, calls, |place| excerpt.call_graph.has(place));
    }
}

fn cycle_row(cycle: &Cycle) -> Vec<Cell> {
    const SHOWN_FILES: usize = 8;
    let word = match cycle.severity {
        repolens_core::report::Severity::High => "high",
        repolens_core::report::Severity::Medium => "medium",
        repolens_core::report::Severity::Low => "low",
    };
    // Older reports name the chain alone.
    let size = match cycle.group_size {
        0 => cycle.length,
        size => size,
    };
    let chain: Vec<String> = cycle
        .chain
        .iter()
        .take(SHOWN_FILES)
        .map(|file| format!("<code>{}</code>", html(file)))
        .collect();
    let more = if cycle.chain.len() > SHOWN_FILES {
        " → …"
    } else {
        ""
    };
    let cut = cycle.breaks.first().map_or(String::new(), |import| {
        format!(
            "<code>{}</code> → <code>{}</code>",
            html(&import.source),
            html(&import.target)
        )
    });
    vec![
        level(word),
        number(size),
        Cell::Html(format!("{}{more}", chain.join(" → "))),
        Cell::Html(cut),
        match cycle.breaks_total {
            0 => text(""),
            total => number(total),
        },
    ]
}

fn call_graph(page: &mut HtmlPage, calls: &CallGraphExcerpt, has: impl Fn(&str) -> bool) {
    let statistics = &calls.statistics;
    let mut sentences = format!("Call graph: {} functions", thousands(calls.total_functions));
    if has("statistics.unreachable_count") {
        let count = thousands(statistics.unreachable_count);
        sentences.push_str(&format!(", of which {count} are reached from no entry point"));
    }
    sentences.push('.');
    if has("statistics.calls") {
        sentences.push_str(&format!(
            " Of {} calls, {} lead to a function of this repository that is known, {} to one that is likely, and {} out of it.",
            thousands(statistics.calls),
            thousands(statistics.resolved_exact),
            thousands(statistics.resolved_likely),
            thousands(statistics.external),
        ));
    }
    if has("statistics.average_fan_out") && has("statistics.max_depth") {
        sentences.push_str(&format!(
            " Functions call {} others on average; the longest way from an entry point has {} calls.",
            score(statistics.average_fan_out),
            thousands(statistics.max_depth)
        ));
    }
    page.paragraph(&sentences);
    page.table(
        "Functions through which most calls go",
        &["Function", "Place", "#Called by", "#Calls", "#Depth"],
        calls.most_complex.len() as u64,
        calls.most_complex.iter().map(|function| {
            vec![
                code(&function.function),
                code(&function.location),
                number(function.fan_in),
                number(function.fan_out),
                number(function.depth),
            ]
        }),
    );
}

fn dead_code(page: &mut HtmlPage, excerpt: &Excerpt) {
    let Some(dead) = excerpt.dead_code.get() else {
        return;
    };
    page.section("unused", "Unused code");
    let statistics = &dead.statistics;
    let mut sentence = format!(
        "{} of {} exports and {} of {} imports are used nowhere",
        thousands(statistics.total_unused_exports),
        thousands(statistics.total_exports),
        thousands(statistics.total_unused_imports),
        thousands(statistics.total_imports),
    );
    if excerpt.dead_code.has("unused_functions") {
        let count = thousands(dead.unused_functions_total());
        sentence.push_str(&format!("; {count} private functions are called by nothing"));
    }
    if excerpt.dead_code.has("unused_files") {
        let count = thousands(dead.unused_files.len() as u64);
        sentence.push_str(&format!("; {count} files are reached from no entry point"));
    }
    page.paragraph(&format!("{sentence}."));
    page.table(
        "Exports without an import",
        &["File", "Names"],
        dead.unused_exports.len() as u64,
        dead.unused_exports
            .iter()
            .map(|(file, names)| vec![code(file), text(&some(names, 12))]),
    );
    page.table(
        "Files that nothing reaches",
        &["File"],
        dead.unused_files.len() as u64,
        dead.unused_files.iter().map(|file| vec![code(file)]),
    );
    page.table(
        "Private functions that nothing calls",
        &["Function", "Place", "Confidence"],
        dead.unused_functions_total(),
        dead.unused_functions.iter().map(|unused| {
            let sure = match unused.confidence {
                Confidence::High => "high",
                Confidence::Medium => "medium",
                Confidence::Low => "low",
            };
            vec![
                code(&unused.function),
                place(&unused.file, Some(unused.line)),
                text(sure),
            ]
        }),
    );
}

/// The first of them, and how many more there are.
fn some(names: &[String], most: usize) -> String {
    let mut text = names.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > most {
        text.push_str(&format!(" and {} more", names.len() - most));
    }
    text
}

fn duplication(page: &mut HtmlPage, excerpt: &Excerpt) {
    let Some(copies) = excerpt.duplication.get() else {
        return;
    };
    page.section("copies", "Copied code");
    page.paragraph(&format!(
        "{} % of the lines ({}) have a copy elsewhere.",
        score(copies.percentage),
        thousands(copies.duplicated_lines)
    ));
    page.table(
        "Copies, the largest first",
        &["#Lines", "Places"],
        copies.clones_total,
        copies.clones.iter().take(20).map(|clone| {
            let places: Vec<String> = clone
                .occurrences
                .iter()
                .take(4)
                .map(|place| {
                    format!(
                        "<code>{}:{}–{}</code>",
                        html(&place.file),
                        place.start_line,
                        place.end_line
                    )
                })
                .collect();
            let more = if clone.occurrences.len() > 4 { " …" } else { "" };
            vec![number(clone.lines), Cell::Html(format!("{}{more}", places.join(", ")))]
        }),
    );
}

fn dependencies(page: &mut HtmlPage, excerpt: &Excerpt) {
    let Some(dependencies) = excerpt.dependencies.get() else {
        return;
    };
    page.section("dependencies", "Dependencies");
    let statistics = &dependencies.statistics;
    page.paragraph(&format!(
        "{} packages: {} direct, {} that came with them, {} for development.",
        thousands(statistics.total),
        thousands(statistics.direct),
        thousands(statistics.transitive),
        thousands(statistics.dev)
    ));
    // Older reports do not state which are direct.
    let has_direct = excerpt.dependencies.has("packages[].direct");
    let direct: Vec<_> = dependencies
        .packages
        .iter()
        .filter(|package| package.direct || !has_direct)
        .collect();
    page.table(
        if has_direct { "Direct dependencies" } else { "Packages" },
        &["Package", "Type", "Version", "License", "Named in"],
        direct.len() as u64,
        direct.into_iter().map(|package| {
            let dev = if package.is_dev {
                " <span class=\"soft\">(development)</span>"
            } else {
                ""
            };
            vec![
                Cell::Html(format!("<code>{}</code>{dev}", html(&package.name))),
                text(&package.r#type),
                code(&package.version),
                text(package.license.as_deref().unwrap_or("")),
                code(&package.manifest),
            ]
        }),
    );
    if let Some(licenses) = excerpt.licenses.get() {
        page.table(
            "License files",
            &["File", "License"],
            licenses.files.len() as u64,
            licenses.files.iter().map(|license| {
                vec![
                    code(&license.path),
                    text(license.spdx.as_deref().unwrap_or("not recognized")),
                ]
            }),
        );
    }
}
