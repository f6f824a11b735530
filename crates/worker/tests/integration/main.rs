//! The worker against real git, real child processes and a real HTTP server on loopback.

mod api;
mod authorities;
mod choose;
mod clone;
mod command_line;
mod fixture;
mod history;
mod jobs;
mod landlock;
mod objects;
mod osv;
mod private;
mod whole;
