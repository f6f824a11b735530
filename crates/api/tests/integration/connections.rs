//! More connections than there may be: the longest idle ones are closed for new ones, and those with a request under way
//! are not. And a connection whose client does not read ends.

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use rustix::net::{getpeername, sockopt};
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{Api, Database, Kind, eventually};

/// What `docs/api.md` says.
const MOST: usize = 4_000;

const IN_TIME: Duration = Duration::from_secs(90);

#[tokio::test]
async fn four_thousand_are_served_where_a_shell_allows_a_thousand_files() {
    let (_, highest) = getrlimit(Resource::RLIMIT_NOFILE).expect("Linux");
    assert!(
        highest >= 8_192,
        "this test needs 8192 files, `ulimit -Hn` says {highest}"
    );
    setrlimit(Resource::RLIMIT_NOFILE, highest, highest).expect("up to the hard limit");
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start_where_files(1_024, 8_192, &database);
    open_more_than(MOST, &api).await;
}

#[tokio::test]
async fn where_few_files_may_be_open_there_are_fewer_connections() {
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start_where_files(200, 400, &database);
    assert!(api.log().contains("`ulimit -n`"), "{}", api.log());
    // 192 files are kept for what is not a connection, or is about to be none.
    open_more_than(208, &api).await;
}

#[expect(clippy::print_stdout, reason = "a figure for the documents, shown by `--nocapture`")]
async fn open_more_than(most: usize, api: &Api) {
    let mut open = vec![served(api.port).await];
    let own = sockets(api) - 1;
    while open.len() < most {
        open.push(served(api.port).await);
    }
    println!("{most} connections: {}", memory(api));
    // The first has a request under way, the second was used last.
    let head = b"POST /api/scan HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n";
    open[0].write_all(head).await.expect("sent");
    let mut go_on = [0; 25];
    open[0].read_exact(&mut go_on).await.expect("an answer");
    ask(&mut open[1]).await;
    let mut more = Vec::new();
    for _ in 0..100 {
        more.push(served(api.port).await);
    }
    for stream in &mut open[2..102] {
        let read = timeout(IN_TIME, stream.read_u8()).await.expect("in time");
        assert!(read.is_err(), "the longest idle ones are closed");
    }
    eventually("no more are open than there may be", async || {
        (sockets(api) - own <= most).then_some(())
    })
    .await;
    for stream in open[102..].iter_mut().chain([&mut more[0]]).take(200) {
        ask(stream).await;
    }
    ask(&mut more[99]).await;
    open[0].write_all(&[b' '; 99]).await.expect("sent");
    assert_eq!(
        line(&mut open[0]).await,
        "HTTP/1.1 400 Bad Request",
        "it was left alone"
    );
    ask(&mut open[1]).await;
    drop((open, more));
    eventually("all are closed", async || (sockets(api) == own).then_some(())).await;
    drop(served(api.port).await);
    for bad in ["panicked", "Too many open files"] {
        assert!(!api.log().contains(bad), "{}", api.log());
    }
}

async fn line(stream: &mut TcpStream) -> String {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        let byte = timeout(IN_TIME, stream.read_u8()).await.expect("in time");
        line.push(byte.expect("an answer"));
    }
    String::from_utf8_lossy(&line).trim_end().to_owned()
}

/// From an address that is not loopback, where this machine has one.
#[tokio::test]
async fn one_client_has_a_bounded_number_and_hinders_no_other() {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").expect("a socket");
    // Nothing is sent: it only chooses the address of this machine.
    let own = socket.connect("192.0.2.1:9").and_then(|()| socket.local_addr());
    let Some(own) = own.ok().map(|own| own.ip()).filter(|own| !own.is_loopback()) else {
        return;
    };
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start_with(&database, &[("HOST", "0.0.0.0"), ("RATE_LIMIT", "off")]);
    let begin = async || {
        let mut stream = TcpStream::connect((own, api.port)).await.expect("it listens");
        let head = b"POST /api/scan HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n";
        stream.write_all(head).await.expect("sent");
        let first = line(&mut stream).await;
        (first, stream)
    };
    let mut open = Vec::new();
    for number in 0..256 {
        let (first, stream) = begin().await;
        assert_eq!(first, "HTTP/1.1 100 Continue", "number {number}");
        open.push(stream);
    }
    let (first, _refused) = begin().await;
    assert_eq!(first, "HTTP/1.1 429 Too Many Requests");
    // Others, and the health check of the host, are served.
    assert_eq!(api.get("/api/health").await.0, 200);
    drop(open.pop());
    eventually("a place is free again", async || {
        (begin().await.0 == "HTTP/1.1 100 Continue").then_some(())
    })
    .await;
}

/// `scripts/soak deaf` waits until it is over.
#[tokio::test]
async fn a_client_that_does_not_read_has_a_minute() {
    let database = Database::new(Kind::Sqlite).await;
    let api = Api::start(&database);
    let client = served(api.port).await;
    let address = client.local_addr().expect("it is connected");
    let process = i32::try_from(api.pid()).ok().and_then(Pid::from_raw).expect("a pid");
    let process = pidfd_open(process, PidfdFlags::empty()).expect("it runs");
    let timeouts: Vec<_> = numbers_of_sockets(&api)
        .into_iter()
        .map(|number| {
            pidfd_getfd(&process, number, PidfdGetfdFlags::empty())
                .expect("what a process may do to its child, outside of containers without `CAP_SYS_PTRACE`")
        })
        .filter(|socket| {
            let peer = getpeername(socket).ok().flatten();
            peer.and_then(|peer| SocketAddr::try_from(peer).ok()) == Some(address)
        })
        .map(|socket| sockopt::tcp_user_timeout(&socket).expect("it is TCP"))
        .collect();
    assert_eq!(timeouts, [60_000]);
}

/// A connection that has had an answer.
async fn served(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    // As it is closed nothing remains of it: thousands of them would be kept for a minute.
    stream.set_zero_linger().expect("a socket of ours");
    ask(&mut stream).await;
    stream
}

async fn ask(stream: &mut TcpStream) {
    let request = b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(request).await.expect("sent");
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        let read = timeout(IN_TIME, stream.read_buf(&mut answer)).await;
        assert!(read.expect("in time").expect("an answer") > 0, "it ended");
    }
    assert!(
        answer.starts_with(b"HTTP/1.1 200 "),
        "{}",
        String::from_utf8_lossy(&answer)
    );
}

fn sockets(api: &Api) -> usize {
    numbers_of_sockets(api).len()
}

/// The descriptors of the process that are sockets.
fn numbers_of_sockets(api: &Api) -> Vec<i32> {
    let files = fs::read_dir(format!("/proc/{}/fd", api.pid())).expect("it runs");
    let socket = |file: fs::DirEntry| {
        // It may have been closed meanwhile.
        let target = fs::read_link(file.path()).ok()?;
        let is = target.to_string_lossy().starts_with("socket:");
        is.then(|| file.file_name().to_string_lossy().parse().expect("a number"))
    };
    files.filter_map(|file| socket(file.ok()?)).collect()
}

fn memory(api: &Api) -> String {
    let status = fs::read_to_string(format!("/proc/{}/status", api.pid())).expect("it runs");
    let of = |field| status.lines().find(|line| line.starts_with(field)).expect("Linux");
    format!("{}, {}", of("VmRSS"), of("VmHWM"))
}
