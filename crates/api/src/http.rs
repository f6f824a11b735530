//! The layers of every request and answer: connections, client addresses, limits, headers, bodies and problems.

pub mod body;
pub mod client;
pub mod conditional;
pub mod connections;
pub mod content_security_policy;
pub mod cors;
pub mod in_flight;
pub mod limits;
pub mod metrics;
pub mod model_metrics;
pub mod probe;
pub mod problem;
pub mod prometheus_text;
pub mod rate_limit;
pub mod request;
pub mod security_headers;
pub mod send_budget;
