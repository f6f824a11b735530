//! A git server on loopback that can be made to hang.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::git_backend;
use crate::http::{Request, Response, hang, serve_at};

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

/// A hostile server's answer to a request.
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
        let state = Arc::new(State {
            tricks,
            ..State::default()
        });
        let shared = Arc::clone(&state);
        let address = serve_at(address, move |request| shared.answer(&root, &request));
        Self {
            port: address.port(),
            state,
        }
    }

    /// Makes it a GitHub with one user, whose token this is: the repositories `ada/NAME` are private, and those of
    /// the folder by that name. Git signs in as `x-access-token` with it; `basic` is the value of its header. The
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
        assert!(!timeout.timed_out(), "no request reached the git server");
    }
}

impl State {
    fn answer(&self, root: &Path, request: &Request) -> Option<Response> {
        if self.is_hanging() {
            return hang();
        }
        let target = match request.query.as_str() {
            "" => request.path.clone(),
            query => format!("{}?{query}", request.path),
        };
        let asked = Asked {
            method: &request.method,
            target: &target,
            headers: &request.headers,
        };
        let target = match self.tricks.map(|tricks| tricks(&asked)) {
            None => target,
            Some(Trick::Serve(other)) => other,
            Some(Trick::Answer(status, headers, body)) => {
                let response = Response::status(status).body(body);
                let headers = headers.lines().filter_map(|line| line.split_once(": "));
                return Some(headers.fold(response, |response, (name, value)| response.with(name, value)));
            }
        };
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let request = Request {
            path: path.to_owned(),
            query: query.to_owned(),
            ..request.clone()
        };
        let private = self.inner.lock().expect("no thread panicked").private.clone();
        let Some((of_git, of_questions)) = private else {
            return git_backend::answer(root, path, &request);
        };
        let shown = request.header("authorization");
        match path.strip_prefix("/ada") {
            Some(path) if shown == of_git => git_backend::answer(root, path, &request),
            None if shown == of_questions => Some(question(path)),
            _ => Some(Response::status(404)),
        }
    }

    /// Waits while requests are held back.
    fn is_hanging(&self) -> bool {
        let mut inner = self.inner.lock().expect("no thread panicked");
        if inner.hanging || inner.holding {
            inner.held += 1;
            self.changed.notify_all();
        }
        let inner = self
            .changed
            .wait_while(inner, |inner| inner.holding && !inner.hanging)
            .expect("no thread panicked");
        inner.hanging
    }
}

/// The answer of GitHub's API to its user.
fn question(path: &str) -> Response {
    Response::json(&match path.strip_prefix("/repos/") {
        Some(name) => json!({ "private": true, "full_name": name }),
        None => json!({ "id": 1, "login": "ada" }),
    })
}
