//! A local server in the place of a provider: each request gets the next prepared answer.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use repolens_core::Secret;
use repolens_core::settings::{AiProvider, AiSettings, ProviderKind};
use serde_json::{Value, json};

/// The key of all tests.
pub const KEY: &str = "sk-or-v1-hidden-key-of-a-test";

/// One answer.
pub enum Reply {
    Json(u16, Value),
    /// With one more header.
    Header(u16, &'static str, String, Value),
    Raw(u16, String),
    /// Declares more bytes than it sends.
    Cut(String),
    /// A valid head, then as many bytes of text.
    Large(usize),
    /// No answer until the client hangs up.
    Silent,
    /// Closes the connection at once.
    Closed,
    /// Made from the request.
    Made(Box<dyn Fn(&Request) -> Value + Send>),
}

/// A request that came.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    pub head: String,
    pub body: Value,
}

pub struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answers in this order, then closes every connection.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let replies = Arc::new(Mutex::new(replies.into_iter().collect::<VecDeque<_>>()));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (replies, seen) = (Arc::clone(&replies), Arc::clone(&seen));
                // An answer that cannot be written is a client that hung up.
                thread::spawn(move || drop(serve(stream, &replies, &seen)));
            }
        });
        Self { port, requests }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no panic").clone()
    }

    pub fn count(&self) -> usize {
        self.requests().len()
    }

    pub fn provider(&self, kind: ProviderKind, models: &[&str]) -> AiProvider {
        AiProvider {
            kind,
            base_url: format!("http://127.0.0.1:{}/v1/", self.port)
                .parse()
                .expect("an address"),
            key: Some(Secret::new(KEY.to_owned())),
            models: models.iter().map(|name| (*name).to_owned()).collect(),
        }
    }
}

fn serve(mut stream: TcpStream, replies: &Mutex<VecDeque<Reply>>, seen: &Mutex<Vec<Request>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        let length = head
            .lines()
            .find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("content-length: ")
                    .and_then(|it| it.trim().parse().ok())
            })
            .unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let request = Request {
            path: head.split(' ').nth(1).unwrap_or_default().to_owned(),
            head: head.clone(),
            body: serde_json::from_slice(&body).expect("a JSON body"),
        };
        seen.lock().expect("no panic").push(request.clone());
        let reply = replies.lock().expect("no panic").pop_front();
        match reply {
            Some(Reply::Json(status, body)) => write(&mut stream, status, "", body.to_string().as_bytes())?,
            Some(Reply::Header(status, name, value, body)) => {
                write(
                    &mut stream,
                    status,
                    &format!("{name}: {value}\r\n"),
                    body.to_string().as_bytes(),
                )?;
            }
            Some(Reply::Raw(status, body)) => write(&mut stream, status, "", body.as_bytes())?,
            Some(Reply::Made(make)) => write(&mut stream, 200, "", make(&request).to_string().as_bytes())?,
            Some(Reply::Cut(body)) => {
                write!(
                    stream,
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len() + 100
                )?;
                return Ok(());
            }
            Some(Reply::Large(size)) => {
                write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n")?;
                for _ in 0..size / 65_536 {
                    stream.write_all(&[b'a'; 65_536])?;
                }
                return Ok(());
            }
            Some(Reply::Silent) => {
                let mut rest = Vec::new();
                reader.read_to_end(&mut rest)?;
                return Ok(());
            }
            Some(Reply::Closed) | None => return Ok(()),
        }
    }
}

fn write(stream: &mut TcpStream, status: u16, headers: &str, body: &[u8]) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)
}

/// Settings with these providers and a minute.
pub fn settings(providers: Vec<AiProvider>) -> AiSettings {
    within(providers, Duration::from_secs(60))
}

pub fn within(providers: Vec<AiProvider>, timeout: Duration) -> AiSettings {
    AiSettings {
        providers,
        timeout,
        may_send_source: true,
    }
}

/// The answer of OpenAI's form with this text.
pub fn chat(text: &str) -> Value {
    json!({
        "id": "gen-1",
        "model": "answering/model",
        "choices": [{ "finish_reason": "stop", "message": { "role": "assistant", "content": text, "refusal": null } }],
        "usage": { "prompt_tokens": 1_000, "completion_tokens": 200, "total_tokens": 1_200 },
    })
}

/// The answer of Gemini's form with this text.
pub fn gemini(text: &str) -> Value {
    json!({
        "candidates": [{ "content": { "parts": [{ "text": "thinking", "thought": true }, { "text": text }] }, "finishReason": "STOP" }],
        "usageMetadata": { "promptTokenCount": 1_000, "candidatesTokenCount": 150, "thoughtsTokenCount": 50 },
        "modelVersion": "gemini-3.5-flash-lite-001",
    })
}
