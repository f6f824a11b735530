//! The supervisor as a black box: the real program with real children (`examples/child.rs`), on free ports and in
//! temporary folders. Each test waits for events with a deadline; none sleeps for time to pass.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "the tests start programs and read the environment"
)]

mod hang_up;
mod harness;
mod health;
mod init;
mod logging;
mod memory;
mod restarts;
mod settings;
mod starting;
mod stopping;
mod users;
