//! The index of vulnerabilities, made from OSV's dumps.
//!
//! The dumps are larger than the memory that a worker has. Records are reduced to what a lookup needs, sorted in parts on
//! disk, and merged.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fs::{self, File, Permissions};
use std::io::{self, BufRead as _, BufReader, BufWriter, Read, Seek as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::{Value, json};

use super::index::{Block, Directory, MAGIC, TRAILER, key};
use super::name;
use super::record::{Affected, Record};

/// Bytes of records that are sorted at a time.
const PART: usize = 32 << 20;
/// Bytes of a block before compression; a package is never split.
const BLOCK: usize = 64 << 10;
/// The largest record that is read.
const MAX_RECORD: u64 = 64 << 20;
/// Characters of a summary that are shown.
const MAX_SUMMARY: usize = 200;
/// Problems that are named.
const MAX_PROBLEMS: usize = 10;

/// What an index has, and what could not be read.
#[derive(Debug, Default)]
pub struct Built {
    pub packages: u64,
    pub records: u64,
    pub bytes: u64,
    /// The time of the newest record.
    pub date: String,
    /// Files and records that could not be read.
    pub unreadable: u64,
    /// The first of them, with the reason.
    pub problems: Vec<String>,
}

/// Makes the index of archives, and of folders with archives or records. The same dumps give the same bytes. Without any
/// record nothing is written.
///
/// # Errors
/// The index or its temporary files cannot be written.
pub fn build(inputs: &[PathBuf], output: &Path) -> anyhow::Result<Built> {
    let folder = match output.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut parts = Parts::new(folder);
    for input in inputs {
        parts.add(input)?;
    }
    parts.spill()?;
    let mut file = tempfile::Builder::new()
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(folder)
        .context("failed to make a file beside the index")?;
    let mut writer = IndexWriter::new(BufWriter::new(file.as_file_mut()));
    merge(parts.sorted, |key, records| writer.add(key, records))?;
    let mut built = writer.finish(parts.date)?;
    built.unreadable = parts.unreadable;
    built.problems = parts.problems;
    if built.records > 0 {
        file.as_file().sync_all()?;
        file.persist(output).context("failed to put the index in its place")?;
    }
    Ok(built)
}

/// Reduced records, a line each, in sorted parts.
struct Parts<'f> {
    folder: &'f Path,
    lines: Vec<Vec<u8>>,
    bytes: usize,
    sorted: Vec<File>,
    date: String,
    unreadable: u64,
    problems: Vec<String>,
}

impl<'f> Parts<'f> {
    fn new(folder: &'f Path) -> Self {
        Self {
            folder,
            lines: Vec::new(),
            bytes: 0,
            sorted: Vec::new(),
            date: String::new(),
            unreadable: 0,
            problems: Vec::new(),
        }
    }

    fn add(&mut self, path: &Path) -> anyhow::Result<()> {
        let extension = path.extension().unwrap_or_default();
        let is_dir = fs::metadata(path).is_ok_and(|found| found.is_dir());
        if is_dir {
            return self.add_folder(path);
        }
        let result = match File::open(path) {
            Ok(file) if extension.eq_ignore_ascii_case("zip") => return self.add_archive(path, file),
            Ok(mut file) => read(&mut file),
            Err(error) => Err(error),
        };
        self.add_record(&path.display().to_string(), result)
    }

    fn add_folder(&mut self, folder: &Path) -> anyhow::Result<()> {
        let entries = fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                self.problem(&folder.display().to_string(), &error);
                return Ok(());
            }
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let is_wanted = path
                .extension()
                .is_some_and(|it| it.eq_ignore_ascii_case("json") || it.eq_ignore_ascii_case("zip"));
            // Links are not followed, so that no folder is read twice.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() || kind.is_file() && is_wanted => self.add(&path)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn add_archive(&mut self, path: &Path, file: File) -> anyhow::Result<()> {
        let name = path.display().to_string();
        let mut archive = match zip::ZipArchive::new(BufReader::new(file)) {
            Ok(archive) => archive,
            Err(error) => {
                self.problem(&name, &error);
                return Ok(());
            }
        };
        for at in 0..archive.len() {
            let entry = match archive.name_for_index(at) {
                Some(Ok(name)) => name.into_owned(),
                _ => format!("{at}.json"),
            };
            if !entry.ends_with(".json") {
                continue;
            }
            let text = match archive.by_index(at) {
                Ok(mut entry) => read(&mut entry),
                Err(error) => Err(io::Error::other(error)),
            };
            self.add_record(&format!("{name}: {entry}"), text)?;
        }
        Ok(())
    }

    fn problem(&mut self, name: &str, error: &dyn std::fmt::Display) {
        self.unreadable += 1;
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(format!("{name}: {error}"));
        }
    }

    fn add_record(&mut self, name: &str, text: io::Result<Vec<u8>>) -> anyhow::Result<()> {
        let record = text.and_then(|text| Ok(serde_json::from_slice::<Record>(&text)?));
        let record = match record {
            Ok(record) if !record.id.is_empty() => record,
            Ok(_) => {
                self.problem(name, &"is no record of OSV");
                return Ok(());
            }
            Err(error) => {
                self.problem(name, &error);
                return Ok(());
            }
        };
        if record.modified > self.date {
            self.date.clone_from(&record.modified);
        }
        for (key, reduced) in reduced(record) {
            let mut line = format!("{key}\t{}\t{}\t", reduced.id, reduced.modified).into_bytes();
            serde_json::to_writer(&mut line, &reduced)?;
            self.bytes += line.len();
            self.lines.push(line);
        }
        if self.bytes > PART { self.spill() } else { Ok(()) }
    }

    /// Writes the lines to a sorted part.
    fn spill(&mut self) -> anyhow::Result<()> {
        self.lines.sort_unstable();
        let file = tempfile::tempfile_in(self.folder).context("failed to make a file beside the index")?;
        let mut writer = BufWriter::new(file);
        for line in self.lines.drain(..) {
            writer.write_all(&line)?;
            writer.write_all(b"\n")?;
        }
        let mut file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        self.sorted.push(file);
        self.bytes = 0;
        Ok(())
    }
}

fn read(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    from.take(MAX_RECORD + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MAX_RECORD {
        return Err(io::Error::other("is larger than 64 MiB"));
    }
    Ok(text)
}

/// What a lookup needs of a record, for each package of it.
fn reduced(record: Record) -> BTreeMap<String, Record> {
    let mut of_packages: BTreeMap<String, Vec<Affected>> = BTreeMap::new();
    // Such characters separate the fields of a line.
    let is_plain = |text: &str| !text.contains(|c: char| c.is_control());
    if !is_plain(&record.id) || !is_plain(&record.modified) {
        return BTreeMap::new();
    }
    for mut affected in record.affected {
        let Some(ecosystem) = name::known(&affected.package.ecosystem) else {
            continue;
        };
        let key = key(ecosystem, &affected.package.name);
        affected.shorten(ecosystem);
        if is_plain(&key) && (!affected.ranges.is_empty() || !affected.versions.is_empty()) {
            of_packages.entry(key).or_default().push(affected);
        }
    }
    let word = record.database_specific.get("severity").and_then(Value::as_str);
    let base = Record {
        summary: record.summary.chars().take(MAX_SUMMARY).collect(),
        details: String::new(),
        affected: Vec::new(),
        database_specific: word.map_or(Value::Null, |word| json!({ "severity": word })),
        ..record
    };
    let with = |(key, affected)| {
        (
            key,
            Record {
                affected,
                ..base.clone()
            },
        )
    };
    of_packages.into_iter().map(with).collect()
}

/// Merges sorted parts: calls `package` with each key and its records, the newest of each id.
fn merge(parts: Vec<File>, mut package: impl FnMut(&str, &[&str]) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut parts: Vec<_> = parts.into_iter().map(|part| BufReader::new(part).lines()).collect();
    let mut next = BinaryHeap::new();
    for (at, part) in parts.iter_mut().enumerate() {
        if let Some(line) = part.next() {
            next.push(Reverse((line?, at)));
        }
    }
    let mut lines: Vec<String> = Vec::new();
    while let Some(Reverse((line, at))) = next.pop() {
        if let Some(line) = parts[at].next() {
            next.push(Reverse((line?, at)));
        }
        if lines.first().is_some_and(|first| fields(first).0 != fields(&line).0) {
            newest(&lines, &mut package)?;
            lines.clear();
        }
        lines.push(line);
    }
    newest(&lines, &mut package)
}

/// The key, the id and the record of a line.
fn fields(line: &str) -> (&str, &str, &str) {
    let mut fields = line.splitn(4, '\t');
    let mut field = || fields.next().unwrap_or_default();
    let (key, id, _modified) = (field(), field(), field());
    (key, id, field())
}

/// Passes on the records of one package: the last line of each id, unless it is withdrawn.
fn newest(lines: &[String], package: &mut impl FnMut(&str, &[&str]) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let Some(first) = lines.first() else { return Ok(()) };
    let (key, ..) = fields(first);
    let by_id: BTreeMap<&str, &str> = lines
        .iter()
        .map(|line| fields(line))
        .map(|(_, id, record)| (id, record))
        .collect();
    let mut kept = Vec::new();
    for record in by_id.into_values() {
        if serde_json::from_str::<Record>(record)?.withdrawn.is_none() {
            kept.push(record);
        }
    }
    if kept.is_empty() { Ok(()) } else { package(key, &kept) }
}

/// Writes blocks, then their directory.
struct IndexWriter<W> {
    out: W,
    offset: u64,
    block: Vec<u8>,
    first: String,
    directory: Directory,
}

impl<W: io::Write> IndexWriter<W> {
    fn new(out: W) -> Self {
        Self {
            out,
            offset: 0,
            block: Vec::new(),
            first: String::new(),
            directory: Directory::default(),
        }
    }

    fn add(&mut self, key: &str, records: &[&str]) -> anyhow::Result<()> {
        if self.block.is_empty() {
            key.clone_into(&mut self.first);
        }
        self.directory.packages += 1;
        self.directory.records += records.len() as u64;
        let line = format!("{key}\t[{}]\n", records.join(","));
        self.block.extend_from_slice(line.as_bytes());
        if self.block.len() >= BLOCK {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        if !self.block.is_empty() {
            let block = std::mem::take(&mut self.block);
            let (offset, length) = self.write_packed(&block)?;
            let first = std::mem::take(&mut self.first);
            self.directory.blocks.push(Block { first, offset, length });
        }
        Ok(())
    }

    /// The place and the length of what was written.
    fn write_packed(&mut self, part: &[u8]) -> anyhow::Result<(u64, u64)> {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(part)?;
        let packed = packed.finish()?;
        self.out.write_all(&packed)?;
        let (offset, length) = (self.offset, packed.len() as u64);
        self.offset += length;
        Ok((offset, length))
    }

    fn finish(mut self, date: String) -> anyhow::Result<Built> {
        self.flush()?;
        self.directory.date = date;
        let directory = serde_json::to_vec(&self.directory)?;
        let (offset, length) = self.write_packed(&directory)?;
        self.out.write_all(&offset.to_be_bytes())?;
        self.out.write_all(&length.to_be_bytes())?;
        self.out.write_all(MAGIC)?;
        self.out.flush()?;
        Ok(Built {
            packages: self.directory.packages,
            records: self.directory.records,
            bytes: self.offset + TRAILER,
            date: self.directory.date,
            ..Built::default()
        })
    }
}
