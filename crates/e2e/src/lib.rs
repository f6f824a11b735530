//! The parts of end-to-end tests: a running RepoLens, a repository to scan, a git server with faults.
//!
//! The tests start the programs of this build; `scripts/test` builds them first.

pub mod browser;
pub mod container;
pub mod documents;
pub mod island;
pub mod repository;
pub mod running;
pub mod small_disk;
pub mod sources;

pub use browser::Browser;
pub use container::Container;
pub use island::Island;
pub use repolens_testkit::{GitServer, Postgres, Redis, free_port, git_server};
pub use repository::Repository;
pub use running::{Running, Scan};
pub use small_disk::SmallDisk;

use std::path::PathBuf;

/// A program of this build.
///
/// # Panics
/// Where it has not been built.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let profile = test.ancestors().nth(2).expect("target/PROFILE/deps/TEST");
    let program = profile.join(name);
    assert!(
        program.exists(),
        "`{}` has not been built: run `cargo build --workspace` first, as `scripts/test` does",
        program.display()
    );
    program
}
