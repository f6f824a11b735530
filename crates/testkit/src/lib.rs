//! Servers that the tests of all crates start, each on a free port of loopback, and ended with the test.
//!
//! Nothing is mocked: PostgreSQL, Redis, Node's BullMQ and git are the real programs (`scripts/setup`). [`http`] is a small
//! server for services that a test has to imitate, faults included.

pub mod faulty_git;
mod git_backend;
pub mod git_server;
pub mod http;
pub mod node;
mod npm;
pub mod postgres;
pub mod redis;
pub mod schemas;
pub mod size;
pub mod tls_front;

use std::net::TcpListener;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

pub use git_server::GitServer;
pub use node::Node;
pub use postgres::Postgres;
pub use redis::Redis;
pub use tls_front::TlsFront;

/// How long a test waits for an event. Generous: a slow machine is no fault.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Returns a port that nothing listens on at this moment.
///
/// # Panics
/// Where the machine has none left.
#[must_use]
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port on loopback")
        .port()
}

/// Begins a command with the environment of the test.
#[expect(clippy::disallowed_methods, reason = "the one wrapper of the tests")]
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

/// Waits until a condition is true.
///
/// # Panics
/// After [`PATIENCE`].
pub async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < deadline, "timed out: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Sends a signal to a child process.
///
/// # Panics
/// Where it has ended.
pub fn signal(process: &Child, sent: Signal) {
    let pid = i32::try_from(process.id()).expect("a pid");
    kill(Pid::from_raw(pid), sent).expect("it is ours");
}
