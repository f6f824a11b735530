//! The layers of every request and answer: connections, client addresses, limits, headers, bodies and problems.

pub mod body;
pub mod client;
pub mod conditional;
pub mod connections;
pub mod content_security_policy;
pub mod cors;
pub mod limits;
pub mod metrics;
pub mod probe;
pub mod problem;
pub mod request;
pub mod security_headers;
