//! A report as it is stored: compressed once, when it is recorded, in a form that can be served inside any envelope
//! without being parsed or compressed again.
//!
//! The bytes are raw deflate blocks that end at a byte boundary (a full flush) and have no final block; more such flushes
//! inside let a member be read alone ([`members`]). So anything may be
//! put before and after them: `{"results":` + report + `}` becomes one valid gzip stream by joining bytes, and its checksum
//! by combining checksums. `docs/decisions/stored-reports.md` has the reasons and the figures.

pub(super) mod figures;
pub(super) mod headline;
pub(super) mod members;

use std::io::{self, Read};

use flate2::{Compress, Compression, FlushCompress};
use sha2::{Digest as _, Sha256};

use members::{END, Member};

/// The value of the column `encoding`.
pub const ENCODING: &str = "deflate-open";

/// A report that was, or is to be, stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReport {
    /// Deflate blocks, without header, final block or checksum.
    pub bytes: Vec<u8>,
    /// Length of the report itself.
    pub plain_size: u64,
    /// CRC-32 of the report itself, as gzip has it.
    pub crc32: u32,
    /// SHA-256 of the report itself, in hexadecimal digits.
    pub sha256: String,
    /// Where its members are. Empty: it was stored before they were noted, or is no object.
    pub members: Vec<Member>,
}

/// A stored report that is read piece by piece. The largest have tens of megabytes, and many may be read at a time, by
/// clients of any speed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenReport {
    /// The first [`PIECE`] bytes of [`StoredReport::bytes`]: nearly always all of them.
    pub first: Vec<u8>,
    /// Length of all the stored bytes.
    pub length: u64,
    pub plain_size: u64,
    pub crc32: u32,
    pub sha256: String,
}

/// The facts about a stored report that need no reading of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportMembers {
    pub sha256: String,
    /// See [`StoredReport::members`].
    pub members: Vec<Member>,
}

/// The number of bytes of a report that each of its readers keeps in memory.
pub const PIECE: i32 = 1 << 20;

impl StoredReport {
    /// Compresses a report. Takes time in proportion to its size: 50 MB are about a second.
    ///
    /// # Errors
    /// When the compressor fails, which it does not on any input.
    pub fn compress(report: &[u8]) -> io::Result<Self> {
        let mut bytes = Vec::with_capacity(report.len() / 4 + 64);
        let mut compress = Compress::new(Compression::new(6), false);
        let values = members::values(report);
        let mut segments = Vec::new();
        let mut from = 0;
        for cut in members::cuts(report.len(), &values) {
            deflate(&mut compress, &report[from..cut], FlushCompress::Full, &mut bytes)?;
            segments.push((cut, bytes.len()));
            from = cut;
        }
        bytes.shrink_to_fit();
        Ok(Self {
            members: members::index(values, &segments),
            bytes,
            plain_size: report.len() as u64,
            crc32: crc32fast::hash(report),
            sha256: hex::encode(Sha256::digest(report)),
        })
    }

    /// The report itself, unpacked while it is read.
    pub fn reader(&self) -> impl Read + '_ {
        flate2::read::DeflateDecoder::new(self.bytes.as_slice().chain(END)).take(self.plain_size)
    }
}

/// Compresses all of `input` onto the end of `output`, and flushes as `flush` states.
///
/// # Errors
/// When the compressor fails, which it does not on any input.
pub fn deflate(compress: &mut Compress, input: &[u8], flush: FlushCompress, output: &mut Vec<u8>) -> io::Result<()> {
    let start = compress.total_in();
    loop {
        // With room left over after a call, a flush is known to be complete.
        output.reserve(64 * 1024);
        let consumed = usize::try_from(compress.total_in() - start).map_err(io::Error::other)?;
        compress
            .compress_vec(&input[consumed..], output, flush)
            .map_err(io::Error::other)?;
        let all_in = compress.total_in() - start == input.len() as u64;
        if all_in && output.len() < output.capacity() {
            return Ok(());
        }
    }
}
