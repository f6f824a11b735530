//! Languages: the table of them (`language/languages.tsv`), the one of a file (`detect`), its comments, strings and parts in other
//! languages (`scanner`, where no syntax tree has them) and its lines (`lines`).

use std::collections::HashMap;
use std::sync::OnceLock;

mod attributes;
mod detect;
mod glob;
mod judged;
mod lines;
mod origin;
mod scanner;
mod signs;
mod spans;
pub(crate) mod tags;
mod tokens;

pub use attributes::{Attributes, Kinds};
pub use detect::{detect, may_detect_by_text};
pub(crate) use glob::Glob;
pub use judged::{is_compiled, is_copy_or_template, is_header, is_judged};
pub use lines::{Counted, FileLines, count};
pub use origin::{
    BuiltFolders, Origin, SpecFolders, defines_tests, is_built, is_library_copy, is_output_folder, is_test,
    is_test_support, origin, origin_by_content, origin_by_path,
};
pub use scanner::{EmbeddedPart, Layout, scan};
use signs::Signs;
pub use spans::{Span, SpanKind};
pub(crate) use tokens::{CLOSED, GRAM, OPENED};
pub use tokens::{Fingerprint, Tokens, tokens};

const TABLE: &str = include_str!("language/languages.tsv");

/// The purpose of a language, as GitHub's linguist classifies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LanguageKind {
    Programming,
    Markup,
    Data,
    Prose,
}

/// One line of the table.
#[derive(Debug)]
pub struct Language {
    /// Lower case, as reports name it.
    pub id: &'static str,
    /// As people write it.
    pub name: &'static str,
    pub kind: LanguageKind,
    endings: Vec<&'static str>,
    file_names: Vec<&'static str>,
    interpreters: Vec<&'static str>,
    signs: Signs,
}

/// An index into the table: two bytes for each file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageId(u16);

impl LanguageId {
    #[must_use]
    pub fn get(self) -> &'static Language {
        &table().languages[usize::from(self.0)]
    }

    /// The language with this `id`.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        table().by_id.get(id).copied()
    }

    /// The programming, markup or data language that people call so: by its id, name, ending, interpreter or a short name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let table = table();
        let alias = ALIASES
            .iter()
            .find(|(alias, _)| *alias == name)
            .map_or(name.as_str(), |(_, id)| id);
        let found = table
            .by_id
            .get(alias)
            .or_else(|| table.by_ending.get(alias))
            .or_else(|| table.by_interpreter.get(alias))?;
        (found.get().kind != LanguageKind::Prose).then_some(*found)
    }
}

/// Short names in prose that are no ids, endings or interpreters.
const ALIASES: &[(&str, &str)] = &[
    ("c#", "csharp"),
    ("docker", "dockerfile"),
    ("f#", "fsharp"),
    ("golang", "go"),
    ("make", "makefile"),
    ("obj-c", "objective-c"),
    ("objc", "objective-c"),
    ("objectivec", "objective-c"),
    ("scss", "sass"),
    ("terraform", "hcl"),
    ("vb", "visual-basic"),
    ("vb.net", "visual-basic"),
    ("viml", "vim-script"),
];

struct Table {
    languages: Vec<Language>,
    by_id: HashMap<&'static str, LanguageId>,
    by_ending: HashMap<&'static str, LanguageId>,
    by_file_name: HashMap<&'static str, LanguageId>,
    /// Endings of whole names, and beginnings.
    by_name_ending: Vec<(&'static str, LanguageId)>,
    by_name_beginning: Vec<(&'static str, LanguageId)>,
    by_interpreter: HashMap<&'static str, LanguageId>,
}

fn table() -> &'static Table {
    static PARSED: OnceLock<Table> = OnceLock::new();
    PARSED.get_or_init(|| Table::parse(TABLE))
}

impl Table {
    fn parse(text: &'static str) -> Self {
        let mut table = Self {
            languages: Vec::new(),
            by_id: HashMap::new(),
            by_ending: HashMap::new(),
            by_file_name: HashMap::new(),
            by_name_ending: Vec::new(),
            by_name_beginning: Vec::new(),
            by_interpreter: HashMap::new(),
        };
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let language = Language::parse(line);
            let id = LanguageId(u16::try_from(table.languages.len()).expect("the table is short"));
            table.by_id.insert(language.id, id);
            for ending in &language.endings {
                table.by_ending.entry(ending).or_insert(id);
            }
            for name in &language.file_names {
                if let Some(ending) = name.strip_prefix('*') {
                    table.by_name_ending.push((ending, id));
                } else if let Some(beginning) = name.strip_suffix('*') {
                    table.by_name_beginning.push((beginning, id));
                } else {
                    table.by_file_name.entry(name).or_insert(id);
                }
            }
            for interpreter in &language.interpreters {
                table.by_interpreter.entry(interpreter).or_insert(id);
            }
            table.languages.push(language);
        }
        table
    }
}

impl Language {
    fn parse(line: &'static str) -> Self {
        let columns: Vec<_> = line.split('\t').collect();
        let column = |at: usize| columns.get(at).copied().unwrap_or_default();
        let items = |at: usize| {
            column(at)
                .split(' ')
                .filter(|item| !item.is_empty() && *item != "-")
                .collect()
        };
        Self {
            id: column(0),
            name: column(1),
            kind: match column(2) {
                "programming" => LanguageKind::Programming,
                "markup" => LanguageKind::Markup,
                "prose" => LanguageKind::Prose,
                _ => LanguageKind::Data,
            },
            endings: items(3),
            file_names: items(4),
            interpreters: items(5),
            signs: Signs::parse(columns.get(6..).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_whole() {
        let mut seen = std::collections::BTreeSet::new();
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<_> = line.split('\t').collect();
            assert_eq!(columns.len(), 13, "{line}");
            assert!(seen.insert(columns[0]), "`{}` is listed twice", columns[0]);
            assert_eq!(columns[0], columns[0].to_lowercase());
            assert!(
                ["programming", "markup", "data", "prose"].contains(&columns[2]),
                "{line}"
            );
            for pair in [7, 8, 10, 11, 12] {
                let items = columns[pair].split(' ').filter(|item| *item != "-");
                assert_eq!(items.count() % 2, 0, "{line}");
            }
        }
        assert!(seen.len() > 300);
    }

    #[test]
    fn names_of_the_contract_exist() {
        for id in [
            "javascript",
            "typescript",
            "python",
            "java",
            "go",
            "rust",
            "ruby",
            "c",
            "cpp",
            "csharp",
            "php",
        ] {
            assert_eq!(LanguageId::by_id(id).map(|found| found.get().id), Some(id));
        }
    }
}
