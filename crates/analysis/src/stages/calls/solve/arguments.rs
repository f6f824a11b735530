//! Values that are passed to parameters.

use super::{MAX_ANSWER, MAX_PARAMETERS, Solver};
use crate::budget::spend;
use crate::calls::{NameKey, ValueId};
use crate::stages::calls::index::{GlobalFunction, SourceId};

impl<'i, 'f> Solver<'i, 'f> {
    pub(super) fn pass_arguments(&mut self, file: SourceId, number: usize, target: GlobalFunction, bound: bool) {
        let data = self.index.file(file);
        let call = data.calls.calls[number];
        if call.count == 0 {
            return;
        }
        let start = call.first as usize;
        let (home, definition) = self.index.function(target);
        let home = self.index.file(home);
        let names = &home.calls.parameters[definition.parameters.0 as usize..][..usize::from(definition.parameters.1)];
        let names = &names[..names.len().min(MAX_PARAMETERS)];
        let offset = u16::from(bound && home.counts_self);
        for argument in &data.calls.arguments[start..start + usize::from(call.count)] {
            spend(1);
            let at = match argument.name {
                NameKey::Any => Some(argument.at + offset),
                NameKey::Name(name) => {
                    let symbol = data.symbol(name);
                    spend(names.len() as u64);
                    names
                        .iter()
                        .position(|name| home.symbol(*name) == symbol)
                        .and_then(|at| u16::try_from(at).ok())
                }
            };
            if let Some(at) = at.filter(|at| *at < definition.parameters.1) {
                self.pass(target, at, (file, argument.value));
            }
        }
    }

    pub(super) fn pass(&mut self, function: GlobalFunction, at: u16, value: (SourceId, ValueId)) {
        let passed = self.passed.entry((function, at)).or_default();
        if passed.too_many || passed.values.contains(&value) {
            return;
        }
        if passed.values.len() >= 2 * MAX_ANSWER {
            passed.too_many = true;
            passed.values = Vec::new();
            return;
        }
        passed.values.push(value);
    }
}
