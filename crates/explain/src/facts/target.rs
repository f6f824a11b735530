//! Facts of one function, file or cycle of a report.

use repolens_core::explanation::ExplanationTarget;
use serde_json::Value;

use super::whole::{function_sentence, number};
use super::{Parts, PromptFacts};

/// The lines of a function in its file, counted from 1, where the report has them.
#[must_use]
pub fn lines_of(target: &ExplanationTarget, parts: &Parts) -> Option<(usize, usize)> {
    let ExplanationTarget::Function { file, name } = target else {
        return None;
    };
    let function = functions(parts, file).find(|it| it["name"].as_str() == Some(name))?;
    let line = |name: &str| function[name].as_u64().and_then(|line| usize::try_from(line).ok());
    Some((line("lineNumber")?, line("endLine")?))
}

fn functions<'p>(parts: &'p Parts, file: &str) -> impl Iterator<Item = &'p Value> {
    let all = parts.complexity_metrics.high_complexity_functions.iter();
    all.filter(move |it| it["filePath"].as_str() == Some(file))
}

pub(super) fn add(facts: &mut PromptFacts, parts: &Parts, target: &ExplanationTarget) {
    match target {
        ExplanationTarget::Repository => super::whole::add(facts, parts),
        ExplanationTarget::Function { file, name } => {
            for function in functions(parts, file).filter(|it| it["name"].as_str() == Some(name)) {
                if let Some(sentence) = function_sentence(function) {
                    facts.add_excerpt(&sentence);
                }
                for (label, member) in [
                    ("Parameters of the function", "parameters"),
                    ("Depth of its nesting", "nesting"),
                ] {
                    if let Some(number) = number(&function[member]) {
                        facts.add(&format!("{label}: {number}"));
                    }
                }
            }
            if !facts.list.is_empty() {
                of_file(facts, parts, file);
            }
        }
        ExplanationTarget::File { file } => of_file(facts, parts, file),
        ExplanationTarget::Cycle { file } => {
            for cycle in cycles_of(parts, file).take(3) {
                let chain = cycle["chain"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str);
                facts.add_excerpt(&format!(
                    "Cycle of imports: {}",
                    chain.collect::<Vec<_>>().join(" imports ")
                ));
                if let Some(length) = number(&cycle["length"]) {
                    facts.add(&format!("Files in the cycle: {length}"));
                }
            }
            if !facts.list.is_empty() {
                of_file(facts, parts, file);
            }
        }
    }
}

fn cycles_of<'p>(parts: &'p Parts, file: &str) -> impl Iterator<Item = &'p Value> {
    let all = parts.circular_dependencies.cycles.iter();
    all.filter(move |cycle| {
        cycle["chain"]
            .as_array()
            .is_some_and(|chain| chain.iter().any(|it| it.as_str() == Some(file)))
    })
}

fn of_file(facts: &mut PromptFacts, parts: &Parts, path: &str) {
    let Some(file) = parts.files.iter().find(|file| file.path == path) else {
        return;
    };
    facts.add_excerpt(&format!("File: {path}"));
    if let Some(language) = file.language.as_str() {
        facts.add(&format!("Language of the file: {language}"));
    }
    let figures = [
        ("Lines of the file", &file.lines),
        ("Highest cyclomatic complexity in the file", &file.complexity),
        ("Risk score of the file, of 100", &file.risk_score),
    ];
    for (label, value) in figures {
        if let Some(number) = number(value) {
            facts.add(&format!("{label}: {number}"));
        }
    }
    for function in functions(parts, path).take(10) {
        if let Some(sentence) = function_sentence(function) {
            facts.add_excerpt(&sentence);
        }
    }
    for hotspot in parts
        .hotspots
        .files
        .iter()
        .filter(|it| it["path"].as_str() == Some(path))
    {
        for (label, member) in [
            ("Changes of the file", "revisions"),
            ("People who changed it", "authors"),
            ("Repairs of it", "fixes"),
        ] {
            if let Some(number) = number(&hotspot[member]) {
                facts.add(&format!("{label}: {number}"));
            }
        }
    }
    for cycle in cycles_of(parts, path).take(2) {
        if let Some(length) = number(&cycle["length"]) {
            facts.add(&format!(
                "The file is in a cycle of imports of this many files: {length}"
            ));
        }
    }
    for finding in parts
        .security
        .findings
        .iter()
        .filter(|it| it["file"].as_str() == Some(path))
        .take(5)
    {
        if let (Some(rule), Some(line)) = (finding["rule"].as_str(), number(&finding["line"])) {
            facts.add(&format!("Security finding in the file: {rule}, line {line}"));
        }
    }
}
