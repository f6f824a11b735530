//! The API as a whole: the real binary on a free port, on both databases, which these tests start themselves.

mod away;
mod callers;
mod events;
mod faults;
mod hostile;
mod http;
mod idle;
mod library;
mod limits;
mod pooler;
mod prisma;
mod private;
mod queue;
mod reports;
mod schema;
mod settings;
mod store;
mod support;
mod tls;
mod transitions;
mod two_users;
mod webhooks;
