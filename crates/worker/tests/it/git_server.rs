//! Repositories over HTTP: `git http-backend` behind a small server, with some ways in which real servers misbehave.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use crate::fixture::command;
use crate::http::{Request, Response, serve};

/// Serves the repositories below `root`, and:
/// - `/token/PATH` serves to whoever comes with [`PASSWORD`], and says 404 to others, as GitHub does with what is private;
/// - `/token/stalls/PATH` answers the first request of those, and then no more;
/// - `/private/…` asks for a password, `/forbidden/…` says 403, `/broken/…` says 500, `/page/…` is a page;
/// - `/moved/PATH` redirects to `/PATH`, `/metadata/…` to an address of a cloud's inside, `/disk/PATH` to `file:///PATH`,
///   `/round/…` to itself;
/// - `/silent/…` never answers, `/stalls/PATH` answers the first request and then no more;
/// - `/held/PATH` answers the second request once there is a file [`RELEASE`] below `root`.
pub fn start(root: &Path) -> SocketAddr {
    let root = root.to_owned();
    serve(move |request| {
        let (first, rest) = request.path.trim_start_matches('/').split_once('/').unwrap_or_default();
        let redirect = |to: String| Some(Response::status(301).with("Location", format!("{to}?{}", request.query)));
        match first {
            "private" => Some(Response::status(401).with("WWW-Authenticate", "Basic realm=\"git\"")),
            "token" if !is_authorized(&request) => Some(Response::status(404)),
            "token" => match rest.strip_prefix("stalls/") {
                Some(_) if request.method == "POST" => hang(),
                served => backend(&root, &format!("/{}", served.unwrap_or(rest)), &request),
            },
            "forbidden" => Some(Response::status(403)),
            "broken" => Some(Response::status(500)),
            "page" => Some(Response::status(200).with("Content-Type", "text/html")),
            "moved" => redirect(format!("/{rest}")),
            "metadata" => redirect(format!("http://169.254.169.254/{rest}")),
            "disk" => redirect(format!("file://{}/{rest}", root.display())),
            "round" => redirect(request.path.clone()),
            "silent" => hang(),
            "stalls" if request.method == "POST" => hang(),
            "held" if request.method == "POST" => {
                wait_for(&root.join(RELEASE));
                backend(&root, &format!("/{rest}"), &request)
            }
            "stalls" | "held" => backend(&root, &format!("/{rest}"), &request),
            _ => backend(&root, &request.path, &request),
        }
    })
}

/// What `/held/…` waits for.
pub const RELEASE: &str = "release";

/// Of the user `x-access-token`, and how the two look in a header.
pub const PASSWORD: &str = "gho_0123456789abcdef0123456789abcdef0123";
pub const IN_HEADER: &str = "eC1hY2Nlc3MtdG9rZW46Z2hvXzAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMw==";

fn is_authorized(request: &Request) -> bool {
    request.header("authorization") == format!("Basic {IN_HEADER}")
}

#[expect(clippy::disallowed_methods, reason = "a thread of a test's server waits for a file")]
fn wait_for(file: &Path) {
    while !file.exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

fn hang() -> Option<Response> {
    // Ends with the test process.
    loop {
        std::thread::park();
    }
}

fn backend(root: &Path, path: &str, request: &Request) -> Option<Response> {
    let mut child = command("git")
        .arg("http-backend")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", &request.query)
        .env("CONTENT_TYPE", request.header("content-type"))
        .env("HTTP_CONTENT_ENCODING", request.header("content-encoding"))
        .env("GIT_PROTOCOL", request.header("git-protocol"))
        .env("CONTENT_LENGTH", request.body.len().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("git is installed");
    // It may have refused the request without reading it.
    let _ = child.stdin.take().expect("piped").write_all(&request.body);
    let output = child.wait_with_output().expect("ends");
    let end = output.stdout.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let mut response = Response::status(200);
    for line in String::from_utf8_lossy(&output.stdout[..end]).lines() {
        let (name, value) = line.split_once(": ").unwrap_or_default();
        match name {
            "Status" => response.status = value.split(' ').next()?.parse().ok()?,
            _ => response = response.with(name, value),
        }
    }
    response.body = output.stdout[end + 4..].to_vec();
    Some(response)
}
