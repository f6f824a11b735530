//! The supervisor as a black box: the real program with real children (`examples/child.rs`), on free ports and in
//! temporary folders. Each test waits for events with a deadline; none sleeps for time to pass.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "the tests start programs and read the environment"
)]

#[path = "suite/hang_up.rs"]
mod hang_up;
#[path = "suite/harness.rs"]
mod harness;
#[path = "suite/health.rs"]
mod health;
#[path = "suite/init.rs"]
mod init;
#[path = "suite/logging.rs"]
mod logging;
#[path = "suite/memory.rs"]
mod memory;
#[path = "suite/restarts.rs"]
mod restarts;
#[path = "suite/settings.rs"]
mod settings;
#[path = "suite/starting.rs"]
mod starting;
#[path = "suite/stopping.rs"]
mod stopping;
#[path = "suite/users.rs"]
mod users;
