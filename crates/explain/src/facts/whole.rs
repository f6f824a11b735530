//! Facts of a whole report.

use serde_json::Value;

use super::{Parts, PromptFacts, grouped};

/// The most important first: what does not fit is left out from the end.
pub(super) fn add(facts: &mut PromptFacts, parts: &Parts) {
    identity(facts, parts);
    figures(facts, parts);
    grades(facts, parts);
    worst_places(facts, parts);
    actions(facts, parts);
    structure(facts, parts);
    history(facts, parts);
    risk_factors(facts, parts);
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value[name].as_str().filter(|text| !text.is_empty())
}

/// A number as the pages show it.
pub(super) fn number(value: &Value) -> Option<String> {
    match value.as_u64() {
        Some(number) => Some(grouped(number)),
        None => value.as_f64().map(|number| format!("{number}")),
    }
}

/// Adds `label: number` where there is one.
fn figure(facts: &mut PromptFacts, label: &str, value: &Value, unit: &str) {
    if let Some(number) = number(value) {
        facts.add(&format!("{label}: {number}{unit}"));
    }
}

fn identity(facts: &mut PromptFacts, parts: &Parts) {
    if let Some(name) = text(&parts.summary, "name") {
        facts.add_excerpt(&format!("Name of the project: {name}"));
    }
    if let Some(language) = text(&parts.languages, "primary").filter(|language| *language != "unknown") {
        facts.add(&format!("Main language: {language}"));
    }
    if let Some(description) = text(&parts.summary, "description") {
        facts.add_excerpt(&format!("The project describes itself as: {description}"));
    }
    if let Some(languages) = parts.languages["languages"].as_object() {
        let mut counts: Vec<_> = languages
            .iter()
            .filter_map(|(name, count)| Some((count.as_u64()?, name)))
            .collect();
        counts.sort_by(|a, b| b.cmp(a));
        for (count, name) in counts.into_iter().take(5) {
            facts.add(&format!("Files in {name}: {}", grouped(count)));
        }
    }
    let frameworks = parts.languages["frameworks"].as_array();
    for framework in frameworks.into_iter().flatten().filter_map(Value::as_str).take(6) {
        facts.add(&format!("Framework: {framework}"));
    }
    let licenses = parts.licenses.files.iter().filter_map(|file| text(file, "spdx"));
    for license in licenses
        .chain(parts.licenses.declared.iter().filter_map(Value::as_str))
        .take(3)
    {
        facts.add(&format!("License: {license}"));
    }
}

fn figures(facts: &mut PromptFacts, parts: &Parts) {
    figure(facts, "Files", &parts.summary["files"], "");
    figure(facts, "Lines of code", &parts.summary["linesOfCode"], "");
    figure(facts, "Lines of comments", &parts.lines["total"]["comments"], "");
    let functions = &parts.complexity_metrics.statistics;
    figure(facts, "Functions", &functions["totalFunctions"], "");
    figure(
        facts,
        "Mean cyclomatic complexity of a function",
        &functions["avgCyclomatic"],
        "",
    );
    figure(facts, "Highest cyclomatic complexity", &functions["maxCyclomatic"], "");
    figure(
        facts,
        "Functions that are too complex",
        &functions["highComplexityCount"],
        "",
    );
    figure(facts, "Test files", &parts.tests["testFiles"], "");
    figure(
        facts,
        "Lines of test for each line of other code",
        &parts.tests["ratio"],
        "",
    );
    let dependencies = &parts.dependencies.statistics;
    figure(facts, "Direct dependencies", &dependencies["direct"], "");
    figure(facts, "Dependencies in all", &dependencies["total"], "");
    if let (Some(risk), Some(level)) = (number(&parts.risk_scores["overall"]), text(&parts.risk_scores, "level")) {
        facts.add(&format!("Risk: {risk} of 100, which is {level}; lower is better"));
    }
    figure(
        facts,
        "Maintainability",
        &parts.risk_scores["maintainability"],
        " of 100, higher is better",
    );
    if let (Some(grade), Some(score)) = (
        parts.readme_analysis.grade.as_str(),
        number(&parts.readme_analysis.score),
    ) {
        facts.add(&format!("README: grade {grade}, {score} of 100"));
    }
}

fn grades(facts: &mut PromptFacts, parts: &Parts) {
    if let (Some(grade), Some(words)) = (
        text(&parts.grades["overall"], "grade"),
        text(&parts.grades["overall"], "words"),
    ) {
        facts.add(&format!(
            "Overall grade: {grade} on a scale from A (best) to E. {words}"
        ));
    }
    for aspect in [
        "maintainability",
        "security",
        "dependencies",
        "tests",
        "documentation",
        "change",
    ] {
        if let Some(grade) = text(&parts.grades[aspect], "grade") {
            facts.add(&format!("Grade for {aspect}: {grade}"));
        }
    }
}

fn worst_places(facts: &mut PromptFacts, parts: &Parts) {
    for (at, place) in parts.summary["worst"]
        .as_array()
        .into_iter()
        .flatten()
        .take(3)
        .enumerate()
    {
        let Some(path) = text(place, "path") else { continue };
        let line = number(&place["line"]).map_or_else(String::new, |line| format!(" line {line}"));
        let reason = text(place, "reason").unwrap_or("highest risk score");
        facts.add_excerpt(&format!("Riskiest file {}: {path}{line}: {reason}", at + 1));
    }
    for function in parts.complexity_metrics.high_complexity_functions.iter().take(5) {
        if let Some(sentence) = function_sentence(function) {
            facts.add_excerpt(&sentence);
        }
    }
    for severity in ["critical", "high", "medium"] {
        figure(
            facts,
            &format!("Security findings, {severity}"),
            &parts.security.totals[severity],
            "",
        );
    }
    for finding in parts.security.findings.iter().take(5) {
        if let (Some(rule), Some(file)) = (text(finding, "rule"), text(finding, "file")) {
            let severity = text(finding, "severity").unwrap_or("unknown");
            facts.add_excerpt(&format!("Security finding ({severity}): {rule} in {file}"));
        }
    }
}

pub(super) fn function_sentence(function: &Value) -> Option<String> {
    let (name, path) = (text(function, "name")?, text(function, "filePath")?);
    let line = number(&function["lineNumber"])?;
    let (cyclomatic, cognitive) = (number(&function["cyclomatic"])?, number(&function["cognitive"])?);
    Some(format!(
        "Complex function: {name} in {path} line {line}: cyclomatic complexity {cyclomatic}, cognitive complexity {cognitive}"
    ))
}

fn actions(facts: &mut PromptFacts, parts: &Parts) {
    for (at, action) in parts.actions.as_array().into_iter().flatten().take(5).enumerate() {
        if let (Some(title), Some(reason)) = (text(action, "title"), text(action, "reason")) {
            facts.add_excerpt(&format!("To do, number {}: {title}. Reason: {reason}", at + 1));
        }
    }
}

fn structure(facts: &mut PromptFacts, parts: &Parts) {
    for path in parts.ast.entry_points.iter().filter_map(Value::as_str).take(5) {
        facts.add_excerpt(&format!("Entry point: {path}"));
    }
    figure(
        facts,
        "Groups of files that import each other in a cycle",
        &parts.circular_dependencies.total_cycles,
        "",
    );
    figure(facts, "Copied lines", &parts.duplication.percentage, " %");
    figure(
        facts,
        "Unused exports",
        &parts.dead_code.statistics["total_unused_exports"],
        "",
    );
    figure(
        facts,
        "Unused imports",
        &parts.dead_code.statistics["total_unused_imports"],
        "",
    );
    figure(
        facts,
        "Calls between functions",
        &parts.call_graph.statistics["calls"],
        "",
    );
    figure(
        facts,
        "Longest chain of calls",
        &parts.call_graph.statistics["max_depth"],
        " steps",
    );
    for name in parts.tests["ci"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .take(3)
    {
        facts.add(&format!("Continuous integration: {name}"));
    }
}

fn history(facts: &mut PromptFacts, parts: &Parts) {
    figure(facts, "Commits that were read", &parts.hotspots.window["commits"], "");
    figure(
        facts,
        "People who know half of the code",
        &parts.hotspots.knowledge["busFactor"],
        "",
    );
    for hotspot in parts.hotspots.files.iter().take(5) {
        if let (Some(path), Some(revisions)) = (text(hotspot, "path"), number(&hotspot["revisions"])) {
            let authors = number(&hotspot["authors"]).map_or_else(String::new, |it| format!(", people: {it}"));
            facts.add_excerpt(&format!("Hotspot: {path}, changes: {revisions}{authors}"));
        }
    }
    for pair in parts.hotspots.coupling.iter().take(3) {
        if let (Some(a), Some(b), Some(shared)) = (text(pair, "a"), text(pair, "b"), number(&pair["shared"])) {
            facts.add_excerpt(&format!("Changed together: {a} and {b}, commits: {shared}"));
        }
    }
}

fn risk_factors(facts: &mut PromptFacts, parts: &Parts) {
    for factor in parts.risk_scores["breakdown"]
        .as_object()
        .into_iter()
        .flat_map(serde_json::Map::values)
    {
        if let Some(description) = text(factor, "description") {
            figure(facts, description, &factor["value"], "");
        }
    }
    for suggestion in parts.readme_analysis.suggestions.iter().take(5) {
        if let Some(message) = text(suggestion, "message") {
            facts.add(&format!("The README could be better: {message}"));
        }
    }
}
