//! The folders of a repository, with the figures of all that is below each.

use std::collections::BTreeMap;

/// A file of the map.
#[derive(Debug, Clone)]
pub struct MapFile<'a> {
    pub path: &'a str,
    pub lines: u64,
    /// The chosen figure; `None`: it was not measured.
    pub value: Option<u64>,
}

/// A folder with all that is below it.
#[derive(Debug, Default)]
pub struct Folder<'a> {
    pub name: String,
    pub path: String,
    pub folders: BTreeMap<&'a str, Folder<'a>>,
    pub files: Vec<(&'a str, MapFile<'a>)>,
    pub lines: u64,
    pub count: u64,
    /// The highest value of its files.
    pub worst: Option<u64>,
}

impl<'a> Folder<'a> {
    /// The files below `root` (empty: all), chains of single folders as one.
    pub fn of(files: impl Iterator<Item = MapFile<'a>>, root: &str) -> Self {
        let mut top = Self {
            name: root.to_owned(),
            path: root.to_owned(),
            ..Self::default()
        };
        for file in files {
            let below = match root.is_empty() {
                true => Some(file.path),
                false => file.path.strip_prefix(root).and_then(|rest| rest.strip_prefix('/')),
            };
            if let Some(below) = below {
                top.add(below, file);
            }
        }
        top.collapse();
        top
    }

    fn add(&mut self, mut rest: &'a str, file: MapFile<'a>) {
        let mut folder = self;
        loop {
            folder.lines += file.lines;
            folder.count += 1;
            folder.worst = folder.worst.max(file.value);
            let Some((name, below)) = rest.split_once('/') else {
                folder.files.push((rest, file));
                return;
            };
            let path = match folder.path.as_str() {
                "" => name.to_owned(),
                path => format!("{path}/{name}"),
            };
            folder = folder.folders.entry(name).or_insert_with(|| Folder {
                name: name.to_owned(),
                path,
                ..Folder::default()
            });
            rest = below;
        }
    }

    /// Folders of names that nest a thousand deep come from strangers too: this does not recurse along a chain.
    fn collapse(&mut self) {
        while self.files.is_empty() && self.folders.len() == 1 {
            let Some((_, only)) = self.folders.pop_first() else {
                return;
            };
            let name = match self.name.as_str() {
                "" => only.name,
                name => format!("{name}/{}", only.name),
            };
            *self = Folder { name, ..only };
        }
        for folder in self.folders.values_mut() {
            folder.collapse();
        }
    }
}
