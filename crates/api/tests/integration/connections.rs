//! More connections than there may be: those that were taken are served, the others wait and have their turn. And a
//! connection whose client does not read ends.

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use rustix::net::{getpeername, sockopt};
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::support::{Api, Database, Kind, eventually};

/// What `docs/api.md` says.
const MOST: usize = 4_000;

const IN_TIME: Duration = Duration::from_secs(90);

#[tokio::test]
async fn four_thousand_are_served_and_more_wait_where_a_shell_allows_a_thousand_files() {
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
    // 128 files are kept for what is not a connection.
    open_more_than(272, &api).await;
}

#[expect(clippy::print_stdout, reason = "a figure for the documents, shown by `--nocapture`")]
async fn open_more_than(most: usize, api: &Api) {
    let mut open = vec![served(api.port).await];
    let own = sockets(api) - 1;
    while open.len() < most {
        open.push(served(api.port).await);
    }
    let mut waiting = JoinSet::new();
    for _ in 0..100 {
        waiting.spawn(served(api.port));
    }
    eventually("as many as there may be are open", async || {
        (sockets(api) - own == most).then_some(())
    })
    .await;
    for stream in &mut open[..100] {
        ask(stream).await;
        assert!(sockets(api) - own <= most);
    }
    println!("{most} connections: {}", memory(api));
    drop(open);
    let all = waiting.join_all().await;
    assert_eq!(all.len(), 100, "those that waited were served");
    drop(all);
    eventually("all are closed", async || (sockets(api) == own).then_some(())).await;
    drop(served(api.port).await);
    for bad in ["panicked", "Too many open files"] {
        assert!(!api.log().contains(bad), "{}", api.log());
    }
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
