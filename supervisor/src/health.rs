//! One health check: an HTTP request that never blocks the loop.
//!
//! It goes over the API's own socket for checks where the API listens there, and over its port otherwise. A flood of
//! connections fills the port; no other process can reach the socket.

pub mod socket;

use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::PollFlags;
use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, SockaddrIn, SockaddrIn6, SockaddrLike, UnixAddr, connect, socket,
};

/// More than any status line and headers need.
const ANSWER_LIMIT: usize = 4096;
const NOT_HTTP: &str = "an answer that is not HTTP";

/// Where the API can be asked for its health.
#[derive(Clone, Debug)]
pub struct HealthTarget {
    /// The socket for checks alone, which an API of another make does not have.
    pub socket: Option<PathBuf>,
    pub address: SocketAddr,
    pub path: String,
}

/// A check in flight.
#[derive(Debug)]
pub struct Probe {
    stream: File,
    request: Vec<u8>,
    sent: usize,
    answer: Vec<u8>,
    begun: Instant,
    deadline: Instant,
}

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeOutcome {
    Healthy(Duration),
    /// Another answer than status 200, or nothing listens. The reason in words.
    Unhealthy(String),
    /// No answer: the API is busy, or it hangs. The reason in words.
    Unanswered(String),
}

impl Probe {
    /// Begins a check. An error is the result of one that ended at once, as when nothing listens.
    pub fn begin(target: &HealthTarget, timeout: Duration) -> Result<Self, ProbeOutcome> {
        let begun = Instant::now();
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: repolens-supervisor\r\nAccept: */*\r\nConnection: close\r\n\r\n",
            target.path, target.address
        );
        Ok(Self {
            stream: begin_connect(target)?,
            request: request.into_bytes(),
            sent: 0,
            answer: Vec::new(),
            begun,
            deadline: begun + timeout,
        })
    }

    pub fn fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }

    /// The events to poll for.
    pub fn interest(&self) -> PollFlags {
        if self.sent < self.request.len() {
            PollFlags::POLLOUT
        } else {
            PollFlags::POLLIN
        }
    }

    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Gives the API more time, because we did not run for some.
    pub fn postpone(&mut self, by: Duration) {
        self.deadline += by;
    }

    /// Goes on as far as it can. `None` means that it is not over.
    pub fn advance(&mut self, now: Instant) -> Option<ProbeOutcome> {
        match self.try_advance() {
            Ok(None) if now >= self.deadline => Some(ProbeOutcome::Unanswered("no answer in time".to_owned())),
            Ok(outcome) => outcome,
            // A connection that is reset before an answer, as by a server that has too many.
            Err(error) if self.sent > 0 => Some(ProbeOutcome::Unanswered(error.to_string())),
            Err(error) => Some(ProbeOutcome::Unhealthy(error.to_string())),
        }
    }

    fn try_advance(&mut self) -> io::Result<Option<ProbeOutcome>> {
        while self.sent < self.request.len() {
            match self.stream.write(&self.request[self.sent..]) {
                Ok(written) => self.sent += written,
                // Not connected as yet.
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => {
                    return Ok(None);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let mut chunk = [0; 1024];
        loop {
            match self.stream.read(&mut chunk) {
                Ok(0) if self.answer.is_empty() => {
                    return Ok(Some(ProbeOutcome::Unanswered("closed without an answer".to_owned())));
                }
                Ok(0) => return Ok(Some(self.judge().unwrap_or_else(not_http))),
                Ok(length) => {
                    self.answer.extend_from_slice(&chunk[..length]);
                    let outcome = self.judge();
                    if outcome.is_some() || self.answer.len() > ANSWER_LIMIT {
                        return Ok(Some(outcome.unwrap_or_else(not_http)));
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The verdict, once the status line has arrived.
    fn judge(&self) -> Option<ProbeOutcome> {
        let end = memchr::memchr(b'\n', &self.answer)?;
        let line = String::from_utf8_lossy(&self.answer[..end]);
        let mut words = line.split_whitespace();
        let is_http = words.next().is_some_and(|word| word.starts_with("HTTP/1."));
        Some(match words.next() {
            Some("200") if is_http => ProbeOutcome::Healthy(self.begun.elapsed()),
            Some(status) if is_http => ProbeOutcome::Unhealthy(format!("status {status}")),
            _ => not_http(),
        })
    }
}

fn not_http() -> ProbeOutcome {
    ProbeOutcome::Unhealthy(NOT_HTTP.to_owned())
}

/// A connection in the making; `connect_timeout` of the standard library would block.
fn begin_connect(target: &HealthTarget) -> Result<File, ProbeOutcome> {
    if let Some(path) = &target.socket
        && let Some(connected) = begin_connect_to_socket(path)
    {
        return connected;
    }
    let connected = match target.address {
        SocketAddr::V4(address) => start(AddressFamily::Inet, &SockaddrIn::from(address)),
        SocketAddr::V6(address) => start(AddressFamily::Inet6, &SockaddrIn6::from(address)),
    };
    connected.map_err(|error| ProbeOutcome::Unhealthy(io::Error::from(error).to_string()))
}

/// `None` where nothing listens at the path: the API has no such socket, or its file was removed.
fn begin_connect_to_socket(path: &Path) -> Option<Result<File, ProbeOutcome>> {
    match start(AddressFamily::Unix, &UnixAddr::new(path).ok()?) {
        Ok(stream) => Some(Ok(stream)),
        Err(Errno::EAGAIN) => Some(Err(ProbeOutcome::Unanswered(
            "its queue of health checks is full".to_owned(),
        ))),
        Err(_) => None,
    }
}

fn start(family: AddressFamily, address: &dyn SockaddrLike) -> nix::Result<File> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let fd: OwnedFd = socket(family, SockType::Stream, flags, None)?;
    match connect(fd.as_raw_fd(), address) {
        Ok(()) | Err(Errno::EINPROGRESS) => Ok(File::from(fd)),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpListener};
    use std::os::unix::net::UnixListener;
    use std::path::Path;
    use std::thread;
    use std::time::{Duration, Instant};

    use nix::poll::{PollFd, poll};

    use super::{HealthTarget, Probe, ProbeOutcome};

    fn run(address: SocketAddr, timeout: Duration) -> ProbeOutcome {
        run_on(&target(address, None), timeout)
    }

    fn target(address: SocketAddr, socket: Option<&Path>) -> HealthTarget {
        HealthTarget {
            socket: socket.map(Path::to_owned),
            address,
            path: "/api/health".to_owned(),
        }
    }

    fn run_on(target: &HealthTarget, timeout: Duration) -> ProbeOutcome {
        let mut probe = match Probe::begin(target, timeout) {
            Ok(probe) => probe,
            Err(outcome) => return outcome,
        };
        loop {
            let interest = probe.interest();
            poll(&mut [PollFd::new(probe.fd(), interest)], 20u8).expect("poll works");
            if let Some(outcome) = probe.advance(Instant::now()) {
                return outcome;
            }
        }
    }

    fn answered_with(pieces: &'static [&'static str]) -> ProbeOutcome {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let server = listener.try_clone().expect("a second handle");
        let answering = thread::spawn(move || {
            let (mut stream, _) = server.accept().expect("a connection");
            let mut request = [0; 512];
            let length = stream.read(&mut request).expect("a request");
            assert!(request[..length].starts_with(b"GET /api/health HTTP/1.1\r\n"));
            for piece in pieces {
                // The reader may have closed the connection already.
                let _gone = stream.write_all(piece.as_bytes());
            }
        });
        let address = listener.local_addr().expect("a listener has an address");
        let outcome = run(address, Duration::from_secs(60));
        answering.join().expect("the server ran through");
        outcome
    }

    #[test]
    fn only_200_is_healthy() {
        assert!(matches!(
            answered_with(&["HTTP/1.1 200 OK\r\n\r\n{}"]),
            ProbeOutcome::Healthy(_)
        ));
        assert!(matches!(
            answered_with(&["HTT", "P/1.1 2", "00 OK\r", "\n"]),
            ProbeOutcome::Healthy(_)
        ));
        for (answer, why) in [
            (&["HTTP/1.1 503 Service Unavailable\r\n\r\n"], "status 503"),
            (&["HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"], "status 302"),
            (&["SSH-2.0-OpenSSH_9.2 200\r\n"], "an answer that is not HTTP"),
        ] {
            assert_eq!(answered_with(answer), ProbeOutcome::Unhealthy(why.to_owned()));
        }
        assert_eq!(
            answered_with(&[""]),
            ProbeOutcome::Unanswered("closed without an answer".to_owned())
        );
    }

    #[test]
    fn silence_is_no_answer_and_a_closed_port_is_unhealthy() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let silence = ProbeOutcome::Unanswered("no answer in time".to_owned());
        assert_eq!(run(address, Duration::from_millis(100)), silence);
        drop(listener);
        let refused = run(address, Duration::from_secs(60));
        assert!(matches!(&refused, ProbeOutcome::Unhealthy(_)), "{refused:?}");
    }

    fn answer(stream: &mut (impl Read + Write), answer: &[u8]) {
        assert!(stream.read(&mut [0; 512]).expect("a request") > 0);
        stream.write_all(answer).expect("an answer");
    }

    #[test]
    fn the_socket_is_asked_first_and_the_port_where_nothing_listens_there() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let socket = folder.path().join("probe.sock");
        let port = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let target = target(port.local_addr().expect("an address"), Some(&socket));
        let answering = thread::spawn(move || {
            let (mut stream, _) = port.accept().expect("the port is asked");
            answer(&mut stream, b"HTTP/1.1 503 X\r\n\r\n");
            port
        });
        let from_port = ProbeOutcome::Unhealthy("status 503".to_owned());
        assert_eq!(run_on(&target, Duration::from_secs(60)), from_port);
        let port = answering.join().expect("the server ran through");

        let listener = UnixListener::bind(&socket).expect("a socket");
        let answering = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("the socket is asked");
            answer(&mut stream, b"HTTP/1.1 200 OK\r\n\r\n");
        });
        assert!(matches!(
            run_on(&target, Duration::from_secs(60)),
            ProbeOutcome::Healthy(_)
        ));
        answering.join().expect("the server ran through");

        // The file is still there, but nothing listens: as after a kill.
        let answering = thread::spawn(move || {
            let (mut stream, _) = port.accept().expect("the port is asked");
            answer(&mut stream, b"HTTP/1.1 503 X\r\n\r\n");
        });
        assert_eq!(run_on(&target, Duration::from_secs(60)), from_port);
        answering.join().expect("the server ran through");
    }

    #[test]
    fn a_full_queue_at_the_socket_is_no_answer() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let socket = folder.path().join("probe.sock");
        let listener = UnixListener::bind(&socket).expect("a socket");
        nix::sys::socket::listen(&listener, nix::sys::socket::Backlog::new(0).expect("a length"))
            .expect("a queue of one");
        let target = target(([127, 0, 0, 1], 1).into(), Some(&socket));
        let waiting = Probe::begin(&target, Duration::from_secs(60)).expect("one can wait");
        let refused = Probe::begin(&target, Duration::from_secs(60));
        assert!(matches!(refused, Err(ProbeOutcome::Unanswered(_))), "{refused:?}");
        drop(waiting);
    }
}
