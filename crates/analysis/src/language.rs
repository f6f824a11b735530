//! Languages: which there are (`language/languages.tsv`), which one a file has (`detect`), and its lines (`lines`).

use std::collections::HashMap;
use std::sync::OnceLock;

mod attributes;
mod detect;
mod glob;
mod lines;
mod origin;
mod spans;
mod tokens;

pub use attributes::{Attributes, Kinds};
pub use detect::detect;
pub use lines::{FileLines, count};
pub use origin::{Origin, is_test, origin, origin_by_content, origin_by_path};
pub use spans::{Span, SpanKind, count as count_spans};
pub(crate) use tokens::GRAM;
pub use tokens::{Fingerprint, Tokens, tokens};

const TABLE: &str = include_str!("language/languages.tsv");

/// What a language is for, as GitHub's linguist sorts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Programming,
    Markup,
    Data,
    Prose,
}

type Pair = (&'static [u8], &'static [u8]);

/// One line of the table.
#[derive(Debug)]
pub struct Language {
    /// Lower case, as reports name it.
    pub id: &'static str,
    /// As people write it.
    pub name: &'static str,
    pub kind: Kind,
    endings: Vec<&'static str>,
    file_names: Vec<&'static str>,
    interpreters: Vec<&'static str>,
    line_comments: Vec<&'static [u8]>,
    block_comments: Vec<Pair>,
    /// Block comments that nest though the others of the language do not.
    nesting_comments: Vec<Pair>,
    nested: bool,
    literate: bool,
    column: bool,
    strings: Vec<Pair>,
    doc_strings: Vec<Pair>,
    verbatim_strings: Vec<Pair>,
    /// First bytes of whatever can end plain code: see `lines`.
    opens: lines::Bytes,
    /// First bytes of whatever the line counter looks at, in any of its states.
    matters: lines::Bytes,
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
}

struct Table {
    languages: Vec<Language>,
    by_id: HashMap<&'static str, LanguageId>,
    by_ending: HashMap<&'static str, LanguageId>,
    by_file_name: HashMap<&'static str, LanguageId>,
    by_name_ending: Vec<(&'static str, LanguageId)>,
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
                match name.strip_prefix('*') {
                    Some(ending) => table.by_name_ending.push((ending, id)),
                    None => drop(table.by_file_name.entry(name).or_insert(id)),
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
        let mut columns = line.split('\t');
        let mut column = || columns.next().filter(|column| *column != "-").unwrap_or_default();
        let items = |column: &'static str| column.split(' ').filter(|item| !item.is_empty()).collect::<Vec<_>>();
        let (id, name) = (column(), column());
        let kind = match column() {
            "programming" => Kind::Programming,
            "markup" => Kind::Markup,
            "prose" => Kind::Prose,
            _ => Kind::Data,
        };
        let (endings, file_names, interpreters) = (items(column()), items(column()), items(column()));
        let line_comments: Vec<&[u8]> = items(column()).into_iter().map(unescape).collect();
        let (block_comments, nesting_comments) = (pairs(column()), pairs(column()));
        let flags = items(column());
        let (strings, doc_strings, verbatim_strings) = (pairs(column()), pairs(column()), pairs(column()));
        let mut language = Self {
            id,
            name,
            kind,
            endings,
            file_names,
            interpreters,
            line_comments,
            block_comments,
            nesting_comments,
            nested: flags.contains(&"nested"),
            literate: flags.contains(&"literate"),
            column: flags.contains(&"column"),
            strings,
            doc_strings,
            verbatim_strings,
            opens: lines::Bytes::default(),
            matters: lines::Bytes::default(),
        };
        language.opens = language.opening_bytes();
        language.matters = language.interesting_bytes();
        language
    }
}

/// Only the few items with a space are changed, once a process: that memory is kept.
fn unescape(item: &'static str) -> &'static [u8] {
    if item.contains('␠') {
        Box::leak(item.replace('␠', " ").into_boxed_str()).as_bytes()
    } else {
        item.as_bytes()
    }
}

fn pairs(column: &'static str) -> Vec<Pair> {
    let items: Vec<_> = column
        .split(' ')
        .filter(|item| !item.is_empty())
        .map(unescape)
        .collect();
    items.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
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
            assert!(seen.insert(columns[0]), "`{}` stands twice", columns[0]);
            assert_eq!(columns[0], columns[0].to_lowercase());
            assert!(
                ["programming", "markup", "data", "prose"].contains(&columns[2]),
                "{line}"
            );
            for pair in [7, 8, 10, 11, 12] {
                assert_eq!(
                    columns[pair].split(' ').filter(|item| *item != "-").count() % 2,
                    0,
                    "{line}"
                );
            }
        }
        assert!(seen.len() > 300);
    }

    #[test]
    fn names_of_the_contract_are_there() {
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
