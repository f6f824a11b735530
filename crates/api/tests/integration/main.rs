//! The API as a whole: the real binary on a free port, on both databases, which these tests start themselves.

mod away;
mod events;
mod exports;
mod faults;
mod history;
mod hostile;
mod hostile_lists;
mod http;
mod idle;
mod limits;
mod pooler;
mod prisma;
mod queue;
mod same_commit;
mod schema;
mod sections;
mod settings;
mod store;
mod support;
mod tls;
mod transitions;
