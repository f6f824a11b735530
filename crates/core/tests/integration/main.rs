//! The queue with real servers: Redis, Node's BullMQ in three versions, bull-board, and workers that are killed.
//!
//! Some of these tests are checks that `scripts/soak queue` runs in full size: see `size`.

mod away;
mod board;
mod chaos;
mod cost;
mod cutover;
mod interop;
mod keys;
mod killed;
mod life;
mod poison;
mod refusals;
mod repair;
mod shared;
mod workers;
