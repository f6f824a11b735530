//! The facts that are kept of a file when its text and its tree are dropped. They are small: a repository may have
//! 200,000 files. Names are short: up to 24 bytes they take no memory beside their own place.

use compact_str::CompactString;
use repolens_core::report::SkippedFile;

use crate::calls::{Calls, ImportId, ImportedNameId};
use crate::configuration::Setting;
use crate::history::credentials::EarlierFindings;
use crate::ids::FileId;
use crate::language::{Counted, FileLines, LanguageId, Origin, Span, Tokens};
use crate::manifests::Manifest;
use crate::security::RawFinding;

mod words;

pub(crate) use words::{WordCounts, hash_of, is_named_outside, words_of};

/// All that stages see.
#[derive(Debug)]
pub struct Facts {
    /// The repository's name.
    pub name: String,
    /// Sorted by path.
    pub files: Vec<FileFacts>,
    /// Places in the tree, which has them too, of the pointers of Git LFS, which are not among `files`; in ascending order.
    pub pointers: Vec<FileId>,
    pub skipped: Vec<SkippedFile>,
    /// Files that were not parsed because the time for parsing was used up.
    pub unparsed: u64,
    /// The words of all texts.
    pub(crate) words: WordCounts,
    /// Credentials of earlier commits.
    pub(crate) earlier: EarlierFindings,
}

/// Everything that stages know of one file.
#[derive(Debug)]
pub struct FileFacts {
    pub path: String,
    pub bytes: u64,
    pub language: Option<LanguageId>,
    pub origin: Origin,
    pub test: bool,
    /// It is a script that a compiler or a bundler wrote.
    pub compiled: bool,
    /// Its first comment is that of a library as it is released: a version, an address and a license.
    pub released: bool,
    /// Its own text calls it a copy of another project's file, or a template.
    pub left_as_it_is: bool,
    pub lines: FileLines,
    /// Part of `lines`: lines that are wholly of another language.
    pub embedded: Box<[(LanguageId, FileLines)]>,
    /// Part of `lines.comments`: lines of documentation strings, which tokei counts as code by default.
    pub docstrings: u32,
    /// `None`: the language has no parser here, or the file could not be parsed (then `problems` holds the reason).
    pub syntax: Option<Box<Syntax>>,
    /// The tokens by which copies are found, for own code that is no test.
    pub tokens: Tokens,
    pub manifest: Option<Box<Manifest>>,
    /// The text, of the few files that a stage reads itself (READMEs).
    pub text: Option<String>,
    /// SPDX identifier, of license files; empty where the text is unknown.
    pub license: Option<String>,
    /// SPDX identifier or expression, of other files of this project that name their license in a comment or grant it.
    pub license_notice: Option<Box<str>>,
    /// Hashes of the words by which it may call functions of other files (markup, partial classes).
    pub words: Box<[u64]>,
    /// Rust: names before `::`, which may be those of crates; sorted.
    pub crates: Box<[Box<str>]>,
    /// For a file that configures tools: its texts that may name files.
    pub settings: Box<[Setting]>,
    /// The findings of the security rules.
    pub security: Vec<RawFinding>,
    /// The problems with the file, for `analyser.skippedFiles`.
    pub problems: Vec<String>,
    /// It is a pointer to a file outside the repository, and only listed with its problem.
    pub is_pointer: bool,
}

/// Facts of a syntax tree.
#[derive(Debug, Default, PartialEq)]
pub struct Syntax {
    pub functions: Vec<Function>,
    pub classes: u32,
    pub imports: Vec<Import>,
    pub exports: Vec<Export>,
    /// The parser met something that is not of the language, and went on.
    pub errors: bool,
    /// The lines of that.
    pub unread: u32,
    /// It can be started: a `main` function, `if __name__ == "__main__"`, a shebang.
    pub entry_point: bool,
    /// The package that the file declares (Java).
    pub package: Box<str>,
    /// Comments and strings of several lines, sorted by place; taken out when the lines are counted.
    pub spans: Vec<Span>,
    pub calls: Calls,
    /// The prefixes of computed names of loaded modules (JavaScript), relative to the file; empty where nothing is
    /// known of one.
    pub loads: Vec<Box<str>>,
    /// First and last lines of tests inside of a source file (Rust: `#[cfg(test)]`, `#[test]`; C: `#ifdef REDIS_TEST`).
    pub test_lines: Vec<(u32, u32)>,
    /// Python: lines of imports that run whenever the module is loaded, outside of any other statement; ascending.
    pub certain_imports: Vec<u32>,
    /// Folders that the file has searched for modules (`sys.path` of Python, `$LOAD_PATH` of Ruby), relative to its own folder
    /// where they begin with a dot.
    pub search_paths: Vec<Box<str>>,
    /// Sorted. C#, and Java, Kotlin and Scala where all of a package is imported: names that may be those of its types. Rust:
    /// names that may be used although only an import names them: those of traits, and those in macros. Ruby: constants. JavaScript:
    /// names and paths of imports that are commented out.
    pub mentions: Vec<Box<str>>,
    /// Unused imports with a word that occurs elsewhere in the file, in a comment or as another thing: import and name. Sorted.
    pub elsewhere: Vec<(ImportId, ImportedNameId)>,
    /// The findings of the security rules about calls; taken out when the file is done.
    pub risks: Vec<RawFinding>,
}

/// One function with a body: the unit of both complexities.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Function {
    /// `name`, `Class.name`, or `<anonymous>`.
    pub name: CompactString,
    /// 1-based, of the name (of the start where it has none).
    pub line: u32,
    pub end_line: u32,
    pub cyclomatic: u32,
    /// With that of the functions within it, one level deeper.
    pub cognitive: u32,
    /// The part of `cognitive` that is outside of functions within it.
    pub own_cognitive: u32,
    pub parameters: u16,
    /// The deepest nesting of control structures.
    pub nesting: u16,
}

/// One import of a module.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// As written: `./a`, `os.path`, `java.util.List`.
    pub specifier: CompactString,
    pub kind: ImportKind,
    pub line: u32,
    /// The names that it brings in, where the language names them.
    pub names: Vec<ImportedName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    Static,
    /// `export … from`, `pub use`.
    Reexport,
    /// `import()`, `importlib`, a `require` inside a function.
    Dynamic,
    /// Only for types.
    Type,
    /// `export type … from`.
    TypeReexport,
    /// `global using` of C#: every file of the project has it.
    Global,
    /// `mod name;` of Rust: a file that belongs to this one. No import that a person would count. Its specifier is
    /// `outer::name=path` in an inline module `outer` and with an attribute `path`.
    Submodule,
}

impl Syntax {
    /// Sets [`Syntax::elsewhere`].
    pub(crate) fn find_elsewhere(&mut self, text: &[u8]) {
        for (at, import) in ImportId::enumerate(&self.imports) {
            for (number, name) in ImportedNameId::enumerate(&import.names).filter(|(_, name)| name.unused) {
                let word = name.local.split('.').next().unwrap_or_default();
                if is_named_outside(text, word, import.line) {
                    self.elsewhere.push((at, number));
                }
            }
        }
    }

    /// Gives back what lists had room for.
    #[must_use]
    pub fn packed(mut self) -> Self {
        self.functions.shrink_to_fit();
        self.exports.shrink_to_fit();
        self.mentions.shrink_to_fit();
        self.imports.shrink_to_fit();
        self
    }
}

impl ImportKind {
    /// Whether the imported names are exports of the file, without a name in it.
    #[must_use]
    pub fn is_reexport(self) -> bool {
        matches!(self, Self::Reexport | Self::TypeReexport)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ImportedName {
    /// In the other module; `*` for all of it, `default` for its default export.
    pub imported: CompactString,
    /// Here; for a re-export, the name it is exported as. Empty where it has none.
    pub local: CompactString,
    /// Nothing in the file uses it.
    pub unused: bool,
}

impl ImportedName {
    #[must_use]
    pub fn new(imported: &str, local: &str) -> Self {
        Self {
            imported: imported.into(),
            local: local.into(),
            unused: false,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// `default` for the default export, `*` for all of another module.
    pub name: CompactString,
    pub line: u32,
    /// Whether it is alive without an import: its own file uses it, or a comment marks it as public.
    pub kept: bool,
}

impl FileFacts {
    pub fn count(&mut self, counted: Counted) {
        self.lines = counted.lines;
        self.docstrings = counted.documentation;
        self.embedded = counted.embedded.into();
    }

    /// Physical lines.
    #[must_use]
    pub fn line_count(&self) -> u64 {
        u64::from(self.lines.total())
    }

    /// Code of this project: what scores are about.
    #[must_use]
    pub fn is_own(&self) -> bool {
        matches!(self.origin, Origin::Own | Origin::Documentation)
    }

    /// Whether dead code is reported in the file: not in examples and templates, nor in what a compiler wrote.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        !self.compiled && !self.left_as_it_is && crate::language::is_judged(&self.path)
    }

    /// Whether the line is part of a test inside of a source file.
    #[must_use]
    pub fn is_test_line(&self, line: u32) -> bool {
        let ranges = self.syntax.as_ref().map_or(&[][..], |syntax| &syntax.test_lines);
        ranges.iter().any(|(first, last)| (*first..=*last).contains(&line))
    }

    /// Lines of code of the tests inside of a source file: its share of code in their lines.
    #[must_use]
    pub fn inner_test_lines(&self) -> u32 {
        let mut ranges = self
            .syntax
            .as_ref()
            .map_or_else(Vec::new, |syntax| syntax.test_lines.clone());
        ranges.sort_unstable();
        let (mut sum, mut covered) = (0u32, 0u32);
        for (first, last) in ranges {
            sum += (last + 1).saturating_sub(first.max(covered + 1));
            covered = covered.max(last);
        }
        if sum == 0 {
            return 0;
        }
        let share = f64::from(self.lines.code) / f64::from(self.lines.total().max(1));
        (f64::from(sum) * share).round() as u32
    }

    /// Lines of code of the product.
    #[must_use]
    pub fn product_lines(&self) -> u32 {
        self.lines.code.saturating_sub(self.inner_test_lines())
    }

    /// The functions of the product: those of no test inside of the file.
    pub fn product_functions(&self) -> impl Iterator<Item = &Function> {
        self.functions()
            .iter()
            .filter(|function| !self.is_test_line(function.line))
    }

    #[must_use]
    pub fn functions(&self) -> &[Function] {
        self.syntax.as_ref().map_or(&[], |syntax| &syntax.functions)
    }
}
