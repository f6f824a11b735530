//! One health check: an HTTP request that never blocks the loop.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::PollFlags;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, SockaddrIn, SockaddrIn6, connect, socket};

/// More than any status line and headers need.
const ANSWER_LIMIT: usize = 4096;

/// A check in flight.
#[derive(Debug)]
pub struct Probe {
    stream: TcpStream,
    request: Vec<u8>,
    sent: usize,
    answer: Vec<u8>,
    begun: Instant,
    deadline: Instant,
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Healthy(Duration),
    /// Why not, in words.
    Unhealthy(String),
}

impl Probe {
    /// Begins a check. An error means that it failed at once, as when nothing listens.
    pub fn begin(address: SocketAddr, path: &str, timeout: Duration) -> Result<Self, Outcome> {
        let begun = Instant::now();
        let stream = begin_connect(address).map_err(|error| Outcome::Unhealthy(error.to_string()))?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: repolens-supervisor\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        );
        Ok(Self {
            stream,
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

    /// What to poll for.
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

    /// Goes on as far as it can. `None` means that it is not over.
    pub fn advance(&mut self, now: Instant) -> Option<Outcome> {
        match self.try_advance() {
            Ok(None) if now >= self.deadline => Some(Outcome::Unhealthy("no answer in time".to_owned())),
            Ok(outcome) => outcome,
            Err(error) => Some(Outcome::Unhealthy(error.to_string())),
        }
    }

    fn try_advance(&mut self) -> io::Result<Option<Outcome>> {
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
                Ok(0) => {
                    return Ok(Some(self.judge().unwrap_or_else(|| {
                        Outcome::Unhealthy("an answer that is not HTTP".to_owned())
                    })));
                }
                Ok(length) => {
                    self.answer.extend_from_slice(&chunk[..length]);
                    let outcome = self.judge();
                    if outcome.is_some() || self.answer.len() > ANSWER_LIMIT {
                        return Ok(Some(outcome.unwrap_or_else(|| {
                            Outcome::Unhealthy("an answer that is not HTTP".to_owned())
                        })));
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The verdict, once the status line is there.
    fn judge(&self) -> Option<Outcome> {
        let end = memchr::memchr(b'\n', &self.answer)?;
        let line = String::from_utf8_lossy(&self.answer[..end]);
        let mut words = line.split_whitespace();
        let is_http = words.next().is_some_and(|word| word.starts_with("HTTP/1."));
        Some(match words.next() {
            Some("200") if is_http => Outcome::Healthy(self.begun.elapsed()),
            Some(status) if is_http => Outcome::Unhealthy(format!("status {status}")),
            _ => Outcome::Unhealthy("an answer that is not HTTP".to_owned()),
        })
    }
}

/// A connection in the making; `connect_timeout` of the standard library would block.
fn begin_connect(address: SocketAddr) -> io::Result<TcpStream> {
    let family = if address.is_ipv4() {
        AddressFamily::Inet
    } else {
        AddressFamily::Inet6
    };
    let fd = socket(
        family,
        SockType::Stream,
        SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK,
        None,
    )?;
    let connected = match address {
        SocketAddr::V4(address) => connect(fd.as_raw_fd(), &SockaddrIn::from(address)),
        SocketAddr::V6(address) => connect(fd.as_raw_fd(), &SockaddrIn6::from(address)),
    };
    match connected {
        Ok(()) | Err(Errno::EINPROGRESS) => Ok(TcpStream::from(fd)),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{SocketAddr, TcpListener};
    use std::thread;
    use std::time::{Duration, Instant};

    use nix::poll::{PollFd, poll};

    use super::{Outcome, Probe};

    fn run(address: SocketAddr, timeout: Duration) -> Outcome {
        let mut probe = match Probe::begin(address, "/api/health", timeout) {
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

    fn answered_with(pieces: &'static [&'static str]) -> Outcome {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let server = listener.try_clone().expect("a second handle");
        let answering = thread::spawn(move || {
            let (mut stream, _) = server.accept().expect("somebody connects");
            let mut request = [0; 512];
            let length = stream.read(&mut request).expect("a request");
            assert!(request[..length].starts_with(b"GET /api/health HTTP/1.1\r\n"));
            for piece in pieces {
                // The reader may have seen enough and gone away.
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
            Outcome::Healthy(_)
        ));
        assert!(matches!(
            answered_with(&["HTT", "P/1.1 2", "00 OK\r", "\n"]),
            Outcome::Healthy(_)
        ));
        for (answer, why) in [
            (&["HTTP/1.1 503 Service Unavailable\r\n\r\n"], "status 503"),
            (&["HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"], "status 302"),
            (&["SSH-2.0-OpenSSH_9.2 200\r\n"], "an answer that is not HTTP"),
            (&[""], "an answer that is not HTTP"),
        ] {
            assert_eq!(answered_with(answer), Outcome::Unhealthy(why.to_owned()));
        }
    }

    #[test]
    fn silence_and_nobody_are_unhealthy() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let silence = Outcome::Unhealthy("no answer in time".to_owned());
        assert_eq!(run(address, Duration::from_millis(100)), silence);
        drop(listener);
        let refused = run(address, Duration::from_secs(60));
        assert!(
            matches!(&refused, Outcome::Unhealthy(_)) && refused != silence,
            "{refused:?}"
        );
    }
}
