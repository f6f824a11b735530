use crate::sys::start;
pub fn go() { start() }
