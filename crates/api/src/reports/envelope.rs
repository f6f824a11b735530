//! Puts a stored report into an envelope: `PREFIX` + report + `SUFFIX`, as one gzip stream or as plain text.
//!
//! For a client that takes gzip nothing is decompressed or compressed but the few bytes of the envelope: the stored deflate
//! blocks have no end of their own, so that blocks may be put before and after them, and the checksum of the whole is
//! combined from the checksums of the parts.

use std::io;
use std::sync::Arc;

use actix_web::body::{MessageBody, SizedStream};
use actix_web::web::Bytes;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream;
use repolens_core::ScanId;
use repolens_core::store::report::deflate;
use repolens_core::store::{OpenReport, Store};

use crate::http::limits::send_budget::BufferedBytes;

/// Magic, deflate, no flags, no time, no hint, unknown system.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// A stored report, of which one piece at a time is in memory.
pub struct EnvelopedReport {
    pub report: OpenReport,
    /// Reads the piece of the stored bytes that begins at an offset.
    pub read: Read,
}

pub type Read = Box<dyn Fn(u64) -> BoxFuture<'static, io::Result<Vec<u8>>>>;

impl EnvelopedReport {
    pub fn of(store: &Store, scan_id: &ScanId, report: OpenReport) -> Self {
        let known: Arc<(Store, ScanId, String)> = Arc::new((store.clone(), scan_id.clone(), report.sha256.clone()));
        let read: Read = Box::new(move |from| {
            let known = Arc::clone(&known);
            async move {
                let (store, scan_id, sha256) = &*known;
                let piece = store.report_piece(scan_id, sha256, from).await;
                piece
                    .map_err(io::Error::other)?
                    .ok_or_else(|| io::Error::other("the report was deleted while it was sent"))
            }
            .boxed()
        });
        Self { report, read }
    }

    /// While it is sent: one piece, and what was made of it and is on its way.
    #[must_use]
    pub fn in_memory(&self) -> BufferedBytes {
        BufferedBytes(self.report.first.len() + 2 * PART)
    }
}

/// The size of the pieces sent to a client: large enough that the calls cost nothing, small enough for a thousand
/// clients.
const PART: usize = 64 * 1024;

/// The envelope as one gzip stream.
///
/// # Errors
/// When the compressor fails, which it does not on any input.
pub fn gzip(
    prefix: &[u8],
    report: EnvelopedReport,
    suffix: &[u8],
) -> io::Result<impl MessageBody<Error = io::Error> + 'static> {
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
        report.report.crc32,
        report.report.plain_size,
    ));
    checksum.update(suffix);
    tail.extend(checksum.finalize().to_le_bytes());
    let length = prefix.len() as u64 + report.report.plain_size + suffix.len() as u64;
    // The format has the length modulo 2^32.
    tail.extend((length as u32).to_le_bytes());
    let size = (head.len() + tail.len()) as u64 + report.report.length;
    Ok(body(
        size,
        Zipped {
            head: Some(head.into()),
            piece: Bytes::new(),
            pieces: Pieces::new(report),
            tail: Some(tail.into()),
        },
    ))
}

/// The envelope as plain text, decompressed piece by piece while it is sent.
#[must_use]
pub fn plain(
    prefix: Vec<u8>,
    report: EnvelopedReport,
    suffix: Vec<u8>,
) -> impl MessageBody<Error = io::Error> + 'static {
    let size = prefix.len() as u64 + report.report.plain_size + suffix.len() as u64;
    body(
        size,
        Inflating {
            prefix: Some(prefix.into()),
            left: report.report.plain_size,
            pieces: Pieces::new(report),
            input: Bytes::new(),
            decompress: Decompress::new(false),
            suffix: Some(suffix.into()),
        },
    )
}

/// The parts of a body, one after the other.
trait Parts {
    async fn next(&mut self) -> io::Result<Option<Bytes>>;
}

fn body(size: u64, parts: impl Parts + 'static) -> impl MessageBody<Error = io::Error> + 'static {
    let stream = stream::unfold(parts, async |mut parts| {
        let next = parts.next().await;
        if let Err(error) = &next {
            // The answer has begun: all that is left is to break it off.
            tracing::error!("cannot send a report: {error}");
        }
        Some((next.transpose()?, parts))
    });
    SizedStream::new(size, Box::pin(stream))
}

struct Zipped {
    head: Option<Bytes>,
    /// The rest of the piece that is being sent. The server copies what it is given, so it is given a part.
    piece: Bytes,
    pieces: Pieces,
    tail: Option<Bytes>,
}

impl Parts for Zipped {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        if self.piece.is_empty() {
            self.piece = self.pieces.next().await?.unwrap_or_default();
        }
        if self.piece.is_empty() {
            return Ok(self.tail.take());
        }
        let part = PART.min(self.piece.len());
        Ok(Some(self.piece.split_to(part)))
    }
}

struct Inflating {
    prefix: Option<Bytes>,
    pieces: Pieces,
    /// The rest of the piece that is being decompressed.
    input: Bytes,
    /// Bytes of the report that are still to come.
    left: u64,
    decompress: Decompress,
    suffix: Option<Bytes>,
}

impl Parts for Inflating {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        if let Some(prefix) = self.prefix.take() {
            return Ok(Some(prefix));
        }
        let mut part = Vec::with_capacity(PART);
        while self.left > 0 && part.is_empty() {
            if self.input.is_empty() {
                self.input = self.pieces.next().await?.unwrap_or_default();
            }
            let before = self.decompress.total_in();
            let status = self
                .decompress
                .decompress_vec(&self.input, &mut part, FlushDecompress::None)
                .map_err(io::Error::other)?;
            let consumed = usize::try_from(self.decompress.total_in() - before).map_err(io::Error::other)?;
            self.input = self.input.slice(consumed..);
            let stuck = consumed == 0 && part.is_empty();
            if stuck || status == Status::StreamEnd || part.len() as u64 > self.left {
                return Err(io::Error::other(
                    "the stored report does not have the length that was recorded",
                ));
            }
        }
        self.left -= part.len() as u64;
        match part.is_empty() {
            true => Ok(self.suffix.take()),
            false => Ok(Some(part.into())),
        }
    }
}

/// The stored bytes.
struct Pieces {
    first: Option<Vec<u8>>,
    /// The number of bytes read.
    at: u64,
    length: u64,
    read: Read,
}

impl Pieces {
    fn new(report: EnvelopedReport) -> Self {
        Self {
            first: Some(report.report.first),
            at: 0,
            length: report.report.length,
            read: report.read,
        }
    }

    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        if self.at == self.length {
            return Ok(None);
        }
        let piece = match self.first.take() {
            Some(first) => first,
            None => (self.read)(self.at).await?,
        };
        self.at += piece.len() as u64;
        if piece.is_empty() || self.at > self.length {
            return Err(io::Error::other(
                "the stored report has another length than its row states",
            ));
        }
        Ok(Some(piece.into()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll};

    use actix_web::body::BodySize;
    use proptest::prelude::*;
    use repolens_core::store::StoredReport;

    use super::*;

    /// A report that is read in pieces of this size.
    fn open(stored: StoredReport, piece: usize) -> EnvelopedReport {
        let StoredReport {
            bytes,
            plain_size,
            crc32,
            sha256,
            ..
        } = stored;
        let report = OpenReport {
            first: bytes[..piece.min(bytes.len())].to_vec(),
            length: bytes.len() as u64,
            plain_size,
            crc32,
            sha256,
        };
        let read: Read = Box::new(move |from| {
            let from = usize::try_from(from).expect("it fits");
            let end = bytes.len().min(from + piece);
            std::future::ready(Ok(bytes[from..end].to_vec())).boxed()
        });
        EnvelopedReport { report, read }
    }

    fn next(body: Pin<&mut impl MessageBody<Error = io::Error>>) -> Option<io::Result<Bytes>> {
        let mut context = Context::from_waker(std::task::Waker::noop());
        match body.poll_next(&mut context) {
            Poll::Ready(next) => next,
            Poll::Pending => panic!("nothing has to be waited for"),
        }
    }

    fn drain(body: impl MessageBody<Error = io::Error>) -> Vec<u8> {
        let BodySize::Sized(size) = body.size() else {
            panic!("a body of known size");
        };
        let mut body = pin!(body);
        let mut bytes = Vec::new();
        while let Some(piece) = next(body.as_mut()) {
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
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_report_in_any_envelope_is_one_gzip_stream(
            prefix in prop::collection::vec(any::<u8>(), 0..300),
            unit in prop::collection::vec(any::<u8>(), 0..2_000),
            times in 0_usize..120,
            suffix in prop::collection::vec(any::<u8>(), 0..50),
            piece in 1_usize..5_000,
        ) {
            let report = unit.repeat(times);
            let stored = StoredReport::compress(&report).expect("compresses");
            let whole = [prefix.as_slice(), &report, &suffix].concat();
            let zipped = drain(gzip(&prefix, open(stored.clone(), piece), &suffix).expect("splices"));
            prop_assert_eq!(gunzip(&zipped), whole.clone());
            prop_assert_eq!(drain(plain(prefix, open(stored, piece), suffix)), whole);
        }
    }

    #[test]
    fn a_report_that_was_damaged_is_not_passed_off_as_whole() {
        let mut stored = StoredReport::compress(&b"{\"a\":1}".repeat(1_000)).expect("compresses");
        stored.bytes.truncate(stored.bytes.len() / 2);
        let mut body = pin!(plain(Vec::new(), open(stored, 100), Vec::new()));
        let mut failed = false;
        for _ in 0..100 {
            match next(body.as_mut()) {
                Some(Ok(_)) => {}
                Some(Err(_)) => {
                    failed = true;
                    break;
                }
                None => break,
            }
        }
        assert!(failed);
    }
}
