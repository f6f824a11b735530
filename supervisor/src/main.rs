//! RepoLens' supervisor: a small init for an API and a worker in one container.
//!
//! One thread supervises (`supervise`), by rules without effects (`machine`); another writes the log (`log`). There is no
//! async runtime: the loop is one `poll`, and it alone reaps processes.

mod children;
mod commands;
mod health;
mod log;
mod machine;
mod memory;
mod process;
mod settings;
mod status;
mod supervise;
mod words;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::run()
}
