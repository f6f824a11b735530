//! The worker against real git, real child processes and a real HTTP server on loopback.

mod api;
mod authorities;
mod choose;
mod clone;
mod command_line;
mod fixture;
mod git_server;
mod history;
mod http;
mod jobs;
mod landlock;
mod objects;
mod private;
#[path = "../../../api/tests/integration/support/tls_front.rs"]
mod tls_front;
mod whole;
