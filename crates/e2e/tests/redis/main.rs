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
mod peers;
mod private;
mod proxy;
