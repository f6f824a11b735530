//! What has begun is not cut when the service stops: uploads, downloads and waiting claims end as they would, and event
//! streams are told to come back.

use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::limits::large_report;
use crate::support::{Api, Database, TOKEN, eventually};

crate::both! { nothing_that_has_begun_is_cut }

const IN_TIME: Duration = Duration::from_secs(90);

/// A request whose head has been read, with a body of so many bytes to come.
async fn begin(api: &Api, head: &str, length: usize) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", api.port)).await.expect("it listens");
    let head = format!(
        "{head} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream
}

async fn go_on(stream: &mut TcpStream, more: &str) {
    stream.write_all(format!("{more}\r\n").as_bytes()).await.expect("sent");
    let mut answer = [0; 25];
    let read = tokio::time::timeout(IN_TIME, stream.read_exact(&mut answer)).await;
    read.expect("in time").expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
}

/// All that comes until the other side closes.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    let read = tokio::time::timeout(IN_TIME, stream.read_to_end(&mut answer)).await;
    read.expect("it ends").expect("and not by an error");
    answer
}

async fn nothing_that_has_begun_is_cut(database: Database) {
    let mut api = Api::start(&database);
    let done = large_report(&api, 6 << 20).await;
    let running = api.submit().await;
    let (claimed, lease) = api.claim().await;
    assert_eq!(claimed, running);

    let report = json!({ "status": "completed", "results": { "text": "x".repeat(1 << 20) } }).to_string();
    let put = format!("PUT /api/scan/{running}/status");
    let mut upload = begin(&api, &put, report.len()).await;
    go_on(&mut upload, &format!("X-Lease-Token: {lease}\r\n")).await;
    upload
        .write_all(&report.as_bytes()[..report.len() / 2])
        .await
        .expect("sent");

    let wait = json!({ "workerId": "w", "waitMs": 60_000 }).to_string();
    let mut claim = begin(&api, "POST /api/worker/claim", wait.len()).await;
    go_on(&mut claim, "").await;
    claim.write_all(wait.as_bytes()).await.expect("sent");

    let mut events = TcpStream::connect(("127.0.0.1", api.port)).await.expect("it listens");
    let head = format!("GET /api/scan/{running}/events HTTP/1.1\r\nHost: x\r\n\r\n");
    events.write_all(head.as_bytes()).await.expect("sent");
    let mut told = String::new();
    while !told.contains("event: progress") {
        let mut piece = [0; 4096];
        let read = tokio::time::timeout(IN_TIME, events.read(&mut piece)).await;
        let read = read.expect("in time").expect("an answer");
        assert!(read > 0, "{told}");
        told += &String::from_utf8_lossy(&piece[..read]);
    }

    let socket = TcpSocket::new_v4().expect("a socket");
    // So that not all of the answer is on its way at once.
    socket.set_recv_buffer_size(4096).expect("it is ours");
    let mut download = socket
        .connect(([127, 0, 0, 1], api.port).into())
        .await
        .expect("it listens");
    let head = format!("GET /api/scan/{done}/results HTTP/1.1\r\nHost: x\r\n\r\n");
    download.write_all(head.as_bytes()).await.expect("sent");
    let mut line = [0; 15];
    download.read_exact(&mut line).await.expect("an answer");
    assert_eq!(&line, b"HTTP/1.1 200 OK");

    api.signal(Signal::SIGTERM);
    assert!(api.logged("asked to stop"));
    let (told, downloaded, claimed) = tokio::join!(rest(&mut events), rest(&mut download), rest(&mut claim));
    let told = String::from_utf8_lossy(&told).into_owned();
    assert!(
        told.contains("the service is restarting") && told.contains("retry: ") && told.ends_with("0\r\n\r\n"),
        "{told}"
    );
    assert!(downloaded.len() > 6 << 20, "{} bytes", downloaded.len());
    assert!(downloaded.ends_with(b"}"));
    let claimed = String::from_utf8_lossy(&claimed).into_owned();
    assert!(claimed.starts_with("HTTP/1.1 204 "), "{claimed}");
    eventually("nobody new is let in", async || {
        TcpStream::connect(("127.0.0.1", api.port)).await.is_err().then_some(())
    })
    .await;

    upload
        .write_all(&report.as_bytes()[report.len() / 2..])
        .await
        .expect("sent");
    let answer = String::from_utf8_lossy(&rest(&mut upload).await).into_owned();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(api.wait().code(), Some(0));
    let ended = format!("SELECT status AS v FROM scans WHERE id = '{running}'");
    assert_eq!(database.value(&ended).await, "COMPLETED");
    assert!(!api.log().contains(" ERROR "), "{}", api.log());
}
