//! Notebooks of Jupyter: the code of their cells as one text, on the lines that it has in the file.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::language::{Counted, EmbeddedPart, FileLines, LanguageId, Layout, count, scan};

/// As in the table of languages.
pub const LANGUAGE: &str = "jupyter-notebooks";

/// The code of a notebook.
#[derive(Debug, PartialEq)]
pub struct Notebook {
    /// The language of the kernel.
    pub language: LanguageId,
    /// All cells of that language; empty lines keep the others' places.
    pub text: String,
    /// Lines of cells in other languages (`%%bash`).
    others: Vec<(LanguageId, FileLines)>,
    cells: Vec<EmbeddedPart>,
    /// The lines of the file.
    physical: FileLines,
}

#[derive(Deserialize)]
struct File<'t> {
    #[serde(borrow)]
    cells: Vec<Cell<'t>>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Cell<'t> {
    cell_type: String,
    #[serde(borrow)]
    source: &'t RawValue,
}

#[derive(Deserialize, Default)]
struct Metadata {
    #[serde(default)]
    kernelspec: Kernel,
    #[serde(default)]
    language_info: Kernel,
}

/// A kernel has a `language`, or is known by its `name`.
#[derive(Deserialize, Default)]
struct Kernel {
    language: Option<String>,
    name: Option<String>,
}

impl Notebook {
    /// # Errors
    /// A sentence for the report.
    pub fn read(text: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
        let file: File<'_> =
            serde_json::from_str(text).map_err(|error| format!("no notebook that can be read: {error}"))?;
        let metadata = file.metadata;
        let named = metadata.language_info.name.or(metadata.kernelspec.language);
        let python = LanguageId::by_id("python");
        let language = named.as_deref().and_then(LanguageId::by_name).or(python);
        let mut notebook = Self {
            language: language.ok_or("the table of languages has no Python")?,
            text: String::new(),
            others: Vec::new(),
            cells: Vec::new(),
            physical: count(text.as_bytes(), &Layout::default()).lines,
        };
        let places = Places::new(text);
        let mut line = 1;
        for cell in file.cells.iter().filter(|cell| cell.cell_type == "code") {
            notebook.add(&source(cell.source, &places), &mut line);
        }
        Ok(notebook)
    }

    /// Adds a cell: its lines, and their line numbers in the file.
    fn add(&mut self, source: &[(String, usize)], line: &mut usize) {
        let first = source.first().map_or("", |(text, _)| text.as_str());
        if let Some(magic) = first
            .strip_prefix("%%")
            .map(|rest| rest.split_whitespace().next().unwrap_or_default())
            && !OF_THE_KERNEL.contains(&magic)
        {
            let Some(language) = LanguageId::by_name(magic) else {
                return;
            };
            let text: String = source.iter().skip(1).flat_map(|(text, _)| [text, "\n"]).collect();
            let lines = count(text.as_bytes(), &scan(language.get(), text.as_bytes())).lines;
            self.others.push((language, lines));
            return;
        }
        for (text, place) in source {
            while *line < *place {
                self.text.push('\n');
                *line += 1;
            }
            let start = self.text.len();
            self.text.push_str(text);
            self.text.push('\n');
            *line += 1;
            self.cells.push(EmbeddedPart {
                start,
                end: self.text.len(),
                language: self.language,
            });
        }
    }

    /// The lines of the file: those of cells are of their languages, the rest is of the notebook itself.
    pub fn count(&self, mut layout: Layout) -> Counted {
        layout.parts.clone_from(&self.cells);
        let own = count(self.text.as_bytes(), &layout);
        let mut embedded = own.embedded;
        embedded.extend(&self.others);
        let mut lines = FileLines::default();
        for (_, part) in &embedded {
            lines.code += part.code;
            lines.comments += part.comments;
            lines.blanks += part.blanks;
        }
        // Empty lines of cells are no empty lines of the file.
        let rest = self.physical.total().saturating_sub(lines.total());
        let blank = self.physical.blanks.min(rest);
        lines.code += rest - blank;
        lines.blanks += blank;
        Counted {
            lines,
            documentation: own.documentation,
            embedded,
        }
    }
}

/// Magic words behind which a cell is still of the kernel's language.
const OF_THE_KERNEL: &[&str] = &[
    "time", "timeit", "capture", "prun", "memit", "mprun", "lprun", "cache", "snakeviz",
];

/// Which line of the file a part of its text is on.
struct Places<'t> {
    text: &'t str,
    newlines: Vec<usize>,
}

impl<'t> Places<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            newlines: memchr::memchr_iter(b'\n', text.as_bytes()).collect(),
        }
    }

    /// 1-based.
    fn line(&self, part: &str) -> usize {
        let offset = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        self.newlines.partition_point(|newline| *newline < offset) + 1
    }
}

/// The lines of a cell, each with its line in the file.
fn source(raw: &RawValue, places: &Places<'_>) -> Vec<(String, usize)> {
    let mut pieces = Vec::new();
    if let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
        pieces.extend(list);
    } else {
        pieces.push(raw);
    }
    let mut lines: Vec<(String, usize)> = Vec::new();
    let mut is_open = false;
    for piece in pieces {
        let Ok(text) = serde_json::from_str::<String>(piece.get()) else {
            continue;
        };
        let place = places.line(piece.get());
        for (at, part) in text.split_inclusive('\n').enumerate() {
            let line = part.trim_end_matches(['\n', '\r']);
            match lines.last_mut() {
                Some((open, _)) if is_open => open.push_str(line),
                _ => lines.push((line.to_owned(), place + at)),
            }
            is_open = !part.ends_with('\n');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> (String, FileLines, Vec<(&'static str, u32)>) {
        let notebook = Notebook::read(text.as_bytes()).expect("a notebook");
        let layout = scan(notebook.language.get(), notebook.text.as_bytes());
        let counted = notebook.count(layout);
        let embedded = counted
            .embedded
            .iter()
            .map(|(language, lines)| (language.get().id, lines.code));
        (notebook.text.clone(), counted.lines, embedded.collect())
    }

    #[test]
    fn cells_keep_their_line_numbers() {
        let text = "{\n \"cells\": [\n  {\"cell_type\": \"markdown\", \"source\": [\"# a\"]},\n  {\"cell_type\": \"code\", \"source\": [\n   \"a = 1\\n\",\n   \"# b\"\n  ]}\n ], \"metadata\": {}\n}\n";
        let (code, lines, embedded) = counted(text);
        assert_eq!(code, "\n\n\n\na = 1\n# b\n");
        assert_eq!((lines.code, lines.comments, lines.blanks), (8, 1, 0));
        assert_eq!(embedded, [("python", 1)]);
    }

    #[test]
    fn a_source_may_be_one_string() {
        let text = r#"{"cells":[{"cell_type":"code","source":"a\n\nb"},{"cell_type":"code","source":"%%bash\nls\n# c"}],"metadata":{"language_info":{"name":"julia"}}}"#;
        let (code, lines, embedded) = counted(text);
        assert_eq!(code, "a\n\nb\n");
        assert_eq!((lines.code, lines.comments, lines.blanks), (3, 1, 1));
        assert_eq!(embedded, [("julia", 2), ("shell", 1)]);
    }

    #[test]
    fn other_files_are_named() {
        assert!(Notebook::read(b"{").is_err());
        assert!(Notebook::read(b"{\"cells\": 1}").is_err());
    }
}
