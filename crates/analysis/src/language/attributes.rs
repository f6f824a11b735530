//! `.gitattributes`, as git reads it: which files are vendored, generated or documentation.
//!
//! For each attribute the nearest folder decides, and in a file the last line. `-name` unsets it, `!name` cancels the setting
//! of folders further up. Macros (`[attr]name …`) are those of the topmost folder. Rules are indexed by the literal prefix of
//! their patterns, so that a file is compared with few of them.
//!
//! Not gix-attributes or globset: what matches by going back takes exponential time on hostile patterns, and globset has no
//! `[[:digit:]]` and another `**`. `tests/integration/attributes.rs` compares with `git check-attr`.

use std::collections::{BTreeSet, HashMap};

use super::glob::Glob;

mod line;

use line::{AttributeLine, Pattern, Set, literal_start};

/// The attributes that are read, in the order of [`Kinds`].
const NAMES: [&str; 3] = ["linguist-vendored", "linguist-generated", "linguist-documentation"];

/// git passes over longer lines.
const MAX_LINE: usize = 2_048;

/// Macros that are followed.
const MAX_MACROS: usize = 200;

/// Rules with wildcards that begin alike and are followed, in one file.
const MAX_ALIKE: usize = 1_000;

/// The attributes of one file: `None` where they are unspecified.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kinds {
    pub vendored: Option<bool>,
    pub generated: Option<bool>,
    pub documentation: Option<bool>,
}

/// The value that a rule gives to one attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Yes,
    No,
    Unspecified,
}

/// One of [`NAMES`], by its place there, or a macro behind them.
type AttributeId = usize;

/// The attributes that a rule or a macro sets.
#[derive(Debug, Clone, Copy)]
struct Assignment {
    attribute: AttributeId,
    state: State,
    /// Set without a value: the definition of a macro of that name is set too.
    expands: bool,
}

/// The `.gitattributes` files of a tree.
#[derive(Debug, Default)]
pub struct Attributes {
    /// By folder.
    folders: HashMap<String, Rules>,
    macros: Macros,
}

/// Macros that set one of the attributes, directly or by other macros.
#[derive(Debug, Default)]
struct Macros {
    ids: HashMap<Vec<u8>, AttributeId>,
    /// The definition of each, by attribute; empty for one that is no macro.
    definitions: Vec<Vec<Assignment>>,
}

/// The rules of one file that set one of the attributes, by their lines.
#[derive(Debug, Default)]
struct Rules {
    assignments: Vec<Vec<Assignment>>,
    /// By the name, or the path below the folder.
    names: HashMap<Vec<u8>, Vec<usize>>,
    paths: HashMap<Vec<u8>, Vec<usize>>,
    /// `*end`, by that end, and the lengths of these.
    ends: HashMap<Vec<u8>, Vec<usize>>,
    end_lengths: BTreeSet<usize>,
    /// By what the pattern of a name, or of a path, begins with, and the lengths of these.
    name_globs: Globs,
    path_globs: Globs,
}

#[derive(Debug, Default)]
struct Globs {
    by_start: HashMap<Vec<u8>, Vec<(usize, Glob)>>,
    lengths: BTreeSet<usize>,
}

/// The known values of one file, by attribute.
type Known = Vec<Option<State>>;

fn is_complete(known: &Known) -> bool {
    known[..NAMES.len()].iter().all(Option::is_some)
}

impl Attributes {
    /// Adds the file in `folder`; the one of the topmost folder comes first. Returns how many of its rules are not followed
    /// because too many others are like them.
    pub fn add(&mut self, folder: &str, text: &[u8]) -> usize {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let lines = text.split(|byte| *byte == b'\n');
        let lines: Vec<AttributeLine<'_>> = lines.filter_map(AttributeLine::parse).collect();
        let mut left_out = 0;
        if folder.is_empty() {
            left_out += self.macros.define(&lines);
        }
        let mut rules = Rules::default();
        for line in &lines {
            if let Pattern::Path(pattern) = &line.pattern {
                let assignments = self.macros.assignments(&line.sets);
                if !assignments.is_empty() {
                    left_out += usize::from(!rules.add(pattern, assignments));
                }
            }
        }
        if !rules.assignments.is_empty() {
            self.folders.insert(folder.to_owned(), rules);
        }
        left_out
    }

    /// The attributes of the file at `path`.
    #[must_use]
    pub fn of(&self, path: &str) -> Kinds {
        let mut known: Known = vec![None; NAMES.len() + self.macros.ids.len()];
        let mut folder = path;
        while !self.folders.is_empty() && !folder.is_empty() && !is_complete(&known) {
            folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
            if let Some(rules) = self.folders.get(folder) {
                let below = path[folder.len()..].trim_start_matches('/');
                for rule in rules.matching(below.as_bytes()) {
                    self.macros.fill(&rules.assignments[rule], &mut known);
                }
            }
        }
        let stated = |attribute: AttributeId| match known[attribute]? {
            State::Yes => Some(true),
            State::No => Some(false),
            State::Unspecified => None,
        };
        Kinds {
            vendored: stated(0),
            generated: stated(1),
            documentation: stated(2),
        }
    }
}

impl Macros {
    /// Adds the macros that set one of the attributes; of several with one name, the last. Returns how many are left out.
    fn define(&mut self, lines: &[AttributeLine<'_>]) -> usize {
        let mut sets: HashMap<&[u8], &[Set<'_>]> = HashMap::new();
        // By name: the macros that set it.
        let mut users: HashMap<&[u8], Vec<&[u8]>> = HashMap::new();
        for line in lines {
            if let Pattern::Macro(name) = line.pattern {
                sets.insert(name, &line.sets);
            }
        }
        for (&name, sets) in &sets {
            for set in *sets {
                users.entry(set.name).or_default().push(name);
            }
        }
        let mut work: Vec<&[u8]> = NAMES.iter().map(|name| name.as_bytes()).collect();
        let mut found: BTreeSet<&[u8]> = BTreeSet::new();
        while let Some(name) = work.pop() {
            let fresh = users.get(name).into_iter().flatten().filter(|user| found.insert(user));
            work.extend(fresh);
        }
        let left_out = found.len().saturating_sub(MAX_MACROS);
        let own = found.iter().take(MAX_MACROS).filter(|name| attribute(name).is_none());
        self.ids = own.zip(NAMES.len()..).map(|(name, id)| (name.to_vec(), id)).collect();
        self.definitions = vec![Vec::new(); NAMES.len() + self.ids.len()];
        for name in found.iter().take(MAX_MACROS) {
            if let Some(id) = self.id(name) {
                self.definitions[id] = self.assignments(sets[name]);
            }
        }
        left_out
    }

    fn id(&self, name: &[u8]) -> Option<AttributeId> {
        attribute(name).or_else(|| self.ids.get(name).copied())
    }

    fn assignments(&self, sets: &[Set<'_>]) -> Vec<Assignment> {
        let assignment = |set: &Set<'_>| {
            Some(Assignment {
                attribute: self.id(set.name)?,
                state: set.state,
                expands: set.expands,
            })
        };
        sets.iter().filter_map(assignment).collect()
    }

    /// Fills in what is set, the last first, as far as nothing is known of it.
    fn fill(&self, assignments: &[Assignment], known: &mut Known) {
        for set in assignments.iter().rev() {
            if known[set.attribute].is_none() {
                known[set.attribute] = Some(set.state);
                if let Some(definition) = self.definitions.get(set.attribute).filter(|_| set.expands) {
                    self.fill(definition, known);
                }
            }
        }
    }
}

fn attribute(name: &[u8]) -> Option<AttributeId> {
    NAMES.iter().position(|other| other.as_bytes() == name)
}

impl Rules {
    /// Adds a rule behind the others; `false`: it is not followed, because too many others begin like it.
    fn add(&mut self, pattern: &[u8], assignments: Vec<Assignment>) -> bool {
        // A pattern of folders is one of no file.
        if pattern.last() == Some(&b'/') {
            return true;
        }
        let number = self.assignments.len();
        let is_name = !pattern.contains(&b'/');
        let pattern = if is_name {
            pattern
        } else {
            pattern.strip_prefix(b"/").unwrap_or(pattern)
        };
        let (start, rest) = pattern.split_at(literal_start(pattern));
        let exact = if is_name { &mut self.names } else { &mut self.paths };
        if rest.is_empty() {
            exact.entry(start.to_vec()).or_default().push(number);
        } else if let Some(end) = pattern
            .strip_prefix(b"*")
            .filter(|end| is_name && literal_start(end) == end.len())
        {
            self.ends.entry(end.to_vec()).or_default().push(number);
            self.end_lengths.insert(end.len());
        } else if let Some(glob) = Glob::new(rest) {
            let globs = if is_name {
                &mut self.name_globs
            } else {
                &mut self.path_globs
            };
            let alike = globs.by_start.entry(start.to_vec()).or_default();
            if alike.len() >= MAX_ALIKE {
                return false;
            }
            alike.push((number, glob));
            globs.lengths.insert(start.len());
        }
        self.assignments.push(assignments);
        true
    }

    /// The rules of a path below their folder, the last first.
    fn matching(&self, path: &[u8]) -> Vec<usize> {
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
        let mut found: Vec<usize> = Vec::new();
        found.extend(self.names.get(name).into_iter().flatten());
        found.extend(self.paths.get(path).into_iter().flatten());
        for length in self.end_lengths.range(..=name.len()) {
            found.extend(self.ends.get(&name[name.len() - length..]).into_iter().flatten());
        }
        self.name_globs.find(name, &mut found);
        self.path_globs.find(path, &mut found);
        found.sort_unstable_by(|a, b| b.cmp(a));
        found
    }
}

impl Globs {
    fn find(&self, text: &[u8], found: &mut Vec<usize>) {
        for length in self.lengths.range(..=text.len()) {
            let (start, rest) = text.split_at(*length);
            let alike = self.by_start.get(start).into_iter().flatten();
            found.extend(alike.filter(|(_, glob)| glob.matches(rest)).map(|(number, _)| *number));
        }
    }
}

#[cfg(test)]
mod tests;
