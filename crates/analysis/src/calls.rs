//! The calls of a file, small enough to keep for every file: its definitions, and for each call an expression that
//! describes where its target comes from. The expressions are resolved when all files are known (the stage
//! `call-graph`).
//!
//! Values are numbered in one table for each file, equal ones once: `a.b()` is a [`ValueExpr::Result`] of a
//! [`ValueExpr::Member`] of whatever `a` is bound to at that place.

mod builder;
mod ids;
pub mod signature;

pub use builder::{Builder, ScopeId, ScopeKind};
pub use ids::{Body, ClassId, ContainerId, FunctionId, ImportId, Imported, ImportedNameId, NameId, NameKey, ValueId};
pub use signature::Signature;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueExpr {
    /// Nothing is known of it, and it may be anything.
    Unknown,
    /// No function of the repository is behind it: a literal, a name of the language.
    Opaque,
    Function(FunctionId),
    Class(ClassId),
    /// The value that an import brings in.
    Import(ImportId, Imported),
    /// A name that the file does not bind where it is used.
    Free(NameId),
    /// The parameter number `.1` of the function `.0`.
    Parameter(FunctionId, u32),
    Member(ValueId, NameId),
    /// The value that a call returns; for a class, its instance.
    Result(ValueId),
    Element(ValueId, NameKey<NameId>),
    /// A list or a dictionary that is written out.
    Container(ContainerId),
    /// The object a method of the class works on.
    This(ClassId),
    /// The object, seen as an instance of the class above the class `.0`.
    Super(ClassId),
    Either(ValueId, ValueId),
    /// The first of the two that resolves to anything.
    First(ValueId, ValueId),
    /// What the decorator `.0` makes of the value `.1`.
    Decorated(ValueId, ValueId),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    pub name: NameId,
    /// The class whose method it is.
    pub class: Option<ClassId>,
    /// The code around it.
    pub parent: Body,
    pub line: u32,
    /// The value that it returns.
    pub returns: ValueId,
    /// Where the names of its parameters begin in [`Calls::parameters`], and how many there are.
    pub parameters: (u32, u16),
    /// It has no name of its own: what it calls is called by the function around it.
    pub anonymous: bool,
    /// It is called from outside: exported, registered by a decorator, a hook of the language.
    pub entry: bool,
    /// No other file sees it.
    pub file_only: bool,
    /// It implements an interface explicitly, and is called through that one only (C#).
    pub through_interface: bool,
    /// It is the form of a template for some types (C++).
    pub specialized: bool,
    /// A text of its own documents it (Python).
    pub documented: bool,
    /// The arguments that it takes.
    pub takes: Signature,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ClassDefinition {
    pub name: NameId,
    /// The name behind those of the modules around it (Ruby), or its namespace (C#).
    pub path: NameId,
    pub bases: Vec<ValueId>,
    /// The file has its definition, and not only functions that extend a type of this name.
    pub declared: bool,
}

/// One call in a body. There are millions: it is kept small.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Call {
    pub caller: Body,
    pub target: ValueId,
    /// Where its arguments begin in [`Calls::arguments`].
    pub first: u32,
    pub count: u16,
    /// The language makes it (the `__iter__` of a loop): none where it has no target.
    pub implicit: bool,
    /// The arguments as they are written.
    pub given: Signature,
}

/// A value that is passed: to a place, or to a name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Argument {
    pub at: u16,
    pub name: NameKey<NameId>,
    pub value: ValueId,
}

/// The calls of one file.
#[derive(Debug, Default, PartialEq)]
pub struct Calls {
    names: Box<str>,
    ends: Box<[u32]>,
    pub values: Box<[ValueExpr]>,
    pub functions: Box<[Definition]>,
    pub classes: Box<[ClassDefinition]>,
    /// Names by parameter.
    pub parameters: Box<[NameId]>,
    /// Values that a parameter has where none is passed: function, place, value.
    pub defaults: Box<[(FunctionId, u16, ValueId)]>,
    /// Names of the module: the last value of each. Sorted.
    pub globals: Box<[(NameId, ValueId)]>,
    /// Methods and attributes by class. Sorted.
    pub members: Box<[(ClassId, NameId, ValueId)]>,
    /// How many lists and dictionaries are written out.
    pub containers: usize,
    /// Elements by container and key. Sorted.
    pub elements: Box<[(ContainerId, NameKey<NameId>, ValueId)]>,
    pub calls: Box<[Call]>,
    pub arguments: Box<[Argument]>,
    /// Imports whose names are all brought in.
    pub stars: Box<[ImportId]>,
    /// Functions whose value is used without a call, and the code that does: they are called by someone.
    pub mentions: Box<[(Body, ValueId)]>,
    /// Texts that are names, as used in lookups at run time. Sorted.
    pub quoted: Box<[NameId]>,
    /// The prefixes of method names that an object reads from itself by a computed name (Python).
    pub beginnings: Box<[Box<str>]>,
}

impl Calls {
    #[must_use]
    pub fn name(&self, name: NameId) -> &str {
        let Some(&end) = self.ends.get(name.index()) else {
            return "";
        };
        let start = name.index().checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.names[start as usize..end as usize]
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|place| self.name(NameId::new(place)))
    }

    /// `Class.name`, or the name.
    #[must_use]
    pub fn full_name(&self, function: &Definition) -> String {
        let own = self.name(function.name);
        match function.class.map(|class| self.name(self.classes[class.index()].name)) {
            Some(class) if !class.is_empty() => format!("{class}.{own}"),
            _ => own.to_owned(),
        }
    }
}
