//! Asking a running supervisor.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// The answer to `status` or `metrics`.
pub fn ask(socket: &Path, question: &str) -> Result<String, String> {
    let exchange = || -> io::Result<String> {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(question.as_bytes())?;
        stream.write_all(b"\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    exchange().map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::ConnectionRefused => format!(
            "no supervisor runs here: nothing listens at `{}`. Run this in the same folder, or with its `--data-dir`",
            socket.display()
        ),
        _ => format!("the supervisor at `{}` does not answer: {error}", socket.display()),
    })
}
