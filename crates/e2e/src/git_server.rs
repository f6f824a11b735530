//! A git server on loopback that can be told to hang.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// Serves the repositories of a folder over HTTP by `git http-backend`. While it hangs, requests are taken and not
/// answered.
#[derive(Debug)]
pub struct GitServer {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    tricks: Option<Tricks>,
    inner: Mutex<Inner>,
    changed: Condvar,
}

/// What a hostile server makes of a request.
pub type Tricks = fn(&Asked<'_>) -> Trick;

/// A request, for [`Tricks`].
#[derive(Debug)]
pub struct Asked<'a> {
    pub method: &'a str,
    /// With its query.
    pub target: &'a str,
    /// Names in lower case.
    pub headers: &'a BTreeMap<String, String>,
}

#[derive(Debug)]
pub enum Trick {
    /// Answer as if this had been asked for.
    Serve(String),
    /// A status, headers (each with its line end) and a body.
    Answer(u16, String, String),
}

#[derive(Debug, Default)]
struct Inner {
    /// The `Authorization` of git, and that of questions, where the repositories are private.
    private: Option<(String, String)>,
    hanging: bool,
    holding: bool,
    /// Requests that came while it hung, or held them back.
    held: usize,
}

impl GitServer {
    /// # Panics
    /// Where no port is free.
    #[must_use]
    pub fn start(root: PathBuf) -> Self {
        Self::start_at((Ipv4Addr::LOCALHOST, 0).into(), root, None)
    }

    /// At an address of one's own, and hostile where it has `tricks`.
    ///
    /// # Panics
    /// Where the address cannot be had.
    #[must_use]
    pub fn start_at(address: SocketAddr, root: PathBuf, tricks: Option<Tricks>) -> Self {
        let listener = TcpListener::bind(address).expect("an address to listen at");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let state = Arc::new(State {
            tricks,
            ..State::default()
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (root, state) = (root.clone(), Arc::clone(&shared));
                thread::spawn(move || {
                    // A client that was killed leaves a broken connection behind: nothing to tell.
                    let _ = serve(stream, &root, &state);
                });
            }
        });
        Self { port, state }
    }

    /// From now on it is a GitHub with one user, whose token this is: the repositories `ada/NAME` are private, and those of
    /// the folder by that name. Git comes as `x-access-token` with it; `basic` is how that looks in its header. The
    /// address of GitHub's API is [`GitServer::url`] of the empty name.
    ///
    /// # Panics
    /// Where a thread of the server panicked.
    pub fn make_private(&self, token: &str, basic: &str) {
        let forms = (format!("Basic {basic}"), format!("Bearer {token}"));
        self.state.inner.lock().expect("no thread panicked").private = Some(forms);
    }

    /// The address of a repository of the folder.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}/{name}", self.port)
    }

    /// From now on requests are taken and not answered (`true`), or answered (`false`; those held stay unanswered).
    ///
    /// # Panics
    /// Where a thread of the server panicked.
    pub fn hang(&self, hang: bool) {
        self.state.inner.lock().expect("no thread panicked").hanging = hang;
    }

    /// From now on requests are held back (`true`), or answered (`false`), those that were held back as well.
    ///
    /// # Panics
    /// Where a thread of the server panicked.
    pub fn hold_back(&self, hold_back: bool) {
        self.state.inner.lock().expect("no thread panicked").holding = hold_back;
        self.state.changed.notify_all();
    }

    /// Waits until `count` requests have been held.
    ///
    /// # Panics
    /// After 60 s.
    pub fn wait_for_held(&self, count: usize) {
        let guard = self.state.inner.lock().expect("no thread panicked");
        let (_guard, timeout) = self
            .state
            .changed
            .wait_timeout_while(guard, Duration::from_secs(60), |inner| inner.held < count)
            .expect("no thread panicked");
        assert!(!timeout.timed_out(), "nobody asked the git server");
    }
}

fn serve(stream: TcpStream, root: &PathBuf, state: &State) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, target) = (
        words.next().unwrap_or_default().to_owned(),
        words.next().unwrap_or_default().to_owned(),
    );
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let hanging = {
        let mut inner = state.inner.lock().expect("no thread panicked");
        if inner.hanging || inner.holding {
            inner.held += 1;
            state.changed.notify_all();
        }
        let inner = state
            .changed
            .wait_while(inner, |inner| inner.holding && !inner.hanging)
            .expect("no thread panicked");
        inner.hanging
    };
    if hanging {
        // Until the client goes away.
        std::io::copy(&mut reader, &mut std::io::sink())?;
        return Ok(());
    }
    let body = read_body(&mut reader, &headers)?;
    let asked = Asked {
        method: &method,
        target: &target,
        headers: &headers,
    };
    let target = match state.tricks.map(|tricks| tricks(&asked)) {
        None => target,
        Some(Trick::Serve(other)) => other,
        Some(Trick::Answer(status, headers, body)) => {
            return answer(stream, format!("Status: {status} .\r\n{headers}\r\n{body}").as_bytes());
        }
    };
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let private = state.inner.lock().expect("no thread panicked").private.clone();
    if let Some((of_git, of_questions)) = private {
        let shown = headers.get("authorization").map_or("", String::as_str);
        let cgi = match path.strip_prefix("/ada") {
            Some(path) if shown == of_git => backend(root, &method, path, query, &headers, &body)?,
            None if shown == of_questions => question(path),
            _ => b"Status: 404 Not Found\r\n\r\n".to_vec(),
        };
        return answer(stream, &cgi);
    }
    answer(stream, &backend(root, &method, path, query, &headers, &body)?)
}

/// What GitHub's API says to its user.
fn question(path: &str) -> Vec<u8> {
    let body = match path.strip_prefix("/repos/") {
        Some(name) => format!(r#"{{"private":true,"full_name":"{name}"}}"#),
        None => r#"{"id":1,"login":"ada"}"#.to_owned(),
    };
    format!("Content-Type: application/json\r\n\r\n{body}").into_bytes()
}

fn read_body(reader: &mut impl BufRead, headers: &BTreeMap<String, String>) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if headers.get("transfer-encoding").is_some_and(|value| value == "chunked") {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size)?;
            let size = u64::from_str_radix(size.trim(), 16).unwrap_or(0);
            reader.take(size).read_to_end(&mut body)?;
            reader.read_line(&mut String::new())?;
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = headers.get("content-length").and_then(|value| value.parse().ok()) {
        reader.take(length).read_to_end(&mut body)?;
    }
    Ok(body)
}

#[expect(clippy::disallowed_methods, reason = "the test's own server program")]
fn backend(
    root: &PathBuf,
    method: &str,
    path: &str,
    query: &str,
    headers: &BTreeMap<String, String>,
    body: &[u8],
) -> std::io::Result<Vec<u8>> {
    let header = |name: &str| headers.get(name).cloned().unwrap_or_default();
    let mut child = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_PROTOCOL", header("git-protocol"))
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "safe.directory")
        .env("GIT_CONFIG_VALUE_0", "*")
        .env("REQUEST_METHOD", method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_TYPE", header("content-type"))
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("CONTENT_LENGTH", body.len().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut input = child.stdin.take().expect("stdin is a pipe");
    let body = body.to_vec();
    let writer = thread::spawn(move || input.write_all(&body));
    let output = child.wait_with_output()?;
    // The program may answer without having read all of it.
    let _ = writer.join();
    Ok(output.stdout)
}

/// From a CGI answer to an HTTP one.
fn answer(mut stream: TcpStream, cgi: &[u8]) -> std::io::Result<()> {
    let end = cgi
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap_or(cgi.len().saturating_sub(4));
    let head = String::from_utf8_lossy(&cgi[..end]).into_owned();
    let status = head
        .lines()
        .find_map(|line| line.strip_prefix("Status: "))
        .unwrap_or("200 OK");
    let body = cgi.get(end + 4..).unwrap_or_default();
    write!(stream, "HTTP/1.1 {status}\r\n")?;
    for line in head.lines().filter(|line| !line.starts_with("Status: ")) {
        write!(stream, "{line}\r\n")?;
    }
    write!(stream, "Content-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    stream.write_all(body)
}
