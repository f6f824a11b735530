//! Construction of the index from all files.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::common_names::is_common;
use super::family::{Family, Reach};
use super::{File, Index, Unique, number};
use crate::budget::spend;
use crate::calls::{ANY, Value};
use crate::facts::FileFacts;
use crate::graph::{Adjacency, Graph};
use crate::language::is_header;
use crate::stages::modules::folder;

impl<'f> Index<'f> {
    pub(crate) fn new(facts: &'f [FileFacts], graph: &'f Graph) -> Self {
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
            included: HashSet::default(),
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
        let is_c = |at: u32| {
            let file = index.by_fact.get(&at).map(|file| &index.files[*file as usize]);
            file.is_some_and(|file| file.family == Family::C)
        };
        let included = graph.edges.iter().map(|edge| edge.target).filter(|at| is_c(*at));
        index.included = included.collect::<HashSet<u32>>();
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
    pub(super) fn names(&mut self) {
        let add = |slot: &mut HashMap<_, Unique>, key, what| {
            slot.entry(key)
                .and_modify(|known| {
                    if *known != Unique::One(what) {
                        *known = Unique::Many;
                    }
                })
                .or_insert(Unique::One(what));
        };
        for file in &self.files {
            let classes = file.calls.classes.iter().filter(|class| class.declared);
            self.named_classes
                .extend(classes.map(|class| (file.family, file.syms[class.name as usize])));
        }
        for (at, file) in (0u32..).zip(&self.files) {
            for (number, function) in (file.functions..).zip(&file.calls.functions) {
                let name = file.calls.name(function.name);
                let common = is_common(name) || name.len() < 3;
                // What extends a type of elsewhere (`fun Int.toLong()`) may have the name of one of that type's own methods.
                let own = function.class.is_some_and(|class| {
                    let class = file.syms[file.calls.classes[class as usize].name as usize];
                    !file.family.has_extensions() || self.named_classes.contains(&(file.family, class))
                });
                if own && !function.anonymous && !common {
                    let key = (file.family, file.syms[function.name as usize]);
                    add(&mut self.methods, key, number);
                }
            }
            let place = match file.family.reach() {
                Reach::File => continue,
                Reach::Folder => self.folders[at as usize],
                Reach::Everywhere => 0,
            };
            for &(sym, value) in &file.calls.globals {
                let key = (file.family, place, file.syms[sym as usize]);
                let whole = match file.calls.values[value as usize] {
                    Value::Function(function) if !is_header(&self.facts[file.at as usize].path) => {
                        !file.calls.functions[function as usize].file_only
                    }
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
}
