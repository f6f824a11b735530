//! The queue with real servers: Redis, Node's BullMQ in three versions, bull-board, and workers that are killed.

mod cutover;
mod faults;
mod interop;
mod life;
mod node;
mod servers;
mod shared;
mod vendor;
