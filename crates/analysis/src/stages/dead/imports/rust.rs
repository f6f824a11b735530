//! Imports of Rust, where a name may be a trait or part of a macro.

use std::collections::HashSet;

use super::defines;
use crate::budget::spend;
use crate::calls::ImportId;
use crate::facts::{Facts, FileFacts, Import, ImportKind, Syntax};
use crate::graph::ImportGraph;
use crate::ids::FileId;

/// The purposes that a `use` may have, beside its name.
pub(super) struct Rust<'f> {
    pub(super) files: &'f [FileFacts],
    /// Names of traits, and words in macros.
    hidden: HashSet<&'f str>,
    pub(super) graph: &'f ImportGraph,
    /// The file that was asked for last, and the words that modules below it may use.
    last: Option<(FileId, Option<HashSet<&'f str>>)>,
}

/// The most modules below a file that are visited; a file that has more is not judged.
const MAX_BELOW: usize = 2_000;

impl<'f> Rust<'f> {
    pub(super) fn new(facts: &'f Facts, graph: &'f ImportGraph) -> Self {
        let is_rust = |file: &&FileFacts| file.language.is_some_and(|id| id.get().id == "rust");
        let syntax = facts
            .files
            .iter()
            .filter(is_rust)
            .filter_map(|file| file.syntax.as_deref());
        let hidden = syntax.flat_map(|syntax| &syntax.mentions).map(|name| &**name).collect();
        Self {
            files: &facts.files,
            hidden,
            graph,
            last: None,
        }
    }

    pub(super) fn is_surely_unused(
        &mut self,
        file: FileId,
        number: ImportId,
        import: &Import,
        imported: &str,
        local: &str,
    ) -> bool {
        if self.hidden.contains(imported) || self.hidden.contains(local) {
            return false;
        }
        if self.last.as_ref().is_none_or(|(last, _)| *last != file) {
            self.last = Some((file, self.seen_below(file)));
        }
        let below = self.last.as_ref().and_then(|(_, words)| words.as_ref());
        if below.is_none_or(|words| words.contains(local)) {
            return false;
        }
        let mut path = import.specifier.split("::");
        let first = path.next().unwrap_or_default();
        if matches!(first, "std" | "core" | "alloc") {
            return imported.starts_with(char::is_lowercase) || STD_TYPES.contains(&imported);
        }
        self.targets(file, number).any(|target| {
            let syntax = &self.files[target.index()].syntax;
            syntax.as_ref().is_some_and(|syntax| defines(syntax, imported))
        })
    }

    /// Where an import leads.
    fn targets(&self, file: FileId, import: ImportId) -> impl Iterator<Item = FileId> + use<'f> {
        self.graph.links_of(file, import).iter().map(|link| link.target)
    }

    /// Words that modules which the file declares may use: they see the imports of the modules around them. `None`: any.
    fn seen_below(&self, file: FileId) -> Option<HashSet<&'f str>> {
        let mut words = HashSet::new();
        let mut seen = HashSet::from([file]);
        let mut work = vec![file];
        while let Some(at) = work.pop() {
            let syntax = self.files[at.index()].syntax.as_deref()?;
            if at != file {
                self.add_words(at, syntax, file, &mut words);
            }
            for (number, _) in
                ImportId::enumerate(&syntax.imports).filter(|(_, import)| import.kind == ImportKind::Submodule)
            {
                let mut found = self.targets(at, number).peekable();
                found.peek()?;
                work.extend(found.filter(|child| seen.insert(*child)));
            }
            if seen.len() > MAX_BELOW {
                return None;
            }
        }
        Some(words)
    }

    /// Adds the words that a module may have from one around it: by a path with `super`, or by an import.
    fn add_words(&self, at: FileId, syntax: &'f Syntax, above: FileId, words: &mut HashSet<&'f str>) {
        let names: HashSet<&str> = syntax.calls.names().collect();
        spend(names.len() as u64 + syntax.imports.len() as u64);
        let all = |import: &Import| import.names.iter().any(|name| &*name.imported == "*");
        let leads_up = |number: ImportId| self.targets(at, number).any(|target| target == above);
        let imports = || ImportId::enumerate(&syntax.imports);
        if names.contains("super") || imports().any(|(number, import)| all(import) && leads_up(number)) {
            words.extend(names);
            return;
        }
        for (_, import) in imports().filter(|(number, _)| leads_up(*number)) {
            let asked = import.names.iter().map(|name| &*name.imported);
            words.extend(asked.filter(|name| names.contains(name)));
        }
    }
}

/// Types of the standard library; what is not here may be a trait.
const STD_TYPES: &[&str] = &[
    "Arc",
    "Arguments",
    "AtomicBool",
    "AtomicI32",
    "AtomicI64",
    "AtomicIsize",
    "AtomicPtr",
    "AtomicU16",
    "AtomicU32",
    "AtomicU64",
    "AtomicU8",
    "AtomicUsize",
    "BTreeMap",
    "BTreeSet",
    "Barrier",
    "BinaryHeap",
    "Bound",
    "Box",
    "BufReader",
    "BufWriter",
    "CStr",
    "CString",
    "Cell",
    "Chars",
    "Child",
    "Command",
    "Component",
    "Components",
    "Condvar",
    "Context",
    "Cow",
    "Cursor",
    "DebugList",
    "DebugMap",
    "DebugStruct",
    "DefaultHasher",
    "DirEntry",
    "Discriminant",
    "Duration",
    "ErrorKind",
    "ExitCode",
    "ExitStatus",
    "File",
    "FileType",
    "Formatter",
    "HashMap",
    "HashSet",
    "Instant",
    "IntoIter",
    "IoSlice",
    "IoSliceMut",
    "IpAddr",
    "Ipv4Addr",
    "Ipv6Addr",
    "Iter",
    "IterMut",
    "JoinHandle",
    "Layout",
    "LazyCell",
    "LazyLock",
    "LineWriter",
    "LinkedList",
    "ManuallyDrop",
    "MaybeUninit",
    "Metadata",
    "Mutex",
    "MutexGuard",
    "NonNull",
    "NonZeroU16",
    "NonZeroU32",
    "NonZeroU64",
    "NonZeroU8",
    "NonZeroUsize",
    "Once",
    "OnceCell",
    "OnceLock",
    "OpenOptions",
    "Option",
    "Ordering",
    "OsStr",
    "OsString",
    "Output",
    "Path",
    "PathBuf",
    "Peekable",
    "Permissions",
    "PhantomData",
    "PhantomPinned",
    "Pin",
    "Poll",
    "Range",
    "RangeFrom",
    "RangeFull",
    "RangeInclusive",
    "RangeTo",
    "RawWaker",
    "RawWakerVTable",
    "Rc",
    "Receiver",
    "Ref",
    "RefCell",
    "RefMut",
    "Result",
    "Reverse",
    "RwLock",
    "RwLockReadGuard",
    "RwLockWriteGuard",
    "Sender",
    "SocketAddr",
    "SocketAddrV4",
    "SocketAddrV6",
    "Stderr",
    "Stdin",
    "Stdio",
    "Stdout",
    "String",
    "SyncSender",
    "SystemTime",
    "TcpListener",
    "TcpStream",
    "Thread",
    "ThreadId",
    "TypeId",
    "UdpSocket",
    "UnixListener",
    "UnixStream",
    "UnsafeCell",
    "Utf8Error",
    "Vec",
    "VecDeque",
    "Waker",
    "Wrapping",
];
