//! The supervisor's health check has a socket of its own, which no client of the public listener can use up.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};

use crate::support::{Api, Database, Kind, eventually, free_port};

/// Status and body of `GET /api/health` on the socket; `None` where it cannot be opened.
async fn probe(socket: &Path) -> Option<(u16, Value)> {
    let mut stream = UnixStream::connect(socket).await.ok()?;
    let request = b"GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.expect("sent");
    let mut answer = String::new();
    let read = tokio::time::timeout(Duration::from_secs(60), stream.read_to_string(&mut answer)).await;
    read.expect("an answer in time").expect("a text");
    let status = answer.split(' ').nth(1).expect("a status").parse().expect("a number");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    Some((status, serde_json::from_str(body).expect("JSON")))
}

#[tokio::test]
async fn it_answers_while_every_place_of_the_public_listener_is_taken() {
    let database = Database::new(Kind::Sqlite).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let socket = folder.path().join("probe.sock");
    // What a killed process left behind.
    std::fs::write(&socket, "").expect("written");
    let path = socket.to_str().expect("UTF-8");
    let api = Api::start_with(&database, &[("REPOLENS_PROBE_SOCKET", path), ("RATE_LIMIT", "off")]);
    let mode = std::fs::metadata(&socket).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // More than the server takes, each in the middle of a request.
    let mut open = Vec::new();
    for _ in 0..1_100 {
        let mut stream = TcpStream::connect(("127.0.0.1", api.port)).await.expect("it listens");
        let head =
            b"POST /api/scan HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{";
        stream.write_all(head).await.expect("sent");
        open.push(stream);
    }
    for _ in 0..20 {
        let (status, body) = probe(&socket).await.expect("it listens");
        assert_eq!(status, 200, "{body}");
        assert_eq!(body["service"], "repolens-api");
    }
    drop(open);
    drop(api);
}

/// The process lives, and is not yet ready: the two are told apart.
#[tokio::test]
async fn it_answers_while_the_database_is_waited_for() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = silent.local_addr().expect("an address").port();
    let database = Database::at(&format!("postgres://u@127.0.0.1:{port}/d?sslmode=disable"));
    let socket = database.folder.path().join("probe.sock");
    let path = socket.to_str().expect("UTF-8");
    let mut api = Api::spawn(&database, free_port(), &[("REPOLENS_PROBE_SOCKET", path)]);
    let (status, body) = eventually("the process answers", async || probe(&socket).await).await;
    assert_eq!((status, &body["status"]), (503, &Value::from("starting")), "{body}");

    // And it heeds a stop meanwhile.
    let _asked = silent.accept().await.expect("the database is asked for");
    api.signal(Signal::SIGTERM);
    assert_eq!(api.wait().code(), Some(0), "{}", api.log());
    assert!(api.log().contains("stopped"), "{}", api.log());
}
