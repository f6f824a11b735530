//! The stream of a connection, which can be closed from outside, and the service that takes connections.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_http::Protocol;
use actix_http::error::DispatchError;
use actix_web::ResponseError as _;
use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};

use super::{ConnectionSlot, Connections, configure};
use crate::http::problem::Problem;

/// A connection that counts until it is dropped.
pub struct CountedStream {
    stream: TcpStream,
    pub place: Arc<ConnectionSlot>,
}

/// Takes a new connection, or refuses it with an answer.
pub async fn service(
    stream: TcpStream,
    connections: Arc<Connections>,
) -> Result<(CountedStream, Protocol, Option<SocketAddr>), DispatchError> {
    let peer = stream.peer_addr().map_err(DispatchError::Io)?;
    configure(&stream);
    let Some(place) = connections.admit(peer.ip().to_canonical()) else {
        refuse(stream, &connections.lingering).await;
        return Err(DispatchError::Io(io::ErrorKind::ConnectionRefused.into()));
    };
    let place = Arc::new(place);
    Ok((CountedStream { stream, place }, Protocol::Http1, Some(peer)))
}

/// How long a refused client may take to read its answer, and how many may do so at a time.
const LINGER: Duration = Duration::from_secs(1);
const MOST_LINGERING: usize = 32;

/// Answers, and reads what the client sends meanwhile: the system would otherwise cut the connection, and the answer with it.
/// Where many are refused at a time they are cut.
async fn refuse(mut stream: TcpStream, lingering: &AtomicUsize) {
    let problem = Problem::too_many(
        "You have too many connections open: close some of them, or use them again.",
        1,
    );
    let text = problem.body().to_string();
    let answer = format!(
        "HTTP/1.1 {} Too Many Requests\r\nContent-Type: application/problem+json\r\nRetry-After: 1\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        problem.status_code().as_u16(),
        text.len()
    );
    if lingering.fetch_add(1, Ordering::AcqRel) < MOST_LINGERING {
        let end = async {
            stream.write_all(answer.as_bytes()).await?;
            stream.shutdown().await?;
            tokio::io::copy(&mut stream, &mut tokio::io::sink()).await
        };
        // However it ends, it is closed now.
        let _closed = tokio::time::timeout(LINGER, end).await;
    }
    lingering.fetch_sub(1, Ordering::AcqRel);
}

impl AsyncRead for CountedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let connection = &self.place.connection;
        connection.reader.register(context.waker());
        if connection.ends_now() {
            // As if the client had closed it.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl CountedStream {
    fn note_blocked<T>(&self, result: &Poll<T>) {
        self.place
            .connection
            .blocked
            .store(result.is_pending(), Ordering::Release);
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note_blocked(&result);
        result
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.note_blocked(&result);
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
