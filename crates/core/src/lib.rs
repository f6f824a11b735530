//! Types and rules that the API, the worker and the analysis share.

pub mod report;
