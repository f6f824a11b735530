//! Ruby: Bundler and specifications of gems.

pub(super) mod bundler;
pub(super) mod gemspec;
pub(super) mod statements;
