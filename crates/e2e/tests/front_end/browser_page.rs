//! Serves the pages, on an origin of their own; and answers for GitHub.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// Of the user 4711.
pub const TOKEN_OF_ADA: &str = "gho_0123456789abcdefghijABCDEFGHIJ";

const PAGE: &str = include_str!("page.html");

pub struct FrontEnd {
    address: SocketAddr,
}

impl FrontEnd {
    /// For pages that call the API at `api`.
    pub fn start(api: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let page = PAGE.replace("API_URL", api);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let page = page.clone();
                thread::spawn(move || {
                    // A browser that closes its tab is no failure.
                    let _closed = answer(&stream, &page);
                });
            }
        });
        Self { address }
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the API asks for GitHub's users.
    pub fn github(&self) -> String {
        format!("http://{}/github", self.address)
    }
}

fn answer(mut stream: &TcpStream, page: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default();
    let headers: Vec<String> = lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .collect();
    let is_ada = headers.iter().any(|line| line.contains(TOKEN_OF_ADA));
    let (status, kind, body) = match path.strip_prefix("/github") {
        Some("/user") if is_ada => ("200 OK", "application/json", r#"{"id":4711,"login":"ada"}"#),
        Some(_) => ("404 Not Found", "application/json", "{}"),
        None => ("200 OK", "text/html", page),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
