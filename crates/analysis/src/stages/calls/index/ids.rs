//! The index of each table over all files, with a type of its own.

crate::ids::ids! {
    /// A file with calls: a place in [`CallIndex::files`](super::CallIndex::files).
    SourceId;
    /// A name, the same in all files.
    SymbolId;
    /// A function of any file.
    GlobalFunction;
    /// A class of any file. One that is written in several parts is known by its first.
    GlobalClass;
    /// A list or a dictionary that any file writes out.
    GlobalContainer;
    /// A node of the call graph: all functions, and behind them the code of each file outside of functions.
    NodeId;
    /// A folder with files.
    FolderId;
    /// Files that have all of each other's names by `import *`.
    StarGroup;
}

impl From<GlobalFunction> for NodeId {
    fn from(function: GlobalFunction) -> Self {
        Self::new(function.index())
    }
}
