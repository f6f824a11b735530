//! The calls of a file, small enough to keep for every file: its definitions, and for each call an expression that
//! describes where its target comes from. The expressions are resolved when all files are known (the stage
//! `call-graph`).
//!
//! Values are numbered in one table for each file, equal ones once: `a.b()` is a [`Value::Result`] of a
//! [`Value::Member`] of whatever `a` is bound to at that place.

mod builder;
pub mod signature;

pub use builder::{Builder, Kind};
pub use signature::Signature;

/// A name of a file, a place in [`Calls::names`].
pub type Sym = u32;
/// A place in [`Calls::values`].
pub type V = u32;

/// Nothing is known of it, and it may be anything.
pub const UNKNOWN: V = 0;
/// Something that no function of the repository hides behind: a literal, a name of the language.
pub const OPAQUE: V = 1;
/// The code of a file outside of any function.
pub const MODULE: u32 = u32::MAX;
/// A key that is not known.
pub const ANY: Sym = u32::MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Value {
    Unknown,
    Opaque,
    Function(u32),
    Class(u32),
    /// The value that the name number `.1` of the import number `.0` brings in.
    Import(u32, u32),
    /// A name that the file does not bind where it is used.
    Free(Sym),
    /// The parameter number `.1` of the function `.0`.
    Parameter(u32, u32),
    Member(V, Sym),
    /// The value that a call returns; for a class, its instance.
    Result(V),
    Element(V, Sym),
    /// A list or a dictionary that is written out.
    Container(u32),
    /// The object a method of the class works on.
    This(u32),
    /// The object, seen as an instance of the class above the class `.0`.
    Super(u32),
    Either(V, V),
    /// The first of the two that resolves to anything.
    First(V, V),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Definition {
    pub name: Sym,
    /// The class whose method it is.
    pub class: Option<u32>,
    /// The function around it, or [`MODULE`].
    pub parent: u32,
    pub line: u32,
    /// The value that it returns.
    pub returns: V,
    /// Where the names of its parameters begin in [`Calls::parameters`], and how many there are.
    pub parameters: (u32, u16),
    /// It has no name of its own: what it calls is called by the function around it.
    pub anonymous: bool,
    /// It is called from outside: exported, registered by a decorator, a hook of the language.
    pub entry: bool,
    /// No other file sees it.
    pub file_only: bool,
    /// The arguments that it takes.
    pub takes: Signature,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClassDefinition {
    pub name: Sym,
    pub bases: Vec<V>,
    /// The file has its definition, and not only functions that extend a type of this name.
    pub declared: bool,
}

/// One call in a body. There are millions: it is kept small.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Call {
    /// A function, or [`MODULE`].
    pub caller: u32,
    pub target: V,
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
    /// [`ANY`]: by its place.
    pub name: Sym,
    pub value: V,
}

/// The calls of one file.
#[derive(Debug, Default, PartialEq)]
pub struct Calls {
    names: Box<str>,
    ends: Box<[u32]>,
    pub values: Box<[Value]>,
    pub functions: Box<[Definition]>,
    pub classes: Box<[ClassDefinition]>,
    /// Names by parameter.
    pub parameters: Box<[Sym]>,
    /// Values that a parameter has where none is passed: function, place, value.
    pub defaults: Box<[(u32, u16, V)]>,
    /// Names of the module: the last value of each. Sorted.
    pub globals: Box<[(Sym, V)]>,
    /// Methods and attributes by class. Sorted.
    pub members: Box<[(u32, Sym, V)]>,
    /// How many lists and dictionaries are written out.
    pub containers: u32,
    /// Elements by container and key. Sorted.
    pub elements: Box<[(u32, Sym, V)]>,
    pub calls: Box<[Call]>,
    pub arguments: Box<[Argument]>,
    /// Imports whose names are all brought in.
    pub stars: Box<[u32]>,
    /// Functions whose value is used without a call, and the function that does: they are called by someone.
    pub mentions: Box<[(u32, V)]>,
    /// Texts that are names, as used in lookups at run time. Sorted.
    pub quoted: Box<[Sym]>,
    /// The prefixes of method names that an object reads from itself by a computed name (Python).
    pub beginnings: Box<[Box<str>]>,
}

impl Calls {
    #[must_use]
    pub fn name(&self, sym: Sym) -> &str {
        let Some(&end) = self.ends.get(sym as usize) else {
            return "";
        };
        let start = sym.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.names[start as usize..end as usize]
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        (0..u32::try_from(self.ends.len()).unwrap_or(u32::MAX)).map(|sym| self.name(sym))
    }

    /// `Class.name`, or the name.
    #[must_use]
    pub fn full_name(&self, function: &Definition) -> String {
        let own = self.name(function.name);
        match function.class.map(|class| self.name(self.classes[class as usize].name)) {
            Some(class) if !class.is_empty() => format!("{class}.{own}"),
            _ => own.to_owned(),
        }
    }
}
