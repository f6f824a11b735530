use std::collections::{BTreeMap, HashMap};
#[derive(serde::Deserialize)]
struct S { #[serde(default = "default_port", deserialize_with = "read_it")] port: u16 }
fn default_port() -> u16 { 1 }
fn read_it() {}
#[allow(dead_code)]
fn allowed() {}
#[unsafe(no_mangle)]
extern "C" fn exported() {}
macro_rules! m { () => { from_macro() }; }
fn from_macro() {}
#[cfg(windows)]
fn on_windows() {}
fn dead() {}
struct T;
impl Drop for T { fn drop(&mut self) {} }
impl T { fn lost(&self) {} }
fn main() { m!(); let _: HashMap<u8, S> = HashMap::new(); let _ = T; }
#[cfg(test)]
mod tests { #[test] fn t() { super::only_test() } }
fn only_test() {}
