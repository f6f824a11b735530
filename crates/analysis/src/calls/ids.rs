//! The index of each table of a file's calls, with a type of its own.

use std::num::NonZeroU32;

use crate::ids::ids;

ids! {
    /// A name of a file: a place in [`Calls::names`](super::Calls::names).
    NameId;
    /// An expression of a file: a place in [`Calls::values`](super::Calls::values).
    ValueId;
    /// A function of a file: a place in [`Calls::functions`](super::Calls::functions).
    FunctionId;
    /// A class of a file: a place in [`Calls::classes`](super::Calls::classes).
    ClassId;
    /// A list or a dictionary that a file writes out.
    ContainerId;
    /// An import of a file: a place in [`Syntax::imports`](crate::facts::Syntax::imports).
    ImportId;
    /// A name that an import brings in: a place in [`Import::names`](crate::facts::Import::names).
    ImportedNameId;
}

impl ValueId {
    /// Nothing is known of it, and it may be anything: [`ValueExpr::Unknown`](super::ValueExpr::Unknown).
    pub const UNKNOWN: Self = Self(NonZeroU32::MIN);
    /// No function of the repository is behind it: [`ValueExpr::Opaque`](super::ValueExpr::Opaque).
    pub const OPAQUE: Self = Self(NonZeroU32::MIN.saturating_add(1));

    /// Whether a function of the repository may be found behind it.
    #[must_use]
    pub fn is_known(self) -> bool {
        self != Self::UNKNOWN && self != Self::OPAQUE
    }
}

impl Default for ValueId {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

/// The code that makes a call. The module comes after all functions of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Body {
    Function(FunctionId),
    /// The code of a file outside of any function.
    Module,
}

/// The name of an element or argument. An unknown one comes after all names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameKey<Name> {
    Name(Name),
    /// A key that is not known; of an argument: its place counts.
    Any,
}

impl<Name> NameKey<Name> {
    /// The same key with its name under another numbering.
    pub fn map<Other>(self, to: impl FnOnce(Name) -> Other) -> NameKey<Other> {
        match self {
            Self::Name(name) => NameKey::Name(to(name)),
            Self::Any => NameKey::Any,
        }
    }
}

/// What of an import a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Imported {
    Name(ImportedNameId),
    /// The import as a whole: a module.
    Whole,
}
