//! The status socket: one line in, the answer out, never waiting for a client.

use std::fs;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::stat::{Mode, umask};

/// More clients than this wait in the kernel's queue.
const CLIENTS: usize = 16;
/// A client that has not asked by then is dropped.
const PATIENCE: Duration = Duration::from_secs(2);
const LONGEST_QUESTION: usize = 64;

/// The listening socket. Its file is removed when this is dropped.
pub struct Server {
    listener: UnixListener,
    path: PathBuf,
    clients: Vec<Client>,
}

struct Client {
    stream: UnixStream,
    question: Vec<u8>,
    since: Instant,
}

/// The request of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    Status,
    Metrics,
}

impl Server {
    /// Listens at `path`, for our own user alone. A file that a dead supervisor left is replaced; a live one is an error
    /// of kind `AddrInUse`.
    pub fn listen(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        match UnixStream::connect(path) {
            Ok(_) => {
                return Err(io::Error::new(
                    ErrorKind::AddrInUse,
                    "another supervisor runs with the same data folder",
                ));
            }
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path)?,
            Err(_) => {}
        }
        // From its first moment on no other user can connect.
        let before = umask(Mode::from_bits_truncate(0o177));
        let listener = UnixListener::bind(path);
        umask(before);
        let listener = listener?;
        listener.set_nonblocking(true)?;
        Ok(Self {
            listener,
            path: path.to_owned(),
            clients: Vec::new(),
        })
    }

    /// The descriptors to poll for reading.
    pub fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let listener = (self.clients.len() < CLIENTS).then(|| self.listener.as_fd());
        self.clients.iter().map(|client| client.stream.as_fd()).chain(listener)
    }

    /// When a client will have waited too long.
    pub fn deadline(&self) -> Option<Instant> {
        self.clients.iter().map(|client| client.since + PATIENCE).min()
    }

    /// Serves all waiting connections. `answer` is called for each question.
    pub fn serve(&mut self, now: Instant, mut answer: impl FnMut(Question) -> String) {
        while self.clients.len() < CLIENTS
            && let Ok((stream, _)) = self.listener.accept()
        {
            if stream.set_nonblocking(true).is_ok() {
                self.clients.push(Client {
                    stream,
                    question: Vec::new(),
                    since: now,
                });
            }
        }
        self.clients.retain_mut(|client| match client.read() {
            Ok(None) => now < client.since + PATIENCE,
            Ok(Some(question)) => {
                let text = match question.as_slice() {
                    b"status" => answer(Question::Status),
                    b"metrics" => answer(Question::Metrics),
                    _ => "{\"error\":\"ask `status` or `metrics`\"}\n".to_owned(),
                };
                // The answer fits in the socket's buffer; a client that left in the meantime does not get it.
                let _left = client.stream.write_all(text.as_bytes());
                false
            }
            Err(_) => false,
        });
    }
}

impl Client {
    /// The question, once its line has arrived.
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut chunk = [0; LONGEST_QUESTION];
        loop {
            match self.stream.read(&mut chunk) {
                Ok(0) => return Ok(Some(self.question.trim_ascii().to_vec())),
                Ok(length) => self.question.extend_from_slice(&chunk[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if let Some(end) = memchr::memchr(b'\n', &self.question) {
                return Ok(Some(self.question[..end].trim_ascii().to_vec()));
            }
            if self.question.len() >= LONGEST_QUESTION {
                return Ok(Some(Vec::new()));
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The next server copes with a file that is left.
        let _left = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::net::UnixStream;
    use std::time::{Duration, Instant};

    use super::{Question, Server};

    #[test]
    fn answers_replaces_a_stale_file_and_refuses_a_second() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("new").join("supervisor.sock");
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        drop(std::os::unix::net::UnixListener::bind(&path).expect("a stale socket"));
        let mut server = Server::listen(&path).expect("a stale file is replaced");
        assert_eq!(
            std::fs::metadata(&path).expect("the file").permissions().mode() & 0o777,
            0o600
        );
        assert!(Server::listen(&path).is_err_and(|error| error.kind() == std::io::ErrorKind::AddrInUse));
        let mut silent = UnixStream::connect(&path).expect("a second client");
        for (asked, expected) in [("status\n", "S"), ("metrics\n", "M"), ("nonsense\n", "{\"error")] {
            let mut client = UnixStream::connect(&path).expect("a client");
            client.write_all(asked.as_bytes()).expect("a question");
            server.serve(Instant::now(), |question| {
                if question == Question::Status {
                    "S".into()
                } else {
                    "M".into()
                }
            });
            let mut answer = String::new();
            client.read_to_string(&mut answer).expect("an answer");
            assert!(answer.starts_with(expected), "{answer}");
        }
        server.serve(Instant::now() + Duration::from_secs(3), |_| String::new());
        assert_eq!(silent.read(&mut [0; 8]).expect("it was dropped"), 0);
        drop(server);
        assert!(!path.exists());
    }
}
