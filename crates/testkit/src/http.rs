//! A small HTTP server for tests: one thread for each connection, one request for each connection.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Writes more after the body, whose end is then that of the connection.
    pub rest: Option<Rest>,
}

pub type Rest = Box<dyn FnOnce(&mut TcpStream) -> std::io::Result<()>>;

impl Response {
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            rest: None,
        }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..self
        }
    }

    pub fn json(value: &serde_json::Value) -> Self {
        Self {
            body: value.to_string().into_bytes(),
            ..Self::status(200).with("Content-Type", "application/json")
        }
    }
}

/// Answers with what `handle` makes of a request; `None` hangs up without an answer. Lives as long as the test process.
pub fn serve(handle: impl Fn(Request) -> Option<Response> + Send + Sync + 'static) -> SocketAddr {
    serve_at((Ipv4Addr::LOCALHOST, 0).into(), handle)
}

/// As [`serve`], at an address of the caller's choice.
pub fn serve_at(
    address: SocketAddr,
    handle: impl Fn(Request) -> Option<Response> + Send + Sync + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind(address).expect("an address to listen at");
    let address = listener.local_addr().expect("bound");
    let handle = Arc::new(handle);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let handle = Arc::clone(&handle);
            thread::spawn(move || {
                // A client that was killed is no failure of the server.
                let _ = answer(stream, &*handle);
            });
        }
    });
    address
}

/// Keeps the connection open and never answers; ends with the test process.
pub fn hang() -> Option<Response> {
    loop {
        thread::park();
    }
}

fn answer(mut stream: TcpStream, handle: &dyn Fn(Request) -> Option<Response>) -> std::io::Result<()> {
    let Some(request) = read(&stream)? else { return Ok(()) };
    let Some(response) = handle(request) else { return Ok(()) };
    let mut head = format!("HTTP/1.1 {} .\r\nConnection: close\r\n", response.status);
    for (name, value) in &response.headers {
        head += &format!("{name}: {value}\r\n");
    }
    if response.rest.is_none() {
        head += &format!("Content-Length: {}\r\n", response.body.len());
    }
    head += "\r\n";
    stream.write_all(head.as_bytes())?;
    stream.write_all(&response.body)?;
    response.rest.map_or(Ok(()), |rest| rest(&mut stream))
}

fn read(stream: &TcpStream) -> std::io::Result<Option<Request>> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default().to_owned();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let mut body = Vec::new();
    if headers.get("expect").is_some_and(|value| value == "100-continue") {
        (&mut &*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    if let Some(length) = headers.get("content-length").and_then(|value| value.parse().ok()) {
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
    } else if headers.get("transfer-encoding").is_some_and(|value| value == "chunked") {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size)?;
            let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk)?;
            if size == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }
    Ok(Some(Request {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body,
    }))
}
