//! `repolens-api`: the HTTP API. It owns the database, hands out jobs and serves reports.
//!
//! `routes.rs` is the table of all addresses, `handlers/` answers the calls of programs and `pages/` those of browsers.
//! They work on [`app::App`], whose parts are in `scans/`, `reports/`, `auth/` and `http/`.

mod app;
mod auth;
mod cli;
mod export;
mod handlers;
mod http;
mod openapi;
mod pages;
mod reports;
mod routes;
mod scans;
mod serve;

pub use cli::run;
