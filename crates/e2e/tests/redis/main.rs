//! The whole with Redis: an API and workers as processes of their own, with real servers, a real git, and Node's BullMQ.

mod database;
mod deployment;
mod faults;
mod fenced;
mod form;
mod idle;
mod kills;
mod ledger;
mod life;
mod many;
#[path = "../../../core/tests/integration/node.rs"]
#[allow(dead_code, reason = "shared with the tests of the queue itself")]
mod node;
mod peers;
#[path = "../../../api/tests/integration/support/postgres.rs"]
#[allow(dead_code, reason = "shared with the tests of the API")]
mod postgres;
mod private;
mod proxy;
#[path = "../../../core/tests/integration/servers.rs"]
#[allow(dead_code, reason = "shared with the tests of the queue itself")]
mod servers;
#[path = "../../../core/tests/integration/size.rs"]
#[allow(dead_code, reason = "shared with the tests of the queue itself")]
mod size;
