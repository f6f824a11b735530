//! Private functions that nothing reaches, as the call graph has found them, and how sure that is.

use std::collections::HashMap;

use repolens_core::report::Confidence;

use super::confidence::Class;
use crate::facts::{Facts, FileFacts};
use crate::stages::UnusedFunction;
use crate::stages::published::{Registry, registry};

/// Sets the confidence of each, and leaves out those that are not shown.
pub(in crate::stages) fn settle(facts: &Facts, unused: &mut Vec<UnusedFunction>, low_confidence: bool) {
    let registry = registry(facts);
    // What a crate has of Python is data of its program: it calls it by names, or hands it on.
    let is_crate = registry == Some(Registry::Crates);
    unused.retain(|function| !(is_crate && is_python(&facts.files[function.file.index()])));
    // Python hides nothing from the tests that a package of a registry left out.
    let has_tests = facts.files.iter().any(|file| file.test && is_python(file));
    let is_cut = registry.is_some() && !has_tests;
    let mut accounted: HashMap<String, usize> = HashMap::new();
    for function in unused.iter() {
        *accounted.entry(own_name(&function.name).to_owned()).or_default() += 1 + function.callers;
    }
    for function in unused.iter_mut() {
        let file = &facts.files[function.file.index()];
        let name = own_name(&function.name);
        // Its definition, and the calls by functions that are unused too.
        let places = accounted.get(name).copied().unwrap_or(0);
        let class = match (facts.words.of(name) <= places, function.callers) {
            (false, _) => Class::FunctionNamed,
            (true, 0) if function.documented => Class::FunctionDocumented,
            (true, 0) if !(is_cut && is_python(file)) => Class::FunctionAlone,
            (true, _) => Class::FunctionOfUnused,
        };
        function.confidence = class.confidence(file.language.map_or("", |id| id.get().id));
    }
    unused.retain(|function| low_confidence || function.confidence != Confidence::Low);
}

fn is_python(file: &FileFacts) -> bool {
    file.language.is_some_and(|id| id.get().id == "python")
}

/// The name without that of its class.
fn own_name(name: &str) -> &str {
    name.rsplit(['.', '#']).next().unwrap_or(name)
}
