//! `git http-backend`, which serves the repositories of a folder.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::thread;

use crate::command;
use crate::http::{Request, Response};

/// Returns git's answer to a request for `path`; `None` where the program gave none.
pub fn answer(root: &Path, path: &str, request: &Request) -> Option<Response> {
    let mut child = command("git")
        .arg("http-backend")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "safe.directory")
        .env("GIT_CONFIG_VALUE_0", "*")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_PROTOCOL", request.header("git-protocol"))
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", &request.query)
        .env("CONTENT_TYPE", request.header("content-type"))
        .env("HTTP_CONTENT_ENCODING", request.header("content-encoding"))
        .env("CONTENT_LENGTH", request.body.len().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("git is installed");
    let mut input = child.stdin.take().expect("stdin is a pipe");
    let output = thread::scope(|scope| {
        // The program may answer without having read all of it.
        scope.spawn(move || drop(input.write_all(&request.body)));
        child.wait_with_output().expect("it ends")
    });
    parse(&output.stdout)
}

/// Parses a CGI answer.
fn parse(answer: &[u8]) -> Option<Response> {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let mut response = Response::status(200);
    for line in String::from_utf8_lossy(&answer[..end]).lines() {
        let (name, value) = line.split_once(": ").unwrap_or_default();
        match name {
            "Status" => response.status = value.split(' ').next()?.parse().ok()?,
            _ => response = response.with(name, value),
        }
    }
    response.body = answer[end + 4..].to_vec();
    Some(response)
}
