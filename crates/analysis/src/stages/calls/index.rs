//! The definitions of all files under one numbering, and the tables by which names are resolved.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use crate::budget::spend;
use crate::calls::{ANY, Calls, ClassDefinition, Definition, MODULE, V, Value};
use crate::facts::FileFacts;
use crate::graph::{Adjacency, Graph, Link};
use crate::stages::modules::folder;

/// Languages that call each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Family {
    Python,
    Script,
    Jvm,
    Go,
    Rust,
    Ruby,
    C,
    CSharp,
    Php,
    Swift,
}

impl Family {
    pub(super) fn of(language: &str) -> Option<Self> {
        Some(match language {
            "python" | "jupyter-notebooks" => Self::Python,
            "javascript" | "typescript" | "vue" | "svelte" => Self::Script,
            "java" | "kotlin" | "scala" => Self::Jvm,
            "go" => Self::Go,
            "rust" => Self::Rust,
            "ruby" => Self::Ruby,
            "c" | "cpp" => Self::C,
            "csharp" => Self::CSharp,
            "php" => Self::Php,
            "swift" => Self::Swift,
            _ => return None,
        })
    }

    /// How far the parts of one class may lie from each other.
    fn parts(self) -> Reach {
        match self {
            Self::Go => Reach::Folder,
            Self::Ruby | Self::C | Self::CSharp | Self::Swift => Reach::Everywhere,
            _ => Reach::File,
        }
    }

    /// Whether a file that imports another one as a whole also has the files that this one imports as a whole.
    pub(super) fn imports_are_transitive(self) -> bool {
        !matches!(self, Self::Jvm | Self::CSharp)
    }

    /// How far a name that its file does not bind reaches without an import.
    fn reach(self) -> Reach {
        match self {
            Self::Python | Self::Script => Reach::File,
            Self::Jvm | Self::Go | Self::Php => Reach::Folder,
            Self::Rust | Self::Ruby | Self::C | Self::CSharp | Self::Swift => Reach::Everywhere,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    File,
    Folder,
    /// Where only one has the name.
    Everywhere,
}

pub(super) struct File<'f> {
    /// As in `Facts::files`.
    pub at: u32,
    pub calls: &'f Calls,
    pub family: Family,
    /// Numbers of its first function, class and container.
    pub functions: u32,
    pub classes: u32,
    pub containers: u32,
    /// Numbers of its names over all files.
    pub syms: Vec<u32>,
    /// The first parameter of a method is its object.
    pub counts_self: bool,
    /// Files whose names it has by `import a.*`, with their order.
    star_places: OnceCell<HashMap<u32, u32>>,
}

impl File<'_> {
    fn star_places(&self, index: &Index<'_>, file: u32) -> &HashMap<u32, u32> {
        self.star_places.get_or_init(|| {
            let mut places = HashMap::default();
            for (place, target) in (0u32..).zip(index.star_targets(file)) {
                places.entry(target).or_insert(place);
            }
            spend(places.len() as u64);
            places
        })
    }
}

/// The most files that are searched for one name that `import *` brings in; above it, the name is unknown.
const MAX_STARRED: usize = 1_000;

/// Methods of the languages' own types and of common libraries: such a name identifies no target, whatever the case of its
/// first letter. Sorted.
#[rustfmt::skip]
const COMMON: &[&str] = &[
    "abort", "accept", "acquire", "add", "addAll", "addEventListener", "addRange", "all", "all?", "also", "and_then",
    "any", "any?", "append", "appendChild", "apply", "asSequence", "as_bytes", "as_mut", "as_ref", "as_str",
    "as_view", "assign", "at", "begin", "bind", "borrow", "borrow_mut", "bytes", "bytesize", "call", "cancel",
    "capitalize", "catch", "chain", "charAt", "chars", "children", "clear", "click", "clone", "cloned", "close",
    "collect", "commit", "compactMap", "compareTo", "compile", "complete", "computeIfAbsent", "concat",
    "configureAwait", "connect", "contains", "containsKey", "containsValue", "contains_key", "copied", "copy",
    "count", "create", "cursor", "dec", "decode", "dedup", "delete", "deref", "detect", "disconnect", "dispose",
    "distinct", "done", "drain", "dropFirst", "dropLast", "dump", "dumps", "dup", "each", "each_pair",
    "each_with_index", "emit", "empty", "empty?", "encode", "end", "endsWith", "ends_with", "endswith", "entries",
    "entrySet", "enumerate", "equals", "err", "error", "every", "exception", "exec", "execute", "exists", "exit",
    "expand", "expect", "extend", "fetch", "fill", "filter", "filter_map", "finally", "find", "findIndex", "finish",
    "first", "firstOrDefault", "firstOrNull", "flat", "flatMap", "flat_map", "flush", "focus", "fold", "forEach",
    "for_each", "format", "freeze", "from", "fromkeys", "get", "getAttribute", "getBytes", "getClass",
    "getElementById", "getEnumerator", "getHashCode", "getId", "getInstance", "getItem", "getKey", "getMessage",
    "getName", "getOrDefault", "getPath", "getSize", "getType", "getValue", "get_mut", "get_name", "group", "groupBy",
    "groups", "gsub", "has", "hasNext", "hash", "hashCode", "head", "hexdigest", "id", "include?", "includes",
    "increment", "index", "indexOf", "info", "init", "inject", "inner", "insert", "instance_of?",
    "instance_variable_get", "intValue", "intersection", "into", "into_iter", "invoke", "invokeAsync", "isEmpty",
    "isNullOrEmpty", "is_a?", "is_alive", "is_empty", "is_err", "is_file", "is_none", "is_ok", "is_some",
    "is_some_and", "items", "iter", "iter_mut", "iterator", "join", "joinToString", "json", "key", "key?", "keySet",
    "keys", "kill", "last", "lastIndexOf", "lastOrDefault", "len", "length", "let", "lines", "listen", "load",
    "loads", "lock", "log", "longValue", "lookup", "lower", "lstrip", "map", "map_err", "match", "max", "max_by_key",
    "merge", "min", "min_by_key", "minus", "mkdir", "move", "name", "newInstance", "next", "nextInt", "nil?",
    "normalize", "notify", "now", "off", "ok", "ok_or", "ok_or_else", "on", "once", "open", "or_default", "or_else",
    "or_insert", "or_insert_with", "orderBy", "ordinal", "parse", "partition", "patch", "path", "pause", "peek",
    "peekable", "plus", "pop", "popitem", "position", "post", "prefix", "print", "process", "push", "push_str", "put",
    "putAll", "putIfAbsent", "query", "querySelector", "quit", "read", "readline", "readlines", "recv", "reduce",
    "register", "reject", "release", "reload", "remove", "removeAll", "removeAt", "removeChild",
    "removeEventListener", "removeIf", "removesuffix", "rename", "render", "repeat", "replace", "request", "reset",
    "resize", "resolve", "respond_to?", "resume", "retain", "rev", "reverse", "reversed", "rollback", "rstrip", "run",
    "save", "search", "seek", "select", "send", "sendall", "set", "setAttribute", "setItem", "setState", "setdefault",
    "setup", "shift", "show", "shutdown", "singleOrDefault", "size", "skip", "skip_while", "slice", "some", "sort",
    "sort_by", "sort_by_key", "sorted", "splice", "split", "split_once", "splitlines", "splitn", "start",
    "startsWith", "starts_with", "startswith", "stat", "status", "stop", "stream", "strftime", "strip",
    "strip_prefix", "strip_suffix", "sub", "submit", "subscribe", "substr", "substring", "substringAfter",
    "substringBefore", "suffix", "sum", "swap", "symmetric_difference", "take", "take_while", "tell", "test", "text",
    "then", "title", "toArray", "toDictionary", "toFixed", "toJSON", "toList", "toLowerCase", "toMap", "toSet",
    "toString", "toUpperCase", "to_a", "to_h", "to_i", "to_owned", "to_s", "to_string", "to_sym", "to_vec", "touch",
    "translate", "trigger", "trim", "trimEnd", "trimStart", "trim_end", "trim_start", "truncate", "tryGetValue",
    "tryParse", "try_into", "type", "union", "unlink", "unshift", "unsubscribe", "unwrap", "unwrap_or",
    "unwrap_or_default", "unwrap_or_else", "update", "upper", "use", "validate", "value", "valueOf", "values", "wait",
    "walk", "warn", "warning", "where", "wrap", "write", "writelines", "zfill", "zip",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unique {
    One(u32),
    Many,
}

pub(super) struct Index<'f> {
    facts: &'f [FileFacts],
    graph: &'f Graph,
    pub files: Vec<File<'f>>,
    /// From `Facts::files` to `files`.
    by_fact: HashMap<u32, u32>,
    /// The file of each class.
    pub classes: Vec<u32>,
    /// The first part of each class that is written in several places.
    whole: Vec<u32>,
    pub functions: u32,
    syms: HashMap<&'f str, u32>,
    globals: HashMap<(u32, u32), V>,
    /// By name: the files that bind it.
    definers: HashMap<u32, Vec<u32>>,
    members: HashMap<(u32, u32), (u32, V)>,
    /// Sorted.
    elements: Vec<(u32, u32, u32, V)>,
    methods: HashMap<(Family, u32), Unique>,
    /// Names of classes.
    named_classes: HashSet<(Family, u32)>,
    /// Top-level names by what they can be seen from.
    packages: HashMap<(Family, u32, u32), Unique>,
    folders: Vec<u32>,
    /// By file: the number of the group of files that have all of each other's names by `import *`.
    star_groups: Vec<u32>,
}

fn is_common(name: &str) -> bool {
    let known = |name: &str| COMMON.binary_search(&name).is_ok();
    let mut letters = name.chars();
    let lower = letters
        .next()
        .map(|first| first.to_ascii_lowercase().to_string() + letters.as_str());
    known(name) || lower.is_some_and(|name| known(&name))
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl<'f> Index<'f> {
    pub(super) fn new(facts: &'f [FileFacts], graph: &'f Graph) -> Self {
        let mut index = Self {
            facts,
            graph,
            files: Vec::new(),
            by_fact: HashMap::default(),
            classes: Vec::new(),
            whole: Vec::new(),
            functions: 0,
            syms: HashMap::default(),
            globals: HashMap::default(),
            definers: HashMap::default(),
            members: HashMap::default(),
            elements: Vec::new(),
            methods: HashMap::default(),
            named_classes: HashSet::default(),
            packages: HashMap::default(),
            folders: Vec::new(),
            star_groups: Vec::new(),
        };
        let mut containers = 0;
        let mut folders: HashMap<&str, u32> = HashMap::default();
        let mut parts: HashMap<(Family, u32, u32), u32> = HashMap::default();
        for (at, file) in (0u32..).zip(facts) {
            let Some((syntax, family)) = file
                .syntax
                .as_ref()
                .zip(file.language.and_then(|language| Family::of(language.get().id)))
            else {
                continue;
            };
            let calls = &syntax.calls;
            if calls.values.is_empty() {
                continue;
            }
            let next = number(index.files.len());
            let mut syms = Vec::with_capacity(16);
            for name in calls.names() {
                let fresh = number(index.syms.len());
                syms.push(*index.syms.entry(name).or_insert(fresh));
            }
            let folder = folder(&file.path);
            let fresh = number(folders.len());
            index.folders.push(*folders.entry(folder).or_insert(fresh));
            index.by_fact.insert(at, next);
            for &(sym, value) in &calls.globals {
                index.globals.insert((next, syms[sym as usize]), value);
                index.definers.entry(syms[sym as usize]).or_default().push(next);
            }
            let classes = number(index.classes.len());
            for (class, definition) in (classes..).zip(&calls.classes) {
                let place = match family.parts() {
                    Reach::File => None,
                    Reach::Folder => index.folders.last().copied(),
                    Reach::Everywhere => Some(0),
                };
                let name = syms[definition.name as usize];
                let named = !calls.name(definition.name).is_empty();
                let whole = match place.filter(|_| named) {
                    Some(place) => *parts.entry((family, place, name)).or_insert(class),
                    None => class,
                };
                index.whole.push(whole);
            }
            for &(class, sym, value) in &calls.members {
                let whole = index.whole[(classes + class) as usize];
                index
                    .members
                    .entry((whole, syms[sym as usize]))
                    .or_insert((next, value));
            }
            index
                .elements
                .extend(calls.elements.iter().map(|&(container, key, value)| {
                    let key = if key == ANY { ANY } else { syms[key as usize] };
                    (containers + container, key, next, value)
                }));
            index.classes.extend(std::iter::repeat_n(next, calls.classes.len()));
            index.files.push(File {
                at,
                calls,
                family,
                functions: index.functions,
                classes,
                containers,
                syms,
                counts_self: family == Family::Python,
                star_places: OnceCell::new(),
            });
            index.functions += number(calls.functions.len());
            containers += calls.containers;
        }
        index.elements.sort_unstable();
        index.names();
        let stars: Vec<(u32, u32)> = (0..number(index.files.len()))
            .filter(|file| index.files[*file as usize].family.imports_are_transitive())
            .flat_map(|file| index.star_targets(file).map(move |target| (file, target)))
            .collect();
        spend(stars.len() as u64);
        index.star_groups = Adjacency::new(index.files.len(), stars.iter().copied()).components();
        index
    }

    /// Which names only one function, method or class has.
    fn names(&mut self) {
        let add = |slot: &mut HashMap<_, Unique>, key, what| {
            slot.entry(key)
                .and_modify(|known| {
                    if *known != Unique::One(what) {
                        *known = Unique::Many;
                    }
                })
                .or_insert(Unique::One(what));
        };
        for (at, file) in (0u32..).zip(&self.files) {
            for (number, function) in (file.functions..).zip(&file.calls.functions) {
                let name = file.calls.name(function.name);
                let common = is_common(name) || name.len() < 3;
                if function.class.is_some() && !function.anonymous && !common {
                    let key = (file.family, file.syms[function.name as usize]);
                    add(&mut self.methods, key, number);
                }
            }
            let classes = file.calls.classes.iter();
            self.named_classes
                .extend(classes.map(|class| (file.family, file.syms[class.name as usize])));
            let place = match file.family.reach() {
                Reach::File => continue,
                Reach::Folder => self.folders[at as usize],
                Reach::Everywhere => 0,
            };
            for &(sym, value) in &file.calls.globals {
                let key = (file.family, place, file.syms[sym as usize]);
                let whole = match file.calls.values[value as usize] {
                    Value::Class(class) => self.whole[(file.classes + class) as usize] == file.classes + class,
                    Value::Import(..) => continue,
                    _ => true,
                };
                if whole {
                    self.packages
                        .entry(key)
                        .and_modify(|known| *known = Unique::Many)
                        .or_insert(Unique::One(at));
                }
            }
        }
    }

    pub(super) fn sym(&self, name: &str) -> Option<u32> {
        self.syms.get(name).copied()
    }

    pub(super) fn global(&self, file: u32, sym: u32) -> Option<V> {
        self.globals.get(&(file, sym)).copied()
    }

    pub(super) fn member(&self, class: u32, sym: u32) -> Option<(u32, V)> {
        self.members.get(&(class, sym)).copied()
    }

    /// The elements of a container under a key, and those under an unknown one; all, where the key is unknown.
    pub(super) fn elements(&self, container: u32, key: u32) -> impl Iterator<Item = (u32, V)> {
        let from = |key: u32| {
            self.elements
                .partition_point(|element| (element.0, element.1) < (container, key))
        };
        let end = self.elements.partition_point(|element| element.0 <= container);
        let (known, unknown) = if key == ANY {
            (from(0)..end, end..end)
        } else {
            let start = from(key);
            let same = self.elements[start..end].partition_point(|element| element.1 == key);
            (start..start + same, from(ANY)..end)
        };
        known
            .chain(unknown)
            .map(|at| (self.elements[at].2, self.elements[at].3))
    }

    pub(super) fn links(&self, file: u32, import: u32) -> &'f [Link] {
        self.graph.links_of(self.files[file as usize].at, import)
    }

    /// The files whose names a file has by `import *`, in the order of the imports.
    fn star_targets(&self, file: u32) -> impl Iterator<Item = u32> {
        let stars = self.files[file as usize].calls.stars.iter();
        let links = stars.flat_map(move |import| self.links(file, *import));
        links.filter_map(|link| self.file_of(link.target))
    }

    /// Files of one group find the same names behind their `import *`.
    pub(super) fn star_group(&self, file: u32) -> u32 {
        self.star_groups[file as usize]
    }

    /// The binding of a name that a file has by `import *`, and the file that defines it: the first one in the order of the
    /// imports, by depth. Files that import each other in a circle are visited once each.
    pub(super) fn behind_stars(&self, file: u32, sym: u32) -> Option<(u32, V)> {
        if !self.files[file as usize].family.imports_are_transitive() || !self.definers.contains_key(&sym) {
            return None;
        }
        let mut seen = HashSet::default();
        let mut work = vec![file];
        let mut left = MAX_STARRED;
        while let Some(at) = work.pop() {
            if !seen.insert(at) {
                continue;
            }
            if let Some(value) = self.global(at, sym).filter(|_| at != file) {
                return Some((at, value));
            }
            if self.files[at as usize].family.imports_are_transitive() {
                let before = work.len();
                work.extend(self.star_targets(at).take(left));
                work[before..].reverse();
                let more = work.len() - before + 1;
                spend(more as u64);
                left = left.checked_sub(more)?;
            }
        }
        None
    }

    /// The value that a file has by `import a.*`, in languages where other files do not have it through that file.
    pub(super) fn in_imported_packages(&self, file: u32, sym: u32) -> Option<(u32, V)> {
        let data = &self.files[file as usize];
        if data.family.imports_are_transitive() || data.calls.stars.is_empty() {
            return None;
        }
        let definers = self.definers.get(&sym)?;
        let is_own = |home: &u32| {
            let home = *home;
            let value = self.global(home, sym)?;
            let import = matches!(
                self.files[home as usize].calls.values[value as usize],
                Value::Import(..)
            );
            (!import).then_some((home, value))
        };
        let places = data.star_places(self, file);
        spend(definers.len().min(places.len()) as u64 + 1);
        if definers.len() < places.len() {
            let known = definers.iter().filter_map(|home| Some((places.get(home)?, home)));
            let mut known: Vec<_> = known.collect();
            known.sort_unstable();
            known.iter().find_map(|(_, home)| is_own(home))
        } else {
            self.star_targets(file).find_map(|home| is_own(&home))
        }
    }

    pub(super) fn file_of(&self, fact: u32) -> Option<u32> {
        self.by_fact.get(&fact).copied()
    }

    pub(super) fn all_facts(&self) -> &'f [FileFacts] {
        self.facts
    }

    pub(super) fn facts(&self, file: u32) -> &'f FileFacts {
        &self.facts[self.files[file as usize].at as usize]
    }

    /// The name of an imported name in its own file.
    pub(super) fn imported(&self, file: u32, import: u32, name: u32) -> Option<&'f str> {
        let syntax = self.facts(file).syntax.as_ref()?;
        let import = syntax.imports.get(import as usize)?;
        import.names.get(name as usize).map(|name| &*name.imported)
    }

    pub(super) fn is_module_named(&self, file: u32, name: &str) -> bool {
        let path = &self.facts(file).path;
        let stem = path.rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem);
        let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
        stem.rsplit('/').next() == Some(name)
    }

    /// A module is a folder, not a file.
    pub(super) fn is_folder_module(&self, file: u32) -> bool {
        self.files[file as usize].family == Family::Go
    }

    pub(super) fn in_package(&self, file: u32, sym: u32) -> Option<(u32, V)> {
        let family = self.files[file as usize].family;
        let place = match family.reach() {
            Reach::File => return None,
            Reach::Folder => self.folders[file as usize],
            Reach::Everywhere => 0,
        };
        match self.packages.get(&(family, place, sym)) {
            Some(Unique::One(home)) => self.global(*home, sym).map(|value| (*home, value)),
            _ => None,
        }
    }

    /// For each value of a file, whether it hangs on a name that is one of a type, by its first letter, and of none of the
    /// repository's. An expression is made of values before it.
    pub(super) fn foreign_values(&self, file: u32) -> Box<[bool]> {
        let data = &self.files[file as usize];
        spend(data.calls.values.len() as u64);
        let mut foreign = Vec::with_capacity(data.calls.values.len());
        for value in &data.calls.values {
            let of = |value: V| foreign.get(value as usize).copied().unwrap_or(false);
            foreign.push(match *value {
                Value::Free(sym) => {
                    let name = data.calls.name(sym);
                    // A single letter is a parameter of a type.
                    let is_type = name.len() > 1 && name.starts_with(char::is_uppercase);
                    is_type && !self.named_classes.contains(&(data.family, data.syms[sym as usize]))
                }
                Value::Member(base, _) | Value::Result(base) | Value::Element(base, _) => of(base),
                Value::First(a, b) => of(a) || of(b),
                Value::Either(a, b) => of(a) && of(b),
                _ => false,
            });
        }
        foreign.into()
    }

    pub(super) fn unique_method(&self, file: u32, sym: u32) -> Option<u32> {
        match self.methods.get(&(self.files[file as usize].family, sym)) {
            Some(Unique::One(function)) => {
                // No other code calls the functions that a test defines.
                let home = self.function(*function).0;
                let made_up = self.facts(home).test && home != file;
                (!made_up).then_some(*function)
            }
            _ => None,
        }
    }

    /// The file and the definition of a function.
    pub(super) fn function(&self, function: u32) -> (u32, &'f Definition) {
        let file = self.files.partition_point(|file| file.functions <= function) - 1;
        let data = &self.files[file];
        (
            number(file),
            &data.calls.functions[(function - data.functions) as usize],
        )
    }

    /// The class that a part belongs to.
    pub(super) fn whole(&self, class: u32) -> u32 {
        self.whole[class as usize]
    }

    pub(super) fn class(&self, class: u32) -> (u32, &'f ClassDefinition) {
        let file = self.classes[class as usize];
        let data = &self.files[file as usize];
        (file, &data.calls.classes[(class - data.classes) as usize])
    }

    /// The number of a caller: of a function, or behind them of a file's own code.
    pub(super) fn caller(&self, file: u32, function: u32) -> u32 {
        if function == MODULE {
            self.functions + file
        } else {
            self.files[file as usize].functions + function
        }
    }

    /// `PATH:NAME`; a function inside of another has its name before it.
    pub(super) fn label(&self, function: u32) -> String {
        if function >= self.functions {
            return self.facts(function - self.functions).path.clone();
        }
        let (file, _) = self.function(function);
        format!("{}:{}", self.facts(file).path, self.name(function))
    }

    /// The name with those of the class or the functions around it.
    pub(super) fn name(&self, function: u32) -> String {
        let (file, definition) = self.function(function);
        let data = &self.files[file as usize];
        let mut name = data.calls.full_name(definition);
        let mut parent = definition.parent;
        for _ in 0..8 {
            if parent == MODULE {
                break;
            }
            let outer = &data.calls.functions[parent as usize];
            name = format!("{}.{name}", data.calls.full_name(outer));
            parent = outer.parent;
        }
        name
    }

    /// The number of files, in a language whose words are all kept, that contain a name that is private to more than a file.
    pub(super) fn files_by_name(&self) -> HashMap<(Family, u32), u32> {
        let mut wanted: HashMap<(Family, u32), u32> = HashMap::default();
        let shared = || {
            self.files
                .iter()
                .filter(|file| matches!(file.family, Family::Go | Family::Rust))
        };
        for file in shared() {
            let private = file.calls.functions.iter().filter(|function| !function.entry);
            wanted.extend(private.map(|function| ((file.family, file.syms[function.name as usize]), 0)));
        }
        for file in shared() {
            for sym in &file.syms {
                if let Some(files) = wanted.get_mut(&(file.family, *sym)) {
                    *files += 1;
                }
            }
        }
        wanted
    }

    /// A class of Python calls, on its own object, a method that only it has: the call already has an edge. (Names that are read
    /// without a call are among the texts.)
    fn is_own_method(&self, file: &File<'_>, base: V, name: u32) -> bool {
        let Value::This(class) = file.calls.values[base as usize] else {
            return false;
        };
        let Some(Unique::One(function)) = self.methods.get(&(file.family, name)) else {
            return false;
        };
        let (home, definition) = self.function(*function);
        let owner = definition
            .class
            .map(|own| self.whole(self.files[home as usize].classes + own));
        file.family == Family::Python && owner == Some(self.whole(file.classes + class))
    }

    /// Names under which something may be called that no call's expression leads to: members asked of unknown objects,
    /// and texts.
    pub(super) fn named_elsewhere(&self) -> HashSet<u32> {
        let mut named = HashSet::default();
        // The others' private functions are known by their words.
        let asking = self
            .files
            .iter()
            .filter(|file| matches!(file.family, Family::Python | Family::Script));
        for file in asking {
            for value in &file.calls.values {
                if let Value::Member(base, sym) | Value::Element(base, sym) = value
                    && *sym != ANY
                    && !self.is_own_method(file, *base, file.syms[*sym as usize])
                {
                    named.insert(file.syms[*sym as usize]);
                }
            }
            named.extend(file.calls.quoted.iter().map(|sym| file.syms[*sym as usize]));
        }
        named
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn common_names_can_be_searched() {
        assert!(super::COMMON.is_sorted());
    }
}
