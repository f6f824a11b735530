//! The API as a whole: the real binary on a free port, on both databases, which these tests start themselves.

mod faults;
mod hostile;
mod http;
mod idle;
mod prisma;
mod schema;
mod settings;
mod store;
mod support;
