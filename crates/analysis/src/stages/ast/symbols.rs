//! The functions, methods and classes of each file, and how many use them.

use std::collections::{BTreeMap, BTreeSet};

use repolens_core::report::{AstFile, Symbol, SymbolKind};

use crate::budget::spend;
use crate::facts::Facts;
use crate::facts::{Function, Syntax};
use crate::ids::FileId;
use crate::stages::{References, Scratch};

pub(super) const MAX_OF_FILE: usize = 200;
pub(super) const MAX_IN_ALL: usize = 20_000;

/// Lists the symbols of the files, those of the riskiest first as long as there is room. Returns how many there are in all.
pub(super) fn fill(facts: &Facts, scratch: &Scratch, files: &mut [(FileId, AstFile)]) -> u64 {
    let mut order: Vec<usize> = (0..files.len()).collect();
    let risk = |at: &usize| files[*at].1.risk_score.unwrap_or(0.0);
    order.sort_by(|a, b| risk(b).total_cmp(&risk(a)).then(a.cmp(b)));
    let mut room = MAX_IN_ALL;
    let mut total = 0;
    for at in order {
        let (number, file) = &mut files[at];
        let Some(syntax) = facts.files[number.index()].syntax.as_deref() else {
            continue;
        };
        let mut symbols = of_file(syntax, scratch.references.get(number));
        spend(symbols.len() as u64);
        total += symbols.len() as u64;
        symbols.truncate(MAX_OF_FILE.min(room));
        room -= symbols.len();
        file.symbols = symbols;
    }
    total
}

fn of_file(syntax: &Syntax, references: Option<&References>) -> Vec<Symbol> {
    let calls = &syntax.calls;
    // By line and name, as the complexity's units have them.
    let known: BTreeMap<(u32, String), u32> = references
        .iter()
        .flat_map(|references| calls.functions.iter().zip(&references.functions))
        .map(|(function, references)| ((function.line, calls.full_name(function)), *references))
        .collect();
    let function = |function: &Function| Symbol {
        name: function.name.to_string(),
        kind: if function.name.contains('.') {
            SymbolKind::Method
        } else {
            SymbolKind::Function
        },
        line: Some(function.line.into()),
        references: known
            .get(&(function.line, function.name.to_string()))
            .map(|references| u64::from(*references)),
        cyclomatic: Some(function.cyclomatic.into()),
        cognitive: Some(function.cognitive.into()),
    };
    let is_named = |function: &&Function| !function.name.is_empty() && function.name != "<anonymous>";
    let mut symbols: Vec<Symbol> = syntax.functions.iter().filter(is_named).map(function).collect();
    symbols.sort_by_key(|symbol| symbol.line);
    let mut seen = BTreeSet::new();
    for (at, class) in calls.classes.iter().enumerate() {
        let name = calls.name(class.name);
        if !name.is_empty() && seen.insert(name) {
            symbols.push(Symbol {
                name: name.to_owned(),
                kind: SymbolKind::Class,
                references: references
                    .and_then(|of| of.classes.get(at))
                    .map(|count| u64::from(*count)),
                ..Symbol::default()
            });
        }
    }
    symbols
}
