//! A file of the index.

use std::cell::OnceCell;

use rustc_hash::FxHashMap as HashMap;

use super::{CallIndex, Family, GlobalClass, GlobalContainer, GlobalFunction, SourceId, SymbolId};
use crate::budget::spend;
use crate::calls::{Calls, ClassDefinition, ClassId, ContainerId, Definition, FunctionId, NameId};
use crate::ids::FileId;

pub(in crate::stages::calls) struct File<'f> {
    pub at: FileId,
    pub calls: &'f Calls,
    pub family: Family,
    /// Functions, classes and containers of the files before it.
    pub(super) functions: usize,
    pub(super) classes: usize,
    pub(super) containers: usize,
    /// Its names as those of all files.
    pub symbols: Vec<SymbolId>,
    /// The first parameter of a method is its object.
    pub counts_self: bool,
    /// Files whose names it has by `import a.*`, with their order.
    pub(super) star_places: OnceCell<HashMap<SourceId, u32>>,
}

impl File<'_> {
    pub(in crate::stages::calls) fn symbol(&self, name: NameId) -> SymbolId {
        self.symbols[name.index()]
    }

    pub(in crate::stages::calls) fn function(&self, function: FunctionId) -> GlobalFunction {
        GlobalFunction::new(self.functions + function.index())
    }

    pub(in crate::stages::calls) fn class(&self, class: ClassId) -> GlobalClass {
        GlobalClass::new(self.classes + class.index())
    }

    pub(in crate::stages::calls) fn container(&self, container: ContainerId) -> GlobalContainer {
        GlobalContainer::new(self.containers + container.index())
    }

    /// Its functions in their order.
    pub(in crate::stages::calls) fn numbered_functions(&self) -> impl Iterator<Item = (GlobalFunction, &Definition)> {
        (self.functions..).map(GlobalFunction::new).zip(&self.calls.functions)
    }

    /// Its classes in their order.
    pub(in crate::stages::calls) fn numbered_classes(&self) -> impl Iterator<Item = (GlobalClass, &ClassDefinition)> {
        (self.classes..).map(GlobalClass::new).zip(&self.calls.classes)
    }

    pub(super) fn star_places(&self, index: &CallIndex<'_>, file: SourceId) -> &HashMap<SourceId, u32> {
        self.star_places.get_or_init(|| {
            let mut places = HashMap::default();
            for (place, target) in (0..).zip(index.star_targets(file)) {
                places.entry(target).or_insert(place);
            }
            spend(places.len() as u64);
            places
        })
    }
}
