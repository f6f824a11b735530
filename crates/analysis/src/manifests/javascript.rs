//! JavaScript: npm, Yarn, pnpm, Bun and Deno.

pub(super) mod bun;
pub(super) mod deno;
pub(super) mod npm;
pub(super) mod pnpm;
pub(super) mod yarn;
