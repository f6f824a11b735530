//! One pass over the files: each is read and parsed once, its facts are kept, its text and tree are dropped. Threads take
//! files from one counter, so memory is bounded by the files in flight; results have their file's place, so the order of
//! the threads cannot be seen.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use repolens_core::report::SkippedFile;

use crate::budget::thread_time;
use crate::configuration;
use crate::facts::{Facts, FileFacts, WordCounts};
use crate::ids::FileId;
use crate::language::{self, Attributes, Kinds, Layout, Origin};
use crate::license;
use crate::manifests;
use crate::options::{LARGE_FILE, Observer, Options};
use crate::security;
use crate::source::{Entry, OpenError, Reader, SourceTree, lfs};
use crate::syntax;
use crate::units::CognitiveRules;
use notebook::Notebook;

mod attributes;
pub(crate) mod crates;
mod notebook;
mod text;
pub(crate) mod wiring;

/// Stack of a parser thread: the native parsers call themselves; it is taken page by page as it is needed.
/// A build without optimization needs several times as much.
pub(crate) const STACK: usize = if cfg!(debug_assertions) { 64 } else { 16 } * 1024 * 1024;
/// Files whose extension determines no language are read up to this size, for their first lines.
const MAX_UNKNOWN: u64 = 64 * 1024;
/// How many files lie between two reports of progress.
const PROGRESS_STEP: usize = 64;

/// # Errors
/// A reader or a thread cannot be started.
pub(crate) fn run(tree: SourceTree, options: &Options, observer: &dyn Observer) -> Result<Facts, OpenError> {
    run_by(CognitiveRules::PAPER, tree, options, observer)
}

/// As [`run`], with cognitive complexity counted as another tool does.
///
/// # Errors
/// As of [`run`].
pub(crate) fn run_by(
    rules: CognitiveRules,
    tree: SourceTree,
    options: &Options,
    observer: &dyn Observer,
) -> Result<Facts, OpenError> {
    let mut skipped = Vec::new();
    let attributes = attributes::read(&tree, options.limits.max_file_size, &mut skipped)?;
    let total = tree.entries.len();
    let threads = match options.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    let threads = threads.clamp(1, total.max(1));
    let next = AtomicUsize::new(0);
    let words = WordCounts::new(tree.entries.iter().map(|entry| entry.size).sum());
    let (used, unparsed) = (AtomicU64::new(0), AtomicU64::new(0));
    observer.progress("parse", 0, total as u64);
    let pass = Pass {
        paths: tree.entries.iter().map(|entry| entry.path.as_str()).collect(),
        built: language::BuiltFolders::of(tree.entries.iter().map(|entry| entry.path.as_str())),
        specs: language::SpecFolders::of(tree.entries.iter().map(|entry| entry.path.as_str())),
        tree: &tree,
        attributes: &attributes,
        options,
        rules,
        observer,
        next: &next,
        used: &used,
        unparsed: &unparsed,
        large: Mutex::default(),
        words: &words,
    };
    let mut found = pass.run_on(threads)?;
    observer.progress("parse", total as u64, total as u64);
    found.sort_unstable_by_key(|(at, _)| *at);
    skipped.extend(tree.skipped);
    let (mut files, mut pointers) = (Vec::with_capacity(found.len()), Vec::new());
    for (at, mut facts) in found {
        let problems = std::mem::take(&mut facts.problems);
        skipped.extend(problems.into_iter().map(|reason| SkippedFile {
            path: facts.path.clone(),
            reason,
        }));
        match facts.is_pointer {
            true => pointers.push(FileId::new(at)),
            false => files.push(facts),
        }
    }
    skipped.sort();
    Ok(Facts {
        earlier: Default::default(),
        name: tree.name,
        files,
        pointers,
        skipped,
        unparsed: unparsed.into_inner(),
        words,
    })
}

fn not_started(what: &str, error: &std::io::Error) -> OpenError {
    OpenError::Unreadable(format!("{what} cannot be started: {error}"))
}

/// What the name of a file determines.
fn by_name(entry: &Entry, kinds: Kinds) -> FileFacts {
    let path = entry.path.as_str();
    let origin = language::origin(path, kinds);
    FileFacts {
        path: path.to_owned(),
        bytes: entry.size,
        language: language::detect(path, b""),
        origin,
        test: language::is_test(path) || language::is_test_support(path),
        lines: language::FileLines::default(),
        embedded: Box::default(),
        docstrings: 0,
        syntax: None,
        tokens: language::Tokens::default(),
        manifest: None,
        text: None,
        license: None,
        license_notice: None,
        words: Box::default(),
        crates: Box::default(),
        settings: Box::default(),
        security: security::of_name(path, origin).into_iter().collect(),
        problems: Vec::new(),
        is_pointer: false,
        compiled: false,
        released: false,
        left_as_it_is: false,
    }
}

struct Pass<'a> {
    /// The paths of all files.
    paths: HashSet<&'a str>,
    built: language::BuiltFolders,
    specs: language::SpecFolders<'a>,
    tree: &'a SourceTree,
    attributes: &'a Attributes,
    options: &'a Options,
    rules: CognitiveRules,
    observer: &'a dyn Observer,
    next: &'a AtomicUsize,
    /// Processor time that all threads have used for parsing, in nanoseconds.
    used: &'a AtomicU64,
    /// Files that were not parsed because that time was over.
    unparsed: &'a AtomicU64,
    /// Held while a large file is parsed.
    large: Mutex<()>,
    words: &'a WordCounts,
}

impl Pass<'_> {
    /// What `threads` find, in no order, each with the number of its file.
    fn run_on(&self, threads: usize) -> Result<Vec<(usize, FileFacts)>, OpenError> {
        std::thread::scope(|scope| {
            let mut running = Vec::new();
            for thread in 0..threads {
                let reader = self.tree.reader().map_err(|error| not_started("git", &error))?;
                let handle = std::thread::Builder::new()
                    .name(format!("parse-{thread}"))
                    .stack_size(STACK)
                    .spawn_scoped(scope, move || self.run(thread, reader))
                    .map_err(|error| not_started("a parser thread", &error))?;
                running.push(handle);
            }
            let mut found = Vec::new();
            for part in running.into_iter().map(std::thread::ScopedJoinHandle::join) {
                found.extend(part.map_err(|_| OpenError::Unreadable("a parser thread failed".to_owned()))?);
            }
            Ok(found)
        })
    }

    fn run(&self, thread: usize, mut reader: Reader) -> Vec<(usize, FileFacts)> {
        let mut found = Vec::new();
        let mut text = Vec::new();
        let total = self.tree.entries.len();
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(entry) = self.tree.entries.get(at) else {
                return found;
            };
            found.push((at, self.file(thread, &mut reader, entry, &mut text)));
            if at.is_multiple_of(PROGRESS_STEP) {
                self.observer.progress("parse", at as u64, total as u64);
            }
        }
    }

    fn file(&self, thread: usize, reader: &mut Reader, entry: &Entry, text: &mut Vec<u8>) -> FileFacts {
        let path = entry.path.as_str();
        let kinds = self.attributes.of(path);
        let mut facts = by_name(entry, kinds);
        facts.test |= self.specs.has(path);
        if !self.read(reader, entry, text, &mut facts) || !text::is_text(text, &mut facts) {
            return facts;
        }
        self.words.add(text);
        facts.language = language::detect(path, text);
        text::keep(text, &mut facts);
        let Some(language) = facts.language.map(language::LanguageId::get) else {
            facts.security.extend(security::scan(path, "", text, facts.origin));
            return facts;
        };
        self.origin(kinds, language.id, text, &mut facts);
        facts.test |= language::defines_tests(language.id, text);
        facts
            .security
            .extend(security::scan(path, language.id, text, facts.origin));
        if language.id == notebook::LANGUAGE {
            self.notebook(thread, text, &mut facts);
            return facts;
        }
        facts.compiled = language::is_compiled(language.id, text);
        facts.left_as_it_is = language::is_copy_or_template(text);
        let mut layout = language::scan(language, text);
        if !facts.test && facts.license.is_none() && matches!(facts.origin, Origin::Own | Origin::Documentation) {
            facts.license_notice = license::notice::of(language, text, &layout.spans).map(String::into_boxed_str);
        }
        if facts.is_own() {
            self.parse(thread, language.id, text, &mut layout, &mut facts);
        }
        let is_script = matches!(language.id, "javascript" | "typescript");
        let is_unread = facts.syntax.is_none() && facts.settings.is_empty();
        if is_script && is_unread && !facts.test && facts.origin != Origin::Vendored {
            facts.settings = configuration::imports(text);
        }
        facts.count(language::count(text, &layout));
        if facts.origin == Origin::Own && !facts.test && language.kind == language::LanguageKind::Programming {
            facts.tokens = language::tokens(language, text, &layout.spans);
        }
        facts
    }

    /// Reads the file into `text`. `false`: it has nothing that a stage reads, or cannot be read.
    fn read(&self, reader: &mut Reader, entry: &Entry, text: &mut Vec<u8>, facts: &mut FileFacts) -> bool {
        let path = entry.path.as_str();
        let limits = &self.options.limits;
        let is_manifest = manifests::is_manifest(path);
        let limit = if is_manifest {
            limits.max_manifest_size
        } else {
            limits.max_file_size
        };
        let is_read = crate::stages::reads_text_of(path)
            || license::is_license_file(path)
            || is_manifest
            || wiring::reads(path)
            || configuration::reads(path, facts.test)
            || security::reads(path);
        let has_ending = path.rsplit('/').next().unwrap_or(path).contains('.');
        let may_be_code = !has_ending || (entry.size <= MAX_UNKNOWN && language::may_detect_by_text(path));
        let is_unknown = facts.language.is_none() && !may_be_code && !is_read;
        if is_unknown && !lfs::can_be_pointer(entry.size) {
            return false;
        }
        if entry.size > limit {
            facts.problems.push(format!("larger than {limit} bytes: not read"));
            return false;
        }
        if let Err(problem) = reader.read(entry, text) {
            facts.problems.push(problem);
            return false;
        }
        if lfs::is_pointer(text) {
            facts.problems.push(lfs::REASON.to_owned());
            facts.is_pointer = true;
            return false;
        }
        !is_unknown
    }

    /// Decides by content and by the other files who wrote a file.
    fn origin(&self, kinds: Kinds, language: &str, text: &[u8], facts: &mut FileFacts) {
        if kinds.generated.is_none()
            && facts.origin != Origin::Vendored
            && let Some(origin) = language::origin_by_content(language, text)
        {
            facts.origin = origin;
        }
        if facts.origin == Origin::Own
            && kinds.generated.is_none()
            && (self.built.has(&facts.path) || language::is_built(&facts.path, |path| self.paths.contains(path)))
        {
            facts.origin = Origin::Generated;
        }
        let is_own = facts.is_own() && kinds.vendored.is_none() && kinds.documentation.is_none();
        if is_own && language::is_library_copy(&facts.path, text) {
            facts.origin = Origin::Vendored;
        }
        if facts.origin == Origin::Generated && facts.words.is_empty() {
            facts.words = wiring::of_generated(&facts.path, text);
        }
    }

    /// Reads the code of a notebook's cells.
    fn notebook(&self, thread: usize, text: &[u8], facts: &mut FileFacts) {
        let notebook = match Notebook::read(text) {
            Ok(notebook) => notebook,
            Err(problem) => {
                facts.count(language::count(text, &Layout::default()));
                return facts.problems.push(problem);
            }
        };
        let (language, code) = (notebook.language.get(), notebook.text.as_bytes());
        let mut layout = language::scan(language, code);
        if facts.is_own() {
            let known = facts.security.len();
            self.parse(thread, language.id, code, &mut layout, facts);
            // The lines of cells are not those of the file.
            facts.security[known..]
                .iter_mut()
                .for_each(|finding| (finding.line, finding.column) = (0, 0));
        }
        if let Some(syntax) = &mut facts.syntax {
            // A person runs it, cell by cell.
            syntax.entry_point = true;
            syntax
                .calls
                .functions
                .iter_mut()
                .for_each(|function| function.entry = true);
        }
        facts.count(notebook.count(layout));
    }

    /// Parses a file, whose comments and strings are those of its tree from then on.
    fn parse(&self, thread: usize, language: &str, text: &[u8], layout: &mut Layout, facts: &mut FileFacts) {
        let Some(parser) = syntax::parser(language) else {
            return;
        };
        if let Some(reason) = self.options.skip.get(&facts.path) {
            facts.problems.push(reason.clone());
            return;
        }
        let limit = self.options.limits.max_parse_seconds;
        if Duration::from_nanos(self.used.load(Ordering::Relaxed)) >= Duration::from_secs(limit) {
            self.unparsed.fetch_add(1, Ordering::Relaxed);
            facts.problems.push(format!(
                "the {limit} s of processor time for parsing were used up: lines are counted only"
            ));
            return;
        }
        let _one_at_a_time =
            (text.len() >= LARGE_FILE).then(|| self.large.lock().unwrap_or_else(PoisonError::into_inner));
        let start = thread_time();
        self.observer.parsing(thread, &facts.path);
        let parsed = catch_unwind(AssertUnwindSafe(|| {
            parser.facts_of(&facts.path, text, &layout.spans, &self.options.limits, self.rules)
        }));
        self.observer.parsed(thread);
        let used = thread_time().saturating_sub(start).as_nanos();
        self.used
            .fetch_add(u64::try_from(used).unwrap_or(u64::MAX), Ordering::Relaxed);
        match parsed {
            Ok(Ok(mut syntax)) => {
                let is_markup = matches!(language, "vue" | "svelte");
                layout.replace(std::mem::take(&mut syntax.spans), is_markup);
                let mut risks = std::mem::take(&mut syntax.risks);
                security::settle(language, text, &mut risks);
                facts.security.extend(risks);
                syntax.find_elsewhere(text);
                if syntax.errors {
                    facts.problems.push(text::read_in_part(syntax.unread));
                }
                facts.syntax = Some(Box::new(syntax.packed()));
            }
            Ok(Err(problem)) => facts.problems.push(problem),
            Err(_) => facts
                .problems
                .push("its parser failed: lines are counted only".to_owned()),
        }
    }
}
