//! Functions by how often they changed: on demand, of the worst files or of those that the caller names.

use repolens_core::report::FunctionHotspot;

use super::super::tenth;
use super::Ranked;
use super::rank::percentile_ranks;
use crate::facts::Facts;
use crate::facts::FileFacts;
use crate::history::{History, functions};
use crate::language;
use crate::options::Limits;
use crate::syntax;
use crate::units::CognitiveRules;

const FILES: usize = 10;
const LISTED: usize = 50;

/// The functions, and what could not be counted.
pub(super) fn functions(
    facts: &Facts,
    ranked: &[Ranked<'_>],
    history: &History,
) -> (Vec<FunctionHotspot>, Option<String>) {
    let Some(wanted) = &history.functions_of else {
        return (Vec::new(), None);
    };
    let files: Vec<&FileFacts> = if wanted.is_empty() {
        ranked
            .iter()
            .filter(|ranked| ranked.is_hot())
            .take(FILES)
            .map(|ranked| ranked.file)
            .collect()
    } else {
        facts.files.iter().filter(|file| wanted.contains(&file.path)).collect()
    };
    if !history.has_contents {
        return (
            Vec::new(),
            Some("functions: the clone has no contents of earlier commits".to_owned()),
        );
    }
    let mut found = Vec::new();
    let mut problem = None;
    for file in files {
        match of_file(file, history) {
            Ok(functions) => found.extend(functions),
            Err(reason) => problem = Some(format!("functions of {}: {reason}", file.path)),
        }
    }
    score(&mut found);
    found.truncate(LISTED);
    (found, problem)
}

fn of_file(file: &FileFacts, history: &History) -> Result<Vec<FunctionHotspot>, String> {
    let language = file.language.ok_or("its language is unknown")?.get();
    let parser = syntax::parser(language.id).ok_or("its language is not parsed")?;
    let parse = |text: &[u8]| {
        let parsed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let spans = language::scan(language, text).spans;
            parser.facts_of(&file.path, text, &spans, &Limits::default(), CognitiveRules::PAPER)
        }));
        // A version that was no valid program changed no function that could be named.
        parsed
            .ok()
            .and_then(Result::ok)
            .map(|syntax| syntax.functions)
            .unwrap_or_default()
    };
    let revisions = functions::revisions(history, &file.path, parse)?;
    let changed = file.functions().iter().filter_map(|function| {
        Some(FunctionHotspot {
            path: file.path.clone(),
            function: function.name.to_string(),
            line: function.line.into(),
            revisions: u64::from(*revisions.get(&function.name)?),
            cyclomatic: function.cyclomatic.into(),
            cognitive: function.cognitive.into(),
            score: 0.0,
        })
    });
    Ok(changed.collect())
}

fn score(found: &mut [FunctionHotspot]) {
    let often: Vec<u64> = found.iter().map(|function| function.revisions).collect();
    let complex: Vec<u64> = found
        .iter()
        .map(|function| function.cyclomatic.max(function.cognitive))
        .collect();
    for ((function, often), complex) in found
        .iter_mut()
        .zip(percentile_ranks(&often))
        .zip(percentile_ranks(&complex))
    {
        function.score = tenth(often * complex * 100.0);
    }
    found.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| b.revisions.cmp(&a.revisions))
            .then_with(|| (&a.path, a.line).cmp(&(&b.path, b.line)))
    });
}
