//! The parts that pages are put together from: escaped text, drawings, addresses, small pieces of HTML.

pub(super) mod draw;
pub(super) mod parts;
pub(super) mod place;
pub(super) mod text;
