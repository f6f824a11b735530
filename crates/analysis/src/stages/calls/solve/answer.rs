//! The answer to what a value is.

use super::MAX_ANSWER;
use crate::stages::calls::index::{GlobalClass, GlobalContainer, GlobalFunction, SourceId};

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Thing {
    Function(GlobalFunction),
    /// A function of an object: its first parameter is filled.
    Bound(GlobalFunction),
    Class(GlobalClass),
    Instance(GlobalClass),
    Super(GlobalClass),
    Module(SourceId),
    Container(GlobalContainer),
    External,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Answer {
    pub things: Vec<Thing>,
    /// It hangs on values that are passed, or on a class below.
    pub likely: bool,
    /// It may grow when more calls are known.
    pub(super) open: bool,
}

impl Answer {
    pub(super) fn one(thing: Thing) -> Self {
        Self {
            things: vec![thing],
            ..Self::default()
        }
    }

    /// The answer of a value while it is evaluated: nothing yet.
    pub(super) fn in_circle() -> Self {
        Self {
            open: true,
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.likely |= other.likely && !other.things.is_empty();
        self.open |= other.open;
        for thing in &other.things {
            if !self.things.contains(thing) {
                self.things.push(*thing);
            }
        }
    }

    pub(super) fn limited(mut self) -> Self {
        if self.things.len() > MAX_ANSWER {
            self.things.clear();
            self.likely = true;
        }
        self
    }
}

impl Thing {
    pub(super) fn function(self) -> Option<GlobalFunction> {
        match self {
            Self::Function(function) | Self::Bound(function) => Some(function),
            _ => None,
        }
    }
}
