//! An index of OSV's data in one file, for lookups without a network.
//!
//! The file has the packages, sorted by ecosystem and name, in compressed blocks, then a directory of the blocks. A lookup
//! reads the directory and the blocks of its packages only.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use flate2::read::DeflateDecoder;
use serde::{Deserialize, Serialize};

use super::record::{PackageName, Record, comparable};
use super::{OsvMatches, OsvPackage, version};

/// At the end of the file, after the place and the length of the directory.
pub(super) const MAGIC: &[u8; 16] = b"repolens-osv-1\r\n";
/// The directory's place, its length and the magic.
pub(super) const TRAILER: u64 = 8 + 8 + 16;
/// The largest block or directory that is read, before and after it is inflated.
const MAX_PART: u64 = 64 << 20;

/// The list of blocks at the end of the file.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Directory {
    /// The time of the newest record, RFC 3339.
    pub date: String,
    pub packages: u64,
    pub records: u64,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Block {
    /// The key of the first package.
    pub first: String,
    pub offset: u64,
    pub length: u64,
}

/// An open index.
#[derive(Debug)]
pub struct OsvIndex {
    file: File,
    directory: Directory,
    /// The last block that was read: requests come in the order of packages.
    last: Option<(usize, Vec<u8>)>,
}

/// The key of a package: `npm/lodash`.
pub(super) fn key(ecosystem: &str, name: &str) -> String {
    format!("{ecosystem}/{}", comparable(ecosystem, name))
}

impl OsvIndex {
    /// Reads the directory of the index.
    ///
    /// # Errors
    /// The file cannot be read, or is no index.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).context("cannot be opened")?;
        let size = file.metadata()?.len();
        ensure!(size > TRAILER, "is no index of vulnerabilities");
        let mut trailer = [0; TRAILER as usize];
        file.read_exact_at(&mut trailer, size - TRAILER)?;
        ensure!(
            trailer.ends_with(MAGIC),
            "is no index of vulnerabilities, or of another version"
        );
        let number = |at: usize| {
            trailer[at..at + 8]
                .iter()
                .fold(0, |number, byte| number << 8 | u64::from(*byte))
        };
        let directory = inflated(&file, number(0), number(8))?;
        let directory = serde_json::from_slice(&directory).context("is damaged")?;
        Ok(Self {
            file,
            directory,
            last: None,
        })
    }

    /// The day of the data.
    #[must_use]
    pub fn date(&self) -> &str {
        &self.directory.date
    }

    #[must_use]
    pub fn packages(&self) -> u64 {
        self.directory.packages
    }

    /// The records of a package, of any version.
    fn records(&mut self, package: &OsvPackage) -> anyhow::Result<Vec<Record>> {
        let key = key(package.ecosystem, &package.name);
        let blocks = &self.directory.blocks;
        let after = blocks.partition_point(|block| block.first <= key);
        let Some(at) = after.checked_sub(1) else {
            return Ok(Vec::new());
        };
        if self.last.as_ref().is_none_or(|(last, _)| *last != at) {
            self.last = Some((at, inflated(&self.file, blocks[at].offset, blocks[at].length)?));
        }
        let block = self.last.as_ref().map_or(&[][..], |(_, block)| block);
        let prefix = format!("{key}\t");
        let line = block
            .split(|byte| *byte == b'\n')
            .find_map(|line| line.strip_prefix(prefix.as_bytes()));
        let Some(line) = line else { return Ok(Vec::new()) };
        let mut records: Vec<Record> = serde_json::from_slice(line).context("is damaged")?;
        for affected in records.iter_mut().flat_map(|record| &mut record.affected) {
            affected.package = PackageName {
                name: package.name.clone(),
                ecosystem: package.ecosystem.to_owned(),
            };
        }
        Ok(records)
    }
}

fn inflated(file: &File, offset: u64, length: u64) -> anyhow::Result<Vec<u8>> {
    ensure!(length <= MAX_PART, "is damaged");
    let mut packed = vec![0; usize::try_from(length)?];
    file.read_exact_at(&mut packed, offset).context("is damaged")?;
    let mut part = Vec::new();
    DeflateDecoder::new(packed.as_slice())
        .take(MAX_PART + 1)
        .read_to_end(&mut part)
        .context("is damaged")?;
    ensure!(part.len() as u64 <= MAX_PART, "is damaged");
    Ok(part)
}

/// The records of an index that affect the packages, which are sorted.
pub(super) fn find(path: &Path, packages: &[OsvPackage]) -> OsvMatches {
    let mut found = OsvMatches::default();
    if let Err(error) = find_in(path, packages, &mut found) {
        tracing::error!("the index of vulnerabilities `{}` {error:#}", path.display());
        found.problem = Some("the index of vulnerabilities cannot be read".to_owned());
    }
    found
}

fn find_in(path: &Path, packages: &[OsvPackage], found: &mut OsvMatches) -> anyhow::Result<()> {
    let mut index = OsvIndex::open(path)?;
    found.date = Some(index.date().to_owned());
    let mut without_order = 0;
    for package in packages {
        let OsvPackage {
            ecosystem,
            name,
            version,
        } = package;
        let records = index.records(package)?;
        let has_order = version::compare(ecosystem, version, version).is_some();
        if !records.is_empty() && !has_order {
            without_order += 1;
        } else {
            found.complete += 1;
        }
        let affecting = records
            .into_iter()
            .filter(|record| record.affects(ecosystem, name, version).is_some());
        for record in affecting {
            found.hits.entry(package.clone()).or_default().push(found.records.len());
            found.records.push(Arc::new(record));
        }
    }
    if without_order > 0 {
        found.problem = Some(format!(
            "{without_order} packages have a version that cannot be compared"
        ));
    }
    Ok(())
}
