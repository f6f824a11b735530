//! The whole way from a report to a text, against a local server that speaks the forms of the providers.

#[path = "explain/fuzz.rs"]
mod fuzz;
#[path = "explain/hostile.rs"]
mod hostile;
#[path = "explain/provider.rs"]
mod provider;
#[path = "explain/providers.rs"]
mod providers;
#[path = "explain/report.rs"]
mod report;
