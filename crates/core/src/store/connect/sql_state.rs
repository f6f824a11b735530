//! The SQLSTATE of the errors that a PostgreSQL server sends.
//!
//! diesel passes on an error's text, in the server's language, and not its code. So the code is read where it passes by: in
//! the stream from the server, each of whose messages has a type and a length.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::task::{Context, Poll, ready as ready_or_return};

use crate::store::StoreError;
use futures_core::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};

/// The facts that the stream of one connection has shown.
#[derive(Clone, Default)]
pub(in crate::store) struct Observed(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// The five bytes of the latest SQLSTATE; 0: none.
    code: AtomicU64,
    /// The server process that was announced; 0: none.
    backend_pid: AtomicI32,
    /// The stream is read at all: where the server has no TLS, `sslmode=prefer` goes past the connector.
    attached: AtomicBool,
}

impl Observed {
    /// The latest SQLSTATE since [`Self::forget`].
    pub(in crate::store) fn code(&self) -> Option<String> {
        let code = self.0.code.load(Ordering::Acquire);
        let bytes = code.to_be_bytes()[3..].to_vec();
        (code != 0).then(|| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Classifies an error by the SQLSTATE that came with it.
    pub(in crate::store) fn judge(&self, error: StoreError) -> StoreError {
        let Some(code) = self.code() else {
            return error;
        };
        let text = format!("{} (SQLSTATE {code})", error.clone().cause());
        StoreError::of_sql_state(&code, text).unwrap_or(error)
    }

    pub(in crate::store) fn forget(&self) {
        self.0.code.store(0, Ordering::Release);
    }

    /// The process that serves this connection, as reported by the server or by the pooler before it.
    pub(super) fn backend_pid(&self) -> Option<i32> {
        Some(self.0.backend_pid.load(Ordering::Acquire)).filter(|pid| *pid != 0)
    }

    pub(super) fn is_attached(&self) -> bool {
        self.0.attached.load(Ordering::Acquire)
    }

    pub(super) fn attach<S>(&self, stream: S) -> Tap<S> {
        self.0.attached.store(true, Ordering::Release);
        Tap {
            stream,
            observed: self.clone(),
            reader: Messages::default(),
        }
    }
}

/// A stream from the server whose messages are inspected as they pass.
pub(super) struct Tap<S> {
    stream: S,
    observed: Observed,
    reader: Messages,
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready_or_return!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let Self { reader, observed, .. } = &mut *self;
        reader.read(buffer.filled().get(before..).unwrap_or_default(), observed);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Splits the bytes into messages: a type, a length of four bytes that counts itself, a body.
#[derive(Default)]
struct Messages {
    head: Vec<u8>,
    /// The relevant part of the body of an error or of the key data.
    body: Vec<u8>,
    /// Bytes of the body that are still to come.
    left: usize,
    /// Whether the stream is not the protocol, and is not read any further.
    lost: bool,
}

/// The code is among the first fields of an error.
const ENOUGH: usize = 512;

impl Messages {
    fn read(&mut self, mut bytes: &[u8], observed: &Observed) {
        while !bytes.is_empty() && !self.lost {
            if self.head.len() < 5 {
                self.head.push(bytes[0]);
                bytes = &bytes[1..];
                if let [_, length @ ..] = self.head.as_slice()
                    && let Ok(length) = <[u8; 4]>::try_from(length)
                {
                    self.body.clear();
                    match usize::try_from(u32::from_be_bytes(length))
                        .ok()
                        .and_then(|length| length.checked_sub(4))
                    {
                        Some(left) => self.left = left,
                        None => self.lost = true,
                    }
                }
            } else {
                let taken = self.left.min(bytes.len());
                if matches!(self.head[0], b'E' | b'K') {
                    let more = taken.min(ENOUGH.saturating_sub(self.body.len()));
                    self.body.extend_from_slice(&bytes[..more]);
                }
                self.left -= taken;
                bytes = &bytes[taken..];
            }
            if self.head.len() == 5 && self.left == 0 {
                self.finish(observed);
                self.head.clear();
            }
        }
    }

    fn finish(&self, observed: &Observed) {
        match self.head[0] {
            b'E' => {
                if let Some(code) = sql_state(&self.body) {
                    observed.0.code.store(code, Ordering::Release);
                }
            }
            b'K' => {
                if let Some(pid) = self.body.first_chunk::<4>() {
                    observed
                        .0
                        .backend_pid
                        .store(i32::from_be_bytes(*pid), Ordering::Release);
                }
            }
            _ => {}
        }
    }
}

/// The field `C` of an error: fields are a type and a text that ends with a zero.
fn sql_state(body: &[u8]) -> Option<u64> {
    body.split(|byte| *byte == 0)
        .find_map(|field| field.strip_prefix(b"C"))
        .filter(|code| code.len() == 5)
        .map(|code| code.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)))
}

/// TLS whose decrypted stream is observed.
#[derive(Clone)]
pub(super) struct Observing<T> {
    pub(super) tls: T,
    pub(super) observed: Observed,
}

impl<S, T> MakeTlsConnect<S> for Observing<T>
where
    T: MakeTlsConnect<S>,
    T::TlsConnect: TlsConnect<S, Future: Send + 'static>,
{
    type Stream = Tap<T::Stream>;
    type TlsConnect = Observing<T::TlsConnect>;
    type Error = T::Error;

    fn make_tls_connect(&mut self, domain: &str) -> Result<Self::TlsConnect, Self::Error> {
        Ok(Observing {
            tls: self.tls.make_tls_connect(domain)?,
            observed: self.observed.clone(),
        })
    }
}

impl<S, T> TlsConnect<S> for Observing<T>
where
    T: TlsConnect<S, Future: Send + 'static>,
{
    type Stream = Tap<T::Stream>;
    type Error = T::Error;
    type Future = BoxFuture<'static, Result<Self::Stream, Self::Error>>;

    fn connect(self, stream: S) -> Self::Future {
        let connecting = self.tls.connect(stream);
        Box::pin(async move { Ok(self.observed.attach(connecting.await?)) })
    }
}

impl<S: TlsStream + Unpin> TlsStream for Tap<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}

/// No TLS: the connector of a connection that asks the server for none, and only observes the stream.
#[derive(Clone)]
pub(super) struct PlainConnector(pub(super) Observed);

/// A stream without TLS, in the place of one with it.
pub(super) struct PlainStream<S>(S);

impl<S: AsyncRead + AsyncWrite + Unpin + Send> MakeTlsConnect<S> for PlainConnector {
    type Stream = Tap<PlainStream<S>>;
    type TlsConnect = Self;
    type Error = Infallible;

    fn make_tls_connect(&mut self, _: &str) -> Result<Self, Infallible> {
        Ok(self.clone())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> TlsConnect<S> for PlainConnector {
    type Stream = Tap<PlainStream<S>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Stream, Infallible>>;

    fn connect(self, stream: S) -> Self::Future {
        ready(Ok(self.0.attach(PlainStream(stream))))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for PlainStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PlainStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for PlainStream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).expect("small");
        [&[kind][..], &length.to_be_bytes(), body].concat()
    }

    #[test]
    fn codes_are_read_however_the_stream_is_cut() {
        let mut stream = message(b'R', &[0; 4]);
        stream.extend(message(b'K', &[0, 0, 48, 57, 1, 2, 3, 4]));
        stream.extend(message(b'D', &[b'E'; 3_000]));
        stream.extend(message(
            b'E',
            b"SFEHLER\0VERROR\0C55P03\0MSperre nicht verf\xc3\xbcgbar\0\0",
        ));
        stream.extend(message(b'Z', b"E"));
        for size in [1, 2, 3, 7, 64, stream.len()] {
            let observed = Observed::default();
            let mut messages = Messages::default();
            for piece in stream.chunks(size) {
                messages.read(piece, &observed);
            }
            assert_eq!(observed.code().as_deref(), Some("55P03"), "pieces of {size}");
            assert_eq!(observed.backend_pid(), Some(12_345));
            observed.forget();
            assert_eq!(observed.code(), None);
        }
    }

    #[test]
    fn what_is_not_the_protocol_is_left_alone() {
        let observed = Observed::default();
        let mut messages = Messages::default();
        messages.read(b"E\0\0\0\x01nonsense", &observed);
        messages.read(&message(b'E', b"C55P03\0\0"), &observed);
        assert_eq!(observed.code(), None);
        let mut messages = Messages::default();
        messages.read(&message(b'E', b"Ctoo long\0\0"), &observed);
        messages.read(&message(b'E', b""), &observed);
        assert_eq!(observed.code(), None);
    }
}
