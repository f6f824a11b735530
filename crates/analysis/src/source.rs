//! A source tree: the files of a git commit, or of a folder, behind one interface.
//!
//! A commit is read as blobs from the object database; nothing is checked out, so hooks, filters, submodules and symbolic
//! links of a hostile repository stay data. A folder is read as it lies on disk, without what its `.gitignore` leaves
//! out; symbolic links are not followed. Both give the same list, sorted by path, within the same limits, and both name
//! what they leave out.

use std::path::{Path, PathBuf};

use repolens_core::report::SkippedFile;

use crate::options::Limits;

mod encoding;
mod folder;
mod git;
pub(crate) mod lfs;

pub use encoding::decode;
pub use git::Git;

/// Why a path is no source tree.
#[derive(Debug)]
pub enum OpenError {
    /// There is nothing at the path.
    NotFound(PathBuf),
    /// It exists, but holds no readable source tree; the text is the reason.
    Unreadable(String),
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound(path) => write!(f, "there is nothing at `{}`", path.display()),
            Self::Unreadable(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for OpenError {}

/// How to open a tree.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// A commit, branch or tag of a git repository. `None`: `HEAD` of a bare repository, the files on disk otherwise.
    pub commit: Option<String>,
    pub limits: Limits,
    pub git: Git,
}

/// The files of a repository: what there is, and how to read it.
#[derive(Debug)]
pub struct SourceTree {
    origin: TreeLocation,
    git: Git,
    /// The last part of the path it was opened with, without `.git`.
    pub name: String,
    pub commit: Option<String>,
    /// Sorted by path.
    pub entries: Vec<Entry>,
    /// The files that were left out, unsorted.
    pub skipped: Vec<SkippedFile>,
    /// A limit of the tree as a whole was reached.
    pub truncated: Option<String>,
}

/// Where a tree is read from.
#[derive(Debug)]
pub(crate) enum TreeLocation {
    Folder(PathBuf),
    Git { dir: PathBuf, git: Git },
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative, with `/`, valid UTF-8 (lossy where the name is not).
    pub path: String,
    pub size: u64,
    key: Key,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    /// As in `path`, below the folder.
    Path,
    /// The name is not UTF-8.
    Raw(PathBuf),
    Blob(Box<str>),
}

/// The folder at `path`, with links resolved.
fn folder_at(path: &Path) -> Result<PathBuf, OpenError> {
    let path = path.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => OpenError::NotFound(path.to_owned()),
        _ => OpenError::Unreadable(format!("cannot open `{}`: {error}", path.display())),
    })?;
    if path.is_dir() {
        return Ok(path);
    }
    Err(OpenError::Unreadable(format!(
        "`{}` is a file; give the folder or the repository that it is in",
        path.display()
    )))
}

/// The name of a folder, without the ending of a bare repository.
fn name_of(path: &Path) -> String {
    let name = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    name.strip_suffix(".git")
        .filter(|name| !name.is_empty())
        .map_or(name.clone(), str::to_owned)
}

impl SourceTree {
    /// Opens the folder or repository at `path`.
    ///
    /// # Errors
    /// There is nothing, or no folder or commit that can be read.
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        let path = folder_at(path)?;
        let name = name_of(&path);
        let mut list = Listing::new(&options.limits);
        let (origin, commit) = match git_dir(&path, options.commit.is_some()) {
            Some(dir) => {
                let commit = options.git.list(&dir, options.commit.as_deref(), &mut list)?;
                let git = options.git.clone();
                (TreeLocation::Git { dir, git }, Some(commit))
            }
            None if options.commit.is_some() => {
                return Err(OpenError::Unreadable(format!(
                    "`{}` is no git repository",
                    path.display()
                )));
            }
            None => {
                folder::list(&path, &mut list)?;
                (TreeLocation::Folder(path), None)
            }
        };
        let Listing {
            mut entries,
            skipped,
            truncated,
            ..
        } = list;
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self {
            origin,
            git: options.git.clone(),
            name,
            commit,
            entries,
            skipped,
            truncated,
        })
    }

    /// The program git, as it was given.
    pub(crate) fn git(&self) -> &Git {
        &self.git
    }

    /// The repository that the tree is a commit of, or the folder that it is.
    pub(crate) fn origin(&self) -> &TreeLocation {
        &self.origin
    }

    /// A reader for one thread.
    ///
    /// # Errors
    /// `git` cannot be started.
    pub fn reader(&self) -> std::io::Result<Reader> {
        Ok(Reader(match &self.origin {
            TreeLocation::Folder(root) => Source::Folder(root.clone()),
            TreeLocation::Git { dir, git } => Source::Git(git.batch(dir)?),
        }))
    }
}

/// Reads files of the tree it came from.
#[derive(Debug)]
pub struct Reader(Source);

#[derive(Debug)]
enum Source {
    Folder(PathBuf),
    Git(git::Batch),
}

impl Reader {
    /// Reads one file into `buffer`, which is emptied first.
    ///
    /// # Errors
    /// A sentence for the report. The reader stays usable.
    pub fn read(&mut self, entry: &Entry, buffer: &mut Vec<u8>) -> Result<(), String> {
        buffer.clear();
        match (&mut self.0, &entry.key) {
            (Source::Git(batch), Key::Blob(id)) => batch.read(id, buffer),
            (Source::Folder(root), Key::Raw(raw)) => folder::read(&root.join(raw), entry.size, buffer),
            (Source::Folder(root), _) => folder::read(&root.join(&entry.path), entry.size, buffer),
            (Source::Git(_), _) => Err("belongs to another tree".to_owned()),
        }
    }
}

/// The result that a reader fills, within the limits.
#[derive(Debug)]
struct Listing {
    max_files: u64,
    max_total_size: u64,
    entries: Vec<Entry>,
    skipped: Vec<SkippedFile>,
    truncated: Option<String>,
    total_size: u64,
    seen: u64,
}

/// Skipped files are named up to this number; more are only counted by the limit on entries.
const MAX_SKIPPED: usize = 20_000;

impl Listing {
    fn new(limits: &Limits) -> Self {
        Self {
            max_files: limits.max_files,
            max_total_size: limits.max_total_size,
            entries: Vec::new(),
            skipped: Vec::new(),
            truncated: None,
            total_size: 0,
            seen: 0,
        }
    }

    /// `false`: a limit is reached, stop listing.
    fn file(&mut self, name: &[u8], size: u64, key: Key) -> bool {
        if !self.count() {
            return false;
        }
        self.total_size = self.total_size.saturating_add(size);
        if self.total_size > self.max_total_size {
            self.truncated = Some(format!(
                "more than {} bytes of files: the rest is left out",
                self.max_total_size
            ));
            return false;
        }
        let path = match std::str::from_utf8(name) {
            Ok(path) => path.to_owned(),
            Err(_) => {
                let path = String::from_utf8_lossy(name).into_owned();
                self.skip(
                    path.clone(),
                    "its name is not UTF-8: it is shown with replacement characters",
                );
                path
            }
        };
        self.entries.push(Entry { path, size, key });
        true
    }

    /// `false`: a limit is reached, stop listing.
    fn left_out(&mut self, name: &[u8], reason: &str) -> bool {
        self.skip(String::from_utf8_lossy(name).into_owned(), reason);
        self.count()
    }

    fn skip(&mut self, path: String, reason: &str) {
        if self.skipped.len() < MAX_SKIPPED {
            self.skipped.push(SkippedFile {
                path,
                reason: reason.to_owned(),
            });
        }
    }

    fn count(&mut self) -> bool {
        self.seen += 1;
        if self.seen > self.max_files {
            self.truncated = Some(format!("more than {} files: the rest is left out", self.max_files));
        }
        self.seen <= self.max_files
    }
}

/// The repository to read `path` from, where it is to be read as one.
fn git_dir(path: &Path, commit_wanted: bool) -> Option<PathBuf> {
    let bare = |dir: &Path| dir.join("HEAD").is_file() && dir.join("objects").is_dir() && dir.join("refs").is_dir();
    if bare(path) {
        return Some(path.to_owned());
    }
    let inner = path.join(".git");
    (commit_wanted && inner.exists()).then_some(inner)
}
