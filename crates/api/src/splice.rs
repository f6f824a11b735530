//! Puts a stored report into an envelope: `PREFIX` + report + `SUFFIX`, as one gzip stream or as plain text.
//!
//! For a client that takes gzip nothing is decompressed or compressed but the few bytes of the envelope: the stored deflate
//! blocks have no end of their own, so that blocks may be put before and after them, and the checksum of the whole is
//! combined from the checksums of the parts.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use repolens_core::store::StoredReport;
use repolens_core::store::report::deflate;

/// Magic, deflate, no flags, no time, no hint, unknown system.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// The envelope as one gzip stream.
///
/// # Errors
/// When the compressor fails, which it does not on any input.
pub fn gzip(prefix: &[u8], report: StoredReport, suffix: &[u8]) -> io::Result<Chunks> {
    let mut head = GZIP_HEADER.to_vec();
    // A sync flush ends at a byte boundary, where the stored blocks begin.
    deflate(
        &mut Compress::new(Compression::fast(), false),
        prefix,
        FlushCompress::Sync,
        &mut head,
    )?;
    let mut tail = Vec::new();
    deflate(
        &mut Compress::new(Compression::fast(), false),
        suffix,
        FlushCompress::Finish,
        &mut tail,
    )?;

    let mut checksum = crc32fast::Hasher::new();
    checksum.update(prefix);
    checksum.combine(&crc32fast::Hasher::new_with_initial_len(
        report.crc32,
        report.plain_size,
    ));
    checksum.update(suffix);
    tail.extend(checksum.finalize().to_le_bytes());
    let length = prefix.len() as u64 + report.plain_size + suffix.len() as u64;
    // The format has the length modulo 2^32.
    tail.extend((length as u32).to_le_bytes());
    Ok(Chunks(VecDeque::from([head.into(), report.bytes.into(), tail.into()])))
}

/// The envelope as plain text, decompressed piece by piece while it is sent.
#[must_use]
pub fn plain(prefix: Vec<u8>, report: StoredReport, suffix: Vec<u8>) -> Inflating {
    Inflating {
        length: prefix.len() as u64 + report.plain_size + suffix.len() as u64,
        prefix: Some(prefix.into()),
        suffix: Some(suffix.into()),
        input: report.bytes,
        left: report.plain_size,
        decompress: Decompress::new(false),
    }
}

/// A body of a few pieces that are in memory.
pub struct Chunks(VecDeque<Bytes>);

impl MessageBody for Chunks {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0.iter().map(|chunk| chunk.len() as u64).sum())
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }
}

/// A body that is decompressed while it is sent.
pub struct Inflating {
    length: u64,
    prefix: Option<Bytes>,
    input: Vec<u8>,
    /// Bytes of the report that are still to come.
    left: u64,
    decompress: Decompress,
    suffix: Option<Bytes>,
}

/// Large enough that the calls cost nothing, small enough for a thousand clients.
const PIECE: usize = 64 * 1024;

impl Inflating {
    fn next(&mut self) -> io::Result<Option<Bytes>> {
        if let Some(prefix) = self.prefix.take() {
            return Ok(Some(prefix));
        }
        if self.left == 0 {
            return Ok(self.suffix.take());
        }
        let mut piece = Vec::with_capacity(PIECE);
        let consumed = usize::try_from(self.decompress.total_in()).map_err(io::Error::other)?;
        let input = self.input.get(consumed..).unwrap_or_default();
        let status = self
            .decompress
            .decompress_vec(input, &mut piece, FlushDecompress::None)
            .map_err(io::Error::other)?;
        if piece.is_empty() || status == Status::StreamEnd || piece.len() as u64 > self.left {
            return Err(io::Error::other(
                "the stored report does not have the length that was recorded",
            ));
        }
        self.left -= piece.len() as u64;
        Ok(Some(piece.into()))
    }
}

impl MessageBody for Inflating {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.length)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        let next = self.next();
        if let Err(error) = &next {
            // The answer has begun: all that is left is to break it off.
            tracing::error!("cannot send a report: {error}");
        }
        Poll::Ready(next.transpose())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use proptest::prelude::*;

    use super::*;

    fn drain(mut body: impl MessageBody<Error = io::Error> + Unpin) -> Vec<u8> {
        let BodySize::Sized(size) = body.size() else {
            panic!("a body of known size");
        };
        let mut context = Context::from_waker(std::task::Waker::noop());
        let mut bytes = Vec::new();
        while let Poll::Ready(Some(piece)) = Pin::new(&mut body).poll_next(&mut context) {
            bytes.extend(piece.expect("a sound report"));
        }
        assert_eq!(bytes.len() as u64, size, "the length that is promised");
        bytes
    }

    fn gunzip(bytes: &[u8]) -> Vec<u8> {
        let mut plain = Vec::new();
        // Not the decoder of many members: it must be one.
        let mut decoder = flate2::bufread::GzDecoder::new(bytes);
        decoder.read_to_end(&mut plain).expect("one valid gzip stream");
        assert!(decoder.into_inner().is_empty(), "nothing follows on the stream");
        plain
    }

    proptest! {
        #[test]
        fn any_report_in_any_envelope_is_one_gzip_stream(
            prefix in prop::collection::vec(any::<u8>(), 0..300),
            unit in prop::collection::vec(any::<u8>(), 0..2_000),
            times in 0_usize..120,
            suffix in prop::collection::vec(any::<u8>(), 0..50),
        ) {
            let report = unit.repeat(times);
            let stored = StoredReport::compress(&report).expect("compresses");
            let whole = [prefix.as_slice(), &report, &suffix].concat();
            let zipped = drain(gzip(&prefix, stored.clone(), &suffix).expect("splices"));
            prop_assert_eq!(gunzip(&zipped), whole.clone());
            prop_assert_eq!(drain(plain(prefix, stored, suffix)), whole);
        }
    }

    #[test]
    fn a_report_that_was_damaged_is_not_passed_off_as_whole() {
        let mut stored = StoredReport::compress(&b"{\"a\":1}".repeat(1_000)).expect("compresses");
        stored.bytes.truncate(stored.bytes.len() / 2);
        let mut body = plain(Vec::new(), stored, Vec::new());
        let mut context = Context::from_waker(std::task::Waker::noop());
        let mut failed = false;
        for _ in 0..100 {
            match Pin::new(&mut body).poll_next(&mut context) {
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(_))) => {
                    failed = true;
                    break;
                }
                _ => break,
            }
        }
        assert!(failed);
    }
}
