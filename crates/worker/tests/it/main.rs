//! The worker against real git, real child processes and a real HTTP server on loopback.

mod api;
mod choose;
mod clone;
mod command_line;
mod fixture;
mod git_server;
mod http;
mod jobs;
mod objects;
mod private;
mod wall;
mod whole;
