#[path = "platform/unix_impl.rs"]
mod sys;
#[cfg(windows)]
#[path = "platform/windows_impl.rs"]
mod win;
use sys::start;

fn main() { start() }
